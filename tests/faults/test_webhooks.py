"""A webhook's call outlives its receiver's absence and its worker's death."""

import json

import pytest

from tests.faults.site import wait_until
from tests.webapp.receiver import Receiver


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


def test_a_call_is_made_by_the_next_worker_where_the_first_died_over_it(site, receiver):
    receiver.answers = [500]
    site.environment["WEBHOOK_ALLOW_PRIVATE"] = "yes"
    (job,) = site.ask("submit_with_hook", receiver.url, "quick")
    worker = site.start_worker()
    wait_until("the first try", lambda: len(receiver.heard) == 1)
    worker.kill_group()

    site.start_worker()

    wait_until("the second try", lambda: len(receiver.heard) == 2, seconds=150)
    bodies = {body for _, body in receiver.heard}
    assert len(bodies) == 1 and json.loads(bodies.pop())["job"] == job
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 1
