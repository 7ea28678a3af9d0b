"""A message is only a hint: lost or doubled, it changes when a photograph is done, never whether or how often."""

import pytest

from tests.faults.site import wait_until


def test_a_lost_hint_delays_and_no_more(site):
    jobs = site.submit("quick", "quick")
    worker = site.start_worker("losing_worker")

    done = site.wait_until_over()

    assert {done[job]["state"] for job in jobs} == {"done"}
    assert {done[job]["attempt"] for job in jobs} == {1}
    assert worker.log.read_text().count("lost the hint") == 2


def test_a_hint_that_comes_three_times_is_worked_on_once(site):
    jobs = site.submit("slow", "quick", "slow", "quick")
    site.start_worker("doubling_worker", WORKERS="3")

    done = site.wait_until_over()

    assert {(done[job]["state"], done[job]["attempt"]) for job in jobs} == {("done", 1)}
    started = [photo for photo, *_ in site.starts()]
    assert sorted(started) == sorted(done[job]["photo"] for job in jobs)
    site.assert_agrees()


def test_a_broker_that_forgets_everything_loses_no_photograph(site):
    """Redis flushed again and again while photographs come in and are worked on; embedded, the broker dies with its
    worker, and tests/faults/test_deaths.py is the test of that."""
    if site.redis is None:
        pytest.skip("only a broker of its own can forget")
    site.start_worker()
    jobs = []
    for _ in range(3):
        jobs += site.submit("quick", "quick")
        site.redis.flushdb()
    wait_until("the first of them", lambda: (site.redis.flushdb(), len(site.starts()) > 2)[1])

    done = site.wait_until_over()

    assert [(done[job]["state"], done[job]["attempt"]) for job in jobs] == [("done", 1)] * 6
