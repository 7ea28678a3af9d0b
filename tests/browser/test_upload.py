"""Bringing photographs in: several at once, with and without JavaScript, by choosing and by dropping."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.webapp.files import photo_bytes
from webapp.models import Photo

LETTER = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}


def photograph(name: str, size: tuple[int, int] = (160, 120)) -> dict[str, object]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": photo_bytes(size=size)}


def test_several_files_are_listed_sent_and_found_on_the_uploads_page(open_page) -> None:
    page = open_page("/")
    page.set_input_files("#photos", [photograph("one.jpg"), photograph("two.jpg"), LETTER])
    page.set_input_files("#photos", [photograph("three.jpg")])
    expect(page.locator(".chosen li")).to_have_count(4)
    page.get_by_role("button", name="Leave out two.jpg").click()
    expect(page.locator(".chosen li")).to_have_count(3)

    page.get_by_role("button", name="Restore").click()
    page.wait_for_url("**/u/*/")

    expect(page.locator(".print")).to_have_count(2)
    expect(page.get_by_role("heading", name="1 file was not taken")).to_be_visible()
    expect(page.get_by_text("letter.pdf")).to_be_visible()
    assert {photo.name for photo in Photo.objects.all()} == {"one.jpg", "three.jpg"}


def test_dropped_files_are_taken(open_page) -> None:
    page = open_page("/")

    page.evaluate(
        """bytes => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([new Uint8Array(bytes)], "dropped.jpg", { type: "image/jpeg" }));
            for (const kind of ["dragenter", "dragover", "drop"])
                document.querySelector(".drop").dispatchEvent(
                    new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: dropped }));
        }""",
        list(photo_bytes()),
    )

    expect(page.locator(".chosen li")).to_contain_text("dropped.jpg")


def test_an_empty_file_is_told_before_it_is_sent(open_page) -> None:
    page = open_page("/")

    page.set_input_files("#photos", [{"name": "no.jpg", "mimeType": "image/jpeg", "buffer": b""}])

    expect(page.get_by_text("This file is empty and will not be sent.")).to_be_visible()
    expect(page.get_by_role("button", name="Restore")).to_be_disabled()


def test_a_lost_connection_is_told_and_it_goes_on_by_itself(open_page) -> None:
    page = open_page("/", forgiven="net::ERR_FAILED")
    page.set_input_files("#photos", [photograph("one.jpg")])
    page.route("**/tus/", lambda route: route.abort())

    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("It goes on by itself when the line is back.")).to_be_visible()
    page.unroute("**/tus/")

    page.wait_for_url("**/u/*/")
    assert Photo.objects.get().name == "one.jpg"


def test_a_connection_that_is_lost_last_leaves_what_was_chosen(open_page) -> None:
    page = open_page("/", forgiven="net::ERR_FAILED")
    page.set_input_files("#photos", [photograph("one.jpg")])
    page.route(page.url, lambda route: route.abort() if route.request.method == "POST" else route.fallback())

    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The connection was lost.")).to_be_visible()
    expect(page.locator(".chosen li")).to_have_count(1)
    page.unroute(page.url)
    page.get_by_role("button", name="Restore").click()

    page.wait_for_url("**/u/*/")
    assert Photo.objects.get().name == "one.jpg"
