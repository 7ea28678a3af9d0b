"""What runs a network at inference: OpenVINO on a processor where it is installed, else torch.

oneDNN's depthwise convolutions hold torch up; OpenVINO runs the finder four times as fast with the same weights
(docs/benchmarks.md). `RESTORER_ENGINE=torch` does without it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ml.devices import autocast, is_half
from ml.economy import hoarders

Engine = Callable[[Tensor], Tensor]
"""A batch of pictures BCHW to what the network makes of them, float32, on the network's device."""


def choose_engine(name: str, device: torch.device) -> str:
    """torch or openvino; auto: RESTORER_ENGINE, or OpenVINO where it is installed and the device is a CPU."""
    if name == "auto":
        name = os.environ.get("RESTORER_ENGINE", "openvino")
    return "openvino" if name == "openvino" and device.type == "cpu" and find_spec("openvino") else "torch"


def load_engine(
    network: nn.Module, device: torch.device, name: str, example: Tensor, engine: str = "auto"
) -> Engine:
    """network: for inference, on the CPU; it is moved to the device.  engine: see choose_engine.

    name: of the network, for the cache.  example: a picture that it takes; height and width may be any later.
    """
    if choose_engine(engine, device) == "openvino":
        return OpenVinoEngine(network, name, example)
    return TorchEngine(network, device)


class TorchEngine:
    def __init__(self, network: nn.Module, device: torch.device) -> None:
        self.network = network.to(device, memory_format=torch.channels_last).requires_grad_(False)
        self.device = device

    def __call__(self, picture_BCHW: Tensor) -> Tensor:
        with torch.inference_mode(), autocast(self.device, min(picture_BCHW.shape[2:])):
            return self.network(picture_BCHW).float()


class OpenVinoEngine:
    """Compiled in half precision and in single precision, each when it is first asked for."""

    def __init__(self, network: nn.Module, name: str, example: Tensor) -> None:
        self.model = _load(network, name, example)
        self.compiled: dict[bool, Any] = {}
        hoarders.add(self)

    def release(self) -> None:
        """The maps of the last picture: 640 MB after the finder saw 1024 x 1024 in single precision."""
        for compiled in self.compiled.values():
            compiled.release_memory()

    def __call__(self, picture_BCHW: Tensor) -> Tensor:
        half = is_half(torch.device("cpu"), min(picture_BCHW.shape[2:]))
        if half not in self.compiled:
            self.compiled[half] = _compile(self.model, half)
        request = self.compiled[half].create_infer_request()  # one each: threads may call at once
        return torch.from_numpy(request.infer([picture_BCHW.numpy()])[0].copy())


def _openvino() -> Any:
    # Its converter would report its use to its makers (openvino_telemetry); nothing here calls home.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


@cache
def _core() -> Any:
    """One for the process, for ever: each core has a plugin of its own, which sets the thread's stack for signals (they
    are large with AMX) and sets it back when it goes. Where several went in the order they came, the stack that was
    left was freed memory, and the next signal with a handler, a child's end for one, killed the process."""
    return _openvino().Core()


def _compile(model: Any, half: bool) -> Any:
    return _core().compile_model(
        model,
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": "bf16" if half else "f32",
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "PERFORMANCE_HINT": "LATENCY",
        },
    )


def _load(network: nn.Module, name: str, example: Tensor) -> Any:
    """The converted network: from the cache, or converted (some seconds) and kept there where that can be written."""
    place = _cache_folder() / f"{name}-{_key(network)}"
    try:
        return _core().read_model(place / "model.xml")
    except RuntimeError:  # absent, or half deleted by another process
        model = _convert(network, example)
    try:
        _keep(model, place)
    except OSError as error:
        sys.stderr.write(f"{place}: {error.strerror}; {name} is converted anew at each start\n")
    return model


def _convert(network: nn.Module, example: Tensor) -> Any:
    _openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    frontend = FrontEndManager().load_by_framework("pytorch")
    with warnings.catch_warnings():
        # What the network asks of its picture's size is settled by the example; the caller pads.
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        decoder = TorchScriptPythonDecoder(network.requires_grad_(False), example_input=example)
    model = frontend.convert(frontend.load(decoder))
    model.reshape([-1, example.shape[1], -1, -1])
    return model


def _keep(model: Any, place: Path) -> None:
    """Written beside and renamed: a reader sees all of it or nothing. What other versions left there goes."""
    place.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=place.parent))
    _openvino().save_model(model, scratch / "model.xml", compress_to_fp16=False)
    name = place.name.rsplit("-", 1)[0]
    for old in place.parent.glob(f"{name}-*"):
        shutil.rmtree(old, ignore_errors=True)
    try:
        scratch.rename(place)
    except OSError:  # another process was first
        shutil.rmtree(scratch, ignore_errors=True)


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "photo-restorer"


def _key(network: nn.Module) -> str:
    """Of all that the conversion depends on: the weights, the package's own sources, both libraries."""
    digest = hashlib.sha256(f"{version('openvino')} {torch.__version__}".encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    for tensor in network.state_dict().values():
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()[:20]
