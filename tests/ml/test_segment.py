"""The finder: its network's geometry, its samples, losses, inference and figures."""

from __future__ import annotations

import copy
import json

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from ml.checkpoint import save_weights
from ml.damage import IGNORE
from ml.segment import losses
from ml.segment.data import Labelled, SegmentSamples, load_labelled, resize, take_labelled
from ml.segment.evaluate import evaluate
from ml.segment.infer import OVERLAP, TILE, Finder
from ml.segment.network import FinderUNet, build


@pytest.fixture(scope="module")
def network() -> FinderUNet:
    torch.manual_seed(0)
    return FinderUNet(8, (16, 16, 8, 8, 8, 8)).eval()


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


# --- network -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (33, 47), (64, 64)])
def test_any_size_comes_back_at_its_size(network, size):
    assert network(torch.rand(1, 3, *size)).shape == (1, 4, *size)


def test_the_stem_keeps_every_pixel(network):
    """Stride 1 and no pooling: what the stem says of a line of one pixel is said of its neighbours otherwise."""
    photo = torch.zeros(1, 3, 33, 33)
    photo[..., 16] = 1
    with torch.no_grad():
        features = network.stem(photo)

    assert features.shape == (1, 8, 33, 33)
    assert not torch.allclose(features[..., 16, 16], features[..., 16, 13])
    assert not any(isinstance(module, nn.MaxPool2d) for module in network.modules())


def test_imagenets_statistics_and_depthwise_filters_stay(network):
    torch.manual_seed(0)
    network = FinderUNet(8, (16, 16, 8, 8, 8, 8))
    network.freeze_early()
    before = {key: value.clone() for key, value in network.encoder.state_dict().items()}
    optimizer = torch.optim.SGD([*network.encoder_parameters(), *network.other_parameters()], lr=1.0)
    network.train()(torch.rand(2, 3, 64, 64)).sum().backward()
    optimizer.step()

    after = network.encoder.state_dict()
    changed = {key for key in before if not torch.equal(before[key], after[key])}
    assert changed and not [
        key for key in changed if "running" in key or "conv_dw" in key or "conv_stem" in key
    ]


def test_the_shipped_network_fits_its_weights_file():
    parameters = sum(parameter.numel() for parameter in build().parameters())

    assert 4e6 < parameters < 25e6


# --- samples -----------------------------------------------------------------------------------------------------


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


def test_real_labels_stay_on_their_pixels_through_crop_and_size():
    photo, kinds = take_labelled(_labelled(), 200, np.random.default_rng(1))
    photo, kinds = resize(photo, kinds, 120)

    assert (kinds == 1).any()
    assert photo[kinds == 1].mean() > 180 and abs(photo[kinds == 0].mean() - 90) < 1


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


# --- losses ------------------------------------------------------------------------------------------------------


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


# --- inference ---------------------------------------------------------------------------------------------------


class Bright(nn.Module):
    """Certain of a defect where a pixel is bright; calls it a speck."""

    def forward(self, photo_01):
        brightness = (photo_01.mean(1, keepdim=True) - 0.5) * 20
        return torch.cat(
            [brightness, torch.zeros_like(brightness), torch.ones_like(brightness) * 9, brightness * 0], 1
        )


