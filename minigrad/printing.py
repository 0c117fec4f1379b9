"""A tensor's repr, as PyTorch prints it.

One number format is chosen for the whole tensor (whole numbers, fixed point or scientific), every number is padded to
the same width, long rows wrap, and big tensors are cut down to their edges. The result is what PyTorch 2.13 prints,
with ``minigrad`` where PyTorch writes ``torch``. This module knows NumPy arrays and strings only, no tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np

__all__ = ["get_printoptions", "printoptions", "set_printoptions", "tensor_str"]


# How tensors are printed; `set_printoptions` says what each option means.
_options = SimpleNamespace(precision=4, threshold=1000, edgeitems=3, linewidth=80, sci_mode=None)
_profiles: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": np.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors are printed. Options left at None stay as they are, `sci_mode` apart.

    Parameters
    ----------
    precision : int, optional
        Digits after the decimal point (4 at the start).
    threshold : float, optional
        Tensors of more elements than this are cut down to their edges (1000).
    edgeitems : int, optional
        How many items at the beginning and at the end of each dimension are left then (3).
    linewidth : int, optional
        Characters in a line before it wraps (80).
    profile : {"default", "short", "full"}, optional
        A set of values for the four options above; those given as well win over it.
    sci_mode : bool, optional
        True: always scientific notation; False: never; None, also when left out: decided for each tensor.

    Raises
    ------
    ValueError
        If `profile` is none of the three (PyTorch passes over it in silence).

    Examples
    --------
    >>> import numpy as np
    >>> set_printoptions(precision=2)
    >>> print(tensor_str(np.float32([1.12345])))
    tensor([1.12])
    >>> set_printoptions(profile="default")
    >>> print(tensor_str(np.float32([1.12345])))
    tensor([1.1235])
    """
    if profile is not None and profile not in _profiles:
        raise ValueError(f"profile must be one of {', '.join(map(repr, _profiles))}, not {profile!r}")
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    chosen = _profiles.get(profile or "", {}) | {name: value for name, value in given.items() if value is not None}
    for name, value in chosen.items():
        setattr(_options, name, value)
    _options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """Return the options in force, as keywords for `set_printoptions`.

    Examples
    --------
    >>> get_printoptions()["linewidth"]
    80
    """
    return dict(vars(_options))


@contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Print with other options inside a ``with`` block; the keywords are those of `set_printoptions`.

    Examples
    --------
    >>> import numpy as np
    >>> with printoptions(sci_mode=True):
    ...     print(tensor_str(np.float32([1.5])))
    tensor([1.5000e+00])
    """
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


def tensor_str(
    array: np.ndarray | np.generic,
    *,
    grad_fn_name: str | None = None,
    requires_grad: bool = False,
    device: str | None = None,
    default_dtype: str = "float32",
    type_name: str = "tensor",
) -> str:
    """Return the repr of a tensor that holds `array`.

    Parameters
    ----------
    array : numpy.ndarray
        The numbers: floating point, integers or bool, of any shape.
    grad_fn_name : str, optional
        Name of the node that made the tensor, such as ``"SumBackward0"``.
    requires_grad : bool
        Whether to print ``requires_grad=True``; a `grad_fn_name` is printed in its place.
    device : str, optional
        Printed unless it is the CPU.
    default_dtype : str
        The floating dtype that goes without saying. (So do int64 and bool, but in an empty tensor.)
    type_name : str
        The word before the parenthesis; a subclass gives its own name.

    Examples
    --------
    >>> import numpy as np
    >>> tensor_str(np.float32(10), grad_fn_name="SumBackward0")
    'tensor(10., grad_fn=<SumBackward0>)'
    >>> print(tensor_str(np.array([[1.0, -2.5], [np.inf, 0.0]])))
    tensor([[ 1.0000, -2.5000],
            [    inf,  0.0000]], dtype=minigrad.float64)
    >>> tensor_str(np.zeros((0, 3), np.float32), requires_grad=True)
    'tensor([], size=(0, 3), requires_grad=True)'
    """
    array = np.asarray(array)
    prefix = f"{type_name}("
    notes = []
    if device is not None and device != "cpu":
        notes.append(f"device='{device}'")
    if (array.size == 0 and array.ndim != 1) or (array.size > 0 and not _options.edgeitems):
        notes.append(f"size={array.shape}")
    if array.dtype.name not in ({default_dtype} if array.size == 0 else {default_dtype, "int64", "bool"}):
        notes.append(f"dtype=minigrad.{array.dtype.name}")
    if grad_fn_name is not None:
        notes.append(f"grad_fn=<{grad_fn_name}>")
    elif requires_grad:
        notes.append("requires_grad=True")
    return _append_notes(prefix + _contents(array, len(prefix)), notes, len(prefix))


def _append_notes(text: str, notes: list[str], indent: int) -> str:
    """Add the notes after the numbers, each on the same line where there is room and on a new one where not."""
    length = len(text) - text.rfind("\n") + 1
    for note in notes:
        measured = len(note.replace("minigrad.", "torch."))  # lines break where PyTorch's do
        if length + measured + 2 > _options.linewidth:
            text += ",\n" + " " * indent + note
            length = indent + measured
        else:
            text += ", " + note
            length += measured + 2
    return text + ")"


def _contents(array: np.ndarray, indent: int) -> str:
    """The numbers in their brackets; lines after the first are indented by `indent` spaces."""
    if array.size == 0:
        return "[]"
    cut = array.size > _options.threshold
    write, width = _number_format(_edges(array) if cut else array)
    return _nested(array, indent, cut, write, width)


def _edges(array: np.ndarray) -> np.ndarray:
    """Only the items that a tensor cut down still shows: the first and last few of each dimension."""
    n = _options.edgeitems
    if n == 0 and array.ndim > 1:
        return array.reshape(-1)[:0]
    for axis, length in enumerate(array.shape):
        if n and length > 2 * n:
            array = np.take(array, [*range(n), *range(length - n, length)], axis)
    return array


def _number_format(array: np.ndarray) -> tuple[Callable[[Any], str], int]:
    """Choose one format for all numbers; return the function that writes a number, and the width it pads to."""
    if array.dtype.kind != "f":
        width = max((len(str(value)) for value in array.ravel().tolist()), default=1)
        return (lambda value: str(value).rjust(width)), width
    # zeros, infinities and NaN have no say: they are written in the format that suits the rest
    values = array[np.isfinite(array) & (array != 0)].tolist()
    digits = _options.precision
    if not values:
        spec, point = ".0f", "."
    elif _scientific(values) if _options.sci_mode is None else _options.sci_mode:
        spec, point = f".{digits}e", ""
    elif all(value.is_integer() for value in values):
        spec, point = ".0f", "."
    else:
        spec, point = f".{digits}f", ""
    width = max((len(format(value, spec) + point) for value in values), default=1)

    def write(value: float) -> str:
        finite = value - value == 0
        return (format(value, spec) + (point if finite else "")).rjust(width)

    return write, width


def _scientific(values: list[float]) -> bool:
    """Whether fixed point would be too wide, or would lose too many digits, for these numbers."""
    sizes = [abs(value) for value in values]
    smallest, largest = min(sizes), max(sizes)
    return largest / smallest > 1000 or largest > 1e8 or smallest < 1e-4


def _nested(array: np.ndarray, indent: int, cut: bool, write: Callable[[Any], str], width: int) -> str:
    """A number, a row, or rows within brackets, `indent` being the column where the bracket stands."""
    if array.ndim == 0:
        return write(array.item())
    n = _options.edgeitems
    shorten = cut and len(array) > 2 * n
    shown = [*array[:n], *array[len(array) - n :]] if shorten else list(array)
    if array.ndim == 1:
        items = [write(value.item()) for value in shown]
    else:
        items = [_nested(row, indent + 1, cut, write, width) for row in shown]
    if shorten:
        # among the numbers of a row the dots get a space more, but alone they stand flush
        items.insert(n, " ..." if array.ndim == 1 and n else "...")
    gap = "\n" + " " * (indent + 1)
    if array.ndim > 1:
        return "[" + ("," + "\n" * (array.ndim - 2) + gap).join(items) + "]"
    in_line = max(1, (_options.linewidth - indent) // (width + 2))
    lines = [", ".join(items[start : start + in_line]) for start in range(0, len(items), in_line)]
    return "[" + ("," + gap).join(lines) + "]"
