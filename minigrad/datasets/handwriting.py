"""Handwritten digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..tensor import Tensor, wrap

EVERY = 3  # one image of so many is held out


def digits(part: str = "train") -> tuple[Tensor, Tensor]:
    """Images of handwritten digits, and which digits they are.

    The 1,797 images are those of E. Alpaydin and C. Kaynak's "Optical Recognition of Handwritten Digits" (UCI, licence
    CC BY 4.0) that scikit-learn distributes; ``README.md`` beside this file says more.

    Parameters
    ----------
    part : {"train", "held-out", "all"}
        Images 2, 5, 8, … are held out: 599 of them, for judging a model by what it has not seen. The other 1,198 are
        for training. The same 13 people wrote both parts, so a model that is judged by this does worse on digits of
        a stranger.

    Returns
    -------
    images : Tensor
        float32, N×1×8×8, from 0 (paper) to 1 (ink).
    labels : Tensor
        int64, N numbers from 0 to 9.

    Raises
    ------
    ValueError
        If `part` is none of these.

    Examples
    --------
    >>> from minigrad.datasets import digits
    >>> images, labels = digits()
    >>> images.shape, labels[:5]
    (minigrad.Size([1198, 1, 8, 8]), tensor([0, 1, 3, 4, 6]))
    """
    if part not in ("train", "held-out", "all"):
        raise ValueError(f"digits(): part must be 'train', 'held-out' or 'all', not {part!r}")
    with np.load(Path(__file__).with_name("digits.npz")) as kept:
        images, labels = kept["images"], kept["labels"]
    is_held_out = np.arange(len(labels)) % EVERY == EVERY - 1
    if part != "all":
        wanted = is_held_out if part == "held-out" else ~is_held_out
        images, labels = images[wanted], labels[wanted]
    return wrap(images[:, None].astype(np.float32) / np.float32(16)), wrap(labels.astype(np.int64))
