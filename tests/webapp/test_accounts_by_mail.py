"""Accounts where letters go out: addresses are confirmed, forgotten passwords replaced, by a code."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.webapp.anna import (
    ANNA,
    OTHER,
    PASSWORD,
    code_of_the_letter,
    is_signed_in,
    sees,
    send,
    sign_in,
    sign_out,
    sign_up,
)
from webapp.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_mail")]


def test_with_mail_an_account_opens_by_the_code_of_a_letter(client: Client) -> None:
    upload = send(client)

    assert sign_up(client)["Location"] == reverse("account_email_verification_sent")
    assert not sees(Client(), upload)
    assert not is_signed_in(client)
    assert mail.outbox[0].to == [ANNA]
    answer = client.post(reverse("account_email_verification_sent"), {"code": "nonsense"})
    assert "That is not the code in the letter." in answer.content.decode()
    client.post(reverse("account_email_verification_sent"), {"code": code_of_the_letter()})

    elsewhere = Client()
    sign_in(elsewhere)
    assert sees(elsewhere, upload)


def test_who_has_not_confirmed_gets_in_by_no_door(client: Client) -> None:
    sign_up(client)
    sign_out(client)
    cache.clear()  # a second letter so soon after the first is refused

    assert sign_in(client)["Location"] == reverse("account_email_verification_sent")
    client.post(reverse("login"), {"username": ANNA, "password": PASSWORD})
    assert not is_signed_in(client)


def test_whether_there_is_an_account_is_not_told_where_a_letter_tells_it(client: Client) -> None:
    User.objects.create_user("a", email=ANNA, password=PASSWORD)

    assert sign_up(client)["Location"] == reverse("account_email_verification_sent")
    assert mail.outbox[-1].subject == "You have an account already"
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert mail.outbox[-1].subject == "There is no account with your address"
    assert User.objects.count() == 1


def test_a_forgotten_password_is_replaced_by_the_code_of_a_letter(client: Client) -> None:
    User.objects.create_user("a", email=ANNA, password=PASSWORD)

    client.post(reverse("account_reset_password"), {"email": ANNA})
    page = client.get(reverse("account_confirm_password_reset_code"))
    assert ANNA in page.content.decode()
    client.post(reverse("account_confirm_password_reset_code"), {"code": code_of_the_letter()})
    new = {"password1": OTHER, "password2": OTHER}
    answer = client.post(reverse("account_complete_password_reset"), new)

    assert answer["Location"] == reverse("account_password_reset_completed")
    assert "The new password is kept" in client.get(answer["Location"]).content.decode()
    assert User.objects.get().check_password(OTHER)


def test_letters_are_in_the_language_of_the_page(client: Client) -> None:
    client.post(
        reverse("account_signup"),
        {"email": ANNA, "password1": PASSWORD},
        headers={"accept-language": "ru"},
    )

    assert "Здравствуйте" in mail.outbox[0].body
    assert not re.search("[A-Za-z]{9}", mail.outbox[0].body)


def test_a_server_of_mail_that_is_away_is_told(client: Client, settings) -> None:
    settings.EMAIL_BACKEND = "tests.webapp.test_letters.Away"

    answer = sign_up(client)

    assert "The letter could not be sent just now." in client.get(answer["Location"]).content.decode()


def test_with_mail_the_new_address_counts_once_it_is_confirmed(client: Client) -> None:
    sign_up(client)
    client.post(reverse("account_email_verification_sent"), {"code": code_of_the_letter()})
    change = {"email": "new@example.org", "password": PASSWORD, "action_add": ""}

    assert client.post(reverse("account_email"), change)["Location"] == reverse(
        "account_email_verification_sent"
    )
    assert User.objects.get().email == ANNA
    client.post(reverse("account_email_verification_sent"), {"code": code_of_the_letter()})

    assert User.objects.get().email == "new@example.org"
    assert "new@example.org" in client.get(reverse("account")).content.decode()
