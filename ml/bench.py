"""How long and how much: each stage at its own size, the whole path at several, and what the processor could do.

The rate of a large matrix product, measured in the same run, is the yardstick: machines are shared, clocks change.
Each stage and each path runs in a fresh process, so that its peak of memory is its own (torch and the networks are
in it, some 400 MB).
"""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image
from skimage.restoration import inpaint_biharmonic
from torch.utils.flop_counter import FlopCounterMode

from ml.contract import Options
from ml.damage import age, decoys, draw_holes, paint
from ml.devices import choose_device, is_half
from ml.engines import choose_engine
from ml.networks import load_colorizer, load_finder, load_repairer

PRODUCT_SIZE = 4096
SEED = 0
REPAIRER_SIDE = 512
STAGES = {
    "segment": ("turned too", 1024),
    "inpaint": ("a tenth is hole", REPAIRER_SIDE),
    "colorize": ("one view", 512),
}
"""Network to what it does and the side of its picture in pixels."""
HOLE_SHARE = (0.09, 0.11)
"""Of the repairer's stage, as in the 5-10 and 10-20 % bins of its evaluation."""
TELEA_RADIUS_PX = 3
PAINTED_SIDE, PAINTED = 512, 24
"""The painter's stage: so many samples of training at this side, in pixels, make one run."""


def bench(
    device: str, megapixels: tuple[float, ...], repeat: int, photo: Path | None = None
) -> dict[str, Any]:
    """All figures as one JSON document. Raises WeightsMissing."""
    place = choose_device(device)
    rates = {kind: matrix_rate(kind, place, repeat) for kind in (torch.float32, torch.bfloat16)}
    stages = {name: alone(stage, name, device, repeat) for name in STAGES}
    for figures in stages.values():
        figures["share_of_product"] = round(figures["tflops"] / max(rates.values()), 3)
    return {
        "machine": machine(place),
        "matrix_product": {
            "size": PRODUCT_SIZE,
            "tflops": {str(kind).removeprefix("torch."): round(rate, 3) for kind, rate in rates.items()},
        },
        "stages": stages,
        "classical_inpainting": classical(repeat),
        "painter": alone(painter, repeat),
        "path": [whole_path(device, size, photo) for size in megapixels],
    }


def machine(place: torch.device) -> dict[str, Any]:
    return {
        "processor": processor_name(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "openvino": version("openvino") if choose_engine("auto", place) == "openvino" else None,
        "bf16": is_half(place),
        "device": torch.cuda.get_device_name(place) if place.type == "cuda" else "cpu",
    }


def processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "unknown processor"
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")),
        "unknown processor",
    )


def matrix_rate(kind: torch.dtype, place: torch.device, repeat: int) -> float:
    """TFLOP/s of a square product of PRODUCT_SIZE."""
    left = torch.randn(PRODUCT_SIZE, PRODUCT_SIZE, device=place, dtype=kind)
    right = torch.randn(PRODUCT_SIZE, PRODUCT_SIZE, device=place, dtype=kind)
    seconds = median_seconds(lambda: left @ right, place, repeat)
    return 2 * PRODUCT_SIZE**3 / seconds / 1e12


def median_seconds(work: Callable[[], Any], place: torch.device, repeat: int) -> float:
    """Of `repeat` runs after one to warm up."""
    spent = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        work()
        if place.type == "cuda":
            torch.cuda.synchronize()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent[1:])


