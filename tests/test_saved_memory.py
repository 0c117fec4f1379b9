"""When memory is given back: what operations have saved, and what tensors, hooks and copies hold."""

from __future__ import annotations

import gc
import weakref
from copy import deepcopy

import numpy as np
import pytest

from tests.conformance import on_both

pytestmark = on_both


@pytest.fixture(autouse=True)
def no_collector():
    gc.disable()
    yield
    gc.enable()


def leaf(torch):
    return torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)


# ------------------------------------------------------------ what operations have saved
def watched(torch, *shape):
    """A tensor over an array of NumPy's, and a weak reference that tells when its memory is given back."""
    array = np.full(shape or (2, 2), 2.0, "float32")
    return torch.from_numpy(array), weakref.ref(array)


def saved(torch):
    """A graph that has saved watched memory, and nobody else has it."""
    x = leaf(torch)
    h, memory = watched(torch)
    return x, (x * h).sum(), memory


def test_saved_memory_lives_until_backward(torch):
    x, y, memory = saved(torch)
    assert memory() is not None
    y.backward()
    assert memory() is None and y.grad_fn is not None


def test_saved_memory_lives_until_grad(torch):
    x, y, memory = saved(torch)
    torch.autograd.grad(y, x)
    assert memory() is None


def test_retain_graph_keeps_saved_memory(torch):
    x, y, memory = saved(torch)
    y.backward(retain_graph=True)
    assert memory() is not None
    y.backward()
    assert memory() is None


def test_create_graph_keeps_saved_memory(torch):
    x, y, memory = saved(torch)
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    assert memory() is not None
    del y
    assert memory() is not None or not g.requires_grad
    del g
    assert memory() is None


def test_saved_memory_dies_with_the_graph(torch):
    x, y, memory = saved(torch)
    z = y * 2
    del y
    assert memory() is not None
    del z
    assert memory() is None


def test_saved_memory_dies_when_the_graph_is_detached(torch):
    x, y, memory = saved(torch)
    y.detach_()
    assert memory() is None


def test_saved_memory_dies_when_its_graph_is_replaced(torch):
    """A loop that carries a result on, without its history."""
    x, y, memory = saved(torch)
    y = y.detach() + x.sum()
    assert memory() is None and y.requires_grad


def test_only_the_part_that_ran_gives_its_memory_back(torch):
    x, y, memory = saved(torch)
    h, other = watched(torch)
    z = (x * h).sum()
    del h
    y.backward()
    assert memory() is None and other() is not None
    z.backward()
    assert other() is None


def test_a_part_that_was_not_needed_keeps_its_memory(torch):
    """`grad` of one of two leaves runs, and frees, only what lies on the way to it."""
    a, b = leaf(torch), leaf(torch)
    (h, of_a), (k, of_b) = watched(torch), watched(torch)
    y = ((a * h) + (b * k)).sum()
    del h, k
    torch.autograd.grad(y, a)
    assert of_a() is None and of_b() is not None
    del y
    assert of_b() is None


def test_a_backward_that_fails_late_has_freed_what_ran(torch):
    x = leaf(torch)
    (h, early), (k, late) = watched(torch), watched(torch)
    broken = x * 2
    square = broken * broken
    y = ((square * k) * h).sum()
    del h, k, square
    with torch.no_grad():
        broken.add_(1)
    with pytest.raises(RuntimeError):
        y.backward()
    assert early() is None and late() is None and x.grad is None


def test_operations_that_save_nothing_keep_nothing(torch):
    x = leaf(torch)
    h, memory = watched(torch)
    y = (x + h).sum() - h.sum()
    del h
    assert memory() is None and y.requires_grad


def test_what_needs_no_gradient_saves_nothing(torch):
    """Of a product the factor of what requires no grad is not kept."""
    x = leaf(torch)
    (h, first), (k, second) = watched(torch), watched(torch)
    y = (h * k) * x
    del h, k
    assert first() is None and second() is None and y.requires_grad


def test_nothing_is_saved_under_no_grad(torch):
    x = leaf(torch)
    h, memory = watched(torch)
    with torch.no_grad():
        y = x * h
    del h
    assert memory() is None and not y.requires_grad


def test_nothing_is_saved_in_inference_mode(torch):
    x = leaf(torch)
    h, memory = watched(torch)
    with torch.inference_mode():
        y = (x * h)[0]
    del h
    assert memory() is None and y.is_inference()


