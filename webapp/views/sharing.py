"""Sharing an upload, taking that back, and the door through which others come in."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from webapp import access, shares
from webapp.forms import ShareForm

SEE_OTHER = 303


@require_POST
def share(request: HttpRequest, upload_id: str) -> HttpResponse:
    upload = access.upload_to_change_or_404(request, upload_id)
    form = ShareForm(request.POST)
    if form.is_valid():
        shares.make(upload, int(form.cleaned_data["days"]), form.cleaned_data["password"])
    else:
        messages.error(request, _("Please choose for how long to share."))
    return _back(upload)


@require_POST
def unshare(request: HttpRequest, upload_id: str, share_id: int) -> HttpResponse:
    upload = access.upload_to_change_or_404(request, upload_id)
    upload.shares.filter(pk=share_id).delete()
    return _back(upload)


@never_cache
@require_http_methods(["GET", "POST"])
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Leads to the upload; asks for the password first where there is one."""
    found = shares.living().filter(token=token).first()
    if found is None:
        raise Http404
    if shares.opened(request, found, request.POST.get("password", "")):
        return _back(found.upload)
    page = {"is_wrong": request.method == "POST"}
    return render(request, "webapp/shared.html", page, status=403 if page["is_wrong"] else 200)


def _back(upload) -> HttpResponse:
    return HttpResponseRedirect(reverse("upload", args=[upload.pk]), status=SEE_OTHER)
