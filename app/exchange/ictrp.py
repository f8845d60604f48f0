"""A study filing from a row of WHO ICTRP's export (spreadsheet or XML): flat, English, rough."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from app.errors import Unreadable
from app.exchange import rough, trds
from app.exchange.prefill import Account, Prefill
from app.forms import FORMS
from app.words import Words

PLACES = trds.Places(
    number="TrialID",
    register="Source Register",
    public_title="Public title",
    scientific_title="Scientific title",
    acronym="Acronym",
    study_type="Study type",
    design="Study design",
    phase="Phase",
    least_age="Inclusion agemin",
    most_age="Inclusion agemax",
    sex="Inclusion gender",
    inclusion="Inclusion Criteria",
    exclusion="Exclusion Criteria",
    enrolment="Date enrollement",
    size="Target size",
    condition="Condition",
    intervention="Intervention",
    primary="Primary outcome",
    secondary="Secondary outcome",
    status="Recruitment Status",
    sponsor="Primary sponsor",
    countries="Countries",
)
ROWS_MOST = 20_000
CELL_MOST = 1_000_000
_OF_REGISTRY = Words("只与原平台的登记有关。", "It concerns the registration over there only.")
REGISTRATION = (
    "Last Refreshed on", "Date registration", "Date registration3", "Export date", "web address",
    "other records", "Retrospective flag", "Bridging flag truefalse", "Bridged type",
    "results date posted", "results date completed", "results url link", "results yes no",
)  # fmt: skip


def is_row(row: Mapping[str, str]) -> bool:
    """Whether these are the columns of ICTRP's export."""
    return {"TrialID", "Public title"} <= row.keys()


def study_from(row: Mapping[str, str]) -> Prefill:
    """Fill the study form from one row, column by column; Unreadable where it is none."""
    if not is_row(row) or not row["TrialID"].strip():
        raise Unreadable(
            "这一行没有 ICTRP 的编号（TrialID）。请使用 ICTRP 下载的原文件。",
            "This row has no TrialID. Please use the file as ICTRP gives it.",
        )
    return filled(row, PLACES)


def filled(row: Mapping[str, str], places: trds.Places) -> Prefill:
    """The same for flat records of the same sort."""
    clean = {key: rough.readable(value) for key, value in row.items()}
    account = Account(FORMS["study"], {key: text for key, (text, _told) in clean.items()})
    trds.fill(account, places)
    account.leave_all(list(REGISTRATION), _OF_REGISTRY)
    for source, (_text, told) in clean.items():
        fields = [t.field for t in account.taken if t.source == source]
        for words in told:
            account.warn(fields[0] if fields else "", words.fill(source=source))
    return account.close(account.text(places.number))


def rows_of(content: str) -> Iterator[dict[str, str]]:
    """The rows of ICTRP's spreadsheet saved as CSV; Unreadable where it is another table."""
    was = csv.field_size_limit(CELL_MOST)
    try:
        head = content.partition("\n")[0]
        between = max(",\t;", key=head.count)  # Excel's “Unicode text” has tabs
        reader = csv.DictReader(io.StringIO(content, newline=""), delimiter=between)
        reader.fieldnames = [name.replace("_", " ").strip() for name in reader.fieldnames or ()]
        if not is_row(dict.fromkeys(reader.fieldnames, "")):
            raise Unreadable(
                "这张表没有 ICTRP 的列（TrialID、Public title 等）。请使用 ICTRP 下载的原文件。",
                "The table lacks ICTRP's columns (TrialID …). Please use ICTRP's own file.",
            )
        for n, row in enumerate(reader):
            if n == ROWS_MOST:
                raise Unreadable(
                    "超过 20000 行，请分批下载后再选择。", "More than 20,000 rows; download fewer."
                )
            said = {key: value for key, value in row.items() if isinstance(value, str) and key}
            if any(value.strip() for value in said.values()):
                yield said
    except csv.Error as failed:
        raise Unreadable(
            "表格无法读取。请使用 ICTRP 下载的原文件。", "The table cannot be read."
        ) from failed
    finally:
        csv.field_size_limit(was)
