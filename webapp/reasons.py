"""Why a photograph was refused or given up, in the reader's language."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    # Those of ml.contract.REASONS, word for word (a test compares), written out so that gettext finds them.
    "empty": _("The file is empty."),
    "not_a_photo": _("This is not a photograph that can be read. JPEG, PNG, TIFF, WebP and HEIC can."),
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
    "waits_for_space": _("The disk of this site is full. The photograph waits and is tried again by itself."),
    "waits_for_weights": _(
        "A part of the restorer is missing on this site. The photograph waits until its keeper has put it back."
    ),
    "waits_for_machine": _("The machine had a fault. The photograph waits and is tried again by itself."),
}


class _Forgiving(dict[str, Any]):
    """A value that a row from an older version lacks is shown as a dash, never as an error."""

    def __missing__(self, key: str) -> str:
        return "–"


def sentence(code: str, values: Mapping[str, Any] | None = None) -> str:
    """The translated sentence for a code of ml.contract.REASONS or of the site's own."""
    words = str(SENTENCES.get(code, SENTENCES["internal"]))
    return string.Formatter().vformat(words, (), _Forgiving(values or {}))
