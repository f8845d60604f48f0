"""Documents made from the declarations: docs/forms.md, workflows.md, permissions.md, rules.md.

`python -m app.documents` writes them; `--check` changes nothing and names those out of date.
Each function takes what it describes, so that a test can describe a form with one more field.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from app.answers import LEVELS, Level
from app.forms import FORMS
from app.forms.conditions import Answered, AnyRow, Both, Condition, Either, Has, Is, Never, Not
from app.forms.schema import Field, Files, Form, People, Rows
from app.forms.types import Choice, Choices, FieldType, Listed, ListedMany, Option, Pointer, Text
from app.heads import CARD_FIELDS, INVESTIGATOR_FIELDS
from app.rules import KEPT_ELSEWHERE, RULES, STEP_RULES, Kept, Rule
from app.workflows import WORKFLOWS
from app.workflows.roles import ROLES, Role
from app.workflows.table import IN_FORCE, SYSTEM, Round, State, Step, Workflow

FOLDER = Path(__file__).parent.parent / "docs"
MADE = "<!-- Made by `make docs` from the declarations in app/; changes are lost. -->"


def forms_text(forms: Mapping[str, Form], rules: Mapping[str, list[Rule]]) -> str:
    """Every form: pages, fields, options, conditions, and the rules over several answers."""
    lines = [MADE, "", "# 表单 Forms", ""]
    lines += [
        "每个字段：编号、名称、类型、是否必填、何时显示、标记。"
        "标记：公 公示，实 实质性内容（变更须重新审查），隐 隐私。",
        "",
        "Each field: its id, name, type, whether required, when it is asked, marks. "
        "公 published, 实 substantive (a change needs a new review), 隐 private.",
        "",
    ]
    for form in forms.values():
        lines += _form(form, rules.get(form.id, []))
    return "\n".join(lines).rstrip() + "\n"


def _form(form: Form, rules: list[Rule]) -> Iterator[str]:
    yield from (f"## {form.title} {form.english} (`{form.id}`, 版本 version {form.version})", "")
    for page in form.pages:
        yield from (f"### {page.title} {page.english} (`{page.id}`)", "")
        if page.only:
            yield from (f"只在此时出现 Only when: {condition_text(page.only, form)}", "")
        yield "| 编号 id | 中文 | English | 类型 type | 必填 required | 何时 when | 标记 |"
        yield "|---|---|---|---|---|---|---|"
        for field in page.fields:
            yield from _rows_of(field, form, "")
        yield ""
    if rules:
        yield from (f"### {form.title}：规则 Rules", "")
        yield "| 规则 | 级别 level | 中文 | English | 来源 source |"
        yield "|---|---|---|---|---|"
        for rule in rules:
            yield _row(rule.id, rule.level, rule.message.zh, rule.message.en, rule.source)
        yield ""


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _rows_of(field: Field, form: Form, at: str) -> Iterator[str]:
    marks = "".join(
        mark
        for mark, is_so in (
            ("公", field.published),
            ("实", field.substantive),
            ("隐", field.private),
        )
        if is_so
    )
    yield _row(
        f"{at}`{field.id}`",
        field.label,
        field.english,
        type_text(field.type, form),
        _required(field, form),
        condition_text(field.only, form) if field.only else "",
        marks,
    )
    if isinstance(field.type, Rows) and not isinstance(field.type, Files | People):
        for inner in field.type.fields:
            yield from _rows_of(inner, form, at + "↳ ")


def _required(field: Field, form: Form) -> str:
    if isinstance(field.required, bool):
        return "是" if field.required else ""
    return condition_text(field.required, form)


def type_text(kind: FieldType, form: Form | None = None) -> str:
    """A type in a word or two; a choice with its options."""
    told = type(kind).__name__
    if isinstance(kind, Choice):
        options = " / ".join(_option(option, form) for option in kind.options)
        return f"{'多选' if isinstance(kind, Choices) else '单选'}: {options}"
    if isinstance(kind, Listed | ListedMany):
        return f"{told}: {kind.list_id}"
    if isinstance(kind, Pointer):
        return f"{told}: {kind.kind}"
    if isinstance(kind, Text):
        return f"{told} ≤{kind.max_length}" + (f", {kind.shape}" if kind.shape else "")
    return told


def _option(option: Option, form: Form | None) -> str:
    when = f"（{condition_text(option.only, form)}）" if option.only else ""
    return f"{option.zh} {option.en}{when}{'（未开放 closed）' if option.closed else ''}"


def condition_text(condition: Condition, form: Form | None = None) -> str:
    """A condition read out, by the Chinese names of fields and options."""
    if isinstance(condition, Never):
        return "由流程填写 filled by the workflow"
    if isinstance(condition, Not):
        return f"非（{condition_text(condition.inner, form)}）"
    if isinstance(condition, Both | Either):
        joint = " 且 " if isinstance(condition, Both) else " 或 "
        sides = (condition.left, condition.right)
        return joint.join(_side(side, type(condition), form) for side in sides)
    if isinstance(condition, AnyRow):
        return f"{_name(condition.group, form)}中有一行：{condition_text(condition.inner, form)}"
    return _claim(condition, form)


def _side(side: Condition, around: type[Condition], form: Form | None) -> str:
    text = condition_text(side, form)
    return f"（{text}）" if isinstance(side, Both | Either) and type(side) is not around else text


def _claim(condition: Condition, form: Form | None) -> str:
    if isinstance(condition, Answered):
        return f"{_name(condition.field, form)} 已填写"
    if isinstance(condition, Has):
        return (
            f"{_name(condition.field, form)} 含 {_value(condition.field, condition.option, form)}"
        )
    if isinstance(condition, Is):
        values = "、".join(_value(condition.field, v, form) for v in condition.among)
        return f"{_name(condition.field, form)} = {values}"
    raise TypeError(f"{type(condition).__name__} cannot be read out: teach `condition_text`")


def _found(field_id: str, form: Form | None) -> Field | None:
    def search(fields: Iterable[Field]) -> Field | None:
        for field in fields:
            if field.id == field_id:
                return field
            if isinstance(field.type, Rows) and (inner := search(field.type.fields)):
                return inner
        return None

    return search(form.fields()) if form else None


def _name(field_id: str, form: Form | None) -> str:
    field = _found(field_id, form)
    return field.label if field else f"`{field_id}`"


def _value(field_id: str, value: object, form: Form | None) -> str:
    field = _found(field_id, form)
    if field is None:
        return str(value)
    return field.type.text([value] if isinstance(field.type, Choices) else value)


# -- workflows -------------------------------------------------------------------------


def workflows_text(workflows: Mapping[str, Workflow], forms: Mapping[str, Form]) -> str:
    """Every workflow: its states with who holds and who reads them, its steps in order."""
    lines = [MADE, "", "# 流程 Workflows", ""]
    for workflow in workflows.values():
        form = forms[workflow.id]
        lines += [f"## {form.title} {form.english} (`{workflow.id}`)", ""]
        begins = "、".join(_role(r) for r in workflow.founders) or "登记中心 the registry"
        lines += [f"由谁发起 Begun by: {begins}", ""]
        lines += ["| 状态 state | 编号 id | 办理人 held by | 可阅 read by |", "|---|---|---|---|"]
        lines += [
            _row(f"{s.zh} {s.en}", f"`{s.id}`", _roles(s.holders), _roles(s.readers))
            for s in workflow.states
        ]
        lines += [
            "",
            "| 步骤 step | 从 from | 由 by | 到 to | 轮次 round "
            "| 条件 when | 要求 needs | 填写 asks |",
        ]
        lines += ["|---|---|---|---|---|---|---|---|"]
        lines += [_step(step, workflow, form) for step in workflow.steps]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


NEEDS = {
    "complete": "无阻断问题 no blocking problem",
    "seen": "针对当前版本 on the version that stands",
}


def _step(step: Step, workflow: Workflow, form: Form) -> str:
    return _row(
        f"{step.zh} {step.en} (`{step.command}`)",
        "、".join(workflow.state(s).zh for s in step.at),
        _roles(step.by),
        _goes_to(step, workflow),
        "、".join(ROUNDS[name] for name in step.rounds),
        condition_text(step.when, _asked(step, form)) if step.when else "",
        "；".join(NEEDS[need] for need in step.needs),
        "、".join(f.label for f in step.asks.fields) if step.asks else "",
    )


ROUNDS: dict[Round, str] = {
    "first": "首次备案 first filing",
    "unchanged": "变更（尚无修改）change, nothing differs yet",
    "minor": "非实质性变更 change, nothing substantive",
    "substantive": "实质性变更 substantive change",
    "resume": "申请恢复 to resume",
}


def _goes_to(step: Step, workflow: Workflow) -> str:
    if step.to == IN_FORCE:
        return "恢复备案的版本 back to what is in force"
    goes_to = workflow.state(step.to) if step.to else None
    told = f"{goes_to.zh} {goes_to.en}" if goes_to else "不变 stays"
    kept = "；原版本继续有效 what stands stays in force" if step.keeps else ""
    return told + kept + ("；成为备案的版本 is in force then" if step.files else "")


def _asked(step: Step, form: Form) -> Form | None:
    """Where a step's condition finds its names: what it asks, else the form itself."""
    if step.when and step.asks and step.when.fields() <= {f.id for f in step.asks.fields}:
        return Form("asks", step.zh, step.en, 1, (step.asks,))
    return form


