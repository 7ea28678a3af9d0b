"""A training's figures: log.csv, one line per span of steps, and curves.png drawn from it."""

from __future__ import annotations

import csv
import math
import os
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

LOG = "log.csv"
CURVES = "curves.png"
PANEL_PX = (220, 380)
"""Height and width of one curve."""
INK, PAPER, PALE = (40, 40, 40), 255, (190, 190, 190)
NOT_DRAWN = {"step", "minutes"}


class RunLog:
    def __init__(self, run: Path, resume: bool) -> None:
        self.path = run / LOG
        self.rows: list[dict[str, str]] = []
        if resume and self.path.is_file():
            with self.path.open(newline="") as file:
                self.rows = list(csv.DictReader(file))
        self._sums: dict[str, list[float]] = defaultdict(list)

    def forget_after(self, step: int) -> None:
        """Drop lines of steps that were made after the checkpoint and are lost."""
        self.rows = [row for row in self.rows if int(row["step"]) <= step]

    def add(self, figures: dict[str, float]) -> None:
        """One step's figures; not every step has all of them."""
        for name, value in figures.items():
            self._sums[name].append(value)

    def write_line(self, step: int, minutes: float, **others: float) -> dict[str, float]:
        """Append the means since the last line; returns them."""
        means = {name: sum(values) / len(values) for name, values in self._sums.items() if values}
        self._sums.clear()
        line = {"step": step, "minutes": minutes, **others, **means}
        self.rows.append({name: f"{value:.6g}" for name, value in line.items()})
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        part = self.path.with_suffix(".part")
        with part.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)
        os.replace(part, self.path)
        return means

    def draw(self) -> None:
        """curves.png: every figure over the steps, its mean over ten lines on top."""
        names = list(dict.fromkeys(name for row in self.rows for name in row if name not in NOT_DRAWN))
        panels = [_panel(name, *self._series(name)) for name in names]
        if not panels:
            return
        across = min(3, len(panels))
        panels += [np.full_like(panels[0], PAPER)] * (-len(panels) % across)
        rows = [np.hstack(panels[start : start + across]) for start in range(0, len(panels), across)]
        cv2.imwrite(str(self.path.with_name(CURVES)), np.vstack(rows))

    def _series(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        points = [(int(row["step"]), float(row[name])) for row in self.rows if row.get(name)]
        points = [point for point in points if math.isfinite(point[1])]
        return np.array([step for step, _ in points]), np.array([value for _, value in points])


def _panel(name: str, steps: np.ndarray, values: np.ndarray) -> np.ndarray:
    height, width = PANEL_PX
    panel = np.full((height, width, 3), PAPER, np.uint8)
    last = f"{values[-1]:.4g}" if len(values) else "-"
    cv2.putText(panel, f"{name}  {last}", (10, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
    if len(values) < 2:
        return panel
    low, high = np.percentile(values, [1, 99])
    span = max(high - low, 1e-9)
    x = 10 + (steps - steps[0]) / max(steps[-1] - steps[0], 1) * (width - 20)
    for series, colour in ((values, PALE), (_smooth(values), INK)):
        y = height - 10 - np.clip((series - low) / span, 0, 1) * (height - 45)
        cv2.polylines(panel, [np.stack([x, y], 1).round().astype(np.int32)], False, colour, 1, cv2.LINE_AA)
    return panel


def _smooth(values: np.ndarray, window: int = 10) -> np.ndarray:
    sums = np.cumsum(np.insert(values, 0, 0.0))
    starts = np.maximum(np.arange(len(values)) - window + 1, 0)
    stops = np.arange(1, len(values) + 1)
    return (sums[stops] - sums[starts]) / (stops - starts)
