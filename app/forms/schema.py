"""The language in which forms are declared.

A `Form` is data: nothing here knows about widgets, tables, cells or XML elements. What a
declaration gets wrong, it gets wrong at import, in `Form.__post_init__`, not when a person
first opens the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from app.forms.conditions import Condition, Never
from app.forms.types import EMPTY, Choice, Date, FieldType, Integer, Listed, Pointer, Text
from app.words import Language, Words


@dataclass(frozen=True)
class Field:
    """One question: everything about it that any part of the program needs to know."""

    id: str
    label: str
    type: FieldType
    required: bool | Condition = False
    only: Condition | None = None
    """Asked only where this holds; otherwise hidden, kept while drafting, left out at submit."""
    english: str = ""
    help: Words | None = None
    example: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    """What other systems call it, by outlet; an outlet that is not named does not get it."""
    pair_of: str = ""
    """For an English twin: the Chinese field it stands beside."""
    published: bool = False
    """Appears on the public site once filed."""
    substantive: bool = False
    """A change of it after filing needs a new review."""
    private: bool = False
    """Masked in lists, prints and logs."""
    short: bool = False
    """May share its line with its neighbour."""
    given: Literal["", "office_name", "name"] = ""
    """What a new record knows already of who begins it: an attribute of `app.record.Principal`."""

    @property
    def words(self) -> Words:
        return Words(self.label, self.english or self.label)

    @property
    def is_of_review(self) -> bool:
        """Not asked in the wizard; filled by steps of the workflow."""
        return isinstance(self.only, Never)

    def is_shown(self, known: Mapping[str, Any]) -> bool:
        return self.only is None or self.only.holds(known)

    def is_required(self, known: Mapping[str, Any]) -> bool:
        return self.required if isinstance(self.required, bool) else self.required.holds(known)

    def depends_on(self) -> set[str]:
        """The fields that its conditions, and those of its options, read."""
        conditions = [self.only, self.required]
        if isinstance(self.type, Choice):
            conditions += [o.only for o in self.type.options]
        read = {n for c in conditions if isinstance(c, Condition) for n in c.fields()}
        return read | (
            {self.type.within} if isinstance(self.type, Listed) and self.type.within else set()
        )


@dataclass(frozen=True)
class Rows(FieldType):
    """A repeating group. Stored as {row id: answers}, so that rows never clash by their place."""

    fields: tuple[Field, ...]
    least: int = 1
    """Rows that are shown at once in an empty form."""

    def problem(self, value: Any) -> Words | None:
        if isinstance(value, dict) and all(isinstance(row, dict) for row in value.values()):
            return None
        return Words("这里应是若干行。", "These should be rows.")

    def text(self, value: Any, language: Language = "zh") -> str:
        return "\n".join(
            "; ".join(
                f"{f.words.say(language)}: {f.type.text(row.get(f.id), language)}"
                for f in self.fields
                if row.get(f.id) not in EMPTY
            )
            for row in (value or {}).values()
        )


_SHA256 = re.compile(r"[0-9a-f]{64}")

FILE_FIELDS = (
    Field("name", "文件名", Text(255), required=True, english="File name"),
    Field("version", "版本号", Text(30), english="Version", short=True, example="V1.0"),
    Field("date", "版本日期", Date(), english="Version date", short=True),
    Field("sha256", "校验值", Text(64), english="SHA-256", only=Never()),
    Field("size", "大小", Integer(0, 2**40), english="Size", only=Never()),
    Field("pages", "页数", Integer(0, 100_000), english="Pages", only=Never()),
)


@dataclass(frozen=True)
class Files(Rows):
    """Attached documents: rows of name, version, version date, SHA-256, size in bytes, pages."""

    fields: tuple[Field, ...] = FILE_FIELDS
    least: int = 0
    pdf_only: bool = True
    megabytes: int = 50

    def problem(self, value: Any) -> Words | None:
        if said := super().problem(value):
            return said
        if all(_SHA256.fullmatch(str(row.get("sha256", ""))) for row in value.values()):
            return None
        return Words(
            "文件没有添加成功，请重新添加。", "The file was not added; please add it again."
        )

    def text(self, value: Any, language: Language = "zh") -> str:
        return "\n".join(
            " ".join(
                part
                for part in (
                    str(row.get("name", "")),
                    str(row.get("version") or ""),
                    str(row.get("date") or ""),
                    f"({row['pages']} {'页' if language == 'zh' else 'pages'})"
                    if row.get("pages")
                    else "",
                )
                if part
            )
            for row in (value or {}).values()
        )


PERSON_FIELDS = (
    Field("person", "人员", Pointer("person"), english="Person"),
    Field("name", "姓名", Text(50), required=True, english="Name", short=True, example="何平"),
    Field("title_class", "职称类别", Listed("title_classes"), english="Title class", short=True),
    Field("title", "职称", Listed("titles", within="title_class"), english="Title", short=True),
    Field("duty", "分工", Text(100), english="Duty in the study", short=True, example="入组与随访"),
)


@dataclass(frozen=True)
class People(Rows):
    """Persons picked from the staff or typed: one control of a form, told by their names."""

    fields: tuple[Field, ...] = PERSON_FIELDS
    least: int = 0

    def text(self, value: Any, language: Language = "zh") -> str:
        joint = "；" if language == "zh" else "; "
        return joint.join(
            _person(row, language) for row in (value or {}).values() if row.get("name")
        )


def _person(row: Mapping[str, Any], language: Language) -> str:
    title = Listed("titles").text(row.get("title"), language)
    told = "，".join(part for part in (title, str(row.get("duty") or "")) if part)
    told = told if language == "zh" else told.replace("，", ", ")
    name = str(row["name"])
    if not told:
        return name
    return f"{name}（{told}）" if language == "zh" else f"{name} ({told})"


@dataclass(frozen=True)
class Page:
    """A page of the wizard, a part of the summary; also what a step of a workflow asks for."""

    id: str
    title: str
    english: str
    fields: tuple[Field, ...]
    only: Condition | None = None

    @property
    def words(self) -> Words:
        return Words(self.title, self.english)


@dataclass(frozen=True)
class Form:
    """A kind of record. `title_fields`: the first answered one names a record in lists."""

    id: str
    title: str
    english: str
    version: int
    pages: tuple[Page, ...]
    title_fields: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        refuse_mistakes(self.id, self.fields(), around=set())
        known = {f.id for f in self.fields()}
        for page in self.pages:
            if page.only and (unknown := page.only.fields() - known):
                raise ValueError(f"{self.id}: page {page.id} depends on {unknown}")
        if unknown := set(self.title_fields) - known:
            raise ValueError(f"{self.id}: {unknown} cannot be its title")

    @property
    def words(self) -> Words:
        return Words(self.title, self.english)

    def fields(self) -> Iterator[Field]:
        """Every top-level field in order; groups give their own through `Rows.fields`."""
        for page in self.pages:
            yield from page.fields

    @cached_property
    def _by_id(self) -> dict[str, Field]:
        return {f.id: f for f in self.fields()}

    @cached_property
    def _page_of(self) -> dict[str, Page]:
        return {f.id: page for page in self.pages for f in page.fields}

    def field(self, field_id: str) -> Field:
        return self._by_id[field_id]

    def has(self, field_id: str) -> bool:
        return field_id in self._by_id

    def at(self, path: str) -> tuple[Field, ...]:
        """The fields along a path: (group, inner field) for `group/row/field`. KeyError if none."""
        first, *rest = path.split("/")
        found = [self.field(first)]
        for step in rest[1::2]:
            kind = found[-1].type
            inner = {f.id: f for f in kind.fields} if isinstance(kind, Rows) else {}
            found.append(inner[step])
        return tuple(found)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {f.id: n for n, f in enumerate(self.fields())}

    def place(self, path: str) -> tuple[int, ...]:
        """Where a path stands: the place of each field along it; unknown ones come last."""
        first, *rest = path.split("/")
        found = [self._places.get(first, len(self._places))]
        kind = self._by_id[first].type if first in self._by_id else None
        for step in rest[1::2]:
            inner = kind.fields if isinstance(kind, Rows) else ()
            n = next((n for n, f in enumerate(inner) if f.id == step), len(inner))
            found.append(n)
            kind = inner[n].type if n < len(inner) else None
        return tuple(found)

    def page_of(self, path: str) -> Page:
        return self._page_of[path.split("/", maxsplit=1)[0]]

    def label(self, path: str) -> Words:
        """Where a path is, as a person reads it: 页面 › 组 › 字段."""
        fields = self.at(path)
        page = self.page_of(path)
        return Words(
            " › ".join((page.title, *(f.label for f in fields))),
            " › ".join((page.english, *(f.words.en for f in fields))),
        )

    def title_of(self, answers: Mapping[str, Any]) -> str:
        for field_id in self.title_fields:
            if answers.get(field_id):
                return str(self.field(field_id).type.text(answers[field_id]))
        return ""


def refuse_mistakes(at: str, fields: Iterable[Field], around: set[str]) -> None:
    """Refuse what cannot be right: a name twice, a condition on what is not declared before it."""
    known = set(around)
    here: set[str] = set()
    for f in fields:
        if f.id in here:
            raise ValueError(f"{at}: two fields are called {f.id}")
        if "/" in f.id:
            raise ValueError(f"{at}.{f.id}: a name has no slash, paths do")
        if later := f.depends_on() - known:
            raise ValueError(f"{at}.{f.id} depends on {later}, not declared before it")
        if f.pair_of and f.pair_of not in known:
            raise ValueError(f"{at}.{f.id} is the twin of {f.pair_of}, not declared before it")
        if isinstance(f.type, Rows):
            refuse_mistakes(f"{at}.{f.id}", f.type.fields, around=known)
        here.add(f.id)
        known.add(f.id)
