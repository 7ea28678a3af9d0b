"""The HTTP API: keys and scopes, sending once, fetching, running again, deleting, and what it says of itself."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ml.contract import Options
from tests.browser import made
from tests.webapp.files import photo_file
from webapp.api import keys
from webapp.models import Job, Key, Photo, User

pytestmark = pytest.mark.django_db
HINT = {"x": 10, "y": 20, "rgb": "#2b3a67"}
STROKE = {"tool": "eraser", "width": 8.0, "points": [[1.0, 2.0], [30.0, 20.0]]}


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna")


@pytest.fixture
def call(anna):
    """call(method, path, body, user=, scopes=, **headers) -> answer, with a key of that person's."""

    def call(method: str, path: str, body=None, *, user=anna, scopes=("read", "write"), **headers):
        secret = keys.make(user, "test", scopes)
        sent = {"headers": {"Authorization": f"Bearer {secret}", **headers}}
        if method == "post" and isinstance(body, dict) and "photograph" in body:
            return Client().post(f"/api/v1{path}", body, **sent)
        return Client().generic(
            method.upper(), f"/api/v1{path}", json.dumps(body or {}), "application/json", **sent
        )

    return call


@pytest.fixture
def sent(call) -> Photo:
    """A photograph that anna's program sent."""
    answer = call("post", "/photographs", {"photograph": photo_file()})
    assert answer.status_code == 201
    return Photo.objects.get(pk=answer.json()["id"])


def test_a_photograph_is_sent_with_its_settings_and_fetched(call):
    answer = call(
        "post",
        "/photographs",
        {
            "photograph": photo_file("a.jpg"),
            "finding": "careful",
            "saturation": "0.5",
            "only": ["restored", "colorized"],
        },
    )

    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["place"], told["name"], told["versions"]) == ("queued", 0, "a.jpg", 0)
    photo = Photo.objects.get(pk=told["id"])
    assert photo.job.options == {"finding": "careful", "saturation": 0.5, "only": ["restored", "colorized"]}

    made.finish(photo)
    told = call("get", f"/photographs/{photo.pk}").json()

    assert told["state"] == "done" and told["report"]["defect_share"] == made.REPORT["defect_share"]
    assert {file["kind"] for file in told["files"]} == {
        "original", "restored", "colorized", "mask",
    }  # fmt: skip
    for file in told["files"]:
        answer = call("get", file["url"].removeprefix("/api/v1"))
        content = b"".join(answer.streaming_content)
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file["sha256"], file["bytes"])


def test_the_same_idempotency_key_sends_once(call):
    secret = "one-scan"
    first = call("post", "/photographs", {"photograph": photo_file()}, **{"Idempotency-Key": secret})
    assert first.status_code == 201
    key = Key.objects.get()
    again = Client().post(
        "/api/v1/photographs",
        {"photograph": photo_file()},
        headers={"Authorization": f"Bearer {_known(key)}", "Idempotency-Key": secret},
    )

    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert Photo.objects.count() == 1
    other = call("post", "/photographs", {"photograph": photo_file()}, **{"Idempotency-Key": secret})
    assert other.status_code == 201, "another key's names are its own"


def _known(key: Key) -> str:
    """A secret of our own for the key, whose real one was told once."""
    key.sha256 = hashlib.sha256(b"pr_known").hexdigest()
    key.save()
    return "pr_known"


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer pr_wrong"}, {"Authorization": "Basic YTpi"}]
)
def test_without_a_key_nothing_is_told(sent, header):
    assert Client().get(f"/api/v1/photographs/{sent.pk}", headers=header).status_code == 401


def test_a_key_allows_what_its_scopes_say(call, sent):
    assert call("get", f"/photographs/{sent.pk}", scopes=["write"]).status_code == 403
    assert call("delete", f"/photographs/{sent.pk}", scopes=["read"]).status_code == 403
    assert call("post", "/photographs", {"photograph": photo_file()}, scopes=["read"]).status_code == 403
    assert Photo.objects.count() == 1


def test_a_key_ends_with_its_person(call, sent, anna):
    anna.is_active = False
    anna.save()

    assert call("get", f"/photographs/{sent.pk}").status_code == 401


ROUTES = [("get", ""), ("get", "/files/original"), ("post", "/rerun"), ("post", "/cancel"), ("delete", "")]


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_other_persons_get_404_and_staff_do_not(call, sent, method, route):
    other, staff = User.objects.create_user("boris"), User.objects.create_user("vera", is_staff=True)

    assert call(method, f"/photographs/{sent.pk}{route}", user=other).status_code == 404
    assert Photo.objects.filter(pk=sent.pk).exists() and sent.jobs.get().state == Job.State.QUEUED
    assert call(method, f"/photographs/{sent.pk}{route}", user=staff).status_code not in (401, 403, 404)


def test_a_family_of_the_site_is_not_reached_by_a_key(call, photo):
    assert call("get", f"/photographs/{photo.pk}").status_code == 404


