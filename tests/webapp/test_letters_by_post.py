"""Letters over a real connection: what EMAIL_URL names is spoken to in SMTP."""

from __future__ import annotations

import email
from email import policy

import pytest
from django.urls import reverse

from restore import mail
from tests.browser import made
from tests.webapp.postoffice import PostOffice
from webapp import letters
from webapp.models import Letter, Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def post_office(settings):
    """Where the site's letters go."""
    office = PostOffice()
    settings.EMAIL_URL = office.url
    settings.DEFAULT_FROM_EMAIL = "Photo Restorer <photos@example.org>"
    for name, value in mail.server(office.url).items():
        setattr(settings, name, value)
    yield office
    office.shutdown()
    office.server_close()


@pytest.fixture
def upload(post_office, browser, submit) -> Upload:
    """It is ready, and a letter was asked for in Russian."""
    upload = submit().upload
    address = reverse("upload_letter", args=[upload.pk])
    browser.post(address, {"address": "anna@example.org"}, headers={"accept-language": "ru"})
    made.finish(upload.photos.get())
    return upload


def test_a_letter_reaches_the_server_as_it_was_written(upload, post_office) -> None:
    assert letters.send_due() == 1

    (posted,) = post_office.posted
    assert (posted.sender, posted.recipients) == ("photos@example.org", ["anna@example.org"])
    letter = email.message_from_bytes(posted.letter, policy=policy.default)
    assert letter["Subject"] == "Ваши фотографии готовы"
    assert letter["From"] == "Photo Restorer <photos@example.org>" and letter["Message-ID"]
    parts = {part.get_content_type(): part.get_content() for part in letter.walk() if not part.is_multipart()}
    assert set(parts) == {"text/plain", "text/html"}
    assert all(f"/u/{upload.pk}/" in text for text in parts.values())


@pytest.mark.parametrize(
    ("answer", "is_kept"), [("550 no such user", False), ("451 come again", True)], ids=["never", "later"]
)
def test_what_the_server_refuses_for_good_is_forgotten_and_else_tried_again(
    upload, post_office, answer, is_kept
) -> None:
    post_office.refused = answer

    assert letters.send_due() == 0

    letter = Letter.objects.get()
    assert post_office.posted == [] and letter.sent_at is None
    assert bool(letter.address) == is_kept


def test_a_server_that_is_gone_is_tried_again(upload, post_office) -> None:
    post_office.shutdown()
    post_office.server_close()

    assert letters.send_due() == 0
    assert Letter.objects.get().address == "anna@example.org"
