"""axe-core over every page and state: no serious and no critical finding, by day and by night, narrow and wide; and
no page is wider than its window or has a target too small for a thumb.

A new page is one line of PAGES: who looks, its address, and where needed what is done there first. Everything that can
be opened is opened. axe-core (MPL-2.0) lies in vendor/ and is part of no page.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Page

from tests.browser import everything
from tests.browser.test_layout import SMALL
from tests.browser.test_upload import photograph
from webapp.models import Upload

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
FIND = """async () => {
    for (const closed of document.querySelectorAll("details")) closed.open = true;
    const {violations} = await axe.run(document, {resultTypes: ["violations"]});
    const told = ({target, html}) => `${target} ${html.slice(0, 120)}`;
    return violations.filter(({impact}) => ["serious", "critical"].includes(impact)).map(
        ({id, help, nodes}) => `${id}: ${help}: ${nodes.map(told).join(" | ")}`);
}"""


class Look(NamedTuple):
    who: str
    """One of everything.WHO."""
    address: str
    first: Callable[[Page], object] | None = None


def submit_empty(page: Page) -> None:
    """The form as it stands, past the browser's own checks."""
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.locator("main form button").first.click()


def guess_password(page: Page) -> None:
    for field in page.locator("main input:visible").all():
        field.fill("someone@example.org" if field.get_attribute("type") == "email" else "guessed")
    page.locator("main form button").first.click()


def choose_files(page: Page) -> None:
    page.set_input_files("#photos", [photograph("one.jpg"), {**photograph("empty.jpg"), "buffer": b""}])


def press(page: Page, key: str) -> None:
    page.get_by_role("slider").focus()
    page.keyboard.press(key)


PAGES = (
    Look("nobody", "/"),
    Look("family", "/"),
    Look("family", "/", choose_files),
    Look("family", "/?album={over}"),
    Look("family", "/u/{mixed}/"),
    Look("family", "/u/{over}/"),
    Look("family", "/u/{asked}/"),
    Look("guest", "/u/{over}/"),
    Look("nobody", "/u/{examples}/"),
    Look("nobody", "/s/{locked}/"),
    Look("nobody", "/s/{locked}/", guess_password),
    Look("family", "/p/{done}/"),
    Look("family", "/p/{done}/", lambda page: page.locator("[data-open-correct]").click()),
    Look("family", "/p/{done}/", lambda page: page.locator("[name=veil]").check()),
    Look("family", "/p/{done}/", lambda page: press(page, "c")),
    Look("family", "/p/{done}/", lambda page: press(page, "l")),
    Look("family", "/p/{nothing}/"),
    Look("family", "/p/{failed}/"),
    Look("family", "/p/{running}/"),
    Look("family", "/p/{stopped}/"),
    Look("family", "/p/{waiting}/"),
    Look("family", "/p/{again}/"),
    Look("family", "/p/{again}/?version=1"),
    Look("family", "/delete/"),
    Look("nobody", "/delete/"),
    Look("nobody", "/account/sign-in/"),
    Look("nobody", "/account/sign-in/", guess_password),
    Look("nobody", "/account/new/"),
    Look("nobody", "/account/new/", submit_empty),
    Look("nobody", "/account/closed/"),
    Look("nobody", "/account/forgotten/"),
    Look("nobody", "/account/forgotten/done/"),
    Look("signing up", "/account/code/"),
    Look("signing up", "/account/code/", guess_password),
    Look("forgot", "/account/forgotten/code/"),
    Look("has the code", "/account/forgotten/new/"),
    Look("account", "/"),
    Look("account", "/account/"),
    Look("account", "/account/address/"),
    Look("account", "/account/password/", guess_password),
    Look("account", "/account/delete/", guess_password),
    Look("nobody", "/login/"),
    Look("nobody", "/login/", guess_password),
    Look("staff", "/staff/"),
    Look("staff", "/staff/?q=nothing+is+called+so"),
    Look("staff", "/u/{mixed}/"),
    Look("staff", "/staff/", lambda page: page.keyboard.press("?")),
    Look("staff", "/staff/p/{again}/"),
    Look("staff", "/staff/p/{done}/?review=open"),
    Look("staff", "/staff/bring/"),
    Look("staff", "/staff/comparisons/"),
    Look("staff", "/staff/comparisons/{comparison}/"),
    Look("staff", "/staff/comparisons/{comparison}/vote/"),
    Look("admin", "/ops/"),
    Look("admin", "/ops/audit/"),
    Look("nobody", "/p/{nowhere}/"),
    Look("nobody", "/made/400.html"),
    Look("nobody", "/made/403.html"),
    Look("nobody", "/made/403_csrf.html"),
    Look("nobody", "/made/413.html"),
    Look("nobody", "/made/429.html"),
    Look("nobody", "/made/500.html"),
    Look("nobody", "/made/letter"),
    Look("nobody", "/made/account/signup_closed.html"),
)


@pytest.mark.slow
@pytest.mark.usefixtures("with_mail")
@pytest.mark.parametrize(
    ("width", "light", "locale"),
    [(360, "light", "ru"), (360, "dark", "en"), (1440, "light", "en"), (1440, "dark", "ru")],
)
def test_nothing_serious_on_any_page(
    width: int, light: str, locale: str, open_page, live_server, family
) -> None:
    ids, cookies = everything.fill(family), everything.sessions(family)
    page = open_page(
        "/healthz", width=width, locale=locale, color_scheme=light, reduced_motion="reduce",
        forgiven="the server responded with a status of",
    )  # fmt: skip
    page.route(
        "**/made/**",
        lambda route: route.fulfill(body=made_page(route.request.url, ids, locale), content_type="text/html"),
    )

    found = {
        f"{look.who} {look.address}": findings(page, look, ids, cookies, live_server.url) for look in PAGES
    }

    assert {where: what for where, what in found.items() if what} == {}


def findings(page: Page, look: Look, ids: dict[str, object], cookies: dict[str, str], site: str) -> list[str]:
    page.context.clear_cookies(name="sessionid")
    if cookies[look.who]:
        page.context.add_cookies([{"name": "sessionid", "value": cookies[look.who], "url": site}])
    address = look.address.format(**ids)
    page.goto(address)
    assert page.url == site + address, "another page than the one that is meant"
    if look.first:
        look.first(page)
        page.wait_for_load_state("load")
    page.evaluate(AXE)
    found = page.evaluate(FIND)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, *page.evaluate(SMALL), *(["it is wider than the window"] if wide else [])]


def made_page(url: str, ids: dict[str, object], locale: str) -> str:
    """A page that no address leads to: those of errors, and the letter."""
    name = url.partition("/made/")[2]
    with translation.override(locale):
        return (
            everything.letter(Upload.objects.get(pk=ids["asked"]))
            if name == "letter"
            else render_to_string(name)
        )


def test_axe_finds_what_is_wrong(open_page) -> None:
    page = open_page("/account/sign-in/")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/static/webapp/img/icon.svg\">')"
    )

    page.evaluate(AXE)

    assert [line.partition(":")[0] for line in page.evaluate(FIND)] == ["image-alt"]
