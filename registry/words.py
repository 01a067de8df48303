"""What offices write in a cell for a kind, a use, a yes or no, or a relation, and the code it stands for."""

from registry.texts import key_of


def _table(**codes: str) -> dict[str, str]:
    return {key_of(word): code for code, words in codes.items() for word in words.split()}


KINDS = _table(
    household="住户 居民 居民户 居民住户 家庭 家庭户 农户 住宅 城乡住户 户 household",
    shop="门店 商铺 店铺 商店 商户 个体 个体户 个体工商户 沿街门店 沿街商铺 小店 九小场所 行业场所 场所 shop",
    enterprise="企业 公司 工厂 厂矿 厂矿企业 企业单位 enterprise company",
    institution="单位 事业单位 机关 机关单位 机关事业单位 企事业单位 学校 医院 institution",
    community_office="村社区 社区 村 村居 村委会 居委会 社区居委会 社区村 村部 communityoffice villageorcommunityoffice",
)
USES = _table(
    own="自住 自用 自有自住 自主 ownhome own",
    let="出租 租赁 租住 承租 出租房 出租屋 let rented",
    lent="借用 出借 借住 lent",
    vacant="空置 空房 空置房 闲置 无人居住 空 vacant empty",
)
YES_OR_NO = _table(
    yes="是 有 y yes true 1 √ ✓ ✔ 人户分离 分离", no="否 无 没有 不是 n no false 0 × x 人户一致 不分离 一致"
)
RELATIONS = _table(
    householder="户主 本人 本人或户主 householder",
    spouse="配偶 妻 夫 妻子 丈夫 爱人 spouse",
    child="子 女 儿子 女儿 子女 长子 次子 三子 长女 次女 三女 独生子 独生女 养子 养女 儿媳 女婿 child sonordaughter",
    parent="父 母 父亲 母亲 父母 公公 婆婆 岳父 岳母 parent",
    tenant="租客 租户 承租人 房客 租住人 tenant",
    in_charge="负责人 法人 法定代表人 法人代表 经营者 老板 店主 业主 房东 personincharge",
    staff="员工 职工 店员 工作人员 从业人员 staff",
    other="其他 其它 亲属 亲戚 朋友 孙子 孙女 外孙 外孙女 祖父 祖母 爷爷 奶奶 兄弟 姐妹 哥哥 弟弟 姐姐 妹妹 非亲属 保姆 借住人 other",
)

# Relations that name the door: the first of these rows gives the door its name.
HEADS = frozenset({"householder", "in_charge"})
NOTHING_WRITTEN = frozenset(key_of(word) for word in ("", "-", "--", "/", "\\", "无", "不详", "暂无", "none", "n/a"))
