"""A blind vote: no pair tells who is who, every vote counts for the right one, none is overwritten."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from ml.__main__ import main
from ml.vote import VoteError, make_pairs, tally

DARK, LIGHT = 40, 200


@pytest.fixture
def folders(tmp_path):
    """Twelve pictures of one name each: dark ones in the first folder, light ones in the second."""
    for folder, tone in (("first", DARK), ("second", LIGHT)):
        (tmp_path / folder).mkdir()
        for number in range(12):
            Image.new("RGB", (60, 40), (tone,) * 3).save(tmp_path / folder / f"granny{number}.png")
    return tmp_path / "first", tmp_path / "second"


def vote(folder, choose) -> None:
    """choose(left and right tone) -> the vote."""
    pairs = sorted(folder.glob("pair_*.png"))
    rows = []
    for path in pairs:
        pair = np.asarray(Image.open(path))
        rows.append((path.name, choose(int(pair[0, 0, 0]), int(pair[0, -1, 0]))))
    with (folder / "votes.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("pair", "vote"), *rows])


def test_votes_count_for_the_set_wherever_it_stood(folders, tmp_path):
    out = tmp_path / "out"
    assert make_pairs(*folders, out, seed=1, count=10) == 10
    stood = {pair["left"] for pair in json.loads((out / "key.json").read_text())["pairs"].values()}
    assert stood == {"first", "second"}

    vote(out, lambda left, right: "left" if left == LIGHT else "right")

    result = tally(out)
    assert (result.first, result.second, result.ties) == (0, 10, 0)
    assert result.p_value == pytest.approx(2 / 2**10)


def test_ties_are_told_apart_and_decide_nothing(folders, tmp_path):
    make_pairs(*folders, tmp_path / "out")

    vote(tmp_path / "out", lambda *_: "tie")

    result = tally(tmp_path / "out")
    assert (result.first, result.second, result.ties, result.p_value) == (0, 0, 12, 1)


def test_the_same_seed_makes_the_same_pairs_and_another_does_not(folders, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        make_pairs(*folders, tmp_path / name, seed)

    keys = [(tmp_path / name / "key.json").read_text() for name in "abc"]
    assert keys[0] == keys[1] != keys[2]


def test_a_missing_vote_is_named(folders, tmp_path):
    make_pairs(*folders, tmp_path / "out")

    with pytest.raises(VoteError, match=r"pair_001\.png and 11 more"):
        tally(tmp_path / "out")


def test_votes_are_never_overwritten(folders, tmp_path):
    make_pairs(*folders, tmp_path / "out")

    with pytest.raises(VoteError, match="a vote lies there already"):
        make_pairs(*folders, tmp_path / "out")


def test_from_the_command_line(folders, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["vote", "--pairs", *map(str, folders), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"pairs": 12}
    vote(out, lambda left, right: "left" if left == DARK else "right")

    assert main(["vote", "--tally", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["first"] == 12
    assert main(["vote", "--tally", str(tmp_path)]) == 2
    assert (
        main(["vote", "--pairs", str(folders[0]), str(tmp_path / "none"), "--out", str(tmp_path / "x")]) == 2
    )
