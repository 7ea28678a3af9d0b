"""How often something may be tried: sending, passwords. Counted by all processes together, told when it is possible."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.webapp.files import photo_file
from webapp import callers, rates, shares
from webapp.models import Photo, Rate, User
from webapp.rates import Limit, TooOften

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def files(count: int) -> list:
    return [photo_file(f"{number}.jpg") for number in range(count)]


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


@pytest.mark.parametrize("door", ["/login/", "/admin/login/", "/account/sign-in/"])
def test_passwords_cannot_be_guessed_for_long(door, settings):
    settings.RATE_PASSWORDS = 2
    User.objects.create_superuser("keeper", "keeper@example.org", password="a long pass")
    name = {"login": "keeper@example.org"} if "account" in door else {"username": "keeper"}

    def sign_in(password: str, **client) -> Client:
        return Client(**client).post(door, {**name, "password": password})

    assert [sign_in("no").status_code for _ in range(2)] == [200, 200]
    refused = sign_in("a long pass")

    assert refused.status_code != 302
    if door != "/admin/login/":
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


@pytest.mark.parametrize("door", ["/login/", "/account/sign-in/"])
def test_who_knows_the_password_is_never_kept_out(door, settings):
    settings.RATE_PASSWORDS = 1
    User.objects.create_user("anna", "anna@example.org", password="a long pass")
    sent = {"username": "anna", "login": "anna@example.org", "password": "a long pass"}

    for last in range(12):
        assert Client(REMOTE_ADDR=f"192.0.2.{last}").post(door, sent).status_code == 302
    assert set(Rate.objects.values_list("count", flat=True)) == {0}


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
