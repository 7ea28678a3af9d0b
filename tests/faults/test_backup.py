"""docs/operating.md's own commands: a backup of a site at work, restored into an empty folder."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.site import ROOT, Site

SECTION = re.compile(r"^## Backup\n(.*?)^## ", re.MULTILINE | re.DOTALL)


def commands() -> tuple[list[str], list[str]]:
    """Of the backup and of the restoring, as they stand; those of the compose file are not indented."""
    backup, restoring = SECTION.search((ROOT / "docs/operating.md").read_text())[1].split("To restore:")
    return re.findall(r"^ {4}(.+)$", backup, re.MULTILINE), re.findall(r"^ {4}(.+)$", restoring, re.MULTILINE)


def run(lines: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        ["sh", "-euc", "\n".join(lines)], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, (lines, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder like the repository's, with a site of its own in var/."""
    folder = tmp_path / "checkout"
    (folder / "var").mkdir(parents=True)
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    (folder / "manage.py").symlink_to(ROOT / "manage.py")
    return folder


@pytest.fixture
def sites(checkout: Path):
    """The one that is backed up, and the one that is restored; a test makes the second by itself."""
    made: list[Site] = []

    def site() -> Site:
        made.append(Site(checkout / "var", "", ""))
        return made[-1]

    yield site
    for site in made:
        site.close()


def test_a_backup_of_a_site_at_work_gives_the_same_photographs_and_loses_no_job(checkout, sites):
    backup, restoring = commands()
    assert len(backup) == 3 and len(restoring) == 4
    site = sites()
    run([".venv/bin/python manage.py migrate -v 0"], checkout, **site.environment)
    family = site.ask("send_as_family", "quick", "reject", "quick")
    site.start_worker()
    site.wait_until_over()
    before = site.ask("see_as_family", *family.values())
    assert sum(kind != "a page" for kind in before.values()) >= 9
    site.submit("slow", "slow", "quick")
    site.wait_for("the work", lambda jobs: any(job["stage"] == "finding" for job in jobs.values()))

    run(backup, checkout, **site.environment)
    site.close()
    (checkout / "var").rename(checkout / "lost")
    told = run([backup[0], *restoring], checkout, **site.environment)

    assert "all is well" in told
    restored = sites()
    assert restored.ask("see_as_family", *family.values()) == before
    restored.start_worker()
    states = [job["state"] for job in restored.wait_until_over().values()]
    assert sorted(states) == ["done"] * 5 + ["failed"]
    restored.ask("sweep")
    restored.assert_agrees()


def test_a_backup_without_its_files_is_found_out(checkout, sites):
    backup, restoring = commands()
    site = sites()
    run([".venv/bin/python manage.py migrate -v 0"], checkout, **site.environment)
    site.ask("send_as_family", "quick")
    run(
        [*backup, "chmod -R u+w $b/media/originals && rm -r $b/media/originals/*"],
        checkout,
        **site.environment,
    )
    (checkout / "var").rename(checkout / "lost")

    with pytest.raises(AssertionError, match="missing"):
        run([backup[0], *restoring], checkout, **site.environment)
