"""Every route of the URL table against every role: who may not gets 404; a route without a row here is a failure."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests.browser import made
from webapp import shares
from webapp.access import SESSION_KEY
from webapp.models import Job, Photo, User

pytestmark = pytest.mark.django_db

ROLES = ("stranger", "another family", "someone signed in", "the family", "staff", "admin")
EVERYONE = dict.fromkeys(ROLES, 200)
TO_LOGIN = 302
OWN = {**dict.fromkeys(ROLES[:3], 404), **dict.fromkeys(ROLES[3:], 200)}
OWN_ACT = {**OWN, **dict.fromkeys(ROLES[3:], 303)}
ANONYMOUS = dict.fromkeys(("stranger", "another family", "the family"), TO_LOGIN)
BEHIND = {**ANONYMOUS, "someone signed in": 404}
HINTS = json.dumps([{"x": 1, "y": 1, "rgb": "#7b1e2e"}])
STROKES = json.dumps([{"tool": "brush", "width": 3, "points": [[1, 1]]}])

READ = {
    "home": EVERYONE,
    "login": EVERYONE,
    "healthz": EVERYONE,
    "readyz": dict.fromkeys(ROLES, 503),  # no worker was ever seen here
    "set_language": dict.fromkeys(ROLES, 302),  # asked by GET it changes nothing and leads back
    "shared": dict.fromkeys(ROLES, 303),
    "upload": OWN,
    "archive": OWN,
    "photo": OWN,
    "photo_status": OWN,
    "photo_file": OWN,
    "staff": {**BEHIND, "staff": 200, "admin": 200},
    "ops": {**BEHIND, "staff": 404, "admin": 200},
}
"""Route to what GET answers, by role."""
ACT = {
    "share": ({"days": "7"}, OWN_ACT),
    "unshare": ({}, OWN_ACT),
    "retry": ({}, OWN_ACT),
    "photo_again": ({"finding": "normal"}, OWN_ACT),
    "photo_stop": ({}, OWN_ACT),
    "photo_correct": ({"version": "1", "strokes": STROKES}, OWN_ACT),
    "photo_colour": ({"version": "1", "hints": HINTS}, OWN_ACT),
    "photo_delete": ({}, OWN_ACT),
    "ops_act": ({"act": "pause"}, {**BEHIND, "staff": 404, "admin": 303}),
    "logout": ({}, dict.fromkeys(ROLES, 302)),
}
"""Route that changes something to what is sent and what POST answers, by role; GET is refused to all alike."""


def routes() -> list[str]:
    """All of the site's but those of Django's own admin."""
    included = [pattern for pattern in get_resolver().url_patterns if not isinstance(pattern, URLPattern)]
    patterns = [*get_resolver().url_patterns, *(inner for outer in included for inner in outer.url_patterns)]
    return [pattern.name for pattern in patterns if isinstance(pattern, URLPattern)]


@pytest.fixture
def photo(photo) -> Photo:
    made.finish(photo)
    return photo


@pytest.fixture
def as_role(family):
    def as_role(role: str) -> Client:
        client = Client()
        rights = {"someone signed in": {}, "staff": {"is_staff": True}}
        rights["admin"] = {"is_staff": True, "is_superuser": True}
        if role in rights:
            client.force_login(User.objects.create_user(role, **rights[role]))
        if role.endswith("family"):
            session = client.session
            session[SESSION_KEY] = str(family if role == "the family" else uuid.uuid4())
            session.save()
        return client

    return as_role


def address(name: str, photo: Photo) -> str:
    if name == "photo_file":
        return reverse(name, args=[photo.pk, "restored", "jpg"])
    if name == "shared":
        return reverse(name, args=[shares.make(photo.upload, 1).token])
    if name == "unshare":
        return reverse(name, args=[photo.upload_id, 1])
    if name.startswith("photo"):
        return reverse(name, args=[photo.pk])
    return reverse(name, args=[photo.upload_id] if name in ("upload", "archive", "retry", "share") else [])


def test_every_route_has_its_row():
    assert sorted(routes()) == sorted([*READ, *ACT])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", READ)
def test_who_may_read(name, role, photo, as_role):
    assert as_role(role).get(address(name, photo)).status_code == READ[name][role]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ACT)
def test_who_may_act(name, role, photo, as_role):
    client, (sent, answers) = as_role(role), ACT[name]
    before = list(Job.objects.values("pk", "state"))

    assert client.get(address(name, photo)).status_code == 405
    assert client.post(address(name, photo), sent).status_code == answers[role]
    if answers[role] == 404:
        assert list(Job.objects.values("pk", "state")) == before


@pytest.mark.parametrize("role", ROLES)
def test_djangos_own_admin_is_for_those_who_sign_in_there(role, as_role):
    assert as_role(role).get("/admin/").status_code == (200 if role in ("staff", "admin") else TO_LOGIN)
