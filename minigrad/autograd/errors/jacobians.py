"""What `gradcheck` says: both Jacobians, the entry at which they differ most, and what that looks like."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ... import backend
from ...tensor import wrap
from .kinds import GradcheckError


class Input(NamedTuple):
    """An input: its number among those that require grad, by which PyTorch calls it, and among all arguments."""

    x: Any
    number: int
    position: int

    def __str__(self) -> str:
        argument = f" (argument {self.position})" if self.position != self.number else ""
        return f"input {self.number}{argument}"


def mismatch(n: Any, a: Any, k: int, y: Any, x: Input) -> GradcheckError:
    """The two Jacobians of output `k`, numerical and analytical, differ."""
    sentence = (
        f"Jacobian mismatch for output {k} with respect to input {x.number},\nnumerical:{wrap(n)}\nanalytical:{wrap(a)}"
    )
    return _differ(sentence, n, a, k, y, x)


def fast_mismatch(
    n: Any, a: Any, all_n: Any, all_a: Any, passes_slow: bool, k: int, y: Any, x: Input
) -> GradcheckError:
    """The same of the two numbers that the fast mode compares; with the whole Jacobians, computed for this message."""
    sentence = (
        f"Jacobian mismatch for output {k} with respect to input {x.number},\n"
        f"numerical:{float(n)}\nanalytical:{float(a)}\n\n"
        "The above quantities relating the numerical and analytical jacobians are computed \nin fast mode. "
        "See: https://github.com/pytorch/pytorch/issues/53876 for more background \nabout fast mode. "
        "Below, we recompute numerical and analytical jacobians in slow mode:\n\n"
        f"Numerical:\n {wrap(all_n)}\nAnalytical:\n{wrap(all_a)}\n\n"
        f"The max per-element difference (slow mode) is: {float(abs(all_n - all_a).max())}."
    )
    if passes_slow:
        return GradcheckError(
            f"{sentence}\n\nFast gradcheck failed but element-wise differences are small. This means that the\n"
            "test might've passed in slow_mode!",
            "each entry is within the tolerances, but not the random sum of all that fast mode compares.",
            [_made(y)],
            "`fast_mode=False`, or wider tolerances.",
            story="gradcheck",
        )
    return _differ(sentence, all_n, all_a, k, y, x)


def _differ(sentence: str, n: Any, a: Any, k: int, y: Any, x: Input) -> GradcheckError:
    n, a = _host(n), _host(a)
    difference = np.nan_to_num(abs(a - n), nan=np.inf)
    row, column = map(int, np.unravel_index(int(difference.argmax()), difference.shape))
    what = (
        f"the largest difference: for each unit that {x}{_element(row, x.x)} is nudged, output "
        f"{k}{_element(column, y)} moves by {n[row, column]:.6g}; backward says {a[row, column]:.6g}."
    )
    story, fix = _diagnosis(n, a)
    return GradcheckError(sentence, f"{what}\n{story}".rstrip(), [_made(y)], fix, story="gradcheck")


def _diagnosis(n: Any, a: Any) -> tuple[str, str]:
    """What the difference looks like, and what to look for."""

    def close(b: Any) -> bool:
        return bool(np.allclose(b, n, 1e-3, 1e-5))

    if n.dtype != np.float64 or a.dtype != np.float64:
        who, array = ("output", n) if n.dtype != np.float64 else ("input", a)
        return f"The {who} is of {array.dtype.name}: rounding drowns small nudges.", "compute in float64."
    if np.isnan(n).any() or np.isnan(a).any():
        return "There are NaN.", "check where the function is defined and smooth."
    if not a.any():
        return (
            "Backward says that nothing depends on this input.",
            "look for what cuts the graph: `detach()`, `.data`, `item()`, `no_grad()`, or a rule that returns None.",
        )
    if close(-a):
        return "All signs are wrong.", "look for a minus sign in the backward rule."
    if a.shape[0] == a.shape[1] and close(a.T):
        return "One Jacobian is the other's transpose.", "look for a missing `.T` in the backward rule."
    factor = float((a * n).sum() / (a * a).sum())
    if factor and close(a * factor):
        wrong = f"small by the factor {factor:.4g}" if abs(factor) > 1 else f"large by the factor {1 / factor:.4g}"
        return (
            f"All entries are too {wrong}.",
            "look for a missing or a wrong factor in the backward rule, or for a use of the input that is cut off.",
        )
    return (
        "",
        "compare the backward rule with the derivative. If the function has a kink near this input, check elsewhere.",
    )


def not_flat(n: Any, k: int, y: Any, x: Input) -> GradcheckError:
    """No output requires grad, but one moves."""
    n = _host(n)
    row, column = map(int, np.unravel_index(int(abs(n).argmax()), n.shape))
    cut = y._meta.cut if y._meta is not None else None
    by = f": `{cut.operation}` cut it off" if cut is not None else ""
    to = _element(column, y) if n.shape[1] == y.numel() else ""
    from_ = _element(row, x.x) if n.shape[0] == x.x.numel() else ""
    return GradcheckError(
        "Numerical gradient for function expected to be zero",
        f"output {k} does not require grad{by}. Yet for each unit that {x}{from_} is nudged, "
        f"output {k}{to} moves by {n[row, column]:.6g}.",
        [_place(cut)],
        "let the function compute its result from the inputs by recorded operations.",
        story="gradcheck",
    )


def wrong_size(g: Any, i: int, x: Any, y: Any) -> GradcheckError:
    """A gradient is not of its input's shape."""
    return GradcheckError(
        "Analytical gradient has incorrect size",
        f"input {i} has shape {list(x.shape)}, its gradient {list(g.shape)}.",
        [_made(y)],
        "sum in the backward rule over what the operation broadcast, or reshape.",
        story="gradcheck",
    )


