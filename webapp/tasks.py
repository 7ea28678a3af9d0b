"""Celery's side of the queue: one thin task, and what a worker's process starts and stops with.

The pool is of threads: a thread here only watches over a child process (webapp/attempt.py), and that child, started
afresh and not forked, is what loads torch. A forked pool would carry SQLite's locks and open connections into its
children, and its children would have to renew their own leases while they work.
"""

from __future__ import annotations

import logging
import os
import signal
from functools import cache, partial
from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from kombu.exceptions import OperationalError as BrokerAway

from webapp import hooks, letters, sweep
from webapp.dispatcher import LOOK_S, Dispatcher, Round
from webapp.workshop import Workshop

log = logging.getLogger(__name__)

HINT_LIVES_S = 60
"""A hint that nobody took by then is dropped; the dispatcher has sent another."""


@shared_task(name="webapp.work", acks_late=True, ignore_result=True)
def work(job_id: str) -> None:
    """A hint that this job waits. Whoever takes it does that job or, where another has it, the next in turn."""
    workshop().work(job_id)


@cache
def workshop() -> Workshop:
    """This process's own."""
    return Workshop()


def hint(job_id: UUID) -> bool:
    """Ring the bell for a job; False where the broker is away, and then the row waits for the next look."""
    try:
        work.apply_async([str(job_id)], expires=HINT_LIVES_S, retry=False)
    except BrokerAway as error:
        log.warning("the broker is away: %s", type(error).__name__)
        return False
    return True


@worker_ready.connect
def open_workshop(sender: Any, **_: Any) -> None:
    """sender: Celery's consumer."""
    shop = workshop()
    dispatcher = Dispatcher(
        shop, hint, deaf=lambda: os.kill(os.getpid(), signal.SIGTERM), hear=partial(_hear, sender)
    )
    Round("dispatcher", dispatcher.look, LOOK_S, shop.stopping, shop.bell).start()
    Round("webhooks", hooks.look, hooks.LOOK_S, shop.stopping).start()
    Round("sweep", sweep.sweep, sweep.EVERY_S, shop.stopping).start()
    if settings.EMAIL_URL:
        Round("letters", letters.send_due, letters.LOOK_S, shop.stopping).start()
    log.info("worker %s: %d at once", shop.name, shop.slots)


def _hear(consumer: Any, wanted: bool) -> None:
    """A drained worker takes no hints from the broker, for they would be lost on it; in Celery's own thread."""
    act = consumer.add_task_queue if wanted else consumer.cancel_task_queue
    consumer.call_soon(act, settings.CELERY_TASK_DEFAULT_QUEUE)


@worker_shutting_down.connect
def close_workshop(**_: Any) -> None:
    """What is in hand goes back into the queue, uncounted, and this process ends within a second or two."""
    workshop().close()
