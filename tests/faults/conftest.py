"""`site`: a site on SQLite with the broker in its worker and, where they are there, on PostgreSQL and Redis."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.site import ROOT, Site, answers, free_port, scratch_database, wait_until

DATABASE = os.environ.get("RESTORER_TEST_DATABASE_URL", "")
REDIS = os.environ.get("RESTORER_TEST_REDIS_URL", "")


def migrate(site: Site) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"], env=site.environment, cwd=ROOT, check=True
    )


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all its tables, to be copied."""
    site = Site(tmp_path_factory.mktemp("empty"), "", "")
    migrate(site)
    return site.data / "db.sqlite3"


@pytest.fixture(params=["embedded", pytest.param("services", marks=pytest.mark.services)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    data = tmp_path / "site"
    data.mkdir()
    if request.param == "embedded":
        shutil.copy(request.getfixturevalue("empty_sqlite"), data)
        yield from closing(Site(data, "", ""))
        return
    if not (DATABASE and REDIS):
        pytest.skip("RESTORER_TEST_DATABASE_URL and RESTORER_TEST_REDIS_URL are not set")
    with scratch_database(DATABASE) as database:
        site = Site(data, database, REDIS)
        site.redis.flushdb()
        migrate(site)
        yield from closing(site)


class Broker:
    """A Redis server of the test's own, which keeps nothing when it stops."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until("Redis", lambda: answers(self.port))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def redis_site(tmp_path: Path, empty_sqlite: Path) -> Iterator[Site]:
    """A site with a `broker` that the test may stop and start."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    data = tmp_path / "site"
    data.mkdir()
    shutil.copy(empty_sqlite, data)
    broker = Broker()
    try:
        site = Site(data, "", broker.url)
        site.broker = broker
        yield from closing(site)
    finally:
        broker.stop()


def closing(site: Site) -> Iterator[Site]:
    try:
        yield site
    finally:
        site.close()
