"""The progress bar: drawn on a terminal with the time left, a line per file elsewhere."""

from __future__ import annotations

import io

import pytest

from ml.commands import progress
from ml.commands.progress import Bar
from tests.ml.cli import run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def last(self) -> str:
        return self.getvalue().rsplit("\r\033[K", 1)[-1]


@pytest.fixture
def clock(monkeypatch):
    """clock.now: what the bar takes for the time."""

    class Clock:
        now = 1000.0

    monkeypatch.setattr(progress.time, "monotonic", lambda: Clock.now)
    monkeypatch.setenv("COLUMNS", "120")
    return Clock


def test_it_tells_how_far_and_how_long(clock):
    bar = Bar(4, terminal := Terminal())
    clock.now += 30
    bar.finished("a.jpg", "done")
    clock.now += 15

    bar.show("b.jpg", "repairing", 0.5)

    assert terminal.last() == "[#########---------------] 1/4  0:01:15 left  b.jpg  repairing  50%"


def test_what_was_done_before_does_not_count_as_speed(clock):
    bar = Bar(10, terminal := Terminal())
    for number in range(8):
        bar.finished(f"{number}.jpg", "skipped", worked=False)
    clock.now += 60

    bar.show("8.jpg", "finding", 0.5)

    assert "8/10  0:03:00 left" in terminal.last()


def test_no_time_is_told_before_anything_is_known(clock):
    bar = Bar(3, terminal := Terminal())
    clock.now += 10

    bar.show("a.jpg", "reading", 0.0)

    assert "left" not in terminal.last() and "0/3" in terminal.last()


def test_a_log_gets_a_line_per_file_and_no_bar(folder, tmp_path, loaded, capsys):
    run("restore", folder, "--out", tmp_path / "out")
    run("restore", folder, "--out", tmp_path / "out")

    lines = capsys.readouterr().err.splitlines()
    assert "1/3 a.png: done" in lines and "1/3 a.png: skipped" in lines
    assert not any("\r" in line or "[#" in line for line in lines)


def test_an_interrupted_terminal_is_left_clean(clock):
    bar = Bar(2, terminal := Terminal())
    clock.now += 5
    bar.show("a.jpg", "reading", 0.3)

    bar.close()

    assert terminal.last() == ""
