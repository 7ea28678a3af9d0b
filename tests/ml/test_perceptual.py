"""SqueezeNet's features and the distance made of them."""

import numpy as np
import pytest
import torch
from torch import nn

from ml.perceptual import SqueezeFeatures, VGGFeatures, perceptual_distance


@pytest.fixture(scope="module")
def features() -> SqueezeFeatures:
    return SqueezeFeatures()


@pytest.fixture
def photo() -> torch.Tensor:
    """1 x 3 x 96 x 128: smooth shapes, 0-1."""
    rows, columns = np.mgrid[0:96, 0:128] / 96
    picture = np.stack([np.sin(6 * rows), np.cos(5 * columns), np.sin(4 * rows + 3 * columns)])
    return torch.from_numpy(picture / 2 + 0.5).float()[None]


def test_four_stages_of_squeezenets_sizes(features, photo):
    maps = features(photo)

    assert [tuple(stage.shape[1:]) for stage in maps] == [
        (64, 47, 63),
        (128, 23, 31),
        (256, 11, 15),
        (512, 5, 7),
    ]


def test_fewer_stages_are_the_same_first_maps(features, photo):
    few = SqueezeFeatures(stages=2)(photo)

    assert len(few) == 2
    assert all(torch.equal(one, other) for one, other in zip(few, features(photo), strict=False))


def test_it_is_frozen_and_gradients_reach_the_picture(features, photo):
    photo.requires_grad_()

    sum(stage.mean() for stage in features(photo)).backward()

    assert photo.grad.abs().sum() > 0
    assert not any(weight.requires_grad for weight in features.parameters())
    assert not features.training


def test_the_first_map_is_the_normalised_pictures_convolution(features, photo):
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    normalised = (photo - mean.reshape(1, 3, 1, 1)) / std.reshape(1, 3, 1, 1)
    first = features.features[0]

    expected = nn.functional.conv2d(normalised, first.weight, first.bias, stride=2).relu()

    torch.testing.assert_close(features(photo)[0], expected, rtol=1e-4, atol=1e-4)


def test_the_weights_are_the_trained_ones(features):
    """ImageNet's first filters: edges and colours, no fresh network's even noise."""
    filters = features.features[0].weight.detach().flatten(1)

    assert filters.norm(dim=1).max() > 3 * filters.norm(dim=1).min()


def test_equal_pictures_have_no_distance_and_worse_ones_more(features, photo):
    noise = torch.randn(photo.shape, generator=torch.Generator().manual_seed(0))

    with torch.no_grad():
        none, some, more = (
            perceptual_distance(photo, (photo + strength * noise).clamp(0, 1), features)
            for strength in (0, 0.02, 0.2)
        )

    assert none.shape == (1,)
    assert none.item() == 0
    assert 0 < some.item() < more.item()


def test_the_distance_is_symmetric_and_per_pair(features, photo):
    pair = torch.cat([photo, photo.flip(3)])
    other = torch.cat([photo, 1 - photo])

    with torch.no_grad():
        there, back = perceptual_distance(pair, other, features), perceptual_distance(other, pair, features)

    assert there.shape == (2,)
    torch.testing.assert_close(there, back)
    assert there[0].item() != there[1].item()


class TwoMaps(nn.Module):
    """The picture's first two channels, and their double: what the distance makes of them is known."""

    def forward(self, image):
        return [image[:, :2], 2 * image[:, :2]]


def test_the_distance_by_hand():
    """Channel-normalised (1, 0) against (0, 1): squared difference 2 on half of the pixels, in either stage."""
    one = torch.zeros(1, 3, 1, 2)
    one[0, 0] = 1
    other = one.clone()
    other[0, :2, 0, 1] = torch.tensor([0.0, 7.0])

    assert perceptual_distance(one, other, TwoMaps()).item() == pytest.approx(1.0)


def test_vgg_reads_torchvisions_file_and_gives_three_poolings(tmp_path, photo):
    torch.manual_seed(0)
    widths, state = (3, 64, 64, 128, 128, 256, 256, 256), {}
    for layer, (before, after) in zip(
        (0, 2, 5, 7, 10, 12, 14), zip(widths, widths[1:], strict=False), strict=True
    ):
        state[f"features.{layer}.weight"] = torch.randn(after, before, 3, 3) * 0.05
        state[f"features.{layer}.bias"] = torch.zeros(after)
    state["classifier.0.weight"] = torch.zeros(1)
    torch.save(state, tmp_path / "vgg16.pth")

    vgg = VGGFeatures(tmp_path / "vgg16.pth")

    assert [tuple(stage.shape[1:]) for stage in vgg(photo)] == [(64, 48, 64), (128, 24, 32), (256, 12, 16)]
    assert torch.equal(vgg.features[5].weight, state["features.5.weight"])
