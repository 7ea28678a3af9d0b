"""Colours at places, other opinions, strength: what is sent becomes a job that repairs as before and colours anew."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from ml.contract import MOST_HINTS, Options
from tests.browser import made
from webapp import queue, versions
from webapp.models import Job, Photo
from webapp.views import words

pytestmark = pytest.mark.django_db
HINT = {"x": 10, "y": 20, "rgb": "#7b1e2e"}
OTHER = {"x": 40, "y": 30, "rgb": "#2b3a67"}


def colour(browser: Client, photo: Photo, follow: bool = True, **sent: object):
    return browser.post(f"/p/{photo.pk}/colour/", {"version": "1", **sent}, follow=follow)


def queued(photo: Photo) -> Job:
    return Job.objects.get(photo=photo, state=Job.State.QUEUED)


def again(browser: Client, photo: Photo, *hints: dict, **sent: object) -> Job:
    """The next version is made, with these colours."""
    newest = str(len(versions.of(Photo.objects.get(pk=photo.pk))))
    colour(browser, photo, hints=json.dumps(hints), version=newest, **sent)
    return made.finish(Photo.objects.get(pk=photo.pk))


def text(browser: Client, photo: Photo, query: str = "") -> str:
    return browser.get(f"/p/{photo.pk}/{query}").content.decode()


def test_taps_become_a_job_that_repairs_by_the_mask_that_was_found(browser, photo):
    first = made.finish(photo)

    colour(
        browser, photo, hints=json.dumps([HINT, {**OTHER, "rgb": "#2B3A67"}]), saturation="120", variant="3"
    )

    job = queued(photo)
    assert job.options == {"hints": [HINT, OTHER], "saturation": 1.2, "variant": 3}
    assert (job.mask, job.strokes) == (first.results.get(kind="mask").path, [])
    Options(**job.options)


def test_they_are_kept_with_the_version_and_shown_there(browser, photo):
    made.finish(photo)
    again(browser, photo, HINT)

    newest, first = text(browser, photo), text(browser, photo, "?version=1")

    assert "Version 2, 1 colour of your own" in newest
    assert '<circle cx="10" cy="20"' in newest and "Wine red" in newest
    assert "16 % from the left, 42 % from the top" in newest
    assert "<circle" not in first


def test_without_a_script_a_place_is_given_by_numbers_and_others_are_kept_or_not(browser, photo):
    made.finish(photo)
    again(browser, photo, HINT, OTHER)

    colour(browser, photo, version="2", keep=["1"], x="50", y="100", colour="#8fb3d4")

    assert queued(photo).options["hints"] == [OTHER, {"x": 32, "y": 47, "rgb": "#8fb3d4"}]


def test_a_colour_of_ones_own_is_taken_from_its_field(browser, photo):
    made.finish(photo)

    colour(browser, photo, x="0", y="0", colour="own", own="#ABCDEF")

    assert queued(photo).options == {"hints": [{"x": 0, "y": 0, "rgb": "#abcdef"}]}


def test_what_is_as_usual_again_is_left_out(browser, photo):
    made.finish(photo)
    again(browser, photo, HINT, saturation="60", variant="2")

    colour(browser, photo, version="2", hints="[]", saturation="100", variant="0")

    assert queued(photo).options == {}


def test_other_wishes_of_the_version_stay(browser, photo):
    made.finish(photo)
    versions.look_again(photo, "thorough", other_repair=True)
    made.finish(Photo.objects.get(pk=photo.pk))

    colour(browser, photo, version="2", hints=json.dumps([HINT]))

    assert queued(photo).options == {"finding": "thorough", "seed": 1, "hints": [HINT]}


def test_a_version_coloured_anew_is_not_called_corrected_and_its_damage_is_told(browser, photo):
    made.finish(photo)
    second = again(browser, photo, HINT)
    Job.objects.filter(pk=second.pk).update(report={**second.report, "kinds": {}})

    html = text(browser, photo)

    assert "corrected by hand" not in html
    assert "Scratches, cracks and folds" in html


def test_one_of_a_corrected_mask_is_called_so(browser, photo):
    first = made.finish(photo)
    versions.correct(photo, first, [{"tool": "brush", "width": 4, "points": [[1, 1]]}])
    made.finish(Photo.objects.get(pk=photo.pk))
    again(browser, photo, HINT)

    assert "Version 3, corrected by hand, 1 colour of your own" in text(browser, photo)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"hints": "["}, "could not be read"),
        ({"hints": "[" * 100_000}, "could not be read"),
        ({"hints": "{}"}, "could not be read"),
        ({"hints": "7"}, "could not be read"),
        ({"hints": "[7]"}, "could not be read"),
        ({"hints": json.dumps([{**HINT, "x": 64}])}, "could not be read"),
        ({"hints": json.dumps([{**HINT, "y": -1}])}, "could not be read"),
        ({"hints": '[{"x": NaN, "y": 1, "rgb": "#000000"}]'}, "could not be read"),
        ({"hints": json.dumps([{**HINT, "rgb": "#7b1e2e;"}])}, "could not be read"),
        ({"hints": json.dumps([HINT] * (MOST_HINTS + 1))}, f"At most {MOST_HINTS} colours"),
        ({"saturation": "151"}, "is a number from 0 to 150"),
        ({"saturation": "much"}, "is a number from 0 to 150"),
        ({"variant": "8"}, "could not be read"),
        ({"x": "50", "colour": "#8fb3d4"}, "A place needs two numbers"),
        ({"x": "50", "y": "101", "colour": "#8fb3d4"}, "A place needs two numbers"),
        ({"x": "nan", "y": "1", "colour": "#8fb3d4"}, "A place needs two numbers"),
        ({"x": "5", "y": "5"}, "choose one of the colours"),
        ({"x": "5", "y": "5", "colour": "red"}, "choose one of the colours"),
        ({"x": "5", "y": "5", "colour": "own", "own": "red"}, "choose one of the colours"),
        ({"keep": ["0"]}, "could not be read"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_wish_is_told_with_a_sentence(browser, photo, sent, sentence):
    made.finish(photo)

    answer = colour(browser, photo, **sent)

    assert answer.status_code == 400
    assert answer.content.decode().count(sentence) >= 1
    assert photo.jobs.count() == 1


def test_taps_stay_where_something_else_was_wrong(browser, photo):
    made.finish(photo)

    html = colour(browser, photo, hints=json.dumps([HINT]), saturation="151").content.decode()
    assert "#7b1e2e&quot;}]" in html

    assert 'data-taps="[]"' in colour(browser, photo, hints="[7]").content.decode()


def test_nothing_that_was_sent_is_lost_with_a_mistake(browser, photo):
    made.finish(photo)

    html = colour(browser, photo, x="33.5", colour="#5d8a96", saturation="45", variant="4").content.decode()

    assert 'name="x" min="0" max="100" step="any" value="33.5"' in html
    assert 'value="45"' in html
    for chosen in (
        'value="#5d8a96" data-name="Water" autocomplete="off" checked',
        'value="4" autocomplete="off" checked',
    ):
        assert chosen in html


def test_asking_for_what_is_there_already_makes_no_version(browser, photo):
    made.finish(photo)

    html = colour(browser, photo, hints="[]", saturation="100", variant="0").content.decode()

    assert "Nothing was changed, so no new version was made." in html
    assert photo.jobs.count() == 1


def test_nothing_is_coloured_while_it_is_worked_on(browser, photo):
    made.finish(photo)
    colour(browser, photo, hints=json.dumps([HINT]))

    assert "data-colours" not in text(browser, photo, "?version=1")
    for hints in (json.dumps([OTHER]), "["):
        assert "still being worked on" in colour(browser, photo, hints=hints).content.decode()
    assert photo.jobs.count() == 2


def test_strangers_and_wrong_versions_get_404(browser, photo):
    made.finish(photo)

    assert colour(Client(), photo, hints="[]").status_code == 404
    assert colour(browser, photo, hints=json.dumps([HINT]), version="2").status_code == 404
    assert photo.jobs.count() == 1


def test_alternatives_stand_on_the_page_and_the_versions_own_is_chosen(browser, photo):
    made.finish(photo)
    again(browser, photo, variant="2")

    html = text(browser, photo)

    assert html.count('name="variant"') == 4 + made.ALTERNATIVES  # the viewer's pictures are called so too
    assert "preview_colours_2.jpg" in html
    assert 'value="2" autocomplete="off" checked' in html
    assert browser.get(f"/p/{photo.pk}/preview_colours_2.jpg").status_code == 200
    assert "Version 2, other colours" in html


def test_looking_again_keeps_the_colours(browser, photo):
    made.finish(photo)
    again(browser, photo, HINT, saturation="80")

    browser.post(f"/p/{photo.pk}/again/", {"finding": "careful"})

    assert queued(photo).options == {"finding": "careful", "hints": [HINT], "saturation": 0.8}


def test_a_failed_colouring_leaves_the_version_before_it(browser, photo):
    made.finish(photo)
    colour(browser, photo, hints=json.dumps([HINT]))
    queue.fail(
        queue.claim("anna", queued(photo).pk), "hint_outside", {"x": 1, "y": 2, "width": 3, "height": 4}
    )

    html = text(browser, photo)

    assert "The hint at x 1, y 2 lies outside of the picture of 3 x 4 pixels." in html
    assert "data-colours" in text(browser, photo, "?version=1")


def test_guesses_at_full_strength_are_a_wish_that_stays_until_it_is_taken_back(browser, photo):
    made.finish(photo)
    colour(browser, photo, hints="[]", undamped="1")
    job = queued(photo)
    assert job.options == {"damped": False}
    Options(**job.options)
    made.finish(photo)

    box = re.search(r'<input type="checkbox" name="undamped"[^>]*>', text(browser, photo)).group()
    assert "checked" in box
    colour(browser, photo, version="2", hints="[]")
    assert queued(photo).options == {}


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"damped": False}, "Version 2, guesses at full strength"),
        ({"saturation": 0}, "Version 2, paler colours"),
        ({"saturation": 1.05, "variant": 1}, "Version 2, other colours, stronger colours"),
        ({"hints": [HINT] * 2}, "Version 2, 2 colours of your own"),
    ],
)
def test_versions_are_called_by_their_wishes(options, name):
    assert words.version(2, options, is_corrected=False) == name
