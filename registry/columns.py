"""The columns of the register, declared once: what each is called in workbooks, in the preview and in the export.

A heading is matched whole, never in part, after blanks, brackets and marks were taken out: what is not in these lists
is shown as "not used" rather than guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from registry.texts import clean


@dataclass(frozen=True)
class Column:
    """`name` is the key of the value in a row, `heading` the English msgid under which people see it."""

    name: str
    heading: str
    chinese: str
    synonyms: str


COLUMNS: Sequence[Column] = (
    Column("station", "Station", "所属派出所", "派出所 管辖派出所 辖区派出所 policestation"),
    Column(
        "community",
        "Community or village",
        "村（社区）",
        "社区 村 村社区 社区村 村居 社区名称 村名 所属社区 所在社区 所属村 所属村社区 所属社区村 村居委会 居委会 村委会 "
        "社区居委会 村社区名称 社区村名称 管辖社区 community village",
    ),
    Column(
        "community_code",
        "Community code",
        "社区代码",
        "村社区代码 社区编码 村社区编码 区划代码 统计用区划代码 行政区划代码 社区村代码 areacode code",
    ),
    Column("kind", "Kind", "类别", "类型 种类 对象类别 对象类型 走访对象类别 走访类别 走访对象类型 type"),
    Column(
        "street",
        "Street or group",
        "路（街、组）",
        "路 街 组 路街 街路 路街巷 街路巷 街路巷组 路名 道路 街巷 路街组号 村民小组 村组 组别 小区 小区名称 street group",
    ),
    Column("building", "Building", "楼栋", "栋 幢 楼号 栋号 幢号 楼栋号 楼幢 楼幢号 楼宇"),
    Column("entrance", "Entrance", "单元", "单元号 门栋"),
    Column("floor", "Floor", "楼层", "层 层数 所在楼层"),
    Column(
        "door",
        "Door",
        "门牌（室号）",
        "门牌 门牌号 门牌号码 室号 房号 房间号 室 门号 房号室号 门牌号室号 doornumber room",
    ),
    Column(
        "address",
        "Full address",
        "详细地址",
        "地址 住址 家庭住址 家庭地址 现住址 现住地址 现居住地 现居住地址 居住地址 居住地 详细住址 经营地址 单位地址 走访地址 "
        "门牌地址 标准地址 标准地址名称 房屋地址 场所地址 addressaswritten fulladdress",
    ),
    Column(
        "name",
        "Householder or name",
        "户主/单位名称",
        "户主或单位名称 户主单位名称 户主姓名单位名称 户主名称 走访对象 走访对象名称 走访对象姓名 名称 姓名单位名称 "
        "户主单位 name",
    ),
    Column(
        "unit_name",
        "Business name",
        "单位名称",
        "企业名称 店名 门店名称 场所名称 店铺名称 商户名称 商铺名称 公司名称 企业单位名称 单位场所名称 字号 businessname",
    ),
    Column("person", "Person", "姓名", "户主 户主姓名 居住人 居住人姓名 人员姓名 居民姓名 householder person"),
    Column("contact", "Contact", "联系人", "联系人姓名 contactperson"),
    Column("in_charge", "Person in charge", "负责人", "负责人姓名 法定代表人 法人 法人代表 经营者 业主 经营人"),
    Column("relation", "Relation", "与户主关系", "关系 户主关系 与户主的关系 身份 relationtohouseholder"),
    Column(
        "phone",
        "Phone",
        "联系电话",
        "电话 手机 手机号 手机号码 联系方式 电话号码 联系电话号码 户主电话 联系手机 联系号码 联系人电话 负责人电话 移动电话 "
        "phonenumber mobile telephone",
    ),
    Column(
        "use",
        "Use",
        "房屋使用",
        "房屋使用情况 使用情况 房屋使用性质 居住性质 住房性质 居住情况 房屋状态 自住出租借用空置",
    ),
    Column(
        "registered_elsewhere", "Lives apart from registration", "人户分离", "是否人户分离 人户是否分离 人户分离情况"
    ),
    Column(
        "officer",
        "Duty officer",
        "责任民警",
        "责任民警姓名 包联民警 包联民警姓名 社区民警 管片民警 走访民警 包保民警 责任人姓名 责任辅警 责任警员 包联人 责任人",
    ),
    Column(
        "badge", "Officer's badge", "警号", "民警警号 责任民警警号 包联民警警号 责任人警号 辅警号 badge badgenumber"
    ),
)

# Never read, never kept: identity numbers, and what the law calls sensitive or a label on a person.
NEVER = re.compile(
    "身份证|公民身份|证件|护照|民族|宗教|信仰|政治面貌|党员|疾病|病史|病情|健康|残疾|精神|血型|吸毒|涉毒|前科|刑满|刑释|"
    "矫正|重点人|违法|犯罪|上访|信访|银行|账号|卡号|收入|低保|贫困|指纹|人脸|虹膜|基因|dna|出生|生日|年龄|婚姻|"
    "idnumber|identity|ethnic|relig|passport|bank|birth|health|disab",
    re.I,
)

# The column that we add to the returned copy, in both languages; ignored when the copy comes back.
REASONS_HEADINGS = {"zh": "户户到导入说明", "en": "Doorstep import notes"}

BY_NAME = {column.name: column for column in COLUMNS}


def heading_of(name: str, language: str) -> str:
    """The heading by which people see a column, in the language of the page."""
    column = BY_NAME.get(name)
    if column is None:
        return ""
    return column.chinese if language.startswith("zh") else column.heading


_MARKS = re.compile(r"[\s/、,，;；:：*＊\-_.。·'’\"“”（）()\[\]【】<>《》?？]+")
_BRACKETS = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")


def plain_heading(text: str) -> str:
    """A heading without blanks, brackets and marks, in lower case: 村（社区） and 村 社区 are one."""
    return _MARKS.sub("", clean(text)).lower()


# Headings of the column that only counts the rows: nobody misses it.
NUMBERS = frozenset({"序号", "编号", "no"})

_BY_HEADING = {
    plain_heading(word): column.name
    for column in COLUMNS
    for word in (column.heading, column.chinese, *column.synonyms.split())
}
_OURS = {plain_heading(text) for text in REASONS_HEADINGS.values()}


def is_ours(heading: str) -> bool:
    return plain_heading(heading) in _OURS


def is_never_read(heading: str) -> bool:
    return bool(NEVER.search(plain_heading(heading)))


def column_of(heading: str, group: str = "") -> str:
    """The column that a heading names, "" for none; `group` is the heading merged over it (责任人 over 姓名)."""
    for text in (group + heading, heading) if group else (heading,):
        for shape in (text, _BRACKETS.sub("", text)):
            if name := _BY_HEADING.get(plain_heading(shape)):
                return name
    return ""
