"""The worker's child with a stand-in for ml.pipeline that behaves as the photograph's last bytes say.

A photograph ends in `#BEHAVIOUR`. Every start is noted in DATA_DIR/starts.log, so that tests count them.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from pathlib import Path
from types import ModuleType

from ml.contract import PhotoRejected, Report, Stage, WeightsMissing
from webapp import child

DATA = Path(os.environ["DATA_DIR"])
FLAG = DATA / "machine-is-broken"


def restore_file(source, out, options, on_progress, *, mask, strokes, name, previews, max_pixels, kept):
    behaviour = source.read_bytes().rpartition(b"#")[2].decode()
    with (DATA / "starts.log").open("a") as log:
        log.write(f"{source.stem} {os.getpid()} {os.getppid()}\n")
    on_progress(Stage.READING, 0.5)
    (out / f"{name}_restored.png").write_bytes(b"half of it")
    BEHAVIOURS[behaviour](on_progress)
    files = {}
    for kind in ("restored", "colorized", "restored_colorized", "mask", "preview_original"):
        files[kind] = f"{name}_{kind}.png"
        (out / files[kind]).write_bytes(f"{kind} of {source.stem}".encode())
    (out / f"{name}_repair.npz").write_bytes(b"no result")
    on_progress(Stage.WRITING, 1.0)
    notes = ["repair was kept"] if kept and kept.is_file() else []
    return Report(width=64, height=48, bits=8, files=files, notes=notes)


def slow(on_progress, seconds=1.5):
    for step in range(30):
        time.sleep(seconds / 30)
        on_progress(Stage.FINDING, step / 30)


def stubborn(on_progress):
    sum(range(80_000_000))  # one instruction: the interpreter's lock is held all the while


def die(on_progress):
    os.kill(os.getpid(), signal.SIGKILL)


def reject(on_progress):
    raise PhotoRejected("broken")


def break_down(on_progress):
    raise RuntimeError("a fault of ours")


def eat_memory(on_progress):
    bytearray(1 << 50)


def fill_disk(on_progress):
    if FLAG.exists():
        raise OSError(errno.ENOSPC, "No space left on device")


def want_weights(on_progress):
    if FLAG.exists():
        raise WeightsMissing("segment.safetensors")


def hang(on_progress):
    time.sleep(600)


BEHAVIOURS = {
    "quick": lambda on_progress: None,
    "slow": slow,
    "stubborn": stubborn,
    "die": die,
    "reject": reject,
    "break_down": break_down,
    "eat_memory": eat_memory,
    "fill_disk": fill_disk,
    "want_weights": want_weights,
    "hang": hang,
}

if __name__ == "__main__":
    sys.modules["ml.pipeline"] = stand_in = ModuleType("ml.pipeline")
    stand_in.restore_file = restore_file
    child.main()
