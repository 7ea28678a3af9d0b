"""The live queue, for admins: is it working, who waits longest, what failed and why."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from webapp import queue, versions, workers
from webapp.models import Job
from webapp.views.doors import admins_only
from webapp.views.queue_board import board


@never_cache
@require_GET
@admins_only
def live(request: HttpRequest) -> HttpResponse:
    headings = {
        "running": _("Being worked on"),
        "nothing_running": _("Nothing is being worked on."),
        "waiting": _("Waiting, oldest first"),
        "nothing_waiting": _("Nobody waits."),
        "failed": _("Failed in the last day"),
        "nothing_failed": _("Nothing failed in the last day."),
    }
    return render(request, "webapp/ops.html", {"queue": board(), "words": headings, "nav": "ops"})


@require_POST
@admins_only
def act(request: HttpRequest) -> HttpResponse:
    """One photograph first, stopped, or tried again; a worker or all drained; the whole queue paused or resumed."""
    name = request.POST.get("act", "")
    if name in QUEUE_ACTS:
        QUEUE_ACTS[name]()
    elif name in WORKER_ACTS:
        WORKER_ACTS[name](request.POST.get("worker", ""))
    elif name in JOB_ACTS:
        job = _job_or_404(request.POST.get("job", ""))
        JOB_ACTS[name](job)
    else:
        raise Http404
    return HttpResponseRedirect(reverse("ops"), status=303)


QUEUE_ACTS: dict[str, Callable[[], object]] = {"pause": queue.pause, "resume": queue.resume}
WORKER_ACTS: dict[str, Callable[[str], object]] = {"drain": workers.drain, "undrain": workers.undrain}
"""Of the named one; without a name, of all."""
JOB_ACTS: dict[str, Callable[[Job], object]] = {
    "first": queue.prefer,
    "stop": queue.cancel,
    "retry": lambda job: versions.repeat(job.photo),
}


def _job_or_404(id: str) -> Job:
    try:
        return get_object_or_404(Job.objects.select_related("photo__upload"), pk=UUID(id))
    except ValueError:
        raise Http404 from None
