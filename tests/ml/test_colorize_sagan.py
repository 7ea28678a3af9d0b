"""The parts that SAGAN (Zhang et al. 2018) and spectral norm (Miyato et al. 2018) describe, one property each."""

import pytest
import torch
from torch import nn

from ml.colorize.attention import SelfAttention
from ml.colorize.discriminator import Discriminator
from ml.colorize.losses import (
    chroma_l1,
    hinge_discriminator,
    hinge_generator,
    joined_gradient,
    perceptual_mse,
)
from ml.colorize.spectral import fold_spectral_norms, spectral


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def normed(layer: nn.Conv2d, iterations: int = 200) -> nn.Conv2d:
    layer = spectral(layer).train()
    for _ in range(iterations):
        _ = layer.weight
    return layer


def largest_singular_value(weight: torch.Tensor) -> float:
    return float(torch.linalg.svdvals(weight.detach().flatten(1))[0])


def test_spectral_norm_divides_by_the_largest_singular_value():
    layer = nn.Conv2d(5, 7, 3)
    plain = layer.weight.detach().clone()

    weight = normed(layer).weight

    assert largest_singular_value(weight) == pytest.approx(1, abs=1e-4)
    torch.testing.assert_close(weight, plain / largest_singular_value(plain), rtol=1e-4, atol=1e-5)


def test_spectral_norm_ignores_the_weights_scale():
    layer = normed(nn.Conv2d(4, 6, 3))
    before = layer.weight.detach().clone()

    with torch.no_grad():
        layer.parametrizations.weight.original.mul_(37)

    torch.testing.assert_close(layer.weight, before, rtol=1e-4, atol=1e-6)


def test_the_power_iteration_stands_still_in_evaluation():
    layer = spectral(nn.Conv2d(4, 6, 3)).eval()
    left = layer.parametrizations.weight[0].left.clone()

    first, second = layer.weight, layer.weight

    assert torch.equal(first, second)
    assert torch.equal(layer.parametrizations.weight[0].left, left)


def test_a_shortened_singular_vector_does_no_harm():
    """An average over steps is shorter than 1."""
    layer = normed(nn.Conv2d(4, 6, 3)).eval()
    before = layer.weight.detach().clone()

    layer.parametrizations.weight[0].left.mul_(0.6)

    torch.testing.assert_close(layer.weight, before)


def test_the_gradient_of_the_norm_leaves_the_weights_scale_alone():
    """A weight over its norm does not change with its length: the gradient along the weight is 0."""
    layer = normed(nn.Conv2d(4, 6, 3))
    original = layer.parametrizations.weight.original
    (layer.weight * torch.randn(6, 4, 3, 3)).sum().backward()

    assert original.grad.norm() > 0.1
    assert abs((original.grad * original).sum().item()) < 1e-3


def test_folded_norms_compute_the_same():
    network = nn.Sequential(spectral(nn.Conv2d(2, 5, 3)), spectral(nn.Conv2d(5, 3, 1))).eval()
    image = torch.randn(2, 2, 9, 9)
    before = network(image)

    fold_spectral_norms(network)

    torch.testing.assert_close(network(image), before)
    assert not any("original" in name for name, _ in network.named_parameters())


def test_attention_begins_as_the_identity():
    features = torch.randn(2, 16, 5, 7)

    assert torch.equal(SelfAttention(16)(features), features)


def test_attention_is_the_papers_sum():
    attention = SelfAttention(16).eval()
    attention.strength.data.fill_(0.7)
    features = torch.randn(1, 16, 3, 4)

    given = attention(features)

    query, key, value = (
        layer(features).flatten(2)[0] for layer in (attention.query, attention.key, attention.value)
    )
    expected = features.clone()
    for place in range(12):  # o_j = v(sum_i softmax_i(f(x_i) . g(x_j)) h(x_i)), y = gamma o + x
        share = torch.softmax(torch.stack([query[:, place] @ key[:, other] for other in range(12)]), dim=0)
        mixed = (value * share).sum(1).reshape(1, -1, 1, 1)
        expected[0, :, place // 4, place % 4] += 0.7 * attention.output(mixed)[0, :, 0, 0]
    torch.testing.assert_close(given, expected, rtol=1e-4, atol=1e-5)


def test_attention_reaches_across_the_picture():
    attention = SelfAttention(16).eval()
    attention.strength.data.fill_(1.0)
    features = torch.randn(1, 16, 2, 60)
    changed = features.clone()
    changed[..., 0] += 3

    assert (attention(changed) - attention(features))[..., -1].abs().max() > 1e-4


def test_hinge_losses_by_hand():
    real, fake = torch.tensor([2.0, 0.5, -1.0]), torch.tensor([-3.0, -0.5, 1.0])

    assert float(hinge_discriminator(real, fake)) == pytest.approx((0 + 0.5 + 2) / 3 + (0 + 0.5 + 2) / 3)
    assert float(hinge_generator(fake)) == pytest.approx(2.5 / 3)


def test_the_discriminator_judges_parts_and_sees_colour():
    discriminator = Discriminator().eval()
    luma, chroma = torch.rand(2, 1, 64, 96), torch.rand(2, 2, 64, 96) - 0.5

    scores = discriminator(luma, chroma)

    assert scores.shape == (2, 1, 4, 6)
    assert not torch.allclose(scores, discriminator(luma, -chroma), atol=1e-3)


def test_every_weight_of_the_discriminator_learns():
    discriminator = Discriminator()
    discriminator.blocks[2].strength.data.fill_(0.5)

    hinge_discriminator(
        discriminator(torch.rand(1, 1, 64, 64), torch.rand(1, 2, 64, 64) - 0.5), torch.tensor([-2.0])
    ).backward()

    dead = [name for name, weight in discriminator.named_parameters() if not weight.grad.abs().sum()]
    assert not dead


def test_the_l1_by_hand():
    truth = torch.zeros(1, 2, 1, 2)
    truth[0, :, 0, 1] = torch.tensor([0.03, 0.04])  # saturation 0.05: weight 1.5; the grey pixel's is 1

    loss = chroma_l1(torch.zeros(1, 2, 1, 2), truth)

    assert float(loss) == pytest.approx(1.5 * (0.03 + 0.04) / 4 / 1.25)


def test_the_others_pull_by_their_share_of_the_first_loss():
    chroma = torch.randn(1, 2, 4, 4, requires_grad=True)
    first, other = (chroma * torch.randn(1, 2, 4, 4)).sum(), 1000 * (chroma * torch.randn(1, 2, 4, 4)).sum()
    (alone,) = torch.autograd.grad(first, chroma, retain_graph=True)
    (pull,) = torch.autograd.grad(other, chroma, retain_graph=True)

    joined = joined_gradient(first, {"other": (other, 0.3)}, chroma)

    torch.testing.assert_close(joined, alone + 0.3 * alone.norm() * pull / pull.norm())


def test_a_loss_without_gradient_adds_nothing():
    chroma = torch.randn(1, 2, 4, 4, requires_grad=True)

    joined = joined_gradient((3 * chroma).sum(), {"flat": ((0 * chroma).sum(), 0.3)}, chroma)

    assert torch.equal(joined, torch.full_like(chroma, 3))


def test_the_perceptual_loss_counts_stages_alike():
    """Every stage's difference is divided by the truth's mean square there."""

    def features(image):
        return [image, 1000 * image]

    truth = torch.rand(1, 3, 4, 4) + 0.5

    assert float(perceptual_mse(features, truth, truth)) == 0
    assert float(perceptual_mse(features, 1.1 * truth, truth)) == pytest.approx(0.01, rel=1e-3)
