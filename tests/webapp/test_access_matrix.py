"""Every route of the URL table against every role: who may not gets 404; a route without a row here is a failure."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests.browser import made
from webapp import shares, versions
from webapp.access import SESSION_KEY
from webapp.desk import comparing
from webapp.models import Comparison, Job, Photo, Result, Upload, User

pytestmark = pytest.mark.django_db

ROLES = ("stranger", "another family", "someone signed in", "the family", "staff", "admin")
EVERYONE = dict.fromkeys(ROLES, 200)
TO_LOGIN = 302
OWN = {**dict.fromkeys(ROLES[:3], 404), **dict.fromkeys(ROLES[3:], 200)}
OWN_ACT = {**OWN, **dict.fromkeys(ROLES[3:], 303)}
ANONYMOUS = dict.fromkeys(("stranger", "another family", "the family"), TO_LOGIN)
BEHIND = {**ANONYMOUS, "someone signed in": 404}
ACCOUNT = {**dict.fromkeys(ROLES, 200), **ANONYMOUS}
ENTRANCE = {**dict.fromkeys(ROLES, 302), **dict.fromkeys(ANONYMOUS, 200)}  # who is signed in is led on
NEEDS_MAIL = dict.fromkeys(
    ROLES, 404
)  # here is no server of mail; with one: tests/webapp/test_accounts_by_mail.py
OTHER = uuid.UUID(int=7)
"""Another upload of the family."""
DESK = {**BEHIND, "staff": 200, "admin": 200}
DESK_ACT = {**BEHIND, "staff": 303, "admin": 303}
HINTS = json.dumps([{"x": 1, "y": 1, "rgb": "#7b1e2e"}])
STROKES = json.dumps([{"tool": "brush", "width": 3, "points": [[1, 1]]}])

READ = {
    "home": EVERYONE,
    "login": EVERYONE,
    "healthz": EVERYONE,
    "readyz": dict.fromkeys(ROLES, 503),  # no worker was ever seen here
    "set_language": dict.fromkeys(ROLES, 302),  # asked by GET it changes nothing and leads back
    "shared": dict.fromkeys(ROLES, 303),
    "tus": dict.fromkeys(ROLES, 405),  # whose is whose: tests/webapp/test_tus.py
    "tus_parcel": dict.fromkeys(ROLES, 405),
    "upload": OWN,
    "archive": OWN,
    "photo": OWN,
    "photo_status": OWN,
    "photo_file": OWN,
    "delete_everything": EVERYONE,  # of one’s own; its POST: tests/webapp/test_delete_everything.py
    "account": ACCOUNT,
    "account_login": ENTRANCE,
    "account_signup": ENTRANCE,
    "account_inactive": EVERYONE,
    "account_email": ACCOUNT,
    "account_change_password": ACCOUNT,
    "account_delete": {**ACCOUNT, "staff": 404, "admin": 404},
    "account_email_verification_sent": NEEDS_MAIL,
    "account_reset_password": NEEDS_MAIL,
    "account_confirm_password_reset_code": NEEDS_MAIL,
    "account_complete_password_reset": NEEDS_MAIL,
    "account_password_reset_completed": NEEDS_MAIL,
    "photo_tiles": OWN,
    "photo_tile": dict.fromkeys(
        ROLES, 404
    ),  # a small picture has none; tests/webapp/test_tiles.py has a large one
    "staff": DESK,
    "desk_photo": DESK,
    "desk_bring": DESK,
    "desk_comparisons": DESK,
    "desk_comparison": DESK,
    "desk_vote": DESK,
    "desk_side": DESK,
    "desk_tally": DESK_ACT,  # before the last vote it leads back to the voting
    "ops": {**BEHIND, "staff": 404, "admin": 200},
    "audit": {**BEHIND, "staff": 404, "admin": 200},
    "audit_table": {**BEHIND, "staff": 404, "admin": 200},
    "metrics": {**dict.fromkeys(ROLES, 404), "admin": 200},  # with the token of none of them
}
"""Route to what GET answers, by role."""
ACT = {
    "share": ({"days": "7"}, OWN_ACT),
    "unshare": ({}, OWN_ACT),
    "upload_name": ({"name": "The second album"}, OWN_ACT),
    "upload_settings": ({"act": "keep"}, OWN_ACT),
    "upload_join": ({"album": str(OTHER)}, OWN_ACT),
    "upload_letter": ({"address": "anna@example.org"}, NEEDS_MAIL),
    "upload_delete": ({}, OWN_ACT),
    "retry": ({}, OWN_ACT),
    "photo_again": ({"finding": "normal"}, OWN_ACT),
    "photo_stop": ({}, OWN_ACT),
    "photo_correct": ({"version": "1", "strokes": STROKES}, OWN_ACT),
    "photo_colour": ({"version": "1", "hints": HINTS}, OWN_ACT),
    "photo_delete": ({}, OWN_ACT),
    "ops_act": ({"act": "pause"}, {**BEHIND, "staff": 404, "admin": 303}),
    "desk_act": ({"act": "approve"}, DESK_ACT),
    "desk_take_in": ({}, DESK_ACT),
    "desk_review": ({"version": "1", "state": "approved"}, DESK_ACT),
    "desk_describe": ({"title": "A wedding"}, DESK_ACT),
    "desk_cast": ({"choice": "left"}, DESK_ACT),
    "logout": ({}, dict.fromkeys(ROLES, 302)),
}
"""Route that changes something to what is sent and what POST answers, by role; GET is refused to all alike."""

OF_AN_UPLOAD = ("upload", "archive", "retry", "share")


def routes() -> list[str]:
    """All of the site's but those of Django's own admin and the API, which have a namespace."""

    def within(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield pattern.name
            elif pattern.namespace is None:
                yield from within(pattern.url_patterns)

    return list(within(get_resolver().url_patterns))


@pytest.fixture(autouse=True)
def asked_from_elsewhere(settings):
    """The tests' own client comes from the machine itself, which may read the metrics where there is no token."""
    settings.METRICS_TOKEN = "a token that nobody here knows"


