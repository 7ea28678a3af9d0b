"""The site's own settings, but its worker's child works with the stand-in of tests/faults/child.py."""

import sys

from restore.settings import *  # noqa: F403

CHILD_COMMAND = [sys.executable, "-m", "tests.faults.child"]
