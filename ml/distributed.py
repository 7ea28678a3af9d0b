"""Several processes under `torchrun`: who this one is, and gradients that are averaged over all."""

from __future__ import annotations

import os
from typing import Any

import torch
import torch.distributed as dist


def average_gradients(optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
    """An optimizer's pre-hook: every process steps by the mean gradient."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                dist.all_reduce(parameter.grad)
                parameter.grad /= dist.get_world_size()


def join_others() -> tuple[int, int]:
    """This process's number and how many there are; joins them where `torchrun` started us."""
    if "RANK" not in os.environ:
        return 0, 1
    if not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    return dist.get_rank(), dist.get_world_size()


def any_of_all(flag: bool) -> bool:
    """Whether it is true in any process."""
    if not dist.is_initialized():
        return flag
    shared = torch.tensor(float(flag), device="cuda" if torch.cuda.is_available() else "cpu")
    dist.all_reduce(shared, dist.ReduceOp.MAX)
    return bool(shared.item())
