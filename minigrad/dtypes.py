"""The element types of tensors, and PyTorch's rules for mixing them.

PyTorch sorts the operands of an operation into three groups: tensors with dimensions, tensors without (0-d), and plain
Python numbers. A lower group changes the result's type only if it brings a higher *kind* (bool < integer < float).
Source of the rules: PyTorch's documentation, "Tensor Attributes", section "torch.dtype".
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

BOOL, INTEGER, FLOAT = 0, 1, 2
_KINDS = {"b": BOOL, "i": INTEGER, "u": INTEGER, "f": FLOAT}


class dtype:
    """The type of a tensor's elements, such as `minigrad.float32`.

    Attributes
    ----------
    numpy : numpy.dtype
        The same type as NumPy and CuPy call it.
    itemsize : int
        Size of one element in bytes.
    is_floating_point, is_signed, is_complex : bool
    """

    __slots__ = ("is_complex", "is_floating_point", "is_signed", "itemsize", "kind", "name", "numpy")

    def __init__(self, name: str) -> None:
        self.name = name
        self.numpy = np.dtype(name)
        self.itemsize = self.numpy.itemsize
        self.kind = _KINDS[self.numpy.kind]
        self.is_floating_point = self.kind == FLOAT
        self.is_signed = self.numpy.kind in "if"
        self.is_complex = False

    def __repr__(self) -> str:
        return f"minigrad.{self.name}"

    def __reduce__(self) -> str:
        return "bool_" if self.name == "bool" else self.name


float16, float32, float64 = dtype("float16"), dtype("float32"), dtype("float64")
int8, int16, int32, int64 = dtype("int8"), dtype("int16"), dtype("int32"), dtype("int64")
uint8, bool_ = dtype("uint8"), dtype("bool")

ALL = (float16, float32, float64, int8, int16, int32, int64, uint8, bool_)
_from_numpy = {d.numpy: d for d in ALL}
_PYTHON = {bool: bool_, int: int64}
# What PyTorch's messages call a tensor of this type.
SCALAR_TYPE_NAMES = {
    "float16": "Half", "float32": "Float", "float64": "Double", "int8": "Char", "int16": "Short",
    "int32": "Int", "int64": "Long", "uint8": "Byte", "bool": "Bool",
}  # fmt: skip
# And what a few call it that speak C++.
CPP_NAMES = {
    "float16": "c10::Half", "float32": "float", "float64": "double", "int8": "signed char", "int16": "short int",
    "int32": "int", "int64": "long int", "uint8": "unsigned char", "bool": "bool",
}  # fmt: skip

_default = float32


def get_default_dtype() -> dtype:
    """The type that Python floats become: float32 unless `set_default_dtype` said otherwise.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.get_default_dtype()
    minigrad.float32
    """
    return _default


def set_default_dtype(d: dtype) -> None:
    """Set the type that Python floats become.

    Parameters
    ----------
    d : dtype
        A floating point type.

    Raises
    ------
    TypeError
        If `d` is not a floating point type.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.set_default_dtype(minigrad.float64)
    >>> minigrad.tensor(1.5).dtype
    minigrad.float64
    >>> minigrad.set_default_dtype(minigrad.float32)
    """
    global _default
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _default = d
    _mixed.cache_clear()


def of(array: Any) -> dtype:
    """The dtype of a NumPy or CuPy array (or of a `numpy.dtype`)."""
    found = _from_numpy.get(getattr(array, "dtype", array))
    if found is None:
        kind = getattr(array, "dtype", array)
        raise TypeError(
            f"can't convert np.ndarray of type {kind}. The only supported types are: "
            "float64, float32, float16, int64, int32, int16, int8, uint8, and bool."
        )
    return found


def promote_types(a: dtype, b: dtype) -> dtype:
    """The smallest type that holds both: floats win over integers, integers over bools.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.promote_types(minigrad.int64, minigrad.float16)
    minigrad.float16
    """
    for i, d in enumerate((a, b), 1):
        if not isinstance(d, dtype):
            raise TypeError(
                f"promote_types(): argument 'type{i}' (position {i}) must be minigrad.dtype, not {type(d).__name__}"
            )
    if a.kind == b.kind:
        return _from_numpy[np.promote_types(a.numpy, b.numpy)]
    return a if a.kind > b.kind else b


@cache
def _mixed(dims: dtype | None, zeros: dtype | None, numbers: dtype | None) -> dtype:
    result = None
    for group in (dims, zeros, numbers):
        if result is None:
            result = group
        elif group is not None and group.kind > result.kind:
            # A higher kind wins; what the lower group had of the same kind does not count.
            result = group
    assert result is not None
    return result


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The type of the result of an operation on two tensors or Python numbers.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.result_type(minigrad.tensor([1, 2]), 1.0)
    minigrad.float32
    """
    return result_dtype(getattr(x, "array", x) for x in (tensor1, tensor2))


def result_dtype(operands: Iterable[Any]) -> dtype:
    """The type in which an operation on these arrays and Python numbers is computed."""
    groups: list[dtype | None] = [None, None, None]
    for x in operands:
        if hasattr(x, "ndim"):
            where, kind = (0 if x.ndim else 1), of(x)
        else:
            where, kind = 2, _PYTHON.get(type(x), _default)
        before = groups[where]
        groups[where] = kind if before is None else promote_types(before, kind)
    return _mixed(*groups)
