"""Errors of the machine: not the photograph's fault, so it is tried again and the try does not count.

Standard library only: the worker's child, which knows no Django, asks here too.
"""

from __future__ import annotations

import errno

from ml.contract import WeightsMissing

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def setback(error: BaseException) -> str | None:
    """The code of webapp/reasons.py for what the photograph now waits for; None where the machine is not at fault."""
    if isinstance(error, WeightsMissing):
        return "waits_for_weights"
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return "waits_for_space"
    # Pillow's complaints about a picture are OSErrors too, but only the system's own carry a number.
    if isinstance(error, ImportError) or (isinstance(error, OSError) and error.errno is not None):
        return "waits_for_machine"
    return None
