"""Residual networks, with torchvision's architecture, names and first values.

He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015, https://arxiv.org/abs/1512.03385. In a
bottleneck the stride is that of the 3 by 3 convolution, as in torchvision (version 1.5 of the network).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import nn
from ..ops.shaping import flatten
from ..serialization import load
from ..tensor import Tensor
from .weights import Weights, WeightsEnum, imagenet_categories, is_path, legacy_interface


def _conv3x3(inputs: int, outputs: int, stride: int = 1, groups: int = 1, dilation: int = 1) -> nn.Conv2d:
    return nn.Conv2d(
        inputs, outputs, kernel_size=3, stride=stride, padding=dilation, groups=groups, bias=False, dilation=dilation
    )


def _conv1x1(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel_size=1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    """Two 3 by 3 convolutions, and what came in is added to what comes out.

    Parameters
    ----------
    inplanes, planes : int
        Channels that come in, and channels of the convolutions.
    stride : int
        Of the first convolution.
    downsample : Module, optional
        Brings what came in to the shape of what comes out, where they differ.
    """

    expansion = 1

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        groups: int = 1,
        base_width: int = 64,
        dilation: int = 1,
        norm_layer: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        norm_layer = norm_layer or nn.BatchNorm2d
        if groups != 1 or base_width != 64:
            raise ValueError("BasicBlock only supports groups=1 and base_width=64")
        if dilation > 1:
            raise NotImplementedError("Dilation > 1 not supported in BasicBlock")
        self.conv1 = _conv3x3(inplanes, planes, stride)
        self.bn1 = norm_layer(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = _conv3x3(planes, planes)
        self.bn2 = norm_layer(planes)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """The block's output."""
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


