"""One exact property per sentence of Liu et al. 2018, section 3.1 (eq. 1-2), and of what the network builds on it."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from ml.inpaint.network import PartialUNet
from ml.inpaint.partial_conv import PartialConv2d


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def block_hole(size: int, start: int, stop: int) -> torch.Tensor:
    """Valid but for a square."""
    valid = torch.ones(1, 1, size, size)
    valid[..., start:stop, start:stop] = 0
    return valid


def mean_kernel(channels: int, kernel: int, stride: int = 1) -> PartialConv2d:
    convolution = PartialConv2d((channels,), 1, kernel, stride, bias=False)
    torch.nn.init.constant_(convolution.weight, 1 / (channels * kernel**2))
    return convolution


@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (5, 2), (7, 2)])
def test_where_all_is_valid_it_is_a_plain_convolution(kernel, stride):
    convolution = PartialConv2d((4,), 6, kernel, stride)
    features = torch.randn(2, 4, 20, 20)

    output, _ = convolution((features, torch.ones(2, 1, 20, 20)))

    plain = F.conv2d(features, convolution.weight, convolution.bias, stride, kernel // 2)
    near = max(1, kernel // stride)  # farther in, no window reaches the padding, which is a hole
    inside = slice(near, output.shape[-1] - near)
    torch.testing.assert_close(output[..., inside, inside], plain[..., inside, inside])


def test_where_nothing_is_valid_output_and_mask_are_zero_bias_or_not():
    convolution = PartialConv2d((2,), 3, 3)
    torch.nn.init.constant_(convolution.bias, 5.0)

    output, valid = convolution((torch.randn(1, 2, 8, 8), torch.zeros(1, 1, 8, 8)))

    assert not output.any()
    assert not valid.any()


@pytest.mark.parametrize("poison", [1e30, float("inf"), float("nan")])
def test_what_lies_in_the_hole_cannot_matter(poison):
    convolution = PartialConv2d((2,), 3, 3)
    features, valid = torch.randn(1, 2, 12, 12), (torch.rand(1, 1, 12, 12) > 0.4).float()
    poisoned = torch.where(valid > 0, features, poison)

    assert torch.equal(convolution((features, valid))[0], convolution((poisoned, valid))[0])


def test_no_gradient_reaches_the_hole():
    convolution = PartialConv2d((2,), 3, 3)
    features, valid = torch.randn(1, 2, 12, 12, requires_grad=True), block_hole(12, 4, 8)

    convolution((features, valid))[0].square().sum().backward()

    assert not (features.grad * (1 - valid)).any()
    assert (features.grad * valid).any()


@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (5, 2), (4, 2)])
def test_the_share_of_valid_pixels_is_made_up_for(kernel, stride):
    """A constant picture under a mean kernel stays that constant wherever anything is valid, at the border too."""
    convolution = mean_kernel(3, kernel, stride)
    valid = (torch.rand(1, 1, 24, 24) > 0.7).float()

    output, valid_after = convolution((torch.full((1, 3, 24, 24), 0.37), valid))

    torch.testing.assert_close(output, 0.37 * valid_after)


def test_one_valid_pixel_under_the_window_is_scaled_by_the_window():
    convolution = PartialConv2d((1,), 1, 3, bias=False)
    features, valid = torch.zeros(1, 1, 7, 7), torch.zeros(1, 1, 7, 7)
    features[..., 3, 3], valid[..., 3, 3] = 2.0, 1.0

    output, _ = convolution((features, valid))

    assert output[0, 0, 3, 3].item() == pytest.approx(9 * 2 * convolution.weight[0, 0, 1, 1].item())
    assert output[0, 0, 2, 3].item() == pytest.approx(9 * 2 * convolution.weight[0, 0, 2, 1].item())


def test_the_bias_is_added_after_the_scaling():
    convolution = PartialConv2d((1,), 1, 3)
    torch.nn.init.zeros_(convolution.weight)
    torch.nn.init.constant_(convolution.bias, 0.7)
    valid = torch.zeros(1, 1, 7, 7)
    valid[..., 3, 3] = 1

    output, valid_after = convolution((torch.randn(1, 1, 7, 7), valid))

    assert torch.equal(output, 0.7 * valid_after)


@pytest.mark.parametrize("kernel", [3, 5, 7])
def test_a_place_is_valid_where_one_valid_pixel_lies_under_the_window(kernel):
    """The valid part grows by exactly the kernel: as a dilation does it."""
    valid = (torch.rand(1, 1, 32, 32) > 0.97).float()

    _, valid_after = PartialConv2d((2,), 1, kernel)((torch.randn(1, 2, 32, 32), valid))

    assert torch.equal(valid_after, F.max_pool2d(valid, kernel, 1, kernel // 2))


def test_holes_only_shrink():
    valid = block_hole(32, 5, 27)
    convolution = PartialConv2d((1,), 1, 3)
    for _ in range(5):
        _, after = convolution((torch.zeros(1, 1, 32, 32), valid))
        assert (after >= valid).all()
        assert after.sum() > valid.sum()
        valid = after


@pytest.mark.parametrize(("radius", "kernel"), [(6, 3), (6, 5), (7, 7)])
def test_a_hole_closes_after_radius_over_half_kernel_layers(radius, kernel):
    """(2r - 1) pixels wide: its middle is r from the nearest valid pixel, and a layer reaches (k - 1) / 2."""
    valid = block_hole(40, 20 - radius, 20 + radius - 1)
    layers = 0
    while not valid.all():
        _, valid = PartialConv2d((1,), 1, kernel)((torch.zeros(1, 1, 40, 40), valid))
        layers += 1

    assert layers == -(-radius // ((kernel - 1) // 2))


def test_padding_counts_as_a_hole():
    """The corner of a picture of ones: 4 of 9 pixels exist, and the mean is still 1."""
    output, _ = mean_kernel(1, 3)((torch.ones(1, 1, 6, 6), torch.ones(1, 1, 6, 6)))

    torch.testing.assert_close(output, torch.ones(1, 1, 6, 6))


def test_groups_are_what_the_paper_does_with_a_mask_per_channel():
    """Skip connection: features and masks are joined; the sum of masks runs over all channels of the window."""
    convolution = PartialConv2d((3, 2), 4, 3)
    below, skip = torch.randn(1, 3, 10, 10), torch.randn(1, 2, 10, 10)
    valid_below, valid_skip = ((torch.rand(1, 1, 10, 10) > 0.5).float() for _ in range(2))

    output, valid = convolution((below, valid_below), (skip, valid_skip))

    masks = torch.cat([valid_below.expand(-1, 3, -1, -1), valid_skip.expand(-1, 2, -1, -1)], dim=1)
    features = torch.cat([below, skip], dim=1) * masks
    count = F.conv2d(masks, torch.ones(1, 5, 3, 3), padding=1)
    sums = F.conv2d(features, convolution.weight, padding=1)
    expected = torch.where(
        count > 0, sums * 45 / count.clamp(min=1) + convolution.bias.reshape(1, -1, 1, 1), 0
    )
    torch.testing.assert_close(output, expected)
    assert torch.equal(valid, (count > 0).float())


def test_gradients_are_those_of_the_formula():
    convolution = PartialConv2d((2,), 2, 3).double()
    valid = block_hole(5, 1, 4).double()
    features = torch.randn(1, 2, 5, 5, dtype=torch.float64, requires_grad=True)

    assert torch.autograd.gradcheck(lambda x: convolution((x, valid))[0], (features,))


# The network.


@pytest.fixture
def fresh_network() -> PartialUNet:
    """Three levels."""
    return PartialUNet(widths=(8, 12, 16), kernels=(5, 3, 3), fine=6).eval()


@pytest.fixture
def small_network(fresh_network) -> PartialUNet:
    """Weights as if trained: fresh ones choose no neighbours and draw no detail."""
    for head in (*fresh_network.affinity, fresh_network.fine_affinity, fresh_network.detail):
        torch.nn.init.normal_(head.weight, std=0.05)
    return fresh_network


def test_the_network_does_not_see_into_the_hole(small_network):
    image, valid = torch.rand(1, 3, 32, 32), block_hole(32, 8, 24)
    poisoned = torch.where(valid > 0, image, float("nan"))

    with torch.inference_mode():
        assert torch.equal(small_network(image, valid), small_network(poisoned, valid))


def test_fresh_weights_keep_what_is_valid_and_a_constant_picture(fresh_network):
    image, valid = torch.rand(1, 3, 32, 32), block_hole(32, 8, 24)
    constant = torch.tensor([0.2, 0.5, 0.8]).reshape(1, 3, 1, 1).expand(1, 3, 32, 32)

    with torch.inference_mode():
        torch.testing.assert_close(fresh_network(image, valid) * valid, image * valid)
        torch.testing.assert_close(fresh_network(constant, valid), constant.contiguous())


def test_fresh_weights_fill_a_slope_smoothly(fresh_network):
    """Across a hole of 16 pixels: near the slope itself, and no step much larger than its own."""
    slope, valid = torch.linspace(0, 1, 48).expand(1, 3, 48, 48), block_hole(48, 16, 32)

    with torch.inference_mode():
        filled = fresh_network(slope, valid)

    assert (filled - slope).abs().max() < 0.035
    assert filled.diff(dim=3).max() < 1.4 / 47
    assert filled.diff(dim=2).abs().max() < 0.35 / 47


def test_what_is_known_stands_still_and_the_rest_is_a_mean_of_its_neighbours(fresh_network):
    """Whatever the weights choose: a mean never leaves the range of the picture."""
    picture, valid = torch.rand(1, 3, 16, 16), block_hole(16, 4, 12)
    logits = 3 * torch.randn(1, 9, 16, 16)

    relaxed = fresh_network._relaxed(picture, (picture, valid), logits, rounds=3)

    assert torch.equal(relaxed * valid, picture * valid)
    assert not torch.equal(relaxed, picture)
    assert picture.min() <= relaxed.min() and relaxed.max() <= picture.max()


def test_brighter_and_fainter_pictures_are_repaired_alike(small_network):
    """Exposure is taken out before and put back after: contrast above the floor, so all but exactly."""
    image, valid = torch.rand(1, 3, 32, 32), block_hole(32, 10, 20)

    with torch.inference_mode():
        plain, shifted = small_network(image, valid), small_network(image + 0.3, valid)

    torch.testing.assert_close(shifted, plain + 0.3, atol=1e-4, rtol=0)


def test_every_weight_learns(small_network):
    """The hole is large enough that something of it is left at the coarsest level."""
    small_network.train()
    small_network(
        torch.rand(2, 3, 64, 64), block_hole(64, 4, 60).expand(2, -1, -1, -1)
    ).square().sum().backward()

    without = [
        name
        for name, weight in small_network.named_parameters()
        if weight.grad is None or not weight.grad.any()
    ]
    assert without == []


def test_other_sizes_are_refused(small_network):
    with pytest.raises(ValueError, match="multiples of 8, got 30 x 32"):
        small_network(torch.rand(1, 3, 30, 32), torch.ones(1, 1, 30, 32))


def test_nothing_valid_gives_numbers(small_network):
    with torch.inference_mode():
        assert small_network(torch.rand(1, 3, 32, 32), torch.zeros(1, 1, 32, 32)).isfinite().all()
