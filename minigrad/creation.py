"""Making tensors; the random ones are made in ``ops/random.py``."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from . import backend, dtypes
from .autograd import errors, modes
from .autograd.meta import meta_of
from .autograd.source import warn_once_here
from .layouts import check_format, contiguous_format, ordered_as, preserve_format
from .ops.shaping import sizes_of
from .tensor import Tensor, wrap

_REFUSAL = "Only Tensors of floating point and complex dtype can require gradients"


def finish(array: Any, requires_grad: bool) -> Tensor:
    out = wrap(array)
    if requires_grad:
        if not out.dtype.is_floating_point:
            raise errors.integers_require_grad(out, _REFUSAL)
        meta_of(out).requires_grad = True
    return out


def place(device: Any) -> backend.device:
    return backend.CPU if device is None else backend.device(device)


def _depth(data: Any) -> int:
    """How deep sequences are nested, by the first of each; there, as in PyTorch, a tensor counts as a number."""
    depth = 0
    while isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        depth, data = depth + 1, data[0] if len(data) else None
    return depth + (data.ndim if isinstance(data, np.ndarray) else 0)


def _plain(data: Any, whole: Any, level: int, tensors: list[Tensor]) -> Any:
    """Nested sequences that may hold tensors, as nested lists of numbers; `tensors` gets those that count as one."""
    if isinstance(data, Tensor):
        if level >= _depth(whole):
            tensors.append(data)
            return data.item() if data.array.size == 1 else 0
        if data.array.ndim == 0:
            raise TypeError("not a sequence")
        data = data.unbind()
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return [_plain(item, whole, level + 1, tensors) for item in data]
    return data


def _dtype_of_all(data: Any) -> dtypes.dtype:
    """The dtype that holds these numbers, some of which are tensors."""
    if isinstance(data, Tensor):
        return data.dtype
    if isinstance(data, Sequence):
        return reduce(dtypes.promote_types, map(_dtype_of_all, data)) if len(data) else dtypes.get_default_dtype()
    if isinstance(data, (np.generic, np.ndarray)):
        return dtypes.of(np.asarray(data))
    return dtypes.get_default_dtype() if isinstance(data, float) else dtypes.of(np.asarray(data))


def _read(tensors: list[Tensor], kind: dtypes.dtype, data: Any) -> None:
    """What PyTorch says where tensors in a list are read as numbers."""
    if not kind.is_floating_point:
        if any(x.array.size != 1 or x.dtype.is_floating_point for x in tensors):
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return
    if modes.mode.recording and any(x.requires_grad for x in tensors):
        warn_once_here(lambda: errors.numbers_of_tracked(data), UserWarning)
    if any(x.array.size != 1 for x in tensors):
        raise ValueError("only one element tensors can be converted to Python scalars")


def _first(data: Any) -> Any:
    """The first element of nested lists, or the list that is empty."""
    while isinstance(data, list) and data:
        data = data[0]
    return data


def _usable(array: Any) -> Any:
    """The array itself, if a tensor can be made of its memory."""
    dtypes.of(array)
    if any(s < 0 for s in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array with "
            "array.copy().) "
        )
    if any(s % array.itemsize for s in array.strides):
        raise ValueError("given numpy array strides not a multiple of the element byte size. Copy the numpy array.")
    return backend.told_apart(array)


def _lengths(data: Any) -> tuple[int, ...]:
    """The shape of nested sequences; raises where they are ragged."""
    if not isinstance(data, (list, tuple)):
        return ()
    shapes = [_lengths(item) for item in data]
    for item, shape in zip(data, shapes, strict=True):
        if shape != shapes[0]:
            if shape and shapes[0]:
                dim = next(i for i, (n, m) in enumerate(zip(shapes[0], shape, strict=False)) if n != m) + 1
                raise ValueError(
                    f"expected sequence of length {shapes[0][dim - 1]} at dim {dim} (got {shape[dim - 1]})"
                )
            raise TypeError(f"expected all items to be numbers or all to be sequences (got {type(item).__name__})")
    return (len(data), *(shapes[0] if shapes else ()))


def tensor(data: Any, *, dtype: dtypes.dtype | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A new tensor with a copy of these numbers.

    Parameters
    ----------
    data : number, nested sequence of numbers, array or Tensor
    dtype : dtype, optional
        Default: that of the data; Python floats become `get_default_dtype()`.
    device : str or device, optional
    requires_grad : bool
        Whether gradients are computed with respect to this tensor.

    Raises
    ------
    RuntimeError
        If an integer or bool tensor shall require grad.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.tensor([1., 2.], requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() "
            "or sourceTensor.detach().clone().requires_grad_(True), rather than minigrad.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
        data = data.array
        device = backend.device_of(data) if device is None else device
    if backend.is_array(data) or isinstance(data, np.generic):
        kind = dtypes.of(_usable(data))
    else:
        tensors: list[Tensor] = []
        plain = _plain(data, data, 0, tensors)
        first = _first(plain)
        if isinstance(first, str) and plain is not first:
            raise ValueError("too many dimensions 'str'")
        if not isinstance(first, (bool, int, float, str, list, np.generic, np.ndarray)):
            raise RuntimeError(f"Could not infer dtype of {type(first).__name__}")
        _lengths(plain)
        if tensors:
            dtype = dtype or _dtype_of_all(data)
            _read(tensors, dtype, data)
        data = np.array(plain)
        if data.dtype.kind not in "biuf":
            offender = next((i for i in np.ravel(np.array(plain, object)) if not isinstance(i, (int, float))), plain)
            raise TypeError(f"new(): invalid data type '{type(offender).__name__}'")
        if isinstance(first, (np.generic, np.ndarray)):
            kind = dtypes.of(data)
        elif data.dtype.kind == "f" or not data.size:
            kind = dtypes.get_default_dtype()
        else:
            kind = dtypes.bool_ if data.dtype.kind == "b" else dtypes.int64
        _refuse_overflow(data, dtype)
    return finish(backend.array_on(place(device), data, (dtype or kind).numpy), requires_grad)


def _refuse_overflow(data: Any, dtype: dtypes.dtype | None) -> None:
    if dtype is not None and dtype.numpy.kind == "i":
        low, high = np.iinfo(dtype.numpy).min, np.iinfo(dtype.numpy).max
        if not np.all((data >= low) & (data <= high)):
            raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")


def as_tensor(data: Any, dtype: dtypes.dtype | None = None, device: Any = None) -> Tensor:
    """A tensor with these numbers, sharing memory where that is possible."""
    if isinstance(data, Tensor):
        return data.to(dtype=dtype, device=device)
    if backend.is_array(data):
        return wrap(_usable(data).view()).to(dtype=dtype, device=device)
    return tensor(data, dtype=dtype, device=device)


def from_numpy(array: np.ndarray) -> Tensor:
    """A tensor that shares the memory of a NumPy array.

    Examples
    --------
    >>> import minigrad, numpy
    >>> a = numpy.zeros(2)
    >>> x = minigrad.from_numpy(a)
    >>> a[0] = 5
    >>> x
    tensor([5., 0.], dtype=minigrad.float64)
    """
    if not isinstance(array, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
    return wrap(_usable(array).view())


# ------------------------------------------------------------ filled with one number
def shape_of(size: tuple[Any, ...], name: str) -> tuple[int, ...]:
    if not size:
        raise TypeError(f'{name}() missing 1 required positional arguments: "size"')
    for n in size:
        if not isinstance(n, (int, np.integer, Sequence)) or isinstance(n, (bool, str)):
            raise TypeError(f"{name}(): argument 'size' (position 1) must be tuple of ints, not {type(n).__name__}")
    for i, n in enumerate(size[0] if isinstance(size[0], Sequence) else (), 1):
        if not isinstance(n, (int, np.integer)):
            raise TypeError(
                f"{name}(): argument 'size' failed to unpack the object at pos {i} with error \"type must be tuple of "
                f'ints,but got {type(n).__name__}"'
            )
    shape = sizes_of(size)
    if any(n < 0 for n in shape):
        raise RuntimeError(
            "zeros: Dimension size must be non-negative."
            if name == "zeros"
            else f"Trying to create tensor with negative dimension {next(n for n in shape if n < 0)}: {list(shape)}"
        )
    return shape


def _filled(shape: tuple[int, ...], value: Any, dtype: dtypes.dtype | None, device: Any, requires_grad: bool) -> Tensor:
    kind = dtype or dtypes.get_default_dtype()
    with backend.on(place(device)) as xp:
        return finish(xp.full(shape, value, kind.numpy) if value else xp.zeros(shape, kind.numpy), requires_grad)


def zeros(*size: Any, dtype: dtypes.dtype | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of zeros.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    return _filled(shape_of(size, "zeros"), 0, dtype, device, requires_grad)


def ones(*size: Any, dtype: dtypes.dtype | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of ones."""
    return _filled(shape_of(size, "ones"), 1, dtype, device, requires_grad)


