"""A site of an older version, with photographs in its queue, becomes one of this version."""

import subprocess
import sys

import pytest

from tests.faults.site import ROOT, Site


@pytest.fixture
def older(tmp_path):
    site = Site(tmp_path / "site", "", "")
    site.data.mkdir()
    yield site
    site.close()


def manage(site, *words):
    subprocess.run([sys.executable, *words], env=site.environment, cwd=ROOT, check=True)


def test_photographs_that_waited_before_an_upgrade_are_worked_on_after_it(older):
    manage(older, "manage.py", "migrate", "webapp", "0005_pause", "-v", "0")
    manage(older, "-m", "tests.faults.older")

    manage(older, "manage.py", "migrate", "-v", "0")
    before = older.ask("jobs")
    older.start_worker()
    after = older.wait_until_over()

    assert len(before) == 5 and before.keys() == after.keys()
    assert sorted(job["state"] for job in after.values()) == ["done"] * 4 + ["failed"]
    (in_hand,) = (job for job in after.values() if job["attempt"] == 2)
    assert in_hand["deaths"] == 1, "its worker of then was not heard of any more"
    older.assert_agrees()
