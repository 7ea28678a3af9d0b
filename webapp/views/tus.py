"""Resumable upload: tus 1.0 (https://tus.io/protocols/resumable-upload), core, creation, expiration, checksum and
termination.

A family sends its files here piece by piece and then the form with their ids (`sent`). Whoever asks for another
family's gets 404.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.cache import never_cache

from ml.contract import PhotoRejected
from webapp import access, intake, parcels, quotas, reasons, storage
from webapp.views import selections

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
PIECE = "application/offset+octet-stream"
BLOCK = 1 << 18
SENT_BEFORE = "Photo-Sent-Before"
"""A header of ours; other programs that speak tus pass it over."""
LOCKED, CHECKSUM_MISMATCH = 423, 460


class Refused(Exception):
    """status: of HTTP.  sentence: for the person or the program that sends."""

    def __init__(self, status: int, sentence: str = "") -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@never_cache
def parcels_of_family(request: HttpRequest) -> HttpResponse:
    """OPTIONS tells what this server can; POST begins a parcel."""
    return _answer(request, {"OPTIONS": _options, "POST": _begin})


@never_cache
def parcel(request: HttpRequest, parcel_id: UUID) -> HttpResponse:
    """HEAD tells how much has come, PATCH brings more, DELETE gives it up."""
    return _answer(
        request, {"OPTIONS": _options, "HEAD": _offset, "PATCH": _append, "DELETE": _give_up}, parcel_id
    )


def _answer(request: HttpRequest, methods: dict, *args: UUID) -> HttpResponse:
    method = request.headers.get("X-HTTP-Method-Override", request.method)
    try:
        if method not in methods:
            raise Refused(405)
        if method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            raise Refused(412, f"Tus-Resumable: {VERSION} is spoken here.")
        response = methods[method](request, *args)
    except Refused as refused:
        response = HttpResponse(
            refused.sentence, status=refused.status, content_type="text/plain; charset=utf-8"
        )
        if refused.status == 405:
            response["Allow"] = ", ".join(methods)
        if refused.status == 412:
            response["Tus-Version"] = VERSION
    response["Tus-Resumable"] = VERSION
    return response


def _options(request: HttpRequest, parcel_id: UUID | None = None) -> HttpResponse:
    return HttpResponse(
        status=204,
        headers={
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(settings.MAX_UPLOAD_MB * 1_000_000),
            "Tus-Checksum-Algorithm": ",".join(parcels.ALGORITHMS),
        },
    )


def _begin(request: HttpRequest) -> HttpResponse:
    length = _number(request, "Upload-Length")
    family, user = access.family_of(request), request.user if request.user.is_authenticated else None
    try:
        intake.check_size(length)
        quotas.Room(family, user).check(length)
    except quotas.Exceeded as exceeded:
        raise Refused(429, reasons.sentence(exceeded.code, exceeded.values)) from None
    except PhotoRejected as rejected:
        raise Refused(413, reasons.sentence(rejected.code, rejected.values)) from None
    except storage.NoSpace:
        raise Refused(507, reasons.sentence("no_space")) from None
    name = _metadata(request.headers.get("Upload-Metadata", "")).get("filename", "")
    begun = parcels.begin(family, intake.shown_name(name), length)
    address = reverse("tus_parcel", args=[UUID(begun.id)])
    return HttpResponse(status=201, headers={"Location": address, **_state(begun)})


def _offset(request: HttpRequest, parcel_id: UUID) -> HttpResponse:
    found = _parcel_or_404(request, parcel_id)
    return HttpResponse(status=200, headers={"Upload-Length": str(found.length), **_state(found)})


def _append(request: HttpRequest, parcel_id: UUID) -> HttpResponse:
    found = _parcel_or_404(request, parcel_id)
    if request.content_type != PIECE:
        raise Refused(415, f"A piece comes as {PIECE}.")
    offset = _number(request, "Upload-Offset")
    try:
        parcels.append(found, offset, _blocks(request), _checksum(request))
    except parcels.Busy:
        raise Refused(LOCKED, "Another request is writing to this file.") from None
    except parcels.Elsewhere:
        raise Refused(409, f"{found.offset} bytes have come so far.") from None
    except parcels.TooLong:
        raise Refused(413, f"The file was to be {found.length} bytes long.") from None
    except parcels.Corrupted:
        raise Refused(CHECKSUM_MISMATCH, "The piece is not what its checksum says.") from None
    except UnreadablePostError:
        raise Refused(400, "The connection was lost.") from None
    return HttpResponse(status=204, headers={**_state(found), **_sent_before(request, found)})


def _sent_before(request: HttpRequest, found: parcels.Parcel) -> dict[str, str]:
    """Where the same file is that the family sent before, as soon as this one is whole."""
    if found.offset < found.length:
        return {}
    earlier = selections.sent_before(access.known_family(request), storage.sha256(found.path))
    return {SENT_BEFORE: reverse("photo", args=[earlier])} if earlier else {}


def _give_up(request: HttpRequest, parcel_id: UUID) -> HttpResponse:
    parcels.remove(_parcel_or_404(request, parcel_id))
    return HttpResponse(status=204)


def _parcel_or_404(request: HttpRequest, parcel_id: UUID) -> parcels.Parcel:
    found = parcels.find(access.known_family(request), parcel_id)
    if found is None:
        raise Http404
    return found


def _state(found: parcels.Parcel) -> dict[str, str]:
    return {"Upload-Offset": str(found.offset), "Upload-Expires": http_date(found.expires_at)}


def _blocks(request: HttpRequest) -> Iterator[bytes]:
    while block := request.read(BLOCK):
        yield block


def _number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Refused(400, f"{header}: a whole number is needed.")
    return int(text)


def _checksum(request: HttpRequest) -> tuple[str, bytes] | None:
    """Algorithm and digest of `Upload-Checksum: ALGORITHM BASE64`."""
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, digest = text.partition(" ")
    try:
        if algorithm not in parcels.ALGORITHMS:
            raise Refused(400, f"Upload-Checksum: {' or '.join(parcels.ALGORITHMS)}.")
        return algorithm, base64.b64decode(digest, validate=True)
    except binascii.Error:
        raise Refused(400, "Upload-Checksum: the digest is not in base64.") from None


def _metadata(header: str) -> dict[str, str]:
    """Of `KEY BASE64,KEY BASE64`; what cannot be read is left out."""
    pairs = (part.strip().partition(" ") for part in header.split(",") if part.strip())
    known = {}
    for key, _, value in pairs:
        try:
            known[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return known
