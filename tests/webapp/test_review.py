"""The light table: staff judge versions, write notes and descriptions, and find photographs again by them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.browser import made
from tests.webapp import timing
from tests.webapp.files import photo_file
from webapp import versions
from webapp.desk import reviews
from webapp.models import Description, Job, Photo, Result, Review, Upload, User

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def judge(desk: Client, photo: Photo, state: str = "", version: int = 1, **more: str):
    sent = {"version": version, "state": state, **more}
    return desk.post(reverse("desk_review", args=[photo.pk]), sent)


def shown(desk: Client, photos: list[Photo], **query: str) -> set[str]:
    html = desk.get(reverse("staff"), query).content.decode()
    return {photo.name for photo in photos if f'id="p-{photo.pk}"' in html}


@pytest.fixture
def album(submit) -> list[Photo]:
    """Four that are done; the desk shows the last one first."""
    photos = submit(*(photo_file(f"{name}.jpg") for name in ("one", "two", "three", "four"))).photos
    for photo in photos:
        made.finish(photo)
    return photos


def test_who_judged_when_and_with_which_note_is_kept(desk, archivist, album) -> None:
    before = timezone.now()

    judge(desk, album[0], "rejected", note="The hand came out wrong.")

    review = Review.objects.get(job=album[0].job)
    assert (review.state, review.note, review.user) == ("rejected", "The hand came out wrong.", archivist)
    assert before <= review.at <= timezone.now()
    html = desk.get(reverse("desk_photo", args=[album[0].pk])).content.decode()
    assert "Rejected" in html and "archivist" in html and "The hand came out wrong." in html


@pytest.mark.parametrize("page", ["staff", "upload"])
def test_among_others_a_photograph_is_a_small_picture(desk, album, page) -> None:
    address = reverse("staff") if page == "staff" else reverse("upload", args=[album[0].upload_id])
    Result.objects.filter(job=album[0].job, kind="preview_print").delete()  # as of before there were any

    html = desk.get(address).content.decode()

    assert f'/p/{album[1].pk}/preview_print.jpg"' in html or f"/p/{album[1].pk}/preview_print.jpg?" in html
    assert "preview_restored" in html and html.count("preview_restored") == 1


def test_a_note_alone_judges_nothing_and_a_judgement_alone_keeps_the_note(desk, album) -> None:
    judge(desk, album[0], note="Whose hat is that?")
    assert reviews.state_of(album[0].job) == "open"

    judge(desk, album[0], "approved")

    review = Review.objects.get()
    assert (review.state, review.note) == ("approved", "Whose hat is that?")


def test_a_new_version_is_to_be_looked_at_anew_and_the_old_judgement_stays(desk, album) -> None:
    photo = album[0]
    judge(desk, photo, "approved")
    versions.look_again(photo, "thorough", other_repair=False)
    made.finish(Photo.objects.get(pk=photo.pk))

    assert shown(desk, album, review="approved") == set()
    assert photo.name in shown(desk, album, review="open")
    assert Review.objects.get().state == "approved"


def test_after_a_judgement_comes_the_next_to_look_at_under_the_same_filter(desk, album) -> None:
    one, two, three, four = album
    judge(desk, three, "approved")

    answer = judge(desk, four, "approved", query="q=o")  # three has no o; one, two and four have
    assert answer["Location"] == f"/staff/p/{two.pk}/?q=o"
    answer = judge(desk, one, "rejected")
    assert answer["Location"] == f"/staff/p/{two.pk}/"  # from the beginning again
    answer = judge(desk, two, "rejected")
    assert answer["Location"] == "/staff/?over=1"
    assert "All of these have been looked at." in desk.get(answer["Location"]).content.decode()


def test_back_among_those_to_look_at_stays_at_the_photograph(desk, album) -> None:
    judge(desk, album[0], "approved")

    assert judge(desk, album[0], "open")["Location"] == f"/staff/p/{album[0].pk}/"
    assert reviews.state_of(Job.objects.get(photo=album[0])) == "open"


@pytest.mark.parametrize(("version", "state"), [("2", "approved"), ("", "approved"), ("1", "splendid")])
def test_what_there_is_not_is_404_and_judges_nothing(desk, album, version, state) -> None:
    assert judge(desk, album[0], state, version=version).status_code == 404
    assert not Review.objects.exists()


def test_what_is_not_done_has_nothing_to_judge(desk, photo) -> None:
    html = desk.get(reverse("desk_photo", args=[photo.pk])).content.decode()

    assert "Waiting" in html and "data-review" not in html
    assert judge(desk, photo, "approved").status_code == 404


def test_several_are_judged_at_once_or_all_that_the_filter_finds(desk, album) -> None:
    one, two, three, four = album
    act = reverse("desk_act")

    judge(desk, one, "rejected", note="The hand.")
    desk.post(act, {"act": "approve", "photo": [one.pk, two.pk, "nonsense"]})
    assert Review.objects.get(job__photo=one).note == "The hand."
    assert shown(desk, album, review="approved") == {"one.jpg", "two.jpg"}

    answer = desk.post(act, {"act": "reject", "which": "all", "query": "q=o&review=open", "page": "1"})
    assert answer["Location"] == "/staff/?q=o&review=open"
    assert shown(desk, album, review="rejected") == {"four.jpg"}
    assert shown(desk, album, review="open") == {"three.jpg"}


def test_nothing_ticked_is_told(desk, album) -> None:
    answer = desk.post(reverse("desk_act"), {"act": "approve"}, follow=True)

    assert "No photograph is ticked. Nothing was done." in answer.content.decode()
    assert desk.post(reverse("desk_act"), {"act": "burn", "photo": [album[0].pk]}).status_code == 404


def test_a_description_is_kept_found_and_shown(desk, album) -> None:
    sent = {"catalogue_number": "Ф-12/3", "title": "A wedding", "people": "Anna, Ivan", "place": "Pskov",
            "date": "about 1910", "rights": "The family", "note": "On cardboard."}  # fmt: skip

    answer = desk.post(reverse("desk_describe", args=[album[1].pk]), sent | {"query": "q=two"})

    assert answer["Location"] == f"/staff/p/{album[1].pk}/?q=two"
    kept = Description.objects.values(*sent).get(photo=album[1])
    assert kept == sent
    assert shown(desk, album, q="12/3") == shown(desk, album, q="WEDDING") == {"two.jpg"}
    assert "Ф-12/3" in desk.get("/staff/").content.decode()
    html = desk.get(reverse("desk_photo", args=[album[1].pk])).content.decode()
    assert all(text in html for text in sent.values())


def test_a_description_that_is_too_long_is_told_and_not_lost(desk, album) -> None:
    long = "9" * 101

    answer = desk.post(reverse("desk_describe", args=[album[0].pk]), {"catalogue_number": long})

    assert answer.status_code == 400
    assert long in answer.content.decode() and 'role="alert"' in answer.content.decode()
    assert not Description.objects.exists()


def test_photographs_are_sifted_by_sender_and_day(desk, archivist, submit) -> None:
    old = submit(photo_file("old.jpg"), user=archivist).photos[0]
    new = submit(photo_file("new.jpg")).photos[0]
    Photo.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))
    day = f"{timezone.now() - timedelta(days=40):%Y-%m-%d}"

    assert shown(desk, [old, new], sender="ARCH") == {"old.jpg"}
    assert shown(desk, [old, new], until=day) == {"old.jpg"}
    assert shown(desk, [old, new], since=day, until=day) == {"old.jpg"}
    assert shown(desk, [old, new], since=f"{timezone.now():%Y-%m-%d}") == {"new.jpg"}
    assert shown(desk, [old, new], since="yesterday", sender="") == {"old.jpg", "new.jpg"}


def test_the_photograph_leads_to_its_neighbours_its_editor_and_its_place_on_the_table(desk, album) -> None:
    one, two, three, _ = album

    html = desk.get(reverse("desk_photo", args=[two.pk])).content.decode()

    assert f'href="/staff/p/{three.pk}/" rel="prev"' in html
    assert f'href="/staff/p/{one.pk}/" rel="next"' in html
    assert f'href="/p/{two.pk}/?version=1#correct"' in html
    assert f'href="/staff/?page=1#p-{two.pk}"' in html


def test_staff_come_back_to_the_light_table_from_the_familys_pages(desk, browser, album) -> None:
    photo = album[0]
    ways = {
        f"/u/{photo.upload_id}/": f'href="/staff/?q={photo.upload_id}"',
        f"/p/{photo.pk}/": f'href="/staff/p/{photo.pk}/"',
    }

    for path, way in ways.items():
        assert way in desk.get(path).content.decode()
        assert "/staff/" not in browser.get(path).content.decode()
    assert shown(desk, album, q=str(photo.upload_id)) == {one.name for one in album}


def test_a_photograph_without_a_name_of_its_own_shows_its_folder_in_the_title(desk, submit) -> None:
    photo = submit(photo_file("a.jpg")).photos[0]
    Photo.objects.filter(pk=photo.pk).update(name="album 3/page <2>.jpg")

    html = desk.get("/staff/").content.decode()

    assert 'title="album 3/page &lt;2&gt;.jpg"' in html
    assert '<p class="cell-name">page &lt;2&gt;.jpg</p>' in html


def test_a_deleted_photograph_takes_reviews_and_description_along(desk, album) -> None:
    judge(desk, album[0], "approved")
    desk.post(reverse("desk_describe", args=[album[0].pk]), {"title": "A wedding"})

    desk.post(reverse("photo_delete", args=[album[0].pk]))

    assert not Review.objects.exists() and not Description.objects.exists()


def ten_thousand(archivist: User, count: int = 10_000) -> list[Photo]:
    """Photographs with a job each, four of five done, and with reviews of half; rows alone."""
    now = timezone.now()
    upload = Upload.objects.create(family="7" * 32, user=archivist)
    photos = Photo.objects.bulk_create(
        Photo(upload=upload, name=f"{n}.jpg", sha256=f"{n:064d}", bytes=1, format="jpeg", width=64, height=48,
              bits=8, stored=f"originals/{n}.jpg", created_at=now - timedelta(seconds=n))
        for n in range(count)
    )  # fmt: skip
    jobs = Job.objects.bulk_create(
        Job(photo=photo, state="queued" if n % 5 == 0 else "done", finished_at=None if n % 5 == 0 else now,
            report={"defect_share": 0.01}, created_at=photo.created_at)
        for n, photo in enumerate(photos)
    )  # fmt: skip
    done = [job for job in jobs if job.state == "done"]
    Result.objects.bulk_create(
        Result(
            job=job,
            kind=kind,
            path=f"{job.pk}/{kind}.jpg",
            sha256="0" * 64,
            bytes=1,
            content_type="image/jpeg",
        )
        for job in done
        for kind in ("restored", "preview_restored")
    )
    Review.objects.bulk_create(Review(job=job, state="approved", user=archivist) for job in done[::2])
    Description.objects.bulk_create(
        Description(photo=photo, catalogue_number=f"F-{photo.name}") for photo in photos
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # PostgreSQL does so by itself, but for rows of a transaction that is open
    return photos


@pytest.mark.slow
def test_with_ten_thousand_jobs_the_desk_is_quick_and_asks_little(
    desk, archivist, django_assert_max_num_queries, capsys
) -> None:
    photos = ten_thousand(archivist)
    paths = [
        "/staff/", "/staff/?review=open", "/staff/?review=approved&state=done&q=F-99", "/staff/?page=100",
        f"/staff/p/{photos[5000].pk}/", f"/staff/p/{photos[5000].pk}/?review=open", f"/p/{photos[5000].pk}/",
    ]  # fmt: skip

    for path in paths:
        desk.get(path)  # templates are read once
        with django_assert_max_num_queries(MOST_QUERIES) as asked:
            assert desk.get(path).status_code == 200
            queries = len(asked)
        seconds = timing.best(desk, path)
        with capsys.disabled():
            print(json.dumps({"path": path[:40], "ms": round(1000 * seconds), "queries": queries}))  # noqa: T201
        assert seconds < timing.MOST_SECONDS


def test_hundreds_are_judged_by_a_few_statements(desk, archivist, django_assert_max_num_queries) -> None:
    ten_thousand(archivist, 1_000)

    with django_assert_max_num_queries(20):
        desk.post(reverse("desk_act"), {"act": "reject", "which": "all", "query": "review=approved"})

    assert Review.objects.filter(state="rejected").count() == 400
