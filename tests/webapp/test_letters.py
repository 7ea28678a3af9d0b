"""A letter when all is over: asked for on the upload's page, sent once by the worker, and then forgotten."""

from __future__ import annotations

import smtplib
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.browser import made
from tests.webapp.files import photo_file
from webapp import letters, queue, removal, tasks
from webapp.models import Letter, Upload, User

pytestmark = pytest.mark.django_db

ANNA = "anna@example.org"


class Away(BaseEmailBackend):
    """A server of mail that does not answer."""

    def send_messages(self, messages: object) -> int:
        raise ConnectionRefusedError


class Refuses(BaseEmailBackend):
    """A server that takes nothing for this address."""

    def send_messages(self, messages: object) -> int:
        raise smtplib.SMTPRecipientsRefused({ANNA: (550, b"no such user")})


class DiesAfter(EmailBackend):
    """The process ends between the server's answer and the row."""

    def send_messages(self, messages: object) -> int:
        super().send_messages(messages)
        raise SystemExit


@pytest.fixture(autouse=True)
def with_mail(settings) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.DEFAULT_FROM_EMAIL = "Photo Restorer <photos@example.org>"


@pytest.fixture
def two(submit) -> Upload:
    return submit(photo_file("one.jpg"), photo_file("two.jpg")).upload


def ask(browser: Client, upload: Upload, address: str = ANNA, **headers: str):
    where = reverse("upload_letter", args=[upload.pk])
    return browser.post(where, {"address": address}, follow=True, headers=headers).content.decode()


def end(upload: Upload) -> None:
    one, two = upload.photos.all()
    made.finish(one)
    made.fail(two)


def later() -> None:
    """The pause after a try is over."""
    Letter.objects.update(not_before=timezone.now() - timedelta(seconds=1))


def test_one_letter_goes_out_when_the_last_photograph_is_over(browser: Client, two: Upload) -> None:
    assert f'A letter goes to <strong class="wrap-anywhere">{ANNA}</strong>' in ask(browser, two)
    one, other = two.photos.all()
    assert letters.send_due() == 0
    made.finish(one)
    assert letters.send_due() == 0
    made.fail(other)

    assert letters.send_due() == 1
    later()
    assert letters.send_due() == 0

    letter = mail.outbox[0]
    assert letter.to == [ANNA] and letter.from_email == "Photo Restorer <photos@example.org>"
    assert letter.subject == "Your photographs are ready"
    html = letter.alternatives[0][0]
    for text in (letter.body, html):
        assert f"http://testserver/u/{two.pk}/" in text
        assert "1 of 2 are ready" in text
        assert "one.jpg" not in text


def test_it_is_in_the_language_of_who_asked(browser: Client, two: Upload) -> None:
    ask(browser, two, **{"accept-language": "ru"})
    end(two)

    letters.send_due()

    assert mail.outbox[0].subject == "Ваши фотографии готовы"
    assert "готовы 1 из 2" in mail.outbox[0].body
    assert '<html lang="ru">' in mail.outbox[0].alternatives[0][0]


def test_the_address_is_gone_once_the_letter_is(browser: Client, two: Upload) -> None:
    ask(browser, two)
    end(two)

    letters.send_due()

    letter = Letter.objects.get()
    assert (letter.address, letter.sent_at is not None) == ("", True)


def test_a_server_that_is_away_is_tried_again_later(browser: Client, two: Upload, settings) -> None:
    ask(browser, two)
    end(two)
    usual, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.webapp.test_letters.Away"
    assert letters.send_due() == 0
    settings.EMAIL_BACKEND = usual

    assert letters.send_due() == 0  # the pause is not over
    later()

    assert letters.send_due() == 1
    assert len(mail.outbox) == 1


def test_pauses_grow_and_in_the_end_it_is_given_up_and_forgotten(
    browser: Client, two: Upload, settings
) -> None:
    ask(browser, two)
    end(two)
    settings.EMAIL_BACKEND = "tests.webapp.test_letters.Away"
    pauses = []
    for _ in range(letters.MOST_TRIES):
        later()
        letters.send_due()
        seconds = (Letter.objects.get().not_before - timezone.now()).total_seconds()
        pauses.append(timedelta(minutes=round(seconds / 60)))

    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=2)
    assert sum(pauses, timedelta()) > timedelta(days=1)
    assert Letter.objects.get().address == ""


