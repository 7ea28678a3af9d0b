"""A mask corrected by hand: what is drawn becomes the next job's, over the mask of the version it was drawn on."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.browser import made
from webapp import versions
from webapp.forms import StrokesField
from webapp.models import Job, Photo

pytestmark = pytest.mark.django_db
STROKE = {"tool": "eraser", "width": 8, "points": [[1.5, 2], [30, 20]]}


def correct(browser: Client, photo: Photo, strokes: object, version: str = "1"):
    sent = strokes if isinstance(strokes, str) else json.dumps(strokes)
    return browser.post(f"/p/{photo.pk}/correct/", {"version": version, "strokes": sent}, follow=True)


def test_strokes_become_a_job_over_the_mask_they_were_drawn_on(browser, photo):
    first = made.finish(photo)

    correct(browser, photo, [STROKE])

    job = Job.objects.get(photo=photo, state=Job.State.QUEUED)
    assert job.strokes == [STROKE]
    assert job.mask == first.results.get(kind="mask").path


def test_a_correction_of_a_correction_stands_on_the_later_mask(browser, photo):
    made.finish(photo)
    correct(browser, photo, [STROKE])
    second = made.finish(Photo.objects.get(pk=photo.pk))

    correct(browser, photo, [STROKE], version="2")

    job = Job.objects.get(photo=photo, state=Job.State.QUEUED)
    assert job.mask == second.results.get(kind="mask").path
    assert "Version 2, corrected by hand" in browser.get(f"/p/{photo.pk}/").content.decode()


def test_looking_again_after_a_correction_looks_for_itself(browser, photo):
    made.finish(photo)
    correct(browser, photo, [STROKE])
    made.finish(Photo.objects.get(pk=photo.pk))

    versions.look_again(photo, "thorough", other_repair=False)

    job = Job.objects.get(photo=photo, state=Job.State.QUEUED)
    assert (job.mask, job.strokes) == ("", [])


@pytest.mark.parametrize(
    "strokes",
    [
        "",
        "[",
        "[" * 100_000,
        "[]",
        "{}",
        "[1]",
        json.dumps([{**STROKE, "tool": "hammer"}]),
        json.dumps([{**STROKE, "width": 0}]),
        json.dumps([{**STROKE, "width": 1e9}]),
        json.dumps([{**STROKE, "width": True}]),
        json.dumps([{**STROKE, "points": []}]),
        json.dumps([{**STROKE, "points": [[1, 2, 3]]}]),
        json.dumps([{**STROKE, "points": [[1, "2"]]}]),
        '[{"tool": "brush", "width": 3, "points": [[NaN, 1]]}]',
        '[{"tool": "brush", "width": 3, "points": [[1, -Infinity]]}]',
        json.dumps([{**STROKE, "colour": "red"}]),
        json.dumps([{**STROKE, "points": [[1, 1]] * (StrokesField.MOST_POINTS + 1)}]),
    ],
    ids=lambda strokes: strokes[:40],
)
def test_what_is_no_drawing_is_refused_with_a_sentence(browser, photo, strokes):
    made.finish(photo)

    html = correct(browser, photo, strokes).content.decode()

    assert "Nothing was drawn, so nothing was changed." in html
    assert photo.jobs.count() == 1


def test_strangers_and_wrong_versions_get_404(browser, photo):
    made.finish(photo)

    assert correct(Client(), photo, [STROKE]).status_code == 404
    assert correct(browser, photo, [STROKE], version="2").status_code == 404
    assert photo.jobs.count() == 1


def test_nothing_is_corrected_while_it_is_worked_on(browser, photo):
    made.finish(photo)
    correct(browser, photo, [STROKE])

    html = correct(browser, photo, [STROKE]).content.decode()

    assert "still being worked on" in html
    assert photo.jobs.count() == 2
    assert "data-correct" not in browser.get(f"/p/{photo.pk}/?version=1").content.decode()


def test_an_empty_mask_is_not_called_good_condition(browser, photo):
    made.finish(photo)
    correct(browser, photo, [STROKE])
    made.finish(Photo.objects.get(pk=photo.pk), found_nothing=True)

    html = browser.get(f"/p/{photo.pk}/").content.decode()

    assert "Your mask is empty, so nothing was repaired" in html
    assert "good condition" not in html


PROTECTED = {"tool": "protect", "width": 1, "points": [[1, 1], [9, 1], [9, 9]]}


def test_what_is_protected_stays_so_when_it_is_looked_at_again(browser, photo):
    made.finish(photo)
    correct(browser, photo, [STROKE, PROTECTED])
    made.finish(photo)

    browser.post(f"/p/{photo.pk}/again/", {"finding": "careful", "saturation": "1.0"})

    job = photo.jobs.latest("created_at")
    assert (job.mask, job.strokes) == ("", [PROTECTED])
    made.finish(photo, found_nothing=True)
    html = browser.get(f"/p/{photo.pk}/").content.decode()
    assert "in good condition" in html  # nobody drew a mask
    assert 'data-kept="[{&quot;tool&quot;: &quot;protect&quot;' in html
