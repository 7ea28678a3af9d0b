"""What the three trainings share: the loop, averaged weights, checkpoints, resume, budget of time, logs.

The loop knows no network: it is given a Trainee, which takes the steps. One process, or several under `torchrun`
(gradients are averaged before each optimizer's step).
"""

from __future__ import annotations

import copy
import math
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from ml.checkpoint import save_weights
from ml.distributed import any_of_all, average_gradients, join_others
from ml.loading import endless_batches
from ml.runlog import RunLog
from ml.runstate import generator_states, load_state, save_state, seed_generators, set_generator_states

WARM_UP_STEPS = 200
SHEET_SEED = 10_000_019
"""A contact sheet's samples are drawn by another seed than the training's."""
EMA_DECAY = 0.999
LONGEST_STEP_S = 60.0
"""A step that took longer was not at work (its process was stopped): it counts as this much of the budget."""


class Trainee(Protocol):
    modules: dict[str, nn.Module]
    """"network" is the one whose average is kept and exported."""
    optimizers: dict[str, torch.optim.Optimizer]
    batch_size: int

    def sample(self, index: int) -> dict[str, Tensor]:
        """Sample of an endless series, the same for the same index; runs in a loader's process."""

    def step(self, batch: dict[str, Tensor], step: int) -> dict[str, float]:
        """Forward, backward, optimizers; returns figures to log."""

    def sheet(self, network: nn.Module) -> np.ndarray:
        """Contact sheet, RGB u8 HWC, of the same samples every time."""


@dataclass(frozen=True)
class RunConfig:
    run: Path
    minutes: float
    """Budget of this call, of time at work."""
    resume: bool = False
    seed: int = 0
    steps: int | None = None
    """Stop there; the learning rate falls towards it as a cosine. None: constant after the warm-up (or `anneal`)."""
    anneal: bool = False
    """Without `steps`: the rate falls towards the end of this call's minutes, on a machine lent for so long. It then
    follows the clock: no two runs are alike, and it is for one process."""
    device: str = "auto"
    shard_mb: float | None = None
    log_every_s: float = 20.0
    save_every_s: float = 300.0
    sheet_every_s: float = 600.0


def fit(trainee: Trainee, config: RunConfig) -> None:
    """Train until the budget, the steps, SIGINT or SIGTERM end it; a checkpoint is written in each case.

    Raises FileExistsError for a run that has a checkpoint where `resume` was not asked for, FileNotFoundError for
    one without where it was, and FloatingPointError at the first figure that is not finite.
    """
    run = _Run(trainee, config)
    with _Stop() as stop:
        for batch in run.batches():
            run.take_step(batch)
            if run.is_over() or stop.asked:
                break
    if run.rank == 0:
        run.write_line()
        run.save()
        run.draw_sheet()


