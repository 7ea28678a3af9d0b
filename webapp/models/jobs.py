"""Work on photographs: the queue's rows, what they made, who works."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Exists, F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ml.contract import Stage as StageOfWork
from webapp import reasons


class Pause(models.Model):
    """While its one row is there, no work is begun; what has begun goes on to its end."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.CheckConstraint(name="pause_is_one", condition=Q(id=1)),)

    def __str__(self) -> str:
        return f"since {self.since:%Y-%m-%d %H:%M}"


class JobQuerySet(models.QuerySet["Job"]):
    def in_turn(self) -> Self:
        """The order of work."""
        return self.order_by("-priority", "turn", "created_at", "id")

    def waiting(self) -> Self:
        return self.filter(state=Job.State.QUEUED)

    def claimable(self) -> Self:
        """Waiting, and not pausing after an error of the machine; nothing while the queue is paused."""
        ready = self.waiting().filter(Q(not_before__isnull=True) | Q(not_before__lte=Now()))
        return ready.filter(~Exists(Pause.objects.all()))

    def expired(self) -> Self:
        """Held by a worker that was not heard of for a lease."""
        return self.filter(state=Job.State.RUNNING, lease_expires_at__lt=Now())

    def before(self, job: Job) -> Self:
        """Those waiting jobs whose turn comes before the job's."""
        same = Q(priority=job.priority)
        return self.waiting().filter(
            Q(priority__gt=job.priority)
            | same & Q(turn__lt=job.turn)
            | same & Q(turn=job.turn, created_at__lt=job.created_at)
            | same & Q(turn=job.turn, created_at=job.created_at, id__lt=job.id)
        )


class Job(models.Model):
    """One run of the pipeline over one photograph. The row is the queue (webapp/queue.py writes it)."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Being worked on")
        DONE = "done", _("Done")
        FAILED = "failed", _("Could not be restored")
        CANCELLED = "cancelled", _("Stopped")

    class Stage(models.TextChoices):
        READING = StageOfWork.READING.value, _("Reading")
        FINDING = StageOfWork.FINDING.value, _("Finding")
        REPAIRING = StageOfWork.REPAIRING.value, _("Repairing")
        COLOURING = StageOfWork.COLOURING.value, _("Colouring")
        WRITING = StageOfWork.WRITING.value, _("Writing")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.ForeignKey("Photo", on_delete=models.CASCADE, related_name="jobs")
    options = models.JSONField(default=dict, blank=True, help_text=_("Fields of ml.contract.Options."))
    mask = models.CharField(
        max_length=255, blank=True, default="", help_text=_("In place of finding: path below MEDIA_ROOT.")
    )
    strokes = models.JSONField(
        default=list, blank=True, help_text=_("What a person drew over the mask: see ml.strokes.")
    )
    priority = models.SmallIntegerField(default=0, help_text=_("Higher goes first."))
    turn = models.PositiveBigIntegerField(
        default=0, help_text=_("The round it is in: each family has one photograph in each round.")
    )

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=10, choices=Stage.choices, blank=True, default="")
    progress = models.FloatField(default=0.0, help_text=_("Of the stage, 0..1."))

    attempt = models.PositiveIntegerField(
        default=0, help_text=_("The fencing token: who writes must hold the newest one.")
    )
    worker = models.CharField(max_length=100, blank=True, default="")
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    deaths = models.PositiveSmallIntegerField(
        default=0, help_text=_("Attempts that ended in the worker's own death.")
    )
    setbacks = models.PositiveSmallIntegerField(
        default=0, help_text=_("Attempts that ended in an error of the machine.")
    )
    not_before = models.DateTimeField(
        null=True, blank=True, help_text=_("The end of its pause after an error of the machine.")
    )

    reason_code = models.CharField(max_length=32, blank=True, default="")
    reason_values = models.JSONField(default=dict, blank=True)
    fault = models.TextField(
        blank=True, default="", help_text=_("For the operator: what was raised, and where.")
    )
    report = models.JSONField(default=dict, blank=True, help_text=_("ml.contract.Report."))

    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "id")
        indexes = (
            models.Index(
                F("priority").desc(),
                "turn",
                "created_at",
                "id",
                name="job_turn",
                condition=Q(state="queued"),
            ),
            models.Index(fields=["lease_expires_at"], name="job_lease", condition=Q(state="running")),
            models.Index(fields=["state", "finished_at"], name="job_finished"),
            # A photograph's newest version: without it SQLite goes through all that are done, for each photograph.
            models.Index(fields=["photo", "state", "created_at", "id"], name="job_version"),
        )
        constraints = (
            models.CheckConstraint(
                name="job_running_is_leased",
                condition=~Q(state="running")
                | Q(lease_expires_at__isnull=False) & Q(attempt__gt=0) & ~Q(worker=""),
            ),
            models.CheckConstraint(
                name="job_failed_says_why", condition=~Q(state="failed") | ~Q(reason_code="")
            ),
            models.CheckConstraint(
                name="job_ends_at_a_time",
                condition=Q(state__in=["queued", "running"]) | Q(finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="job_progress_is_a_share", condition=Q(progress__gte=0) & Q(progress__lte=1)
            ),
        )

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)

    @property
    def reason(self) -> str:
        """A sentence for the person, in the language of the moment; empty where there is nothing to say."""
        return reasons.sentence(self.reason_code, self.reason_values) if self.reason_code else ""


class Result(models.Model):
    """A file that a job made: one of the three pictures, the mask, or a preview for a screen."""

    job = models.ForeignKey("Job", on_delete=models.CASCADE, related_name="results")
    kind = models.CharField(max_length=32)
    path = models.CharField(max_length=255, unique=True, help_text=_("Below MEDIA_ROOT."))
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["job", "kind"], name="result_once_per_kind"),)

    def __str__(self) -> str:
        return f"{self.job_id} {self.kind}"


class Worker(models.Model):
    """A worker's process, as it was last heard of."""

    name = models.CharField(max_length=100, primary_key=True)
    slots = models.PositiveSmallIntegerField(help_text=_("Photographs it works on at once."))
    busy = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(
        max_length=200, blank=True, default="", help_text=_("What hinders it, if anything.")
    )
    memory_bytes = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text=_("Resident, of the process and its children; empty where it is not known."),
    )
    draining = models.BooleanField(default=False, help_text=_("It ends what it has and begins nothing new."))
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.name
