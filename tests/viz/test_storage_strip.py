"""The strip of a memory: places, names, and what is refused."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.viz import storage_strip


@pytest.fixture
def x():
    return minigrad.arange(6.0).reshape(2, 3)


def test_places_are_offset_plus_index_times_stride(x):
    found = storage_strip(x, x.T, x[:, 1:], x[0].expand(2, 3))
    views = {view["name"]: view for view in found.state["views"]}
    assert list(views) == ["x", "x.T", "x[:, 1:]", "x[0].expand(2, 3)"]
    assert views["x.T"]["places"] == [0, 3, 1, 4, 2, 5]
    assert (views["x[:, 1:]"]["offset"], views["x[:, 1:]"]["places"]) == (1, [1, 2, 4, 5])
    assert views["x[0].expand(2, 3)"]["places"] == [0, 1, 2, 0, 1, 2]
    found.value = [2, 3]
    assert found.sentence == "x[:, 1:][1, 1] is at 1 + 1·3 + 1·1 = 5, where 5. stands."
    assert "reads cells 0, 1 and 2, some of them more than once" in found.alt


def test_every_place_holds_the_element(x):
    for view in (x, x.T, x[1], x[:, 1], x[1, 2]):
        (record,) = storage_strip(view).state["views"]
        cells = storage_strip(view).state["cells"]
        assert [float(cells[place]) for place in record["places"]] == view.flatten().tolist()


def test_a_copy_lies_elsewhere(x):
    found = storage_strip(x, x + 0)
    assert found.state["views"][1]["places"] is None
    assert "x + 0, of shape (2, 3), is a copy" in found.alt
    found.value = [1, 0]
    assert found.sentence == "x + 0 reads no cell of this memory."
    assert found.still().count('class="s-pick"') == 0


def test_odd_tensors(x):
    found = storage_strip(x, x[:0], minigrad.tensor([float("nan"), 1e30]), x[1, 2])
    found.value = [1, 0]
    assert found.sentence == "x[:0] reads no cell of this memory."
    found.value = [3, 0]
    assert found.sentence == "x[1, 2] is at 5 = 5, where 5. stands."
    assert ">nan<" in storage_strip(minigrad.tensor([float("nan"), 1e30])).still()
    assert storage_strip(minigrad.tensor([1, 2])).state["cells"] == ["1", "2"]


def test_too_many(x):
    with pytest.raises(ValueError, match="65 cells; a strip is drawn of 1 to 64"):
        storage_strip(minigrad.zeros(65))
    with pytest.raises(ValueError, match="up to 6 tensors, not 7"):
        storage_strip(*[x] * 7)
    with pytest.raises(ValueError, match="0 cells"):
        storage_strip(minigrad.zeros(0))


def test_starred_arguments_are_numbered(x):
    views = [x, x.T]
    assert [view["name"] for view in storage_strip(*views).state["views"]] == ["tensor 0", "tensor 1"]
