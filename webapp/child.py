"""The process that does the work: it alone loads torch and decodes what strangers sent, and it knows no database.

    python -m webapp.child FD

FD is one end of a pair of pipes whose other end the worker holds (webapp/handle.py). An order comes in, progress and
one outcome go out, all as JSON; then the next order, so that the networks are loaded once. When the worker dies,
however suddenly, its end closes and this process ends too.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from ml.contract import Options, PhotoRejected, Report, Stage
from webapp import trouble

BETWEEN_REPORTS_S = 0.25
OOM_SCORE = 500
"""Of 1000: where the machine's memory runs out, this process goes first, not the database or the worker."""
NICENESS = 5
"""The pages answer first; the networks take what is left of the processor."""


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the worker decides for us
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))
    os.nice(NICENESS)
    pipe = Connection(int(sys.argv[1]))
    orders: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, orders), daemon=True).start()
    while True:
        order = orders.get()
        _tell(pipe, **carry_out(order, lambda stage, share: _tell(pipe, stage=stage, progress=share)))


def carry_out(order: dict[str, Any], report_progress: Any) -> dict[str, Any]:
    """Do one order; the outcome is a dict whose `outcome` is done, rejected, setback or fault."""
    try:
        _limit_memory(order["memory_bytes"])
        out = Path(order["out"])
        report = _restore(order, out, _Throttle(report_progress))
        return {"outcome": "done", "report": report.as_json(), "files": _made(out, report)}
    except PhotoRejected as rejected:
        return {"outcome": "rejected", "code": rejected.code, "values": rejected.values}
    except MemoryError:
        return {"outcome": "rejected", "code": "out_of_memory", "values": {}}
    except Exception as error:
        code = trouble.setback(error)
        fault = traceback.format_exc()
        return (
            {"outcome": "setback", "code": code, "fault": fault}
            if code
            else {"outcome": "fault", "fault": fault}
        )


def _restore(order: dict[str, Any], out: Path, on_progress: _Throttle) -> Report:
    from ml.pipeline import restore_file

    options = {**order["options"], "only": tuple(order["options"].get("only", Options.only))}
    return restore_file(
        Path(order["source"]),
        out,
        Options(**options),
        on_progress,
        mask=Path(order["mask"]) if order["mask"] else None,
        strokes=order["strokes"],
        kept=Path(order["kept"]) if order["kept"] else None,
        name=order["name"],
        previews=True,
        max_pixels=order["max_pixels"],
    )


def _made(out: Path, report: Report) -> list[dict[str, Any]]:
    """What was made, synced to the disk, with its hash."""
    files = []
    for kind, name in report.files.items():
        with (out / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
            files.append({"kind": kind, "name": name, "sha256": digest, "bytes": file.tell()})
    return files


class _Throttle:
    """Lets a progress through at a change of stage, and else a few times a second."""

    def __init__(self, report_progress: Any) -> None:
        self._report, self._stage, self._due = report_progress, None, 0.0

    def __call__(self, stage: Stage, share: float) -> None:
        now = time.monotonic()
        if stage != self._stage or now >= self._due:
            self._stage, self._due = stage, now + BETWEEN_REPORTS_S
            self._report(str(stage), float(share))


def _limit_memory(most_bytes: int) -> None:
    """Of data this process may own: beyond it an allocation fails, and the photograph alone is given up."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = most_bytes if hard == resource.RLIM_INFINITY else min(most_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _listen(pipe: Connection, orders: SimpleQueue[dict[str, Any]]) -> None:
    """In a thread of its own, so that the worker's end is noticed also in the midst of work."""
    try:
        while True:
            orders.put(json.loads(pipe.recv_bytes()))
    except (EOFError, OSError):
        os._exit(0)


def _tell(pipe: Connection, **message: Any) -> None:
    try:
        pipe.send_bytes(json.dumps(message).encode())
    except OSError:
        os._exit(0)


if __name__ == "__main__":
    main()
