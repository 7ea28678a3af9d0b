"""What staff think of a version and write of a photograph."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Review(models.Model):
    """What was decided of one version, by whom and when; a version without a row is to be looked at."""

    class State(models.TextChoices):
        OPEN = "open", _("To look at")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    job = models.OneToOneField("Job", on_delete=models.CASCADE, related_name="review")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    note = models.TextField(blank=True, default="", max_length=2_000)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["state"], name="review_state"),)

    def __str__(self) -> str:
        return f"{self.job_id} {self.state}"


class Description(models.Model):
    """What an archive knows of a photograph; the original's name stays with the photograph itself."""

    photo = models.OneToOneField(
        "Photo", on_delete=models.CASCADE, primary_key=True, related_name="description"
    )
    catalogue_number = models.CharField(
        _("Catalogue number"), max_length=100, blank=True, default="", db_index=True
    )
    title = models.CharField(_("Title"), max_length=300, blank=True, default="")
    people = models.CharField(_("People"), max_length=500, blank=True, default="")
    place = models.CharField(_("Place"), max_length=300, blank=True, default="")
    date = models.CharField(
        _("Date"),
        max_length=100,
        blank=True,
        default="",
        help_text=_("In words: “about 1910” is a date too."),
    )
    rights = models.CharField(_("Rights"), max_length=300, blank=True, default="")
    note = models.TextField(_("Note on the photograph"), max_length=2_000, blank=True, default="")

    def __str__(self) -> str:
        return self.catalogue_number or self.title or str(self.photo_id)
