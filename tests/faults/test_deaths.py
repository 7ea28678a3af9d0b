"""Whatever dies, every photograph ends, once, and all of its results are there or none."""

import signal
import time

from tests.faults.site import alive, wait_until

KINDS = ["colorized", "mask", "preview_original", "restored", "restored_colorized"]


def in_hand(jobs):
    return any(job["stage"] == "finding" for job in jobs.values())


def test_a_job_whose_worker_group_is_killed_is_finished_once_by_the_next_worker(site):
    (job,) = site.submit("slow")
    worker = site.start_worker()
    site.wait_for("the work", in_hand)

    worker.kill_group()
    site.start_worker()
    done = site.wait_until_over()[job]

    assert (done["state"], done["attempt"], done["deaths"]) == ("done", 2, 1)
    assert (done["results"], done["folders"]) == (KINDS, ["2"])
    assert len(site.starts()) == 2
    site.ask("sweep")
    site.assert_agrees()


def test_a_child_does_not_outlive_its_worker(site):
    site.submit("hang")
    worker = site.start_worker()
    wait_until("the work", lambda: len(site.starts()) == 1)
    child = site.starts()[0][1]

    worker.process.send_signal(signal.SIGKILL)

    wait_until("the child's end", lambda: not alive(child), seconds=10)


def test_a_photograph_that_kills_its_child_three_times_fails_and_its_neighbours_are_done(site):
    poison, first, second = site.submit("die", "quick", "quick")
    worker = site.start_worker()

    jobs = site.wait_until_over()

    assert (jobs[poison]["state"], jobs[poison]["deaths"], jobs[poison]["results"]) == ("failed", 3, [])
    assert jobs[poison]["reason"] == (
        "The photograph was tried 3 times and stopped the machine's work each time. The original is safe."
    )
    for neighbour in (jobs[first], jobs[second]):
        assert (neighbour["state"], neighbour["attempt"], neighbour["results"]) == ("done", 1, KINDS)
    assert worker.process.poll() is None, "the worker itself lives on"
    site.assert_agrees()


def test_a_worker_that_was_frozen_past_its_lease_cannot_publish(site):
    (job,) = site.submit("slow")
    frozen = site.start_worker()
    site.wait_for("the work", in_hand)

    frozen.signal_group(signal.SIGSTOP)
    site.start_worker()  # which waits until the lease is over
    site.wait_for("the successor", lambda jobs: jobs[job]["attempt"] == 2 and in_hand(jobs))
    frozen.signal_group(signal.SIGCONT)
    wait_until("the loser's notice", lambda: "attempt 1 was lost" in frozen.log.read_text())
    done = site.wait_until_over()[job]

    assert (done["state"], done["attempt"], done["folders"], done["results"]) == ("done", 2, ["2"], KINDS)
    site.assert_agrees()


def test_a_worker_that_is_asked_to_stop_gives_its_job_back_uncounted(site):
    (job,) = site.submit("slow")
    worker = site.start_worker()
    site.wait_for("the work", in_hand)
    asked = time.monotonic()

    assert worker.stop() == 0

    assert time.monotonic() - asked < 15
    given_back = site.ask("jobs")[job]
    assert (given_back["state"], given_back["deaths"], given_back["worker"]) == ("queued", 0, "")
    site.assert_agrees()
