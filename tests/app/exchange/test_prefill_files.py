"""Files of ClinicalTrials.gov that are not as they should be, and the command that reads them."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.answers import flat
from app.errors import Unreadable
from app.exchange.ctgov import study_from
from app.exchange.prefill import Prefill
from app.forms.schema import Rows
from tests.app.exchange.registered import FOLDER, RECORDS, STUDY

# --- files that are not as they should be -----------------------------------------------------

JUNK = st.sampled_from(
    [None, "", "x", 0, -1, 2.5, True, [], ["x", 1, None], {}, {"x": "y"}, "9" * 99]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_a_damaged_record_is_read_as_far_as_it_goes(data: st.DataObject) -> None:
    body = copy.deepcopy(RECORDS[data.draw(st.sampled_from(sorted(RECORDS)))])
    for _ in range(data.draw(st.integers(1, 6))):
        _spoil(body["protocolSection"], data)
    body["protocolSection"].setdefault("identificationModule", {})
    if not isinstance(body["protocolSection"]["identificationModule"], dict):
        body["protocolSection"]["identificationModule"] = {}
    body["protocolSection"]["identificationModule"]["nctId"] = "NCT00000000"

    found = study_from(body)

    json.dumps(found.to_wire())
    for path, value in flat(found.answers).items():
        problem = STUDY.at(path)[-1].type.problem(value)
        assert not problem or "最多" in problem.zh


def _spoil(node: Any, data: st.DataObject) -> None:
    """Put something else in the place of a value somewhere inside."""
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        inside = isinstance(node[key], dict | list) and node[key]
        if not inside or data.draw(st.integers(0, 4)) == 0:
            node[key] = copy.deepcopy(data.draw(JUNK))
            return
        node = node[key]


@pytest.mark.parametrize(
    "body", [{}, [], "x", None, {"protocolSection": {}}, {"protocolSection": []}]
)
def test_what_is_no_record_is_refused_with_what_to_do(body: Any) -> None:
    with pytest.raises(Unreadable) as told:
        study_from(body)

    assert "请" in told.value.say("zh")


# --- the command ------------------------------------------------------------------------------


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.exchange", "prefill", *map(str, arguments)],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_writes_one_object_a_record(tmp_path: Path) -> None:
    many = tmp_path / "search.json"
    many.write_text(json.dumps({"studies": [RECORDS["NCT04469387"], RECORDS["NCT06610240"]]}))

    done = command(FOLDER / "NCT04467944.json", many, "--json")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [line["id"] for line in lines] == ["NCT04467944", "NCT04469387", "NCT06610240"]
    assert set(lines[0]) == {"source", "id", "answers", "taken", "not_taken", "warnings"}
    assert set(lines[0]["not_taken"][0]) == {"source", "value", "reason"}
    assert lines[0]["source"].endswith("NCT04467944.json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[[[",
        b"\xff\xfe",
        b"{}",
        b"[]",
        b"[" * 100_000,
        b"[" * 500 + b"]" * 500,
        b'{"studies": []}',
    ],
)
def test_a_file_of_another_kind_ends_with_2_and_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other.json"
    file.write_bytes(content)

    done = command(file, "--json")

    assert done.returncode == 2
    assert done.stdout == ""
    assert "请" in done.stderr or "可以读取" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    done = command(tmp_path / "missing.json", FOLDER / "NCT04467944.json", "--json")

    assert done.returncode == 2
    assert json.loads(done.stdout)["id"] == "NCT04467944"


def test_prefilled_rows_are_rows_of_the_form() -> None:
    found: Prefill = study_from(RECORDS["NCT03058094"])

    for field_id, value in found.answers.items():
        asked = STUDY.field(field_id)
        assert isinstance(value, dict) == isinstance(asked.type, Rows)
