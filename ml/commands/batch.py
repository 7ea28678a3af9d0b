"""Many files, one after the other: which they are, what each is called, and one bad file does not stop the rest."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

from ml.commands.console import UsageError, answer, say
from ml.commands.progress import Bar
from ml.contract import REASONS, RESULTS, PhotoRejected, WeightsMissing

logger = logging.getLogger(__name__)

SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif"}
"""What is taken from a folder; a file that is named is always tried."""
ENDINGS = (*RESULTS, "mask", "probability", "report", "layers")
"""What results' names end with."""
DONE, FAILED, SKIPPED = "done", "failed", "skipped"


class Failed(Exception):
    """This file cannot be done as it was asked; the message says why, for the one who asked."""


@dataclass(frozen=True)
class Item:
    source: Path
    label: str
    """The file's name as it is shown: with its folders where it was found in one."""
    folder: Path
    """Where below --out its results go."""
    name: str
    """What its results' names begin with."""


@dataclass
class Outcome:
    item: Item
    status: str
    reason: str = ""
    code: str = ""
    details: Any = None

    def as_json(self) -> dict[str, Any]:
        document = {"file": self.item.label, "status": self.status}
        if self.reason:
            document |= {"reason": self.reason, "code": self.code}
        return document | (self.details or {})


Work = Callable[[Item, Callable[[str, float], None]], dict[str, Any] | None]
"""Does one file; is given what to call with (words, share). None means that it was done already."""


def collect(inputs: Iterable[Path], out: Path, taken: Iterable[str] = ()) -> list[Item]:
    """Files as named, and the photographs of folders, subfolders too, in order of name.

    No two of them share a result, nor has one a result in `taken` (below `out`, without suffix): NAME is the file's
    stem, its whole name where another file has that stem, and is numbered where that is not enough.
    Results of an earlier run in `out` are no inputs. Raises UsageError where results would overwrite something.
    """
    found: dict[Path, Path] = {}
    for path in inputs:
        if path.is_dir():
            if path.resolve() == out.resolve():
                raise UsageError(f"--out: {out} is an input too; its results would be taken for photographs")
            for file in _photographs(path, out):
                found.setdefault(file.absolute(), file.relative_to(path))
        else:
            found.setdefault(path.absolute(), Path(path.name))
    if not found:
        raise UsageError("no photographs in the folders that were named")
    twice = [str(shown) for shown, times in Counter(found.values()).items() if times > 1]
    if twice:
        raise UsageError(f"two inputs are both called {twice[0]}; their results would overwrite each other")
    items = _named(found, {result.casefold() for result in taken})
    _refuse_overwriting(items, out)
    return items


def _named(found: dict[Path, Path], used: set[str]) -> list[Item]:
    stems = Counter(str(shown.with_suffix("")).casefold() for shown in found.values())
    items = []
    for file, shown in found.items():
        alone = stems[str(shown.with_suffix("")).casefold()] == 1
        numbered = (f"{shown.name}-{number}" for number in count(2))
        candidates = chain([shown.stem] if alone else [], [shown.name], numbered)
        name = next(name for name in candidates if not _results(shown.parent, name) & used)
        used |= _results(shown.parent, name)
        items.append(Item(file, str(shown), shown.parent, name))
    return items


def _results(folder: Path, name: str) -> set[str]:
    """Of a NAME, without suffixes; some disks take a.jpg and A.jpg for one file."""
    return {str(folder / f"{name}_{ending}").casefold() for ending in ENDINGS}


def _refuse_overwriting(items: list[Item], out: Path) -> None:
    """An original is never replaced by a result of its neighbour."""
    results = {
        (out / item.folder).resolve() / f"{item.name}_{ending}" for item in items for ending in ENDINGS
    }
    for item in items:
        if item.source.resolve().with_suffix("") in results:
            raise UsageError(
                f"{item.source} would be overwritten by a result; choose another folder for --out"
            )


def _photographs(folder: Path, out: Path) -> list[Path]:
    out = out.resolve()
    return sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in SUFFIXES
        and not file.name.startswith(".")
        and file.is_file()
        and out not in file.resolve().parents
    )


def run(
    items: list[Item], work: Work, after: Callable[[Outcome], None] = lambda outcome: None
) -> list[Outcome]:
    """Every file in turn; `after` is told of each at once, so that an interruption loses nothing that was done."""
    outcomes, bar = [], Bar(len(items))
    try:
        for item in items:
            outcome = _attempt(item, work, bar)
            outcomes.append(outcome)
            after(outcome)
            if outcome.status == FAILED:
                bar.line(f"{item.label}: {outcome.reason}")
            bar.finished(item.label, outcome.status, worked=outcome.status != SKIPPED)
    finally:
        bar.close()
    return outcomes


def _attempt(item: Item, work: Work, bar: Bar) -> Outcome:
    try:
        details = work(item, lambda words, share: bar.show(item.label, words, share))
    except PhotoRejected as error:
        return Outcome(item, FAILED, str(error), error.code)
    except Failed as error:
        return Outcome(item, FAILED, str(error), "usage")
    except OSError as error:
        return Outcome(item, FAILED, _words(error), "file")
    except WeightsMissing:
        raise  # no file would fare better
    except Exception as error:  # the task's edge: a fault of ours with one file must not stop the others
        logger.debug("%s", item.label, exc_info=error)
        return Outcome(item, FAILED, f"{REASONS['internal']} ({type(error).__name__}: {error})", "internal")
    return Outcome(item, DONE, details=details) if details is not None else Outcome(item, SKIPPED)


def _words(error: OSError) -> str:
    """What went wrong, and with which file where the system tells."""
    file = error.filename2 or error.filename
    return f"{error.strerror}: {file}" if error.strerror and file else error.strerror or str(error)


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    """peak_mb: the most memory that this process has held so far, all files together."""
    counts = Counter(outcome.status for outcome in outcomes)
    return {
        "files": [outcome.as_json() for outcome in outcomes],
        **{status: counts[status] for status in (DONE, SKIPPED, FAILED)},
        "peak_mb": getrusage(RUSAGE_SELF).ru_maxrss // 1024,
    }


def conclude(outcomes: list[Outcome], json: bool, where: Path) -> int:
    """The last words of a batch and its exit code."""
    result = summary(outcomes)
    say(
        f"{result[DONE]} done, {result[SKIPPED]} done before, {result[FAILED]} failed; "
        f"peak of memory {result['peak_mb']} MB; see {where}"
    )
    if json:
        answer(result)
    return 1 if result[FAILED] else 0
