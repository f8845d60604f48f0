"""The review summary (审查摘要): a view of a study and its opinions, declared like a form.

Because it is a form, whatever shows, prints or compares forms shows and prints it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.answers import Line, Section, summarise
from app.exchange.times import moment_of
from app.exchange.told import Names, told
from app.forms import FORMS
from app.forms.schema import Field, Files, Form, Page, Rows
from app.forms.types import EMPTY, Choice, Date, Pointer, Secret, Text, options
from app.record import Answers, Passage, Record
from app.words import Language, Words
from app.workflows import WORKFLOWS
from app.workflows.asks import DECISION, WAY
from app.workflows.roles import ROLES
from app.workflows.table import SYSTEM, Step

BOARD = Choice(options(("ethics", "伦理", "Ethics"), ("academic", "学术", "Academic")))

# fmt: off
REVIEW_SUMMARY = Form(
    "review_summary", "医学研究审查摘要", "Review summary of a study", 1,
    title_fields=("title",), pages=(
    Page("study", "研究项目", "Study", (
        Field("number", "备案号", Text(), english="Filing number"),
        Field("title", "项目名称", Text(), english="Title"),
        Field("class", "研究分类", Text(), english="Class of research"),
        Field("institution", "研究实施单位", Text(), english="Institution"),
        Field("pi", "项目负责人", Text(), english="Principal investigator"),
        Field("sponsor", "研究申办方", Text(), english="Sponsor"),
        Field("committee", "审查委员会", Text(), english="Reviewing committee"),
        Field("way", "审查方式", WAY, english="Way of review"),
        Field("state", "当前状态", Text(), english="State"),
    )),
    Page("documents", "审查文件", "Documents reviewed", (
        Field("documents", "审查文件", Rows((
            Field("kind", "文件类别", Text(), english="Kind"),
            Field("name", "文件名", Text(), english="File"),
            Field("version", "版本号", Text(), english="Version"),
            Field("date", "版本日期", Date(), english="Version date"),
            Field("pages", "页数", Text(), english="Pages"),
        )), english="Documents reviewed"),
    )),
    Page("reviewers", "审查委员", "Reviewers", (
        Field("reviewers", "审查委员", Rows((
            Field("member", "委员", Text(), english="Member"),
            Field("board", "审查类别", BOARD, english="Review"),
            Field("state", "状态", Text(), english="State"),
            Field("at", "提交时间", Text(), english="Given at"),
        )), english="Reviewers"),
    )),
    Page("opinions", "委员意见", "Opinions of the members", (
        Field("opinions", "委员意见", Rows((
            Field("member", "委员", Text(), english="Member"),
            Field("opinion", "意见", Text(10_000, lines=5), english="Opinion"),
        )), english="Opinions of the members"),
    )),
    Page("conclusion", "审查结论", "Conclusion", (
        Field("academic_decision", "学术审查决定", DECISION, english="Academic decision"),
        Field("academic_reason", "学术审查意见", Text(5000, lines=4), english="Academic opinion"),
        Field("decision", "伦理审查决定", DECISION, english="Ethics decision"),
        Field("approval_number", "伦理批件号", Text(), english="Ethics approval number"),
        Field("approval_date", "伦理批准日期", Date(), english="Date of approval"),
        Field("reason", "审查意见", Text(5000, lines=4), english="Opinion of the committee"),
    )),
    Page("timeline", "审核进度", "Progress of the review", (
        Field("timeline", "审核进度", Rows((
            Field("at", "时间", Text(), english="Time"),
            Field("step", "办理", Text(), english="Step"),
            Field("by", "办理人", Text(), english="By"),
            Field("state", "办理后状态", Text(), english="State after"),
            Field("note", "说明", Text(10_000, lines=3), english="Note"),
        )), english="Progress of the review"),
    )),
))
# fmt: on

UNSENT = Words("（尚未上报）", "(not sent yet)")
REGISTRY = Words("系统", "The registry")


@dataclass(frozen=True)
class Review:
    """A study, the opinions on it, and what a reader needs to know besides."""

    study: Record
    opinions: Sequence[Record]
    institution: str = ""
    committee: str = ""
    names: Names | None = None
    language: Language = "zh"

    def name(self, ref: str) -> str:
        return (self.names or {}).get(ref, ref)

    def names_of(self, party: str) -> str:
        return "、".join(self.name(ref) for ref in self.study.parties.get(party, ()))


def review_summary(review: Review) -> list[Section]:
    """The summary in words, section by section."""
    return summarise(REVIEW_SUMMARY, review_answers(review), review.language)


def review_answers(review: Review) -> Answers:
    """The same as answers to the declared view: nested plain data."""
    return {
        **_study(review),
        "documents": _rows(_documents(review)),
        "reviewers": _rows(_reviewers(review)),
        "opinions": _rows(_opinions(review)),
        **_conclusion(review.study),
        "timeline": _rows(_timeline(review)),
    }


def _rows(found: Iterator[Answers]) -> Answers:
    return {f"r{n}": row for n, row in enumerate(found, 1)}


def _study(review: Review) -> Answers:
    study, language = review.study, review.language
    form = FORMS[study.form]

    def say(*field_ids: str) -> str:
        texts = (
            form.field(i).type.text(study.answers.get(i), language)
            for i in field_ids
            if form.has(i)
        )
        return " / ".join(text for text in texts if text)

    submitted = next((p.name for p in study.log if p.command == "submit"), "")
    ways = [p.said["way"] for p in this_round(study) if p.said.get("way")]
    return {
        "number": study.number,
        "title": form.title_of(study.answers),
        "class": say(*(f"cat.research_classification_level_{n}" for n in (1, 2, 3))),
        "institution": review.institution or review.names_of("institution"),
        "pi": _known(review, "pi") or submitted or review.names_of("pi"),
        "sponsor": say("basic.base_research_sponsor"),
        "committee": review.committee or review.names_of("ethics_committee"),
        "way": ways[-1] if ways else None,
        "state": WORKFLOWS[study.form].state(study.state).words.say(language),
    }


def _known(review: Review, party: str) -> str:
    names = review.names or {}
    return "、".join(names[ref] for ref in review.study.parties.get(party, ()) if ref in names)


def this_round(study: Record) -> tuple[Passage, ...]:
    """What was done since the study was last submitted: an earlier conclusion is history only."""
    last = max((n for n, p in enumerate(study.log) if p.command == "submit"), default=0)
    return study.log[last:]


def _documents(review: Review) -> Iterator[Answers]:
    study = review.study
    for section in summarise(FORMS[study.form], study.answers, review.language):
        for line in _every(section.lines):
            if isinstance(line.field.type, Files):
                for row in (_at(study.answers, line.path) or {}).values():
                    pages = row.get("pages")
                    yield {
                        "kind": line.label.say(review.language),
                        "name": row.get("name"),
                        "version": row.get("version"),
                        "date": row.get("date"),
                        "pages": str(pages) if pages else None,
                    }


def _every(lines: Sequence[Line]) -> Iterator[Line]:
    for line in lines:
        yield line
        for row in line.rows:
            yield from _every(row)


def _at(answers: Mapping[str, Any], path: str) -> Any:
    node: Any = answers
    for step in path.split("/"):
        node = node.get(step) if isinstance(node, Mapping) else None
    return node


def _reviewers(review: Review) -> Iterator[Answers]:
    """Everybody assigned, with or without an opinion record yet."""
    seen: set[str] = set()
    for opinion in review.opinions:
        board, ref = _member(opinion)
        seen.add(ref)
        given = next((p for p in reversed(opinion.log) if p.command == "give"), None)
        state = WORKFLOWS["opinion"].state(opinion.state).words.say(review.language)
        yield {
            "member": _name_of(opinion, review),
            "board": board,
            "state": state,
            "at": _when(given, review.language) if given else None,
        }
    for board in ("academic", "ethics"):
        for ref in review.study.parties.get(f"{board}_reviewer", ()):
            if ref not in seen:
                asked = WORKFLOWS["opinion"].state("asked").words.say(review.language)
                yield {"member": review.name(ref), "board": board, "state": asked}


def _member(opinion: Record) -> tuple[str, str]:
    for board in ("ethics", "academic"):
        for ref in opinion.parties.get(f"{board}_reviewer", ()):
            return board, ref
    return "ethics", ""


def _name_of(opinion: Record, review: Review) -> str:
    ref = _member(opinion)[1]
    known = (review.names or {}).get(ref) or opinion.answers.get("member_name")
    return str(known or next((p.name for p in reversed(opinion.log) if p.name), ref))


def _opinions(review: Review) -> Iterator[Answers]:
    for opinion in review.opinions:
        if opinion.state != "given":
            continue
        lines = [
            line
            for section in told(
                FORMS["opinion"], opinion.answers, names=review.names, language=review.language
            )
            for line in section.lines
            if line.text and not line.field.is_of_review
        ]
        yield {
            "member": _name_of(opinion, review),
            "opinion": "\n".join(_said(line, review.language) for line in lines),
        }


def _said(line: Line, language: Language) -> str:
    colon = "：" if language == "zh" else ": "
    return f"{line.label.say(language)}{colon}{line.text}"


def _conclusion(study: Record) -> Answers:
    found: Answers = {}
    for passage in this_round(study):
        if passage.command == "ec_conclude":
            keys = ("decision", "approval_number", "approval_date", "reason")
            found |= {key: passage.said.get(key) for key in keys}
        if passage.command == "ac_conclude":
            found["academic_decision"] = passage.said.get("decision")
            found["academic_reason"] = passage.said.get("reason")
    return found


def _timeline(review: Review) -> Iterator[Answers]:
    workflow = WORKFLOWS[review.study.form]
    for passage in review.study.log:
        if passage.command == "save":
            continue
        step = _step(workflow.steps, passage)
        role = ROLES[passage.role].words.say(review.language) if passage.role in ROLES else ""
        by = Words("{name}（{role}）", "{name} ({role})") if role else Words("{name}", "{name}")
        yield {
            "at": _when(passage, review.language),
            "step": step.words.say(review.language) if step else passage.command,
            "by": (
                by.fill(name=passage.name, role=role) if passage.role != SYSTEM else REGISTRY
            ).say(review.language),
            "state": workflow.state(passage.after).words.say(review.language),
            "note": _note(step, passage, review),
        }


def _when(passage: Passage, language: Language) -> str:
    return moment_of(passage.at) or UNSENT.say(language)


def _step(steps: Sequence[Step], passage: Passage) -> Step | None:
    """The step of the table that was taken."""
    named = [s for s in steps if s.command == passage.command]
    exact = [
        s for s in named if passage.before in s.at and (s.to or passage.before) == passage.after
    ]
    return next(iter(exact or named), None)


def _note(step: Step | None, passage: Passage, review: Review) -> str:
    """What was said with the step, in words: decision, reason, members and the like."""
    if step is None or step.asks is None:
        return ""
    lines = []
    for field in step.asks.fields:
        value = passage.said.get(field.id)
        if value in EMPTY or isinstance(field.type, Secret):
            continue
        text = field.type.text(value, review.language)
        if isinstance(field.type, Pointer):
            text = re.sub(r"\w+:[0-9a-f-]{36}", lambda found: review.name(found[0]), text)
        lines.append(_said(Line(field.id, field.words, text, field), review.language))
    return "\n".join(lines)
