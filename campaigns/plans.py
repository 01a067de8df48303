"""The built-in plan of a standard grand visit: what a supervisor need not type.

The texts are Chinese because they are printed and read out in Chinese; a site edits them before it opens.
"""

from dataclasses import dataclass, field

from campaigns.question_sets import QuestionPlan, standard_questions


@dataclass(frozen=True)
class TopicPlan:
    name: str
    leaflet: str = ""
    guidance: str = ""
    kind: str = "publicity"


@dataclass(frozen=True)
class Plan:
    slogan: str
    legal_basis: str
    purpose: str
    notice_text: str
    topics: tuple[TopicPlan, ...]
    questions: tuple[QuestionPlan, ...]
    # Shares of the campaign's days: preparation, concentrated visits, key deepening.
    phases: tuple[tuple[str, float], ...]
    attempts_needed: int = 3
    bands_needed: int = 2
    cool_off_days: int = 30
    retain_days: int = 365
    responsibility: str = field(default="包联")


STANDARD_GRAND_VISIT = Plan(
    slogan="户户走到、矛盾化解、隐患清零",
    legal_basis=(
        "《中华人民共和国人民警察法》第六条、第二十一条；《中华人民共和国个人信息保护法》第三十四条、第三十五条"
        "（国家机关为履行法定职责处理个人信息，依照法定权限和程序，不超出履职所必需的范围和限度）。"
    ),
    purpose="入户走访，宣传防范，排查化解矛盾纠纷，发现整改安全隐患，听取群众诉求和意见建议。",
    notice_text=(
        "您好，我们是派出所民警，正在开展入户走访。这次走访会记下住址、联系人、房屋使用情况和您反映的事项，"
        "只用于本次走访和事项办理，活动结束后按期限删除。您可以查阅、更正，也可以不回答。"
        "反映的情况我们会保密。"
    ),
    topics=(
        TopicPlan("反诈", "反诈宣传彩页", "不轻信、不转账、不透露验证码；接到可疑电话先挂断，再拨 96110。"),
        TopicPlan("防火", "消防安全彩页", "楼道不堆物，电动车不进楼、不飞线充电，会用灭火器。"),
        TopicPlan("防盗", "", "门窗落锁，贵重物品不放外间，发现可疑人员打 110。"),
        TopicPlan("防溺水", "", "不私自下水，不到无安全设施的水域，不盲目施救。"),
        TopicPlan("法律服务", "", "纠纷可以找人民调解委员会、司法所、法院；调解不收费。"),
        TopicPlan("警民联系卡", "警民联系卡", "留下社区民警姓名和电话，有事随时联系。"),
    ),
    questions=standard_questions(),
    phases=(("准备部署", 0.15), ("集中走访", 0.6), ("重点深化", 0.25)),
)
