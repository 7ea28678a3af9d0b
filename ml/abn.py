"""In-place activated batch norm (Rota Bulo et al., CVPR 2018) as plain PyTorch: the twin of `inplace_abn`.

The compiled extension saves memory on a GPU, but refuses bf16 autocast and ONNX. This twin has its state-dict keys,
its |gamma| + eps and its leaky ReLU, so that weights go from one to the other, and it can be folded.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

SLOPE = 0.01


class ABN(nn.Module):
    """Batch norm scaled by |weight| + eps, then leaky ReLU (none where `slope` is 1). BCHW to BCHW."""

    def __init__(self, channels: int, eps: float = 1e-5, momentum: float = 0.1, slope: float = SLOPE) -> None:
        super().__init__()
        self.eps, self.momentum, self.slope = eps, momentum, slope
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, features: Tensor) -> Tensor:
        scale = self.weight.abs() + self.eps
        normed = F.batch_norm(
            features,
            self.running_mean,
            self.running_var,
            scale,
            self.bias,
            self.training,
            self.momentum,
            self.eps,
        )
        return normed if self.slope == 1 else F.leaky_relu(normed, self.slope, inplace=True)

    def extra_repr(self) -> str:
        return f"{self.weight.numel()}, eps={self.eps}, momentum={self.momentum}, slope={self.slope}"


def compiled_abn(network: nn.Module, synchronised: bool = False) -> nn.Module:
    """The same network with every ABN replaced by the extension's InPlaceABN (InPlaceABNSync under torchrun).

    Raises ImportError where `inplace_abn` is not installed.
    """
    from inplace_abn import InPlaceABN, InPlaceABNSync

    kind = InPlaceABNSync if synchronised else InPlaceABN
    for parent, name, abn in _all_of(network):
        activation = "identity" if abn.slope == 1 else "leaky_relu"
        other = kind(
            abn.weight.numel(), abn.eps, abn.momentum, activation=activation, activation_param=abn.slope
        )
        other.load_state_dict(abn.state_dict())
        setattr(parent, name, other.to(abn.weight.device))
    return network


def fold(network: nn.Module) -> nn.Module:
    """Folds each ABN into the convolution right before it in its nn.Sequential; leaky ReLU alone stays.

    For inference: the network is changed and returned. An ABN without such a convolution stays as it is.
    """
    for parent, name, abn in _all_of(network):
        if not isinstance(parent, nn.Sequential):
            continue
        names = list(parent._modules)
        before = names.index(name) - 1
        convolution = parent[before] if before >= 0 else None
        if not isinstance(convolution, nn.Conv2d):
            continue
        convolution.weight, convolution.bias = fuse_conv_bn_weights(
            convolution.weight,
            convolution.bias,
            abn.running_mean,
            abn.running_var,
            abn.eps,
            abn.weight.detach().abs() + abn.eps,
            abn.bias,
        )
        setattr(parent, name, nn.Identity() if abn.slope == 1 else nn.LeakyReLU(abn.slope, inplace=True))
    return network


def _all_of(network: nn.Module) -> list[tuple[nn.Module, str, ABN]]:
    return [
        (parent, name, child)
        for parent in network.modules()
        for name, child in parent.named_children()
        if isinstance(child, ABN)
    ]
