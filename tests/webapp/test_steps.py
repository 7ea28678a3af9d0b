"""One step alone, chosen with the upload or afterwards; a page speaks of what was done and of nothing else."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from ml.contract import Options
from tests.browser import made
from tests.webapp.files import photo_file
from webapp import storage
from webapp.models import Job, Photo

pytestmark = pytest.mark.django_db


def queued(photo: Photo) -> Job:
    return Job.objects.get(photo=photo, state=Job.State.QUEUED)


def text(browser: Client, photo: Photo) -> str:
    return browser.get(f"/p/{photo.pk}/").content.decode()


def test_a_photograph_that_was_only_repaired_has_no_colours_to_choose(browser, photo):
    Job.objects.filter(photo=photo).update(options={"only": ["restored"]})
    made.finish(photo)

    html = text(browser, photo)

    assert "data-colours" not in html and "Colours are a guess" not in html
    assert "data-correct" in html


def test_a_photograph_that_was_only_coloured_speaks_of_no_repair(browser, photo):
    Job.objects.filter(photo=photo).update(options={"only": ["colorized"]})
    made.finish(photo)

    html = text(browser, photo)

    assert "data-colours" in html and "Colours are a guess" in html
    assert "was repaired" not in html and "amber veil" not in html and "data-correct" not in html


@pytest.mark.parametrize(
    ("steps", "options"),
    [("all", {}), ("", {}), ("restore", {"only": ["restored"]}), ("colour", {"only": ["colorized"]})],
)
def test_the_step_is_chosen_with_the_upload(browser, steps, options):
    browser.post("/", {"photos": [photo_file()], "steps": steps})

    job = Job.objects.get()
    assert job.options == options
    Options(**{**job.options, "only": tuple(job.options.get("only", Options.only))})


def test_a_step_that_is_not_offered_is_refused(browser):
    assert browser.post("/", {"photos": [photo_file()], "steps": "beautify"}).status_code == 400
    assert not Job.objects.exists()


def test_the_other_steps_are_taken_afterwards(browser, photo):
    Job.objects.filter(photo=photo).update(options={"only": ["restored"]})
    made.finish(photo)
    assert re.search('value="restore"[^>]* checked', text(browser, photo))

    browser.post(f"/p/{photo.pk}/again/", {"finding": "normal", "steps": "all"})

    assert queued(photo).options == {}
    made.finish(Photo.objects.get(pk=photo.pk))
    browser.post(f"/p/{photo.pk}/again/", {"finding": "normal", "steps": "colour"})
    assert queued(photo).options == {"only": ["colorized"]}
    made.finish(Photo.objects.get(pk=photo.pk))
    assert "Version 3, only coloured" in text(browser, photo)
    browser.post(f"/p/{photo.pk}/again/", {"finding": "careful"})
    assert queued(photo).options == {"only": ["colorized"], "finding": "careful"}, "what is not asked stays"


@pytest.mark.parametrize(
    ("layers", "options"), [("", {}), ("ora", {"layers": "ora"}), ("tiff", {"layers": "tiff"})]
)
def test_layers_are_chosen_with_the_upload(browser, layers, options):
    browser.post("/", {"photos": [photo_file()], "layers": layers})

    assert Photo.objects.get().job.options == options


def test_layers_are_chosen_afterwards_kept_and_given_up(browser, photo):
    wanted = [{"layers": "ora"}, {}, {"layers": ""}]
    kept = []
    for said in wanted:
        made.finish(Photo.objects.get(pk=photo.pk))
        browser.post(f"/p/{photo.pk}/again/", {"finding": "careful", **said})
        kept.append(Photo.objects.get(pk=photo.pk).job.options.get("layers"))

    assert kept == ["ora", "ora", None]


def test_layers_are_taken_from_the_page(browser, photo):
    Job.objects.filter(photo=photo).update(options={"layers": "ora"})
    job = made.finish(photo)
    result = job.results.get(kind="restored")
    job.results.create(
        kind="layers", path=f"{result.path}.ora", sha256="0" * 64, bytes=9, content_type="image/openraster"
    )
    storage.locate(f"{result.path}.ora").write_bytes(b"layers...")

    assert f'href="/p/{photo.pk}/layers.ora"' in text(browser, photo)
    answer = browser.get(f"/p/{photo.pk}/layers.ora")

    assert b"".join(answer.streaming_content) == b"layers..."
    assert answer["Content-Type"] == "image/openraster"
    assert "grandmother_layers.ora" in answer["Content-Disposition"]
    assert browser.get(f"/p/{photo.pk}/layers.tiff").status_code == 404
