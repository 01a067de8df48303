"""The numbers of the demo, station by station, in official order. They add up to row Z9."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StationPlan:
    """`base`, `visited`, `gone`: households of the register (base without the gone ones); `added` on the round.

    `units`: enterprises and institutions; `quiet`: communities that nobody has visited yet.
    """

    township: str
    name: str
    staff: int
    base: int
    visited: int
    gone: int
    added: int
    added_visited: int
    units: int
    units_visited: int
    shops: int
    disputes: int
    resolved: int
    hazards: int
    rectified: int
    clues: int
    quiet: int


STATIONS = (
    StationPlan("420303001", "花果派出所", 62, 310, 262, 2, 6, 5, 9, 8, 30, 6, 5, 17, 16, 4, 2),
    StationPlan("420303002", "红卫派出所", 50, 246, 211, 1, 5, 4, 8, 8, 24, 4, 3, 12, 11, 3, 1),
    StationPlan("420303003", "车城路派出所", 60, 298, 251, 2, 5, 4, 10, 9, 30, 6, 6, 15, 14, 4, 2),
    StationPlan("420303004", "汉江路派出所", 55, 272, 219, 2, 5, 4, 9, 8, 26, 5, 4, 16, 13, 3, 2),
    StationPlan("420303100", "黄龙派出所", 34, 168, 139, 2, 3, 2, 5, 5, 12, 2, 2, 7, 7, 2, 1),
    StationPlan("420303101", "柏林派出所", 38, 186, 158, 1, 4, 3, 6, 6, 14, 3, 3, 8, 8, 2, 1),
    StationPlan("420303200", "方滩派出所", 22, 96, 71, 1, 2, 2, 3, 2, 6, 1, 0, 4, 3, 1, 2),
    StationPlan("420303201", "西沟派出所", 24, 104, 76, 1, 2, 1, 3, 3, 8, 2, 1, 4, 3, 1, 2),
    StationPlan("420303400", "西城派出所", 36, 142, 119, 1, 3, 2, 5, 4, 12, 1, 1, 7, 6, 2, 1),
    StationPlan("420303401", "工业新区派出所", 31, 128, 105, 1, 2, 2, 4, 4, 10, 1, 1, 6, 6, 1, 1),
)
WEEKS = 12
# The demo officer's own flats in 二堰铺社区, none visited yet: today's round.
DEMO_COMMUNITY = "420303001001"
DEMO_STREET = "花果路1号"
DEMO_BUILDINGS = (("5栋", 2), ("5栋", 3), ("6栋", 1))
# What was done at every so manieth door, by the remainder of its number.
SERVICES = {3: ("legal",), 5: ("papers",), 7: ("safety",), 11: ("legal", "good_deed")}
# Beside the visits: kind, weeks before the last Sunday, place, what about, people, handbooks, leaflets; each at one
# station in turn. The hand-outs of handbooks follow for every station, by the households of its township.
OUTREACH = (
    ("lesson", 11, "花果小学", "防溺水、交通安全", 640, 0, 640),
    ("lesson", 9, "红卫中学", "反诈、防校园欺凌", 820, 0, 820),
    ("stall", 8, "车城广场", "反诈宣传", 1_500, 400, 1_500),
    ("talk", 6, "汉江路文化站", "消防安全", 180, 180, 0),
    ("talk", 5, "黄龙集镇", "民事纠纷怎么办", 130, 130, 0),
    ("discussion", 4, "柏林社区会议室", "听取意见建议", 36, 0, 0),
    ("lesson", 3, "西城小学", "交通安全", 410, 0, 410),
    ("stall", 2, "工业新区农贸市场", "反诈、电动车安全", 900, 200, 900),
)
HANDBOOKS_A_HOUSEHOLD_OF_THE_REGISTER = 21

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂芬辉玲红梅莉凤琴云帆宇浩凯健俊峰慧巧美玉珍淑洁嘉雪琳晨佳博文思远志诚建国春生海波"
SHOP_WORDS = ("便民超市", "早餐店", "理发店", "五金店", "药房", "电动车行", "水果店", "小吃店", "打印店", "汽修店")
FIRM_WORDS = ("汽车零部件有限公司", "机械有限公司", "建材有限公司", "塑业有限公司", "物流有限公司")
INSTITUTION_WORDS = ("第一小学", "卫生服务中心", "幼儿园", "敬老院")
STREETS = ("车城西路", "丰登路", "幸福路", "朝阳路", "人民路", "公园路", "汉江南路", "大岭路")

DISPUTES = (
    ("neighbour", "楼上漏水，两家起争执"),
    ("neighbour", "楼道堆物起争执"),
    ("marriage_family", "家庭琐事引发争吵"),
    ("debt", "借款到期未还"),
    ("tenancy", "退租押金未退"),
    ("property_service", "停车收费有争议"),
    ("labour", "拖欠临时工工资"),
    ("damages", "宠物咬伤赔偿"),
)
HAZARDS = (
    ("fire", "楼道堆放纸箱，挡住通道"),
    ("fire", "电动车在楼道充电"),
    ("fire", "灭火器过期"),
    ("rental", "出租房未登记承租人"),
    ("fraud", "老人接到冒充公检法电话"),
    ("security", "一楼窗户没有防护"),
    ("fire", "疏散通道被锁"),
    ("road", "门口路段电动车逆行多"),
)
CLUES = (("telecom_fraud", "有疑似刷单广告"), ("theft", "有人夜间拉车门"), ("gambling", "棋牌室有异常"))
SUGGESTIONS = (
    ("safety", "建议夜间增加巡逻", "夜间二十一时至二十三时增加一班步巡"),
    ("permit", "建议延长窗口办理时间", "周六上午开放户籍窗口"),
    ("conduct", "建议公布社区民警电话", "在各单元门公布社区民警姓名和电话"),
    ("safety", "建议小区门口设防骗提示", "在小区出入口设置防骗提示牌"),
)
REQUESTS = (
    ("hukou", "咨询子女落户材料"),
    ("permit", "办理居住证"),
    ("safety", "希望加装路灯"),
    ("hardship", "独居老人需要帮助"),
)
