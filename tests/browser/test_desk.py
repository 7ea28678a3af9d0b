"""The staff's desk by the keyboard alone: thirty photographs judged, notes, the editor, votes; and by forms."""

from __future__ import annotations

import zipfile

from playwright.sync_api import expect

from webapp.models import Description, Photo, Review

LONG = "A very long name of a photograph from the second album_without_a_single_place_to_break_it.jpg"


def states(photos: list[Photo]) -> list[str]:
    found = dict(Review.objects.filter(job__photo__in=photos).values_list("job__photo", "state"))
    return [found.get(photo.pk, "open") for photo in photos]


def named(page, photo: Photo) -> None:
    """Waits until the large view shows it, and hears keys."""
    expect(page.locator("h1")).to_have_text(photo.name)
    page.wait_for_load_state()


def focused(page, photo: Photo) -> None:
    expect(page.locator(f"[id='p-{photo.pk}']")).to_be_focused()


def test_thirty_photographs_are_judged_from_the_keyboard_alone(desk, bring_in) -> None:
    photos = bring_in([f"{n:02d}.jpg" for n in range(30)])
    page = desk()
    focused(page, photos[0])

    page.keyboard.press("Enter")
    for number, photo in enumerate(photos):
        named(page, photo)
        page.keyboard.press("r" if number % 3 == 0 else "a")
    page.wait_for_url("**/staff/?over=1")

    expect(page.get_by_text("All of these have been looked at.")).to_be_visible()
    assert states(photos) == ["rejected" if n % 3 == 0 else "approved" for n in range(30)]
    assert set(Review.objects.values_list("user__username", flat=True)) == {"anna"}


def test_the_next_one_comes_without_a_full_reload(desk, bring_in) -> None:
    photos = bring_in(["a.jpg", "b.jpg", "c.jpg"])
    page = desk()
    page.keyboard.press("Enter")
    named(page, photos[0])
    page.evaluate("window.stays = true")

    page.keyboard.press("a")
    named(page, photos[1])
    page.keyboard.press("j")
    named(page, photos[2])
    page.keyboard.press("k")
    named(page, photos[1])
    page.keyboard.press("2")
    expect(page.locator(".kinds-shown [aria-current]")).to_have_text("Coloured")

    assert page.evaluate("window.stays") is True
    assert str(photos[1].pk) in page.url


def test_judged_on_the_light_table_a_cell_stays_in_its_place(desk, bring_in) -> None:
    photos = bring_in([f"{n}.jpg" for n in range(6)])
    page = desk()
    boxes = (
        "[...document.querySelectorAll('.cell')].map(cell => JSON.stringify(cell.getBoundingClientRect()))"
    )
    before = page.evaluate(boxes)

    for key in ("a", "r", "j", "a"):
        page.keyboard.press(key)
    expect(page.locator(".cell-approved")).to_have_count(2)
    page.keyboard.press("k")
    page.keyboard.press("u")
    expect(page.locator(".cell-approved")).to_have_count(1)

    focused(page, photos[3])
    assert states(photos) == ["approved", "rejected", "open", "open", "open", "open"]
    assert page.evaluate(boxes) == before
    page.keyboard.press("ArrowLeft")
    focused(page, photos[2])


def test_arrows_go_up_and_down_by_rows(desk, bring_in) -> None:
    photos = bring_in([f"{n}.jpg" for n in range(14)])
    page = desk()
    columns = page.evaluate(
        "(cells => cells.filter(cell => cell.offsetTop === cells[0].offsetTop).length)"
        "([...document.querySelectorAll('.cell')])"
    )
    assert 1 < columns < 14

    page.keyboard.press("ArrowDown")
    focused(page, photos[columns])
    page.keyboard.press("ArrowUp")
    focused(page, photos[0])


def test_a_note_is_written_on_the_light_table_and_at_the_photograph(desk, bring_in) -> None:
    first, second = bring_in(["a.jpg", "b.jpg"])
    page = desk()

    page.keyboard.press("n")
    page.keyboard.type("a hat, or an r")  # letters that are keys elsewhere
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(f"[id='cell-{first.pk}'] .cell-noted")).to_be_visible()
    focused(page, first)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    named(page, second)
    page.keyboard.press("n")
    page.keyboard.type("the jar")
    page.keyboard.press("Escape")
    page.keyboard.press("r")

    named(page, first)
    notes = dict(Review.objects.values_list("job__photo__name", "note"))
    assert notes == {"b.jpg": "a hat, or an r", "a.jpg": "the jar"}
    assert states([first, second]) == ["open", "rejected"]


def test_enter_opens_escape_leads_back_to_the_same_cell(desk, bring_in) -> None:
    photos = bring_in([f"{n}.jpg" for n in range(4)])
    page = desk("/staff/?q=jpg")
    page.keyboard.press("j")
    page.keyboard.press("j")

    page.keyboard.press("Enter")
    named(page, photos[2])
    page.keyboard.press("Escape")

    page.wait_for_url("**/staff/?q=jpg&page=1#p-*")
    focused(page, photos[2])


def test_e_opens_the_editor_of_the_mask(desk, bring_in) -> None:
    (photo,) = bring_in(["a.jpg"])
    page = desk()

    page.keyboard.press("e")

    page.wait_for_url(f"**/p/{photo.pk}/?version=1#correct")
    expect(page.get_by_role("radio", name="Eraser")).to_be_focused()


def test_a_question_mark_shows_the_keys_and_they_rest_meanwhile(desk, bring_in) -> None:
    photos = bring_in(["a.jpg", "b.jpg"])
    page = desk()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    focused(page, photos[0])
    assert not Review.objects.exists()


def test_when_the_site_does_not_answer_that_is_told_and_nothing_moves(desk, bring_in) -> None:
    photos = bring_in(["a.jpg", "b.jpg"])
    page = desk(forgiven="Failed to load resource")
    page.keyboard.press("Enter")
    named(page, photos[0])
    page.wait_for_load_state("networkidle")

    page.context.set_offline(True)
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_have_text(
        "The site did not answer, so nothing was kept. Please try once more."
    )
    named(page, photos[0])
    page.context.set_offline(False)
    page.keyboard.press("a")

    named(page, photos[1])
    assert states(photos) == ["approved", "open"]


def test_without_javascript_forms_do_the_same(desk, bring_in) -> None:
    first, second, third = bring_in(["a.jpg", "b.jpg", "c.jpg"])
    page = desk(java_script_enabled=False)

    page.get_by_role("link", name="c.jpg").click()
    page.get_by_label("Note", exact=True).fill("A scratch is left.")
    page.get_by_role("button", name="Reject").click()
    assert page.locator("h1").inner_text() == "b.jpg"
    page.get_by_text("Description", exact=True).click()
    page.get_by_label("Catalogue number").fill("Ф-12/3")
    page.get_by_role("button", name="Keep the description").click()
    page.get_by_role("link", name="Light table").click()
    page.locator(f"[id='cell-{third.pk}'] input").check()
    page.get_by_role("button", name="Approve").click()

    assert states([first, second, third]) == ["rejected", "open", "approved"]
    assert Review.objects.get(job__photo=first).note == "A scratch is left."
    assert Description.objects.get(photo=second).catalogue_number == "Ф-12/3"
    with page.expect_download() as download:
        page.get_by_text("All 3 photographs found").click()
        page.get_by_role("button", name="Take the ZIP").click()
    assert len(zipfile.ZipFile(download.value.path()).namelist()) == 11
