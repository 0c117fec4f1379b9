"""minigrad: PyTorch's autograd, small enough to read.

Names and meaning are PyTorch's: `import minigrad as torch` runs its tutorials unchanged.

Examples
--------
>>> import minigrad
>>> a = minigrad.tensor([2., 3.], requires_grad=True)
>>> b = minigrad.tensor([6., 4.], requires_grad=True)
>>> Q = 3 * a**3 - b**2
>>> Q.backward(gradient=minigrad.tensor([1., 1.]))
>>> a.grad, b.grad
(tensor([36., 81.]), tensor([-12.,  -8.]))
"""

__version__ = "0.1.0"

import warnings as _warnings
from typing import Any as _Any

from . import catalogue as _catalogue
from .autograd.anomaly import is_anomaly_check_nan_enabled, is_anomaly_enabled, set_anomaly_enabled
from .autograd.inference import inference_mode, is_inference, is_inference_mode_enabled
from .autograd.modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .backend import device
from .creation import (
    arange,
    as_tensor,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    tensor,
    zeros,
    zeros_like,
)
from .dtypes import (
    bool_,
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    int32,
    int64,
    promote_types,
    result_type,
    set_default_dtype,
    uint8,
)
from .layouts import channels_last, contiguous_format, memory_format, preserve_format
from .methods import install as _install
from .ops.functions import (
    abs,
    add,
    clone,
    cos,
    div,
    eq,
    exp,
    ge,
    gt,
    le,
    log,
    log1p,
    lt,
    maximum,
    minimum,
    mul,
    ne,
    neg,
    pow,
    reciprocal,
    relu,
    rsub,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    sub,
    tanh,
    where,
)
from .ops.matmul import addmm, bmm, dot, matmul, mm, mv, outer
from .ops.reduce import amax, amin, max, mean, min, sum
from .ops.reduce import prod_ as prod
from .ops.shaping import (
    broadcast_tensors,
    broadcast_to,
    cat,
    chunk,
    diagonal,
    flatten,
    narrow,
    permute,
    ravel,
    reshape,
    select,
    split,
    squeeze,
    stack,
    t,
    transpose,
    unbind,
    unsqueeze,
)
from .ops.storage import as_strided
from .tensor import Size, Tensor, is_tensor

_install()

bool, float, double, half = bool_, float32, float64, float16
short, int, long = int16, int32, int64
inf, nan, pi, e = __import__("math").inf, __import__("math").nan, __import__("math").pi, __import__("math").e

# As in PyTorch, infinities and NaN come without a warning from minigrad's own use of NumPy; the user's own keeps its.
_warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minigrad\.")

from . import autograd  # noqa: E402


def __getattr__(name: str) -> _Any:
    if name in _catalogue.SUBMODULES:
        from importlib import import_module

        return import_module(f".{name}", __name__)
    if name in _catalogue.FUNCTIONS:
        found = globals()[name] = _catalogue.fetch(*_catalogue.FUNCTIONS[name])
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_catalogue.SUBMODULES, *_catalogue.FUNCTIONS})
