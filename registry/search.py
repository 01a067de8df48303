"""The `sought` column: what a name and an address are found by, from two characters on.

Pairs of neighbouring characters find any part of a Chinese name or address; pinyin and initials find what is typed on
a keyboard without Chinese. The tokens of a query must all be there (`sought @> …`, served by the GIN index).
"""

import re
from functools import lru_cache
from operator import add

from pypinyin import lazy_pinyin

from registry.texts import key_of

# Characters that are read differently as a surname; pypinyin gives the common reading.
SURNAMES = {
    **dict(zip("单解曾仇区查朴任盖华纪宁员翟乐覃缪种秘冼召折句曲卜应车那葛哈祭都牟阚逄洗黑重繁能佴郗贲隗尹万尉",
               "shan xie zeng qiu ou zha piao ren ge hua ji ning yun zhai yue qin miao chong bi xian shao she gou qu bu "
               "ying che na ge ha zhai du mu kan pang xian he chong po nai nai xi ben wei yin wan wei".split(),
               strict=True)),
    **dict(zip("单于 尉迟 万俟 澹台 长孙 令狐 鲜于 宇文 夏侯 太史 濮阳 公冶 申屠 呼延".split(),
               "chan,yu yu,chi mo,qi tan,tai zhang,sun ling,hu xian,yu yu,wen xia,hou tai,shi pu,yang gong,ye shen,tu "
               "hu,yan".split(), strict=True)),
}  # fmt: skip

IDEOGRAPH = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
MOST_TOKENS = 80


@lru_cache(maxsize=30_000)
def syllable(character: str) -> str:
    return str(lazy_pinyin(character)[0]).lower()


def syllables(name: str) -> list[str]:
    """The name's pinyin, its surname read as a surname."""
    for length in (2, 1):
        head = name[:length]
        if head in SURNAMES and (length == 2 or len(name) <= 4):
            return [*SURNAMES[head].split(","), *map(syllable, name[length:])]
    return list(filter(None, map(_if_chinese, name)))


@lru_cache(maxsize=30_000)
def _if_chinese(character: str) -> str:
    return syllable(character) if IDEOGRAPH.match(character) else ""


def pairs(text: str) -> list[str]:
    return list(map(add, text, text[1:]))


def spoken(name_key: str) -> list[str]:
    """Pinyin of the name: each syllable, the whole, the surname with one more, and the initials from two on."""
    parts = [] if name_key.isascii() else syllables(name_key)
    if not parts:
        return []
    initials = "".join([part[0] for part in parts if part])
    said = [*parts, "".join(parts), "".join(parts[:2]), initials, initials[:2], initials[:3]]
    return [token for token in said if 2 <= len(token) <= 40]


@lru_cache(maxsize=16_384)
def _named(name: str) -> dict[str, None]:
    name_key = key_of(name)
    return dict.fromkeys([*pairs(name_key), *spoken(name_key)][:MOST_TOKENS])


def sought(address: str, *names: str) -> list[str]:
    """Tokens of one door by its address and whoever is there; each once, at most so many for each text."""
    tokens = dict.fromkeys(pairs(key_of(address))[:MOST_TOKENS])
    for name in names:
        tokens.update(_named(name))
    return list(tokens)


def wanted(text: str) -> list[str]:
    """Tokens that a door must have to answer this query; [] when the query is too short to search by.

    A Chinese or mixed word is cut into pairs; a word of Latin letters alone stands for pinyin or initials.
    """
    tokens: set[str] = set()
    for word in text.split():
        key = key_of(word)
        if len(key) < 2:
            continue
        tokens.update([key] if re.fullmatch("[a-z]+", key) else pairs(key))
    return sorted(tokens)
