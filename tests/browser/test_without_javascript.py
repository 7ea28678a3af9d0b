"""The family's whole story in a browser that runs no script: upload, wait, look, download, delete."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import made
from tests.browser.test_upload import photograph
from webapp.models import Photo, Upload, User

LETTER = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
REFRESHED_MS = 25_000
"""The page asks for itself anew every 5 or 10 seconds."""


@pytest.fixture
def page(open_page) -> Page:
    return open_page("/", java_script_enabled=False)


def bring(page: Page, *names: str) -> None:
    page.set_input_files("#photos", [photograph(name) for name in names] + [LETTER])
    page.get_by_role("button", name="Restore").click()
    page.wait_for_url("**/u/*/")


def fetched(page: Page, link: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    return Path(waiting.value.path()).read_bytes()


def test_upload_wait_download_delete(page: Page) -> None:
    bring(page, "one.jpg", "two.jpg")
    expect(page.get_by_text("0 of 2 are ready.")).to_be_visible()
    expect(page.get_by_text("This is a PDF file.")).to_be_visible()
    one, two = Photo.objects.order_by("name")
    made.run(one, "finding", 0.5)
    expect(page.locator(".print progress")).to_have_count(1, timeout=REFRESHED_MS)
    page.locator(".print-words a", has_text="two.jpg").click()
    expect(page.get_by_text("Yours is next.")).to_be_visible()
    made.finish(two)
    expect(page.get_by_role("heading", name="Take the pictures")).to_be_visible(timeout=REFRESHED_MS)

    for name, kind in {"Restored and coloured": "restored_colorized", "Coloured": "colorized"}.items():
        page.get_by_label(name, exact=True).check()
        expect(page.locator(f".is-{kind}")).to_be_visible()
    result = two.job.results.get(kind="restored_colorized")
    assert len(fetched(page, "Restored and coloured JPEG")) == result.bytes
    assert len(fetched(page, "Original JPEG")) == two.bytes
    page.get_by_role("link", name="All photographs of this upload").click()
    packed = zipfile.ZipFile(io.BytesIO(fetched(page, "Take all pictures of 1 photograph (ZIP)")))
    assert "two_restored.jpg" in packed.namelist()

    page.locator(".print-words a", has_text="two.jpg").click()
    page.get_by_text("Delete this photograph").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The photograph and everything made from it are deleted.")).to_be_visible()
    page.get_by_text("Delete all of these").click()
    page.get_by_role("button", name="Delete them all for good").click()
    expect(page.get_by_text("The photographs and everything made from them are deleted.")).to_be_visible()
    assert not Upload.objects.exists()


def test_an_album_and_everything_deleted(page: Page) -> None:
    bring(page, "one.jpg")
    page.get_by_text("Give them a name").click()
    page.get_by_label("Name", exact=True).fill("Summer of 1962")
    page.get_by_role("button", name="Keep the name").click()
    expect(page.get_by_role("heading", name="Summer of 1962")).to_be_visible()
    page.get_by_role("link", name="Add photographs to these").click()
    expect(page.get_by_label("Put them")).to_have_value(str(Upload.objects.get().pk))
    bring(page, "two.jpg")
    expect(page.locator(".print")).to_have_count(2)

    page.goto("/")
    page.get_by_role("link", name="Delete everything").click()
    expect(page.get_by_text("2 photographs, and everything made from them")).to_be_visible()
    page.get_by_role("button", name="Delete everything for good").click()

    expect(
        page.get_by_text("All your photographs and everything made from them are deleted.")
    ).to_be_visible()
    assert not Photo.objects.exists()


def test_an_account_from_its_beginning_to_its_end(page: Page) -> None:
    bring(page, "one.jpg")
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("E-mail").fill("anna@example.org")
    page.get_by_label("Password").fill("albums in the attic")
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("link", name="Account").click()
    expect(page.get_by_role("link", name="one.jpg")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("one.jpg")).to_have_count(0)

    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_label("E-mail").fill("anna@example.org")
    page.get_by_label("Password").fill("albums in the attic")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="one.jpg")).to_be_visible()
    page.get_by_role("link", name="Account").click()
    page.get_by_role("link", name="Delete the account").click()
    page.get_by_label("Password").fill("albums in the attic")
    page.get_by_role("button", name="Delete the account for good").click()

    expect(page.get_by_text("Your account and all that was in it are deleted.")).to_be_visible()
    assert not Photo.objects.exists() and not User.objects.exists()