def _role(role: str) -> str:
    if role == SYSTEM:
        return "登记中心 the registry"
    found = ROLES.get(role)
    return f"{found.zh} {found.en}" if found else role


def _roles(roles: Iterable[str]) -> str:
    return "；".join(map(_role, roles)) or "—"


# -- permissions -------------------------------------------------------------------------


def permissions_text(workflows: Mapping[str, Workflow], forms: Mapping[str, Form]) -> str:
    """Who may do what in which state: one table a workflow, to be signed off by a person."""
    lines = [
        MADE, "", "# 权限 Permissions", "",
        "本文件由流程声明生成：软件只按这些表办事，表中没有的一律拒绝。"
        "“办”为该状态的办理人，“阅”为可以阅读，其余为可用的操作。",
        "",
        "This document is made from the workflows: the software does what these tables say and "
        "refuses everything else. 办 (holds): it is on this role's to-do list. 阅 (reads): may "
        "read the record. The rest are the commands open to the role.",
        "",
        "## 角色 Roles", "",
        "| 角色 role | 如何取得 how it is held |",
        "|---|---|",
        *(_row(_role(role.id), _held(role)) for role in ROLES.values()),
        "",
    ]  # fmt: skip
    for workflow in workflows.values():
        form = forms[workflow.id]
        lines += [f"## {form.title} {form.english}", ""]
        roles = _concerned(workflow)
        lines += [_row("状态 state", *map(_role, roles)), "|---" * (len(roles) + 1) + "|"]
        for state in workflow.states:
            cells = [_cell(workflow, state, role) for role in roles]
            lines += [_row(f"{state.zh} {state.en}", *cells)]
        lines += ["", *_notes(workflow), ""]
    lines += _cards(forms)
    return "\n".join(lines).rstrip() + "\n"


