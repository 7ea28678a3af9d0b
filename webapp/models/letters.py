"""A letter to someone who wants to know when an upload is ready."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Letter(models.Model):
    """At most one for each upload, sent once (webapp/letters.py); then nothing tells whom it went to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.OneToOneField("Upload", on_delete=models.CASCADE, related_name="letter")
    address = models.EmailField(blank=True, help_text=_("Empty once it is sent or given up."))
    language = models.CharField(max_length=8)
    link = models.URLField(max_length=500, help_text=_("The upload’s page, as the asker’s browser calls it."))
    created_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(
        default=timezone.now, help_text=_("A try moves it on: nobody else tries before.")
    )
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["not_before"], name="letter_due", condition=~Q(address="")),)

    def __str__(self) -> str:
        return f"letter about {self.upload_id}"
