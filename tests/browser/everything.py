"""A site with something in every state, and the sessions of all who look at it: what test_axe.py walks through."""

from __future__ import annotations

import re
import uuid

from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.browser import made
from tests.webapp.files import photo_bytes
from webapp import access, intake, letters, queue, shares, versions
from webapp.arrivals import Copied
from webapp.desk import comparing
from webapp.models import Comparison, Letter, Photo, Result, Upload, User, Worker

PASSWORD = "albums in the attic"
WHO = ("nobody", "family", "guest", "account", "staff", "admin", "signing up", "forgot", "has the code")


def _files(*names: str) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(name, photo_bytes(size=(320, 240), ending=name.encode())) for name in names]


def fill(family: uuid.UUID) -> dict[str, object]:
    """Names that stand in the table's addresses, to ids."""
    cache.clear()  # tries at passwords are counted
    states = ("done", "nothing", "failed", "running", "stopped", "waiting", "again")
    files = [*_files(*(f"{state}.jpg" for state in states)), SimpleUploadedFile("letter.pdf", b"%PDF-1.4")]
    taken = intake.submit(map(Copied, files), family=family)
    ids: dict[str, object] = {photo.name.removesuffix(".jpg"): photo.pk for photo in taken.photos}
    _bring_to_their_states({photo.name.removesuffix(".jpg"): photo for photo in taken.photos})
    over = intake.submit(map(Copied, _files("one.jpg", "two.jpg")), family=family).upload
    for photo in over.photos.all():
        made.finish(photo)
    Upload.objects.filter(pk=over.pk).update(name="Grandmother’s album")
    asked = intake.submit(map(Copied, _files("soon.jpg")), family=family).upload
    Letter.objects.create(upload=asked, address="anna@example.org", language="en", link="http://localhost/")
    examples = intake.submit(map(Copied, _files("example.jpg")), family=access.EXAMPLES).upload
    made.finish(examples.photos.get())
    Worker.objects.create(name="workbench", slots=1)
    shares.make(over, 7)
    ids |= {"mixed": taken.upload.pk, "over": over.pk, "asked": asked.pk, "examples": examples.pk}
    ids["comparison"] = _comparison(Photo.objects.get(pk=ids["again"])).pk
    return ids | {"locked": shares.make(over, 7, "between us").token, "nowhere": uuid.uuid4()}


def _comparison(photo: Photo) -> Comparison:
    """Of its newest two versions, which are to differ."""
    Result.objects.filter(job=photo.job, kind="preview_restored").update(sha256="0" * 64)
    comparing.newest_two([photo], None, name="Before and after", kind="restored")
    return Comparison.objects.get()


def _bring_to_their_states(photos: dict[str, Photo]) -> None:
    made.finish(photos["done"], notes=("first_page",), invented=("eye",))
    made.finish(photos["nothing"], found_nothing=True)
    made.fail(photos["failed"])
    made.run(photos["running"], "colouring", 0.3)
    queue.cancel(photos["stopped"].job)
    made.finish(photos["again"])
    versions.look_again(photos["again"], "thorough", other_repair=True)
    made.finish(Photo.objects.get(pk=photos["again"].pk))


def sessions(family: uuid.UUID) -> dict[str, str]:
    """Who looks, to the value of the session's cookie. Needs a server of mail."""
    browsers = {who: Client() for who in WHO}
    session = browsers["family"].session
    session[access.SESSION_KEY] = str(family)
    session.save()
    over = Upload.objects.exclude(name="").get()
    browsers["guest"].get(reverse("shared", args=[over.shares.get(password="").token]))
    anna = User.objects.create_user("anna", email="anna@example.org", password=PASSWORD)
    hers = intake.submit(map(Copied, _files("hers.jpg")), family=access.family_of_user(anna), user=anna)
    made.finish(hers.photos[0])
    browsers["account"].force_login(anna)
    browsers["staff"].force_login(User.objects.create_user("keeper", is_staff=True))
    browsers["admin"].force_login(User.objects.create_superuser("admin"))
    new = {"email": "new@example.org", "password1": PASSWORD}
    browsers["signing up"].post(reverse("account_signup"), new)
    for who in ("forgot", "has the code"):
        browsers[who].post(reverse("account_reset_password"), {"email": anna.email})
    code = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", mail.outbox[-1].body, re.MULTILINE)[1]
    browsers["has the code"].post(reverse("account_confirm_password_reset_code"), {"code": code})
    return {who: _cookie(browser) for who, browser in browsers.items()}


def _cookie(browser: Client) -> str:
    kept = browser.cookies.get("sessionid")
    return kept.value if kept else ""


def letter(upload: Upload) -> str:
    """The HTML of the letter about an upload."""
    return letters.written(Letter.objects.get(upload=upload)).alternatives[0][0]
