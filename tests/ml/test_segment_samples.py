"""The finder's samples and losses: labels stay on their pixels, ignored ones teach nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from ml.damage import IGNORE
from ml.segment import losses
from ml.segment.data import Labelled, SegmentSamples, load_labelled, resize, take_labelled


class Photos:
    """A photoset of two made photographs."""

    weights = np.array([1.0, 1.0])

    def __len__(self):
        return 2

    def __getitem__(self, index):
        rng = np.random.default_rng(index)
        small = rng.integers(40, 220, (6, 8, 3)).astype(np.uint8)
        return type(
            "Sample", (), {"photo_u8_HWC": cv2.resize(small, (320, 240), interpolation=cv2.INTER_CUBIC)}
        )


def _labelled() -> Labelled:
    photo = np.full((300, 280, 3), 90, np.uint8)
    kinds = np.zeros((300, 280), np.uint8)
    photo[100:110], kinds[100:110] = 250, 1
    return Labelled(photo, kinds)


def test_a_sample_is_the_same_for_the_same_seed_and_index_and_no_other():
    samples = SegmentSamples(Photos(), [_labelled()], None, seed=3, crop=96)
    again = SegmentSamples(Photos(), [_labelled()], None, seed=3, crop=96)

    for index in range(6):
        assert torch.equal(samples[index]["photo_u8"], again[index]["photo_u8"])
        assert torch.equal(samples[index]["kinds_u8"], again[index]["kinds_u8"])
    assert not torch.equal(samples[0]["photo_u8"], samples[1]["photo_u8"])


def test_samples_have_their_shape_and_only_known_labels():
    samples = SegmentSamples(Photos(), [_labelled()], None, seed=0, crop=96)
    values: set[int] = set()
    for index in range(12):
        sample = samples[index]
        assert sample["photo_u8"].shape == (3, 96, 96) and sample["kinds_u8"].shape == (96, 96)
        values |= set(sample["kinds_u8"].unique().tolist())

    assert values <= {0, 1, 2, 3, IGNORE} and len(values) > 2


def test_some_samples_are_modern_photographs_unharmed(monkeypatch):
    monkeypatch.setattr("ml.segment.data.damage.age", lambda photo, _: np.full_like(photo, 255))
    samples = SegmentSamples(Photos(), [], None, seed=3, crop=96)

    unharmed = [
        index
        for index in range(60)
        if not samples[index]["kinds_u8"].any() and samples[index]["photo_u8"].float().mean() < 250
    ]

    assert 4 <= len(unharmed) <= 20


def test_real_labels_stay_on_their_pixels_through_crop_and_size():
    photo, kinds = take_labelled(_labelled(), 200, np.random.default_rng(1))
    photo, kinds = resize(photo, kinds, 120)

    assert (kinds == 1).any()
    assert photo[kinds == 1].mean() > 180 and abs(photo[kinds == 0].mean() - 90) < 1


def test_painted_damage_comes_on_top_of_real_labels_and_takes_none_away(monkeypatch):
    def real(harmed: float) -> list[np.ndarray]:
        monkeypatch.setattr("ml.segment.data.HARMED_SHARE", harmed)
        monkeypatch.setattr("ml.segment.data.REAL_SHARE", 1.0)
        samples = SegmentSamples(Photos(), [_labelled()], None, seed=3, crop=96)
        monkeypatch.setattr("ml.segment.data.turn", lambda photo, kinds, _: (photo, kinds))
        return [samples[index]["kinds_u8"].numpy() for index in range(8)]

    pairs = list(zip(real(0.0), real(1.0), strict=True))

    assert all((harmed[plain == 1] != 0).all() for plain, harmed in pairs)
    assert sum((harmed > 0).sum() > 1.2 * (plain > 0).sum() for plain, harmed in pairs) >= 4


def test_beyond_the_edge_of_a_labelled_photograph_nothing_is_claimed():
    photo, kinds = take_labelled(_labelled(), 400, np.random.default_rng(1))

    assert photo.shape == (400, 400, 3)
    assert (kinds[300:] == IGNORE).all() and (kinds[:, 280:] == IGNORE).all()


def test_a_hairline_that_shrinks_below_half_a_pixel_is_neither_defect_nor_clean():
    photo, kinds = np.zeros((80, 80, 3), np.uint8), np.zeros((80, 80), np.uint8)
    kinds[:, 41] = 1

    _, small = resize(photo, kinds, 20)

    assert set(small[:, 10].tolist()) == {IGNORE} and (np.delete(small, 10, axis=1) == 0).all()


def test_masks_are_read_with_their_photographs_beside_or_next_door(tmp_path):
    masks, photos = tmp_path / "masks", tmp_path / "photos"
    masks.mkdir()
    photos.mkdir()
    (masks / "manifest.csv").write_text("file,mask,kinds,group,level\na.png,a_mask.png,a_kinds.png,g,light\n")
    cv2.imwrite(str(photos / "a.png"), np.full((4, 6, 3), 9, np.uint8))
    mask = np.array([[0, 128, 255, 255, 0, 0]] * 4, np.uint8)
    cv2.imwrite(str(masks / "a_mask.png"), mask)
    cv2.imwrite(str(masks / "a_kinds.png"), np.array([[0, 0, 3, 2, 1, 0]] * 4, np.uint8))

    (labelled,) = load_labelled([masks])

    assert labelled.kinds_u8_HW[0].tolist() == [0, IGNORE, 3, 2, 0, 0]


def test_ignored_pixels_cost_nothing_and_teach_nothing():
    kinds = torch.tensor([[[0, 1, 128, 128]]], dtype=torch.uint8)
    logits = torch.zeros(1, 1, 4, requires_grad=True)

    (losses.defect_bce(logits, kinds) + losses.soft_dice_loss(logits, kinds)).backward()

    assert (logits.grad[..., 2:] == 0).all() and (logits.grad[..., :2] != 0).all()


def test_a_defect_weighs_the_root_of_clean_over_defect():
    kinds = torch.zeros(1, 1, 10, dtype=torch.uint8)
    kinds[..., 0] = 2
    logits = torch.zeros(1, 1, 10)

    # At logit 0 every pixel costs ln 2; nine clean ones weigh 1, one defect weighs the root of 9.
    assert losses.defect_bce(logits, kinds).item() == pytest.approx(np.log(2) * (9 + 3) / 10, rel=1e-5)


def test_dice_loss_is_nothing_for_the_truth_and_near_one_for_its_opposite():
    kinds = torch.zeros(1, 20, 20, dtype=torch.uint8)
    kinds[:, :10] = 3
    right = torch.where(kinds > 0, 20.0, -20.0)

    assert losses.soft_dice_loss(right, kinds).item() < 1e-3
    assert losses.soft_dice_loss(-right, kinds).item() > 0.99


def test_kinds_are_judged_on_defects_alone():
    kinds = torch.tensor([[[0, 2, 128]]], dtype=torch.uint8)
    logits = torch.zeros(1, 3, 1, 3)
    logits[0, 1, 0, 1] = 20.0

    assert losses.kind_loss(logits, kinds).item() < 1e-4
    assert losses.kind_loss(logits, torch.zeros_like(kinds)).item() == 0


def test_some_photographs_of_yesterday_are_grey_and_undamaged(monkeypatch):
    monkeypatch.setattr("ml.segment.data.FRESH_SHARE", 1.0)
    monkeypatch.setattr("ml.segment.data.UNHARMED_SHARE", 1.0)
    samples = SegmentSamples(Photos(), [], None, seed=3, crop=64)

    are_grey = []
    for index in range(40):
        sample = samples[index]
        assert not sample["kinds_u8"].any()
        are_grey.append(bool((sample["photo_u8"] == sample["photo_u8"][:1]).all()))

    assert 0.25 < np.mean(are_grey) < 0.75
