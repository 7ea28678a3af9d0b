"""An account, or all that a family has, is gone by one button: rows, files and letters."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.browser import made
from tests.webapp.anna import (
    ANNA,
    PASSWORD,
    is_signed_in,
    send,
    sign_in_elsewhere,
    sign_up,
)
from tests.webapp.files import photo_file
from webapp.models import Letter, Upload, User

pytestmark = pytest.mark.django_db


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
    assert not is_signed_in(client)


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
