import string

import pytest
from django.utils import translation

from ml.contract import REASONS
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
