"""Who may see what. Who may not gets 404, so that a guess learns nothing, not even that something is there."""

from __future__ import annotations

import uuid
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from webapp import audit, shares
from webapp.audit import Visitor
from webapp.models import Key, Photo, Trace, Upload, User

SESSION_KEY = "family"
EXAMPLES = uuid5(NAMESPACE_URL, "urn:photo-restorer:demo")
"""The family of `manage.py demo`'s photographs: everyone may look at them. No browser session can be this one: it is
not random."""
CANARY = uuid5(NAMESPACE_URL, "urn:photo-restorer:canary")
"""The family of `manage.py canary`'s photograph."""
THE_SITES_OWN = (EXAMPLES, CANARY)
OWNERS = (Trace.Role.FAMILY, Trace.Role.ACCOUNT)


def family_of(request: HttpRequest) -> UUID:
    """The family of an account or else of this browser session; the first call makes it one."""
    family = known_family(request)
    if family is None:
        family = uuid.uuid4()
        request.session[SESSION_KEY] = str(family)
    return family


def family_of_user(user: User) -> UUID:
    """The family that an account is, in every browser and for a person's programs."""
    return uuid5(EXAMPLES, f"user {user.pk}")


def known_family(request: HttpRequest) -> UUID | None:
    """As `family_of`, without making a session for someone who only looks."""
    user = request.user
    if user.is_authenticated and not is_staff(user):
        return family_of_user(user)
    return family_of_session(request)


def family_of_session(request: HttpRequest) -> UUID | None:
    """That of the browser, whoever is signed in. Signing out ends it."""
    kept = request.session.get(SESSION_KEY)
    return UUID(kept) if kept else None


def own_uploads(request: HttpRequest) -> QuerySet[Upload]:
    """What the family or the account sent, from whichever device; of staff, what this browser and they sent."""
    family, user = known_family(request), request.user
    own = Q(family=family) if family else Q(pk=None)
    return Upload.objects.filter(own | Q(user=user) if user.is_authenticated else own)


def upload_or_404(request: HttpRequest, id: UUID | str) -> Upload:
    upload = Upload.objects.filter(pk=_uuid(id)).first()
    if upload is None or not may_see(request, upload):
        raise Http404
    _note_look(request, upload, upload)
    return upload


def upload_to_change_or_404(request: HttpRequest, id: UUID | str) -> Upload:
    upload = upload_or_404(request, id)
    if not may_change(request, upload):
        raise Http404
    return upload


def upload_to_add_to(request: HttpRequest, id: UUID | None) -> Upload | None:
    """None where it is gone or another's: what was sent for it then becomes one of its own, and is not lost."""
    upload = Upload.objects.filter(pk=id).first() if id else None
    return upload if upload and may_change(request, upload) else None


def photo_or_404(request: HttpRequest, id: UUID | str) -> Photo:
    photo = Photo.objects.select_related("upload").filter(pk=_uuid(id)).first()
    if photo is None or not may_see(request, photo.upload):
        raise Http404
    _note_look(request, photo.upload, photo)
    return photo


def photo_of_user_or_404(user: User, id: UUID) -> Photo:
    photo = Photo.objects.select_related("upload").filter(pk=id).first()
    if photo is None or not is_theirs(user, photo.upload):
        raise Http404
    return photo


def photo_to_change_or_404(request: HttpRequest, id: UUID | str) -> Photo:
    photo = photo_or_404(request, id)
    if not may_change(request, photo.upload):
        raise Http404
    return photo


def may_see(request: HttpRequest, upload: Upload) -> bool:
    """Whoever may change it and whom it is shared with; the examples, everyone."""
    return upload.family == EXAMPLES or may_change(request, upload) or shares.shows(request, upload)


def may_change(request: HttpRequest, upload: Upload) -> bool:
    """The family that sent it, whoever was signed in when sending it, and staff."""
    user = request.user
    if user.is_authenticated and is_theirs(user, upload):
        return True
    return upload.family in (known_family(request), family_of_session(request))


def is_theirs(user: User, upload: Upload) -> bool:
    """Whoever was signed in when sending it, and staff; by the API no browser's family counts."""
    return is_staff(user) or upload.user_id == user.pk


def is_staff(user: User) -> bool:
    """Those who look after the site: they see every photograph."""
    return user.is_staff or user.is_superuser


def visitor(request: HttpRequest, upload: Upload) -> Visitor:
    """In which role someone who may see it does."""
    if isinstance(key := getattr(request, "auth", None), Key):
        return Visitor(Trace.Role.KEY, f"{key.user.username}: {key.name}")
    if upload.family == known_family(request):
        return Visitor(Trace.Role.FAMILY, upload.family.hex[:8])
    user = request.user
    if user.is_authenticated and upload.user_id == user.pk:
        return Visitor(Trace.Role.ACCOUNT, user.username)
    if user.is_authenticated and (user.is_staff or user.is_superuser):
        return Visitor(Trace.Role.ADMIN if user.is_superuser else Trace.Role.STAFF, user.username)
    return Visitor(Trace.Role.SHARE, f"{shares.opened_of(request, upload) or ''}")


def note(request: HttpRequest, act: Trace.Act, of: Photo | Upload, detail: str = "") -> None:
    """Into the audit log, unless it is one of the site's own examples."""
    upload = of.upload if isinstance(of, Photo) else of
    if upload.family not in THE_SITES_OWN:
        audit.note(request, visitor(request, upload), act, of, detail)


def _note_look(request: HttpRequest, upload: Upload, of: Photo | Upload) -> None:
    """Whoever else comes through these doors is noted, whichever page it is; owners where they open a page."""
    if upload.family not in THE_SITES_OWN and visitor(request, upload).role not in OWNERS:
        note(request, Trace.Act.SAW, of)


def _uuid(id: UUID | str) -> UUID:
    try:
        return id if isinstance(id, UUID) else UUID(id)
    except ValueError:
        raise Http404 from None
