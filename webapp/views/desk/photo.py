"""One photograph on the light table: before and after, what is decided of it, what is known of it, and the next one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from webapp import access
from webapp.desk import reviews, sift
from webapp.desk.forms import DescriptionForm, ReviewForm, SiftForm
from webapp.models import Description, Photo, Review
from webapp.views.desk.cells import Cell, loaded, version_or_none
from webapp.views.desk.sheet import ON_A_LEAF, SEE_OTHER, query_of
from webapp.views.doors import staff_only


@never_cache
@require_GET
@staff_only
def page(request: HttpRequest, photo_id: str) -> HttpResponse:
    photo = _photo_or_404(request, photo_id)
    query = query_of(request.GET)
    return _page(request, Cell(photo, query), DescriptionForm(instance=_description(photo), label_suffix=""))


def _page(request: HttpRequest, cell: Cell, form: DescriptionForm, status: int = 200) -> HttpResponse:
    asked = SiftForm.read(QueryDict(cell.query)).cleaned_data
    found = sift.photos(asked)
    page = {
        "cell": cell,
        "card": cell.card,
        "shown": cell.shown(request.GET.get("kind", "")),
        "form": form,
        "before_url": _url(sift.before(cell.photo, found).first(), cell.query),
        "after_url": _url(sift.after(cell.photo, found).first(), cell.query),
        "sheet_url": _sheet_url(cell, sift.before(cell.photo, found).count()),
        "nav": "staff",
    }
    return render(request, "webapp/desk/photo.html", page, status=status)


def _sheet_url(cell: Cell, before: int) -> str:
    """Back to its place on the light table, of which so many come before it."""
    query = QueryDict(cell.query, mutable=True)
    query["page"] = str(before // ON_A_LEAF + 1)
    return f"{reverse('staff')}?{query.urlencode()}#p-{cell.photo.pk}"


@require_POST
@staff_only
def review(request: HttpRequest, photo_id: str) -> HttpResponse:
    """Then the next one to look at, the cell of the light table (`then=cell`), or the same one (`then=stay`)."""
    photo = _photo_or_404(request, photo_id)
    form = ReviewForm(request.POST)
    version = version_or_none(photo, form.data.get("version", ""))
    if version is None or not form.is_valid():
        raise Http404
    reviews.decide(version, request.user, **form.wishes())
    query, then = query_of(QueryDict(request.POST.get("query", ""))), request.POST.get("then", "")
    if then == "cell":
        return render(
            request, "webapp/desk/cell.html", {"cell": Cell(_photo_or_404(request, photo_id), query)}
        )
    stays = then == "stay" or form.cleaned_data["state"] == Review.State.OPEN
    following = photo if stays else sift.next_open(photo, SiftForm.read(QueryDict(query)).cleaned_data)
    if following is None:
        # Said by the address and not by a message: a script that follows on its way would use that up unseen.
        return HttpResponseRedirect(f"{reverse('staff')}?{query}&over=1".replace("?&", "?"), status=SEE_OTHER)
    return HttpResponseRedirect(_url(following, query), status=SEE_OTHER)


@require_POST
@staff_only
def describe(request: HttpRequest, photo_id: str) -> HttpResponse:
    photo = _photo_or_404(request, photo_id)
    query = query_of(QueryDict(request.POST.get("query", "")))
    form = DescriptionForm(request.POST, instance=_description(photo), label_suffix="")
    if not form.is_valid():
        return _page(request, Cell(photo, query), form, status=400)
    form.save()
    messages.success(request, _("The description is kept."))
    return HttpResponseRedirect(_url(photo, query), status=SEE_OTHER)


def _photo_or_404(request: HttpRequest, photo_id: str) -> Photo:
    access.photo_or_404(request, photo_id)
    return loaded(Photo.objects.filter(pk=photo_id)).get()


def _description(photo: Photo) -> Description:
    return getattr(photo, "description", None) or Description(photo=photo)


def _url(photo: Photo | None, query: str) -> str:
    """Empty where there is none."""
    if photo is None:
        return ""
    address = reverse("desk_photo", args=[photo.pk])
    return f"{address}?{query}" if query else address
