"""The four built-in sets of questions: household, shop, enterprise or institution, village or community office.

After the two forms and four kinds of visit of rows X4 and X5. They stay out of what a visit may not ask (PIPL 6, 28):
no identity number, belief, ethnicity or health, no names of staff. What a door brings up – a quarrel, unpaid wages, a
hazard, a wish – is a finding with its own case, never an answer. Use, registration and contacts are facts of the door
and are asked as such. At most five of a set must be answered, in the order in which they stand here.

The texts are Chinese because they are printed and read out in Chinese; a site edits them before it opens.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from registry.models import Premises

MOST_REQUIRED = 5
KIND = Premises.Kind


@dataclass(frozen=True)
class QuestionPlan:
    text: str
    kinds: tuple[str, ...]
    required: bool = True
    type: str = "yes_no"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuestionSet:
    code: str
    label: Any
    kinds: tuple[str, ...]
    questions: tuple[QuestionPlan, ...]


def _set(code: str, label: Any, kinds: tuple[str, ...], *asked: tuple[str, str, bool, tuple[str, ...]]) -> QuestionSet:
    questions = tuple(QuestionPlan(text, kinds, required, type, choices) for text, type, required, choices in asked)
    return QuestionSet(code, label, kinds, questions)


def _needed(text: str) -> tuple[str, str, bool, tuple[str, ...]]:
    return text, "yes_no", True, ()


def _optional(text: str, type: str = "yes_no", *choices: str) -> tuple[str, str, bool, tuple[str, ...]]:
    return text, type, False, choices


SATISFIED = _optional("对派出所工作是否满意？", "choice", "满意", "基本满意", "不满意", "不了解")

QUESTION_SETS: tuple[QuestionSet, ...] = (
    _set(
        "household",
        _("household"),
        (KIND.HOUSEHOLD,),
        _needed("家中有烟感报警器吗？"),
        _needed("近半年接到过诈骗电话吗？"),
        _optional("常住几口人？", "number"),
        _optional("电动车在哪里充电？", "choice", "集中充电处", "室外自接", "楼道或室内", "没有电动车"),
        _optional("装了国家反诈中心应用吗？"),
        _optional("燃气有自动切断装置吗？", "choice", "有", "没有", "不用燃气"),
        _optional("知道社区民警的电话吗？"),
        SATISFIED,
    ),
    _set(
        "shop",
        _("shop"),
        (KIND.SHOP,),
        _needed("灭火器在有效期内吗？"),
        _needed("疏散通道畅通吗？"),
        _needed("店内晚上住人吗？"),
        _optional("从业人员有多少人？", "number"),
        _optional("主要经营什么？", "text"),
        _optional("怎样经营？", "choice", "自营", "承包或租赁", "加盟", "其他"),
        _optional("进货从哪里来、货卖到哪里？", "text"),
        _optional("属于重点行业或经营重点物品吗？"),
        _optional("监控设备能正常使用吗？", "choice", "能", "不能", "没有装"),
        SATISFIED,
    ),
    _set(
        "enterprise",
        _("enterprise or institution"),
        (KIND.ENTERPRISE, KIND.INSTITUTION),
        _needed("灭火器在有效期内吗？"),
        _needed("疏散通道畅通吗？"),
        _needed("内部治安保卫制度上墙并落实了吗？"),
        _needed("有应急预案并演练过吗？"),
        _optional("从业人员有多少人？", "number"),
        _optional("单位性质是什么？", "choice", "国有", "集体", "民营", "外资或合资", "机关事业单位", "其他"),
        _optional("统一社会信用代码是什么？", "text"),
        _optional("专职保卫人员有多少人？", "number"),
        _optional("重点要害部位有几处？", "number"),
        _optional("人防、物防、技防齐全吗？", "choice", "齐全", "缺人防", "缺物防", "缺技防"),
        _optional("周边治安环境怎么样？", "choice", "好", "一般", "差"),
        SATISFIED,
    ),
    _set(
        "community_office",
        _("village or community office"),
        (KIND.COMMUNITY_OFFICE,),
        _needed("警务室或警民联系点开着吗？"),
        _needed("水域、道路等处的警示标志齐全吗？"),
        _optional("网格员有多少人？", "number"),
        _optional("义警、平安志愿者有多少人？", "number"),
        _optional("人民调解委员会有几名调解员？", "number"),
        _optional("公共部位监控有几处不能用？", "number"),
        _optional("群众最关心的治安问题是什么？", "choice", "电信诈骗", "盗窃", "交通", "消防", "邻里纠纷", "其他"),
        _optional("每月和派出所会商几次？", "number"),
        SATISFIED,
    ),
)


def standard_questions() -> tuple[QuestionPlan, ...]:
    return tuple(question for each in QUESTION_SETS for question in each.questions)
