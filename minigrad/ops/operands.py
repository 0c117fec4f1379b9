"""What an operation is given: tensors and Python numbers, as arrays of the one dtype in which PyTorch computes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd import errors

NUMBERS = (int, float, np.number, np.bool_)


@lru_cache(maxsize=256)
def cached_constant(value: float, dtype: str) -> Any:
    array = np.array(value).astype(dtype)  # too large an integer wraps around, as in PyTorch
    array.flags.writeable = False
    return array


def constant(value: Any, like: Any) -> Any:
    """A Python number as an array without dimensions, of the dtype of `like`: NumPy is 300 ns faster with it."""
    if type(like) is not np.ndarray:
        # On a GPU a number is cheaper: it travels with the launch.
        kind = backend.dtype_of(like)
        return cached_constant(value, kind.char).item() if kind.kind in "iu" else value
    if value:
        return cached_constant(value, like.dtype.char)
    zero = np.array(value, like.dtype)  # made anew: as keys, -0.0 is 0.0
    zero.flags.writeable = False
    return zero


def type_word(x: Any) -> str:
    """What PyTorch's refusals call the type of what is no tensor: NumPy's types with their module."""
    name = type(x).__name__
    return f"numpy.{name}" if type(x).__module__ == "numpy" else name


def array_of(x: Any, op: str, position: str = "argument 'input' (position 1)") -> Any:
    """The array of a tensor, or PyTorch's refusal of anything else."""
    try:
        return x.array
    except AttributeError:
        raise TypeError(f"{op}(): {position} must be Tensor, not {type_word(x)}") from None


def in_one_dtype(*arrays: Any) -> list[Any]:
    """Arrays in the one dtype in which PyTorch computes."""
    dtype = dtypes.result_dtype(arrays).numpy
    return [x if x.dtype == dtype else x.astype(dtype) for x in arrays]


def tensors_only(op: str, **arguments: Any) -> None:
    """Refuse an argument, given by its name, that is not a tensor; the first is the second of the operation."""
    for position, (name, x) in enumerate(arguments.items(), 2):
        if not hasattr(x, "array"):
            raise TypeError(f"{op}(): argument '{name}' (position {position}) must be Tensor, not {type_word(x)}")


def no_such_call(op: str, *arguments: Any) -> TypeError:
    """What PyTorch says of arguments that fit none of an operation's forms."""
    names = ", ".join("Tensor" if hasattr(x, "array") else type_word(x) for x in arguments)
    return TypeError(f"{op}() received an invalid combination of arguments - got ({names})")


def not_for(array: Any, kernel: str) -> NotImplementedError:
    """What PyTorch says where an operation cannot be done on elements of this type."""
    return NotImplementedError(f"\"{kernel}\" not implemented for '{dtypes.SCALAR_TYPE_NAMES[array.dtype.name]}'")


def _refuse_bools(x: Any, y: Any) -> None:
    """Bools cannot be subtracted."""
    bools = [v.array.dtype == bool if hasattr(v, "array") else isinstance(v, bool) for v in (x, y)]
    if all(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. "
            "Use the `^` or `logical_xor()` operator instead."
        )
    if any(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )


def refuse_mixed_devices(*tensors: Any) -> None:
    """Raise if tensors are on different devices. Asked where an operation has failed: no operation takes both."""
    found = [x for x in tensors if hasattr(x, "array")]
    if len({x.device for x in found}) > 1:
        raise errors.mixed_devices(found)


def on_one_device(x: Any, y: Any) -> tuple[Any, Any] | None:
    """Two tensors with the one that is a single number on the CPU moved to the other's GPU; None where none is.

    Raises
    ------
    DeviceError
        If they are on different devices otherwise.
    """
    if not (hasattr(x, "array") and hasattr(y, "array")) or x.device == y.device:
        return None
    if x.ndim == 0 and x.device.type == "cpu":
        return x.to(y.device), y
    if y.ndim == 0 and y.device.type == "cpu":
        return x, y.to(x.device)
    raise errors.mixed_devices([x, y])


def operands(x: Any, y: Any, op: str, of_floats: bool) -> tuple[Any, Any]:
    """Two operands, tensors or numbers, as arrays of the one dtype in which PyTorch computes."""
    if op == "sub":
        _refuse_bools(x, y)
    pair = []
    for value in (x, y):
        if hasattr(value, "array"):
            pair.append(value.array)
        elif isinstance(value, NUMBERS):
            pair.append(value.item() if isinstance(value, np.generic) else value)
        else:
            raise TypeError(
                f"{op}(): argument 'other' (position 2) must be Tensor, not {type_word(value)}"
                if x is not y and value is y
                else f"{op}(): argument 'input' (position 1) must be Tensor, not {type_word(value)}"
            )
    result = dtypes.result_dtype(pair)
    if of_floats and not result.is_floating_point:
        result = dtypes.get_default_dtype()
    dtype = result.numpy
    a, b = (v if not hasattr(v, "dtype") or v.dtype == dtype else v.astype(dtype) for v in pair)
    if not hasattr(a, "dtype"):
        a = constant(a, b if hasattr(b, "dtype") else np.empty((), dtype))
    if not hasattr(b, "dtype"):
        b = constant(b, a if hasattr(a, "dtype") else np.empty((), dtype))
    return a, b


def kept_where(mask: Any, g: Any) -> Any:
    """`g` where the mask holds, 0 elsewhere: `np.where(mask, g, 0)`, but ten times faster on large arrays.

    np.where branches at each element, which no processor foresees; here the bits of each, read as an integer, are
    multiplied by 0 or 1. (Numbers would not do: infinity times 0 is NaN.)
    """
    if type(g) is not np.ndarray or type(mask) is not np.ndarray or mask.shape != g.shape or g.size < 1000:
        return np.where(mask, g, 0)
    kind = f"i{g.itemsize}"
    return np.multiply(g.view(kind), mask, dtype=kind).view(g.dtype)


def chosen(mask: Any, x: Any, y: Any) -> Any:
    """`np.where(mask, x, y)`, likewise without a branch: bits in which x differs from y are flipped where it holds."""
    alike = type(x) is np.ndarray and type(y) is np.ndarray and x.shape == y.shape and x.dtype is y.dtype
    if not alike or type(mask) is not np.ndarray or mask.shape != x.shape or x.size < 1000:
        return np.where(mask, x, y)
    kind = f"i{x.itemsize}"
    bits = np.bitwise_xor(x.view(kind), y.view(kind))
    np.multiply(bits, mask, out=bits)
    bits ^= y.view(kind)
    return bits.view(x.dtype)


def can_be_divided_out(z: Any) -> bool:
    """Whether products can be divided by their factors again: none has run out of the range of normal numbers.

    So no factor is 0, infinite or NaN either. On a GPU nobody asks, for the answer would have to be waited for.
    """
    if type(z) is not np.ndarray:
        return False
    size = np.absolute(z)
    return bool(((size >= np.finfo(z.dtype).tiny) & (size < np.inf)).all())


def numpys_names(dim: Any, keepdim: bool, axis: Any, keepdims: bool | None) -> tuple[Any, bool]:
    """`dim` and `keepdim`, which may also be called by NumPy's names, as in PyTorch."""
    return dim if axis is None else axis, keepdim if keepdims is None else keepdims