_CARDS = (
    ("person", "本机构人员 colleagues (`staff:`)", CARD_FIELDS["person"]),
    (
        "person",
        "有权填报研究者，按参与机构索取 whoever fills in studies, asking by institution "
        "(`investigators:`)",
        tuple(f for f in INVESTIGATOR_FIELDS if f in CARD_FIELDS["person"]),
    ),
    *(
        (kind, "所有人 everybody (`directory`)", CARD_FIELDS[kind])
        for kind in ("institution", "committee", "academic_committee")
    ),
)


def _cards(forms: Mapping[str, Form]) -> Iterator[str]:
    """What is told of people and places so that they can be picked, and to whom."""
    yield from (
        "## 名录 Directory", "",
        "供选择用的卡片：下列内容，另加所属机构和角色；给本机构和所有人的还有状态、编号，委员会还有委员的"
        "姓名、职务、专业、任期。证件号码、手机号、邮箱从不在内。其他机构的人员只给有项目负责人角色且账号在用的。",
        "",
        "Cards to pick from hold these answers, the institution and the roles; those for "
        "colleagues and for everybody also the state and the number, those of committees their "
        "members' names, duties, fields and terms. Never ID numbers, mobiles or e-mail. Of other "
        "institutions only people who hold the role of an investigator with an open account.",
        "", "| 卡片 card | 给谁 told to | 内容 what |", "|---|---|---|",
    )  # fmt: skip
    for kind, to, told in _CARDS:
        form = forms[kind]
        labels = (f"{form.field(f).words.zh} {form.field(f).words.en}" for f in told)
        yield _row(f"{form.title} {form.english}", to, "、".join(labels))


def _held(role: Role) -> str:
    if role.personal and role.grant:
        return "有此角色且在该记录中被指定 granted, and named in the record"
    if role.personal:
        return "在该记录中被指定 named in the record"
    return (
        "在该记录所涉机构或委员会中有此角色 granted for an office or committee named in the record"
    )


def _concerned(workflow: Workflow) -> list[str]:
    named = {r for s in workflow.states for r in (*s.holders, *s.readers)}
    named |= {r for step in workflow.steps for r in step.by}
    return [r for r in (*ROLES, SYSTEM) if r in named]


def _cell(workflow: Workflow, state: State, role: str) -> str:
    marks = ["**办**"] if role in state.holders else []
    marks += ["阅"] if role in state.readers else []
    marks += [f"{s.zh} {s.en}" for s in workflow.open_to(state.id, [role])]
    return "；".join(marks) or "—"


def _notes(workflow: Workflow) -> Iterator[str]:
    writers = {step.command: step for step in workflow.steps if step.writes}
    for step in writers.values():
        what = "全部问题 every question" if step.writes == "all" else "、".join(step.writes)
        yield f"- “{step.zh}” {step.en}：可改写 may change {what}。"
    fills = {f"“{s.zh}” {s.en}": s.fills for s in workflow.steps if s.fills}
    for name, filled in fills.items():
        yield f"- {name}：写入 writes {'、'.join(f'`{field}`' for field in filled)}。"


