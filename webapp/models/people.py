"""Persons and what lets others in: accounts, keys of the API, shares."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Someone who signs in: staff (`is_staff`) see every photograph, admins (`is_superuser`) also the queue."""


class Key(models.Model):
    """A key of the API; the secret itself is kept nowhere."""

    class Scope(models.TextChoices):
        READ = "read", _("Look and fetch")
        WRITE = "write", _("Send, change, delete")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=100, help_text=_("What the key is for."))
    scopes = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Submitted(models.Model):
    """An Idempotency-Key that was used: the same call again gives the same photograph."""

    key = models.ForeignKey(Key, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    photo = models.ForeignKey("Photo", on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key", "name"], name="submitted_once"),)

    def __str__(self) -> str:
        return self.name


class Share(models.Model):
    """An upload shown to others for a time; deleting the row takes it back."""

    token = models.CharField(max_length=64, unique=True, help_text=_("The end of its address."))
    upload = models.ForeignKey("Upload", on_delete=models.CASCADE, related_name="shares")
    password = models.CharField(
        max_length=128, blank=True, default="", help_text=_("Its hash; empty: none is asked.")
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"{self.upload_id} until {self.expires_at:%Y-%m-%d}"
