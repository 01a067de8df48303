"""Masked by default: what is left of a name or a phone number when the reader has no reason to see it."""

# Surnames of two characters keep both, or the mask would show half a surname and no given name.
DOUBLE_SURNAMES = frozenset(
    [
        "欧阳",
        "太史",
        "端木",
        "上官",
        "司马",
        "东方",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "夏侯",
        "诸葛",
        "尉迟",
        "公羊",
        "赫连",
        "澹台",
        "皇甫",
        "宗政",
        "濮阳",
        "公冶",
        "太叔",
        "申屠",
        "公孙",
        "慕容",
        "仲孙",
        "钟离",
        "长孙",
        "宇文",
        "司徒",
        "鲜于",
        "司空",
        "令狐",
    ]
)


def masked_name(name: str) -> str:
    """郑国平 → 郑**, 诸葛云 → 诸葛*; a Latin name keeps its first letter."""
    name = name.strip()
    if not name:
        return ""
    kept = 2 if name[:2] in DOUBLE_SURNAMES and len(name) > 2 else 1
    return name[:kept] + "*" * max(1, len(name) - kept)


def masked_phone(phone: str) -> str:
    """The last four digits are what an officer compares on the phone's display: 199****0041."""
    digits = phone.strip()
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}****{digits[-4:]}"
