"""Another try of the repair at a place that a person goes around: a version in which all the rest is as it was."""

from __future__ import annotations

import json

import pytest

from ml.contract import MOST_TRIES, Options
from tests.browser import made
from webapp import versions
from webapp.models import Job, Photo

pytestmark = pytest.mark.django_db

AROUND = [[10, 10], [40, 10], [40, 40]]
PLACE = {"tool": "retry", "width": 9, "points": AROUND}
AREA = {"tool": "area", "width": 9, "points": AROUND}
ERASER = {"tool": "eraser", "width": 8, "points": [[1.5, 2], [30, 20]]}


def newest(photo: Photo) -> Job:
    return photo.jobs.latest("created_at")


@pytest.fixture
def correct(browser, photo):
    def correct(*strokes: dict, version: int = 1) -> str:
        """The page that comes."""
        sent = {"version": version, "strokes": json.dumps(strokes)}
        return browser.post(f"/p/{photo.pk}/correct/", sent, follow=True).content.decode()

    return correct


@pytest.fixture
def first(photo) -> Job:
    """Version 1, made with settings of its own."""
    Job.objects.filter(photo=photo).update(options={"saturation": 0.5, "seed": 2})
    return made.finish(photo)


def test_a_place_is_tried_by_an_unused_seed_over_the_same_mask(correct, photo, first):
    correct(PLACE)

    job = newest(photo)
    assert job.options == {**first.options, "tries": [{"seed": 3, "strokes": [AREA]}]}
    assert job.mask == versions.mask_of(first) and job.strokes == []
    Options(**job.options)


def test_each_try_adds_to_those_of_the_version_it_was_drawn_on(correct, photo, first):
    correct(PLACE)
    made.finish(photo)
    correct(PLACE, PLACE, version=2)
    made.finish(photo)
    html = correct(PLACE, version=1)

    tries = [job.options.get("tries", []) for job in photo.jobs.order_by("created_at")]
    assert [[one["seed"] for one in of_job] for of_job in tries] == [[], [3], [3, 4], [5]]
    assert tries[2][1]["strokes"] == [AREA, AREA]
    assert "Version 2, another repair, another try at 1 place, paler colours" in html
    assert "Version 3, another repair, another try at 2 places" in html


def test_a_mask_is_corrected_and_a_place_tried_in_one_go(correct, photo, first):
    correct(ERASER, PLACE)

    assert newest(photo).strokes == [ERASER]
    assert newest(photo).options["tries"] == [{"seed": 3, "strokes": [AREA]}]


def test_tries_stay_with_other_colours_and_go_with_another_repair_of_all(correct, browser, photo, first):
    correct(PLACE)
    second = made.finish(photo)
    browser.post(f"/p/{photo.pk}/colour/", {"version": 2, "saturation": 120})
    assert newest(photo).options["tries"] == second.options["tries"]

    made.finish(photo)
    versions.look_again(photo, "normal", other_repair=True)
    assert "tries" not in newest(photo).options and newest(photo).options["seed"] == 4


def test_there_is_an_end_to_tries(correct, photo, first):
    tries = [{"seed": 3, "strokes": [AREA]}] * MOST_TRIES
    Job.objects.filter(pk=first.pk).update(options={"tries": tries})

    html = correct(PLACE)

    assert f"At most {MOST_TRIES} times" in html
    assert photo.jobs.count() == 1
