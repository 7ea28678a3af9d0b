"""A photograph that was taken in, and the family that owns it."""

from __future__ import annotations

import uuid

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from tests.webapp.files import photo_file
from tests.webapp.receiver import Receiver
from webapp import intake
from webapp.access import SESSION_KEY
from webapp.arrivals import Copied
from webapp.models import Job, Photo, User


@pytest.fixture(autouse=True)
def english():
    """A request leaves its language active in its thread until the next one comes."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def no_tries():
    """How often somebody tried to sign in is remembered from test to test otherwise."""
    cache.clear()


@pytest.fixture
def family() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def browser(db: None, client: Client, family: uuid.UUID) -> Client:
    """That of the family that owns what `submit` takes in."""
    session = client.session
    session[SESSION_KEY] = str(family)
    session.save()
    return client


@pytest.fixture
def submit(db, family):
    """submit(file, ...) -> Submission of the family; without files, of one photograph."""

    def submit(*files: SimpleUploadedFile, family=family, user=None) -> intake.Submission:
        return intake.submit(map(Copied, files or [photo_file()]), family=family, user=user)

    return submit


@pytest.fixture
def photo(submit) -> Photo:
    return submit().photos[0]


@pytest.fixture
def job(photo) -> Job:
    return photo.job


@pytest.fixture
def receiver(settings):
    """What stands at the other end of a webhook, on this machine."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def archivist(db: None) -> User:
    return User.objects.create_user("archivist", password="a long pass", is_staff=True)


@pytest.fixture
def desk(archivist: User) -> Client:
    """That of a member of staff."""
    client = Client()
    client.force_login(archivist)
    return client
