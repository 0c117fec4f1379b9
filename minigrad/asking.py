"""What tensors and their types can be asked: limits, kinds, types by their older names.

Examples
--------
>>> import minigrad
>>> minigrad.finfo(minigrad.float32).eps
1.1920928955078125e-07
>>> minigrad.iinfo(minigrad.int8).max
127
>>> minigrad.zeros(2).type()
'minigrad.FloatTensor'
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .dtypes import SCALAR_TYPE_NAMES
from .nn.parameter import type_name
from .ops.functions import to
from .ops.indices import must_be_tensors
from .tensor import Size, Tensor


class _Limits:
    """What `finfo` and `iinfo` share: a dtype, and what NumPy knows of it."""

    def __init__(self, type: dtypes.dtype) -> None:
        if not isinstance(type, dtypes.dtype):
            name = self.__class__.__name__
            raise TypeError(f"{name}(): argument 'type' (position 1) must be minigrad.dtype, not {type_name(type)}")
        self._check(type)
        self.bits, self.dtype = 8 * type.itemsize, type.name

    def _check(self, type: dtypes.dtype) -> None:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return self.__class__ is other.__class__ and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash((self.__class__, self.dtype))


class finfo(_Limits):
    """The limits of a floating point type.

    Parameters
    ----------
    type : dtype, optional
        The default one where it is left out.

    Attributes
    ----------
    eps : float
        The distance of 1 to the next number.
    max, min : float
        The largest number, and its negative.
    tiny, smallest_normal : float
        The smallest positive number of full precision.
    resolution : float
        The power of ten that tells how many decimal digits are meant.
    bits : int
    dtype : str
    """

    def __init__(self, type: dtypes.dtype | None = None) -> None:
        super().__init__(dtypes.get_default_dtype() if type is None else type)
        found: Any = np.finfo(self.dtype)
        self.eps, self.max, self.min = float(found.eps), float(found.max), float(found.min)
        self.tiny = self.smallest_normal = float(found.tiny)
        self.resolution = float(str(found.resolution))

    def _check(self, type: dtypes.dtype) -> None:
        if not type.is_floating_point:
            raise TypeError(
                "minigrad.finfo() requires a floating point input type. Use minigrad.iinfo to handle 'minigrad.finfo'"
            )

    def __repr__(self) -> str:
        names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        return f"finfo({', '.join(f'{name}={getattr(self, name):.6g}' for name in names)}, dtype={self.dtype})"


class iinfo(_Limits):
    """The limits of an integer type.

    Parameters
    ----------
    type : dtype

    Attributes
    ----------
    max, min : int
    bits : int
    dtype : str
    """

    def __init__(self, type: dtypes.dtype) -> None:
        super().__init__(type)
        found = np.iinfo(self.dtype)
        self.min, self.max = int(found.min), int(found.max)

    def _check(self, type: dtypes.dtype) -> None:
        if type is dtypes.bool_:
            raise TypeError("minigrad.bool is not supported by minigrad.iinfo")
        if type.is_floating_point:
            raise TypeError(
                "minigrad.iinfo() requires an integer input type. Use minigrad.finfo to handle 'minigrad.iinfo'"
            )

    def __repr__(self) -> str:
        return f"iinfo(min={float(self.min):.6g}, max={float(self.max):.6g}, dtype={self.dtype})"


# ------------------------------------------------------------ questions
def is_floating_point(input: Tensor) -> bool:
    """Whether the elements are floating point numbers."""
    must_be_tensors("is_floating_point", input_1=input)
    return input.dtype.is_floating_point


def is_complex(input: Tensor) -> bool:
    """Whether the elements are complex numbers: they never are."""
    must_be_tensors("is_complex", input_1=input)
    return input.dtype.is_complex


def is_signed(input: Tensor) -> bool:
    """Whether the elements may be negative."""
    must_be_tensors("is_signed", input_1=input)
    return input.dtype.is_signed


def is_nonzero(input: Tensor) -> bool:
    """Whether the one element of a tensor is not zero."""
    must_be_tensors("is_nonzero", input_1=input)
    return bool(input)


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape."""
    must_be_tensors("is_same_size", input_1=input, other_2=other)
    return input.shape == other.shape