def test_running_again_makes_a_version(call, sent):
    made.finish(sent)

    answer = call("post", f"/photographs/{sent.pk}/rerun", {"finding": "thorough", "seed": 3})

    assert (answer.status_code, answer.json()["versions"]) == (202, 1)
    assert sent.jobs.get(state=Job.State.QUEUED).options == {"finding": "thorough", "seed": 3}
    assert call("post", f"/photographs/{sent.pk}/rerun").status_code == 409


def test_strokes_are_drawn_over_the_newest_mask(call, sent):
    done = made.finish(sent)

    answer = call("post", f"/photographs/{sent.pk}/rerun", {"strokes": [STROKE]})

    assert answer.status_code == 202
    job = sent.jobs.get(state=Job.State.QUEUED)
    assert (job.mask, job.strokes) == (done.results.get(kind="mask").path, [STROKE])


def test_a_place_is_tried_another_way_with_the_newest_versions_settings(call, sent):
    call("post", f"/photographs/{sent.pk}/cancel")
    call("post", f"/photographs/{sent.pk}/rerun", {"seed": 3, "saturation": 0.5})
    made.finish(sent)
    place = {"tool": "retry", "width": 4.0, "points": [[1.0, 1.0], [9.0, 1.0], [9.0, 9.0]]}

    answer = call("post", f"/photographs/{sent.pk}/rerun", {"strokes": [place]})

    assert answer.status_code == 202
    job = sent.jobs.get(state=Job.State.QUEUED)
    tries = [{"seed": 4, "strokes": [{**place, "tool": "area"}]}]
    assert job.options == {"seed": 3, "saturation": 0.5, "tries": tries} and job.strokes == []
    Options(**job.options)


def test_colours_are_given_and_another_opinion_taken(call, sent):
    made.finish(sent)

    answer = call("post", f"/photographs/{sent.pk}/rerun", {"hints": [HINT], "variant": 5, "damped": False})

    assert answer.status_code == 202
    options = sent.jobs.get(state=Job.State.QUEUED).options
    assert options == {"hints": [HINT], "variant": 5, "damped": False}
    Options(**options)


@pytest.mark.parametrize(
    "wrong",
    [
        {"finding": "wildly"},
        {"saturation": 9},
        {"variant": 8},
        {"hints": [{"x": 1, "y": 1, "rgb": "red"}]},
        {"hints": [{"x": 64, "y": 1, "rgb": "#7b1e2e"}]},
        {"hints": [{"x": 1, "y": 1, "rgb": "#7b1e2e"}] * 101},
        {"only": ["everything"]},
        {"seed": -1},
        {"strokes": [{**STROKE, "points": []}]},
        {"strokes": [{**STROKE, "points": [[1e9, 0]]}]},
        {"strokes": []},
    ],
    ids=str,
)
def test_wrong_wishes_are_422_and_change_nothing(call, sent, wrong):
    made.finish(sent)

    answer = call("post", f"/photographs/{sent.pk}/rerun", wrong)

    assert answer.status_code == 422 and answer.json()["detail"]
    assert sent.jobs.count() == 1


def test_what_is_no_photograph_is_422_with_the_sites_sentence(call):
    answer = call("post", "/photographs", {"photograph": photo_file_of(b"%PDF-1.4")})

    assert answer.status_code == 422
    assert "a PDF file" in answer.json()["detail"]
    assert not Photo.objects.exists()


def photo_file_of(content: bytes):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("letter.jpg", content)


def test_cancelling_and_deleting(call, sent):
    assert call("post", f"/photographs/{sent.pk}/cancel").json()["state"] == "cancelled"
    assert call("delete", f"/photographs/{sent.pk}").status_code == 204
    assert call("get", f"/photographs/{sent.pk}").status_code == 404
    assert not Photo.objects.exists()


def test_what_a_program_sent_its_person_sees_on_the_pages(call, sent, anna):
    client = Client()
    client.force_login(anna)

    assert client.get(f"/p/{sent.pk}/").status_code == 200


def test_it_describes_itself():
    document = Client().get("/api/v1/openapi.json").json()

    assert document["openapi"].startswith("3.")
    paths = {path: set(methods) for path, methods in document["paths"].items()}
    assert paths == {
        "/api/v1/photographs": {"post"},
        "/api/v1/photographs/{photo_id}": {"get", "delete"},
        "/api/v1/photographs/{photo_id}/files/{kind}": {"get"},
        "/api/v1/photographs/{photo_id}/rerun": {"post"},
        "/api/v1/photographs/{photo_id}/cancel": {"post"},
        "/api/v1/webhook": {"put", "get", "delete"},
    }


def test_a_key_is_made_from_the_command_line(anna, capsys):
    call_command("key", "anna", name="scanner", scopes="read")

    secret = capsys.readouterr().out.strip()
    key = Key.objects.get()
    assert (key.user, key.name, key.scopes) == (anna, "scanner", ["read"])
    assert secret not in str(Key.objects.values().get()) and len(secret) > 40
    for wrong in (("nobody",), ("anna", "--scopes", "everything"), ("anna", "--scopes", "")):
        with pytest.raises(CommandError):
            call_command("key", *wrong)
