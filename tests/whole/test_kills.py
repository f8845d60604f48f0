"""Desks and registries killed (SIGKILL) at random moments: nothing is lost, nothing done twice."""

from __future__ import annotations

import random
from pathlib import Path

from sync.client import RegistryClient
from tests.whole import kills
from tests.whole.desks import HOSPITAL, sign_in
from tests.whole.registry_process import RegistryProcess

KILLS = 4
"""Of each; `python -m bench.faults kills` does 500."""
SEED = 20261121


def test_an_import_is_there_whole_or_not_at_all_whenever_the_desk_is_killed(
    tmp_path: Path, registry: RegistryProcess
) -> None:
    client = RegistryClient(registry.address, sleep=lambda _seconds: None)
    sign_in(client, HOSPITAL)

    batch = kills.killed_in_an_import(tmp_path, KILLS, client.session(), random.Random(SEED))

    client.close()
    assert batch.wrong == []
    assert batch.kills == KILLS


def test_a_sync_may_be_killed_at_any_moment(tmp_path: Path, registry: RegistryProcess) -> None:
    batch = kills.killed_in_a_sync(tmp_path, registry, KILLS, random.Random(SEED), each=15)

    assert batch.wrong == []
    assert batch.records == 30 * (batch.rounds + 1)


def test_a_registry_killed_at_any_moment_keeps_what_it_confirmed_and_loses_nothing(
    tmp_path: Path, registry_on_each: RegistryProcess
) -> None:
    batch = kills.killed_while_serving(tmp_path, registry_on_each, KILLS, random.Random(SEED))

    assert batch.wrong == []
    assert batch.confirmed > 0
