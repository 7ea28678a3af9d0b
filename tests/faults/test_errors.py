"""An error of the picture ends at once; an error of the machine is waited out and does not count."""


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


def test_errors_of_the_machine_are_tried_again_until_they_are_over(site):
    flag = site.data / "machine-is-broken"
    flag.touch()
    full_disk, no_weights = site.submit("fill_disk", "want_weights")
    site.start_worker()

    hindered = site.wait_for("two setbacks", lambda jobs: all(job["setbacks"] >= 2 for job in jobs.values()))
    assert hindered[full_disk]["reason"].startswith("The disk of this site is full.")
    assert hindered[no_weights]["reason"].startswith("A part of the restorer is missing on this site.")
    flag.unlink()
    jobs = site.wait_until_over()

    assert [(job["state"], job["deaths"], job["reason"]) for job in jobs.values()] == [("done", 0, "")] * 2
    site.assert_agrees()