class Bottleneck(nn.Module):
    """A 1 by 1 convolution to fewer channels, one of 3 by 3, and a 1 by 1 convolution to four times as many.

    The parameters are those of `BasicBlock`; `groups` and `base_width` make the one in the middle wider.
    """

    expansion = 4

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        groups: int = 1,
        base_width: int = 64,
        dilation: int = 1,
        norm_layer: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        norm_layer = norm_layer or nn.BatchNorm2d
        width = int(planes * (base_width / 64.0)) * groups
        self.conv1 = _conv1x1(inplanes, width)
        self.bn1 = norm_layer(width)
        self.conv2 = _conv3x3(width, width, stride, groups, dilation)
        self.bn2 = norm_layer(width)
        self.conv3 = _conv1x1(width, planes * self.expansion)
        self.bn3 = norm_layer(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """The block's output."""
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    """A residual network: four layers of blocks between a first convolution and a linear classifier.

    Parameters
    ----------
    block : BasicBlock or Bottleneck
    layers : sequence of int
        The number of blocks in each of the four layers.
    num_classes : int
        The number of outputs.
    zero_init_residual : bool
        Whether every block is the identity in the beginning: the last normalization of each starts with zeros.
    groups, width_per_group : int
        Of the 3 by 3 convolutions in bottlenecks.
    replace_stride_with_dilation : sequence of bool, optional
        For each of the last three layers, whether it dilates instead of striding.
    norm_layer : callable, optional
        Makes the normalization of so many channels: BatchNorm2d if not given.
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        layers: Sequence[int],
        num_classes: int = 1000,
        zero_init_residual: bool = False,
        groups: int = 1,
        width_per_group: int = 64,
        replace_stride_with_dilation: Sequence[bool] | None = None,
        norm_layer: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        dilate = [False] * 3 if replace_stride_with_dilation is None else replace_stride_with_dilation
        if len(dilate) != 3:
            raise ValueError(f"replace_stride_with_dilation should be None or a 3-element tuple, got {dilate}")
        self._norm_layer = norm_layer or nn.BatchNorm2d
        self.inplanes, self.dilation = 64, 1
        self.groups, self.base_width = groups, width_per_group
        self.conv1 = nn.Conv2d(3, self.inplanes, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = self._norm_layer(self.inplanes)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self._make_layer(block, 64, layers[0])
        self.layer2 = self._make_layer(block, 128, layers[1], 2, dilate[0])
        self.layer3 = self._make_layer(block, 256, layers[2], 2, dilate[1])
        self.layer4 = self._make_layer(block, 512, layers[3], 2, dilate[2])
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        self._initialize(zero_init_residual)

    def _make_layer(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        planes: int,
        blocks: int,
        stride: int = 1,
        dilate: bool = False,
    ) -> nn.Sequential:
        first_dilation = self.dilation
        if dilate:
            self.dilation, stride = self.dilation * stride, 1
        outputs = planes * block.expansion
        downsample = None
        if stride != 1 or self.inplanes != outputs:
            downsample = nn.Sequential(_conv1x1(self.inplanes, outputs, stride), self._norm_layer(outputs))
        rest = (self.groups, self.base_width)
        made = [block(self.inplanes, planes, stride, downsample, *rest, first_dilation, self._norm_layer)]
        self.inplanes = outputs
        for _ in range(1, blocks):
            made.append(block(outputs, planes, 1, None, *rest, self.dilation, self._norm_layer))
        return nn.Sequential(*made)

    def _initialize(self, zero_residual: bool) -> None:
        """First values: Kaiming's for convolutions; normalizations change nothing."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(module, (nn.BatchNorm2d, nn.GroupNorm)):
                nn.init.constant_(module.weight, 1)
                nn.init.constant_(module.bias, 0)
        for module in self.modules() if zero_residual else ():
            last = {BasicBlock: "bn2", Bottleneck: "bn3"}.get(type(module))
            if last is not None:
                nn.init.constant_(getattr(module, last).weight, 0)

    def forward(self, x: Tensor) -> Tensor:
        """A score for each class, of images in the shape (number, 3, height, width)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(flatten(self.avgpool(x), 1))


# ------------------------------------------------------------ published weights
_PLACE = "https://download.pytorch.org/models/"
_RECIPE = "https://github.com/pytorch/vision/tree/main/references/classification#resnet"
_NEW_RECIPE = "https://github.com/pytorch/vision/issues/3995#issuecomment-1013906621"


def _imagenet(file: str, parameters: int, right: float, right_of_5: float, recipe: str = _RECIPE) -> Weights:
    """Weights of ImageNet's 1,000 classes, with how many percent of its test images they get right."""
    meta = {
        "min_size": (1, 1),
        "categories": imagenet_categories(),
        "num_params": parameters,
        "recipe": recipe,
        "_metrics": {"ImageNet-1K": {"acc@1": right, "acc@5": right_of_5}},
    }
    return Weights(_PLACE + file, meta)


class ResNet18_Weights(WeightsEnum):
    """Weights of `resnet18`."""

    IMAGENET1K_V1 = _imagenet("resnet18-f37072fd.pth", 11689512, 69.758, 89.078)
    DEFAULT = IMAGENET1K_V1


class ResNet34_Weights(WeightsEnum):
    """Weights of `resnet34`."""

    IMAGENET1K_V1 = _imagenet("resnet34-b627a593.pth", 21797672, 73.314, 91.420)
    DEFAULT = IMAGENET1K_V1


class ResNet50_Weights(WeightsEnum):
    """Weights of `resnet50`: the first ones, and those of a better recipe."""

    IMAGENET1K_V1 = _imagenet("resnet50-0676ba61.pth", 25557032, 76.130, 92.862)
    IMAGENET1K_V2 = _imagenet("resnet50-11ad3fa6.pth", 25557032, 80.858, 95.434, _NEW_RECIPE)
    DEFAULT = IMAGENET1K_V2


def _resnet(
    block: Any, layers: list[int], kind: type[WeightsEnum], weights: Any, progress: bool, options: Any
) -> ResNet:
    """Build the network and give it the weights asked for."""
    path = weights if is_path(weights, kind) else None
    member = None if path else kind.verify(weights)
    if member is not None:
        classes = len(member.meta["categories"])
        if options.setdefault("num_classes", classes) != classes:
            raise ValueError(
                f"The parameter 'num_classes' expected value {classes} but got {options['num_classes']} instead."
            )
    state = load(path, map_location="cpu") if path else None
    if member is not None:
        state = member.get_state_dict(progress=progress, check_hash=True)
    model = ResNet(block, layers, **options)
    if state is not None:
        model.load_state_dict(state)
    return model


@legacy_interface(ResNet18_Weights.IMAGENET1K_V1)
def resnet18(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """The residual network of 18 layers.

    Parameters
    ----------
    weights : ResNet18_Weights, str or path, optional
        "DEFAULT", or another member's name: published weights, which are downloaded once. Or the path of a file with
        a state dict. None: random numbers.
    progress : bool
        Whether to show a bar while downloading.
    **kwargs
        `num_classes`, and the other parameters of `ResNet`.

    Examples
    --------
    >>> import minigrad
    >>> model = minigrad.models.resnet18(num_classes=10)
    >>> model(minigrad.rand(2, 3, 32, 32)).shape
    minigrad.Size([2, 10])
    """
    return _resnet(BasicBlock, [2, 2, 2, 2], ResNet18_Weights, weights, progress, kwargs)


@legacy_interface(ResNet34_Weights.IMAGENET1K_V1)
def resnet34(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """The residual network of 34 layers: see `resnet18`."""
    return _resnet(BasicBlock, [3, 4, 6, 3], ResNet34_Weights, weights, progress, kwargs)


@legacy_interface(ResNet50_Weights.IMAGENET1K_V1)
def resnet50(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """The residual network of 50 layers, with bottlenecks: see `resnet18`."""
    return _resnet(Bottleneck, [3, 4, 6, 3], ResNet50_Weights, weights, progress, kwargs)
