"""The data that comes with minigrad is whole, is parted as documented, and says where it is from."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad.datasets import digits

HOME = Path(minigrad.__file__).parent / "datasets"


def test_the_digits_are_those_of_uci():
    """Written out as rows of 64 pixels and a digit, they have the checksum of scikit-learn's file, unpacked."""
    images, labels = digits("all")
    assert images.dtype == minigrad.float32 and images.shape == (1797, 1, 8, 8)
    assert labels.dtype == minigrad.int64 and labels.shape == (1797,)
    pixels = images.numpy() * 16
    assert (pixels == np.round(pixels)).all() and pixels.min() == 0 and pixels.max() == 16
    # How many of each digit there are, as the repository's description says.
    assert np.bincount(labels.numpy()).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    rows = np.concatenate([pixels.reshape(-1, 64), labels.numpy()[:, None]], axis=1).astype(int)
    text = "\n".join(",".join(map(str, row)) for row in rows.tolist()) + "\n"
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"
    )


def test_the_parts_have_no_image_in_common_and_make_up_the_whole():
    (images, labels), (train, a), (held_out, b) = (digits(part) for part in ("all", "train", "held-out"))
    assert (len(train), len(held_out)) == (1198, 599)
    where = np.arange(1797) % 3 == 2
    for whole, first, second in ((images, train, held_out), (labels, a, b)):
        assert np.array_equal(whole.numpy()[~where], first.numpy())
        assert np.array_equal(whole.numpy()[where], second.numpy())
    assert {x.tobytes() for x in train.numpy()}.isdisjoint(x.tobytes() for x in held_out.numpy())
    assert np.bincount(b.numpy()).min() > 50  # each digit is held out about as often


def test_the_tensors_are_ones_own():
    images, _ = digits()
    images.zero_()
    assert digits()[0].sum() > 0


def test_a_part_that_is_none():
    with pytest.raises(ValueError, match="part must be 'train', 'held-out' or 'all', not 'test'"):
        digits("test")


def test_source_and_licence_are_named_and_the_file_is_small():
    said = (HOME / "README.md").read_text("utf-8")
    for words in ("E. Alpaydin and C. Kaynak", "CC BY", "Attribution 4.0", "scikit-learn"):
        assert words in said or words in (digits.__doc__ or "")
    assert (HOME / "digits.npz").stat().st_size < 100_000
