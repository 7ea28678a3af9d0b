"""What pages call things: pictures, stages, states, places in the queue. Sentences, never codes."""

from __future__ import annotations

import math
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ml.contract import Stage
from webapp.prints import largest_paper
from webapp.standing import Wait
from webapp.steps import steps_of

PICTURES: dict[str, Promise] = {
    "original": gettext_lazy("Original"),
    "restored": gettext_lazy("Restored"),
    "colorized": gettext_lazy("Coloured"),
    "restored_colorized": gettext_lazy("Restored and coloured"),
    "mask": gettext_lazy("What was repaired"),
}
TAKES: dict[str, Promise] = PICTURES | {
    "mask": gettext_lazy("Mask: white where it was repaired"),
    "layers": gettext_lazy("Layers: original, repair, colour and mask"),
}
"""What a download is called."""
FORMATS = {
    "jpg": "JPEG",
    "jpeg": "JPEG",
    "png": "PNG",
    "tif": "TIFF",
    "tiff": "TIFF",
    "webp": "WebP",
    "ora": "OpenRaster",
}
ALTS: dict[str, Promise] = {
    "original": gettext_lazy("The photograph as it was uploaded"),
    "restored": gettext_lazy("The photograph with its damage repaired"),
    "colorized": gettext_lazy("The photograph as it was uploaded, in colour"),
    "restored_colorized": gettext_lazy("The photograph with its damage repaired, in colour"),
    "mask": gettext_lazy("An amber veil over the places that were repaired"),
}
STAGES: dict[str, Promise] = {
    Stage.READING: gettext_lazy("Reading the photograph"),
    Stage.FINDING: gettext_lazy("Looking for damage"),
    Stage.REPAIRING: gettext_lazy("Repairing the damage"),
    Stage.COLOURING: gettext_lazy("Adding colour"),
    Stage.WRITING: gettext_lazy("Putting the pictures away"),
}
KINDS: dict[str, Promise] = {
    "line": gettext_lazy("Scratches, cracks and folds"),
    "speck": gettext_lazy("Dust and spots"),
    "loss": gettext_lazy("Missing places"),
}
INVENTED: dict[str, Promise] = {
    "eye": gettext_lazy("an eye"),
    "nose": gettext_lazy("a nose"),
    "mouth": gettext_lazy("a mouth"),
    "loss": gettext_lazy("a large missing place"),
}
"""By the `what` of ml.invented.Invented."""
FINDINGS: dict[str, Promise] = {
    "careful": gettext_lazy("Carefully: only what is surely damage"),
    "normal": gettext_lazy("As usual"),
    "thorough": gettext_lazy(
        "Thoroughly: faint marks too, and now and then something that belongs to the picture"
    ),
}
"""By ml.contract.FINDER_SETTINGS."""
STEPS: dict[str, Promise] = {
    "all": gettext_lazy("All three pictures: repaired, coloured, and both"),
    "restore": gettext_lazy("Only repaired"),
    "colour": gettext_lazy("Only coloured, its damage stays"),
}
"""By webapp.steps.STEPS."""
LAYERS: dict[str, Promise] = {
    "": gettext_lazy("Pictures alone"),
    "ora": gettext_lazy("Also a file with layers, for GIMP and Krita"),
    "tiff": gettext_lazy("Also a file with layers, for Photoshop and Affinity"),
}
"""By ml.contract.Options.layers; empty for none."""
SATURATIONS: dict[str, Promise] = {
    "0.6": gettext_lazy("Paler colours"),
    "1.0": gettext_lazy("Colours as usual"),
    "1.3": gettext_lazy("Stronger colours"),
}
"""By ml.contract.Options.saturation, where one is chosen for all of an album."""
TRACED: dict[str, Promise] = {
    **PICTURES,
    "zip": gettext_lazy("everything as a ZIP"),
    "strokes": gettext_lazy("corrected by hand"),
    "mask": gettext_lazy("by a mask of their own"),
    "settings": gettext_lazy("with other settings"),
    "retention": gettext_lazy("its time was over"),
}
"""By the detail of webapp.models.Trace."""
WISHES: dict[str, Promise] = {
    "careful": gettext_lazy("looked for carefully"),
    "thorough": gettext_lazy("looked for thoroughly"),
}
ONLY: dict[str, Promise] = {
    "restore": gettext_lazy("only repaired"),
    "colour": gettext_lazy("only coloured"),
}
PAUSED = gettext_lazy("The work rests for a while and goes on by itself; your place is kept.")
STILL_WORKED_ON = gettext_lazy("This photograph is still being worked on. Please wait until it is done.")
STATES: dict[str, Promise] = {
    "queued": gettext_lazy("Waiting"),
    "running": gettext_lazy("Being worked on"),
    "done": gettext_lazy("Done"),
    "failed": gettext_lazy("Could not be restored"),
    "cancelled": gettext_lazy("Stopped"),
}
IN_GOOD_CONDITION = gettext_lazy("Done: in good condition, no damage found")
NOTES: dict[str, Promise] = {
    "first_page": gettext_lazy("The file holds several pages; the first one was restored."),
    "alpha_dropped": gettext_lazy("The transparent parts of the picture were laid on white."),
    "cmyk_converted": gettext_lazy("The picture was stored for print (CMYK) and is returned in RGB."),
    "degraded": gettext_lazy(
        "Memory ran short: the photograph was worked on in smaller pieces, and the result may be less good "
        "than on a larger machine."
    ),
    "tried_nothing": gettext_lazy(
        "At a place that was to be repaired another way nothing was repaired, so nothing changed there."
    ),
    "already_coloured": gettext_lazy(
        "The photograph has colours already; they were replaced in the colorized results."
    ),
}
"""By the code of ml.contract.NOTES, whose sentences these are."""


