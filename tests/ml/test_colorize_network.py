"""The colorizer's UNet: sizes, what learns and what does not, and the same answer folded or by halves."""

import copy

import pytest
import torch

from ml.colorize.network import ChromaUNet, build
from ml.colorize.spectral import fold_spectral_norms


@pytest.fixture(scope="module")
def fresh() -> ChromaUNet:
    torch.manual_seed(0)
    return build()


@pytest.fixture
def network(fresh) -> ChromaUNet:
    return copy.deepcopy(fresh)


def test_it_gives_chroma_at_half_the_size(network):
    chroma = network.eval()(torch.rand(2, 1, 64, 96))

    assert chroma.shape == (2, 2, 32, 48)
    assert chroma.dtype == torch.float32
    assert chroma.abs().max() <= 0.5


def test_it_refuses_sizes_that_its_levels_cannot_halve(network):
    with pytest.raises(ValueError, match="multiples of 32, got 64 x 90"):
        network(torch.rand(1, 1, 64, 90))


def test_it_begins_nearly_grey(network):
    assert network.eval()(torch.rand(1, 1, 64, 64)).abs().max() < 0.2


def test_the_frozen_stem_and_depthwise_filters_do_not_learn_and_all_others_do(network):
    network.freeze_stem()
    network.attention.strength.data.fill_(0.5)

    network.train()(torch.rand(2, 1, 64, 64)).square().sum().backward()

    learning = {name for name, weight in network.named_parameters() if weight.grad is not None}
    assert not any(
        name.startswith(("encoder.model.conv_stem", "encoder.model.blocks.0")) for name in learning
    )
    assert not any("conv_dw" in name for name in learning)
    asked = {name for name, weight in network.named_parameters() if weight.requires_grad}
    assert learning == asked
    assert all(
        weight.grad.abs().sum() > 0 for _, weight in network.named_parameters() if weight.requires_grad
    )


def test_the_optimizers_groups_hold_what_learns_once(network):
    network.freeze_stem()

    listed = [*network.encoder_parameters(), *network.decoder_parameters()]

    assert len({id(weight) for weight in listed}) == len(listed)
    assert {id(weight) for weight in listed} == {
        id(weight) for weight in network.parameters() if weight.requires_grad
    }


def test_training_leaves_the_encoders_statistics(network):
    before = copy.deepcopy(network.encoder.state_dict())

    network.train()(torch.rand(2, 1, 64, 64))

    after = network.encoder.state_dict()
    assert all(torch.equal(after[key], value) for key, value in before.items())


def test_folded_norms_give_the_same_colours(network):
    luma = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        before = network.eval()(luma)
        after = fold_spectral_norms(network)(luma)

    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-5)


def test_maps_are_left_out_in_training_alone():
    network = build()  # folding a copy, as above, unmakes the class that all copies share
    luma = torch.rand(1, 1, 64, 64)
    network.head.weight.data.normal_()

    assert not torch.equal(*(network.train()(luma) for _ in range(2)))
    assert torch.equal(*(network.eval()(luma) for _ in range(2)))
