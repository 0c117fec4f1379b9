"""Messages that teach: PyTorch's own sentence first, then what happened, where, and what to write instead."""

from __future__ import annotations

from typing import Any


class AutogradError(RuntimeError):
    """An error of autograd; the classes below say which."""


class InplaceError(AutogradError):
    """A tensor was changed in place where that breaks, or would break, a gradient."""


class SpentGraphError(AutogradError):
    """Backward was called a second time on a graph whose saved values were freed."""


class NoGraphError(AutogradError):
    """Backward was called on a tensor that has no graph."""


class GradientShapeError(AutogradError):
    """A gradient is missing, or does not have the shape it must have."""


class UnusedInputError(AutogradError):
    """A gradient was asked for with respect to a tensor that the output does not depend on."""


class RequiresGradError(AutogradError):
    """A flag `requires_grad` that this tensor cannot have."""


class ShapeError(RuntimeError):
    """Shapes that do not fit each other."""


def modified_in_place(node: Any, name: str, array: Any) -> Exception:
    """Error 1: `node` saved `array` as its `name`, and it was written since."""
    from . import versions

    now = versions.version(array)
    expected = now - len(versions.writes_since(array, node.seq))
    return InplaceError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[minigrad.{array.dtype} {list(array.shape)}], is at version {now}; expected version {expected} instead."
    )


def leaf_in_place(x: Any, operation: str) -> Exception:
    """Error 2."""
    return InplaceError("a leaf Variable that requires grad is being used in an in-place operation.")


def view_of_leaf_in_place(x: Any, base: Any, operation: str) -> Exception:
    """Error 3."""
    return InplaceError("a view of a leaf Variable that requires grad is being used in an in-place operation.")


def one_of_many_views_in_place(x: Any, view: Any, operation: str) -> Exception:
    """Error 4."""
    return InplaceError(
        f"Output {x.output_nr} of {view.creator} is a view and is being modified inplace. This view is the output of "
        "a function that returns multiple views. Such functions do not allow the output views to be modified inplace. "
        "You should replace the inplace operation by an out-of-place one."
    )


def no_grad_view_in_place(x: Any, view: Any, what: str) -> Exception:
    """A view made under no_grad, changed in place outside; `what` "is being" or "has been" modified."""
    return InplaceError(
        f"A view was created in no_grad mode and {what} modified inplace with grad mode enabled. Given that this use "
        "case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the "
        "inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside "
        "(if you want the inplace to be tracked)."
    )


def second_backward(node: Any) -> Exception:
    """Error 5."""
    return SpentGraphError(
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
        "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
        "saved tensors after calling backward."
    )


def not_scalar(output: Any) -> Exception:
    """Error 6."""
    return GradientShapeError("grad can be implicitly created only for scalar outputs")


def gradient_shape(i: int, g: Any, output: Any) -> Exception:
    """A `gradient=` that does not have its tensor's shape."""
    return GradientShapeError(
        f"Mismatch in shape: grad_output[{i}] has a shape of {g.shape} and output[{i}] has a shape of {output.shape}."
    )


def no_graph(i: int, output: Any) -> Exception:
    """Error 7."""
    return NoGraphError(f"element {i} of tensors does not require grad and does not have a grad_fn")


def no_graph_input() -> Exception:
    return NoGraphError("One of the differentiated Tensors does not require grad")


def grad_of_non_leaf(x: Any) -> str:
    """Warning 8."""
    return (
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
        "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
        "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure "
        "you access the leaf Tensor instead."
    )


def numpy_on_tracked(x: Any) -> Exception:
    """Error 9."""
    return RequiresGradError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")


def integers_require_grad(x: Any, refusal: str) -> Exception:
    """Error 10."""
    return RequiresGradError(refusal)


def unused_input(i: int, inputs: Any, roots: Any) -> Exception:
    """Error 11."""
    return UnusedInputError(
        f"The differentiated Tensor at index {i} appears to not have been used in the graph. "
        "Set allow_unused=True if this is the desired behavior."
    )


def flag_of_non_leaf(x: Any) -> Exception:
    """Error 14."""
    return RequiresGradError(
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
        "subgraph that doesn't require differentiation use var_no_grad = var.detach()."
    )


def broadcast_shapes(a: Any, b: Any) -> Exception:
    """Error 15: two shapes that do not broadcast."""
    offset = len(a.shape) - len(b.shape)
    for i in range(max(len(a.shape), len(b.shape)) - 1, -1, -1):
        ia, ib = i - max(-offset, 0), i - max(offset, 0)
        n, m = (a.shape[ia] if ia >= 0 else 1), (b.shape[ib] if ib >= 0 else 1)
        if n != m and n != 1 and m != 1:
            return ShapeError(
                f"The size of tensor a ({n}) must match the size of tensor b ({m}) at non-singleton dimension {i}"
            )
    return ShapeError(f"shapes {list(a.shape)} and {list(b.shape)} do not fit")


def product_shapes(a: Any, b: Any, sentence: str) -> Exception:
    """Error 15: two shapes that cannot be multiplied."""
    return ShapeError(sentence)
