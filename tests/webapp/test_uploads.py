"""How a body meets the disk, and what a person sees when the database is away."""

import errno

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from tests.webapp.files import photo_bytes
from webapp.headers import ContentSecurityPolicyMiddleware
from webapp.outage import DatabaseOutageMiddleware
from webapp.uploads import BoundedFileUploadHandler


def receive(length, block=64 * 1024):
    """A file of that length as the handler keeps it."""
    handler = BoundedFileUploadHandler()
    handler.handle_raw_input(None, {}, length, b"")
    handler.new_file("photos", "a.jpg", "image/jpeg", length)
    for start in range(0, length, block):
        handler.receive_data_chunk(bytes(min(block, length - start)), start)
    return handler.file_complete(length)


def on_disk(file):
    file.seek(0, 2)
    return file.tell()


def test_a_file_within_the_limit_is_kept_whole(settings):
    settings.MAX_UPLOAD_MB = 1
    file = receive(900_000)

    assert (file.size, on_disk(file)) == (900_000, 900_000)
    assert file.temporary_file_path().startswith(str(settings.INCOMING_DIR))
    file.close()


def test_of_a_file_that_is_too_large_no_more_than_the_limit_is_written(settings):
    settings.MAX_UPLOAD_MB = 1
    file = receive(5_000_000)

    assert file.size == 5_000_000, "what was sent, so that intake can say so"
    assert on_disk(file) <= 1_000_000
    file.close()


@pytest.mark.parametrize(("number", "refused"), [(errno.ENOSPC, False), (errno.EIO, True)])
def test_a_full_disk_is_left_to_intake_and_other_errors_are_not(monkeypatch, number, refused):
    def fail(*_):
        raise OSError(number, "no")

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", fail)
    if refused:
        with pytest.raises(OSError):
            receive(10)
    else:
        receive(10).close()


def test_a_photograph_above_the_memory_limit_arrives_through_the_page(client, db, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    from io import BytesIO

    sent = BytesIO(photo_bytes())
    sent.name = "grandmother.jpg"

    answer = client.post("/", {"photos": sent})

    assert answer.status_code in (302, 303)
    assert answer["Location"].startswith("/u/")
    assert list(settings.INCOMING_DIR.iterdir()) == []


def away(request):
    raise OperationalError("could not connect to server")


def test_a_database_that_is_away_is_a_clear_503():
    answer = DatabaseOutageMiddleware(away)(RequestFactory().get("/"))

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert b"No photograph is lost" in answer.content


def test_the_policy_is_on_every_answer_that_brought_none(settings):
    own = ContentSecurityPolicyMiddleware(
        lambda _: HttpResponse(headers={"Content-Security-Policy": "sandbox"})
    )
    plain = ContentSecurityPolicyMiddleware(lambda _: HttpResponse())

    assert own(None)["Content-Security-Policy"] == "sandbox"
    assert plain(None)["Content-Security-Policy"] == settings.CONTENT_SECURITY_POLICY
    assert "unsafe-inline" not in settings.CONTENT_SECURITY_POLICY
