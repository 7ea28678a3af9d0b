"""The desk's other rooms: photographs brought in, comparisons voted on; and all of them at every size and light."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from tests.browser import made
from tests.browser.test_layout import FAINT, SMALL
from tests.webapp.files import photo_bytes
from webapp import intake, versions
from webapp.arrivals import Copied
from webapp.desk import comparing, voting
from webapp.models import Comparison, Description, Photo, Result, Review, Upload, Vote

LONG = "A very long name of a photograph from the second album_without_a_single_place_to_break_it.jpg"


def test_a_folder_is_brought_in_with_the_places_of_its_files(desk, tmp_path) -> None:
    (tmp_path / "album" / "inner").mkdir(parents=True)
    (tmp_path / "album" / "page.jpg").write_bytes(photo_bytes())
    (tmp_path / "album" / "inner" / "page.jpg").write_bytes(photo_bytes(ending=b"2"))
    (tmp_path / "album" / "letter.txt").write_text("Dear Anna")
    page = desk("/staff/bring/")

    page.set_input_files("#folder", tmp_path / "album")
    page.get_by_role("button", name="Bring in").click()

    page.wait_for_url("**/u/*/")
    upload = Upload.objects.get()
    assert {photo.name for photo in upload.photos.all()} == {"album/page.jpg", "album/inner/page.jpg"}
    expect(page.get_by_text("1 file was not taken")).to_be_visible()


def test_a_zip_is_brought_in(desk) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("album/page.jpg", photo_bytes())
    page = desk("/staff/bring/")

    page.set_input_files(
        "#zips", {"name": "album.zip", "mimeType": "application/zip", "buffer": file.getvalue()}
    )
    page.get_by_role("button", name="Bring in").click()

    page.wait_for_url("**/u/*/")
    assert Photo.objects.get().name == "album/page.jpg"


@pytest.fixture
def comparison(bring_in, anna) -> Comparison:
    photos = bring_in(["a.jpg", "b.jpg", "c.jpg", "d.jpg"])
    for photo in photos:
        versions.look_again(photo, "careful", other_repair=False)
        job = made.finish(Photo.objects.get(pk=photo.pk), found_nothing=True)
        Result.objects.filter(job=job, kind="preview_restored").update(sha256=job.pk.hex * 2)
    comparison = comparing.newest_two(Photo.objects.all(), anna, name="Old and new", kind="restored")
    assert comparison is not None
    return comparison


def test_votes_are_cast_by_keys_and_lead_to_the_tally(desk, anna, comparison) -> None:
    page = desk(f"/staff/comparisons/{comparison.pk}/")
    page.get_by_role("link", name="Vote on 4 pairs").press("Enter")
    expect(page.get_by_text("1 of 4")).to_be_visible()
    page.wait_for_load_state()  # the script that listens to keys is there
    page.evaluate("window.stays = true")

    for number, key in enumerate("120", start=2):
        page.keyboard.press(key)
        expect(page.get_by_text(f"{number} of 4")).to_be_visible()
        expect(page.locator("[data-vote]")).not_to_have_attribute(
            "aria-busy", "true"
        )  # both pictures are there
    assert page.evaluate("window.stays") is True
    page.keyboard.press("1")

    page.wait_for_url("**/tally/")
    expect(page.get_by_role("heading", name="Old and new")).to_be_visible()
    pairs = list(comparison.pairs.all())
    sides = ["left", "right", None, "left"]
    expected = [
        voting.picture_on(side, pair, anna) if side else None for side, pair in zip(sides, pairs, strict=True)
    ]
    choices = [
        {pair.first: "first", pair.second: "second"}.get(job, "neither")
        for job, pair in zip(expected, pairs, strict=True)
    ]
    assert list(Vote.objects.order_by("pair__number").values_list("choice", flat=True)) == choices


@pytest.mark.parametrize("locale", ["en", "ru"])
@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_on_the_desk_nothing_sticks_out_is_faint_or_small(
    width: int, light: str, locale: str, desk, bring_in, comparison, anna
) -> None:
    photos = bring_in([LONG, f"album/{LONG}", "b.jpg"])
    waiting = intake.submit(
        [Copied(SimpleUploadedFile(LONG, photo_bytes()))], family=photos[0].upload.family
    ).photos[0]
    for photo, state in zip(photos, ("approved", "rejected", "open"), strict=True):
        Review.objects.create(job=photo.job, state=state, note="A note " * 20, user=anna)
        Description.objects.create(photo=photo, catalogue_number="9" * 100, title="W" * 300)
    address = f"/staff/comparisons/{comparison.pk}"
    page = desk(width=width, locale=locale, color_scheme=light, reduced_motion="reduce")

    def check() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        assert page.evaluate(FAINT) == [], page.url
        assert page.evaluate(SMALL) == [], page.url

    large = [f"/staff/p/{photo.pk}/" for photo in (*photos, waiting)]
    for path in ("/staff/", "/staff/?sender=x", *large, "/staff/bring/", "/staff/comparisons/", f"{address}/",
                 f"{address}/vote/"):  # fmt: skip
        page.goto(path)
        check()
    page.goto("/staff/")
    page.locator(".cell a").first.focus()
    page.keyboard.press("?")
    check()
    for pair in comparison.pairs.all():
        voting.cast(pair, anna, "left")
    page.goto(f"{address}/tally/")
    check()
