"""The routes. Whoever may not see a photograph gets 404, as on the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File, Form, Header, NinjaAPI, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from ml.contract import MOST_TRIES, PhotoRejected, check_places
from webapp import access, delivery, guards, intake, queue, quotas, removal, standing, tries, versions
from webapp.api import hooks
from webapp.api.keys import Bearer
from webapp.api.schemas import Made, Photograph, Problem, Rerun, Settings
from webapp.arrivals import Copied
from webapp.forms import StrokesField
from webapp.models import Key, Photo, Refusal, Submitted, Trace
from webapp.rates import TooOften

DESCRIPTION = "Old photographs in; restored, colorized, restored and colorized ones out."
api = NinjaAPI(
    title="Photo restorer", version="1", description=DESCRIPTION, docs_url=None, urls_namespace="api"
)
api.add_router("", hooks.router)
READ, WRITE = Bearer(Key.Scope.READ), Bearer(Key.Scope.WRITE)


@api.exception_handler(TooOften)
def too_often(request: HttpRequest, error: TooOften) -> HttpResponse:
    """Over a limit or a quota, with the seconds until there is room again."""
    answer = api.create_response(request, {"detail": str(error)}, status=429)
    answer["Retry-After"] = str(error.seconds)
    return answer


@api.post("/photographs", auth=WRITE, response={200: Photograph, 201: Photograph, 422: Problem, 429: Problem})
def send(
    request: HttpRequest,
    settings: Form[Settings],
    photograph: File[UploadedFile],
    idempotency_key: Annotated[str, Header("", max_length=200)],
) -> Status:
    """Send a photograph. With an Idempotency-Key that was used before, the photograph of then is given (200)."""
    key = request.auth
    if idempotency_key and (before := _submitted(key, idempotency_key)):
        return Status(200, _shown(before))
    guards.uploads(request, key.user)
    family = access.family_of_user(key.user)
    taken = intake.submit([Copied(photograph)], family=family, user=key.user, options=settings.options())
    if not taken.photos:
        raise _refused(taken.refused[0])
    photo = taken.photos[0]
    if idempotency_key:
        _, is_first = Submitted.objects.get_or_create(
            key=key, name=idempotency_key, defaults={"photo": photo}
        )
        if not is_first:  # two calls at once: the second one's copy goes
            removal.remove_photo(photo)
            return Status(200, _shown(_submitted(key, idempotency_key)))
    return Status(201, _shown(photo))


@api.get("/photographs/{uuid:photo_id}", auth=READ, response={200: Photograph, 404: Problem})
def show(request: HttpRequest, photo_id: UUID) -> Photograph:
    """How it stands, and what was made."""
    return _shown(_photo(request, photo_id))


@api.get("/photographs/{uuid:photo_id}/files/{kind}", auth=READ, url_name="file", response={404: Problem})
def file(request: HttpRequest, photo_id: UUID, kind: str) -> HttpResponse:
    """The bytes of `original`, `restored`, `colorized`, `restored_colorized` or `mask`."""
    photo = _photo(request, photo_id)
    answer = delivery.response(photo, kind, request)
    access.note(request, Trace.Act.DOWNLOADED, photo, kind)
    return answer


@api.post(
    "/photographs/{uuid:photo_id}/rerun", auth=WRITE, response={202: Photograph, 404: Problem, 409: Problem}
)
def rerun(request: HttpRequest, photo_id: UUID, wanted: Rerun) -> Status:
    """Make another version, with these settings and the usual ones besides. 409 while one is being made."""
    photo = _photo(request, photo_id)
    strokes = _strokes(wanted)
    options = wanted.options()
    try:
        check_places(options.get("hints", []), photo.width, photo.height)
    except PhotoRejected as error:
        raise HttpError(422, str(error)) from error
    done = versions.of(photo)
    if strokes and not done:
        raise HttpError(409, "There is no mask yet over which strokes could be drawn.")
    mask = versions.mask_of(done[-1]) if strokes else ""
    kept = versions.protecting(photo.job)
    drawn, places = tries.parted(strokes)
    if places:
        options = _with_try({**done[-1].options, **options}, places, photo)
    job = versions.make(photo, options, mask=mask, strokes=[*kept, *drawn])
    if job is None:
        raise HttpError(409, "This photograph is still being worked on.")
    access.note(request, Trace.Act.CORRECTED, photo, "strokes" if strokes else "settings")
    return Status(202, _shown(Photo.objects.get(pk=photo.pk)))


@api.post("/photographs/{uuid:photo_id}/cancel", auth=WRITE, response={200: Photograph, 404: Problem})
def cancel(request: HttpRequest, photo_id: UUID) -> Photograph:
    """Stop the work; what has ended stays as it ended."""
    photo = _photo(request, photo_id)
    queue.cancel(photo.job)
    return _shown(Photo.objects.get(pk=photo.pk))


@api.delete("/photographs/{uuid:photo_id}", auth=WRITE, response={204: None, 404: Problem})
def delete(request: HttpRequest, photo_id: UUID) -> Status:
    """The original and everything that was made of it, for good."""
    photo = _photo(request, photo_id)
    access.note(request, Trace.Act.DELETED, photo)
    removal.remove_photo(photo)
    return Status(204, None)


def _refused(refusal: Refusal) -> Exception:
    if refusal.reason_code in quotas.CODES:
        return TooOften(datetime.fromisoformat(refusal.reason_values["when"]), refusal.reason)
    return HttpError(422, refusal.reason)


def _strokes(wanted: Rerun) -> list[dict[str, Any]]:
    """As the pages send them, within the same bounds."""
    if wanted.strokes is None:
        return []
    strokes = [stroke.model_dump(mode="json") for stroke in wanted.strokes]
    try:
        StrokesField().validate(strokes)
    except ValidationError as error:
        raise HttpError(422, "strokes: too many, or none, or out of all bounds.") from error
    return strokes


def _with_try(options: dict[str, Any], places: list[dict[str, Any]], photo: Photo) -> dict[str, Any]:
    try:
        return tries.with_try(options, places, photo.jobs.all())
    except tries.TooMany as error:
        raise HttpError(422, f"strokes: at most {MOST_TRIES} tries at single places.") from error


def _submitted(key: Key, name: str) -> Photo | None:
    before = Submitted.objects.filter(key=key, name=name).select_related("photo").first()
    return before.photo if before else None


def _photo(request: HttpRequest, photo_id: UUID) -> Photo:
    photo = access.photo_of_user_or_404(request.auth.user, photo_id)
    if photo.upload.user_id != request.auth.user_id:
        access.note(request, Trace.Act.SAW, photo)
    return photo


def _shown(photo: Photo) -> Photograph:
    done = versions.of(photo)
    return Photograph(
        **{name: getattr(photo, name) for name in ("id", "name", "sha256", "width", "height")},
        **standing.status(photo),
        versions=len(done),
        report=done[-1].report if done else None,
        files=[
            _file(photo, "original"),
            *(_file(photo, kind) for kind in _kinds(done[-1] if done else None)),
        ],
    )


def _kinds(job: Any) -> list[str]:
    return (
        [result.kind for result in job.results.all() if not result.kind.startswith(delivery.PREVIEW)]
        if job
        else []
    )


def _file(photo: Photo, kind: str) -> Made:
    found = delivery.find(photo, kind)
    url = reverse("api:file", args=[photo.pk, kind])
    return Made(kind=kind, url=url, sha256=found.sha256, bytes=found.bytes, content_type=found.content_type)
