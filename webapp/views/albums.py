"""An upload as a whole: its name, settings for all, put together with another, deleted; a letter when it is ready."""

from __future__ import annotations

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from webapp import access, albums, letters, removal
from webapp.forms import LetterForm, NameForm, SettingsForm
from webapp.models import Upload

SEE_OTHER = 303


@require_POST
def name(request: HttpRequest, upload_id: str) -> HttpResponse:
    upload = access.upload_to_change_or_404(request, upload_id)
    form = NameForm(request.POST)
    if form.is_valid():
        upload.name = form.cleaned_data["name"]
        upload.save(update_fields=["name"])
    else:
        messages.error(request, _("Please choose a shorter name, of 100 letters at most."))
    return _back(upload)


@require_POST
def treat(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Settings for all: kept for what is added later, or with `act=again` applied to every photograph anew."""
    upload = access.upload_to_change_or_404(request, upload_id)
    form = SettingsForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, _("Please choose how to look for damage, the colours, and one picture at least.")
        )
    elif request.POST.get("act") == "again":
        left = albums.all_again(upload, form.options())
        if left:
            messages.error(request, ngettext(
                "%(n)d photograph is being worked on just now and was left as it is.",
                "%(n)d photographs are being worked on just now and were left as they are.", left) % {"n": left},
            )  # fmt: skip
    else:
        albums.keep(upload, form.options())
        messages.success(request, _("What is added from now on is treated so."))
    return _back(upload)


@require_POST
def join(request: HttpRequest, upload_id: str) -> HttpResponse:
    """The other one's photographs come here."""
    upload = access.upload_to_change_or_404(request, upload_id)
    other = access.upload_to_change_or_404(request, request.POST.get("album", ""))
    if other.pk == upload.pk:
        raise Http404
    albums.join(upload, other)
    messages.success(request, _("The photographs lie together now."))
    return _back(upload)


@require_POST
def delete(request: HttpRequest, upload_id: str) -> HttpResponse:
    removal.remove_upload(access.upload_to_change_or_404(request, upload_id))
    messages.success(request, _("The photographs and everything made from them are deleted."))
    return HttpResponseRedirect(reverse("home"), status=SEE_OTHER)


@require_POST
def letter(request: HttpRequest, upload_id: str) -> HttpResponse:
    """A letter to this address when all are over; without an address, none."""
    upload = access.upload_to_change_or_404(request, upload_id)
    if not settings.EMAIL_URL:
        raise Http404
    form = LetterForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That is no e-mail address. Please look at it once more."))
    elif not form.cleaned_data["address"]:
        letters.take_back(upload)
    elif not ratelimit.consume(request, action="letter", key=form.cleaned_data["address"].lower()):
        messages.error(request, _("Too many tries. Please wait a few minutes and try again."))
    else:
        letters.ask(request, upload, form.cleaned_data["address"])
    return _back(upload)


def _back(upload: Upload) -> HttpResponse:
    return HttpResponseRedirect(reverse("upload", args=[upload.pk]), status=SEE_OTHER)
