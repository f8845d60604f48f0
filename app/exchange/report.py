"""How much of other registries' records a filing can take, record by record and value by value."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from app.exchange.prefill import Prefill
from app.words import Words


class Reported(NamedTuple):
    """One record of a file."""

    file: str
    found: Prefill

    @property
    def share(self) -> float:
        return self.found.mapped / self.found.values if self.found.values else 0.0


def write(records: Iterable[Reported], folder: Path) -> str:
    """Write shares.csv, unmapped.csv and report.md into the folder; give the report's text."""
    folder.mkdir(parents=True, exist_ok=True)
    all_records = list(records)
    with (folder / "shares.csv").open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["file", "record", "values", "mapped", "share", "not taken", "warnings"])
        for one in all_records:
            found = one.found
            lines.writerow([
                one.file, found.id, found.values, found.mapped, f"{one.share:.3f}",
                len(found.not_taken), len(found.warnings),
            ])  # fmt: skip
    with (folder / "unmapped.csv").open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["file", "record", "source", "value", "原因", "reason"])
        for one in all_records:
            for left in one.found.not_taken:
                value = json.dumps(left.value, ensure_ascii=False)
                reason = left.reason
                lines.writerow([one.file, one.found.id, left.source, value, reason.zh, reason.en])
    text = summary(all_records)
    (folder / "report.md").write_text(text, encoding="utf-8")
    return text


def summary(records: list[Reported]) -> str:
    """The report to read: shares for each kind of record, and the reasons most often given."""
    lines = [
        "# Filling from what exists",
        "",
        "Written by `python -m app.exchange report FILE… --output FOLDER`, which also writes every "
        "single value that was not taken, with its reason (`unmapped.csv`), and the share of each "
        "record (`shares.csv`). A share is how many of a record's values became an answer, or a "
        "part of one. Results that a registry posts are not counted: a filing asks for the plan.",
        "",
        "| records of | how many | share: least | median | most | answers (median) |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for kind in dict.fromkeys(map(_kind, records)):
        same = [one for one in records if _kind(one) == kind]
        shares = sorted(one.share for one in same)
        answers = median(len(one.found.taken) for one in same)
        lines.append(
            f"| {kind} | {len(same)} | {shares[0]:.0%} | {median(shares):.0%} | {shares[-1]:.0%} "
            f"| {answers:.0f} |"
        )
    lines += [
        "",
        "## Why values are left",
        "",
        "| where | why | 原因 | records |",
        "|---|---|---|---:|",
    ]
    why: Counter[tuple[str, str, Words]] = Counter()
    for one in records:
        where = {(_where(n.source), n.reason) for n in one.found.not_taken}
        why.update((_kind(one), source, reason) for source, reason in where)
    told = [((k, s, r), n) for (k, s, r), n in why.most_common() if n > 1]
    for (kind, source, reason), count in told:
        lines.append(f"| {kind}: `{source}` | {_cell(reason.en)} | {_cell(reason.zh)} | {count} |")
    return "\n".join(lines) + "\n"


def _kind(one: Reported) -> str:
    number = one.found.id.upper()
    if number.startswith("NCT"):
        return "ClinicalTrials.gov"
    return "ChiCTR / ICTRP" if number.startswith("CHICTR") else "ICTRP"


def _where(source: str) -> str:
    """The place without the number of its row."""
    return "".join(
        part.partition("]")[2] if n else part for n, part in enumerate(source.split("["))
    )


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")
