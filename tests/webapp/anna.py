"""Anna, who has an account: what she does in a browser."""

from __future__ import annotations

import re

from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.webapp.files import photo_file
from webapp.models import Photo, Upload

ANNA, PASSWORD, OTHER = "anna@example.org", "albums in the attic", "a box of slides 1962"


def sign_up(browser: Client, address: str = ANNA, password: str = PASSWORD):
    return browser.post(reverse("account_signup"), {"email": address, "password1": password})


def sign_in(browser: Client, address: str = ANNA, password: str = PASSWORD):
    return browser.post(reverse("account_login"), {"login": address, "password": password})


def sign_in_elsewhere(address: str = ANNA, password: str = PASSWORD) -> Client:
    elsewhere = Client()
    sign_in(elsewhere, address, password)
    return elsewhere


def sign_out(browser: Client) -> None:
    browser.post(reverse("logout"))


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def code_of_the_letter() -> str:
    return re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", mail.outbox[-1].body, re.MULTILINE)[1]


def send(browser: Client, name: str = "attic.jpg") -> Upload:
    browser.post("/", {"photos": [photo_file(name)]})
    return Photo.objects.get(name=name).upload


def sees(browser: Client, upload: Upload) -> bool:
    return browser.get(reverse("upload", args=[upload.pk])).status_code == 200
