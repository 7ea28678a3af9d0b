import ast
import string
from pathlib import Path

import pytest
from django.utils import translation

from ml.contract import REASONS
from ml.photo.headers import tiff
from webapp import reasons


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_of_the_networks_is_said_word_for_word(code):
    with translation.override("en"):
        assert str(reasons.SENTENCES[code]) == REASONS[code]


def test_values_are_put_into_the_sentence():
    assert reasons.sentence("too_many_bytes", {"megabytes": 250.1, "limit": 200}) == (
        "The file is 250.1 MB; at most 200 MB are accepted."
    )


def test_a_row_of_another_version_is_still_a_sentence():
    assert reasons.sentence("too_many_bytes", {}) == "The file is – MB; at most – MB are accepted."
    assert reasons.sentence("of the future") == str(reasons.SENTENCES["internal"])


@pytest.mark.parametrize("code", reasons.SENTENCES)
def test_a_translation_asks_for_no_value_that_is_not_given(code):
    def fields(sentence):
        return {name for _, name, *_ in string.Formatter().parse(str(sentence)) if name}

    with translation.override("en"):
        given = fields(reasons.SENTENCES[code])
    with translation.override("ru"):
        assert fields(reasons.SENTENCES[code]) <= given


def details_of_the_readers():
    """What ml.photo says when it raises Unsupported: words in the call, or of the tables that it looks them up in."""
    said = {*tiff.KINDS_OF_COLOUR.values(), *tiff.NUMBERS.values()}
    for path in (Path(__file__).parents[2] / "ml" / "photo").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Unsupported":
                parts = ast.walk(node)
                said |= {part.value for part in parts if isinstance(part, ast.Constant) and part.value != ""}
    return {words for words in said if isinstance(words, str)}


def test_every_detail_of_a_refusal_is_known_and_translated():
    assert details_of_the_readers() == set(reasons.DETAILS)

    for detail in reasons.DETAILS:
        with translation.override("ru"):
            said = reasons.sentence("unsupported", {"format": "TIFF", "detail": detail})
        assert said.startswith("Такие файлы TIFF пока не читаются: ") and detail not in said


def test_a_detail_of_another_version_is_said_as_it_is():
    assert "in a way of its own" in reasons.sentence(
        "unsupported", {"format": "TIFF", "detail": "in a way of its own"}
    )
