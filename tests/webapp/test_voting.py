"""Two versions of the same photographs: made anew, side by side, voted on blind, and counted."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from scipy.stats import binomtest

from tests.browser import made
from tests.webapp.files import photo_file
from tests.webapp.test_review import ten_thousand
from webapp import queue, versions
from webapp.desk import comparing, voting
from webapp.models import Comparison, Job, Pair, Photo, Result, User, Vote

pytestmark = pytest.mark.django_db


def fresh(photo: Photo) -> Photo:
    return Photo.objects.get(pk=photo.pk)


@pytest.fixture
def album(submit) -> list[Photo]:
    photos = submit(*(photo_file(f"{n}.jpg", ending=bytes([n])) for n in range(8))).photos
    for photo in photos:
        made.finish(photo)
    return photos


@pytest.fixture
def comparison(desk, album) -> Comparison:
    """Of all eight, made anew and done; the pictures differ but for the last pair's."""
    sent = {
        "act": "anew",
        "photo": [photo.pk for photo in album],
        "name": "Before and after",
        "kind": "restored",
    }
    answer = desk.post(reverse("desk_act"), sent)
    comparison = Comparison.objects.get()
    assert answer["Location"] == f"/staff/comparisons/{comparison.pk}/"
    for photo in album:
        job = made.finish(fresh(photo))
        Result.objects.filter(job=job, kind="preview_restored").update(sha256=job.pk.hex * 2)
    same = comparison.pairs.last()
    first = same.first.results.get(kind="preview_restored")
    same.second.results.filter(kind="preview_restored").update(sha256=first.sha256)
    return comparison


@pytest.fixture
def another_voter(db) -> tuple[User, Client]:
    user, client = User.objects.create_user("anna", is_staff=True), Client()
    client.force_login(user)
    return user, client


def ready(comparison: Comparison) -> list[Pair]:
    return comparing.standing(comparing.pairs(comparison)).ready


def vote(client: Client, pair: Pair, choice: str):
    return client.post(reverse("desk_cast", args=[pair.comparison_id, pair.number]), {"choice": choice})


def vote_all(client: Client, comparison: Comparison, choice: str = "neither") -> None:
    for pair in ready(comparison):
        vote(client, pair, choice)


def test_making_anew_keeps_settings_and_a_persons_mask_and_replaces_nothing(desk, album) -> None:
    corrected, careful = album[:2]
    stroke = {"tool": "brush", "width": 3, "points": [[1, 1]]}
    versions.correct(corrected, versions.of(corrected)[0], [stroke])
    made.finish(fresh(corrected))
    versions.look_again(careful, "careful", other_repair=False)
    made.finish(fresh(careful))

    desk.post(reverse("desk_act"), {"act": "anew", "photo": [corrected.pk, careful.pk], "kind": "restored"})

    for photo in (corrected, careful):
        before, after = versions.of(fresh(photo))[-1], fresh(photo).job
        assert after.state == "queued" and len(versions.of(fresh(photo))) == 2
        assert (after.options, after.mask, after.strokes) == (before.options, before.mask, before.strokes)
        assert Pair.objects.filter(photo=photo, first=before, second=after).exists()
        assert after.priority < 0  # families do not wait for it


def test_what_is_still_worked_on_is_left_out_of_a_comparison(desk, submit) -> None:
    waiting = submit().photos[0]

    answer = desk.post(
        reverse("desk_act"), {"act": "anew", "photo": [waiting.pk], "kind": "restored"}, follow=True
    )

    assert "None of these has versions that can be compared just now." in answer.content.decode()
    assert not Comparison.objects.exists() and Job.objects.count() == 1


def test_the_last_two_versions_are_compared_as_they_are(desk, album) -> None:
    versions.look_again(album[0], "thorough", other_repair=False)
    made.finish(fresh(album[0]))

    desk.post(reverse("desk_act"), {"act": "compare", "which": "all", "kind": "colorized"})

    pair = Pair.objects.get()
    assert [pair.first, pair.second] == versions.of(fresh(album[0]))


