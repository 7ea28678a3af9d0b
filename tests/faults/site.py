"""A site of its own for one test: its folders, its database, its broker, and the workers that a test starts."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from redis import Redis

ROOT = Path(__file__).parents[2]
LEASE_SECONDS = 3
PATIENCE_S = 40


class WorkerProcess:
    """A worker in a process group of its own, with its child in it."""

    def __init__(self, site: Site, entry: str, number: int) -> None:
        self.log = site.data / f"worker-{number}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"tests.faults.{entry}"],
                env=site.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill_group(self) -> None:
        """As a power cut would: parent and child at once, with no time for anything."""
        self.signal_group(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """As an operator would; returns the exit status."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S)


class Site:
    def __init__(self, data: Path, database_url: str, redis_url: str) -> None:
        self.data = data
        self.redis = Redis.from_url(redis_url) if redis_url else None
        self.workers: list[WorkerProcess] = []
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATA_DIR": str(data),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "LEASE_SECONDS": str(LEASE_SECONDS),
            "SETBACK_SECONDS": "1",
            "MIN_FREE_MB": "0",
            "OMP_NUM_THREADS": "1",
        }

    def start_worker(self, entry: str = "worker", **environment: str) -> WorkerProcess:
        self.environment |= environment
        worker = WorkerProcess(self, entry, len(self.workers))
        self.workers.append(worker)
        return worker

    def ask(self, *words: str) -> Any:
        """One question to the site, in a process of its own (tests/faults/ask.py)."""
        asked = subprocess.run(
            [sys.executable, "-m", "tests.faults.ask", *words],
            env=self.environment, cwd=ROOT, capture_output=True, check=False,
        )  # fmt: skip
        assert asked.returncode == 0, asked.stderr.decode()
        return json.loads(asked.stdout)

    def submit(self, *behaviours: str) -> list[str]:
        """One photograph for each; returns the ids of their jobs."""
        return self.ask("submit", *behaviours)

    def wait_for(self, what: str, happened: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Poll the jobs until it happened; returns them by id."""
        end = time.monotonic() + PATIENCE_S
        with subprocess.Popen(
            [sys.executable, "-m", "tests.faults.ask", "watch"],
            env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as watch:  # fmt: skip
            try:
                for line in watch.stdout or ():
                    jobs = json.loads(line)
                    if happened(jobs):
                        return jobs
                    if time.monotonic() > end:
                        break
            finally:
                watch.kill()
        raise AssertionError(f"{what} did not happen: {jobs}\n{self.logs()}")

    def wait_until_over(self) -> dict[str, Any]:
        over = ("done", "failed", "cancelled")
        return self.wait_for(
            "the end of all", lambda jobs: all(job["state"] in over for job in jobs.values())
        )

    def starts(self) -> list[tuple[str, int, int]]:
        """Each time a pipeline began: the photograph, its child, its worker."""
        with contextlib.suppress(FileNotFoundError):
            lines = (self.data / "starts.log").read_text().splitlines()
            return [(photo, int(child), int(worker)) for photo, child, worker in map(str.split, lines)]
        return []

    def assert_agrees(self) -> None:
        """Every row has its file, unchanged, and every file its row: nothing half-made is left."""
        assert self.ask("verify") == []

    def logs(self) -> str:
        return "\n".join(worker.log.read_text(errors="replace") for worker in self.workers)

    def close(self) -> None:
        for worker in self.workers:
            worker.signal_group(signal.SIGCONT)
            worker.kill_group()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def alive(pid: int) -> bool:
    """Whether a process exists; one that ended and waits to be reaped does not count."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(what: str, happened: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"{what} did not happen in {seconds} s"
        time.sleep(0.05)


@contextlib.contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """A new, empty PostgreSQL database beside the one at `url`, which is dropped at the end."""
    import psycopg

    name = f"faults_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{url.rpartition('/')[0]}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
