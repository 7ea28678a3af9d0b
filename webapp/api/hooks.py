"""Routes of a key's webhook."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from webapp import hooks, posting
from webapp.api.keys import Bearer
from webapp.api.schemas import Problem
from webapp.models import Call, Hook, Key

READ, WRITE = Bearer(Key.Scope.READ), Bearer(Key.Scope.WRITE)
router = Router()
NEWEST = 20


class Wanted(Schema):
    url: str = Field(max_length=posting.LONGEST_URL, description="Where to POST when a job ends.")


class Chosen(Schema):
    url: str
    secret: str = Field(description="For checking signatures; told this once.")


class Told(Schema):
    id: str = Field(description="The header webhook-id.")
    job: str
    tries: int
    told_at: datetime | None
    due_at: datetime | None = Field(description="The next try; none where it was told or given up.")
    answer: str


class Standing(Schema):
    url: str
    created_at: datetime
    calls: list[Told] = Field(description="The newest ones.")


@router.put("/webhook", auth=WRITE, response={200: Chosen, 422: Problem})
def choose(request: HttpRequest, wanted: Wanted) -> Chosen:
    """Tell this address when a job of the key's owner has ended. Takes the place of the one before."""
    try:
        hook = hooks.choose(request.auth, wanted.url)
    except posting.Refused as refused:
        raise HttpError(422, str(refused)) from refused
    return Chosen(url=hook.url, secret=hook.secret)


@router.get("/webhook", auth=READ, response={200: Standing, 404: Problem})
def show(request: HttpRequest) -> Standing:
    """The address, and how the newest calls went."""
    hook = Hook.objects.filter(key=request.auth).first()
    if hook is None:
        raise Http404
    calls = hook.calls.order_by("-created_at")[:NEWEST]
    return Standing(url=hook.url, created_at=hook.created_at, calls=[_told(call) for call in calls])


@router.delete("/webhook", auth=WRITE, response={204: None})
def forget(request: HttpRequest) -> Status:
    Hook.objects.filter(key=request.auth).delete()
    return Status(204, None)


def _told(call: Call) -> Told:
    is_owed = call.told_at is None and call.given_up_at is None
    return Told(
        id=str(call.pk), job=str(call.job), tries=call.tries, told_at=call.told_at,
        due_at=call.due_at if is_owed else None, answer=call.answer,
    )  # fmt: skip
