"""What probes ask, and the pages for what went wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import TooManyFilesSent
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.webapp.files import photo_file
from webapp.models import Worker
from webapp.views import errors


def test_alive_asks_no_database(client: Client) -> None:  # without the db fixture a query would raise
    answer = client.get("/healthz")

    assert answer.json() == {"status": "ok"}


def test_ready_when_database_storage_and_a_worker_answer(client: Client, db: None) -> None:
    Worker.objects.create(name="workbench", slots=1)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "storage": "ok", "queue": "ok"}


def test_unready_while_no_worker_is_heard_of(client: Client, db: None) -> None:
    assert client.get("/readyz").json()["queue"] == "no worker has reported yet"
    Worker.objects.create(name="workbench", slots=1, seen_at=timezone.now() - timedelta(minutes=3))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["queue"].startswith("no worker has been heard of for 18")


def test_unready_with_a_full_disk(client: Client, db: None, settings) -> None:
    settings.MIN_FREE_MB = 10**12

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "are free" in answer.json()["storage"]


def test_unready_without_the_database(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", away)
        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["database"] == "does not answer: DatabaseError"


def test_a_wrong_address_gets_a_page_of_the_site(client: Client, db: None) -> None:
    answer = client.get("/no/such/page")

    assert answer.status_code == 404
    assert "Nothing is kept at this address" in answer.content.decode()


def test_a_fault_of_ours_gets_a_page_without_asking_the_database(rf: RequestFactory) -> None:
    answer = errors.server_error(rf.get("/"))

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


def test_a_fault_in_a_view_is_a_500_of_the_site(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise ValueError

    monkeypatch.setattr("webapp.views.selections.rolls", broken)
    client = Client(raise_request_exception=False)

    answer = client.get("/")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


def test_too_much_at_once_is_told_so(rf: RequestFactory) -> None:
    answer = errors.bad_request(rf.get("/"), TooManyFilesSent())

    assert answer.status_code == 413
    assert "That was too much at once" in answer.content.decode()


def test_too_many_files_get_that_page(db: None, settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    client = Client(raise_request_exception=False)

    answer = client.post("/", {"photos": [photo_file(f"{number}.jpg") for number in range(3)]})

    assert answer.status_code == 413
    assert "That was too much at once" in answer.content.decode()


def test_a_form_without_its_token_is_refused_in_words(db: None) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/", {"photos": [photo_file()]})

    assert answer.status_code == 403
    assert "The page had grown too old" in answer.content.decode()
