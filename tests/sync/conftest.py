"""A registry, a network that may fail, and desks of one hospital."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local_db import WorkingCopy
from sync.client import RegistryClient
from tests.local_db.desks import HOSPITAL
from tests.sync.faults import FaultyNetwork
from tests.sync.small_registry import SmallRegistry

KEY = bytes(range(32))
MakeDesk = Callable[[str], WorkingCopy]


@pytest.fixture
def registry() -> Iterator[SmallRegistry]:
    with SmallRegistry(HOSPITAL) as registry:
        yield registry


@pytest.fixture
def network(registry: SmallRegistry) -> Iterator[FaultyNetwork]:
    with FaultyNetwork(registry.door) as network:
        yield network


@pytest.fixture
def client(network: FaultyNetwork) -> Iterator[RegistryClient]:
    """The way from a desk to the registry, over the network that may fail."""
    client = RegistryClient(network.address, "t", sleep=lambda _seconds: None)
    yield client
    client.close()


@pytest.fixture
def make_desk(tmp_path: Path, client: RegistryClient) -> Iterator[MakeDesk]:
    """Desks of the hospital's account, each a store of its own, signed in once."""
    made: list[WorkingCopy] = []

    def make(name: str) -> WorkingCopy:
        copy = WorkingCopy(tmp_path / name, KEY)
        copy.remember(client.session())
        made.append(copy)
        return copy

    yield make
    for copy in made:
        copy.close()
