"""Why a photograph was refused or given up, in the reader's language."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    # Those of ml.contract.REASONS, word for word (a test compares), written out so that gettext finds them.
    "empty": _("The file is empty."),
    "not_a_photo": _("This is not a photograph that can be read. JPEG, PNG, TIFF, WebP, HEIC and AVIF can."),
    "other_format": _("This is a {format} file. Save it as JPEG, PNG or TIFF, and send that."),
    "broken": _("The file is damaged or was cut off; it cannot be read to its end."),
    "too_many_bytes": _("The file is {megabytes} MB; at most {limit} MB are accepted."),
    "too_many_pixels": _("The picture has {megapixels} megapixels; at most {limit} are accepted."),
    "too_small": _("The picture is only {width} x {height} pixels; there is nothing to restore in it."),
    "unsupported": _("This kind of {format} file cannot be read yet: {detail}."),
    "mask_size": _("The mask is {mask_width} x {mask_height} pixels, the photograph {width} x {height}."),
    "hint_outside": _("The hint at x {x}, y {y} lies outside of the picture of {width} x {height} pixels."),
    "all_hole": _("The mask covers the whole picture; nothing is left to repair it from."),
    "worker_died": _(
        "The photograph was tried {attempts} times and stopped the machine's work each time. The original is safe."
    ),
    "timed_out": _(
        "The photograph took longer than {minutes} minutes and was given up. The original is safe."
    ),
    "out_of_memory": _("The photograph needs more memory than this machine has. The original is safe."),
    "internal": _("Something went wrong on our side. The original is safe and the fault is on record."),
    # The site's own: a file that it cannot take now, and what a waiting photograph waits for.
    "no_space": _("The disk of this site is nearly full, so the file was not taken. Please try again later."),
    "quota_waiting": _(
        "At most {limit} of your photographs can wait here at once, so this one was not taken. The first of them "
        "should be done by {when}; please send it again then."
    ),
    "quota_day": _(
        "At most {limit} photographs a day can be sent, so this one was not taken. Please send it again after {when}."
    ),
    "quota_stored": _(
        "Your photographs may take {limit} MB here, and there is no room for this one. Please delete some, or send it "
        "again after {when}, when the oldest have gone."
    ),
    "waits_for_space": _("The disk of this site is full. The photograph waits and is tried again by itself."),
    "waits_for_weights": _(
        "A part of the restorer is missing on this site. The photograph waits until its keeper has put it back."
    ),
    # Of a ZIP that staff brought in, and of what lies in it.
    "zip_broken": _("This is not a ZIP file, or it was cut off. Nothing was taken from it."),
    "zip_locked": _("The file is locked with a password inside the ZIP and was not taken."),
    "zip_packing": _("The file is packed in a way that cannot be unpacked here. An ordinary ZIP can."),
    "zip_place": _("The file’s place in the ZIP leads out of it, so it was not taken."),
    "zip_files": _("The ZIP holds more than {limit} files; those after them were not taken."),
    "zip_unpacked": _("Unpacked, the ZIP is larger than {limit} MB; the files after that were not taken."),
    "zip_too_large": _("The ZIP is larger than {limit} MB. Nothing was taken from it."),
    "waits_for_machine": _("The machine had a fault. The photograph waits and is tried again by itself."),
}


DETAILS = (
    # Of "unsupported", as ml.photo words them (a test compares), written out so that gettext finds them.
    gettext_noop("its colours are CIE Lab; save it as RGB"),
    gettext_noop("its colours are of a kind that we do not know"),
    gettext_noop("it is a mask, not a picture"),
    gettext_noop("it holds light beyond white (HDR); save it as RGB of 16 bits"),
    gettext_noop("its numbers are signed; save it with 8 or 16 bits per channel"),
    gettext_noop("its numbers are floating-point; save it with 8 or 16 bits per channel"),
    gettext_noop("its numbers are of a kind that we do not know"),
    gettext_noop("it has more than 16 bits per channel, or an odd number of them"),
    gettext_noop("its channels differ in depth"),
    gettext_noop("it is compressed in a way that we do not know"),
    gettext_noop("it is compressed without loss or in layers"),
    gettext_noop("it is a camera's raw file"),
    gettext_noop("its channels are of another number or depth than a JPEG's"),
    gettext_noop("its colours are not stored as a photograph's"),
)


class _Forgiving(dict[str, Any]):
    """A value that a row from an older version lacks is shown as a dash, never as an error."""

    def __missing__(self, key: str) -> str:
        return "–"


def sentence(code: str, values: Mapping[str, Any] | None = None) -> str:
    """The translated sentence for a code of ml.contract.REASONS or of the site's own."""
    words = str(SENTENCES.get(code, SENTENCES["internal"]))
    told = _Forgiving(values or {})
    if "when" in told:
        told["when"] = _moment(told["when"])
    if told.get("detail"):
        told["detail"] = gettext(str(told["detail"]))
    return string.Formatter().vformat(words, (), told)


def _moment(iso: str) -> str:
    """A time as a person reads it; the site's clock is UTC, and a reader's may not be."""
    return f"{date_format(localtime(datetime.fromisoformat(iso)), 'j E, H:i')} UTC"
