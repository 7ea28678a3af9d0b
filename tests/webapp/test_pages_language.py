"""English and Russian: nothing untranslated, nothing stale, switchable."""

from __future__ import annotations

import gettext
import re
import shutil
import string
import subprocess
from ast import literal_eval
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from ml.contract import NOTES, REASONS
from tests.browser import made
from webapp.reasons import SENTENCES
from webapp.standing import Wait
from webapp.views import words

APP = settings.BASE_DIR / "webapp"
RUSSIAN = APP / "locale" / "ru" / "LC_MESSAGES"
ENTRY = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def entries(path: Path) -> dict[str, list[tuple[str, str]]]:
    """msgid to all parts of its entry."""
    found: dict[str, list[tuple[str, str]]] = {}
    for block in path.read_text(encoding="utf-8").split("\n\n")[1:]:
        parts = [
            (key, "".join(map(literal_eval, text.strip().split("\n")))) for key, text in ENTRY.findall(block)
        ]
        if parts:
            found[parts[0][1]] = parts
    return found


def test_every_entry_is_translated_with_its_placeholders() -> None:
    for msgid, parts in entries(RUSSIAN / "django.po").items():
        english = [text for key, text in parts if not key.startswith("msgstr")]
        russian = [text for key, text in parts if key.startswith("msgstr")]
        assert len(russian) == (3 if len(english) == 2 else 1), msgid
        for text in russian:
            assert text, msgid
            assert placeholders(text) == placeholders(english[-1]), msgid


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
def test_every_string_of_the_site_has_an_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(
        APP, tmp_path / "webapp", ignore=shutil.ignore_patterns("locale", "static", "demo", "__pycache__")
    )
    (tmp_path / "webapp" / "locale").mkdir()
    monkeypatch.chdir(tmp_path / "webapp")

    call_command("makemessages", locale=["ru"], no_wrap=True, no_location=True, verbosity=0)

    marked = entries(tmp_path / "webapp" / "locale" / "ru" / "LC_MESSAGES" / "django.po")
    assert marked.keys() == entries(RUSSIAN / "django.po").keys()


def test_the_compiled_file_is_the_one_of_the_text() -> None:
    with (RUSSIAN / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    for msgid, parts in entries(RUSSIAN / "django.po").items():
        plural = next((text for key, text in parts if key == "msgid_plural"), None)
        one = compiled.ngettext(msgid, plural, 1) if plural else compiled.gettext(msgid)
        assert one == next(text for key, text in parts if key.startswith("msgstr")), msgid


def test_no_other_apps_translation_comes_before_ours() -> None:
    with translation.override("ru"):
        for msgid, parts in entries(RUSSIAN / "django.po").items():
            if parts[1][0] == "msgstr":
                assert translation.gettext(msgid) == parts[1][1]


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="needs gettext")
def test_the_text_passes_msgfmts_own_check(tmp_path: Path) -> None:
    subprocess.run(
        ["msgfmt", "--check-format", "-o", tmp_path / "django.mo", RUSSIAN / "django.po"], check=True
    )


def test_every_reason_and_note_has_its_sentence_in_both_languages() -> None:
    assert set(REASONS) <= set(SENTENCES)
    assert {code: str(sentence) for code, sentence in words.NOTES.items()} == NOTES
    with translation.override("ru"):
        for english, russian in [*((REASONS[code], SENTENCES[code]) for code in REASONS), *_notes()]:
            assert str(russian) != english
            fields = {field for _, field, _, _ in string.Formatter().parse(english) if field}
            assert fields == {field for _, field, _, _ in string.Formatter().parse(str(russian)) if field}


def _notes() -> list[tuple[str, object]]:
    return [(NOTES[code], words.NOTES[code]) for code in NOTES]


@pytest.mark.parametrize(
    ("before", "sentence"),
    [(0, "Ваша фотография следующая."), (1, "Перед вашей 1 фотография."), (3, "Перед вашей 3 фотографии."),
     (11, "Перед вашей 11 фотографий."), (21, "Перед вашей 21 фотография.")],
)  # fmt: skip
def test_russian_counts_as_russians_do(before: int, sentence: str) -> None:
    with translation.override("ru"):
        assert words.place(before, None) == sentence


def test_a_place_comes_with_its_time() -> None:
    wait = Wait(190, 330)
    assert words.place(3, wait) == "3 photographs are before yours, 3 to 6 minutes."
    assert words.under_way(wait) == "It is being worked on: 3 to 6 minutes more."
    with translation.override("ru"):
        assert words.place(3, wait) == "Перед вашей 3 фотографии, ждать от 3 до 6 минут."
        assert words.under_way(wait) == "Фотография в работе, осталось ждать от 3 до 6 минут."


@pytest.mark.parametrize(
    ("least", "most", "english", "russian"),
    [
        (0, 0, "less than a minute", "меньше минуты"),
        (10, 60, "less than a minute", "меньше минуты"),
        (30, 61, "up to 2 minutes", "до 2 минут"),
        (70, 119, "1 to 2 minutes", "от 1 до 2 минут"),
        (61, 20 * 60, "1 to 20 minutes", "от 1 до 20 минут"),
        (24 * 60, 32 * 60, "20 to 35 minutes", "от 20 до 35 минут"),
        (50 * 60, 91 * 60, "up to 2 hours", "до 2 часов"),
        (7 * 3600, 20.5 * 3600, "7 to 21 hours", "от 7 до 21 часа"),
    ],
)
def test_a_range_is_told_in_whole_minutes_or_hours(least: float, most: float, english: str, russian: str):
    assert words.span(Wait(least, most)) == english
    with translation.override("ru"):
        assert words.span(Wait(least, most)) == russian


def test_the_language_is_the_browsers_until_one_is_chosen(browser: Client, db: None) -> None:
    russian = browser.get("/", headers={"accept-language": "ru-RU,ru;q=0.9,en;q=0.5"}).content.decode()
    assert '<html lang="ru">' in russian
    assert "Принесите старую фотографию" in russian

    browser.post("/language/", {"language": "en", "next": "/"})

    english = browser.get("/", headers={"accept-language": "ru"}).content.decode()
    assert '<html lang="en">' in english
    assert "Bring in an old photograph" in english


def test_a_bar_is_no_sentence(browser: Client, photo) -> None:
    """A progress element understands a decimal point alone, whatever the language."""
    made.run(photo, "repairing", 0.5)

    for path in (f"/p/{photo.pk}/", f"/u/{photo.upload_id}/"):
        html = browser.get(path, headers={"accept-language": "ru"}).content.decode()
        assert re.search(r'<progress max="1" value="0\.5"', html)


def test_a_result_is_told_in_russian(browser: Client, photo) -> None:
    made.finish(photo)

    html = browser.get(f"/p/{photo.pk}/", headers={"accept-language": "ru"}).content.decode()

    assert "Заберите снимки" in html
    assert "Исправлено 2,3\N{NO-BREAK SPACE}% снимка." in html
