"""One photograph: its page, its state, its files, its end."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from webapp import access, delivery, removal, standing
from webapp.models import Upload
from webapp.views.cards import Card

SEE_OTHER = 303


@never_cache
@require_GET
def page(request: HttpRequest, photo_id: str) -> HttpResponse:
    photo = access.photo_or_404(request, photo_id)
    page = {"card": Card(photo), "may_change": access.may_change(request, photo.upload)}
    return render(request, "webapp/photo.html", page)


@never_cache
@require_GET
def status(request: HttpRequest, photo_id: str) -> JsonResponse:
    return JsonResponse(standing.status(access.photo_or_404(request, photo_id)))


@require_safe
def file(request: HttpRequest, photo_id: str, kind: str, suffix: str) -> HttpResponse:
    photo = access.photo_or_404(request, photo_id)
    if suffix != Card(photo).suffix(kind):
        raise Http404
    return delivery.response(photo, kind, request)


@require_POST
def delete(request: HttpRequest, photo_id: str) -> HttpResponse:
    photo = access.photo_to_change_or_404(request, photo_id)
    removal.remove_photo(photo)
    messages.success(request, _("The photograph and everything made from it are deleted."))
    left = Upload.objects.filter(pk=photo.upload_id).exists()
    return HttpResponseRedirect(
        reverse("upload", args=[photo.upload_id]) if left else reverse("home"), status=SEE_OTHER
    )
