"""An admin at the queue page: sees what failed and why, tries it again, drains a worker, looks up who looked."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.browser import made
from tests.browser.test_layout import FAINT, SMALL
from tests.webapp.files import photo_bytes
from webapp import intake
from webapp.arrivals import Copied
from webapp.models import Job, Trace, User, Worker


@pytest.fixture
def photo(transactional_db, family):
    """One that failed."""
    file = SimpleUploadedFile("Grandmother at the harbour.jpg", photo_bytes(size=(320, 240)))
    photo = intake.submit([Copied(file)], family=family).photos[0]
    made.fail(photo, "out_of_memory")
    return photo


@pytest.fixture
def keeper(open_page, photo):
    """keeper(**context) -> an admin's page of the queue."""
    User.objects.create_superuser("keeper", password="a long pass")
    Worker.objects.create(name="workbench", slots=1, memory_bytes=1_234_000_000)

    def keeper(**context):
        page = open_page("/login/", **context)
        page.fill("[name=username]", "keeper")
        page.fill("[name=password]", "a long pass")
        page.keyboard.press("Enter")
        page.wait_for_url("**/ops/")
        return page

    return keeper


@pytest.mark.parametrize("width", [360, 1440])
def test_an_admin_tries_a_failed_photograph_again(width, keeper, photo):
    page = keeper(width=width)
    assert page.locator(".tally").inner_text().split()[:2] == ["1", "The"]
    row = page.get_by_role("row", name="Grandmother at the harbour.jpg")
    assert "needs more memory than this machine has" in row.inner_text()

    row.get_by_role("button", name="Try again").click()

    page.get_by_text("1 photograph waits").wait_for()
    assert Job.objects.filter(photo=photo).order_by("created_at").last().state == "queued"
    made.finish(type(photo).objects.get(pk=photo.pk))
    page.get_by_text("Nobody waits.").first.wait_for()  # without being asked: the page keeps itself fresh
    page.get_by_text("1 was finished in the last hour").wait_for()


def test_it_is_done_without_javascript_too(keeper, photo):
    page = keeper(java_script_enabled=False)

    page.get_by_role("button", name="Try again").click()

    assert page.get_by_text("1 photograph waits").is_visible()


def test_a_worker_is_drained_and_works_again(keeper):
    page = keeper()
    row = page.get_by_role("row", name="workbench")
    assert "1.1\N{NO-BREAK SPACE}GB" in row.inner_text()

    row.get_by_role("button", name="Drain").click()
    page.get_by_role("cell", name="Drained").wait_for()
    assert Worker.objects.get().draining

    page.get_by_role("button", name="Let all of them work again").click()
    page.get_by_role("cell", name="Idle").wait_for()
    assert not Worker.objects.get().draining


def test_the_hours_stay_open_while_the_page_renews_itself(keeper, photo):
    page = keeper()
    page.get_by_text("The last 24 hours in figures").click()
    hours = page.locator("[data-part=hours] tbody tr")
    assert hours.count() == 24
    assert hours.first.locator("td").nth(2).inner_text() == "1"

    made.fail(
        intake.submit(
            [Copied(SimpleUploadedFile("b.jpg", photo_bytes()))], family=photo.upload.family
        ).photos[0]
    )

    page.locator("[data-part=hours] tbody tr").first.get_by_text("2", exact=True).wait_for()
    assert page.locator("details.day").evaluate("details => details.open")


@pytest.mark.parametrize("locale", ["en", "ru"])
@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_audit_log_is_found_sifted_and_fits(width, light, locale, keeper, photo):

    for who, act in (
        ("archivist", "saw"),
        ("a key with a rather long name: of the reading room's own scanner", "deleted"),
    ):
        Trace(
            upload=photo.upload_id, photo=photo.pk, role="staff", who=who, act=act, at=timezone.now()
        ).save()
    page = keeper(width=width, locale=locale, color_scheme=light)

    page.locator("a[href='/ops/audit/']").click()
    page.wait_for_url("**/ops/audit/")
    assert page.locator("tbody tr").count() == 2
    page.select_option("[name=act]", "deleted")
    page.locator("form.audit-sift button").click()
    page.wait_for_url("**act=deleted**")

    assert page.locator("tbody tr").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(FAINT) == [] and page.evaluate(SMALL) == []
    with page.expect_download() as download:
        page.locator("a[href^='/ops/audit.csv']").click()
    assert download.value.path().read_text().count("\n") == 2
