"""People, photographs, jobs, results, workers: the data and what must always be true of it."""

from webapp.models.comparisons import Comparison, Pair, Vote
from webapp.models.counts import Rate, Tally
from webapp.models.hooks import Call, Hook
from webapp.models.jobs import Job, JobQuerySet, Pause, Result, Worker
from webapp.models.letters import Letter
from webapp.models.people import Key, Share, Submitted, User
from webapp.models.photographs import Handover, Photo, Refusal, Upload
from webapp.models.reviews import Description, Review
from webapp.models.traces import Trace, WrittenOnce

__all__ = [
    "Call",
    "Comparison",
    "Description",
    "Handover",
    "Hook",
    "Job",
    "JobQuerySet",
    "Key",
    "Letter",
    "Pair",
    "Pause",
    "Photo",
    "Rate",
    "Refusal",
    "Result",
    "Review",
    "Share",
    "Submitted",
    "Tally",
    "Trace",
    "Upload",
    "User",
    "Vote",
    "Worker",
    "WrittenOnce",
]
