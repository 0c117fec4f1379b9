"""Models with published weights, by the names that torchvision gives them."""

from .resnet import (
    BasicBlock,
    Bottleneck,
    ResNet,
    ResNet18_Weights,
    ResNet34_Weights,
    ResNet50_Weights,
    resnet18,
    resnet34,
    resnet50,
)
from .weights import Weights, WeightsEnum

__all__ = [
    "BasicBlock",
    "Bottleneck",
    "ResNet",
    "ResNet18_Weights",
    "ResNet34_Weights",
    "ResNet50_Weights",
    "Weights",
    "WeightsEnum",
    "resnet18",
    "resnet34",
    "resnet50",
]
