"""Answers taken from another registry's record: what was taken, what was not and why.

Nothing is guessed silently: each value of the source ends up either among the answers, with
where it came from, or among what was not taken, with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.answers import nested
from app.forms.schema import Form
from app.forms.types import EMPTY, Text
from app.record import Answers
from app.words import Words

NO_PLACE = Words("本表没有对应的项目。", "The form has no place for it.")
NEEDS_CHINESE = Words(
    "“{field}”取自英文原文，请译成中文。", "“{field}” holds the English text; please translate it."
)
TOO_LONG = Words(
    "“{field}”有 {has} 个字，最多 {most} 个，请缩短。",
    "“{field}” has {has} characters, at most {most}; please shorten it.",
)
_HAN = re.compile("[\u3400-\u9fff]")


class Taken(NamedTuple):
    """An answer and where it came from."""

    field: str
    source: str


class NotTaken(NamedTuple):
    """A value of the source that is not among the answers. Many of one kind are told together."""

    source: str
    value: Any
    reason: Words


class Warned(NamedTuple):
    """What a person should look at before relying on an answer."""

    field: str
    message: Words


@dataclass(frozen=True)
class Prefill:
    """Answers for a new draft, with the account of where they come from."""

    id: str
    """The number of the record in its own registry."""
    answers: Answers
    taken: tuple[Taken, ...]
    not_taken: tuple[NotTaken, ...]
    warnings: tuple[Warned, ...]
    values: int = 0
    """How many single values the record says of the study."""
    mapped: int = 0
    """How many of them became answers, or a part of one."""

    def to_wire(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "answers": self.answers,
            "taken": [t._asdict() for t in self.taken],
            "not_taken": [
                {"source": n.source, "value": n.value, "reason": n.reason.to_wire()}
                for n in self.not_taken
            ],
            "warnings": [{"field": w.field, "message": w.message.to_wire()} for w in self.warnings],
        }


@dataclass
class Account:
    """Takes values over one by one and keeps account of them."""

    form: Form
    source: Any
    """What JSON held; nothing is known of its shape."""
    answers: dict[str, Any] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    left: list[NotTaken] = field(default_factory=list)
    warned: dict[tuple[str, str], Warned] = field(default_factory=dict)
    aside: frozenset[str] = frozenset()
    """Parts of the source that say nothing of the study's plan, such as results: not counted."""
    _seen: set[str] = field(default_factory=set)

    # reading ---------------------------------------------------------------------------------

    def raw(self, path: str) -> Any:
        """The value at `a.b[2].c`, or nothing where the source is built otherwise."""
        node = self.source
        for step in re.findall(r"[^.\[\]]+", path):
            if isinstance(node, dict):
                node = node.get(step)
            elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
                node = node[int(step)]
            else:
                return None
        return node

    def text(self, path: str) -> str:
        """The text there; anything else counts as not said."""
        value = self.raw(path)
        return unescaped(value) if isinstance(value, str) else ""

    def texts(self, path: str) -> list[str]:
        value = self.raw(path)
        return (
            [unescaped(v) for v in value if isinstance(v, str)] if isinstance(value, list) else []
        )

    def items(self, path: str) -> Iterator[str]:
        """The paths of the objects in a list."""
        value = self.raw(path)
        for n, item in enumerate(value if isinstance(value, list) else ()):
            if isinstance(item, dict):
                yield f"{path}[{n}]"

    # taking ----------------------------------------------------------------------------------

    def take(self, path: str, value: Any, *sources: str) -> bool:
        """Make the value an answer; what the field cannot hold is left, with the field's reason."""
        if value in EMPTY:
            return False
        asked = self.form.at(path)[-1]
        problem = asked.type.problem(value)
        if problem and not self._only_too_long(path, value):
            self.leave_all(list(sources), problem)
            return False
        self.answers[path] = value
        for source in sources:
            self.taken.append(Taken(path, source))
            self._seen.add(source)
        return True

    def _only_too_long(self, path: str, value: Any) -> bool:
        """Whether all that is wrong with it is its length: then it is taken, and said."""
        asked = self.form.at(path)[-1]
        if not (isinstance(asked.type, Text) and isinstance(value, str)):
            return False
        has, most = len(value), asked.type.max_length
        if has > most:
            self.warn(path, TOO_LONG.fill(field=asked.words, has=has, most=most))
        return has > most

    def take_english(self, path: str, value: str, *sources: str) -> bool:
        """A text for a Chinese field and its English twin; the Chinese one needs translating."""
        done = self.take(path, value, *sources)
        twin = f"{path}_english" if not path.endswith("_english") else ""
        twin = _TWINS.get(path, twin)
        if done and twin and self._has(twin):
            self.take(twin, value, *sources)
        if done and value and not _HAN.search(value):
            group = path.partition("/")[0]
            self.warn(group, NEEDS_CHINESE.fill(field=self.form.at(group)[-1].words))
        return done

    def take_english_list(self, path: str) -> None:
        """Say of a list of words that it needs translating, where it does."""
        if not any(_HAN.search(word) for word in self.answers.get(path, ())):
            self.warn(path, NEEDS_CHINESE.fill(field=self.form.at(path)[-1].words))

    def _has(self, path: str) -> bool:
        try:
            return bool(self.form.at(path))
        except KeyError:
            return False

    def leave(self, source: str, reason: Words, told: Any = None) -> None:
        """Tell why a value that is there is not taken; `told` stands for one too large to show."""
        value = self.raw(source)
        if value not in EMPTY and source not in self._seen:
            self.left.append(NotTaken(source, told or value, reason))
            self._seen.add(source)

    def note_left(self, source: str, value: Any, reason: Words) -> None:
        """Tell of a part of a value that was otherwise taken."""
        self.left.append(NotTaken(source, value, reason))

    def mark_seen(self, source: str) -> None:
        """Every part of the value was told with `note_left`: the whole needs no line of its own."""
        self._seen.add(source)

    def leave_all(self, sources: list[str], reason: Words) -> None:
        for source in sources:
            self.leave(source, reason)

    def warn(self, path: str, message: Words) -> None:
        self.warned[path, message.en] = Warned(path, message)

    # the end ---------------------------------------------------------------------------------

    def close(self, record_id: str) -> Prefill:
        """Everything that nobody looked at is told as not taken."""
        used = {taken.source for taken in self.taken}
        values = mapped = 0
        for source, value in leaves(self.source):
            if not _is_within(source, self._seen):
                self.left.append(NotTaken(source, value, NO_PLACE))
            if source.partition(".")[0] not in self.aside:
                values += 1
                mapped += _is_within(source, used)
        return Prefill(
            record_id,
            nested(self.answers),
            tuple(self.taken),
            tuple(_together(self.left)),
            tuple(self.warned.values()),
            values,
            mapped,
        )


