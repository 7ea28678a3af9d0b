"""What runs a network: OpenVINO and torch agree, nothing calls home, the cache loses nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from ml import engines
from ml.engines import OpenVinoEngine, TorchEngine, choose_engine, load_engine

CPU = torch.device("cpu")
EXAMPLE = torch.rand(1, 3, 32, 32)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "photo-restorer"


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.LeakyReLU(0.01), nn.Conv2d(8, 2, 3, padding=1)
    ).eval()


@pytest.fixture
def converted(monkeypatch) -> list[int]:
    """Grows by one for each conversion."""
    conversions: list[int] = []
    convert = engines._convert
    monkeypatch.setattr(engines, "_convert", lambda *given: conversions.append(1) or convert(*given))
    return conversions


@pytest.mark.parametrize("size", [(40, 300), (320, 288)])
def test_both_engines_see_the_same_at_any_size(network, size):
    picture = torch.rand(2, 3, *size)
    exact = network(picture).detach()

    for engine in (OpenVinoEngine(network, "tiny", EXAMPLE), TorchEngine(network, CPU)):
        given = engine(picture)
        assert given.dtype == torch.float32 and given.shape == exact.shape
        assert (given - exact).abs().max() < (1e-5 if min(size) <= 256 else 0.02)


RESIDENT = """
import re, torch
from torch import nn
from ml.economy import release
from ml.engines import OpenVinoEngine
def resident_mb():
    return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read()).group(1)) // 1024
network = nn.Sequential(*(nn.Conv2d(3 if not number else 32, 32, 3, padding=1) for number in range(3))).eval()
engine = OpenVinoEngine(network, "tiny", torch.rand(1, 3, 32, 32))
picture = torch.rand(1, 3, 1024, 1024)
first = engine(picture)[..., ::64, ::64].clone()
release()
before = resident_mb()
engine(picture)
held = resident_mb()
release()
print(held - before, resident_mb() - before, torch.equal(engine(picture)[..., ::64, ::64], first))
"""


def test_memory_that_an_engine_keeps_for_the_next_time_goes_back():
    """Two maps of 128 MB at least are held between calls, and the next answer is the same."""
    told = subprocess.run([sys.executable, "-c", RESIDENT], capture_output=True, text=True, check=True).stdout
    held, left, same = told.split()

    assert int(held) > 100
    assert int(left) < int(held) / 3
    assert same == "True"


def test_an_answer_stays_when_the_engine_is_asked_again(network):
    engine = OpenVinoEngine(network, "tiny", EXAMPLE)
    first = engine(torch.zeros(1, 3, 32, 32))
    kept = first.clone()
    engine(torch.ones(1, 3, 32, 32))

    assert torch.equal(first, kept)


def test_fp32_is_exact_where_it_is_asked_for(network, monkeypatch):
    monkeypatch.setenv("RESTORER_PRECISION", "fp32")
    picture = torch.rand(1, 3, 320, 320)

    assert (OpenVinoEngine(network, "tiny", EXAMPLE)(picture) - network(picture)).abs().max() < 1e-5


def test_a_network_is_converted_once_and_other_weights_anew(network, converted, cache):
    OpenVinoEngine(network, "tiny", EXAMPLE)
    OpenVinoEngine(network, "tiny", EXAMPLE)
    assert len(converted) == 1

    with torch.no_grad():
        network[0].bias += 1
    changed = OpenVinoEngine(network, "tiny", EXAMPLE)
    assert len(converted) == 2 and len(list(cache.iterdir())) == 1
    assert (changed(EXAMPLE) - network(EXAMPLE)).abs().max() < 1e-5


def test_a_damaged_cache_is_made_anew(network, converted, cache):
    OpenVinoEngine(network, "tiny", EXAMPLE)
    (kept,) = cache.iterdir()
    (kept / "model.xml").write_text("<net")

    engine = OpenVinoEngine(network, "tiny", EXAMPLE)

    assert len(converted) == 2 and (engine(EXAMPLE) - network(EXAMPLE)).abs().max() < 1e-5


def test_a_cache_that_cannot_be_written_costs_time_alone(network, cache, capsys):
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")

    engine = OpenVinoEngine(network, "tiny", EXAMPLE)

    assert engine(EXAMPLE).shape == (1, 2, 32, 32) and "converted anew" in capsys.readouterr().err


def test_torch_runs_what_openvino_cannot(network, monkeypatch):
    assert choose_engine("auto", CPU) == "openvino" and choose_engine("torch", CPU) == "torch"
    assert choose_engine("auto", torch.device("cuda")) == "torch"

    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    assert isinstance(load_engine(network, CPU, "tiny", EXAMPLE), TorchEngine)


def test_an_operator_may_choose_torch(network, monkeypatch):
    monkeypatch.setenv("RESTORER_ENGINE", "torch")

    assert isinstance(load_engine(network, CPU, "tiny", EXAMPLE), TorchEngine)


def test_its_makers_are_told_nothing():
    """openvino brings a package that reports use to its makers: it is never loaded."""
    program = (
        "import sys, torch; from ml.engines import OpenVinoEngine;"
        "OpenVinoEngine(torch.nn.Conv2d(3, 2, 3).eval(), 'tiny', torch.rand(1, 3, 32, 32));"
        "sys.exit(any(name.startswith('openvino_telemetry') and module for name, module in sys.modules.items()))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603


MADE_AND_DROPPED = """
import faulthandler, os, signal, torch
faulthandler.enable()
from torch import nn
from ml.engines import OpenVinoEngine

picture = torch.rand(1, 3, 32, 32)
engines = []
for name in ("one", "two"):
    engines.append(OpenVinoEngine(nn.Conv2d(3, 2, 3, padding=1), name, picture))
    engines[-1](picture)
while engines:
    engines.pop(0)
heard = []
signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
os.kill(os.getpid(), signal.SIGUSR1)
print(len(heard))
"""


def test_signals_are_heard_after_engines_came_and_went(tmp_path):
    """OpenVINO's processor plugin lends the thread a stack for signals and takes it along when it goes: two plugins
    that go in the order they came left a stack that was no more, and the next signal was the process's end."""
    done = subprocess.run(
        [sys.executable, "-c", MADE_AND_DROPPED], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr[-500:]
