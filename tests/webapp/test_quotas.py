"""Limits: how much one may send, and how often something may be tried. What is refused is told when it is possible."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.browser import made
from tests.webapp.files import photo_file
from webapp.access import EXAMPLES
from webapp.api import keys
from webapp.models import Photo, Upload, User

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def files(count: int) -> list:
    return [photo_file(f"{number}.jpg") for number in range(count)]


def send(submit, count: int, **owner) -> tuple[int, list[str]]:
    taken = submit(*files(count), **owner)
    return len(taken.photos), [refusal.reason_code for refusal in taken.refused]


# --- quotas ----------------------------------------------------------------------------------------------------------


def test_so_many_wait_at_once_and_the_others_are_told_when(submit, settings):
    settings.QUOTA_WAITING = 2

    assert send(submit, 3) == (2, ["quota_waiting"])
    assert send(submit, 1) == (0, ["quota_waiting"])

    made.finish(Photo.objects.first())
    assert send(submit, 2) == (1, ["quota_waiting"])


def test_so_many_go_in_a_day_whether_done_or_not(submit, settings):
    settings.QUOTA_PER_DAY = 2
    for photo in submit(*files(2)).photos:
        made.finish(photo)

    refused = submit(*files(1)).refused[0]
    assert refused.reason_code == "quota_day"
    when = datetime.fromisoformat(refused.reason_values["when"])
    assert when == Photo.objects.earliest("created_at").created_at + timedelta(days=1)
    assert f"after {when.day} {when:%B}, {when:%H:%M} UTC" in refused.reason

    first = Photo.objects.earliest("created_at")
    Photo.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(hours=25))
    assert send(submit, 2) == (1, ["quota_day"])


def test_so_much_is_stored_results_too(submit, settings):
    settings.QUOTA_STORED_MB = 1
    padding = b"\0" * 600_000
    large = [photo_file(f"{number}.jpg", ending=padding) for number in range(2)]

    assert [refusal.reason_code for refusal in submit(*large).refused] == ["quota_stored"]
    photo = Photo.objects.get()
    job = made.finish(photo)
    assert send(submit, 1) == (1, [])
    job.results.filter(kind="restored").update(bytes=500_000)
    refused = submit(*files(1)).refused[0]
    assert refused.reason_code == "quota_stored"
    oldest = Upload.objects.earliest("created_at").created_at
    assert refused.reason_values["when"] == (oldest + timedelta(days=settings.RETENTION_DAYS)).isoformat()


def test_what_is_no_photograph_takes_no_room(submit, settings):
    settings.QUOTA_PER_DAY = 1

    taken = submit(photo_file("empty.jpg").__class__("empty.jpg", b""), *files(2))

    assert len(taken.photos) == 1
    assert [refusal.reason_code for refusal in taken.refused] == ["empty", "quota_day"]


def test_nought_is_no_limit_and_one_family_is_not_another(submit, settings):
    settings.QUOTA_WAITING, settings.QUOTA_PER_DAY, settings.QUOTA_STORED_MB = 0, 0, 0
    assert send(submit, 3) == (3, [])

    settings.QUOTA_WAITING = 3
    assert send(submit, 1) == (0, ["quota_waiting"])
    assert send(submit, 1, family=uuid.uuid4()) == (1, [])


def test_staff_and_the_examples_have_no_limit_and_an_account_is_one_owner(submit, settings):
    settings.QUOTA_WAITING = 1
    anna, archivist = User.objects.create_user("anna"), User.objects.create_user("archivist", is_staff=True)

    assert send(submit, 3, user=archivist) == (3, [])
    assert send(submit, 3, family=EXAMPLES) == (3, [])
    assert send(submit, 1, user=anna, family=uuid.uuid4()) == (1, [])
    assert send(submit, 1, user=anna, family=uuid.uuid4()) == (0, ["quota_waiting"])


def test_a_thousand_files_ask_no_more_than_one(submit, settings, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        submit(*files(60))


def test_the_page_tells_the_refused_ones_in_the_readers_language(browser, settings):
    settings.QUOTA_WAITING = 1

    answer = browser.post("/", {"photos": files(2)}, follow=True, headers={"accept-language": "ru"})

    html = answer.content.decode()
    assert "Одновременно здесь может ждать" in html and "UTC" in html
    assert Photo.objects.count() == 1


@pytest.fixture
def post():
    secret = keys.make(User.objects.create_user("anna"), "test", ["read", "write"])

    def post(**headers):
        headers = {"Authorization": f"Bearer {secret}", **headers}
        return Client().post("/api/v1/photographs", {"photograph": photo_file()}, headers=headers)

    return post


@pytest.mark.parametrize(
    ("name", "least"), [("QUOTA_WAITING", 1), ("QUOTA_PER_DAY", 86_000), ("RATE_UPLOADS", 3_500)]
)
def test_the_api_answers_429_with_the_seconds(name, least, post, settings):
    setattr(settings, name, 1)
    assert post().status_code == 201

    refused = post()

    assert refused.status_code == 429
    assert least <= int(refused["Retry-After"]) <= 86_400
    assert refused.json()["detail"].endswith(".")
    assert Photo.objects.count() == 1


def test_the_same_idempotency_key_is_answered_beyond_the_quota(post, settings):
    settings.QUOTA_PER_DAY = 1
    first = post(**{"Idempotency-Key": "1"})

    again = post(**{"Idempotency-Key": "1"})

    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
