"""Limits: how much one may send, and how often something may be tried. What is refused is told when it is possible."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.browser import made
from tests.webapp.files import photo_file
from webapp import callers, rates, shares
from webapp.access import EXAMPLES
from webapp.api import keys
from webapp.models import Photo, Rate, Upload, User
from webapp.rates import Limit, TooOften

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


# --- rates -----------------------------------------------------------------------------------------------------------


def test_a_limit_ends_with_its_period():
    limit = Limit("test", 2, MINUTE)
    rates.hit(limit, "anna")
    rates.hit(limit, "anna")
    rates.hit(limit, "boris")

    with pytest.raises(TooOften) as caught:
        rates.hit(limit, "anna")

    assert 55 < caught.value.seconds <= 60 and "in 1 minute." in str(caught.value)
    assert rates.over(limit, "anna") and not rates.over(limit, "boris")
    Rate.objects.update(ends_at=timezone.now() - MINUTE)
    assert not rates.over(limit, "anna")
    rates.hit(limit, "anna")
    rates.forget_past()
    assert Rate.objects.count() == 1


def test_no_name_and_no_address_is_kept():
    rates.hit(Limit("test", 2, MINUTE), "192.0.2.7")

    assert "192.0.2.7" not in str(Rate.objects.values().get())


@pytest.mark.django_db(transaction=True)
def test_those_who_try_at_once_are_all_counted():
    limit = Limit("test", 5, MINUTE)

    def try_it(_: int) -> bool:
        try:
            rates.hit(limit, "anna")
        except TooOften:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as threads:
        allowed = sum(threads.map(try_it, range(24)))

    assert allowed == 5 and Rate.objects.get().count == 24


def test_sending_too_often_is_told_and_loses_nothing(browser, settings):
    settings.RATE_UPLOADS = 1
    assert browser.post("/", {"photos": files(1)}).status_code == 303

    answer = browser.post("/", {"photos": files(1)})

    assert answer.status_code == 429 and 3500 < int(answer["Retry-After"]) <= 3600
    assert "That was too often in a short time. Nothing is lost" in answer.content.decode()
    assert Photo.objects.count() == 1
    assert Client(REMOTE_ADDR="192.0.2.9").post("/", {"photos": files(1)}).status_code == 303


def test_staff_may_send_as_often_as_they_like(settings):
    settings.RATE_UPLOADS = 1
    client = Client()
    client.force_login(User.objects.create_user("archivist", is_staff=True))

    assert [client.post("/", {"photos": files(1)}).status_code for _ in range(3)] == [303] * 3


@pytest.mark.parametrize("door", ["/login/", "/admin/login/"])
def test_passwords_cannot_be_guessed_for_long(door, settings):
    settings.RATE_PASSWORDS = 2
    User.objects.create_superuser("keeper", password="a long pass")

    def sign_in(password: str, **client) -> Client:
        sent = {"username": "keeper", "password": password}
        return Client(**client).post(door, sent)

    assert [sign_in("no").status_code for _ in range(2)] == [200, 200]
    refused = sign_in("a long pass")

    assert refused.status_code != 302
    if door == "/login/":
        assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
        assert "please try again in 15 minutes" in refused.content.decode()
    assert sign_in("a long pass", REMOTE_ADDR="192.0.2.9").status_code == 302


def test_from_many_addresses_too(settings):
    settings.RATE_PASSWORDS = 1
    User.objects.create_user("anna", password="a long pass")

    for last in range(10):
        Client(REMOTE_ADDR=f"192.0.2.{last}").post("/login/", {"username": "anna", "password": "no"})
    answer = Client(REMOTE_ADDR="192.0.2.99").post("/login/", {"username": "ANNA", "password": "a long pass"})

    assert answer.status_code == 429


def test_who_knows_the_password_is_never_kept_out(settings):
    settings.RATE_PASSWORDS = 2
    User.objects.create_user("anna", password="a long pass")

    for _ in range(5):
        assert Client().post("/login/", {"username": "anna", "password": "a long pass"}).status_code == 302


def test_the_password_of_a_share_neither(submit, settings):
    settings.RATE_PASSWORDS = 2
    token = shares.make(submit().upload, 1, "sesame").token
    address = f"/s/{token}/"

    for _ in range(3):
        assert Client().post(address, {"password": "sesame"}).status_code == 303
    assert [Client().post(address, {"password": "no"}).status_code for _ in range(2)] == [403, 403]
    refused = Client().post(address, {"password": "sesame"})

    assert refused.status_code == 429 and "too often" in refused.content.decode()
    assert Client().get(address).status_code == 200
    assert Client(REMOTE_ADDR="192.0.2.9").post(address, {"password": "sesame"}).status_code == 303


# --- the API ---------------------------------------------------------------------------------------------------------


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


# --- callers ---------------------------------------------------------------------------------------------------------


def came(**environment) -> str:
    return callers.household(RequestFactory().get("/", **environment))


def test_a_forwarded_address_is_believed_as_far_as_our_own_proxies_wrote_it(settings):
    forged = {"REMOTE_ADDR": "10.0.0.2", "HTTP_X_FORWARDED_FOR": "1.1.1.1, 192.0.2.7, 10.0.0.1"}

    assert came(**forged) == "10.0.0.2"
    settings.PROXIES = 1
    assert came(**forged) == "10.0.0.1"
    settings.PROXIES = 2
    assert came(**forged) == "192.0.2.7"
    assert came(REMOTE_ADDR="192.0.2.8") == "192.0.2.8"


def test_a_household_with_a_thousand_addresses_is_one():
    assert (
        came(REMOTE_ADDR="2001:db8:1:2:3:4:5:6") == came(REMOTE_ADDR="2001:db8:1:2::9") == "2001:db8:1:2::/64"
    )
    assert came(REMOTE_ADDR="::ffff:192.0.2.7") != came(REMOTE_ADDR="::ffff:192.0.2.8")
