"""What came in: uploads, refused files, photographs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from webapp import reasons

if TYPE_CHECKING:
    from webapp.models.jobs import Job


class Upload(models.Model):
    """What one family sent at one time, or put together: an album. Its id is the private link."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.UUIDField(db_index=True, help_text=_("The browser session that owns it."))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    added_at = models.DateTimeField(
        default=timezone.now,
        db_index=True,
        help_text=_("When a photograph came last: its time here counts from then."),
    )
    name = models.CharField(max_length=100, blank=True, default="", help_text=_("As the family calls it."))
    options = models.JSONField(
        default=dict, blank=True, help_text=_("Fields of ml.contract.Options for what is added to it.")
    )

    def __str__(self) -> str:
        return str(self.id)


class Refusal(models.Model):
    """A file of an upload that was not taken."""

    upload = models.ForeignKey("Upload", on_delete=models.CASCADE, related_name="refusals")
    name = models.CharField(max_length=255)
    reason_code = models.CharField(max_length=32)
    reason_values = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.upload_id} {self.reason_code}"

    @property
    def reason(self) -> str:
        """A sentence for the person, in the language of the moment."""
        return reasons.sentence(self.reason_code, self.reason_values)


class Handover(models.Model):
    """A parcel (webapp/parcels.py) that an upload took: handed in again, it leads there."""

    parcel = models.UUIDField(primary_key=True)
    upload = models.ForeignKey("Upload", on_delete=models.CASCADE, related_name="handovers")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.parcel} to {self.upload_id}"


class Photo(models.Model):
    """An accepted file, kept as it came: it is never altered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.ForeignKey("Upload", on_delete=models.CASCADE, related_name="photos")
    name = models.CharField(
        max_length=255, help_text=_("As the person called it; shown, never used as a path.")
    )
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    format = models.CharField(max_length=8)
    width = models.PositiveIntegerField(help_text=_("Pixels, as displayed."))
    height = models.PositiveIntegerField()
    bits = models.PositiveSmallIntegerField(help_text=_("Per channel: 8 or 16."))
    stored = models.CharField(max_length=255, unique=True, help_text=_("Path below MEDIA_ROOT."))
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("created_at", "id")
        indexes = (models.Index(fields=["created_at"]),)

    def __str__(self) -> str:
        return str(self.id)

    @property
    def job(self) -> Job:
        """The latest one. Selectors prefetch `jobs`, so this asks the database only where they did not."""
        return max(self.jobs.all(), key=lambda job: (job.created_at, job.pk.int))