def alone(function: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """In a process of its own, whose peak of memory is then told beside what the function tells."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_with_peaks, function, arguments).result()


def _with_peaks(function: Callable[..., dict[str, Any]], arguments: tuple[Any, ...]) -> dict[str, Any]:
    figures = function(*arguments)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if torch.cuda.is_available():
        figures["peak_gpu_mb"] = torch.cuda.max_memory_allocated() >> 20
    return figures


def stage(name: str, device: str, repeat: int) -> dict[str, Any]:
    """Seconds and arithmetic of one network on a picture of its own size."""
    what, side = STAGES[name]
    work, place = _work_of(name, device, damaged_photo(side, side)), choose_device(device)
    seconds = median_seconds(work, place, repeat)
    # By torch: another engine does the same arithmetic, but tells nobody.
    gflop = counted_gflop(_work_of(name, device, damaged_photo(side, side), "torch"))
    return {
        "what": what,
        "size": f"{side}x{side}",
        "seconds": round(seconds, 4),
        "gflop": round(gflop, 1),
        "tflops": round(gflop / 1e3 / seconds, 3),
    }


def _work_of(name: str, device: str, photo_u8_HWC: np.ndarray, engine: str = "auto") -> Callable[[], Any]:
    if name == "segment":
        finder = load_finder(device, engine)
        return lambda: finder.find(photo_u8_HWC)
    if name == "inpaint":
        repairer, hole_HW = load_repairer(device), bench_hole()
        return lambda: repairer.repair(photo_u8_HWC, hole_HW)
    colorizer = load_colorizer(device)
    return lambda: colorizer.colorize(photo_u8_HWC)


def counted_gflop(work: Callable[[], Any]) -> float:
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops() / 1e9


def bench_hole() -> np.ndarray:
    rng = np.random.default_rng(SEED)
    return draw_holes(REPAIRER_SIDE, REPAIRER_SIDE, rng, HOLE_SHARE).astype(bool)


def classical(repeat: int) -> dict[str, float]:
    """Seconds of what is measured beside the repairer, on its picture and its hole."""
    photo_u8_HWC, hole_HW = damaged_photo(REPAIRER_SIDE, REPAIRER_SIDE), bench_hole()
    hole_u8_HW, cpu = hole_HW.astype(np.uint8) * 255, torch.device("cpu")
    works: dict[str, Callable[[], Any]] = {
        "telea": lambda: cv2.inpaint(photo_u8_HWC, hole_u8_HW, TELEA_RADIUS_PX, cv2.INPAINT_TELEA),
        "navier_stokes": lambda: cv2.inpaint(photo_u8_HWC, hole_u8_HW, TELEA_RADIUS_PX, cv2.INPAINT_NS),
        "biharmonic": lambda: inpaint_biharmonic(photo_u8_HWC, hole_HW, channel_axis=-1),
    }
    return {name: round(median_seconds(work, cpu, min(repeat, 2)), 4) for name, work in works.items()}


def painter(repeat: int) -> dict[str, Any]:
    """Samples a second of one core: aged, with decoys, damaged. It paints on processors alone, one loader to a core."""
    threads = cv2.getNumThreads()
    photo_u8_HWC, rng = damaged_photo(PAINTED_SIDE, PAINTED_SIDE), np.random.default_rng(SEED)

    def work() -> None:
        for _ in range(PAINTED):
            paint(decoys(age(photo_u8_HWC, rng), rng), rng)

    cv2.setNumThreads(1)
    seconds = median_seconds(work, torch.device("cpu"), repeat)
    cv2.setNumThreads(threads)
    return {"size": f"{PAINTED_SIDE}x{PAINTED_SIDE}", "samples_per_s_of_a_core": round(PAINTED / seconds, 2)}


def whole_path(device: str, megapixels: float, photo: Path | None) -> dict[str, Any]:
    """The scan is made in one process and restored in another: what making it takes is not the path's."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "scan.jpg"
        alone(write_scan, source, megapixels, photo)
        return alone(path, device, source)


def write_scan(source: Path, megapixels: float, photo: Path | None) -> dict[str, Any]:
    Image.fromarray(_scan(megapixels, photo)).save(source, quality=95)
    return {}


def path(device: str, source: Path) -> dict[str, Any]:
    """A file in, three encoded results out, into a folder beside it."""
    from ml.pipeline import restore_file

    for load in (load_finder, load_repairer, load_colorizer):
        load(device)
    start = time.perf_counter()
    report = restore_file(source, source.parent / "out", Options(device=device), max_pixels=10**9)
    total = time.perf_counter() - start
    return {
        "megapixels": round(report.width * report.height / 1e6, 2),
        "total": round(total, 3),
        "seconds": report.seconds,
        "defect_share": round(report.defect_share, 5),
    }


def _scan(megapixels: float, photo: Path | None) -> np.ndarray:
    """3:4 upright, as a scan of a print; from a photograph of one's own or from a made one."""
    width = max(64, round((megapixels * 1e6 * 3 / 4) ** 0.5))
    height = max(64, round(width * 4 / 3))
    if photo is None:
        return damaged_photo(height, width)
    from ml.photo import read

    return cv2.resize(read(photo).pixels_u8(), (width, height), interpolation=cv2.INTER_AREA)


def damaged_photo(height: int, width: int, tile: int = 1024) -> np.ndarray:
    """Clouds with grain, aged brown, with painted damage in each tile: always the same for a size."""
    rng = np.random.default_rng(SEED)
    tone = np.zeros((height, width), np.float32)
    for cells, weight in ((4, 60.0), (16, 30.0), (64, 12.0)):
        noise = rng.standard_normal((cells, cells)).astype(np.float32)
        tone += weight * cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    tone += 118 + rng.normal(0, 4, tone.shape).astype(np.float32)
    scan = np.clip(tone[..., None] * np.array([1.0, 0.92, 0.8], np.float32), 0, 255).astype(np.uint8)
    for top in range(0, height, tile):
        for left in range(0, width, tile):
            part = scan[top : top + tile, left : left + tile]
            if min(part.shape[:2]) >= 64:
                part[...] = paint(part, rng).photo_u8_HWC
    return scan
