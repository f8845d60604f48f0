"""First passwords: their rule, and the default made of a name's initials. Seeds 000 and 002."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from app import pinyin

SUFFIX = "_123456"
SHORTEST, LONGEST = 6, 14

_SURNAMES = """
    尉迟yc 万俟mq 单于cy 长孙zs 澹台tt 令狐lh 宇文yw 呼延hy 贺兰hl 独孤dg 欧阳oy
    上官sg 司马sm 诸葛zg 东方df 皇甫hf 公孙gs 慕容mr 司徒st 夏侯xh 乐正yz 宰父zf
    亓官qg 鲜于xy 闾丘lq 拓跋tb 纳兰nl 南宫ng
    单s 仇q 曾z 解x 查z 翟z 区o 朴p 盖g 任r 华h 缪m 宁n 繁p 员y 召s 折s 冼x
    洗x 隗w 能n 乐y 覃q 秘b 种c 祭z 莘s 谌c 郇x 乜n 宓m 呙g 佘s 逄p 牟m 车c
    沈s 冯f 贾j 俞y 柏b 薄b 费f 石s 葛g 尹y 叶y 万w 於y 晟c 阚k 郗x 冒m 黑h
    纪j 眭s 哈h 重c 都d 褚c 臧z 占z 燕y 过g 应y 曲q 幺y 长z 炅g 粘n 撒s 相x
"""
SURNAMES: dict[str, str] = dict(re.findall(r"([^a-z\s]+)([a-z]+)", _SURNAMES))
"""Initials by which a name begins, where a table of single characters would be wrong: compound
surnames, and characters that sound otherwise as a surname or are read in several ways."""

_DROPPED = re.compile(r"[\s·•‧・.．'’\-]")
_PARTS = re.compile(r"[A-Za-z]+|[^A-Za-z]+")
_LATIN = re.compile(r"[A-Za-z]")
_LETTERS = re.compile(r"[A-Za-z]+")


@lru_cache(maxsize=20_000)
def default(name: str) -> str | None:
    """Make the password of a name, 张三 → "zs_123456"; None where none can be made."""
    plain = unicodedata.normalize("NFKC", name)
    if not plain.isalpha():
        plain = _DROPPED.sub("", plain)
    letters = _beginning(plain, 2) or _beginning(plain, 1) or _initials(plain)
    made = letters + SUFFIX
    if not letters or not _LETTERS.fullmatch(letters) or len(made) > LONGEST:
        return None
    return made


def _beginning(name: str, length: int) -> str:
    """The letters of a name whose surname of this length is in the table; empty otherwise."""
    surname = SURNAMES.get(name[:length]) if len(name) > length else None
    return surname + _initials(name[length:]) if surname else ""


def _initials(text: str) -> str:
    """First letters of Chinese characters; Latin letters as they are; others stay and are seen."""
    if not _LATIN.search(text):
        return pinyin.initials(text)
    found = []
    for part in _PARTS.findall(text):
        found.append(part if part.isascii() else pinyin.initials(part))
    return "".join(found)


def is_good(password: str) -> bool:
    """6–14 characters, with at least two of: digits, capital letters, small letters (seed 000)."""
    kinds = sum(bool(re.search(kind, password)) for kind in (r"\d", r"[A-Z]", r"[a-z]"))
    return SHORTEST <= len(password) <= LONGEST and kinds >= 2 and not re.search(r"\s", password)


def masked(password: str) -> str:
    """What may be shown of a default password: its rule, not its letters."""
    head, _, tail = password.partition("_")
    return f"{'*' * len(head)}_{tail}" if tail else "*" * len(password)
