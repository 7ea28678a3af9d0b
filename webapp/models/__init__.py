"""People, photographs, jobs, results, workers: the data and what must always be true of it."""

from webapp.models.counts import Rate, Tally
from webapp.models.hooks import Call, Hook
from webapp.models.jobs import Job, JobQuerySet, Pause, Result, Worker
from webapp.models.letters import Letter
from webapp.models.people import Key, Share, Submitted, User
from webapp.models.photographs import Photo, Refusal, Upload
from webapp.models.traces import Trace, WrittenOnce

__all__ = [
    "Call",
    "Hook",
    "Job",
    "JobQuerySet",
    "Key",
    "Letter",
    "Pause",
    "Photo",
    "Rate",
    "Refusal",
    "Result",
    "Share",
    "Submitted",
    "Tally",
    "Trace",
    "Upload",
    "User",
    "Worker",
    "WrittenOnce",
]
