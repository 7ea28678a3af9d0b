"""One photograph: its page, its state, its files, its end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from ml.contract import MOST_TRIES
from webapp import access, delivery, masks, queue, removal, standing, tries, versions
from webapp.colour_form import ColourForm
from webapp.forms import AgainForm, CorrectForm
from webapp.models import Job, Photo, Trace, Upload
from webapp.views import words
from webapp.views.cards import Card
from webapp.views.colouring import colouring_of

SEE_OTHER = 303


@never_cache
@require_GET
def page(request: HttpRequest, photo_id: str) -> HttpResponse:
    photo = access.photo_or_404(request, photo_id)
    access.note(request, Trace.Act.SAW, photo)
    return _page(request, photo, version_of_address(request, photo))


def _page(
    request: HttpRequest, photo: Photo, version: Job | None, refused: ColourForm | None = None
) -> HttpResponse:
    """refused: what was sent of colours and could not be done; it stands on the page with its sentence."""
    card = Card(photo, version)
    may_change = access.may_change(request, photo.upload)
    may_correct = may_change and photo.job.is_over and card.state == "done"
    page = {
        "card": card,
        "may_change": may_change,
        "may_correct": may_correct and card.is_repaired,
        "colouring": colouring_of(card, refused) if may_correct else None,
        "again": AgainForm(initial={"finding": card.finding, "steps": card.steps, "layers": card.layers})
        if photo.job.is_over
        else None,
    }
    return render(request, "webapp/photo.html", page, status=400 if refused else 200)


@never_cache
@require_GET
def status(request: HttpRequest, photo_id: str) -> JsonResponse:
    return JsonResponse(standing.status(access.photo_or_404(request, photo_id)))


@require_safe
def file(request: HttpRequest, photo_id: str, kind: str, suffix: str) -> HttpResponse:
    photo = access.photo_or_404(request, photo_id)
    version = version_of_address(request, photo) or next(reversed(versions.of(photo)), None)
    card = Card(photo, version)
    if suffix == card.suffix(kind):
        answer = delivery.response(photo, kind, request, version)
    elif suffix in card.other_suffixes(kind):
        answer = delivery.converted(photo, kind, suffix, request, version)
    else:
        raise Http404
    if answer.status_code == 200 and not kind.startswith(delivery.PREVIEW):
        access.note(request, Trace.Act.DOWNLOADED, photo, kind)
    return answer


@require_POST
def again(request: HttpRequest, photo_id: str) -> HttpResponse:
    photo = access.photo_to_change_or_404(request, photo_id)
    form = AgainForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Please choose how to look for damage."))
    else:
        chosen = form.cleaned_data
        mask, only = chosen.pop("mask"), chosen.pop("steps")
        try:
            if mask:
                job = masks.take(photo, mask, only, chosen["layers"])
            else:
                job = versions.look_again(photo, only=only, **chosen)
            if job is None:
                messages.error(request, words.STILL_WORKED_ON)
            else:
                access.note(request, Trace.Act.CORRECTED, photo, "mask" if mask else "settings")
        except masks.MaskRefused as refused:
            messages.error(request, str(refused))
    return HttpResponseRedirect(reverse("photo", args=[photo.pk]), status=SEE_OTHER)


@require_POST
def correct(request: HttpRequest, photo_id: str) -> HttpResponse:
    photo = access.photo_to_change_or_404(request, photo_id)
    form = CorrectForm(request.POST)
    base = versions.numbered(photo, form.data.get("version", ""))
    if base is None:
        raise Http404
    if not form.is_valid():
        messages.error(request, _("Nothing was drawn, so nothing was changed."))
    else:
        _correct(request, photo, base, form.cleaned_data["strokes"])
    return HttpResponseRedirect(reverse("photo", args=[photo.pk]), status=SEE_OTHER)


def _correct(request: HttpRequest, photo: Photo, base: Job, strokes: list[dict[str, Any]]) -> None:
    try:
        if versions.correct(photo, base, strokes):
            access.note(request, Trace.Act.CORRECTED, photo, "strokes")
        else:
            messages.error(request, words.STILL_WORKED_ON)
    except tries.TooMany:
        sentence = _("At most %(n)d times can single places of a photograph be repaired another way.")
        messages.error(request, sentence % {"n": MOST_TRIES})


@require_POST
def colour(request: HttpRequest, photo_id: str) -> HttpResponse:
    photo = access.photo_to_change_or_404(request, photo_id)
    base = versions.numbered(photo, request.POST.get("version", ""))
    if base is None:
        raise Http404
    form = ColourForm(request.POST, photo=photo, base=base)
    if not photo.job.is_over:
        messages.error(request, words.STILL_WORKED_ON)
    elif not form.is_valid():
        return _page(request, photo, base, form)
    elif form.options() == base.options:
        messages.error(request, _("Nothing was changed, so no new version was made."))
    elif not versions.recolour(photo, base, form.options()):
        messages.error(request, words.STILL_WORKED_ON)
    return HttpResponseRedirect(reverse("photo", args=[photo.pk]), status=SEE_OTHER)


@require_POST
def stop(request: HttpRequest, photo_id: str) -> HttpResponse:
    """What has ended in the meantime stays as it ended."""
    photo = access.photo_to_change_or_404(request, photo_id)
    queue.cancel(photo.job)
    return HttpResponseRedirect(reverse("photo", args=[photo.pk]), status=SEE_OTHER)


def version_of_address(request: HttpRequest, photo: Photo) -> Job | None:
    """The version that the address names, None where it names none. Raises Http404 where there is no such version."""
    number = request.GET.get("version")
    if number is None:
        return None
    version = versions.numbered(photo, number)
    if version is None:
        raise Http404
    return version


@require_POST
def delete(request: HttpRequest, photo_id: str) -> HttpResponse:
    photo = access.photo_to_change_or_404(request, photo_id)
    access.note(request, Trace.Act.DELETED, photo)
    removal.remove_photo(photo)
    messages.success(request, _("The photograph and everything made from it are deleted."))
    left = Upload.objects.filter(pk=photo.upload_id).exists()
    return HttpResponseRedirect(
        reverse("upload", args=[photo.upload_id]) if left else reverse("home"), status=SEE_OTHER
    )