def _is_within(source: str, known: set[str]) -> bool:
    """Whether the value, or something that holds it, is among those."""
    return source in known or any(
        source[:n] in known for n, char in enumerate(source) if char in ".["
    )


_TWINS = {
    "basic.research_title": "basic.scientific_title",
    "basic.brief_research_title": "basic.english_acronym",
    "basic.public_name": "basic.public_title",
    "content.disease_symptom": "content.target_disease",
}
"""English twins that are not called after their Chinese field."""


DEEPEST = 30
"""No record is built deeper; what lies deeper in a hostile file is told as one value."""


def leaves(value: Any, at: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every single value of what JSON held, with its path."""
    if isinstance(value, dict) and depth < DEEPEST:
        for key, inner in value.items():
            yield from leaves(inner, f"{at}.{key}" if at else str(key), depth + 1)
    elif isinstance(value, list) and depth < DEEPEST:
        for n, inner in enumerate(value):
            yield from leaves(inner, f"{at}[{n}]", depth + 1)
    elif value not in EMPTY:
        yield at, value


def _together(left: list[NotTaken]) -> Iterator[NotTaken]:
    """Values of one kind and one reason as one line: a study of 400 sites has 400 coordinates."""
    kinds: dict[tuple[str, Words], list[NotTaken]] = {}
    for one in left:
        kind = re.sub(r"\[\d+\]", "[]", one.source)
        kinds.setdefault((kind, one.reason), []).append(one)
    for (kind, reason), same in kinds.items():
        if len(same) == 1:
            yield same[0]
        else:
            yield NotTaken(kind, unlike([one.value for one in same]), reason)


def unlike(values: list[Any]) -> list[Any]:
    """Each value once, in the order met."""
    return list({json.dumps(v, sort_keys=True, ensure_ascii=False): v for v in values}.values())


def unescaped(text: str) -> str:
    r"""The text as a person reads it: registries write \>, \[ and the like."""
    return re.sub(r"\\([<>\[\]*_~^`#+.!|{}()-])", r"\1", text).replace("\r\n", "\n").strip()
