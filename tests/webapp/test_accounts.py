"""Accounts of families: made, signed into from elsewhere, changed. Without a server of mail."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.webapp.anna import (
    ANNA,
    OTHER,
    PASSWORD,
    is_signed_in,
    sees,
    send,
    sign_in,
    sign_in_elsewhere,
    sign_out,
    sign_up,
)
from webapp import access
from webapp.models import Upload, User

pytestmark = pytest.mark.django_db


def test_an_account_adopts_what_the_browser_sent_and_shows_it_elsewhere(client: Client) -> None:
    before = send(client)
    assert sign_up(client)["Location"] == "/"
    after = send(client, "cellar.jpg")

    elsewhere = Client()
    assert not sees(elsewhere, before)
    assert sign_in(elsewhere)["Location"] == "/"

    assert sees(elsewhere, before) and sees(elsewhere, after)
    html = elsewhere.get("/").content.decode()
    assert "attic.jpg" in html and "cellar.jpg" in html
    assert len({upload.family for upload in Upload.objects.all()}) == 1


def test_signing_in_on_a_second_device_brings_its_photographs_along(client: Client) -> None:
    first = send(client)
    sign_up(client)
    elsewhere = Client()
    second = send(elsewhere, "cellar.jpg")

    sign_in(elsewhere)

    assert sees(client, second) and sees(elsewhere, first)


def test_after_signing_out_the_device_shows_nothing_and_the_account_keeps_all(client: Client) -> None:
    upload = send(client)
    sign_up(client)

    sign_out(client)

    assert not sees(client, upload)
    assert "attic.jpg" not in client.get("/").content.decode()
    sign_in(client)
    assert sees(client, upload)


def test_what_is_on_its_way_while_somebody_signs_in_is_not_lost(client: Client) -> None:
    """Its request knew the browser's family alone, and its row comes after the adoption."""
    send(client)
    family = uuid.UUID(client.session[access.SESSION_KEY])
    sign_up(client)
    late = Upload.objects.create(family=family)

    assert sees(client, late)
    sign_out(client)

    assert Upload.objects.get(pk=late.pk).user == User.objects.get()


def test_another_account_sees_none_of_it(client: Client) -> None:
    upload = send(client)
    sign_up(client)
    charlie = Client()

    sign_up(charlie, "charlie@example.org")

    assert not sees(charlie, upload)


def test_staff_adopt_nothing(client: Client) -> None:
    upload = send(client)
    User.objects.create_user("keeper", password=PASSWORD, is_staff=True)

    client.post(reverse("login"), {"username": "keeper", "password": PASSWORD})

    assert Upload.objects.get(pk=upload.pk).user is None


def test_a_user_name_that_nobody_can_want(client: Client) -> None:
    """It is in the table of those who sign in at /login/, and must not be one of theirs."""
    sign_up(client, "keeper@example.org")

    assert re.fullmatch("[0-9a-f]{32}", User.objects.get().username)


def test_sign_up_can_be_switched_off(client: Client, settings) -> None:
    settings.ACCOUNT_SIGNUP_ENABLED = False

    answer = sign_up(client)

    assert "Accounts are made by hand here" in answer.content.decode()
    assert not User.objects.exists()
    assert reverse("account_signup") not in client.get(reverse("account_login")).content.decode()


def test_an_address_that_is_taken_is_told_where_no_letter_can_tell_it(client: Client) -> None:
    sign_up(client)

    answer = sign_up(Client())

    assert "There is an account with this address already." in answer.content.decode()
    assert (User.objects.count(), mail.outbox) == (1, [])


def test_the_address_changes_with_the_password(client: Client) -> None:
    sign_up(client)
    change = {"email": "new@example.org", "password": "guessed", "action_add": ""}

    answer = client.post(reverse("account_email"), change)
    assert "That is not your password." in answer.content.decode()
    client.post(reverse("account_email"), change | {"password": PASSWORD})

    assert "new@example.org" in client.get(reverse("account")).content.decode()
    assert not is_signed_in(sign_in_elsewhere(ANNA))
    assert is_signed_in(sign_in_elsewhere("new@example.org"))


def test_the_address_of_another_account_cannot_be_taken(client: Client) -> None:
    sign_up(client)
    charlie = Client()
    sign_up(charlie, "charlie@example.org")
    change = {"email": ANNA, "password": PASSWORD, "action_add": ""}

    answer = charlie.post(reverse("account_email"), change)

    assert "There is an account with this address already." in answer.content.decode()


def test_a_changed_password_signs_out_other_devices(client: Client) -> None:
    sign_up(client)
    elsewhere = sign_in_elsewhere(ANNA)

    answer = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER},
    )

    assert answer["Location"] == reverse("account")
    assert client.get(reverse("account")).status_code == 200
    assert elsewhere.get(reverse("account")).status_code == 302
    assert is_signed_in(sign_in_elsewhere(ANNA, OTHER))


@pytest.mark.parametrize("door", ["account_login", "login", "admin:login"])
def test_tries_at_a_password_are_limited_at_every_door(client: Client, door: str, settings) -> None:
    keeper = User.objects.create_user("keeper", email=ANNA, password=PASSWORD, is_staff=True)
    name = {"login": ANNA} if door == "account_login" else {"username": keeper.username}
    for _ in range(settings.RATE_PASSWORDS):
        client.post(reverse(door), name | {"password": "guessed"})

    client.post(reverse(door), name | {"password": PASSWORD})

    assert not is_signed_in(client)


def test_too_much_in_a_short_time_has_a_page_of_its_own(client: Client) -> None:
    answers = [sign_up(client, f"{n}@example.org", "short") for n in range(21)]

    assert answers[-1].status_code == 429
    assert "That was a little fast" in answers[-1].content.decode()


def test_staff_sign_in_where_they_always_did(client: Client) -> None:
    User.objects.create_superuser("keeper", password=PASSWORD)
    asked = client.get(reverse("ops"))
    assert asked["Location"] == "/login/?next=/ops/"

    answer = client.post("/login/", {"username": "keeper", "password": PASSWORD})

    assert answer["Location"] == reverse("ops")


def test_an_account_that_was_closed_sees_nothing(client: Client) -> None:
    upload = send(client)
    sign_up(client)
    User.objects.update(is_active=False)

    assert not sees(client, upload)
    answer = Client().post(reverse("account_login"), {"login": ANNA, "password": PASSWORD}, follow=True)
    assert "This account is closed" in answer.content.decode()
