"""Published weights: where they are, what is known of them, and how a model's builder is asked for them."""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from .. import hub
from ..autograd.source import user_frame

_SINCE = "deprecated since 0.13 and may be removed in the future"


def imagenet_categories() -> list[str]:
    """The names of ImageNet's 1,000 classes, in the order of the models' outputs.

    Source: WordNet's names as torchvision shortens them (`torchvision/models/_meta.py`, BSD-3-Clause licence).
    """
    return (Path(__file__).parent / "imagenet_categories.txt").read_text("utf-8").splitlines()


@dataclass(frozen=True)
class Weights:
    """One set of published weights.

    Attributes
    ----------
    url : str
        Where the file is.
    meta : dict
        What is known of them: the categories they tell apart, their number, how often they are right.
    """

    url: str
    meta: dict[str, Any]

    __hash__ = object.__hash__


class WeightsEnum(Enum):
    """The sets of weights of one model; `DEFAULT` is the best of them."""

    @classmethod
    def verify(cls, obj: Any) -> Any:
        """The member that `obj` is, or names ("DEFAULT", say); None for None."""
        if isinstance(obj, str):
            return cls[obj.removeprefix(cls.__name__ + ".")]
        if obj is not None and not isinstance(obj, cls):
            raise TypeError(
                f"Invalid Weight class provided; expected {cls.__name__} but received {type(obj).__name__}."
            )
        return obj

    def get_state_dict(self, *args: Any, **kwargs: Any) -> Any:
        """The weights, downloaded if need be: see `minigrad.hub.load_state_dict_from_url`."""
        return hub.load_state_dict_from_url(self.url, *args, **kwargs)

    @property
    def url(self) -> str:
        """Where the file is."""
        return self.value.url

    @property
    def meta(self) -> dict[str, Any]:
        """What is known of these weights."""
        return self.value.meta

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


def is_path(weights: Any, kind: type[WeightsEnum]) -> bool:
    """Whether this is a path of a file, and not the name of a member."""
    if isinstance(weights, os.PathLike):
        return True
    name = weights.removeprefix(kind.__name__ + ".") if isinstance(weights, str) else ""
    return bool(name) and name not in kind.__members__ and (os.path.exists(weights) or os.path.splitext(name)[1] != "")


def legacy_interface(default: WeightsEnum) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a model's builder understand `pretrained=True` and positional arguments, with torchvision's warnings."""

    def around(builder: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(builder)
        def build(*args: Any, **kwargs: Any) -> Any:
            if args:
                named = dict(zip(("weights", "progress"), args, strict=False))
                if len(args) > 2:
                    raise TypeError(f"{builder.__name__}() takes 0 positional arguments but {len(args)} were given")
                kwargs.update(named)
                _warn(
                    f"Using {' and '.join(map(repr, named))} as positional parameter(s) is {_SINCE}. Please use "
                    "keyword parameter(s) instead."
                )
            weights = kwargs.get("weights")
            old_value = "weights" in kwargs and not (
                weights is None or isinstance(weights, (WeightsEnum, str, os.PathLike))
            )
            if old_value or ("weights" not in kwargs and "pretrained" in kwargs):
                kwargs["weights"] = _old(kwargs.pop("weights" if old_value else "pretrained"), default, not old_value)
            return builder(**kwargs)

        return build

    return around


def _old(pretrained: Any, default: WeightsEnum, by_name: bool) -> WeightsEnum | None:
    """What `pretrained` means today."""
    weights = default if pretrained else None
    if by_name:
        _warn(f"The parameter 'pretrained' is {_SINCE}, please use 'weights' instead.")
    kind = type(default).__name__
    latest = f" You can also use `weights={kind}.DEFAULT` to get the most up-to-date weights." if pretrained else ""
    _warn(
        f"Arguments other than a weight enum or `None` for 'weights' are {_SINCE}. The current behavior is equivalent "
        f"to passing `weights={weights!r}`.{latest}"
    )
    return weights


def _warn(message: str) -> None:
    frame = user_frame()
    warnings.warn_explicit(message, UserWarning, frame.f_code.co_filename, frame.f_lineno)