def wrong_dtype(a: Any, y: Any, x: Input) -> GradcheckError:
    """A gradient is not of its input's dtype."""
    return GradcheckError(
        "Gradient has dtype mismatch",
        f"{x} is of {x.x.array.dtype.name}, its gradient of {a.dtype.name}.",
        [_made(y)],
        "convert in the backward rule.",
        story="gradcheck",
    )


def not_deterministic(a: Any, b: Any, tolerance: float, y: Any, x: Input) -> GradcheckError:
    """Two passes from the same gradient gave different ones."""
    return GradcheckError(
        "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives "
        "different values, although analytical gradient matches numerical gradient."
        f"The tolerance for nondeterminism was {tolerance}.",
        f"the gradients of {x} differ by up to {float(abs(a - b).max()):.3g} from one pass to the next.",
        [_made(y)],
        "look for random numbers, or for a saved value that the backward rule changes. "
        "If that is meant, `nondet_tol=` says how much.",
        story="gradcheck",
    )


def not_multiplied(g: Any, x: Input) -> GradcheckError:
    """Gradients of zero came back as something else."""
    return GradcheckError(
        "backward not multiplied by grad_output",
        f"from gradients of zero, backward makes {_largest(g)} for {x}: it ignores what it is given.",
        fix="multiply by it: `g * derivative`.",
        story="gradcheck",
    )


UNDEFINED = 'Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'


def cannot_do_without(k: int) -> GradcheckError:
    """Backward raised because an output's gradient was missing."""
    return GradcheckError(
        f"Expected backward function to handle undefined output grads. {UNDEFINED}",
        f"nobody used output {k}, so its gradient is missing, and backward raised the error above.",
        fix="treat a gradient that is None as zero, or leave `set_materialize_grads` on. "
        "`check_undefined_grad=False` does not check this.",
        story="gradcheck",
    )


def made_of_nothing(g: Any, k: int, x: Input) -> GradcheckError:
    """Gradients of zero, and one that was missing, came back as something else."""
    return GradcheckError(
        "Expected all input grads to be undefined or zero when all output grads are undefined or zero. " + UNDEFINED,
        f"nobody used output {k}, the other gradients are zero, and backward makes {_largest(g)} for {x}.",
        fix="treat a gradient that is None as zero. `check_undefined_grad=False` does not check this.",
        story="gradcheck",
    )


def _element(number: int, x: Any) -> str:
    """Which element of `x` a row or a column stands for: " at [1, 0]"; "" for 0-d."""
    index = [int(n) for n in np.unravel_index(number, x.array.shape)]
    return f" at {index}" if index else ""


def _largest(g: Any) -> str:
    array = _host(g.array).reshape(-1)
    return f"{array[int(abs(array).argmax())]:.6g}"


def _host(array: Any) -> Any:
    """The numbers for a message."""
    return array if isinstance(array, np.ndarray) else backend.array_on(backend.CPU, array, array.dtype)


def _made(y: Any) -> Any:
    """Where `y` was computed."""
    return None if y.grad_fn is None else y.grad_fn.where()


def _place(cut: Any) -> Any:
    from ..source import place

    return None if cut is None else place(cut.code, cut.at)
