"""A drained worker ends what it has in hand and takes nothing new, not even hints that others could use."""

import time

from tests.faults.site import wait_until


def test_what_it_has_is_done_and_what_comes_waits_until_it_works_again(site):
    (first,) = site.submit("slow")
    worker = site.start_worker()
    site.wait_for("the work", lambda jobs: jobs[first]["stage"] == "finding")

    assert site.ask("drain") == 1
    wait_until("the worker's notice", lambda: "is drained" in worker.log.read_text())
    (second,) = site.submit("quick")
    done = site.wait_for("the end of the first", lambda jobs: jobs[first]["state"] == "done")
    time.sleep(2)

    assert done[first]["attempt"] == 1
    assert site.ask("jobs")[second]["state"] == "queued"
    site.ask("undrain")
    assert site.wait_until_over()[second]["state"] == "done"


def test_a_drained_worker_takes_no_hints_from_its_neighbour(redis_site):
    drained = redis_site.start_worker()
    wait_until("the first worker", lambda: "at once" in drained.log.read_text())
    redis_site.ask("drain")
    wait_until("its notice", lambda: "is drained" in drained.log.read_text())
    redis_site.start_worker()
    begin = time.monotonic()
    redis_site.submit(*["quick"] * 6)

    done = redis_site.wait_until_over()

    assert {job["state"] for job in done.values()} == {"done"}
    assert {worker for *_, worker in redis_site.starts()} == {redis_site.workers[1].process.pid}
    assert time.monotonic() - begin < 20, "hints were lost on the drained one"
    redis_site.ask("undrain")
    wait_until("the first's notice", lambda: "works again" in drained.log.read_text())
    redis_site.workers[1].stop()
    redis_site.submit("quick")
    assert {job["state"] for job in redis_site.wait_until_over().values()} == {"done"}