class _Run:
    def __init__(self, trainee: Trainee, config: RunConfig) -> None:
        self.trainee, self.config = trainee, config
        self.rank, self.world = join_others()
        config.run.mkdir(parents=True, exist_ok=True)
        self.step, self.seconds_before = 0, 0.0
        self.waited = self.worked = 0.0
        """Seconds of this call: for batches, and in steps."""
        self.average = copy.deepcopy(trainee.modules["network"]).eval().requires_grad_(False)
        for optimizer in trainee.optimizers.values():
            for group in optimizer.param_groups:
                group.setdefault("initial_lr", group["lr"])
            if self.world > 1:
                optimizer.register_step_pre_hook(average_gradients)
        self.log = RunLog(config.run, config.resume)
        self._resume()
        self.line = (self.step, 0.0, 0.0)
        """Step, waited and worked at the last line of the log."""
        self.due = {"log": config.log_every_s, "save": config.save_every_s, "sheet": config.sheet_every_s}

    @property
    def seconds(self) -> float:
        return self.waited + self.worked

    def batches(self) -> Iterator[dict[str, Tensor]]:
        """Batches from the present step on; the time spent waiting for them is kept."""
        iterator = endless_batches(
            self.trainee.sample, self.trainee.batch_size, self.step, self.config.seed, self.rank, self.world
        )
        while True:
            start = time.monotonic()
            batch = next(iterator)
            self.waited += min(time.monotonic() - start, LONGEST_STEP_S)
            yield batch

    def take_step(self, batch: dict[str, Tensor]) -> None:
        start = time.monotonic()
        self._set_learning_rates()
        figures = self.trainee.step(batch, self.step)
        broken = [name for name, value in figures.items() if not math.isfinite(value)]
        if broken:
            raise FloatingPointError(
                f"step {self.step}: {', '.join(broken)} not finite; the last checkpoint stays"
            )
        self.step += 1
        _update_average(self.average, self.trainee.modules["network"], self.step)
        self.log.add(figures)
        self.worked += min(time.monotonic() - start, LONGEST_STEP_S)
        if self.rank == 0:
            self._do_what_is_due()

    def is_over(self) -> bool:
        over = any_of_all(self.seconds >= self.config.minutes * 60)  # all stop at the same step
        return over or (self.config.steps is not None and self.step >= self.config.steps)

    def save(self) -> None:
        save_state(self.config.run, self._state(), self.config.shard_mb)

    def write_line(self) -> None:
        step, waited, worked = self.line
        seconds = self.seconds - waited - worked
        if self.step == step:
            return
        waiting = (self.waited - waited) / seconds
        rate = (self.step - step) * self.trainee.batch_size * self.world / seconds
        minutes = (self.seconds_before + self.seconds) / 60
        first = next(iter(self.trainee.optimizers.values())).param_groups[0]["lr"]
        means = self.log.write_line(self.step, minutes, samples_per_s=rate, waiting_share=waiting, lr=first)
        self.log.draw()
        self.line = (self.step, self.waited, self.worked)
        figures = "  ".join(f"{name} {value:.4g}" for name, value in means.items())
        sys.stderr.write(
            f"step {self.step}  {minutes:.1f} min  {rate:.1f} samples/s  waiting {waiting:.0%}  {figures}\n"
        )
        sys.stderr.flush()

    def draw_sheet(self) -> None:
        picture = self.trainee.sheet(self.average)
        path = self.config.run / f"sheet-{self.step:07d}.png"
        cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))

    def _do_what_is_due(self) -> None:
        deeds = {"log": self.write_line, "save": self.save, "sheet": self.draw_sheet}
        for name, every in self._intervals().items():
            if self.seconds >= self.due[name]:
                deeds[name]()
                self.due[name] = self.seconds + every

    def _intervals(self) -> dict[str, float]:
        return {
            "log": self.config.log_every_s,
            "save": self.config.save_every_s,
            "sheet": self.config.sheet_every_s,
        }

    def _set_learning_rates(self) -> None:
        share = learning_rate_share(self.step, self._steps())
        for optimizer in self.trainee.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * share

    def _steps(self) -> int | None:
        """The last step: the one asked for, or guessed from the pace so far."""
        if self.config.steps is not None or not self.config.anneal:
            return self.config.steps
        if self.seconds <= 0 or self.config.minutes <= 0:
            return None
        return max(self.step + 1, round(self.step * self.config.minutes * 60 / self.seconds))

    def _state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "seconds": self.seconds_before + self.seconds,
            "modules": {name: module.state_dict() for name, module in self.trainee.modules.items()},
            "optimizers": {
                name: optimizer.state_dict() for name, optimizer in self.trainee.optimizers.items()
            },
            "average": self.average.state_dict(),
            "generators": generator_states(),
        }

    def _resume(self) -> None:
        state = load_state(self.config.run)
        if state is None:
            if self.config.resume:
                raise FileNotFoundError(f"--resume: {self.config.run} has no checkpoint")
            seed_generators(self.config.seed + self.rank)
            return
        if not self.config.resume:
            raise FileExistsError(f"{self.config.run} holds a training already: --resume goes on with it")
        for name, module in self.trainee.modules.items():
            module.load_state_dict(state["modules"][name])
        for name, optimizer in self.trainee.optimizers.items():
            optimizer.load_state_dict(state["optimizers"][name])
        self.average.load_state_dict(state["average"])
        set_generator_states(state["generators"])
        self.step, self.seconds_before = state["step"], state["seconds"]
        self.log.forget_after(self.step)


def learning_rate_share(step: int, steps: int | None) -> float:
    """Linear warm-up, then a half cosine down to 0 at `steps`, or constant where that is not known."""
    warm_up = min(1.0, (step + 1) / WARM_UP_STEPS)
    if steps is None:
        return warm_up
    return warm_up * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps)))


def export(run: Path, network: nn.Module, out: Path, metadata: dict[str, str]) -> None:
    """The averaged weights of a run as fp16 safetensors; `network` is one like that of the run.

    Raises FileNotFoundError where the run has no checkpoint.
    """
    state = load_state(run)
    if state is None:
        raise FileNotFoundError(f"{run} has no checkpoint")
    network.load_state_dict(state["average"])
    trained = {"step": str(state["step"]), "minutes": f"{state['seconds'] / 60:.1f}"}
    save_weights(out, network.state_dict(), metadata | trained)


def _update_average(average: nn.Module, network: nn.Module, step: int) -> None:
    """Exponential moving average of weights and statistics; young averages forget faster."""
    decay = min(EMA_DECAY, step / (step + 9))
    pairs = list(zip(average.state_dict().values(), network.state_dict().values(), strict=True))
    floats = [(old, new.detach()) for old, new in pairs if old.is_floating_point()]
    with torch.no_grad():
        torch._foreach_lerp_([old for old, _ in floats], [new for _, new in floats], 1 - decay)
        for old, new in pairs:
            if not old.is_floating_point():
                old.copy_(new)


class _Stop:
    """SIGINT and SIGTERM end the training after the step at hand, with a checkpoint."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> _Stop:
        self.before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: Any) -> None:
        self.asked = True
