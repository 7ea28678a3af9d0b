"""Two sets of results of the same photographs, and blind votes between them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Comparison(models.Model):
    """Two versions each of some photographs: the first set against the second."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=32, help_text=_("The result that is compared: one of ml.contract.RESULTS.")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-created_at", "id")

    def __str__(self) -> str:
        return self.name


class Pair(models.Model):
    """One photograph of a comparison."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="pairs")
    number = models.PositiveIntegerField()
    photo = models.ForeignKey("Photo", on_delete=models.CASCADE, related_name="+")
    first = models.ForeignKey("Job", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("Job", on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["comparison", "number"], name="pair_once_per_number"),
            models.CheckConstraint(name="pair_of_two", condition=~Q(first=models.F("second"))),
        )

    def __str__(self) -> str:
        return f"{self.comparison_id} {self.number}"


class Vote(models.Model):
    """Who found which set better for a pair, and on which side it stood."""

    class Choice(models.TextChoices):
        FIRST = "first", _("The first set")
        SECOND = "second", _("The second set")
        NEITHER = "neither", _("No difference")

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="votes"
    )
    choice = models.CharField(max_length=7, choices=Choice.choices)
    first_was_left = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["pair", "user"], name="vote_once_per_pair"),)

    def __str__(self) -> str:
        return f"{self.pair} {self.choice}"
