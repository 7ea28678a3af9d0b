"""Webhooks: a key's owner is told when a job of theirs has ended. Signed as standardwebhooks.com has it.

Nothing is queued when a job ends: every few seconds a worker looks which jobs have ended and were not yet made a Call,
and which calls are due. So neither a crash nor a receiver that is away loses one; a receiver may hear of a job twice
and knows it by `webhook-id`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import secrets
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from webapp import posting
from webapp.models import Call, Hook, Job, Key

log = logging.getLogger(__name__)

LOOK_S = 2.0
PAUSES = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400))
"""After the first, the second ... try in vain; after the last one it is given up."""
HELD = timedelta(minutes=2)
"""A call that is being made is nobody else's for so long: longer than one may take (webapp/posting.py)."""
LOOKED_BACK = timedelta(days=7)
"""Jobs end only while a worker lives, and then they are noticed within seconds; this is for bad weeks."""
KEPT = timedelta(days=30)
AT_ONCE = 20
SECRET_PREFIX = "whsec_"  # noqa: S105
EVENTS = {Job.State.DONE: "photograph.done", Job.State.FAILED: "photograph.failed",
          Job.State.CANCELLED: "photograph.cancelled"}  # fmt: skip


def choose(key: Key, url: str) -> Hook:
    """The key's address from now on, with a new secret; for jobs that end from now on. Raises posting.Refused."""
    posting.check(url)
    Hook.objects.filter(key=key).delete()
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    return Hook.objects.create(key=key, url=url, secret=secret)


def look() -> None:
    """One round: note what has ended, and make the calls that are due."""
    for hook in Hook.objects.select_related("key"):
        Call.objects.bulk_create(
            (Call(hook=hook, job=job.pk, body=_body(job)) for job in _ended(hook)), ignore_conflicts=True
        )
        for call in _due().filter(hook=hook).order_by("due_at")[:AT_ONCE]:
            # One that is away costs its patience once in a round, and its other calls wait for the next.
            if _take(call) and not _make(hook, call):
                break


def forget_past() -> None:
    Call.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def sign(secret: str, id: str, timestamp: int, body: str) -> str:
    """The header webhook-signature."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _ended(hook: Hook) -> QuerySet[Job]:
    since = max(hook.created_at, timezone.now() - LOOKED_BACK)
    ended = Job.objects.filter(
        state__in=EVENTS, finished_at__gte=since, photo__upload__user_id=hook.key.user_id
    )
    return ended.filter(~Exists(Call.objects.filter(hook=hook, job=OuterRef("pk")))).order_by("finished_at")


def _body(job: Job) -> str:
    told = {
        "event": EVENTS[Job.State(job.state)],
        "photo": str(job.photo_id),
        "job": str(job.pk),
        "state": job.state,
        "reason": job.reason_code or None,
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
    }
    return json.dumps(told)


def _due() -> QuerySet[Call]:
    return Call.objects.filter(told_at=None, given_up_at=None, due_at__lte=timezone.now())


def _take(call: Call) -> bool:
    """Of two workers that see it, one makes it; should that one die over it, it is due again after HELD."""
    mine = _due().filter(pk=call.pk, tries=call.tries)
    return bool(mine.update(tries=call.tries + 1, due_at=timezone.now() + HELD))


def _make(hook: Hook, call: Call) -> bool:
    now = timezone.now()
    headers = {
        "webhook-id": str(call.pk),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": sign(hook.secret, str(call.pk), int(now.timestamp()), call.body),
    }
    answer = posting.post(hook.url, call.body.encode(), headers)
    _note(call, answer, timezone.now())
    return answer.is_taken


def _note(call: Call, answer: posting.Answer, now: datetime) -> None:
    changes: dict[str, object] = {"answer": answer.words[:200]}
    if answer.is_taken:
        changes["told_at"] = now
    elif call.tries < len(PAUSES):
        changes["due_at"] = now + PAUSES[call.tries]
    else:
        changes["given_up_at"] = now
    if not answer.is_taken:
        log.warning("webhook call %s: try %d: %s", call.pk, call.tries + 1, answer.words)
    Call.objects.filter(pk=call.pk, tries=call.tries + 1).update(**changes)