class Left(nn.Module):
    """Sure of a defect in the left half only, whatever is there."""

    def forward(self, photo_01):
        logits = torch.full((1, 4, *photo_01.shape[2:]), -9.0)
        logits[..., : photo_01.shape[3] // 2] = 9.0
        return logits


def test_flip_averaging_sees_the_picture_and_its_mirror():
    photo = np.zeros((10, 20, 3), np.uint8)
    finder = Finder(Left(), torch.device("cpu"))

    both, one = finder.find(photo).probability_01_HW, finder.find(photo, flips=False).probability_01_HW

    assert np.allclose(both, 0.5, atol=1e-3)
    assert one[0, 0] > 0.99 and one[0, -1] < 0.01


def test_kinds_add_up_to_the_probability_and_the_hole_is_above_the_threshold():
    photo = np.zeros((12, 12, 3), np.uint8)
    photo[4:6] = 255
    finder = Finder(Bright(), torch.device("cpu"), threshold=0.6)

    found = finder.find(photo)

    assert np.allclose(found.kinds_01_3HW.sum(0), found.probability_01_HW, atol=1e-6)
    assert found.kinds_01_3HW[1, 4, 0] > 0.9
    assert np.array_equal(finder.hole(found), photo[..., 0] > 0)


def test_tiles_join_without_a_seam_and_the_view_from_afar_is_heard():
    height, width = 200, TILE + 300
    photo = np.zeros((height, width, 3), np.uint8)
    photo[:, TILE - OVERLAP : TILE + OVERLAP // 2] = 255
    told: list[float] = []

    found = Finder(Bright(), torch.device("cpu")).find(photo, told.append)

    # Shrunk from afar, the patch's edge blurs by a pixel or two.
    wrong = (found.probability_01_HW > 0.5) != (photo[..., 0] > 0)
    assert wrong.mean() < 0.01 and told[-1] == 1.0

    class Afar(nn.Module):
        def forward(self, photo_01):
            return torch.full((1, 4, *photo_01.shape[2:]), 9.0 if photo_01.shape[2] < height else -9.0)

    assert (Finder(Afar(), torch.device("cpu")).find(photo).probability_01_HW > 0.9).all()


def test_folded_it_answers_as_it_was_trained(network):
    rng = np.random.default_rng(0)
    photo_u8 = rng.integers(0, 255, (40, 56, 3), dtype=np.uint8)
    photo = torch.from_numpy(photo_u8).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        expected = network(photo)[0, 0].sigmoid().numpy()

    found = Finder(copy.deepcopy(network), torch.device("cpu")).find(photo_u8, flips=False).probability_01_HW

    assert np.abs(found - expected).max() < 0.02  # bf16


# --- figures -----------------------------------------------------------------------------------------------------


@pytest.fixture
def marked(tmp_path):
    """Two pictures of bright damage; the second one's mask ignores half of it."""
    lines = ["file,mask,group,level,quality(1-5)"]
    for name, quality in (("a", 5), ("b", 2)):
        photo, mask = np.zeros((20, 30, 3), np.uint8), np.zeros((20, 30), np.uint8)
        photo[5:8], mask[5:8] = 255, 255
        if name == "b":
            photo[15:17] = 255
            mask[15] = 128
        cv2.imwrite(str(tmp_path / f"{name}.png"), photo)
        cv2.imwrite(str(tmp_path / f"{name}_mask.png"), mask)
        lines.append(f"{name}.png,{name}_mask.png,{name}group,light,{quality}")
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_evaluate_pools_pixels_and_ignores_what_the_mask_does_not_know(marked, monkeypatch):
    finder = Finder(Bright(), torch.device("cpu"))
    monkeypatch.setattr(Finder, "load", classmethod(lambda cls, *args: finder))

    figures = json.loads(json.dumps(evaluate(marked), allow_nan=False))

    assert figures["groups"]["agroup"]["dice"] == 1 and figures["groups"]["agroup"]["roc_auc"] == 1
    # b: 90 true pixels found, one row of 30 false alarms; the other row is ignored.
    assert figures["groups"]["bgroup"]["precision"] == pytest.approx(90 / 120)
    assert figures["all"]["n"] == 2 and figures["all"]["precision"] == pytest.approx(180 / 210)
    assert figures["good_masks"]["n"] == 1 and figures["levels"]["light"]["n"] == 2


def test_evaluate_tells_which_mask_does_not_fit(marked, monkeypatch):
    monkeypatch.setattr(Finder, "load", classmethod(lambda cls, *args: Finder(Bright(), torch.device("cpu"))))
    cv2.imwrite(str(marked / "a_mask.png"), np.zeros((3, 3), np.uint8))

    with pytest.raises(ValueError, match=r"a_mask\.png"):
        evaluate(marked)


def test_weights_of_a_run_can_be_loaded_from_a_file(tmp_path):
    torch.manual_seed(0)
    save_weights(tmp_path / "w.safetensors", build().state_dict(), {"network": "segment"})

    found = Finder.load("cpu", tmp_path / "w.safetensors").find(np.zeros((16, 16, 3), np.uint8))

    assert found.probability_01_HW.shape == (16, 16)