@pytest.fixture
def photo(photo) -> Photo:
    made.finish(photo)
    Upload.objects.create(pk=OTHER, family=photo.upload.family)
    return photo


@pytest.fixture
def as_role(family):
    def as_role(role: str) -> Client:
        client = Client()
        rights = {"someone signed in": {}, "staff": {"is_staff": True}}
        rights["admin"] = {"is_staff": True, "is_superuser": True}
        if role in rights:
            client.force_login(User.objects.create(username=role, password="some", **rights[role]))
        if role.endswith("family"):
            session = client.session
            session[SESSION_KEY] = str(family if role == "the family" else uuid.uuid4())
            session.save()
        return client

    return as_role


def address(name: str, photo: Photo) -> str:
    if name in ("desk_photo", "desk_review", "desk_describe"):
        return reverse(name, args=[photo.pk])
    if name.startswith("desk_") and name not in (
        "desk_act",
        "desk_bring",
        "desk_take_in",
        "desk_comparisons",
    ):
        more = {"desk_side": [1, "left"], "desk_cast": [1]}.get(name, [])
        return reverse(name, args=[comparison(photo).pk, *more])
    if name == "photo_file":
        return reverse(name, args=[photo.pk, "restored", "jpg"])
    if name == "photo_tiles":
        return reverse(name, args=[photo.pk, "restored"])
    if name == "photo_tile":
        return reverse(name, args=[photo.pk, "restored", 12, 0, 0, "jpg"])
    if name == "shared":
        return reverse(name, args=[shares.make(photo.upload, 1).token])
    if name == "unshare":
        return reverse(name, args=[photo.upload_id, 1])
    if name.startswith("photo") or name == "tus_parcel":
        return reverse(name, args=[photo.pk])
    return reverse(name, args=[photo.upload_id] if name in OF_AN_UPLOAD or name.startswith("upload_") else [])


def comparison(photo: Photo) -> Comparison:
    """Of two versions that differ; made once."""
    if not Comparison.objects.exists():
        versions.look_again(photo, "careful", other_repair=False)
        made.finish(Photo.objects.get(pk=photo.pk), hole_HW=None, found_nothing=True)
        Result.objects.filter(job=photo.job, kind="preview_restored").update(sha256="0" * 64)
        comparing.newest_two([Photo.objects.get(pk=photo.pk)], None, name="a", kind="restored")
    return Comparison.objects.get()


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
    address(name, photo)
    before = list(Job.objects.values("pk", "state"))

    assert client.get(address(name, photo)).status_code == 405
    assert client.post(address(name, photo), sent).status_code == answers[role]
    if answers[role] == 404:
        assert list(Job.objects.values("pk", "state")) == before


@pytest.mark.parametrize("role", ROLES)
def test_djangos_own_admin_is_for_those_who_sign_in_there(role, as_role):
    assert as_role(role).get("/admin/").status_code == (200 if role in ("staff", "admin") else TO_LOGIN)
