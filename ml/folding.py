"""Batch norms worked into the convolutions before them, for inference: what is computed is equal, and quicker."""

from __future__ import annotations

from itertools import pairwise

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights


def fold_batch_norms(network: nn.Module) -> nn.Module:
    """The network itself, in which each batch norm that its module names right after a convolution of as many channels
    is part of that convolution; of timm's BatchNormAct2d the activation stays.

    A module that names its layers in another order than it calls them would be spoilt: a test per network compares.
    """
    for parent in list(network.modules()):
        for (_, layer), (name, norm) in pairwise(list(parent.named_children())):
            if (
                isinstance(layer, nn.Conv2d)
                and isinstance(norm, nn.BatchNorm2d)
                and layer.out_channels == norm.num_features
            ):
                _fold_one(layer, norm)
                setattr(parent, name, getattr(norm, "act", nn.Identity()))
    return network


def _fold_one(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    convolution.weight, convolution.bias = fuse_conv_bn_weights(
        convolution.weight,
        convolution.bias,
        norm.running_mean,
        norm.running_var,
        norm.eps,
        norm.weight,
        norm.bias,
    )
