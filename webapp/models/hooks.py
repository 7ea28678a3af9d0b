"""Webhooks: where a key's owner wants to be told that a job ended, and each telling."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Hook(models.Model):
    """The address of one key. The secret is kept as it is: signing needs it."""

    key = models.OneToOneField("Key", on_delete=models.CASCADE, related_name="hook")
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"hook of {self.key_id}"


class Call(models.Model):
    """One telling of one job's end. It is owed while it is neither told nor given up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="calls")
    job = models.UUIDField()
    body = models.TextField()
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    told_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["hook", "job"], name="call_once_per_job"),)
        indexes = (
            models.Index(
                fields=["due_at"],
                name="call_due",
                condition=Q(told_at__isnull=True, given_up_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
