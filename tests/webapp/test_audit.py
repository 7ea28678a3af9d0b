"""The audit log: who did what with which photograph, written once, kept for a time, shown to admins."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.browser import made
from tests.webapp.files import photo_file
from webapp import audit, removal, shares, sweep
from webapp.access import EXAMPLES
from webapp.api import keys
from webapp.models import Trace, Upload, User, WrittenOnce

pytestmark = pytest.mark.django_db
STROKES = json.dumps([{"tool": "brush", "width": 3, "points": [[1, 1]]}])


def signed_in(name: str, **rights: bool) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(name, **rights))
    return client


@pytest.fixture
def archivist() -> Client:
    return signed_in("archivist", is_staff=True)


@pytest.fixture
def keeper() -> Client:
    return signed_in("keeper", is_staff=True, is_superuser=True)


@pytest.fixture
def photo(photo):
    made.finish(photo)
    return photo


def told() -> list[tuple[str, str, str, str]]:
    """Oldest first."""
    return list(Trace.objects.order_by("id").values_list("role", "who", "act", "detail"))


def test_what_the_family_does_is_written_with_its_first_letters(browser, photo, family):
    upload, page = f"/u/{photo.upload_id}/", f"/p/{photo.pk}/"
    who = ("family", family.hex[:8])

    browser.get(upload)
    browser.get(page)
    browser.get(f"{page}restored.jpg")
    browser.get(f"{upload}photographs.zip")
    browser.post(f"{upload}share/", {"days": "7"})
    browser.post(f"{upload}share/{photo.upload.shares.get().pk}/")
    browser.post(f"{page}correct/", {"version": "1", "strokes": STROKES})
    browser.post(f"{page}stop/")
    browser.post(f"{page}again/", {"finding": "careful"})
    browser.post(f"{page}delete/")

    assert told() == [
        (*who, "saw", ""), (*who, "saw", ""), (*who, "downloaded", "restored"), (*who, "downloaded", "zip"),
        (*who, "shared", "7"), (*who, "unshared", ""), (*who, "corrected", "strokes"),
        (*who, "corrected", "settings"), (*who, "deleted", ""),
    ]  # fmt: skip
    assert {trace.photo for trace in Trace.objects.filter(act="deleted")} == {photo.pk}
    assert {trace.photo for trace in Trace.objects.filter(detail="zip")} == {None}
    assert {trace.upload for trace in Trace.objects.all()} == {photo.upload_id}


@pytest.mark.parametrize("path", ["", "status.json", "restored.jpg", "preview_restored.jpg", "original.jpg"])
def test_whichever_way_staff_look_at_a_familys_photograph_it_is_written(path, archivist, photo):
    assert archivist.get(f"/p/{photo.pk}/{path}").status_code == 200

    looks = Trace.objects.filter(photo=photo.pk, role="staff", who="archivist", act="saw")
    assert looks.count() == 1


def test_an_admin_an_account_and_a_share_are_told_apart(keeper, submit):
    anna = signed_in("anna")
    upload = submit(user=User.objects.get(username="anna")).upload
    share = shares.make(upload, 1)
    guest = Client()

    guest.get(f"/s/{share.token}/", follow=True)
    for client in (keeper, anna):
        client.get(f"/u/{upload.pk}/")

    assert told() == [
        ("share", str(share.pk), "saw", ""),
        ("admin", "keeper", "saw", ""),
        ("account", "anna", "saw", ""),
    ]


def test_a_key_of_the_api_is_named(photo):
    secret = keys.make(User.objects.create_user("robot", is_staff=True), "scanner", ["read", "write"])
    call = {"headers": {"Authorization": f"Bearer {secret}"}}

    Client().get(f"/api/v1/photographs/{photo.pk}", **call)
    Client().get(f"/api/v1/photographs/{photo.pk}/files/mask", **call)
    Client().post(f"/api/v1/photographs/{photo.pk}/rerun", "{}", content_type="application/json", **call)
    Client().delete(f"/api/v1/photographs/{photo.pk}", **call)

    assert told() == [
        ("key", "robot: scanner", act, detail)
        for act, detail in (("saw", ""), ("downloaded", "mask"), ("corrected", "settings"), ("deleted", ""))
    ]


def test_a_page_that_asks_again_and_again_is_one_look_in_ten_minutes(browser, photo, monkeypatch):
    noon = timezone.now().replace(hour=12, minute=0)

    for minutes in (0, 1, 9, 10, 19):
        monkeypatch.setattr(timezone, "now", lambda minutes=minutes: noon + timedelta(minutes=minutes))
        browser.get(f"/p/{photo.pk}/")

    assert [trace.at.minute for trace in Trace.objects.order_by("at")] == [0, 10]


def test_who_may_not_see_it_leaves_no_trace_and_examples_leave_none(archivist, photo, submit):
    example = submit(photo_file("example.jpg"), family=EXAMPLES).photos[0]

    assert Client().get(f"/p/{photo.pk}/").status_code == 404
    for client in (Client(), archivist):
        assert client.get(f"/p/{example.pk}/").status_code == 200

    assert told() == []


def test_what_the_site_deletes_by_itself_is_written_too(submit, settings):
    upload = submit().upload
    Upload.objects.update(added_at=timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1))

    removal.remove_past_retention()

    assert told() == [("site", "", "deleted", "retention")]
    assert Trace.objects.get().upload == upload.pk


def test_no_address_is_kept_unless_wanted(browser, photo, settings):
    browser.get(f"/p/{photo.pk}/")
    settings.AUDIT_ADDRESSES = True
    browser.get(f"/p/{photo.pk}/", REMOTE_ADDR="192.0.2.7")

    assert list(Trace.objects.order_by("id").values_list("address", flat=True)) == ["", "192.0.2.7"]


def test_an_entry_can_neither_be_changed_nor_taken_out(browser, photo):
    browser.get(f"/p/{photo.pk}/")
    trace = Trace.objects.get()
    trace.who = "nobody"

    for act in (
        trace.save,
        trace.delete,
        Trace.objects.all().delete,
        lambda: Trace.objects.update(who="nobody"),
    ):
        with pytest.raises(WrittenOnce):
            act()
    assert Trace.objects.get().who != "nobody"


def test_it_outlives_the_photograph_and_ends_with_audit_days(browser, photo, settings):
    browser.get(f"/p/{photo.pk}/")
    removal.remove_photo(photo)
    assert Trace.objects.count() == 1

    settings.AUDIT_DAYS = 2
    old = Trace(
        act="saw", role="staff", upload=photo.upload_id, at=timezone.now() - timedelta(days=2, minutes=1)
    )
    old.save()
    sweep.sweep()

    assert [trace.role for trace in Trace.objects.all()] == ["family"]
    assert audit.forget_past() == 0


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def traces(photo) -> None:
    now = timezone.now()
    for who, role, act, days in (
        ("anna", "staff", "saw", 0),
        ("boris", "admin", "deleted", 3),
        ("=1+1", "key", "saw", 9),
    ):
        Trace(
            upload=photo.upload_id, photo=photo.pk, who=who, role=role, act=act, at=now - timedelta(days=days)
        ).save()


def shown(client: Client, **query: str) -> set[str]:
    html = client.get("/ops/audit/", query).content.decode()
    return {who for who in ("anna", "boris", "=1+1") if f'<span class="wrap-anywhere">{who}</span>' in html}


def test_an_admin_sifts_them(keeper, traces, photo):
    assert shown(keeper) == {"anna", "boris", "=1+1"}
    assert shown(keeper, q="ANN") == {"anna"}
    assert shown(keeper, act="saw") == {"anna", "=1+1"}
    assert shown(keeper, role="admin") == {"boris"}
    assert shown(keeper, days="7") == {"anna", "boris"}
    assert (
        shown(keeper, q=f"https://photos.example.org/p/{photo.pk}/") == set()
    )  # the words of an address are not all its id
    assert shown(keeper, q=str(photo.pk), act="deleted") == {"boris"}
    assert shown(keeper, act="nonsense", days="-1") == {"anna", "boris", "=1+1"}


def test_the_table_has_the_same_and_nothing_that_a_spreadsheet_would_compute(keeper, traces):
    answer = keeper.get("/ops/audit.csv", {"act": "saw"})

    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["who"] for row in rows] == ["anna", "'=1+1"]
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')


def test_it_has_leaves_and_asks_little(keeper, photo, django_assert_max_num_queries):
    for _ in range(101):
        Trace(upload=photo.upload_id, role="site", act="deleted").save()

    with django_assert_max_num_queries(6):
        html = keeper.get("/ops/audit/").content.decode()

    assert "Page 1 of 2" in html and "These 101 entries as CSV" in html
