"""The roster without a window: `python -m app.roster check FILE [--json]` and `… template FILE`.

Exit 0: nothing keeps a row from being imported (warnings are printed); 1: errors; 2: not readable.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import unicodedata
from pathlib import Path

import orjson

from app.errors import AppError, Unreadable
from app.roster import checks, reading, result, template
from app.roster.codes import Finding, finding
from app.roster.kinds import TEMPLATES
from app.roster.rows import Template
from app.words import Language, Words


def main(argv: list[str] | None = None) -> int:
    """Do what the command line asks for; the answer is the exit code."""
    asked = _parser().parse_args(argv)
    if asked.command == "template":
        return _write_template(asked.file, TEMPLATES[asked.template])
    return _check(asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app.roster", description="账号申请表：检查、模板"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="检查一个工作簿 / check a workbook")
    check.add_argument("file", type=Path)
    check.add_argument("--json", action="store_true", help="one JSON object per problem and line")
    check.add_argument("--result", type=Path, metavar="FILE", help="写出带“校验结果”的工作簿")
    check.add_argument("--language", choices=("zh", "en"), default="zh")
    blank = commands.add_parser("template", help="写出空白模板 / write the empty template")
    blank.add_argument("file", type=Path)
    for command in (check, blank):
        command.add_argument(
            "--template", choices=sorted(TEMPLATES), default="accounts", help="哪种表 / which kind"
        )
    return parser


def _check(asked: argparse.Namespace) -> int:
    today = datetime.datetime.now(datetime.UTC).astimezone().date()
    declared = TEMPLATES[asked.template]
    try:
        sheet = reading.read(asked.file, width=declared.width, row_limit=declared.row_limit)
    except Unreadable as error:
        _tell([finding("F01", 0, -1, why=Words(*error.details["why"]))], asked)
        return 2
    checked = checks.check(sheet, checks.Terms(today, template=declared))
    _tell(checked.findings, asked)
    if not asked.json:
        print(result.summary(checked).say(asked.language))
    if asked.result:
        try:
            result.write(asked.result, checked, declared)
        except AppError as error:
            print(error.say(asked.language), file=sys.stderr)
            return 2
    return 1 if checked.has_errors else 0


def _tell(findings: tuple[Finding, ...] | list[Finding], asked: argparse.Namespace) -> None:
    language: Language = asked.language
    for f in findings:
        if asked.json:
            print(orjson.dumps(f.to_wire()).decode())
        else:
            severity = result.SEVERITIES[f.severity].say(language)
            where = " ".join(filter(None, (f.cell, f.header.say(language))))
            print(f"{_wide(where, 18)}{f.code}  {severity}  {f.message.say(language)}")
            print(f"{'':18}→ {f.remedy.say(language)}")


def _wide(text: str, columns: int) -> str:
    """Fill up to a number of terminal columns: a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(columns - taken, 1)


def _write_template(path: Path, declared: Template) -> int:
    try:
        template.write(path, template=declared)
    except AppError as error:
        print(error.say(), file=sys.stderr)
        return 2
    print(path)
    return 0


if __name__ == "__main__":
    # A terminal of another encoding must not stop a check.
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(main())
