"""People, photographs, jobs, results, workers: the data and what must always be true of it."""

from webapp.models.jobs import Job, JobQuerySet, Pause, Result, Worker
from webapp.models.letters import Letter
from webapp.models.people import Key, Share, Submitted, User
from webapp.models.photographs import Photo, Refusal, Upload

__all__ = [
    "Job",
    "JobQuerySet",
    "Key",
    "Letter",
    "Pause",
    "Photo",
    "Refusal",
    "Result",
    "Share",
    "Submitted",
    "Upload",
    "User",
    "Worker",
]
