"""A bad file gets a sentence or is read; never another exception, never unbounded memory or time."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ml import photo
from ml.contract import PhotoRejected
from tests.badfiles import bad_files

VALID = bad_files.valid()
LIMIT_PIXELS = 40_000_000


def judged(path: Path, content: bytes) -> str:
    """What came of it: the code of the refusal, or "read"."""
    path.write_bytes(content)
    try:
        info = photo.probe(path, max_pixels=LIMIT_PIXELS)
        read = photo.read(path, max_pixels=LIMIT_PIXELS)
    except PhotoRejected as refusal:
        assert str(refusal)
        return refusal.code
    assert read.pixels_HWC.shape == (info.height, info.width, 3)
    assert read.bits == info.bits
    return "read"


@pytest.mark.parametrize(
    ("content", "code"),
    [pytest.param(content, code, id=name) for name, content, code in bad_files.all_refused()],
)
def test_it_is_refused_with_a_sentence(content, code, tmp_path):
    assert judged(tmp_path / "photo.jpg", content) == code


@pytest.mark.parametrize(
    "content", [pytest.param(content, id=name) for name, content in bad_files.odd_but_readable()]
)
def test_what_does_not_touch_the_pixels_does_not_stop_the_photograph(content, tmp_path):
    assert judged(tmp_path / "photo.jpg", content) == "read"
    photo.write(photo.read(tmp_path / "photo.jpg"), tmp_path / "out.tif", "tiff")
    assert photo.read(tmp_path / "out.tif")


@pytest.mark.parametrize(
    "content", [pytest.param(content, id=name) for name, content in bad_files.lying_boxes()]
)
def test_a_box_that_lies_about_the_size_is_refused_or_has_it(content, tmp_path):
    """libavif stretches a picture to the size that its box tells: the size that was judged."""
    assert judged(tmp_path / "photo.heic", content) in ("too_many_pixels", "broken", "read")


@pytest.mark.parametrize("name", VALID)
def test_the_valid_ones_are_valid(name, tmp_path):
    assert judged(tmp_path / "photo", VALID[name]) == "read"


@pytest.mark.parametrize("name", VALID)
def test_a_file_that_was_cut_off_is_refused(name, tmp_path):
    whole = VALID[name]
    offsets = sorted({*range(0, 64, 3), *np.linspace(64, len(whole) * 0.95, 40).astype(int).tolist()})

    outcomes = {offset: judged(tmp_path / "photo", whole[:offset]) for offset in offsets}

    assert set(outcomes.values()) <= {"empty", "not_a_photo", "broken", "unsupported"}, outcomes


@pytest.mark.parametrize("name", VALID)
@pytest.mark.parametrize("seed", range(4))
def test_flipped_bytes_end_in_a_sentence_or_a_photograph(name, seed, tmp_path):
    rng = np.random.default_rng([seed, *name.encode()])
    whole = np.frombuffer(VALID[name], np.uint8)

    for _ in range(40):
        flipped = whole.copy()
        reach = len(whole) if rng.random() < 0.5 else min(400, len(whole))
        places = rng.integers(0, reach, rng.integers(1, 9))
        flipped[places] = rng.integers(0, 256, len(places))
        judged(tmp_path / "photo", flipped.tobytes())


def test_a_folder_and_an_absent_file_are_errors_of_the_caller(tmp_path):
    with pytest.raises(OSError):
        photo.probe(tmp_path / "absent.jpg")
    with pytest.raises(OSError):
        photo.probe(tmp_path)


@pytest.mark.parametrize(
    "name", ["a\nb.jpg", "..", "con.jpg", "фото.jpg", "a" * 200 + ".jpg", "-rf.jpg", " .jpg"]
)
def test_a_name_changes_nothing(name, tmp_path):
    path = tmp_path / name if name != ".." else tmp_path / "...jpg"
    assert judged(path, VALID["jpeg"]) == "read"


def test_bombs_cost_no_memory(tmp_path):
    """All of them in one fresh process that may not grow past 400 MB above its start."""
    bombs = [content for _, content, _ in bad_files.giants()]
    bombs += [content for _, content in bad_files.lying_boxes()]
    bombs += [content for name, content in bad_files.odd_but_readable() if "bomb" in name]
    for number, content in enumerate(bombs):
        (tmp_path / f"{number}.bin").write_bytes(content)
    program = (
        "import sys; from pathlib import Path; from ml import photo; from ml.contract import PhotoRejected\n"
        "for path in sys.argv[1:]:\n"
        "    try: photo.read(Path(path), max_pixels=40_000_000)\n"
        "    except PhotoRejected: pass\n"
        "status = Path('/proc/self/status').read_text().split()\n"
        # getrusage would tell the peak of the process that this one was forked from, the whole suite's.
        "print(int(status[status.index('VmHWM:') + 1]) // 1024)"
    )

    result = subprocess.run(
        [sys.executable, "-c", program, *sorted(map(str, tmp_path.glob("*.bin")))],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30)),
    )

    assert int(result.stdout) < 500, "MB"
