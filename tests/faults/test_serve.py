"""`manage.py serve`: the site and one worker, kept alive together and ended together."""

import json
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection

import pytest

from tests.faults.site import ROOT, Site, alive, free_port, wait_until

SECOND_START_S = 10


@pytest.fixture
def serve(tmp_path):
    """serve(): (its process, its address); whatever a test leaves running is ended."""
    site, started = Site(tmp_path / "site", "", ""), []

    def serve():
        port = free_port()
        command = [sys.executable, "manage.py", "serve", "--port", str(port)]
        with serve.log.open("ab") as log:
            process = subprocess.Popen(command, env=site.environment, cwd=ROOT, stdout=log, stderr=log)
        started.append(process)
        return process, f"127.0.0.1:{port}"

    serve.site, serve.log = site, tmp_path / "serve.log"
    yield serve
    for process in started:
        process.terminate()
        process.wait(30)


def answer(address, path):
    line = HTTPConnection(address, timeout=5)
    try:
        line.request("GET", path)
        return json.loads(line.getresponse().read())
    except OSError:
        return None
    finally:
        line.close()


def children(pid):
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True)
    return {int(line.split()[0]): line for line in found.stdout.splitlines()}


def worker_of(pid):
    return next((child for child, line in children(pid).items() if "celery" in line), None)


def test_it_starts_works_heals_and_stops(serve):
    process, address = serve()
    wait_until("a site that is ready", lambda: (answer(address, "/readyz") or {}).get("status") == "ok")
    assert (serve.site.data / "secret_key").stat().st_mode & 0o777 == 0o600

    first = worker_of(process.pid)
    subprocess.run(["kill", "-9", str(first)], check=True)
    wait_until("a new worker", lambda: worker_of(process.pid) not in (first, None))
    serve.site.submit("quick")
    assert [job["state"] for job in serve.site.wait_until_over().values()] == ["done"]

    family = children(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0, serve.log.read_text()
    assert not [pid for pid in family if alive(pid)]

    begin = time.monotonic()
    again, address = serve()
    wait_until("the second start", lambda: answer(address, "/healthz") is not None)
    assert time.monotonic() - begin < SECOND_START_S
    again.kill()
    again.wait()
    wait_until("the end of what a killed serve left", lambda: answer(address, "/healthz") is None)


def test_a_port_that_is_taken_is_one_sentence(serve):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        told = subprocess.run(
            [sys.executable, "manage.py", "serve", "--port", port],
            env=serve.site.environment, cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip

    assert told.returncode == 1
    assert (
        told.stderr
        == f"CommandError: Cannot listen on 127.0.0.1 port {port}: Address already in use. Try --port.\n"
    )
