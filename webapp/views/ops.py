"""The live queue, for admins: is it working, who waits longest, what failed and why."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

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
