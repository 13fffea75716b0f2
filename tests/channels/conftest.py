"""What the channels' tests share: the real server, and an agent at its API."""

from __future__ import annotations

import pytest

from rapport import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for a topic; each test has an inbox of its own."""
    with Server(tmp_path_factory.mktemp("rapport")) as server:
        yield server


@pytest.fixture
def own_server(tmp_path):
    """A server that the test may kill and start again."""
    with Server(tmp_path) as server:
        yield server