def test_an_address_that_does_not_exist_is_not_tried_again(browser: Client, two: Upload, settings) -> None:
    ask(browser, two)
    end(two)
    settings.EMAIL_BACKEND = "tests.webapp.test_letters.Refuses"

    letters.send_due()

    assert Letter.objects.get().address == ""


def test_a_death_between_sending_and_writing_loses_nothing_and_is_known_for_the_same_letter(
    browser: Client, two: Upload, settings
) -> None:
    ask(browser, two)
    end(two)
    usual, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.webapp.test_letters.DiesAfter"
    with pytest.raises(SystemExit):
        letters.send_due()
    settings.EMAIL_BACKEND = usual
    assert letters.send_due() == 0
    later()

    letters.send_due()

    first, second = (letter.extra_headers["Message-ID"] for letter in mail.outbox)
    assert first == second


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_one_sends_it(browser: Client, two: Upload) -> None:
    ask(browser, two)
    end(two)
    start, sent = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        sent.append(letters.send_due())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(sent) == 1
    assert len(mail.outbox) == 1


def test_a_letter_can_be_taken_back(browser: Client, two: Upload) -> None:
    ask(browser, two)
    assert 'name="address" required' in ask(browser, two, "")
    end(two)

    assert letters.send_due() == 0
    assert not Letter.objects.exists()


def test_another_address_replaces_the_one_before(browser: Client, two: Upload) -> None:
    ask(browser, two)
    ask(browser, two, "berta@example.org")
    end(two)

    letters.send_due()

    assert [letter.to for letter in mail.outbox] == [["berta@example.org"]]


def test_after_more_photographs_one_can_be_asked_for_again(browser: Client, two: Upload) -> None:
    ask(browser, two)
    end(two)
    letters.send_due()
    browser.post("/", {"photos": [photo_file("three.jpg")], "album": str(two.pk)})

    ask(browser, two)
    assert letters.send_due() == 0
    queue.cancel(two.photos.get(name="three.jpg").job)

    assert letters.send_due() == 1


def test_nonsense_is_told_and_nothing_is_kept(browser: Client, two: Upload) -> None:
    assert "That is no e-mail address." in ask(browser, two, "anna at home")
    assert not Letter.objects.exists()


def test_nobody_can_be_buried_under_letters(browser: Client, two: Upload) -> None:
    end(two)
    for _ in range(12):
        html = ask(browser, two)
        letters.send_due()

    assert len(mail.outbox) == 10
    assert "Too many tries." in html


def test_the_worker_looks_for_letters_where_there_is_a_server(monkeypatch, settings) -> None:
    started: list[str] = []

    class Noted:
        def __init__(self, name: str, *_: object) -> None:
            started.append(name)

        def start(self) -> None:
            pass

    monkeypatch.setattr(tasks, "Round", Noted)
    tasks.open_workshop(sender=None)
    settings.EMAIL_URL = ""
    tasks.open_workshop(sender=None)

    rest = ["dispatcher", "webhooks", "sweep"]
    assert started == [*rest, "letters", *rest]


def test_who_is_signed_in_finds_the_address_there(submit, client: Client) -> None:
    anna = User.objects.create_user("anna", email=ANNA)
    upload = submit(user=anna).upload
    client.force_login(anna)

    assert f'value="{ANNA}"' in client.get(f"/u/{upload.pk}/").content.decode()


def test_without_a_server_of_mail_nothing_is_offered(browser: Client, two: Upload, settings) -> None:
    settings.EMAIL_URL = ""

    assert "A letter when all are ready" not in browser.get(f"/u/{two.pk}/").content.decode()
    assert browser.post(reverse("upload_letter", args=[two.pk]), {"address": ANNA}).status_code == 404


def test_a_deleted_upload_takes_its_letter_along(browser: Client, two: Upload) -> None:
    ask(browser, two)

    removal.remove_upload(two)

    assert letters.send_due() == 0
