"""A real Chromium before a live site; what it complains of or asks of other hosts fails the test."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.browser import made
from tests.webapp.files import photo_bytes
from webapp import intake
from webapp.access import SESSION_KEY
from webapp.arrivals import Copied
from webapp.models import Photo, User

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium is installed"))


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    from playwright.sync_api import sync_playwright

    # The driver's event loop runs in this thread, and Django would take every query for one from inside of it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def family() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def open_page(transactional_db: None, live_server, chromium, family) -> Iterator[Callable]:
    """open_page(path, **context) -> Page of the family's browser; `forgiven` is a complaint that the test provokes,
    `site` another address of the live site."""
    contexts, faults = [], []

    def open_page(
        path: str,
        *,
        width: int = 1440,
        height: int = 900,
        forgiven: str | None = None,
        site: str = live_server.url,
        **options: object,
    ):
        context = chromium.new_context(viewport={"width": width, "height": height}, base_url=site, **options)
        contexts.append(context)
        session = SessionStore()
        session[SESSION_KEY] = str(family)
        session.create()
        context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": site}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: _complains(message, forgiven) and faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: _elsewhere(request.url, site) and faults.append(request.url))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def anna(transactional_db: None) -> User:
    return User.objects.create_user("anna", password="a long pass", is_staff=True)


@pytest.fixture
def bring_in(transactional_db: None, family):
    """bring_in(names) -> photographs that are done, in the order of the desk: the last one first."""

    def bring_in(names: list[str]) -> list[Photo]:
        files = [
            SimpleUploadedFile(name, photo_bytes(size=(160, 120), ending=name.encode())) for name in names
        ]
        photos = intake.submit(map(Copied, files), family=family).photos
        for photo in photos:
            made.finish(photo)
        return photos[::-1]

    return bring_in


@pytest.fixture
def desk(open_page, anna):
    """desk(path, ...) -> page of someone who signed in by the keyboard."""

    def desk(path: str = "/staff/", **options: object):
        page = open_page("/login/", **options)
        page.locator("[name=username]").focus()
        page.keyboard.type("anna")
        page.keyboard.press("Tab")
        page.keyboard.type("a long pass")
        page.keyboard.press("Enter")
        page.wait_for_url("**/staff/**")
        if path != "/staff/":
            page.goto(path)
        return page

    return desk


def _complains(message, forgiven: str | None) -> bool:
    return message.type in ("error", "warning") and not (forgiven and forgiven in message.text)


def _elsewhere(url: str, home: str) -> bool:
    return urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != urlsplit(home).netloc
