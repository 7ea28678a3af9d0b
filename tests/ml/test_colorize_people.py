"""Figures by whom a photograph shows: labels from looking, and hues of faces, hands and skin."""

import numpy as np
import pytest

from ml.colorize import people
from ml.colorize.evaluate import cbcr

SKIN, GREY = (205, 160, 135), (165, 165, 165)
FACE = (40.0, 20.0, 30.0, 40.0)
HANDS = (0.1, 0.8, 0.2, 0.15)


@pytest.fixture
def portrait(monkeypatch):
    """120 x 160 on green: a face and a pair of hands of the colour of skin."""
    photo = np.full((160, 120, 3), (40, 120, 60), np.uint8)
    photo[20:60, 40:70] = SKIN
    photo[130:150, 14:34] = SKIN
    monkeypatch.setattr(people, "find_faces", lambda photo_u8_HWC: [FACE])
    return photo


def measured(result, truth, hands=(HANDS,)):
    return people.hue_errors(cbcr(result), cbcr(truth), truth, hands)


def test_the_right_colours_have_no_error(portrait):
    figures = measured(portrait, portrait)

    assert set(figures) == {f"{place}_{figure}" for place in people.PLACES for figure in ("hue", "chroma")}
    assert all(figures[f"{place}_hue"] == pytest.approx(0, abs=1e-6) for place in people.PLACES)
    assert all(figures[f"{place}_chroma"] == pytest.approx(1) for place in people.PLACES)


def test_grey_hands_are_told_from_a_face_that_is_right(portrait):
    result = portrait.copy()
    result[130:150, 14:34] = GREY

    figures = measured(result, portrait)

    assert figures["hands_chroma"] == pytest.approx(0, abs=0.01)
    assert figures["face_chroma"] == pytest.approx(1)
    assert 0 < figures["skin_chroma"] < 1


def test_green_skin_is_as_many_degrees_off_as_its_hue_is_turned(portrait):
    truth = cbcr(portrait)
    quarter = np.stack([128 - (truth[..., 1] - 128), 128 + (truth[..., 0] - 128)], axis=-1)

    figures = people.hue_errors(quarter, truth, portrait, [HANDS])

    assert figures["face_hue"] == pytest.approx(90)


def test_what_is_no_skin_does_not_count_and_a_photograph_without_hands_has_none(portrait):
    result = portrait.copy()
    result[:10] = (250, 0, 250)

    figures = measured(result, portrait, hands=())

    assert figures["skin_hue"] == pytest.approx(0, abs=1e-6)
    assert "hands_hue" not in figures


def test_labels_are_read_with_their_boxes(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "file,skin,who,uniform,hands\nann.webp,dark,women,,100 200 50 60;1 2 3 4\nbob.webp,light,men,yes,\n"
    )

    labels = people.read_labels(path)

    assert labels["ann.webp"].hands == ((0.1, 0.2, 0.05, 0.06), (0.001, 0.002, 0.003, 0.004))
    assert list(labels["ann.webp"].groups()) == ["skin dark", "women", "no uniform"]
    assert list(labels["bob.webp"].groups()) == ["skin light", "men", "uniform"]


@pytest.mark.parametrize(
    "text", ["file,skin\nann.webp,dark\n", "file,skin,who,uniform,hands\na,dark,men,,1 2\n"]
)
def test_labels_that_are_none_are_refused_with_a_sentence(tmp_path, text):
    path = tmp_path / "labels.csv"
    path.write_text(text)

    with pytest.raises(ValueError, match=r"labels\.csv"):
        people.read_labels(path)
