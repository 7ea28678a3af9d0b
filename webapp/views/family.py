"""The first page and the page of an upload."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webapp import access, albums, guards, handover, intake, letters, packing, shares, versions
from webapp.forms import ACCEPT, SettingsForm, ShareForm, UploadForm, uuid_of
from webapp.models import Share, Trace, Upload, User
from webapp.rates import TooOften
from webapp.views import selections, words

SEE_OTHER = 303


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _home(request, UploadForm())
    ids = [id for id in map(uuid_of, request.POST.getlist("sent")) if id]
    with handover.one_at_a_time(ids):
        return _sent(request, handover.before(request, ids))


def _sent(request: HttpRequest, before: dict[UUID, Upload]) -> HttpResponse:
    """before: the uploads of those parcels that were handed in already, since the answer to that was lost."""
    if before and not request.FILES and len(before) == len(set(request.POST.getlist("sent"))):
        return _see(next(iter(before.values())))
    form = UploadForm(request.POST, request.FILES, family=access.known_family(request), before=before)
    user = request.user if request.user.is_authenticated else None
    too_often = _too_often(request, user)
    if too_often:
        form.add_error("photos", str(too_often))
    if form.is_valid():
        return _see(_taken(request, form, user).upload)
    answer = _home(request, form)
    if too_often:
        answer.status_code, answer["Retry-After"] = 429, str(too_often.seconds)
    return answer


def _see(upload: Upload) -> HttpResponse:
    return HttpResponseRedirect(reverse("upload", args=[upload.pk]), status=SEE_OTHER)


def _home(request: HttpRequest, form: UploadForm) -> HttpResponse:
    page = {
        "form": form,
        "accept": ACCEPT,
        "limit_mb": settings.MAX_UPLOAD_MB,
        "limit_mp": settings.MAX_MEGAPIXELS,
        "uploads": selections.rolls(access.own_uploads(request)),
        "album": request.GET.get("album", ""),
        "examples": selections.rolls(Upload.objects.filter(family=access.EXAMPLES))[:1],
        "may_sign_up": settings.ACCOUNT_SIGNUP_ENABLED,
    }
    return render(request, "webapp/home.html", page, status=400 if form.is_bound else 200)


def _too_often(request: HttpRequest, user: User | None) -> TooOften | None:
    try:
        guards.uploads(request, user)
    except TooOften as error:
        return error
    return None


def _taken(request: HttpRequest, form: UploadForm, user: User | None) -> intake.Submission:
    """The photographs, in an upload of their own or in one that is there."""
    photos = form.cleaned_data["photos"]
    album = next(iter(form.before.values()), None)  # what is left goes where its companions went
    album = album or access.upload_to_add_to(request, form.cleaned_data["album"])
    if album:
        return albums.add(album, photos)
    return intake.submit(photos, family=access.family_of(request), user=user, options=form.options())


@never_cache
@require_GET
def upload(request: HttpRequest, upload_id: str) -> HttpResponse:
    upload = access.upload_or_404(request, upload_id)
    access.note(request, Trace.Act.SAW, upload)
    shown = selections.cards(selections.with_twins(upload))
    first_waiting = next((card for card in shown if card.state == "queued"), None)
    summary = [words.summary(Counter(card.state for card in shown))]
    if first_waiting:
        summary.append(first_waiting.placed_sentence)
    may_change = access.may_change(request, upload)
    waiting = any(card.waiting for card in shown)
    page = {
        "upload": upload,
        "may_change": may_change,
        "shared": _shared(request, upload) if may_change else [],
        "share_form": ShareForm(),
        "are_examples": upload.family == access.EXAMPLES,
        "cards": shown,
        "summary": summary,
        "waiting": waiting,
        "given_up": sum(card.state in ("failed", "cancelled") for card in shown),
        "twins": selections.twins(shown),
        "ready": sum(bool(versions.of(card.photo)) for card in shown),
        "refused": upload.refusals.all(),
        **(_album(request, upload, waiting=waiting) if may_change else {}),
        "private_address": request.build_absolute_uri(),
        "kept_until": upload.added_at + timedelta(days=settings.RETENTION_DAYS),
    }
    return render(request, "webapp/upload.html", page)


def _album(request: HttpRequest, upload: Upload, *, waiting: bool) -> dict[str, Any]:
    """What whoever may change an upload can do with it as a whole; put together with others only when all is over."""
    own = access.own_uploads(request).exclude(pk=upload.pk)
    return {
        "others": [] if waiting else selections.rolls(own),
        "settings_form": SettingsForm.of(upload.options),
        "may_write": bool(settings.EMAIL_URL),
        "letter": letters.waiting(upload) if settings.EMAIL_URL else None,
    }


def _shared(request: HttpRequest, upload: Upload) -> list[Share]:
    """Those that can be opened still, each with its `address`."""
    found = list(shares.living().filter(upload=upload))
    for share in found:
        share.address = request.build_absolute_uri(reverse("shared", args=[share.token]))
    return found


@require_GET
def archive(request: HttpRequest, upload_id: str) -> StreamingHttpResponse:
    upload = access.upload_or_404(request, upload_id)
    access.note(request, Trace.Act.DOWNLOADED, upload, "zip")
    return packing.response(upload)


@require_POST
def retry(request: HttpRequest, upload_id: str) -> HttpResponse:
    """All photographs of the upload that failed or were stopped, once more."""
    upload = access.upload_to_change_or_404(request, upload_id)
    for photo in upload.photos.prefetch_related("jobs"):
        versions.repeat(photo)
    return HttpResponseRedirect(reverse("upload", args=[upload.pk]), status=SEE_OTHER)