# -- rules -------------------------------------------------------------------------


RULES_TEST = "tests/app/test_rules_table.py"
KEPT_TEST = "tests/app/test_rules.py"
RULES_HEAD = (
    "| 规则 rule | 级别 level | 中文 | English | 字段 where | 来源 source | 测试 test |",
    "|---|---|---|---|---|---|---|",
)


def rules_text(
    rules: Mapping[str, list[Rule]],
    of_steps: Mapping[tuple[str, str], list[Rule]],
    kept: Iterable[Kept],
    forms: Mapping[str, Form],
) -> str:
    """Every rule: its level, its sentence, the fields it points to, its source and its test."""
    lines = [
        MADE, "", "# 规则 Rules", "",
        "工作台在提交前、登记中心在受理时，都按下列同一组规则检查。阻断：改正后才能提交；"
        "警告：请核对，可以提交；提示：仅供参考。涉及表单以外情况的规则，情况未知时不作判断。",
        "",
        "The desk before a submission and the registry after it ask these same rules. Blocking: to "
        "be mended first; warning: to be compared, may be submitted; note: for information. A rule "
        "that asks for more than the form holds is silent where that is not known.",
        "",
        f"“测试”一栏是 `{RULES_TEST}` 中用例名称的开头 (`pytest {RULES_TEST} -k 名称`)："
        "每条规则都有违反和遵守两方面的用例。",
        "",
        f"The last column is how the cases in `{RULES_TEST}` begin "
        f"(`pytest {RULES_TEST} -k name`): each rule is broken there, and kept.",
        "",
    ]  # fmt: skip
    for form_id, of_form in rules.items():
        form = forms[form_id]
        lines += [f"## {form.title} {form.english}", "", *RULES_HEAD]
        lines += [_rule(rule, _where(rule, form), form_id) for rule in sorted(of_form, key=_number)]
        lines += [""]
    lines += ["## 办理步骤 Steps of a workflow", "", *RULES_HEAD]
    for (form_id, command), of_step in of_steps.items():
        steps = [s for s in WORKFLOWS[form_id].steps if s.command == command]
        where = f"{steps[0].zh} {steps[0].en}"
        lines += [_rule(rule, where, command) for rule in of_step]
    lines += ["", "## 由表单和流程保证 Kept by forms and workflows", "", *RULES_HEAD]
    lines += [
        _row(k.id, _level(k.level), k.message.zh, k.message.en, f"{k.by.zh} {k.by.en}", k.source,
             f"`{KEPT_TEST} -k test_{k.test}_`")
        for k in kept
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _rule(rule: Rule, where: str, scope: str) -> str:
    return _row(
        rule.id, _level(rule.level), rule.message.zh, rule.message.en, where, rule.source,
        f"`{scope}-{rule.id}-{rule.level}`",
    )  # fmt: skip


def _number(rule: Rule) -> tuple[str, int]:
    return rule.id[0], int(rule.id[1:].lstrip("-"))


def _level(level: Level) -> str:
    return f"{LEVELS[level].zh} {LEVELS[level].en}"


def _where(rule: Rule, form: Form) -> str:
    """Where a rule may point, with labels; of very many only the first, and their number."""
    told = []
    for at in rule.at[:4]:
        fields = form.at("/row/".join(at.split("/")))
        told.append(f"{' › '.join(f.label for f in fields)} `{at}`")
    more = len(rule.at) - 4
    return "；".join(told) + (f"；等共 {len(rule.at)} 项 in all" if more > 0 else "")


# -- writing -------------------------------------------------------------------------


def documents() -> dict[str, str]:
    """Every made document by its file name."""
    return {
        "forms.md": forms_text(FORMS, RULES),
        "workflows.md": workflows_text(WORKFLOWS, FORMS),
        "permissions.md": permissions_text(WORKFLOWS, FORMS),
        "rules.md": rules_text(RULES, STEP_RULES, KEPT_ELSEWHERE, FORMS),
    }


def stale(folder: Path = FOLDER) -> list[str]:
    """Names of documents that are not as the declarations would make them."""
    return [
        name
        for name, text in documents().items()
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m app.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, name what is stale")
    asked = parser.parse_args(arguments)
    old = stale()
    if asked.check:
        print("\n".join(f"docs/{name} is out of date: run make docs" for name in old))
        return 1 if old else 0
    FOLDER.mkdir(exist_ok=True)
    for name in old:
        (FOLDER / name).write_text(documents()[name], encoding="utf-8")
        print(f"docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
