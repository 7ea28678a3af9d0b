"""People, photographs, jobs, results, workers: the data and what must always be true of it."""

from webapp.models.comparisons import Comparison, Pair, Vote
from webapp.models.jobs import Job, JobQuerySet, Pause, Result, Worker
from webapp.models.people import Key, Share, Submitted, User
from webapp.models.photographs import Photo, Refusal, Upload
from webapp.models.reviews import Description, Review

__all__ = [
    "Comparison",
    "Description",
    "Job",
    "JobQuerySet",
    "Key",
    "Pair",
    "Pause",
    "Photo",
    "Refusal",
    "Result",
    "Review",
    "Share",
    "Submitted",
    "Upload",
    "User",
    "Vote",
    "Worker",
]
