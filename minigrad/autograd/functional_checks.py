"""What `functional.py` refuses: arguments that do not fit and, in strict mode, zeros that nobody computed.

A zero in a Jacobian may be the derivative, or may stand for one that does not exist because the graph was cut on the
way. Strict mode does not let the second kind pass for the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..creation import zeros_like
from ..tensor import Tensor

Tensors = tuple[Tensor, ...]


# ------------------------------------------------------------ arguments
def tensors_of(x: Any, what: str, name: str) -> tuple[bool, Tensors]:
    """Whether `x` is a tuple, and `x` as a tuple of tensors."""
    several = isinstance(x, tuple)
    tensors = x if several else (x,)
    for i, t in enumerate(tensors):
        if not isinstance(t, Tensor):
            which = f"value at index {i}" if several else f"given {what}"
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the {which} has "
                f"type {type(t)}."
            )
    return several, tensors


def check_vector(v: Tensors, like: Tensors, several: bool) -> None:
    """Raise unless v has the shapes of `like`."""
    if len(v) != len(like):
        if several:
            raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(v)}.")
        raise RuntimeError("The given v should contain a single Tensor.")
    for i, (mine, theirs) in enumerate(zip(v, like, strict=True)):
        if mine.shape != theirs.shape:
            entry = f"Entry {i} in " if several else ""
            raise RuntimeError(f"{entry}v has invalid size: should be {theirs.shape} but got {mine.shape}.")


def check_no_vector(like: Tensors, whose: str) -> None:
    """Raise unless `like` is a single number, so that v may be left out."""
    if len(like) != 1 or like[0].numel() != 1:
        raise RuntimeError(f"The vector v can only be None if the {whose} a single Tensor with a single element.")


def check_strategy(strategy: str, create_graph: bool, strict: bool, vectorize: bool) -> None:
    """Raise for the forward mode: in PyTorch's words where it refuses too, otherwise in ours."""
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "reverse-mode":
        return
    together = 'minigrad.autograd.functional.jacobian: `{0}=True` and `strategy="forward-mode"` are not supported '
    together += 'together (yet). Please either set `{0}=False` or `strategy="reverse-mode"`.'
    if create_graph:
        raise NotImplementedError(together.format("create_graph"))
    if strict:
        raise RuntimeError(together.format("strict"))
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian is"
            "only implemented for `vectorize=True`."  # without a space, as PyTorch has it
        )
    raise NotImplementedError(
        'minigrad has no forward mode. Leave out strategy="forward-mode": the numbers are the same.'
    )


# ------------------------------------------------------------ strict mode
STRICT = "This is not allowed in strict mode"

INDEPENDENT = {
    "outputs": "Output {} of the user-provided function does not require gradients. The outputs must be computed in a "
    "differentiable manner from the input when running in strict mode.",
    "grad_inputs": f"The gradient with respect to input {{}} is independent of the inputs of the user-provided "
    f"function. {STRICT}.",
    "jacobian": "While computing the hessian, found that the jacobian of the user-provided function with respect to "
    f"input {{}} is independent of the input. {STRICT}. You should ensure that your function is twice differentiable "
    "and that the jacobian depends on the inputs (this would be violated by a linear function for example).",
}
MISSING = {
    "back": f"The output of the user-provided function is independent of input {{}}. {STRICT}.",
    "back_trick": "The gradient with respect to the input is independent of entry {} in the grad_outputs when using "
    f"the double backward trick to compute forward mode gradients. {STRICT}.",
    "double_back": f"The jacobian of the user-provided function is independent of input {{}}. {STRICT}.",
    "double_back_trick": "The hessian of the user-provided function is independent of entry {} in the grad_jacobian. "
    f"{STRICT} as it prevents from using the double backward trick to replace forward mode AD.",
}
NOT_DIFFERENTIABLE = (
    f"The {{}} of the user-provided function is independent of input {{}}. {STRICT} when create_graph=True."
)


def require_grad(tensors: Iterable[Tensor | None], kind: str) -> None:
    """In strict mode: raise unless all of `tensors` exist and have a history."""
    for i, t in enumerate(tensors):
        if t is None:
            raise RuntimeError(MISSING["back"].format(i))
        if not t.requires_grad:
            raise RuntimeError(INDEPENDENT[kind].format(i))


def filled(
    gradients: Iterable[Tensor | None], like: Tensors, stage: str, strict: bool, create_graph: bool
) -> Iterable[Tensor]:
    """The gradients, zeros where there is none; in strict mode raise instead, and where one will have no derivative."""
    for i, (g, x) in enumerate(zip(gradients, like, strict=True)):
        if strict and g is None:
            raise RuntimeError(MISSING[stage].format(i))
        if strict and create_graph and g is not None and not g.requires_grad:
            which = "hessian" if "double" in stage else "jacobian"
            raise RuntimeError(NOT_DIFFERENTIABLE.format(which, i))
        yield zeros_like(x) if g is None else g


def check_row(row: Iterable[Tensor | None], i: int, create_graph: bool) -> None:
    """In strict mode: raise unless each part of a row of output `i`'s Jacobian was computed."""
    for k, g in enumerate(row):
        if g is None:
            raise RuntimeError(f"Output {i} of the user-provided function is independent of input {k}. {STRICT}.")
        if create_graph and not g.requires_grad:
            raise RuntimeError(NOT_DIFFERENTIABLE.format("jacobian", i))
