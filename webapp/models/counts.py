"""What is counted: how often someone tried something, and what the site has done since it stands."""

from __future__ import annotations

from django.db import models


class Rate(models.Model):
    """How often something was tried within a stretch of time. Its name holds a keyed hash, no address and no person."""

    name = models.CharField(max_length=100, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.name} {self.count}"


class Tally(models.Model):
    """A number that only grows, whatever is deleted later: for the metrics."""

    name = models.CharField(max_length=100, primary_key=True)
    value = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return f"{self.name} {self.value:g}"
