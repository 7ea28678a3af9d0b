"""The site in numbers for Prometheus, read from rows at each scrape: all web processes tell the same."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min, Sum
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from webapp import queue, storage, tallies, workers
from webapp.models import Job

OUTCOMES = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
LIVE = (Job.State.QUEUED, Job.State.RUNNING)
STAGES = tuple(Job.Stage.values)
PREFIX = "photo_restorer"


def page() -> bytes:
    """In Prometheus' text format. A registry of its own: nothing of the process, nothing of other libraries."""
    registry = CollectorRegistry()
    registry.register(Rows())
    return generate_latest(registry)


class Rows(Collector):
    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        counted = tallies.read()
        yield from _queue()
        yield _outcomes(counted)
        yield _stages(counted)
        yield from _intake(counted)
        yield from _workers()
        yield _gauge("disk_free_bytes", "Free on the disk of the photographs.", storage.free_mb() * 1_000_000)


def _queue() -> Iterator[Metric]:
    live = dict(
        Job.objects.filter(state__in=LIVE).order_by().values_list("state").annotate(count=Count("pk"))
    )
    depth = GaugeMetricFamily(f"{PREFIX}_queue_jobs", "Jobs that have not ended, by state.", labels=["state"])
    for state in LIVE:
        depth.add_metric([state], live.get(state, 0))
    yield depth
    oldest = Job.objects.waiting().aggregate(oldest=Min("created_at"))["oldest"]
    waited = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    yield _gauge("queue_oldest_wait_seconds", "How long the one that waits longest has waited.", waited)
    yield _gauge("queue_paused", "1 while nothing new is begun.", float(queue.paused() is not None))


def _outcomes(counted: dict[tuple[str, ...], float]) -> Metric:
    ended = CounterMetricFamily(f"{PREFIX}_jobs", "Jobs that ended, by outcome.", labels=["outcome"])
    for outcome in OUTCOMES:
        ended.add_metric([outcome], counted.get((tallies.JOBS, outcome), 0.0))
    return ended


def _stages(counted: dict[tuple[str, ...], float]) -> Metric:
    took = HistogramMetricFamily(
        f"{PREFIX}_stage_seconds", "Time per stage of finished jobs.", labels=["stage"]
    )
    for stage in STAGES:
        total, buckets = 0.0, []
        for bound in (*map(str, tallies.STAGE_BOUNDS_S), tallies.WITHOUT_BOUND):
            total += counted.get((tallies.STAGE_BUCKET, stage, bound), 0.0)
            buckets.append((bound, total))
        took.add_metric([stage], buckets, counted.get((tallies.STAGE_SUM, stage), 0.0))
    return took


def _intake(counted: dict[tuple[str, ...], float]) -> Iterator[Metric]:
    for name, words in (
        (tallies.UPLOADS, "Photographs that were taken in."),
        (tallies.UPLOAD_BYTES, "Bytes that were taken in."),
    ):
        yield CounterMetricFamily(f"{PREFIX}_{name}", words, value=counted.get((name,), 0.0))


def _workers() -> Iterator[Metric]:
    alive = workers.heard_of()
    found = alive.aggregate(slots=Sum("slots"), busy=Sum("busy"), memory=Sum("memory_bytes"))
    yield _gauge("workers_alive", "Workers heard of in the last minute.", alive.count())
    yield _gauge(
        "workers_draining", "Of these, those that begin nothing new.", alive.filter(draining=True).count()
    )
    yield _gauge("worker_slots", "Jobs they can do at once.", found["slots"] or 0)
    yield _gauge("worker_slots_busy", "Jobs they have in hand.", found["busy"] or 0)
    yield _gauge("worker_memory_bytes", "Resident memory of them and their children.", found["memory"] or 0)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}_{name}", words, value=value)