def test_the_page_tells_how_far_it_is_by_which_weights_and_shows_both(desk, album) -> None:
    Job.objects.update(report={"weights": {"segment": "a" * 64}})
    desk.post(
        reverse("desk_act"), {"act": "anew", "photo": [photo.pk for photo in album[:3]], "kind": "restored"}
    )
    comparison = Comparison.objects.get()
    address = reverse("desk_comparison", args=[comparison.pk])
    assert "3 photographs are still being made." in desk.get(address).content.decode()

    done, failed = comparison.pairs.all()[:2]
    job = made.finish(done.photo)
    Job.objects.filter(pk=job.pk).update(report={"weights": {"segment": "b" * 64}})
    made.fail(failed.photo)
    html = desk.get(address).content.decode()

    assert "1 photograph is still being made." in html and "1 photograph could not be made" in html
    assert "aaaaaaaa" in html and "bbbbbbbb" in html and "other" in html
    assert f"/p/{done.photo_id}/preview_restored.jpg?version=1" in html
    assert f"/p/{done.photo_id}/preview_restored.jpg?version=2" in html


def test_the_voting_page_names_neither_set_nor_version(desk, comparison) -> None:
    html = desk.get(reverse("desk_vote", args=[comparison.pk])).content.decode()

    pair = ready(comparison)[0]
    for side in voting.SIDES:
        assert f'src="/staff/comparisons/{comparison.pk}/vote/1/{side}/"' in html
    assert not re.search(
        r"version|first|second|preview", html.split("<main")[1].split("</main")[0], re.IGNORECASE
    )
    for job in (pair.first, pair.second):
        assert str(job.pk) not in html
    assert "1 of 7" in html  # the pair that is alike is not asked about


def test_a_side_is_random_and_stays_for_a_voter(comparison, archivist, another_voter) -> None:
    pairs, voters = list(comparison.pairs.all()), [archivist, another_voter[0]]
    many = [User(pk=number) for number in range(1, 101)]

    sides = [[voting.first_is_left(pair, user) for pair in pairs] for user in many]

    assert sides == [[voting.first_is_left(pair, user) for pair in pairs] for user in many]
    assert 300 < sum(map(sum, sides)) < 500  # of 800
    for user in voters:
        for pair in pairs:
            both = {voting.picture_on(side, pair, user) for side in voting.SIDES}
            assert both == {pair.first, pair.second}


def test_each_side_shows_its_own_picture(desk, archivist, comparison) -> None:
    pair = ready(comparison)[0]

    for side in voting.SIDES:
        answer = desk.get(reverse("desk_side", args=[comparison.pk, pair.number, side]))
        job = voting.picture_on(side, pair, archivist)
        assert answer["ETag"].strip('"') == job.results.get(kind="preview_restored").sha256
        assert answer["Content-Type"] == "image/jpeg"
    assert desk.get(reverse("desk_side", args=[comparison.pk, pair.number, "middle"])).status_code == 404


@pytest.mark.parametrize("choice", ["left", "right", "neither"])
def test_a_vote_is_kept_for_the_set_that_stood_there(desk, archivist, comparison, choice) -> None:
    pair = ready(comparison)[0]

    answer = vote(desk, pair, choice)

    kept = Vote.objects.get()
    chosen = None if choice == "neither" else voting.picture_on(choice, pair, archivist)
    assert kept.choice == {None: "neither", pair.first: "first", pair.second: "second"}[chosen]
    assert (kept.user, kept.first_was_left) == (archivist, voting.first_is_left(pair, archivist))
    assert answer["Location"] == reverse("desk_vote", args=[comparison.pk])
    assert "2 of 7" in desk.get(answer["Location"]).content.decode()


def test_a_vote_is_changed_until_the_tally_was_open(desk, comparison) -> None:
    first = ready(comparison)[0]
    vote(desk, first, "left")
    html = desk.get(reverse("desk_vote", args=[comparison.pk])).content.decode()
    assert f"/vote/?pair={first.number}" in html
    vote(desk, first, "neither")
    assert Vote.objects.get().choice == "neither"

    vote_all(desk, comparison)
    vote(desk, first, "left")

    assert Vote.objects.get(pair=first).choice == "neither"


@pytest.mark.parametrize("choice", ["", "middle", "first"])
def test_what_is_no_vote_is_404(desk, comparison, choice) -> None:
    assert vote(desk, ready(comparison)[0], choice).status_code == 404
    assert (
        vote(desk, comparison.pairs.last(), "left").status_code == 404
    )  # alike, so there is nothing to choose
    assert not Vote.objects.exists()


