"""Accounts of families: made, signed into from elsewhere, changed, deleted; with and without a server of mail."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.browser import made
from tests.webapp.files import photo_file
from webapp import access
from webapp.models import Letter, Photo, Upload, User

pytestmark = pytest.mark.django_db

ANNA, PASSWORD, OTHER = "anna@example.org", "albums in the attic", "a box of slides 1962"


@pytest.fixture
def with_mail(settings) -> None:
    """As restore/settings.py has it where EMAIL_URL is set."""
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    settings.ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
    settings.ACCOUNT_PREVENT_ENUMERATION = True


def sign_up(browser: Client, address: str = ANNA, password: str = PASSWORD):
    return browser.post(reverse("account_signup"), {"email": address, "password1": password})


def sign_in(browser: Client, address: str = ANNA, password: str = PASSWORD):
    return browser.post(reverse("account_login"), {"login": address, "password": password})


def sign_out(browser: Client) -> None:
    browser.post(reverse("logout"))


def code_of_the_letter() -> str:
    return re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", mail.outbox[-1].body, re.MULTILINE)[1]


def send(browser: Client, name: str = "attic.jpg") -> Upload:
    browser.post("/", {"photos": [photo_file(name)]})
    return Photo.objects.get(name=name).upload


def sees(browser: Client, upload: Upload) -> bool:
    return browser.get(reverse("upload", args=[upload.pk])).status_code == 200


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


def test_with_mail_an_account_opens_by_the_code_of_a_letter(client: Client, with_mail: None) -> None:
    upload = send(client)

    assert sign_up(client)["Location"] == reverse("account_email_verification_sent")
    assert not sees(Client(), upload)
    assert "_auth_user_id" not in client.session
    assert mail.outbox[0].to == [ANNA]
    answer = client.post(reverse("account_email_verification_sent"), {"code": "nonsense"})
    assert "That is not the code in the letter." in answer.content.decode()
    client.post(reverse("account_email_verification_sent"), {"code": code_of_the_letter()})

    elsewhere = Client()
    sign_in(elsewhere)
    assert sees(elsewhere, upload)


def test_who_has_not_confirmed_gets_in_by_no_door(client: Client, with_mail: None) -> None:
    sign_up(client)
    sign_out(client)
    cache.clear()  # a second letter so soon after the first is refused

    assert sign_in(client)["Location"] == reverse("account_email_verification_sent")
    client.post(reverse("login"), {"username": ANNA, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_whether_there_is_an_account_is_not_told_where_a_letter_tells_it(
    client: Client, with_mail: None
) -> None:
    User.objects.create_user("a", email=ANNA, password=PASSWORD)

    assert sign_up(client)["Location"] == reverse("account_email_verification_sent")
    assert mail.outbox[-1].subject == "You have an account already"
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert mail.outbox[-1].subject == "There is no account with your address"
    assert User.objects.count() == 1


def test_a_forgotten_password_is_replaced_by_the_code_of_a_letter(client: Client, with_mail: None) -> None:
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


def test_letters_are_in_the_language_of_the_page(client: Client, with_mail: None) -> None:
    client.post(
        reverse("account_signup"),
        {"email": ANNA, "password1": PASSWORD},
        headers={"accept-language": "ru"},
    )

    assert "Здравствуйте" in mail.outbox[0].body
    assert not re.search("[A-Za-z]{9}", mail.outbox[0].body)


def test_a_server_of_mail_that_is_away_is_told(client: Client, with_mail: None, settings) -> None:
    settings.EMAIL_BACKEND = "tests.webapp.test_letters.Away"

    answer = sign_up(client)

    assert "The letter could not be sent just now." in client.get(answer["Location"]).content.decode()


def test_the_address_changes_with_the_password(client: Client) -> None:
    sign_up(client)
    change = {"email": "new@example.org", "password": "guessed", "action_add": ""}

    answer = client.post(reverse("account_email"), change)
    assert "That is not your password." in answer.content.decode()
    client.post(reverse("account_email"), change | {"password": PASSWORD})

    assert "new@example.org" in client.get(reverse("account")).content.decode()
    assert "_auth_user_id" not in sign_in_elsewhere(ANNA).session
    assert "_auth_user_id" in sign_in_elsewhere("new@example.org").session


def sign_in_elsewhere(address: str, password: str = PASSWORD) -> Client:
    elsewhere = Client()
    sign_in(elsewhere, address, password)
    return elsewhere


def test_with_mail_the_new_address_counts_once_it_is_confirmed(client: Client, with_mail: None) -> None:
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
    assert "_auth_user_id" in sign_in_elsewhere(ANNA, OTHER).session


def test_a_deleted_account_takes_along_all_it_owns(client: Client, data_dir: Path, submit) -> None:
    mine = send(client)
    made.finish(mine.photos.get())
    Letter.objects.create(upload=mine, address=ANNA, language="en", link="http://testserver/")
    theirs = submit(photo_file("theirs.jpg")).upload
    sign_up(client)

    answer = client.post(reverse("account_delete"), {"password": "guessed"})
    assert (answer.status_code, User.objects.count()) == (400, 1)
    client.post(reverse("account_delete"), {"password": PASSWORD})

    assert not User.objects.exists() and not Letter.objects.exists()
    assert list(Upload.objects.all()) == [theirs]
    assert [path for path in (data_dir / "media").rglob("*") if path.is_file()] == [
        data_dir / "media" / theirs.photos.get().stored
    ]
    assert "_auth_user_id" not in client.session


def test_everything_of_a_family_is_deleted_by_one_button_after_a_question(
    browser: Client, submit, data_dir: Path
) -> None:
    made.finish(submit().photos[0])
    submit()
    theirs = submit(family=uuid.uuid4()).upload

    page = browser.get(reverse("delete_everything")).content.decode()
    assert "2 photographs, and everything made from them, will be removed" in page
    assert Upload.objects.count() == 3
    answer = browser.post(reverse("delete_everything"), follow=True)

    assert list(Upload.objects.all()) == [theirs]
    assert len([path for path in (data_dir / "media").rglob("*") if path.is_file()]) == 1
    assert "All your photographs and everything made from them are deleted." in answer.content.decode()


def test_everything_of_an_account_goes_and_the_account_stays(client: Client) -> None:
    send(client)
    sign_up(client)
    sign_in_elsewhere(ANNA).post(reverse("delete_everything"))

    assert (Upload.objects.count(), User.objects.count()) == (0, 1)


@pytest.mark.parametrize("door", ["account_login", "login", "admin:login"])
def test_tries_at_a_password_are_limited_at_every_door(client: Client, door: str) -> None:
    keeper = User.objects.create_user("keeper", email=ANNA, password=PASSWORD, is_staff=True)
    name = {"login": ANNA} if door == "account_login" else {"username": keeper.username}
    for _ in range(5):
        client.post(reverse(door), name | {"password": "guessed"})

    answer = client.post(reverse(door), name | {"password": PASSWORD})

    assert "Too many tries." in answer.content.decode()
    assert "_auth_user_id" not in client.session


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
