import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

from webapp import queue, storage
from webapp.models import Job, Photo, Upload


def verify(*arguments):
    said = io.StringIO()
    try:
        call_command("verify", "--json", "--orphan-seconds", "0", *arguments, stdout=said)
    except CommandError as error:
        assert error.returncode == 1
    return [(finding["fault"], finding["path"]) for finding in json.loads(said.getvalue())["findings"]]


def finish(photo, report):
    held = queue.claim("anna", photo.job.pk)
    path = f"{storage.attempt_folder(held.pk, held.attempt)}/picture_restored.png"
    digest, length = storage.write_durably([b"restored"], storage.locate(path))
    queue.finish(held, report, [queue.MadeFile("restored", path, digest, length, "image/png")])
    return storage.locate(path)


def test_verify_finds_nothing_where_all_is_well(photo):
    finish(photo, {"files": {"restored": "picture_restored.png"}})

    assert verify() == []


@pytest.mark.parametrize("fault", ["missing", "changed", "cut"])
def test_verify_finds_an_original_that_is_gone_or_other(photo, fault):
    kept = storage.locate(photo.stored)
    sent = kept.read_bytes()
    kept.chmod(0o640)
    if fault == "missing":
        kept.unlink()
    else:
        kept.write_bytes(sent[:-1] if fault == "cut" else sent[:-1] + bytes([sent[-1] ^ 1]))

    assert verify() == [("missing" if fault == "missing" else "changed", photo.stored)]


def test_verify_finds_a_result_that_is_gone(photo):
    finish(photo, {"files": {"restored": "x"}}).unlink()

    assert verify()[0][0] == "missing"


def test_verify_finds_a_done_job_that_lacks_a_result(photo):
    finish(photo, {"files": {"restored": "x", "colorized": "y"}})

    assert verify() == [("incomplete", "colorized")]


def test_verify_finds_files_that_nobody_knows(photo, settings):
    stray = settings.MEDIA_ROOT / "originals" / "ab" / "stray.jpg"
    attempt = storage.locate(storage.attempt_folder(photo.job.pk, 1))
    (settings.INCOMING_DIR / "half").touch()
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.touch()
    attempt.mkdir(parents=True)

    assert verify() == [
        ("orphaned", str(settings.INCOMING_DIR / "half")),
        ("orphaned", str(stray)),
        ("orphaned", str(attempt)),
    ]


def test_demo_fills_a_site_once(db):
    call_command("demo")
    call_command("demo")

    assert (Upload.objects.count(), Photo.objects.count(), Job.objects.waiting().count()) == (1, 3, 3)


@pytest.mark.django_db(transaction=True)
def test_demo_now_says_so_when_a_photograph_is_not_done(settings, monkeypatch, data_dir):
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    settings.CHILD_COMMAND = [sys.executable, "-c", "raise SystemExit(3)"]

    with pytest.raises(CommandError, match="Not all of them are done"):
        call_command("demo", "--now", stdout=io.StringIO())

    assert set(Job.objects.values_list("deaths", flat=True)) == {1}