def test_a_saved_view_keeps_the_whole_memory(torch):
    x = leaf(torch)
    h, memory = watched(torch, 4, 2, 2)
    y = (x * h[0]).sum()
    del h
    assert memory() is not None
    y.backward()
    assert memory() is None


def test_memory_shared_with_numpy_outlives_the_tensor(torch):
    h, memory = watched(torch)
    array = h.numpy()
    del h
    assert memory() is not None and array[0, 0] == 2
    del array
    assert memory() is None


def test_data_gives_the_old_memory_back(torch):
    h, memory = watched(torch)
    h.data = torch.zeros(2, 2)
    assert memory() is None


def test_set_gives_the_old_memory_back(torch):
    h, memory = watched(torch)
    h.set_()
    assert memory() is None and h.shape == (0,)


def test_a_detached_tensor_keeps_memory_but_no_graph(torch):
    x, y, memory = saved(torch)
    d = y.detach()
    del y
    assert memory() is None and d.item() == 20


def test_as_strided_keeps_its_base(torch):
    h, memory = watched(torch)
    v = h.as_strided((2,), (1,), 2)
    del h
    assert memory() is not None and v._base.shape == (2, 2)
    del v
    assert memory() is None


# ------------------------------------------------------------ what holds tensors, and what does not
def test_weak_references_call_back(torch):
    told = []
    x = leaf(torch)
    reference = weakref.ref(x, told.append)
    assert reference() is x
    del x
    assert told == [reference]


def test_tensors_in_weak_containers(torch):
    x, y = leaf(torch), leaf(torch)
    of_keys, of_values = weakref.WeakKeyDictionary(), weakref.WeakValueDictionary()
    of_keys[x], of_values["y"] = "x", y
    assert next(iter(of_keys)) is x and of_values["y"] is y
    del x, y
    assert len(of_keys) == len(of_values) == 0


def test_a_hook_dies_with_its_tensor(torch):
    class Hook:
        def __call__(self, g):
            return g * 2

    x = leaf(torch)
    y = x * 2
    hook = Hook()
    reference = weakref.ref(hook)
    y.register_hook(hook)
    del hook
    y.sum().backward()
    assert reference() is not None
    del y
    assert reference() is None and x.grad[0, 0] == 4


def test_a_handle_keeps_nothing(torch):
    x = leaf(torch)
    handle, reference = x.register_hook(lambda g: None), weakref.ref(x)
    del x
    assert reference() is None
    handle.remove()


def test_a_gradient_dies_when_it_is_set_to_none(torch):
    x = leaf(torch)
    (x * x).sum().backward()
    reference = weakref.ref(x.grad)
    x.grad = None
    assert reference() is None


def test_a_gradient_does_not_keep_its_tensor(torch):
    x = leaf(torch)
    (x * x).sum().backward()
    grad, reference = x.grad, weakref.ref(x)
    del x
    assert reference() is None and grad.shape == (2, 2)


def test_a_copy_keeps_nothing_of_the_original(torch):
    x = leaf(torch)
    x.note = leaf(torch)
    reference, noted = weakref.ref(x), weakref.ref(x.note)
    copy = deepcopy(x)
    del x
    assert reference() is None and noted() is None and copy.note.shape == (2, 2)


def test_an_attribute_lives_as_long_as_its_tensor(torch):
    class Note:
        pass

    x = leaf(torch)
    x.note = Note()
    reference, y = weakref.ref(x.note), x * 2
    del x
    assert reference() is not None  # the graph keeps the leaf, with all that was attached to it
    del y
    assert reference() is None


def test_an_error_does_not_keep_the_graph(torch):
    x, y, memory = saved(torch)
    z = y * y
    try:
        (z + torch.ones(3)).backward()
    except RuntimeError as error:
        text = str(error)
    del y, z
    assert memory() is None and text


def test_views_keep_the_base_of_a_chain_only(torch):
    x = leaf(torch)
    y = x * 2
    first = y.view(4)
    second = first[1:]
    middle, base = weakref.ref(first), weakref.ref(y)
    del first, y
    assert middle() is None and base() is not None
    del second
    assert base() is None


def test_what_is_written_over_stays_in_the_graph(torch):
    """`copy_` leaves nothing of the old value but its history."""
    x = leaf(torch)
    h, memory = watched(torch)
    y = x * h
    del h
    y.copy_(x)
    assert memory() is not None
    y.sum().backward()
    assert memory() is None and x.grad.tolist() == [[1, 1], [1, 1]]
