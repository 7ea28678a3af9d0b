"""A worker whose hints arrive three times each."""

from __future__ import annotations

import django

from tests.faults.worker import run


def double_hints() -> None:
    from webapp import tasks

    hint = tasks.hint
    tasks.hint = lambda job_id: all([hint(job_id), hint(job_id), hint(job_id)])


if __name__ == "__main__":
    django.setup()
    double_hints()
    run()
