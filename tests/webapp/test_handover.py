"""The form with the ids of files that came piece by piece, sent once more since its answer was lost."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.webapp.files import photo_bytes
from webapp import albums, parcels, sweep
from webapp.access import SESSION_KEY
from webapp.arrivals import Arrived
from webapp.models import Handover, Photo, Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def arrived(family):
    def arrived(name: str) -> str:
        """The id of a whole parcel, another photograph for each name."""
        whole = photo_bytes(ending=name.encode())
        parcel = parcels.begin(family, name, len(whole))
        parcels.append(parcel, 0, [whole])
        return str(UUID(parcel.id))

    return arrived


def test_the_same_ids_again_lead_to_the_upload_that_took_them(browser, arrived, settings):
    settings.RATE_UPLOADS = 1
    ids = [arrived("a.jpg"), arrived("b.jpg")]

    first, second = (browser.post("/", {"sent": ids}) for _ in range(2))

    assert first.status_code == second.status_code == 303
    assert first["Location"] == second["Location"] == f"/u/{Upload.objects.get().pk}/"
    assert sorted(photo.name for photo in Photo.objects.all()) == ["a.jpg", "b.jpg"]


def test_what_was_not_taken_then_joins_what_was(browser, arrived):
    taken = arrived("a.jpg")
    first = browser.post("/", {"sent": [taken], "finding": "careful"})

    second = browser.post("/", {"sent": [taken, arrived("b.jpg")]})

    assert second["Location"] == first["Location"]
    assert {photo.name: photo.job.options for photo in Upload.objects.get().photos.all()} == {
        "a.jpg": {"finding": "careful"},
        "b.jpg": {"finding": "careful"},
    }


def test_what_joined_an_album_since_is_found_there(browser, arrived, submit):
    taken, album = arrived("a.jpg"), submit().upload
    browser.post("/", {"sent": [taken]})
    albums.join(album, Upload.objects.exclude(pk=album.pk).get())

    assert browser.post("/", {"sent": [taken]})["Location"] == f"/u/{album.pk}/"


def test_another_family_is_not_led_to_what_took_them(browser, arrived):
    taken = arrived("a.jpg")
    browser.post("/", {"sent": [taken]})

    assert Client().post("/", {"sent": [taken]}).status_code == 400


def test_which_upload_took_it_is_forgotten_when_it_would_have_expired(browser, arrived):
    old, young = arrived("a.jpg"), arrived("b.jpg")
    for id in (old, young):
        browser.post("/", {"sent": [id]})
    past = timezone.now() - timedelta(seconds=parcels.KEPT_S + 60)
    Handover.objects.filter(parcel=old).update(created_at=past)

    sweep.sweep()

    assert [str(row.parcel) for row in Handover.objects.all()] == [young]


@pytest.mark.django_db(transaction=True)
def test_who_sends_the_ids_while_they_are_being_taken_waits_and_is_led_to_the_same(
    browser, arrived, family, monkeypatch
):
    taken, answers, store = arrived("a.jpg"), [], Arrived.move_to
    other = threading.Thread(target=lambda: answers.append(_send_again(family, taken)))

    def slowly(self, path):
        if not other.is_alive():
            other.start()
            time.sleep(0.3)
        return store(self, path)

    monkeypatch.setattr(Arrived, "move_to", slowly)
    first = browser.post("/", {"sent": [taken]})
    other.join()

    assert answers == [(303, first["Location"])]
    assert Photo.objects.count() == 1


def _send_again(family, taken: str) -> tuple[int, str]:
    """In a browser of its own, as the thread's own connection ends with it."""
    client = Client()
    session = client.session
    session[SESSION_KEY] = str(family)
    session.save()
    answer = client.post("/", {"sent": [taken]})
    connection.close()
    return answer.status_code, answer.get("Location", "")
