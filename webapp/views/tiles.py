"""The tiles of a photograph's pictures: as much of them as the viewer needs to show a place from close."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.urls import reverse
from django.utils.http import quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from ml.contract import RESULTS
from ml.photo.deepzoom import TILE, levels
from webapp import access, delivery, tiles
from webapp.models import Photo
from webapp.views.photograph import version_of_address

CUT_UP = (delivery.ORIGINAL, *RESULTS, "mask")
CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png"}
SERVICE_UNAVAILABLE, ASK_AGAIN_S = 503, 2


@never_cache
@require_GET
def status(request: HttpRequest, photo_id: str, kind: str) -> JsonResponse:
    """Whether a picture's tiles are there; who asks first sets them going."""
    photo, file = _find(request, photo_id, kind)
    sizes = levels(photo.width, photo.height)
    return JsonResponse(
        {
            "state": tiles.state(photo, kind, file),
            "tile": TILE,
            "address": _address(request, photo, kind),
            "levels": [{"level": level, "width": w, "height": h} for level, (w, h) in sizes.items()],
        }
    )


@require_safe
def tile(
    request: HttpRequest, photo_id: str, kind: str, level: int, column: int, row: int, suffix: str
) -> HttpResponse:
    photo, file = _find(request, photo_id, kind)
    if suffix != tiles.ending(kind):
        raise Http404
    etag = quote_etag(f"{file.sha256}-{level}-{column}-{row}")
    if request.headers.get("If-None-Match") == etag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        try:
            content = tiles.tile(photo, kind, file, level, column, row)
        except tiles.NotReady:
            return HttpResponse(status=SERVICE_UNAVAILABLE, headers={"Retry-After": str(ASK_AGAIN_S)})
        if content is None:
            raise Http404
        answer = HttpResponse(content, content_type=CONTENT_TYPES[suffix])
    # As the files themselves: kept by the browser, but asked for anew each time.
    answer["Cache-Control"] = "private, no-cache"
    answer["ETag"] = etag
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = delivery.SANDBOX
    return answer


def _address(request: HttpRequest, photo: Photo, kind: str) -> str:
    """Of a tile, with LEVEL, COLUMN and ROW to be filled in."""
    version = request.GET.get("version")
    address = f"{reverse('photo', args=[photo.pk])}tiles/{kind}/LEVEL/COLUMN_ROW.{tiles.ending(kind)}"
    return f"{address}?version={version}" if version else address


def _find(request: HttpRequest, photo_id: str, kind: str) -> tuple[Photo, delivery.Delivery]:
    """Raises Http404 also where the photograph is not the browser's to see."""
    photo = access.photo_or_404(request, photo_id)
    if kind not in CUT_UP:
        raise Http404
    return photo, delivery.find(photo, kind, version_of_address(request, photo))
