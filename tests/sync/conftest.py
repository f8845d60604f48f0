"""A real registry process, a network that may fail, and desks of one hospital's account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local_db import WorkingCopy
from sync.client import RegistryClient
from tests.sync.faults import FaultyNetwork
from tests.whole.conftest import launcher, registry, sample_folder
from tests.whole.desks import HOSPITAL, KEY, sign_in
from tests.whole.registry_process import RegistryProcess

MakeDesk = Callable[[str], WorkingCopy]

__all__ = ["launcher", "registry", "sample_folder"]


@pytest.fixture
def network(registry: RegistryProcess) -> Iterator[FaultyNetwork]:
    with FaultyNetwork(registry.door) as network:
        yield network


@pytest.fixture
def client(network: FaultyNetwork) -> Iterator[RegistryClient]:
    """The way from a desk to the registry, over the network that may fail."""
    client = RegistryClient(network.address, sleep=lambda _seconds: None)
    sign_in(client, HOSPITAL)
    yield client
    client.close()


@pytest.fixture
def make_desk(tmp_path: Path, client: RegistryClient) -> Iterator[MakeDesk]:
    """Desks of the hospital's account, each a store of its own."""
    made: list[WorkingCopy] = []

    def make(name: str) -> WorkingCopy:
        copy = WorkingCopy(tmp_path / name, KEY)
        copy.remember(client.session())
        made.append(copy)
        return copy

    yield make
    for copy in made:
        copy.close()
