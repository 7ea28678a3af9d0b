"""The family's pages, as plain HTML: addresses, words, what a stranger gets."""

from __future__ import annotations

import re
import uuid
from pathlib import PurePath

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.browser import made
from tests.webapp.files import photo_bytes, photo_file
from webapp import access, queue, storage
from webapp.models import Photo, Upload, User


def page(browser: Client, name: str, *args: object, **headers: str) -> str:
    answer = browser.get(reverse(name, args=args), headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
def test_an_upload_leads_to_its_page_with_a_link_to_each_photograph() -> None:
    browser = Client()
    files = [photo_file("one.jpg"), photo_file("two.png", format="PNG")]

    answer = browser.post("/", {"photos": files})

    assert answer.status_code == 303
    upload = Upload.objects.get()
    assert answer["Location"] == f"/u/{upload.pk}/"
    html = browser.get(answer["Location"]).content.decode()
    assert all(f'href="/p/{photo.pk}/"' in html for photo in upload.photos.all())
    assert f"http://testserver/u/{upload.pk}/" in html


@pytest.mark.django_db
def test_refused_files_are_named_with_the_reason_and_the_others_go_on() -> None:
    browser = Client()
    files = [
        photo_file("good.jpg"),
        SimpleUploadedFile("letter.pdf", b"%PDF-1.4"),
        SimpleUploadedFile("no.jpg", b""),
    ]

    html = browser.post("/", {"photos": files}, follow=True).content.decode()

    assert Photo.objects.get().name == "good.jpg"
    assert "2 files were not taken" in html
    assert "letter.pdf" in html
    assert "This is not a photograph that can be read." in html
    assert "The file is empty." in html


@pytest.mark.django_db
def test_an_upload_without_a_file_says_what_to_do(browser: Client) -> None:
    answer = browser.post("/")

    assert answer.status_code == 400
    assert "Choose at least one photograph first." in answer.content.decode()
    assert not Upload.objects.exists()


def test_the_form_needs_no_script(browser: Client) -> None:
    html = page(browser, "home")

    assert re.search(r'<form method="post" action="/" enctype="multipart/form-data"', html)
    assert re.search(r'<input type="file" id="photos" name="photos" multiple required', html)
    assert '<button type="submit" class="button">' in html


def test_first_page_lists_the_familys_own_uploads_alone(browser: Client, submit) -> None:
    mine = submit(photo_file("mine.jpg"), photo_file("more.jpg"))
    theirs = submit(photo_file("theirs.jpg"), family=uuid.uuid4())

    html = page(browser, "home")

    assert f"/u/{mine.upload.pk}/" in html
    assert "mine.jpg and 1 other" in html
    assert str(theirs.upload.pk) not in html


@pytest.mark.parametrize("name", ["upload", "photo", "photo_status", "photo_file", "photo_delete"])
def test_a_stranger_gets_404_everywhere(name: str, photo: Photo) -> None:
    made.finish(photo)
    args = {"upload": [photo.upload_id], "photo_file": [photo.pk, "restored", "jpg"]}.get(name, [photo.pk])
    stranger = Client()

    ask = stranger.post if name == "photo_delete" else stranger.get

    assert ask(reverse(name, args=args)).status_code == 404
    assert Photo.objects.filter(pk=photo.pk).exists()


def test_a_waiting_photograph_says_its_place_and_looks_again_by_itself(browser: Client, submit) -> None:
    first, second = submit(photo_file("a.jpg"), photo_file("b.jpg")).photos

    html = page(browser, "photo", second.pk)

    assert "1 photograph is before yours." in html
    assert '<noscript><meta http-equiv="refresh"' in html
    assert "Yours is next." in page(browser, "photo", first.pk)


def test_a_running_photograph_shows_its_stage(browser: Client, photo: Photo) -> None:
    made.run(photo, "repairing", 0.4)

    html = page(browser, "photo", photo.pk)

    assert re.search(r'aria-current="step">\s*<span>Repairing the damage', html)
    assert '<progress max="1" value="0.4"' in html
    assert browser.get(reverse("photo_status", args=[photo.pk])).json() == {
        "state": "running",
        "stage": "repairing",
        "progress": 0.4,
        "place": None,
        "reason": None,
    }


@pytest.mark.parametrize("kind", ["original", "restored", "colorized", "restored_colorized", "mask"])
def test_each_picture_is_a_plain_link_that_gives_the_file(kind: str, browser: Client, photo: Photo) -> None:
    job = made.finish(photo)
    stored = photo.stored if kind == "original" else job.results.get(kind=kind).path

    address = re.search(rf'href="(/p/{photo.pk}/{kind}\.\w+)"', page(browser, "photo", photo.pk))

    assert address
    answer = browser.get(address[1])
    assert b"".join(answer.streaming_content) == storage.locate(stored).read_bytes()
    assert answer["Content-Disposition"].startswith("attachment")
    assert PurePath(address[1]).suffix == PurePath(stored).suffix


def test_a_wrong_ending_or_kind_is_404(browser: Client, photo: Photo) -> None:
    made.finish(photo)

    for name in ("restored.webp", "restored.tif", "secret.jpg", "mask.jpg", "preview_secret.jpg"):
        assert browser.get(f"/p/{photo.pk}/{name}").status_code == 404


def test_results_stand_one_on_another_with_a_veil(browser: Client, photo: Photo) -> None:
    made.finish(photo, notes=("first_page",))

    html = page(browser, "photo", photo.pk)

    for kind in ("original", "restored", "colorized", "restored_colorized", "mask"):
        assert f'class="is-{kind}"' in html
    assert 'name="veil"' in html
    assert "2.3\N{NO-BREAK SPACE}% of the picture was repaired." in html
    assert "The file holds several pages; the first one was restored." in html
    assert 'http-equiv="refresh"' not in html


@pytest.mark.parametrize(
    ("chosen", "options"),
    [({}, {}), ({"finding": "normal"}, {}), ({"finding": "thorough"}, {"finding": "thorough"})],
)
def test_how_damage_is_looked_for_is_chosen_with_the_upload(browser: Client, chosen, options) -> None:
    browser.post("/", {"photos": [photo_file()], **chosen})

    assert Photo.objects.get().job.options == options


def test_another_way_to_look_than_those_offered_is_refused(browser: Client) -> None:
    answer = browser.post("/", {"photos": [photo_file()], "finding": "bold"})

    assert answer.status_code == 400 and not Photo.objects.exists()
    assert "bold is not one of the available choices" in answer.content.decode()


def test_what_a_repair_made_up_of_a_face_is_named_once(browser: Client, photo: Photo) -> None:
    made.finish(photo, invented=("mouth", "eye", "eye"))

    html = page(browser, "photo", photo.pk)

    assert "Among what was invented: an eye, a mouth. Compare it with the original" in html
    assert "large missing place" not in html


def test_a_photograph_in_good_condition_is_told_so(browser: Client, photo: Photo) -> None:
    made.finish(photo, found_nothing=True)

    html = page(browser, "photo", photo.pk)

    assert "This photograph is in good condition" in html
    assert 'name="veil"' not in html
    assert "was invented" not in html


def test_a_failed_photograph_says_why_and_gives_the_original(browser: Client, photo: Photo) -> None:
    made.fail(photo, "timed_out", minutes=20)

    html = page(browser, "photo", photo.pk)

    assert "The photograph took longer than 20 minutes and was given up. The original is safe." in html
    assert f"/p/{photo.pk}/original.jpg" in html
    assert "The photograph took longer" in page(browser, "upload", photo.upload_id)


def test_a_stopped_photograph_gives_the_original(browser: Client, photo: Photo) -> None:
    queue.cancel(photo.job)

    html = page(browser, "photo", photo.pk)

    assert "The work on this photograph was stopped" in html
    assert f"/p/{photo.pk}/original.jpg" in html


def test_deleting_is_asked_twice_and_final(browser: Client, submit) -> None:
    photo, other = submit(photo_file("a.jpg"), photo_file("b.jpg")).photos
    files = [
        storage.locate(photo.stored),
        *(storage.locate(r.path) for r in made.finish(photo).results.all()),
    ]

    html = page(browser, "photo", photo.pk)
    assert re.search(rf'<details class="delete">.*action="/p/{photo.pk}/delete/"', html, re.DOTALL)
    assert browser.get(reverse("photo_delete", args=[photo.pk])).status_code == 405
    answer = browser.post(reverse("photo_delete", args=[photo.pk]), follow=True)

    assert answer.redirect_chain == [(f"/u/{photo.upload_id}/", 303)]
    assert "are deleted" in answer.content.decode()
    assert not any(file.exists() for file in files)
    assert browser.get(reverse("photo", args=[photo.pk])).status_code == 404
    last = browser.post(reverse("photo_delete", args=[other.pk]), follow=True)
    assert last.redirect_chain == [("/", 303)]


def test_everyone_may_look_at_the_examples_and_nobody_but_staff_may_delete_them(submit) -> None:
    browser = Client()
    assert "Look at examples" not in page(browser, "home")
    upload = submit(photo_file("street.jpg"), family=access.EXAMPLES).upload
    photo = upload.photos.get()

    address = reverse("upload", args=[upload.id])
    assert address in page(browser, "home")
    assert "To come back later" not in page(browser, "upload", upload.id)
    assert "Delete this photograph" not in page(browser, "photo", photo.id)
    assert browser.post(reverse("photo_delete", args=[photo.id])).status_code == 404

    browser.force_login(User.objects.create_user("staff", is_staff=True))
    assert browser.post(reverse("photo_delete", args=[photo.id])).status_code == 303


def test_a_large_or_unshowable_original_is_not_put_on_the_page(browser: Client, submit) -> None:
    photo = submit(SimpleUploadedFile("scan.tif", photo_bytes("TIFF"))).photos[0]

    html = page(browser, "photo", photo.pk)

    assert "original.tif" not in html
    assert "It can be shown here once it has been read." in html


def test_an_upload_of_many_asks_the_database_little(
    browser: Client, submit, django_assert_max_num_queries
) -> None:
    upload = submit(*(photo_file(f"{n}.jpg") for n in range(30))).upload
    for photo in upload.photos.all()[:10]:
        made.finish(photo)

    with django_assert_max_num_queries(13):
        page(browser, "upload", upload.pk)


def test_nothing_on_a_page_comes_from_elsewhere_or_inline(browser: Client, photo: Photo) -> None:
    made.finish(photo)

    for html in (
        page(browser, "home"),
        page(browser, "upload", photo.upload_id),
        page(browser, "photo", photo.pk),
    ):
        assert not re.search(r'(src|href|action)="(https?:)?//', html)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]* src=)", html)


def test_every_page_forbids_inline_script(browser: Client) -> None:
    policy = browser.get("/")["Content-Security-Policy"]

    assert policy == settings.CONTENT_SECURITY_POLICY
    assert "unsafe" not in policy
