"""A letter when all photographs of an upload are over, to whoever asked for one.

The row waits in the database, and the worker's process sends it. A try is one conditional UPDATE that moves
`not_before` on by a growing pause, so that of several workers one tries; what fails, or dies between the two, is
tried again after that pause. So none is lost, and none goes out twice but where a process dies in the moment between
the server's "accepted" and the row's `sent_at`; both then carry one Message-ID, by which a reader knows them for one.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from webapp.models import Job, Letter, Upload

log = logging.getLogger(__name__)

LOOK_S = 5.0
FIRST_PAUSE = timedelta(minutes=2)
"""Longer than a try can take (restore/mail.py)."""
LONGEST_PAUSE = timedelta(hours=6)
MOST_TRIES = 14
"""The last of them two days after the first."""


def ask(request: HttpRequest, upload: Upload, address: str) -> None:
    """One letter about the upload, to this address and in the language of the moment; the one before is forgotten."""
    fields = {
        "address": address,
        "language": translation.get_language() or settings.LANGUAGE_CODE,
        "link": request.build_absolute_uri(reverse("upload", args=[upload.pk])),
        "tries": 0,
        "not_before": timezone.now(),
        "sent_at": None,
    }
    Letter.objects.update_or_create(upload=upload, defaults=fields)


def take_back(upload: Upload) -> None:
    Letter.objects.filter(upload=upload).delete()


def waiting(upload: Upload) -> Letter | None:
    """The one that is asked for and not yet sent."""
    return Letter.objects.filter(upload=upload, sent_at=None).exclude(address="").first()


def due() -> QuerySet[Letter]:
    """Asked for, and every photograph is over: done, failed or stopped."""
    at_work = Job.objects.filter(
        photo__upload=OuterRef("upload"), state__in=(Job.State.QUEUED, Job.State.RUNNING)
    )
    asked = Letter.objects.filter(sent_at=None, not_before__lte=timezone.now()).exclude(address="")
    return asked.filter(~Exists(at_work)).order_by("not_before")


def send_due() -> int:
    """Returns how many went out."""
    return sum(_try(letter) for letter in due()[:50])


def _try(letter: Letter) -> bool:
    pause = min(FIRST_PAUSE * 2**letter.tries, LONGEST_PAUSE)
    mine = Letter.objects.filter(pk=letter.pk, tries=letter.tries, sent_at=None, address=letter.address)
    if not mine.update(tries=F("tries") + 1, not_before=timezone.now() + pause):
        return False  # another worker has it, or it was taken back
    held = Letter.objects.filter(pk=letter.pk, tries=letter.tries + 1, sent_at=None)
    try:
        written(letter).send()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("letter %s: try %d failed: %s", letter.pk, letter.tries + 1, type(error).__name__)
        if letter.tries + 1 >= MOST_TRIES or _is_refused(error):
            held.update(address="")
        return False
    held.update(sent_at=timezone.now(), address="")
    log.info("letter %s is sent", letter.pk)
    return True


def _is_refused(error: Exception) -> bool:
    """For good: the server will not take anything for this address."""
    refused = isinstance(error, smtplib.SMTPRecipientsRefused)
    return refused and all(500 <= code < 600 for code, _words in error.recipients.values())


def written(letter: Letter) -> EmailMultiAlternatives:
    """The letter itself; it names no photograph."""
    states = Job.objects.filter(photo__upload=letter.upload_id).order_by("photo", "created_at", "id")
    newest = dict(states.values_list("photo", "state"))  # the later one of a photograph replaces the earlier
    page = {
        "count": len(newest),
        "ready": sum(state == Job.State.DONE for state in newest.values()),
        "link": letter.link,
        "language": letter.language,
        "has_account": letter.upload.user_id is not None,
    }
    with translation.override(letter.language):
        plain = render_to_string("webapp/letter.txt", page)
        html = render_to_string("webapp/letter.html", page)
        subject = (
            _("Your photographs are ready") if page["ready"] else _("The work on your photographs is over")
        )
    headers = {
        "Message-ID": f"<{letter.pk}.{letter.created_at:%Y%m%d%H%M%S}@{_domain()}>",
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMultiAlternatives(subject, plain, to=[letter.address], headers=headers)
    message.attach_alternative(html, "text/html")
    return message


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
