"""Every page at 360 and 1440 pixels, in both languages and lights: nothing sticks out, is too faint or too small."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.browser import made
from tests.webapp.files import photo_bytes
from webapp import intake, queue
from webapp.arrivals import Copied
from webapp.models import User, Worker

LONG = "A very long name of a photograph from the second album_without_a_single_place_to_break_it.jpg"
LARGEST_UPLOAD_PAGE_BYTES = 150_000

FAINT = """() => {
    const channel = value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    const ground = element => {
        for (; element; element = element.parentElement) {
            const colour = numbers(getComputedStyle(element).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest(":disabled")) continue;
        const [a, b] = [numbers(getComputedStyle(element).color), ground(element)].map(luminance).sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        if (contrast < 4.5) faint.push(`${walker.currentNode.data.trim().slice(0, 40)}: ${contrast.toFixed(2)}`);
    }
    return faint;
}"""

SMALL = """() => [...document.querySelectorAll("a, button, summary, input, select")]
    .filter(part => part.checkVisibility() && !part.closest("p, td, .unseen, label") && !part.matches(".unseen"))
    .filter(part => part.getBoundingClientRect().height < 43.5)
    .map(part => part.outerHTML.slice(0, 80))"""


@pytest.fixture
def paths(transactional_db: None, family) -> list[str]:
    """One photograph in every state, and the pages that need no photograph."""
    files = [SimpleUploadedFile(f"{n}_{LONG}", photo_bytes(size=(320, 240))) for n in range(6)]
    taken = intake.submit(map(Copied, [*files, SimpleUploadedFile(LONG, b"")]), family=family)
    done, nothing, failed, running, stopped, _waiting = taken.photos
    made.finish(done)
    made.finish(nothing, found_nothing=True)
    made.fail(failed)
    made.run(running, "colouring", 0.3)
    queue.cancel(stopped.job)
    Worker.objects.create(name="a-machine-with-a-rather-long-name.example.org-12345", slots=1)
    User.objects.create_superuser("keeper", password="a long pass")
    return ["/", f"/u/{taken.upload.pk}/", *(f"/p/{photo.pk}/" for photo in taken.photos), "/login/"]


@pytest.mark.parametrize("locale", ["en", "ru"])
@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_sticks_out_is_faint_or_small(width: int, light: str, locale: str, open_page, paths) -> None:
    page = open_page(paths[0], width=width, locale=locale, color_scheme=light, reduced_motion="reduce")
    for path in paths:
        page.goto(path)
        check(page, width)

    page.fill("[name=username]", "keeper")
    page.fill("[name=password]", "a long pass")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ops/")
    check(page, width)
    page.goto("/staff/")
    check(page, width)


def check(page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    assert page.evaluate(FAINT) == [], page.url
    assert page.evaluate(SMALL) == [], page.url


def test_every_stop_of_the_tab_key_is_seen(open_page, paths) -> None:
    page = open_page(paths[2])

    for _ in range(page.locator("a, button, input, summary").count()):
        page.keyboard.press("Tab")
        style = page.evaluate("(({outlineStyle, outlineWidth}) => [outlineStyle, outlineWidth])"
                              "(getComputedStyle(document.activeElement))")  # fmt: skip
        if page.evaluate("document.activeElement === document.body"):
            break
        assert style == ["solid", "3px"], page.evaluate("document.activeElement.outerHTML")


def test_nothing_moves_where_that_is_not_wanted(open_page, paths) -> None:
    page = open_page(paths[0], reduced_motion="reduce")

    assert (
        page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--calm').trim()") == "0ms"
    )


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_the_first_page_is_light(locale: str, open_page) -> None:
    page = open_page("about:blank", locale=locale)
    answers = []
    page.on("response", lambda answer: answers.append(answer))

    page.goto("/")
    page.wait_for_load_state("networkidle")

    size = sum(len(answer.body()) for answer in answers)
    assert any(answer.url.endswith(".woff2") for answer in answers)
    assert size < LARGEST_UPLOAD_PAGE_BYTES
