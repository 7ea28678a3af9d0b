"""The rules of the house: who imports whom, which process loads what, how long a file may be."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "torchvision", "cv2", "segmentation_models_pytorch", "timm", "skimage", "safetensors")


def _environment(data: Path) -> dict[str, str]:
    return {"DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "restore.settings", "PATH": "/usr/bin:/bin"}


def _loaded_after(code: str, tmp_path: Path) -> set[str]:
    """Top-level modules of a fresh process that ran `code`."""
    program = f"import sys\n{code}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


SITE = """
import django
django.setup()
from django.core.handlers.wsgi import WSGIHandler
from django.urls import get_resolver
import restore.wsgi
patterns = get_resolver().url_patterns
assert patterns
def walk(patterns):
    for pattern in patterns:
        walk(pattern.url_patterns) if hasattr(pattern, 'url_patterns') else pattern.callback
walk(patterns)
"""
WORKER = """
from restore.celery import app
app.loader.import_default_modules()
app.finalize()
assert 'webapp.work' in app.tasks, sorted(app.tasks)
"""


@pytest.mark.parametrize("code", [SITE, WORKER], ids=["the site's URLs", "the worker's tasks"])
def test_neither_web_nor_worker_process_loads_the_networks(code, tmp_path):
    loaded = _loaded_after(code, tmp_path)

    assert "django" in loaded and "webapp" in loaded
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize("module", ["ml.contract", "ml.photo", "ml.__main__"])
def test_judging_a_file_and_asking_for_help_need_no_torch(module, tmp_path):
    assert "torch" not in _loaded_after(f"import {module}", tmp_path)


def test_the_networks_need_no_django(tmp_path):
    loaded = _loaded_after(
        "import ml.pipeline, ml.segment.infer, ml.inpaint.infer, ml.colorize.infer", tmp_path
    )

    assert "torch" in loaded and not loaded & {"django", "celery", "webapp", "restore"}


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_import_contracts_hold():
    done = _lint_imports(ROOT)

    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("ml/photo/header.py", "import django"),
        ("webapp/views/family.py", "from ml import pipeline"),
        ("webapp/models/jobs.py", "import restore.celery"),
        ("ml/segment/losses.py", "from ml.inpaint import network"),
    ],
)
def test_each_contract_notices_the_edge_it_forbids(tmp_path, file, line):
    for room in ("ml", "restore", "webapp"):
        shutil.copytree(
            ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("*.safetensors", "static", "demo")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / file
    path.write_text(path.read_text() + f"\n{line}\n")

    done = _lint_imports(tmp_path)

    assert done.returncode == 1 and "1 broken" in done.stdout, done.stdout + done.stderr


def _python_files() -> list[Path]:
    files = [path for room in ("ml", "restore", "webapp", "tests") for path in (ROOT / room).rglob("*.py")]
    return [path for path in files if path.parent.name != "migrations"]  # Django writes those


def test_no_file_is_too_long_and_none_is_a_drawer_for_everything():
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in _python_files()}

    assert {name: lines for name, lines in long.items() if lines > 300} == {}
    assert [name for name in long if re.search(r"/(utils|helpers|common|misc)\.py$", name)] == []


def test_every_pin_is_what_the_lock_says():
    pin = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[\w+\])?==(\S+)$", re.MULTILINE)

    def pins(name: str) -> dict[str, str]:
        return {
            package.lower().replace("_", "-"): version
            for package, version in pin.findall((ROOT / name).read_text())
        }

    locked = pins("requirements-lock.txt")
    for name in ("requirements-web.txt", "requirements-ml.txt", "requirements-dev.txt"):
        asked = pins(name)
        assert asked and {package: locked.get(package) for package in asked} == asked, name


def test_the_web_image_has_no_torch():
    assert not re.search(r"torch|timm|segmentation|scikit|opencv", _without_comments("requirements-web.txt"))


def _without_comments(name: str) -> str:
    return re.sub(r"#.*", "", (ROOT / name).read_text())


def test_compose_has_the_site_its_worker_and_what_they_stand_on():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = compose["services"]

    assert set(services) == {"prepare", "web", "worker", "db", "redis"}
    assert services["web"]["image"] != services["worker"]["image"]
    for name in ("web", "worker"):
        assert "media:/data" in services[name]["volumes"]
        assert services[name]["environment"]["DATABASE_URL"].startswith("postgres://")
        assert services[name]["environment"]["REDIS_URL"].startswith("redis://redis:")
        assert {"db", "redis", "prepare"} == set(services[name]["depends_on"])
    assert {"db", "redis", "web"} == {name for name, service in services.items() if "healthcheck" in service}


def test_the_web_image_has_all_that_a_web_process_imports(tmp_path):
    """The Dockerfile copies parts of ml: those, and no more, must do for the site's URLs."""
    web = (ROOT / "deploy" / "Dockerfile").read_text().split("AS web")[1].split("FROM base")[0]
    for source, target in re.findall(r"^COPY (\S+(?: ml/\S+)?) (\S+)$", web, re.MULTILINE):
        for name in source.split():
            place = tmp_path / "site" / (target if not target.endswith("/") else target + Path(name).name)
            place.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, place)

    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n{SITE}\n{WORKER}"],
        cwd=tmp_path / "site", env=_environment(tmp_path / "var"), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (tmp_path / "site" / "ml" / "photo").is_dir() and not (
        tmp_path / "site" / "ml" / "segment"
    ).exists()
    assert done.returncode == 0, done.stderr