def get_device(input: Tensor) -> int:
    """The number of the GPU that holds the tensor, -1 for the main memory."""
    must_be_tensors("get_device", input_1=input)
    return -1 if input.device.type == "cpu" else input.device.index or 0


def typename(obj: Any) -> str:
    """The name of a type, or of the type of an object; tensors have one for each dtype."""
    return type_name(obj)


nelement, ndimension = Tensor.numel, Tensor.dim
is_cuda = property(lambda self: self.device.type == "cuda", doc="Whether the memory is a GPU's.")
is_cpu = property(lambda self: self.device.type == "cpu", doc="Whether the memory is the main one.")
itemsize = property(lambda self: self.array.itemsize, doc="The size of one element in bytes.")


# ------------------------------------------------------------ types by their older names
class _TensorType(type):
    """The class of the older types: whether a tensor is one of them is asked of its dtype."""

    dtype: dtypes.dtype

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype and instance.device.type == "cpu"

    def __call__(cls, *data: Any) -> Tensor:
        """A tensor of this type, from its numbers, or, of zeros, from the lengths of its dimensions."""
        from .creation import tensor, zeros

        if len(data) == 1 and isinstance(data[0], Tensor):
            return _same(cls.dtype, data[0])
        if len(data) == 1 and isinstance(data[0], Size):
            data = data[0]
        if all(isinstance(n, int) for n in data) and data:
            return zeros(*data, dtype=cls.dtype)
        if len(data) == 1 and isinstance(data[0], float):
            raise TypeError("new(): data must be a sequence (got float)")
        if len(data) == 1 and isinstance(data[0], str):
            raise TypeError("new(): invalid data type 'str'")
        return tensor(*data or ([],), dtype=cls.dtype)


def _same(dtype: dtypes.dtype, data: Tensor) -> Tensor:
    if data.dtype is dtype:
        return data
    rest = (
        "device=cpu, layout=Strided, requires_grad=false (default), pinned_memory=false (default), "
        "memory_format=(nullopt)"
    )
    want, got = (dtypes.CPP_NAMES[d.name] for d in (dtype, data.dtype))
    raise TypeError(f"expected TensorOptions(dtype={want}, {rest}) (got TensorOptions(dtype={got}, {rest}))")


def _named(dtype: dtypes.dtype) -> _TensorType:
    name = f"{SCALAR_TYPE_NAMES[dtype.name]}Tensor"
    words = f"Makes tensors of {dtype!r}; the older way to write `tensor(…, dtype={dtype!r})`."
    return _TensorType(name, (), {"dtype": dtype, "__doc__": words, "__module__": "minigrad"})


BoolTensor, ByteTensor, CharTensor = _named(dtypes.bool_), _named(dtypes.uint8), _named(dtypes.int8)
ShortTensor, IntTensor, LongTensor = _named(dtypes.int16), _named(dtypes.int32), _named(dtypes.int64)
HalfTensor, FloatTensor, DoubleTensor = _named(dtypes.float16), _named(dtypes.float32), _named(dtypes.float64)
_OLDER = {f"minigrad.{SCALAR_TYPE_NAMES[d.name]}Tensor": d for d in dtypes.ALL}


def type_(input: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """The name of the tensor's type, or the tensor in another type.

    Parameters
    ----------
    input : Tensor
    dtype : dtype, str, or one of the older types, optional
        Such as `minigrad.float64`, "minigrad.DoubleTensor" or `minigrad.DoubleTensor`.
    non_blocking
        Without effect.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.tensor([1., 2.]).type(minigrad.int64)
    tensor([1, 2])
    """
    if dtype is None:
        place = ".cuda" if input.device.type == "cuda" else ""
        return f"minigrad{place}.{SCALAR_TYPE_NAMES[input.dtype.name]}Tensor"
    if isinstance(dtype, str):
        older = dtype.replace("torch.", "minigrad.")  # in programs that say `import minigrad as torch`
        if older not in _OLDER:
            raise ValueError(f"invalid type: '{dtype}'")
        dtype = _OLDER[older]
    if isinstance(dtype, _TensorType):
        dtype = dtype.dtype
    if not isinstance(dtype, dtypes.dtype):
        raise TypeError("dtype must be a type, str, or dtype object")
    return to(input, dtype, non_blocking=non_blocking)
