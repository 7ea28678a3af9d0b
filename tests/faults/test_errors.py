"""An error of the picture ends at once; an error of the machine is waited out and does not count."""

import pytest


def test_errors_of_the_picture_fail_at_once_each_with_its_reason(site):
    rejected, faulty, greedy, fine = site.submit("reject", "break_down", "eat_memory", "quick")
    site.start_worker()

    jobs = site.wait_until_over()

    assert [jobs[job]["reason"] for job in (rejected, faulty, greedy)] == [
        "The file is damaged or was cut off; it cannot be read to its end.",
        "Something went wrong on our side. The original is safe and the fault is on record.",
        "The photograph needs more memory than this machine has. The original is safe.",
    ]
    assert {jobs[job]["attempt"] for job in (rejected, faulty, greedy, fine)} == {1}
    assert jobs[fine]["state"] == "done"
    site.assert_agrees()


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [("fill_disk", "The disk of this site is full."), ("want_weights", "A part of the restorer is missing")],
)
def test_an_error_of_the_machine_is_tried_again_until_it_is_over(site, behaviour, reason):
    flag = site.data / "machine-is-broken"
    flag.touch()
    (job,) = site.submit(behaviour)
    site.start_worker()

    hindered = site.wait_for("two setbacks", lambda jobs: jobs[job]["setbacks"] >= 2)[job]
    assert hindered["reason"].startswith(reason)
    flag.unlink()
    done = site.wait_until_over()[job]

    assert (done["state"], done["deaths"]) == ("done", 0)
    assert done["reason"] == ""
    site.assert_agrees()
