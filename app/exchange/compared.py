"""Two versions side by side in words: question by question, row by row, document by document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from app.answers import Difference, compare, is_substantive, told
from app.exchange.marked import Piece, marked
from app.exchange.told import Names, masked, named
from app.forms.schema import Field, Files, Form
from app.forms.types import Secret
from app.record import Answers
from app.words import Language, Words

Kind: TypeAlias = Literal["changed", "added", "removed"]
ADDED, REMOVED = Words("新增一行", "A row was added"), Words("删去一行", "A row was removed")
NTH_ROW = Words("第 {n} 行", "row {n}")
DOCUMENT = Words("第 {n} 份", "no. {n}")
CONTENT = Words("文件内容", "Content")
SAME_FILE = Words("相同（校验值 {sha}）", "the same (checksum {sha})")
THIS_FILE = Words("校验值 {sha}", "checksum {sha}")
OF_DOCUMENT = ("name", "version", "date", "pages")
"""What is told of a document on both sides, changed or not."""


@dataclass(frozen=True)
class Side:
    """One answer before and after, in pieces of which the changed ones are marked."""

    label: str
    """Of a field of a row; empty where the block says it."""
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


@dataclass(frozen=True)
class Block:
    """One question that differs, or one row of a group, or one document."""

    path: str
    title: str
    """The question; of a row the group and which one it is."""
    kind: Kind
    substantive: bool
    """Whether a change of it needs a new review."""
    sides: tuple[Side, ...]


@dataclass(frozen=True)
class Chapter:
    """The differences on one page of the form."""

    title: str
    blocks: tuple[Block, ...]


def compared(
    form: Form,
    before: Answers,
    after: Answers,
    *,
    names: Names | None = None,
    language: Language = "zh",
) -> list[Chapter]:
    """Where two versions differ, in the order of the form; rows by identity, not by place."""
    teller = _Teller(form, before, after, names or {}, language)
    grouped: dict[str, list[Difference]] = {}
    for one in compare(form, before, after):
        if one.field is None or not isinstance(one.field.type, Secret):
            grouped.setdefault(_block_of(one.path), []).append(one)
    chapters: dict[str, list[Block]] = {}
    for path, found in grouped.items():
        head = path.split("/")[0]
        title = form.page_of(path).words.say(language) if form.has(head) else head
        chapters.setdefault(title, []).append(teller.block(path, found))
    return [Chapter(title, tuple(blocks)) for title, blocks in chapters.items()]


def counted(chapters: Sequence[Chapter]) -> tuple[int, int]:
    """How many blocks differ, and how many of them are substantive."""
    blocks = [block for chapter in chapters for block in chapter.blocks]
    return len(blocks), sum(block.substantive for block in blocks)


def _block_of(path: str) -> str:
    """The row that a path is in, the innermost; of a plain field the field itself."""
    return path.rpartition("/")[0] or path


@dataclass(frozen=True)
class _Teller:
    form: Form
    before: Answers
    after: Answers
    names: Names
    language: Language

    def block(self, path: str, found: Sequence[Difference]) -> Block:
        was, now = _row_at(self.before, path), _row_at(self.after, path)
        in_row = "/" in path
        kind: Kind = "changed"
        if in_row and not (was is not None and now is not None):
            kind = "added" if was is None else "removed"
        substantive = any(is_substantive(self.form, one.path) for one in found)
        if in_row and self._is_document(path):
            sides = tuple(self._document(was or {}, now or {}))
        else:
            sides = tuple(self._side(one, in_row=in_row) for one in found)
        return Block(path, self._title(path), kind, substantive, sides)

    def _title(self, path: str) -> str:
        """`研究分组信息 · 第 2 行`; inside a row that of the row first."""
        return " › ".join(self._steps(path))

    def _steps(self, path: str) -> list[str]:
        parts = path.split("/")
        told_steps = []
        for n in range(0, len(parts), 2):
            group = "/".join(parts[: n + 1])
            try:
                field = self.form.at(group)[-1]
            except (KeyError, IndexError):  # written by a newer program
                return [path]
            label = field.words.say(self.language)
            if n + 1 < len(parts):
                label += " · " + self._place(group, parts[n + 1], field)
            told_steps.append(label)
        return told_steps

    def _place(self, group: str, row: str, field: Field) -> str:
        """Which row it is: counted in the later version, or where it was last."""
        for answers in (self.after, self.before):
            rows = _row_at(answers, group)
            if rows is not None and row in rows:
                nth = DOCUMENT if isinstance(field.type, Files) else NTH_ROW
                return nth.fill(n=list(rows).index(row) + 1).say(self.language)
        return row

    def _is_document(self, path: str) -> bool:
        try:
            return isinstance(self.form.at(path.rpartition("/")[0])[-1].type, Files)
        except (KeyError, IndexError):
            return False

    def _side(self, one: Difference, *, in_row: bool) -> Side:
        if one.path.endswith("/"):  # a row as a whole, in which nothing was typed yet
            said = REMOVED if one.after is None else ADDED
            row = (Piece(said.say(self.language), changed=True),)
            return Side("", row, ()) if one.after is None else Side("", (), row)
        label = one.field.words.say(self.language) if one.field and in_row else ""
        was, now = (named(text, self.names) for text in one.told(self.language))
        if one.field is not None and one.field.private:
            return Side(label, _whole(masked(was)), _whole(masked(now)))
        old, new = marked(was, now)
        return Side(label, tuple(old), tuple(new))

    def _document(self, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Side]:
        """A document on either side: also what has not changed of it, to know which it is."""
        kinds = {field.id: field for field in Files().fields}
        for name in OF_DOCUMENT:
            field = kinds[name]
            old, new = (told(field, row.get(name), self.language) for row in (was, now))
            if old or new:
                left, right = marked(old, new)
                yield Side(field.words.say(self.language), tuple(left), tuple(right))
        if was and now:  # else its name says which it is
            yield self._content(str(was.get("sha256") or "")[:8], str(now.get("sha256") or "")[:8])

    def _content(self, was: str, now: str) -> Side:
        label = CONTENT.say(self.language)
        if was == now:
            same = (Piece(SAME_FILE.fill(sha=now).say(self.language), changed=False),)
            return Side(label, same, same)
        old, new = (_whole(THIS_FILE.fill(sha=sha).say(self.language)) for sha in (was, now))
        return Side(label, old, new)


def _whole(text: str) -> tuple[Piece, ...]:
    return (Piece(text, changed=True),) if text else ()


def _row_at(answers: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    """The group or the row at a path, where there is one."""
    node: Any = answers
    for part in path.split("/"):
        node = node.get(part) if isinstance(node, Mapping) else None
    return node if isinstance(node, Mapping) else None
