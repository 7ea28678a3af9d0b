"""Sharing an upload: who has the address looks and changes nothing, until its time is over or it is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.browser import made
from tests.webapp.files import photo_file
from webapp import shares
from webapp.models import Job, Share

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(photo):
    made.finish(photo)
    return photo


def address(share: Share) -> str:
    return f"/s/{share.token}/"


def test_an_address_is_made_shown_and_opens_the_pages(browser, photo):
    html = browser.post(f"/u/{photo.upload_id}/share/", {"days": "7"}, follow=True).content.decode()
    share = Share.objects.get()
    assert f"http://testserver{address(share)}" in html
    assert abs(share.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)

    friend = Client()
    assert friend.get(f"/p/{photo.pk}/").status_code == 404
    html = friend.get(address(share), follow=True).content.decode()

    assert f"/p/{photo.pk}/" in html and address(share) not in html
    for page in (f"/p/{photo.pk}/", f"/p/{photo.pk}/restored.jpg", f"/u/{photo.upload_id}/photographs.zip"):
        assert friend.get(page).status_code == 200


@pytest.mark.parametrize("act", ["delete", "again", "correct", "stop"])
def test_a_friend_changes_nothing(photo, act):
    friend = Client()
    friend.get(address(shares.make(photo.upload, 1)))

    html = friend.get(f"/p/{photo.pk}/").content.decode()
    assert f"/p/{photo.pk}/{act}/" not in html
    assert friend.post(f"/p/{photo.pk}/{act}/", {"finding": "normal"}).status_code == 404
    assert friend.post(f"/u/{photo.upload_id}/share/", {"days": "7"}).status_code == 404
    assert Job.objects.count() == 1 and Share.objects.count() == 1


def test_a_share_is_of_its_own_upload(photo, submit):
    other = submit(photo_file("other.jpg")).photos[0]
    friend = Client()
    friend.get(address(shares.make(photo.upload, 1)))

    assert friend.get(f"/p/{other.pk}/").status_code == 404


def test_a_password_is_asked_and_kept_as_a_hash(photo):
    share = shares.make(photo.upload, 1, "Grossmutter 1943")
    friend = Client()

    assert "Grossmutter" not in share.password
    assert friend.get(address(share)).status_code == 200
    assert friend.get(f"/p/{photo.pk}/").status_code == 404
    wrong = friend.post(address(share), {"password": "grossmutter 1943"})
    assert wrong.status_code == 403 and "not the password" in wrong.content.decode()
    assert friend.get(f"/p/{photo.pk}/").status_code == 404

    friend.post(address(share), {"password": "Grossmutter 1943"})
    assert friend.get(f"/p/{photo.pk}/").status_code == 200


@pytest.mark.parametrize("how", ["taken back", "over"])
def test_when_it_ends_it_ends_for_those_who_had_opened_it(browser, photo, how):
    share = shares.make(photo.upload, 1)
    friend = Client()
    friend.get(address(share))
    assert friend.get(f"/p/{photo.pk}/").status_code == 200

    if how == "over":
        Share.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        browser.post(f"/u/{photo.upload_id}/share/{share.pk}/")

    assert friend.get(f"/p/{photo.pk}/").status_code == 404
    assert Client().get(address(share)).status_code == 404
    assert address(share) not in browser.get(f"/u/{photo.upload_id}/").content.decode()


@pytest.mark.parametrize("days", ["", "0", "365", "x"])
def test_other_times_are_refused(browser, photo, days):
    html = browser.post(f"/u/{photo.upload_id}/share/", {"days": days}, follow=True).content.decode()

    assert "Please choose for how long to share." in html
    assert not Share.objects.exists()


def test_the_days_are_counted_in_the_readers_language(browser, photo):
    html = browser.get(f"/u/{photo.upload_id}/", headers={"Accept-Language": "ru"}).content.decode()

    assert "1 день" in html and "7 дней" in html


@pytest.mark.parametrize("token", ["x", "a" * 32])
def test_a_guess_gets_404(photo, token):
    shares.make(photo.upload, 1)

    assert Client().get(f"/s/{token}/").status_code == 404
