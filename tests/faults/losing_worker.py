"""A worker whose broker takes each job's first hint, and loses it."""

from __future__ import annotations

import logging

import django

from tests.faults.worker import run


def lose_first_hints() -> None:
    from webapp import dispatcher, tasks

    hint, lost = tasks.hint, set()
    dispatcher.HINT_AGAIN_S = 1.5

    def losing_hint(job_id) -> bool:
        if job_id in lost:
            return hint(job_id)
        lost.add(job_id)
        logging.getLogger("webapp").info("lost the hint for %s", job_id)
        return True

    tasks.hint = losing_hint


if __name__ == "__main__":
    django.setup()
    lose_first_hints()
    run()
