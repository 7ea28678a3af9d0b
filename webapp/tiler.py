"""The process that cuts one picture into tiles: bytes from strangers are decoded here, never in the process of a page.

    python -m webapp.tiler SOURCE TARGET MOST_PIXELS MEMORY_BYTES SECONDS

TARGET appears whole or not at all. Ends with 0, or with 1 where it could not be done. It knows no Django and no torch;
the lock that says "one is being cut" is inherited and held until this process is gone, however it ends.
"""

from __future__ import annotations

import resource
import sys
from contextlib import suppress
from pathlib import Path

from ml.contract import PhotoRejected

OOM_SCORE = 700
"""Of 1000: it goes before a worker's child does, since tiles can be cut again at any time."""


def main() -> int:
    source, target = map(Path, sys.argv[1:3])
    most_pixels, memory_bytes, seconds = map(int, sys.argv[3:6])
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        cut(source, target, most_pixels)
    except (PhotoRejected, MemoryError, OSError) as error:
        print(f"no tiles: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def cut(source: Path, target: Path, most_pixels: int) -> None:
    from ml.photo import read
    from ml.photo.pyramid import write_pyramid
    from ml.photo.writing import atomically

    with atomically(target) as file:
        write_pyramid(read(source, max_pixels=most_pixels), file, Path(target.stem).suffix)


if __name__ == "__main__":
    sys.exit(main())
