"""report.csv: what became of each file of a batch, and what is done already when it is run again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ml.checksum import file_sha256
from ml.commands.batch import DONE, SKIPPED, Item, Outcome
from ml.contract import RESULTS, Options

FILE_NAME = "report.csv"
FILES = (*RESULTS, "mask", "layers")
"""Columns that name a file."""
COLUMNS = (
    ["file", "status", "reason", "width", "height", "bits", "defect_share", "line", "speck", "loss"]
    + ["found_nothing", "notes", *RESULTS, "mask", "seconds", "sha256", "settings", "layers"]
)  # fmt: skip


class Ledger:
    """One row per file, appended as soon as it is known; of two rows for a file the later one counts."""

    def __init__(self, out: Path, settings: str) -> None:
        self.path = out / FILE_NAME
        self.settings = settings
        self.rows: dict[str, dict[str, str]] = {}
        if self.path.exists():
            with self.path.open(newline="", encoding="utf-8") as file:
                reader = csv.DictReader(file)
                self.rows = {row["file"]: row for row in reader if row.get("file")}
                headings = reader.fieldnames
            if headings != COLUMNS:
                self.tidy()  # of an older version: rows of now would not stand under its headings

    def results_of_others(self, inputs: Iterable[Path]) -> list[str]:
        """Results (without suffix, below --out) of earlier runs whose files are not among those of this run."""
        here = {path.name for path in inputs if not path.is_dir()}
        here |= {str(file.relative_to(path)) for path in inputs if path.is_dir() for file in path.rglob("*")}
        rows = [row for label, row in self.rows.items() if label not in here]
        return [str(Path(row[kind]).with_suffix("")) for row in rows for kind in FILES if row.get(kind)]

    def is_done(self, item: Item, sha256: str) -> bool:
        """The same file with the same settings, and all its results are there."""
        row = self.rows.get(item.label)
        if (
            row is None
            or row["status"] != DONE
            or row["sha256"] != sha256
            or row["settings"] != self.settings
        ):
            return False
        files = [row[kind] for kind in FILES if row.get(kind)]
        return bool(files) and all((self.path.parent / file).is_file() for file in files)

    def add(self, outcome: Outcome, sha256: str) -> None:
        if outcome.status == SKIPPED:
            return
        row = {"file": outcome.item.label, "status": outcome.status, "reason": outcome.reason}
        row |= {"sha256": sha256, "settings": self.settings} | _report_columns(outcome)
        self.rows[outcome.item.label] = row
        fresh = not self.path.exists()
        with self.path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            if fresh:
                writer.writeheader()
            writer.writerow(row)

    def tidy(self) -> None:
        """One row per file, at the end of a run."""
        temporary = self.path.with_suffix(".part")
        with temporary.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(self.rows.values())
        temporary.replace(self.path)


def _report_columns(outcome: Outcome) -> dict[str, Any]:
    if not outcome.details:
        return {}
    report = outcome.details["report"]
    folder = outcome.item.folder
    columns = {name: report[name] for name in ("width", "height", "bits", "found_nothing")}
    columns |= {kind: str(folder / file) for kind, file in report["files"].items() if kind in FILES}
    columns |= {kind: f"{share:.6f}" for kind, share in report["kinds"].items()}
    return columns | {
        "defect_share": f"{report['defect_share']:.6f}",
        "notes": " ".join(report["notes"]),
        "seconds": f"{sum(report['seconds'].values()):.2f}",
    }


def settings_text(options: Options, mask: Path | None) -> str:
    """What a result depends on besides its file, for comparison with an earlier run."""
    from ml.networks import networks_of, weights_sha256  # numpy comes in here, not with --help

    chosen = {"only": sorted(options.only), "format": options.format, "saturation": options.saturation}
    if options.layers is not None:  # absent otherwise: what was done before there were layers stays done
        chosen["layers"] = options.layers
    if mask is None and options.finding != "normal":
        chosen["finding"] = options.finding
    if options.visible_mark:
        chosen["visible_mark"] = True
    if options.seed:
        chosen["seed"] = options.seed
    if options.tries:
        chosen["tries"] = [
            {"seed": one["seed"], "mask": file_sha256(Path(one["mask"]))} for one in options.tries
        ]
    if options.hints:
        chosen["hints"] = list(options.hints)
    if options.variant:
        chosen["variant"] = options.variant
    if not options.damped:
        chosen["damped"] = False
    chosen["mask"] = None if mask is None else file_sha256(mask)
    chosen["weights"] = weights_sha256(networks_of(options.only, mask is not None, options.damped))
    return json.dumps(chosen, sort_keys=True)
