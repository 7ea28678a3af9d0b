"""Takes the screenshots of this folder anew, from a running site with its own worker and networks.

    .venv/bin/python docs/screenshots/take.py [http://127.0.0.1:8000] [--staff NAME:PASSWORD]

Uploads the example photographs of webapp/demo in a real Chromium, waits until they are done, and photographs each page
at 360 and 1440 pixels. With an admin's name and password also the list for staff and the queue.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "webapp" / "demo"
FILES = [*sorted(EXAMPLES.glob("*.jpg")), *sorted(EXAMPLES.glob("*.webp"))]
LETTER = HERE / "README.md"  # no photograph: its refusal is part of the picture
WIDTHS = {360: 740, 1440: 900}
PATIENCE_MS = 30 * 60 * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--staff", metavar="NAME:PASSWORD", help="an admin's account")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        cookies = photograph_family(browser, options.site)
        photograph_languages(browser, options.site, cookies)
        if options.staff:
            photograph_staff(browser, options.site, *options.staff.split(":", 1))
        browser.close()
    return 0


def new_page(browser: Browser, site: str, width: int, **options: object) -> Page:
    viewport = {"width": width, "height": WIDTHS[width]}
    context = browser.new_context(base_url=site, viewport=viewport, has_touch=width < 600, **options)
    return context.new_page()


def shoot(page: Page, name: str, whole: bool = False) -> None:
    page.wait_for_load_state("load")
    page.wait_for_timeout(400)
    width = page.viewport_size["width"]
    page.screenshot(path=HERE / f"{name}-{width}.png", full_page=whole)
    print(f"{name}-{width}.png")  # noqa: T201


def photograph_family(browser: Browser, site: str) -> list[dict]:
    """From the first page to the results; returns the cookies that own the photographs."""
    page = new_page(browser, site, 1440)
    page.goto("/")
    shoot(page, "first")
    page.set_input_files("#photos", [*FILES, LETTER])
    shoot(page, "chosen")
    page.locator("form[data-upload] button[type=submit]").click()
    page.wait_for_url("**/u/*/")
    shoot(page, "waiting")
    upload = page.url
    photo = page.locator(".print-words a").first.get_attribute("href")
    page.goto(photo)
    shoot(page, "progress")
    narrow = new_page(browser, site, 360)
    narrow.context.add_cookies(page.context.cookies())
    narrow.goto(photo)
    shoot(narrow, "progress")
    narrow.context.close()
    page.wait_for_selector(".viewer.live", timeout=PATIENCE_MS)
    page.goto(upload)
    page.wait_for_selector("[data-live]", state="detached", timeout=PATIENCE_MS)
    cookies = page.context.cookies()
    addresses = [link.get_attribute("href") for link in page.locator(".print-words a").all()]
    for width in WIDTHS:
        page = new_page(browser, site, width)
        page.goto("/")
        shoot(page, "first")
        page.context.add_cookies(cookies)
        page.goto(upload)
        shoot(page, "upload")
        page.goto(addresses[0])
        shoot(page, "result")
        shoot(page, "result-whole", whole=True)
        page.locator("[name=veil]").check()
        page.locator("[value=restored_colorized]").check()
        shoot(page, "veil")
        shoot_another_try(page)
        page.locator("#colours summary").click()
        page.locator("#colours").scroll_into_view_if_needed()
        shoot(page, "colours")
        page.goto(addresses[-1])
        shoot(page, "good-condition", whole=True)
        for address, name in (
            ("account/sign-in", "account"),
            ("account/new", "account-new"),
            ("delete", "delete"),
        ):
            page.goto(f"/{address}/")
            shoot(page, name)
        page.goto("/p/00000000-0000-4000-8000-000000000000/")
        shoot(page, "nothing-here")
    return cookies


def shoot_another_try(page: Page) -> None:
    """The editor, with an outline round a place that shall be repaired another way."""
    page.locator("[data-open-correct]").click()
    page.locator("[name=tool][value=retry]").check()
    page.wait_for_timeout(1000)
    box = page.locator(".picture").bounding_box()
    corners = [(0.75, 0.05), (0.98, 0.05), (0.98, 0.2), (0.75, 0.2), (0.75, 0.06)]
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=10)
    page.mouse.up()
    shoot(page, "another-try")
    page.locator("[data-leave]").click()


def photograph_languages(browser: Browser, site: str, cookies: list[dict]) -> None:
    for width in WIDTHS:
        page = new_page(browser, site, width, locale="ru", color_scheme="dark")
        page.context.add_cookies([cookie for cookie in cookies if cookie["name"] == "sessionid"])
        page.goto("/")
        shoot(page, "russian-dark-first")
        page.locator(".rolls a").first.click()
        shoot(page, "russian-dark-upload")
        page.locator(".print-words a").first.click()
        shoot(page, "russian-dark-result")


def photograph_staff(browser: Browser, site: str, name: str, password: str) -> None:
    for width in WIDTHS:
        page = new_page(browser, site, width)
        page.goto("/login/")
        shoot(page, "sign-in")
        page.fill("[name=username]", name)
        page.fill("[name=password]", password)
        page.locator("main button").click()
        page.wait_for_url("**/ops/")
        shoot(page, "queue")
        page.goto("/staff/")
        shoot(page, "staff")
        page.locator(".cell a").first.click()
        shoot(page, "staff-photo")
        page.goto("/staff/bring/")
        shoot(page, "staff-bring")


if __name__ == "__main__":
    sys.exit(main())
