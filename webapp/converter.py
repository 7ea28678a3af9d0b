"""The process that saves a picture in another format: it holds the pixels, so that no web process does.

    python -m webapp.converter SOURCE TARGET FORMAT MEMORY_BYTES

The picture is one that the worker made. Metadata and profile go along, and 16 bits where the format holds them.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

NICENESS = 5
"""The pages answer first."""
MOST_PIXELS = 10**10
"""Its size was judged when the photograph came in."""


def main(source: str, target: str, format: str, memory_bytes: str) -> int:
    os.nice(NICENESS)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (int(memory_bytes), hard))
    from ml.photo import read, write

    write(read(Path(source), max_pixels=MOST_PIXELS), Path(target), format)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
