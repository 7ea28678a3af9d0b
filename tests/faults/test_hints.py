"""A message is only a hint: lost or doubled, it changes when a photograph is done, never whether or how often."""

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


def test_a_broker_that_forgets_everything_loses_no_photograph(redis_site):
    redis_site.start_worker()
    jobs = []
    for _ in range(3):
        jobs += redis_site.submit("quick", "quick")
        redis_site.redis.flushall()
    wait_until("the third start", lambda: (redis_site.redis.flushall(), len(redis_site.starts()) > 2)[1])

    done = redis_site.wait_until_over()

    assert [(done[job]["state"], done[job]["attempt"]) for job in jobs] == [("done", 1)] * 6


def test_uploads_go_on_while_the_broker_is_away_and_are_worked_on_when_it_is_back(redis_site):
    (before,) = redis_site.submit("quick")
    worker = redis_site.start_worker()
    redis_site.wait_until_over()

    redis_site.broker.stop()
    meanwhile = redis_site.submit("quick", "quick")
    wait_until("the worker's notice", lambda: "the broker is away" in worker.log.read_text())
    redis_site.broker.start()
    done = redis_site.wait_until_over()

    assert [(done[job]["state"], done[job]["attempt"]) for job in (before, *meanwhile)] == [("done", 1)] * 3
    assert worker.process.poll() is None
