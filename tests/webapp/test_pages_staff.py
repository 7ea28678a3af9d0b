"""The rooms behind: signing in, the list for staff, the queue for admins, the administration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.browser import made
from tests.webapp.files import photo_file
from webapp.models import Job, Upload, User, Worker


@pytest.fixture
def keeper(db: None) -> User:
    return User.objects.create_superuser("keeper", password="a long pass")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", ["staff", "ops"])
def test_a_stranger_is_asked_to_sign_in_and_a_visitor_finds_nothing(name: str, db: None) -> None:
    visitor = signed_in(User.objects.create_user("visitor", password="a long pass"))

    assert Client().get(reverse(name))["Location"] == f"/login/?next=/{name}/"
    assert visitor.get(reverse(name)).status_code == 404


def test_staff_see_every_photograph_but_not_the_queue(archivist: User, submit) -> None:
    photo = submit().photos[0]
    client = signed_in(archivist)

    assert client.get(reverse("photo", args=[photo.pk])).status_code == 200
    assert client.get(reverse("upload", args=[photo.upload_id])).status_code == 200
    assert client.get(reverse("ops")).status_code == 404


@pytest.mark.parametrize(("name", "home"), [("archivist", "/staff/"), ("keeper", "/ops/")])
def test_signing_in_leads_to_the_own_room_and_out_again(
    name: str, home: str, archivist: User, keeper: User
) -> None:
    client = Client()

    answer = client.post("/login/", {"username": name, "password": "a long pass"})

    assert answer["Location"] == home
    assert client.get(home).status_code == 200
    assert client.post("/logout/").status_code == 302
    assert client.get(home).status_code == 302


def test_a_wrong_password_is_told(archivist: User) -> None:
    html = Client().post("/login/", {"username": "archivist", "password": "no"}).content.decode()

    assert 'role="alert"' in html


def test_the_list_is_searched_and_sifted(archivist: User, submit) -> None:
    done, failed, waiting = submit(
        photo_file("wedding.jpg"), photo_file("harbour.jpg"), photo_file("dog.jpg")
    ).photos
    made.finish(done)
    made.fail(failed)
    client = signed_in(archivist)

    def names(**query: str) -> set[str]:
        html = client.get(reverse("staff"), query).content.decode()
        return {photo.name for photo in (done, failed, waiting) if f'id="p-{photo.pk}"' in html}

    assert names() == {"wedding.jpg", "harbour.jpg", "dog.jpg"}
    assert names(q="WEDD") == {"wedding.jpg"}
    assert names(state="failed") == {"harbour.jpg"}
    assert names(q="harbour", state="done") == set()
    assert names(q=f"http://testserver/p/{waiting.pk}/") == {"dog.jpg"}
    assert names(state="nonsense") == {"wedding.jpg", "harbour.jpg", "dog.jpg"}


def test_the_list_has_leaves_and_asks_the_database_little(
    archivist: User, submit, django_assert_max_num_queries
) -> None:
    submit(*(photo_file(f"{number}.jpg") for number in range(61)))
    client = signed_in(archivist)

    with django_assert_max_num_queries(12):
        html = client.get(reverse("staff")).content.decode()

    assert "Page 1 of 2" in html
    assert html.count('class="cell cell-') == 60
    assert "Page 2 of 2" in client.get(reverse("staff"), {"page": 2}).content.decode()


def test_the_queue_answers_its_three_questions(keeper: User, submit, django_assert_max_num_queries) -> None:
    running, failed, waiting = submit(photo_file("a.jpg"), photo_file("b.jpg"), photo_file("c.jpg")).photos
    made.run(running, "finding", 0.5)
    made.fail(failed, "out_of_memory")
    Worker.objects.create(name="workbench", slots=1, busy=1, note="The disk is slow.")
    client = signed_in(keeper)

    with django_assert_max_num_queries(11):
        html = client.get(reverse("ops")).content.decode()

    assert "Yes, photographs are being worked on." in html
    assert "Looking for damage" in html
    assert "The photograph needs more memory than this machine has." in html
    assert f'href="/p/{waiting.pk}/"' in html
    assert "The disk is slow." in html


def test_the_queue_says_when_nobody_works(keeper: User) -> None:
    Worker.objects.create(name="workbench", slots=1, seen_at=timezone.now() - timedelta(minutes=5))

    html = signed_in(keeper).get(reverse("ops")).content.decode()

    assert "No: no worker has been heard of for a minute." in html


def test_the_administration_knows_every_model_and_changes_no_photograph(keeper: User, submit) -> None:
    photo = submit(photo_file(), photo_file("empty.jpg")).photos[0]
    made.finish(photo)
    Worker.objects.create(name="workbench", slots=1)
    client = signed_in(keeper)

    for model in apps.get_app_config("webapp").get_models():
        name = model._meta.model_name
        assert model in admin.site._registry
        assert client.get(reverse(f"admin:webapp_{name}_changelist")).status_code == 200
    assert client.get(reverse("admin:webapp_job_change", args=[photo.job.pk])).status_code == 200
    assert (
        client.post(reverse("admin:webapp_job_delete", args=[photo.job.pk]), {"post": "yes"}).status_code
        == 403
    )
    assert Job.objects.count() == 2
    assert Upload.objects.count() == 1
