"""Batches for a training: samples by their number, made in loader processes, in order."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import cv2
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

Sample = dict[str, Tensor]


def endless_batches(
    sample: Callable[[int], Sample], batch_size: int, step: int, seed: int, rank: int = 0, world: int = 1
) -> Iterator[Sample]:
    """Batch `step` and those after it: of samples (step * world + rank) * batch_size and on."""
    loader = DataLoader(
        _Samples(sample),
        batch_size=batch_size,
        sampler=_From(step, batch_size, rank, world),
        num_workers=max(1, (os.cpu_count() or 2) // world - 2),
        prefetch_factor=4,
        worker_init_fn=_settle,
        generator=torch.Generator().manual_seed(seed),  # the global one stays the steps' own
        pin_memory=torch.cuda.is_available(),
    )
    return iter(loader)


class _Samples(Dataset):
    def __init__(self, sample: Callable[[int], Sample]) -> None:
        self.sample = sample

    def __getitem__(self, index: int) -> Sample:
        return self.sample(index)


class _From(Sampler):
    """The sample numbers of this process from a step on, without end."""

    def __init__(self, step: int, batch_size: int, rank: int, world: int) -> None:
        self.step, self.batch_size, self.rank, self.world = step, batch_size, rank, world

    def __iter__(self) -> Iterator[int]:
        step = self.step
        while True:
            first = (step * self.world + self.rank) * self.batch_size
            yield from range(first, first + self.batch_size)
            step += 1


def _settle(worker: int) -> None:
    cv2.setNumThreads(0)
    # Sent to the whole group; the loop ends its loaders itself.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
