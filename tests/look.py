"""What is wrong with the look of a page, as its reader would say it: judged in a real browser."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.pofile import read_po

from config.running.places import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")
SIZES = ((360, 740), (390, 844), (1280, 800))
# Words of the Latin alphabet in a Chinese page: names of formats, units and our own code-like texts.
LATIN = set(
    "Excel PDF CSV XLSX xlsx csv UTF GBK WPS Doorstep English SHA QR IP ID URL A4 DEMO Chrome Chromium Android True False".split()
)
# What a station of the demo and of tests typed in Chinese, which are words of ours too: titles, topics, answers, opinions.
DATA = set("所长 专班 大走访专班 副局长 辅警 防溺水 反诈 防火 防盗 有 没有 其他 差 满意 已移交 同意销号 包联".split())
# What the workbooks of the tests are called.
LATIN |= set("own station bureau elsewhere".split())
WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")
# Badges, numbers of cases, codes, file names, hashes, hosts.
CODE = re.compile(r"\S*\d\S*|[A-Z]{1,4}\b|\S+\.\w{2,4}\b|\S+@\S+|\S*[_/\\#&=<>]\S*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@cache
def chinese_words() -> frozenset[str]:
    """Every Chinese text of the catalogue that stands for an English one."""
    with open(ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po", "rb") as file:
        entries = list(read_po(file, locale="zh_Hans"))
    texts = {str(entry.string) for entry in entries if entry.id and isinstance(entry.string, str)}
    return frozenset(text for text in texts if CHINESE.search(text) and "%" not in text and "{" not in text)


def faults_of_shape(page: "Page", *, phone: bool) -> list[str]:
    """Scrolls sideways, too small to hit, too small to read."""
    found: list[str] = page.evaluate(f"{SCRIPT}; shape({'true' if phone else 'false'})")
    return found


def faults_of_words(page: "Page", language: str) -> list[str]:
    """One heading of the first order, capitals, and no word of the other language that isn't data."""
    told = page.evaluate(f"{SCRIPT}; words()")
    found = [] if len(told["h1"]) == 1 else [f"{len(told['h1'])} h1"]
    if language == "en":
        headings = told["h1"] + told["h2"]
        found += [f"heading begins small: {text!r}" for text in headings if text[:1].islower()]
        found += [f"Chinese: {text!r}" for text in told["texts"] if text in chinese_words() - DATA]
    else:
        found += [f"English: {text!r}" for text in told["texts"] if foreign(text)]
    return found


def foreign(text: str) -> bool:
    rest = CODE.sub(" ", text)
    return any(word not in LATIN for word in WORD.findall(rest))