def test_the_tally_opens_for_each_voter_after_the_last_vote(
    desk, archivist, comparison, another_voter
) -> None:
    anna, her_browser = another_voter
    tally, voting_page = (reverse(name, args=[comparison.pk]) for name in ("desk_tally", "desk_vote"))
    pairs = ready(comparison)
    for pair in pairs[:-1]:
        vote(desk, pair, "left")
    assert desk.get(tally)["Location"] == voting_page

    vote(desk, pairs[-1], "left")

    assert desk.get(voting_page)["Location"] == tally
    assert her_browser.get(tally)["Location"] == voting_page
    vote_all(her_browser, comparison)
    html = her_browser.get(tally).content.decode()
    assert "archivist" in html and "anna" in html
    counted = voting.tally(comparison)
    firsts = sum(voting.first_is_left(pair, archivist) for pair in pairs)
    assert (counted.first, counted.second, counted.neither) == (firsts, 7 - firsts, 7)


def test_while_pictures_are_being_made_there_is_no_tally(desk, album) -> None:
    desk.post(reverse("desk_act"), {"act": "anew", "photo": [album[0].pk, album[1].pk], "kind": "restored"})
    comparison = Comparison.objects.get()
    job = made.finish(fresh(album[1]))
    Result.objects.filter(job=job, kind="preview_restored").update(sha256="0" * 64)
    pair = ready(comparison)[0]

    vote(desk, pair, "left")

    assert desk.get(reverse("desk_tally", args=[comparison.pk])).status_code == 303
    html = desk.get(reverse("desk_vote", args=[comparison.pk])).content.decode()
    assert "The other pictures are still being made." in html
    queue.cancel(fresh(album[0]).job)
    assert desk.get(reverse("desk_tally", args=[comparison.pk])).status_code == 200


@pytest.mark.parametrize(("wins", "votes"), [(0, 5), (3, 10), (41, 60), (60, 60), (500, 1000)])
def test_interval_and_chance_are_those_of_the_textbook(wins: int, votes: int) -> None:
    expected = binomtest(wins, votes).proportion_ci(method="wilson")

    assert voting.wilson(wins, votes) == pytest.approx((expected.low, expected.high), abs=1e-6)
    assert voting.sign_test(wins, votes - wins) == pytest.approx(binomtest(wins, votes).pvalue)


def test_without_a_vote_everything_is_possible() -> None:
    assert voting.wilson(0, 0) == (0.0, 1.0)
    assert voting.sign_test(0, 0) == 1.0


def test_a_deleted_photograph_leaves_the_vote(desk, comparison) -> None:
    pair = ready(comparison)[0]
    vote(desk, pair, "left")

    desk.post(reverse("photo_delete", args=[pair.photo_id]))

    assert not Vote.objects.exists() and comparison.pairs.count() == 7
    assert desk.get(reverse("desk_comparison", args=[comparison.pk])).status_code == 200


def test_the_votes_of_someone_whose_account_goes_stay_in_the_tally(desk, comparison, another_voter) -> None:
    anna, her_browser = another_voter
    vote_all(her_browser, comparison, "left")

    anna.delete()

    assert voting.tally(comparison).first + voting.tally(comparison).second == 7


def test_hundreds_are_made_anew_and_compared_quickly(desk, archivist, django_assert_max_num_queries) -> None:
    ten_thousand(archivist, 500)
    sent = {"act": "anew", "which": "all", "query": "state=done", "kind": "restored"}

    with django_assert_max_num_queries(30):
        answer = desk.post(reverse("desk_act"), sent)

    assert Pair.objects.count() == Job.objects.filter(priority=-1, state="queued").count() == 400
    numbers = list(Pair.objects.order_by("number").values_list("photo__name", flat=True))
    assert numbers == [f"{n}.jpg" for n in range(500) if n % 5]
    with django_assert_max_num_queries(12):
        html = desk.get(answer["Location"]).content.decode()
    assert "400 photographs are still being made." in html and "Page 1 of 10" in html


def test_a_large_comparison_asks_the_database_little(desk, comparison, django_assert_max_num_queries) -> None:
    for name in ("desk_comparison", "desk_vote", "desk_comparisons"):
        with django_assert_max_num_queries(12):
            desk.get(reverse(name, args=[comparison.pk] if name != "desk_comparisons" else []))
