"""Two texts side by side, with what changed marked: in Chinese by character, in Latin by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[.'’-][A-Za-z0-9]+)*|\s+|.", re.DOTALL)
_SENTENCE = re.compile(r"[^\n。；;！？]*[\n。；;！？]|[^\n。；;！？]+\Z")
TOKENS_MOST = 500
"""A longer stretch that was rewritten is marked whole: comparing grows with the square of it."""

CHANCE = 2
"""So many characters alike between two longer changes are alike by chance."""


@dataclass(frozen=True)
class Piece:
    """A run of text; `changed` where the other version has something else or nothing."""

    text: str
    changed: bool


def marked(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """The pieces of either text: together they are the texts, nothing more or less."""
    old: list[Piece] = []
    new: list[Piece] = []
    for was, now in _stretches(before, after):
        _mark(was, now, old, new)
    return old, new


def _stretches(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Parts of both texts that belong together and are short enough to be compared closely."""
    if max(len(_tokens(before)), len(_tokens(after))) <= TOKENS_MOST:
        yield before, after
        return
    was, now = _SENTENCE.findall(before), _SENTENCE.findall(after)
    for kind, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "replace" and b - a == d - c:
            yield from zip(was[a:b], now[c:d], strict=True)
        else:
            yield "".join(was[a:b]), "".join(now[c:d])


def _mark(before: str, after: str, old: list[Piece], new: list[Piece]) -> None:
    if before == after:
        _put(old, before, changed=False)
        _put(new, after, changed=False)
        return
    was, now = _tokens(before), _tokens(after)
    if max(len(was), len(now)) > TOKENS_MOST:
        _put(old, before, changed=True)
        _put(new, after, changed=True)
        return
    for is_same, a, b, c, d in _compared(was, now):
        _put(old, "".join(was[a:b]), changed=not is_same)
        _put(new, "".join(now[c:d]), changed=not is_same)


def _compared(was: Sequence[str], now: Sequence[str]) -> list[tuple[bool, int, int, int, int]]:
    """(is it the same, from and to in either text), without what is alike by chance only.

    A character or two that both texts happen to have in the midst of longer changes say nothing:
    they would part a phrase that was written anew.
    """
    found = SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    sizes = [max(b - a, d - c) for _kind, a, b, c, d in found]
    told = []
    for n, (kind, a, b, c, d) in enumerate(found):
        around = [sizes[k] for k in (n - 1, n + 1) if 0 <= k < len(found)]
        by_chance = b - a <= CHANCE and len(around) == 2 and b - a < min(around)
        told.append((kind == "equal" and not by_chance, a, b, c, d))
    return told


def _tokens(text: str) -> Sequence[str]:
    """A Latin word or a number is one; each Han character is one."""
    return _TOKEN.findall(text)


def _put(pieces: list[Piece], text: str, *, changed: bool) -> None:
    if not text:
        return
    if pieces and pieces[-1].changed == changed:
        pieces[-1] = Piece(pieces[-1].text + text, changed)
    else:
        pieces.append(Piece(text, changed))
