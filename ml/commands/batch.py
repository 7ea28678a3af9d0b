"""Many files, one after the other: which they are, what each is called, and one bad file does not stop the rest."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.commands.console import UsageError
from ml.commands.progress import Bar
from ml.contract import REASONS, RESULTS, PhotoRejected, WeightsMissing

logger = logging.getLogger(__name__)

SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif"}
"""What is taken from a folder; a file that is named is always tried."""
ENDINGS = (*RESULTS, "mask", "probability")
"""What results' names end with."""
DONE, FAILED, SKIPPED = "done", "failed", "skipped"


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


def collect(inputs: Iterable[Path], out: Path) -> list[Item]:
    """Files as named, and the photographs of folders, subfolders too, in order of name.

    NAME is the file's stem; where two of a folder share it, their whole names are used, so that no result
    overwrites another. Results of an earlier run in `out` are no inputs.
    """
    found: list[tuple[Path, Path]] = []
    for path in inputs:
        if path.is_dir():
            if path.resolve() == out.resolve():
                raise UsageError(f"--out: {out} is an input too; its results would be taken for photographs")
            found += [(file, file.relative_to(path)) for file in _photographs(path, out)]
        else:
            found.append((path, Path(path.name)))
    found = list(dict.fromkeys(found))
    stems = Counter(shown.with_suffix("") for _, shown in found)
    names = Counter(shown for _, shown in found)
    clash = [str(shown) for shown, count in names.items() if count > 1]
    if clash:
        raise UsageError(f"two inputs are both called {clash[0]}; their results would overwrite each other")
    items = [
        Item(file, str(shown), shown.parent, shown.stem if stems[shown.with_suffix("")] == 1 else shown.name)
        for file, shown in found
    ]
    _refuse_overwriting(items, out)
    return items


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
            bar.finished(item.label, outcome.status)
    finally:
        bar.close()
    return outcomes


def _attempt(item: Item, work: Work, bar: Bar) -> Outcome:
    try:
        details = work(item, lambda words, share: bar.show(item.label, words, share))
    except PhotoRejected as error:
        return Outcome(item, FAILED, str(error), error.code)
    except OSError as error:
        return Outcome(item, FAILED, error.strerror or str(error), "file")
    except WeightsMissing:
        raise  # no file would fare better
    except Exception as error:  # the task's edge: a fault of ours with one file must not stop the others
        logger.debug("%s", item.label, exc_info=error)
        return Outcome(item, FAILED, f"{REASONS['internal']} ({type(error).__name__}: {error})", "internal")
    return Outcome(item, DONE, details=details) if details is not None else Outcome(item, SKIPPED)


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    counts = Counter(outcome.status for outcome in outcomes)
    return {
        "files": [outcome.as_json() for outcome in outcomes],
        **{status: counts[status] for status in (DONE, SKIPPED, FAILED)},
    }


def exit_code(outcomes: list[Outcome]) -> int:
    return 1 if any(outcome.status == FAILED for outcome in outcomes) else 0
