"""An upload as an album: named, added to, put together, with settings for all, deleted as a whole."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.browser import made
from tests.webapp.files import photo_file
from webapp import removal, shares
from webapp.models import Job, Photo, Upload

pytestmark = pytest.mark.django_db

PALE = {"finding": "thorough", "only": ["restored", "colorized"], "saturation": "0.6"}
AS_OPTIONS = {"finding": "thorough", "only": ["restored", "colorized"], "saturation": 0.6}


@pytest.fixture
def album(submit) -> Upload:
    return submit(photo_file("one.jpg"), photo_file("two.jpg")).upload


def act(browser: Client, name: str, album: Upload, sent: dict[str, object]) -> str:
    """The page that the act leads to."""
    answer = browser.post(reverse(name, args=[album.pk]), sent, follow=True)
    assert answer.redirect_chain[0][1] == 303
    return answer.content.decode()


def finish_all(album: Upload) -> None:
    for photo in album.photos.all():
        made.finish(photo)


def test_it_has_a_name_where_it_is_shown_and_on_the_first_page(browser: Client, album: Upload) -> None:
    html = act(browser, "upload_name", album, {"name": "  Grandmother’s <album> "})

    assert '<h1 class="wrap-anywhere">Grandmother’s &lt;album&gt;</h1>' in html
    assert "Grandmother’s &lt;album&gt;" in browser.get("/").content.decode()
    assert "Photographs of" in act(browser, "upload_name", album, {"name": ""})
    assert "Please choose a shorter name" in act(browser, "upload_name", album, {"name": "x" * 101})


def test_photographs_are_added_later_and_treated_as_the_others(browser: Client, album: Upload) -> None:
    act(browser, "upload_settings", album, PALE | {"act": "keep"})

    answer = browser.post(
        "/", {"photos": [photo_file("three.jpg")], "album": str(album.pk), "finding": "careful"}
    )

    assert answer["Location"] == reverse("upload", args=[album.pk])
    assert [photo.name for photo in album.photos.all()] == ["one.jpg", "two.jpg", "three.jpg"]
    assert [photo.job.options for photo in album.photos.all()] == [{}, {}, AS_OPTIONS]


def test_the_first_settings_of_an_upload_hold_for_what_is_added(browser: Client) -> None:
    browser.post("/", {"photos": [photo_file("one.jpg")], "finding": "careful"})

    browser.post("/", {"photos": [photo_file("two.jpg")], "album": str(Upload.objects.get().pk)})

    assert {job.options["finding"] for job in Job.objects.all()} == {"careful"}


def test_the_form_offers_ones_own_albums(browser: Client, album: Upload, submit) -> None:
    act(browser, "upload_name", album, {"name": "Summer"})
    theirs = submit(family=uuid.uuid4()).upload

    html = browser.get(f"/?album={album.pk}").content.decode()

    assert f'<option value="{album.pk}" selected>among “Summer”' in html
    assert str(theirs.pk) not in html


@pytest.mark.parametrize("which", ["another family's", "one that is gone", "no id"])
def test_what_is_sent_for_an_album_that_is_not_ones_own_is_not_lost(
    browser: Client, submit, which: str
) -> None:
    theirs = submit(family=uuid.uuid4()).upload
    named = {"another family's": theirs.pk, "one that is gone": uuid.uuid4(), "no id": "nonsense"}[which]

    answer = browser.post("/", {"photos": [photo_file("mine.jpg")], "album": str(named)})

    if which == "no id":
        assert answer.status_code == 400
    else:
        assert Photo.objects.get(name="mine.jpg").upload != theirs
        assert theirs.photos.count() == 1


def test_what_was_refused_is_told_there(browser: Client, album: Upload) -> None:
    letter = photo_file("letter.jpg")
    letter.file.truncate(0)

    browser.post("/", {"photos": [letter], "album": str(album.pk)})

    assert "1 file was not taken" in browser.get(f"/u/{album.pk}/").content.decode()


def test_all_are_done_again_with_the_settings_for_all(browser: Client, album: Upload) -> None:
    finish_all(album)

    act(browser, "upload_settings", album, PALE | {"act": "again"})

    for photo in album.photos.all():
        assert [job.options for job in photo.jobs.all()] == [{}, AS_OPTIONS]
        assert photo.job.state == Job.State.QUEUED
    album.refresh_from_db()
    assert album.options == AS_OPTIONS


def test_what_still_waits_is_done_so_at_once_and_what_is_in_hand_is_named(
    browser: Client, album: Upload
) -> None:
    running, waiting = album.photos.all()
    made.run(running, "finding", 0.5)

    html = act(browser, "upload_settings", album, PALE | {"act": "again"})

    assert "1 photograph is being worked on just now and was left as it is." in html
    assert [photo.job.options for photo in (running, waiting)] == [{}, AS_OPTIONS]
    assert Job.objects.count() == 2


def test_usual_settings_are_none(browser: Client, album: Upload) -> None:
    usual = {
        "finding": "normal",
        "only": ["restored_colorized", "restored", "colorized"],
        "saturation": "1.0",
    }

    act(browser, "upload_settings", album, usual)

    album.refresh_from_db()
    assert album.options == {}


@pytest.mark.parametrize("missing", ["finding", "only", "saturation"])
def test_half_a_choice_changes_nothing_and_is_told(browser: Client, album: Upload, missing: str) -> None:
    sent = {name: value for name, value in PALE.items() if name != missing}

    assert "Please choose how to look for damage" in act(browser, "upload_settings", album, sent)
    album.refresh_from_db()
    assert album.options == {}


def test_one_photograph_can_be_treated_otherwise(browser: Client, album: Upload) -> None:
    finish_all(album)
    act(browser, "upload_settings", album, PALE | {"act": "keep"})
    one = album.photos.first()

    browser.post(reverse("photo_again", args=[one.pk]), {"finding": "careful", "steps": "restore"})

    assert one.job.options == {"finding": "careful", "only": ["restored"]}
    album.refresh_from_db()
    assert album.options == AS_OPTIONS


def test_the_page_and_the_zip_do_without_pictures_that_were_not_wanted(
    browser: Client, album: Upload
) -> None:
    finish_all(album)
    for photo in album.photos.all():
        photo.job.results.exclude(kind__in=("restored", "preview_restored", "preview_original")).delete()
        assert browser.get(f"/p/{photo.pk}/").status_code == 200

    assert browser.get(reverse("archive", args=[album.pk])).status_code == 200


def test_two_are_put_together(browser: Client, album: Upload, submit) -> None:
    other = submit(photo_file("three.jpg")).upload
    finish_all(other)
    share = shares.make(other, 7)
    three = other.photos.get()

    html = act(browser, "upload_join", album, {"album": str(other.pk)})

    assert "The photographs lie together now." in html
    assert {photo.name for photo in album.photos.all()} == {"one.jpg", "two.jpg", "three.jpg"}
    assert browser.get(f"/p/{three.pk}/").status_code == 200
    assert not Upload.objects.filter(pk=other.pk).exists()
    assert browser.get(reverse("shared", args=[share.token])).status_code == 404


def test_others_photographs_cannot_be_drawn_in(browser: Client, album: Upload, submit) -> None:
    theirs = submit(family=uuid.uuid4()).upload
    where = reverse("upload_join", args=[album.pk])

    for other in (theirs.pk, album.pk, uuid.uuid4(), "nonsense", ""):
        assert browser.post(where, {"album": str(other)}).status_code == 404
    assert (theirs.photos.count(), album.photos.count()) == (1, 2)


def test_what_is_added_keeps_an_album_from_its_end(browser: Client, album: Upload, settings) -> None:
    """Without it a photograph that came on the last day would go on the next."""
    past = timezone.now() - timedelta(days=settings.RETENTION_DAYS - 1)
    Upload.objects.update(created_at=past, added_at=past)
    browser.post("/", {"photos": [photo_file("three.jpg")], "album": str(album.pk)})
    Upload.objects.update(created_at=past - timedelta(days=5))

    assert removal.remove_past_retention() == 0
    assert album.photos.count() == 3


def test_all_of_it_is_deleted_at_once(browser: Client, album: Upload, submit, data_dir: Path) -> None:
    finish_all(album)
    kept = submit().photos[0]

    html = act(browser, "upload_delete", album, {})

    assert "The photographs and everything made from them are deleted." in html
    assert list(Photo.objects.all()) == [kept]
    media = data_dir / "media"
    assert [path for path in media.rglob("*") if path.is_file()] == [media / kept.stored]


def test_whom_it_is_shared_with_sees_nothing_that_changes_it(album: Upload) -> None:
    stranger = Client()
    stranger.get(reverse("shared", args=[shares.make(album, 1).token]))

    html = stranger.get(f"/u/{album.pk}/").content.decode()

    assert "one.jpg" in html
    assert "All of them together" not in html
