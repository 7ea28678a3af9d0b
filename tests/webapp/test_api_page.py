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
from webapp.api import keys
from webapp.models import Job, Photo, User

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl is installed")
def test_every_command_of_the_page_works(transactional_db, live_server, tmp_path):
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

    send, show, fetch, rerun, cancel, delete = commands
    environment["ID"] = json.loads(run(send))["id"]
    assert json.loads(run(send))["id"] == environment["ID"] and Photo.objects.count() == 1
    photo = Photo.objects.get()
    made.finish(photo)
    assert json.loads(run(show))["state"] == "done"
    run(fetch)
    assert (tmp_path / "restored.jpg").read_bytes().startswith(b"\xff\xd8")
    assert json.loads(run(rerun))["versions"] == 1
    assert photo.jobs.filter(state=Job.State.QUEUED).get().options == {"finding": "thorough"}
    assert json.loads(run(cancel))["state"] == "cancelled"
    assert run(delete) == "" and not Photo.objects.exists()