def empty(
    *size: Any,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = contiguous_format,
) -> Tensor:
    """A tensor whose numbers are still to be written. (They are zeros here; PyTorch's may be anything.)"""
    shape = shape_of(size, "empty")
    check_format("empty", memory_format, len(shape))
    if memory_format is preserve_format:
        raise RuntimeError("unsupported memory format Preserve")
    out = _filled(shape, 0, dtype, device, requires_grad)
    out.array = ordered_as(out.array, out.array, memory_format.order)
    return out


def full(
    size: Any, fill_value: Any, *, dtype: dtypes.dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor filled with one number, whose type it has unless `dtype` says otherwise."""
    kinds = {bool: dtypes.bool_, int: dtypes.int64}
    if not isinstance(fill_value, (int, float, np.generic, Tensor)):
        raise TypeError(f"full(): argument 'fill_value' (position 2) must be Number, not {type(fill_value).__name__}")
    fill_value = fill_value.item() if isinstance(fill_value, (np.generic, Tensor)) else fill_value
    return _filled(shape_of((size,), "full"), fill_value, dtype or kinds.get(type(fill_value)), device, requires_grad)


def like(function: Any) -> Any:
    def like(
        input: Tensor,
        *args: Any,
        dtype: dtypes.dtype | None = None,
        device: Any = None,
        requires_grad: bool = False,
        memory_format: Any = preserve_format,
    ) -> Tensor:
        check_format(like.__name__, memory_format, input.array.ndim)
        out = function(
            tuple(input.array.shape),
            *args,
            dtype=dtype or input.dtype,
            device=device or input.device,
            requires_grad=requires_grad,
        )
        out.array = ordered_as(out.array, input.array, memory_format.order)
        return out

    like.__name__ = like.__qualname__ = function.__name__ + "_like"
    like.__doc__ = f"`{function.__name__}` in the shape, dtype, place and memory format of `input`."
    return like


def eye(
    n: int, m: int | None = None, *, dtype: dtypes.dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A matrix with ones on the diagonal and zeros elsewhere, n by m (by default n by n)."""
    if n < 0 or (m is not None and m < 0):
        raise RuntimeError(
            f"n must be greater or equal to 0, got {n}" if n < 0 else f"m must be greater or equal to 0, got {m}"
        )
    kind = dtype or dtypes.get_default_dtype()
    with backend.on(place(device)) as xp:
        return finish(xp.eye(n, m, dtype=kind.numpy), requires_grad)


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers from `start` (0 if only one number is given) to before `end`, `step` apart."""
    if end is None:
        start, end = 0, start
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    whole = all(isinstance(v, (int, np.integer)) for v in (start, end, step))
    kind = dtype or (dtypes.int64 if whole else dtypes.get_default_dtype())
    with backend.on(place(device)) as xp:
        return finish(xp.arange(start, end, step).astype(kind.numpy), requires_grad)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` numbers from `start` to `end`, evenly spaced, both included."""
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = dtype or dtypes.get_default_dtype()
    with backend.on(place(device)) as xp:
        return finish(xp.linspace(start, end, steps).astype(kind.numpy), requires_grad)


zeros_like, ones_like, empty_like, full_like = (like(f) for f in (zeros, ones, empty, full))
