"""The small residual network of lesson 15, and weights for it that `course/pretrain.py` found."""

from functools import partial
from pathlib import Path

from minigrad import Tensor, nn
from minigrad.models import BasicBlock

PRETRAINED = Path(__file__).with_name("small_resnet.safetensors")
SEEN = 20  # classes of the pretrained network: the five odd digits, each turned four ways

# So few steps are made with it that running statistics must follow fast.
_norm = partial(nn.BatchNorm2d, momentum=0.5)


class SmallResNet(nn.Module):
    """A residual network for images of 8 by 8 pixels: made of what resnet18 is made of, but less of it.

    Parameters
    ----------
    classes : int
        The number of outputs.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.course.small_resnet import SmallResNet
    >>> SmallResNet(classes=5)(minigrad.rand(2, 1, 8, 8)).shape
    minigrad.Size([2, 5])
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False)
        self.bn1 = _norm(16)
        self.relu = nn.ReLU()
        self.layer1 = BasicBlock(16, 16, norm_layer=_norm)
        shortcut = nn.Sequential(nn.Conv2d(16, 32, kernel_size=1, stride=2, bias=False), _norm(32))
        self.layer2 = BasicBlock(16, 32, stride=2, downsample=shortcut, norm_layer=_norm)
        self.pool = nn.AvgPool2d(2)
        self.fc = nn.Linear(32 * 2 * 2, classes)

    def forward(self, x: Tensor) -> Tensor:
        """A score for each class, of images in the shape (number, 1, 8, 8)."""
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.pool(self.layer2(self.layer1(x)))
        return self.fc(x.flatten(1))
