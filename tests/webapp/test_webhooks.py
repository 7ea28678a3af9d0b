"""A key's owner is told when a job ends: signed, again until it is heard, and never into the own network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from django.test import Client
from django.utils import timezone

from tests.browser import made
from tests.webapp.files import photo_file
from webapp import hooks, posting, queue, versions
from webapp.api import keys
from webapp.models import Call, Hook, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna")


@pytest.fixture
def call(anna):
    """call(method, body) -> the API's answer to anna's key at /webhook."""
    secret = keys.make(anna, "scanner", ["read", "write"])

    def call(method: str, body: dict | None = None):
        headers = {"Authorization": f"Bearer {secret}"}
        send = getattr(Client(), method)
        return (
            send("/api/v1/webhook", json.dumps(body), content_type="application/json", headers=headers)
            if body
            else send("/api/v1/webhook", headers=headers)
        )

    return call


@pytest.fixture
def hook(call, receiver) -> str:
    """The secret of anna's."""
    return call("put", {"url": receiver.url}).json()["secret"]


@pytest.fixture
def hers(submit, anna):
    """hers() -> a photograph of anna's."""
    return lambda: submit(photo_file(), user=anna).photos[0]


def due_now() -> None:
    Call.objects.update(due_at=timezone.now())


def test_the_end_of_a_job_is_told_once_and_signed(hook, hers, receiver):
    job = made.finish(hers())

    hooks.look()
    hooks.look()

    ((headers, body),) = receiver.heard
    assert json.loads(body) == {
        "event": "photograph.done",
        "photo": str(job.photo_id),
        "job": str(job.pk),
        "state": "done",
        "reason": None,
        "finished_at": job.finished_at.isoformat(),
    }
    key = base64.b64decode(hook.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    assert (
        headers["webhook-signature"]
        == "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    )
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 10
    assert headers["content-type"] == "application/json"


def test_every_end_has_its_event_and_a_new_version_is_told_anew(hook, hers, receiver):
    failed, stopped = hers(), hers()
    made.fail(failed, "out_of_memory")
    queue.cancel(stopped.job)
    hooks.look()
    versions.repeat(failed)
    hooks.look()
    failed.refresh_from_db()
    made.finish(type(failed).objects.get(pk=failed.pk))
    hooks.look()

    told = [
        (event["event"], event["photo"], event["reason"])
        for event in (json.loads(body) for _, body in receiver.heard)
    ]
    assert told == [
        ("photograph.failed", str(failed.pk), "out_of_memory"),
        ("photograph.cancelled", str(stopped.pk), None),
        ("photograph.done", str(failed.pk), None),
    ]


def test_nobody_elses_job_and_no_older_one_is_told(call, receiver, hers, submit):
    made.finish(hers())
    call("put", {"url": receiver.url})
    made.finish(submit().photos[0])

    hooks.look()

    assert receiver.heard == [] and Call.objects.count() == 0


def test_a_receiver_that_is_away_is_told_later_and_the_pauses_grow_to_a_day(hook, hers, receiver):
    made.finish(hers())
    receiver.answers = [500] * 9
    pauses = []

    for _ in range(9):
        hooks.look()
        pauses.append(round((Call.objects.get().due_at - timezone.now()).total_seconds()))
        due_now()
    hooks.look()

    assert len(receiver.heard) == 9
    assert pauses[:-1] == sorted(pauses[:-1]) and pauses[0] == 10 and pauses[7] == 86_400
    given_up = Call.objects.get()
    assert given_up.given_up_at and not given_up.told_at and given_up.answer == "answered 500"
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 1


def test_what_was_heard_the_second_time_is_told_no_more(hook, hers, receiver):
    made.finish(hers())
    receiver.answers = [503]
    hooks.look()
    hooks.look()
    assert len(receiver.heard) == 1  # its pause is not over

    due_now()
    hooks.look()
    due_now()
    hooks.look()

    assert len(receiver.heard) == 2 and Call.objects.get().told_at


def test_a_crash_over_a_call_loses_none(hook, hers, receiver, monkeypatch):
    made.finish(hers())

    def crash(*_):
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(posting, "post", crash)
        hooks.look()
    hooks.look()
    assert receiver.heard == []  # another worker may be at it still

    due_now()
    hooks.look()
    assert len(receiver.heard) == 1


def test_of_two_workers_that_see_it_one_makes_the_call(hook, hers, receiver):
    made.finish(hers())
    hooks.look()
    due_now()
    Call.objects.update(told_at=None)
    seen = Call.objects.get()

    assert hooks._take(seen) and not hooks._take(seen)


def test_one_that_is_away_does_not_keep_another_waiting(hook, hers, receiver, submit, monkeypatch):
    boris = User.objects.create_user("boris")
    keys.make(boris, "other", ["read"])
    Hook.objects.create(key=boris.keys.get(), url="http://127.0.0.1:9/", secret=hook)
    for _ in range(3):
        made.finish(submit(user=boris).photos[0])
    made.finish(hers())
    tried = []
    post = posting.post
    monkeypatch.setattr(posting, "post", lambda url, *rest: tried.append(url) or post(url, *rest))

    hooks.look()

    assert sorted(tried) == sorted(["http://127.0.0.1:9/", receiver.url])
    assert len(receiver.heard) == 1


def test_a_redirect_is_not_followed(hook, hers, receiver):
    made.finish(hers())
    receiver.answers = [307]

    hooks.look()

    assert len(receiver.heard) == 1 and Call.objects.get().answer == "answered 307"


# --- the API ---------------------------------------------------------------------------------------------------------


def test_it_is_chosen_looked_at_and_taken_back(call, receiver, hers):
    assert call("get").status_code == 404
    first = call("put", {"url": receiver.url}).json()["secret"]
    second = call("put", {"url": receiver.url}).json()["secret"]
    assert first != second and Hook.objects.count() == 1
    made.finish(hers())
    hooks.look()

    shown = call("get").json()
    assert shown["url"] == receiver.url and second not in json.dumps(shown)
    assert [(told["tries"], told["due_at"], told["answer"]) for told in shown["calls"]] == [
        (1, None, "answered 204")
    ]

    assert call("delete").status_code == 204
    assert call("get").status_code == 404 and not Call.objects.exists()


@pytest.mark.parametrize(
    "url",
    ["", "ftp://example.org/", "https://", "https://anna:secret@example.org/", "https://example.org:0/",
     "https://example.org:99999/", "http://exa mple.org/", "https://пример.рф/", "https://" + "a" * 500,
     "http://127.0.0.1/", "http://localhost:8000/", "http://10.1.2.3/", "http://192.168.1.1/", "http://169.254.169.254/",
     "http://0.0.0.0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[fe80::1]/", "http://[fd00::1]/",
     "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://2130706433/", "http://224.0.0.1/"],
)  # fmt: skip
def test_an_address_that_leads_inside_or_nowhere_is_refused(url, call):
    refused = call("put", {"url": url})

    assert refused.status_code == 422 and not Hook.objects.exists()


def test_old_calls_are_forgotten(hook, hers):
    made.finish(hers())
    hooks.look()
    hooks.forget_past()
    assert Call.objects.count() == 1

    Call.objects.update(created_at=timezone.now() - hooks.KEPT)
    hooks.forget_past()
    assert not Call.objects.exists()