def version(number: int, options: dict[str, Any], *, is_corrected: bool) -> str:
    """A version and what was wished for it."""
    name = _("Version %(number)s") % {"number": number}
    wishes = [str(WISHES[options["finding"]])] if options.get("finding") in WISHES else []
    wishes = [_("corrected by hand")] if is_corrected else wishes
    wishes += [_("another repair")] if options.get("seed") else []
    if tries := len(options.get("tries", [])):
        wishes.append(
            ngettext("another try at %(n)d place", "another try at %(n)d places", tries) % {"n": tries}
        )
    wishes += [str(ONLY[steps])] if (steps := steps_of(options)) in ONLY else []
    wishes += _of_colours(options)
    return ", ".join([name, *wishes])


def trace_detail(detail: str) -> str:
    """What an entry of the audit log adds to its act: a picture, a way, or for how many days it was shared."""
    if detail.isdigit():
        return ngettext("for %(n)d day", "for %(n)d days", int(detail)) % {"n": int(detail)}
    return str(TRACED.get(detail, detail))


def _of_colours(options: dict[str, Any]) -> list[str]:
    strength, given = options.get("saturation", 1), len(options.get("hints", []))
    wishes = [_("other colours")] if options.get("variant") else []
    if given:
        wishes.append(ngettext("%(n)d colour of your own", "%(n)d colours of your own", given) % {"n": given})
    if strength != 1:
        wishes.append(_("stronger colours") if strength > 1 else _("paler colours"))
    if not options.get("damped", True):
        wishes.append(_("guesses at full strength"))
    return wishes


def alternative(variant: int) -> str:
    """One of the colorizer's opinions, 0 being its first."""
    return _("Colours %(number)s") % {"number": variant + 1}


def print_size(width: int, height: int) -> str:
    """How large it can be printed; empty where it is too small for any paper."""
    paper = largest_paper(width, height)
    if paper is None:
        return ""
    return _("Enough for a print of %(short)s × %(long)s cm.") % {"short": paper[0], "long": paper[1]}


def place(before: int, wait: Wait | None) -> str:
    """Where a waiting photograph stands, and how long that may take."""
    if before == 0:
        words = _("Yours is next")
    else:
        words = ngettext("%(n)d photograph is before yours", "%(n)d photographs are before yours", before) % {
            "n": before
        }
    if wait is None:
        return f"{words}."
    return _("%(place)s, %(time)s.") % {"place": words, "time": span(wait)}


def under_way(wait: Wait | None) -> str:
    """For a photograph in the worker's hands: the time that is left."""
    if wait is None:
        return _("It is being worked on.")
    return _("It is being worked on: %(time)s more.") % {"time": span(wait)}


def span(wait: Wait) -> str:
    """From the least to the most, in whole minutes or hours, rounded outwards."""
    least, most = wait.least / 60, wait.most / 60
    if most <= 1:
        return _("less than a minute")
    if most <= 90:
        step = 1 if most <= 20 else 5
        return _minutes(math.floor(least / step) * step, math.ceil(most / step) * step)
    return _hours(math.floor(least / 60), math.ceil(most / 60))


def _minutes(least: int, most: int) -> str:
    if least < 1:
        return ngettext("up to %(n)d minute", "up to %(n)d minutes", most) % {"n": most}
    return ngettext("%(least)d to %(n)d minute", "%(least)d to %(n)d minutes", most) % {
        "least": least, "n": most,
    }  # fmt: skip


def _hours(least: int, most: int) -> str:
    if least < 1:
        return ngettext("up to %(n)d hour", "up to %(n)d hours", most) % {"n": most}
    return ngettext("%(least)d to %(n)d hour", "%(least)d to %(n)d hours", most) % {"least": least, "n": most}


def about(seconds: float) -> str:
    """A stretch of time as a person says it."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 90:
        return ngettext("about %(n)d minute", "about %(n)d minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("about %(n)d hour", "about %(n)d hours", hours) % {"n": hours}


def stretch(seconds: float) -> str:
    """A stretch of time for the queue page, to the second where it is short."""
    if seconds < 120:
        return ngettext("%(n)d second", "%(n)d seconds", int(seconds)) % {"n": int(seconds)}
    return about(seconds)


def summary(states: dict[str, int]) -> str:
    """How an upload stands as a whole; `states` counts its photographs by state."""
    total = sum(states.values())
    waiting = states.get("queued", 0) + states.get("running", 0)
    if total == 0:
        return _("No photograph is here.")
    if waiting == 0 and states.get("done", 0) == total:
        return ngettext("Your photograph is ready.", "All %(n)d photographs are ready.", total) % {"n": total}
    sentence = (
        _("%(done)d of %(total)d are ready.")
        if waiting
        else _("The work is over: %(done)d of %(total)d are ready.")
    )
    return sentence % {"done": states.get("done", 0), "total": total}
