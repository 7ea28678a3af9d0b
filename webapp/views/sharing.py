"""Sharing an upload, taking that back, and the door through which others come in."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from webapp import access, guards, shares
from webapp.forms import ShareForm
from webapp.models import Share, Trace
from webapp.rates import TooOften

SEE_OTHER = 303


@require_POST
def share(request: HttpRequest, upload_id: str) -> HttpResponse:
    upload = access.upload_to_change_or_404(request, upload_id)
    form = ShareForm(request.POST)
    if form.is_valid():
        shares.make(upload, int(form.cleaned_data["days"]), form.cleaned_data["password"])
        access.note(request, Trace.Act.SHARED, upload, form.cleaned_data["days"])
    else:
        messages.error(request, _("Please choose for how long to share."))
    return _back(upload)


@require_POST
def unshare(request: HttpRequest, upload_id: str, share_id: int) -> HttpResponse:
    upload = access.upload_to_change_or_404(request, upload_id)
    if upload.shares.filter(pk=share_id).delete()[0]:
        access.note(request, Trace.Act.UNSHARED, upload)
    return _back(upload)


@never_cache
@require_http_methods(["GET", "POST"])
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Leads to the upload; asks for the password first where there is one."""
    found = shares.living().filter(token=token).first()
    if found is None:
        raise Http404
    is_try = request.method == "POST"
    try:
        if _opened(request, found, is_try):
            return _back(found.upload)
    except TooOften as error:
        answer = render(request, "webapp/shared.html", {"too_often": str(error)}, status=429)
        answer["Retry-After"] = str(error.seconds)
        return answer
    return render(request, "webapp/shared.html", {"is_wrong": is_try}, status=403 if is_try else 200)


def _opened(request: HttpRequest, share: Share, is_try: bool) -> bool:
    """Each try at a password counts before it is looked at. Raises TooOften."""
    counts = bool(share.password) and is_try
    if counts:
        guards.share_password(request, share)
    is_open = shares.opened(request, share, request.POST.get("password", ""))
    if counts and is_open:
        guards.right_share_password(request, share)
    return is_open


def _back(upload) -> HttpResponse:
    return HttpResponseRedirect(reverse("upload", args=[upload.pk]), status=SEE_OTHER)
