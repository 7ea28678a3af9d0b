import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import Http404
from django.test import RequestFactory

from webapp import access
from webapp.models import User


@pytest.fixture
def ask(db):
    """ask(family=..., user=...): a request of that browser session."""

    def ask(family=None, user=None):
        request = RequestFactory().get("/")
        request.session = SessionStore()
        request.user = user or AnonymousUser()
        if family:
            request.session[access.SESSION_KEY] = str(family)
        return request

    return ask


def test_a_browser_session_is_one_family_for_good(ask):
    request = ask()
    assert access.known_family(request) is None

    family = access.family_of(request)

    assert family == access.family_of(request) == access.known_family(request)
    assert family != access.family_of(ask())


def test_the_family_sees_what_it_sent(ask, photo, family):
    request = ask(family)

    assert access.upload_or_404(request, photo.upload_id) == photo.upload
    assert access.photo_or_404(request, str(photo.id)) == photo


@pytest.mark.parametrize("who", ["nobody", "another family", "a signed-in person"])
def test_others_get_404(ask, photo, who):
    person = User.objects.create_user("charlie") if who == "a signed-in person" else None
    request = ask(None if who == "nobody" else uuid.uuid4(), person)

    for find, id in ((access.upload_or_404, photo.upload_id), (access.photo_or_404, photo.id)):
        with pytest.raises(Http404):
            find(request, id)


@pytest.mark.parametrize("role", [{"is_staff": True}, {"is_superuser": True}])
def test_staff_and_admins_see_everything(ask, photo, role):
    request = ask(user=User.objects.create_user("staff", **role))

    assert access.photo_or_404(request, photo.id) == photo


def test_who_was_signed_in_when_sending_sees_it_from_elsewhere(ask, submit):
    alice = User.objects.create_user("alice")
    upload = submit(user=alice).upload

    assert access.upload_or_404(ask(user=alice), upload.id) == upload


@pytest.mark.parametrize("id", ["", "1", "../../etc", "00000000-0000-0000-0000-000000000000"])
def test_a_guess_gets_404(ask, photo, family, id):
    with pytest.raises(Http404):
        access.photo_or_404(ask(family), id)
