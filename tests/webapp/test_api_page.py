"""The commands of docs/api.md, as they stand there, against a live site."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser import made
from tests.webapp.files import photo_bytes
from webapp import hooks
from webapp.api import keys
from webapp.models import Hook, Job, Photo, User

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl is installed")
def test_every_command_of_the_page_works(transactional_db, live_server, tmp_path, receiver):
    commands = re.findall(r"^    (curl .+)$", PAGE.read_text(), re.MULTILINE)
    (tmp_path / "grandmother.jpg").write_bytes(photo_bytes())
    secret = keys.make(User.objects.create_user("anna"), "page", ["read", "write"])
    environment = {"SITE": live_server.url, "KEY": secret, "PATH": "/usr/bin:/bin"}

    def run(command: str) -> str:
        done = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    send, show, fetch, rerun, choose, calls, forget, cancel, delete = commands
    environment["ID"] = json.loads(run(send))["id"]
    assert json.loads(run(send))["id"] == environment["ID"] and Photo.objects.count() == 1
    photo = Photo.objects.get()
    environment["RECEIVER"] = receiver.url
    webhook = json.loads(run(choose))["secret"]
    made.finish(photo)
    assert json.loads(run(show))["state"] == "done"
    run(fetch)
    assert (tmp_path / "restored.jpg").read_bytes().startswith(b"\xff\xd8")
    assert json.loads(run(rerun))["versions"] == 1
    assert photo.jobs.filter(state=Job.State.QUEUED).get().options == {"finding": "thorough"}
    hooks.look()
    assert_the_pages_check_knows_a_genuine_call(webhook, *receiver.heard[0])
    assert json.loads(run(calls))["calls"][0]["answer"] == "answered 204"
    assert run(forget) == "" and not Hook.objects.exists()
    assert json.loads(run(cancel))["state"] == "cancelled"
    assert run(delete) == "" and not Photo.objects.exists()


def assert_the_pages_check_knows_a_genuine_call(secret: str, headers: dict[str, str], body: str) -> None:
    names: dict = {}
    exec(re.search(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)[1], names)  # noqa: S102
    is_genuine = names["is_genuine"]

    assert is_genuine(secret, headers, body.encode())
    assert not is_genuine(secret, headers, body.replace("done", "gone").encode())
    assert not is_genuine(secret.replace("whsec_", "whsec_AAAA"), headers, body.encode())
    assert not is_genuine(secret, {**headers, "webhook-timestamp": "1700000000"}, body.encode())
