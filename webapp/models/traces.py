"""The audit log: who did what with which photograph. Written once, never changed."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WrittenOnce(TypeError):
    """An entry of the audit log was to be changed or taken out."""


class TraceQuerySet(models.QuerySet["Trace"]):
    def update(self, **changes: Any) -> NoReturn:
        raise WrittenOnce

    def delete(self) -> NoReturn:
        raise WrittenOnce

    def forget_before(self, moment: Any) -> int:
        """The one way out: what is older than it may be kept. Returns how many went."""
        return self.filter(at__lt=moment)._raw_delete(self.db)


class Trace(models.Model):
    """One act. It names rows by their ids and not by keys, for it outlives them."""

    class Act(models.TextChoices):
        SAW = "saw", _("Looked at")
        DOWNLOADED = "downloaded", _("Fetched")
        SHARED = "shared", _("Shared")
        UNSHARED = "unshared", _("Took a share back")
        CORRECTED = "corrected", _("Had it done again")
        DELETED = "deleted", _("Deleted")

    class Role(models.TextChoices):
        FAMILY = "family", _("The family, by its private link")
        ACCOUNT = "account", _("The one who sent it, signed in")
        STAFF = "staff", _("Staff")
        ADMIN = "admin", _("Admin")
        KEY = "key", _("A key of the API")
        SHARE = "share", _("Someone it is shared with")
        SITE = "site", _("The site itself")

    at = models.DateTimeField(default=timezone.now, db_index=True)
    act = models.CharField(max_length=10, choices=Act.choices)
    role = models.CharField(max_length=10, choices=Role.choices)
    who = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text=_("An account, a key, a share or a family's first letters."),
    )
    upload = models.UUIDField()
    photo = models.UUIDField(null=True, blank=True, help_text=_("Empty: the upload as a whole."))
    detail = models.CharField(max_length=100, blank=True, default="")
    address = models.CharField(
        max_length=45, blank=True, default="", help_text=_("Only with AUDIT_ADDRESSES.")
    )
    once = models.CharField(  # noqa: DJ001 (of NULLs there may be many)
        max_length=64,
        unique=True,
        null=True,
        blank=True,
        help_text=_("The same for what lasts and counts once in its time."),
    )

    objects = TraceQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["photo", "at"], name="trace_photo"),
            models.Index(fields=["upload", "at"], name="trace_upload"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.role} {self.act} {self.photo or self.upload}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise WrittenOnce
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise WrittenOnce
