"""Random tensors, and tensors overwritten with random numbers. The streams are those of ``minigrad/random.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes, random
from ..autograd import errors
from ..creation import finish, like, place, shape_of
from ..random import Generator
from ..tensor import Tensor
from .base import Op
from .calling import apply, undifferentiable

# mypy: disable-error-code="misc, operator, no-untyped-def"


# ------------------------------------------------------------ new tensors
def _floats_only(dtype: dtypes.dtype | None, kernel: str) -> None:
    if dtype is not None and not dtype.is_floating_point:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtypes.SCALAR_TYPE_NAMES[dtype.name]}'")


def _made(values: Any, dtype: dtypes.dtype | None, device: Any, requires_grad: bool) -> Tensor:
    kind = dtype or dtypes.get_default_dtype()
    return finish(backend.array_on(place(device), values, kind.numpy), requires_grad)


def rand(
    *size: Any,
    generator: Generator | None = None,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random numbers, uniform from 0 to before 1.

    Parameters
    ----------
    size : int or sequence of int
    generator : Generator, optional
        Where the numbers come from; by default the stream that `manual_seed` begins.
    """
    _floats_only(dtype, "check_uniform_bounds")
    kind = (dtype or dtypes.get_default_dtype()).numpy
    return _made(random.uniform(shape_of(size, "rand"), kind, place(device), generator), dtype, device, requires_grad)


def randn(
    *size: Any,
    generator: Generator | None = None,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random numbers, normally distributed with mean 0 and standard deviation 1; see `rand`."""
    _floats_only(dtype, "normal_kernel_cpu")
    kind = (dtype or dtypes.get_default_dtype()).numpy
    return _made(random.normal(shape_of(size, "randn"), kind, place(device), generator), dtype, device, requires_grad)


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random integers from `low` (0 if only one bound is given) to before `high`; see `rand`."""
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    values = random.integers(low, high, shape_of((size,), "randint"), place(device), generator)
    return _made(values, dtype or dtypes.int64, device, requires_grad)


def randperm(
    n: int, *, generator: Generator | None = None, dtype: dtypes.dtype | None = None, device: Any = None
) -> Tensor:
    """The integers from 0 to n - 1 in random order; see `rand`."""
    if n < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    return _made(random.permutation(n, place(device), generator), dtype or dtypes.int64, device, False)


rand_like, randn_like = like(rand), like(randn)


def randint_like(
    input: Tensor,
    low: int,
    high: int | None = None,
    *,
    generator: Generator | None = None,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`randint` in the shape, dtype and place of `input`."""
    bounds = (0, low) if high is None else (low, high)
    return randint(
        *bounds,
        tuple(input.array.shape),
        generator=generator,
        dtype=dtype or input.dtype,
        device=device or input.device,
        requires_grad=requires_grad,
    )


# ------------------------------------------------------------ in place of other numbers
class _Random(Op):
    """Numbers that depend on nothing."""

    formula = (r"0",)
    broadcasts = True

    def forward(a, values):
        return values.astype(a.dtype, copy=False)

    def grad_a(g):
        return np.zeros_like(g)


class _RandomOfTwo(Op):
    formula = r"0", r"0"
    broadcasts = True

    def forward(a, b, values):
        return values.astype(a.dtype, copy=False)

    def grad_a(g):
        return np.zeros_like(g)

    def grad_b(g):
        return np.zeros_like(g)


class Normal(_Random):
    pass


class Uniform(_Random):
    pass


class BernoulliInPlace(_Random):
    node_name = "BernoulliBackward2"


class BernoulliInPlaceOf(_RandomOfTwo):
    node_name = "BernoulliBackward1"


def normal_values(input: Tensor, mean: float = 0, std: float = 1, *, generator: Generator | None = None) -> Tensor:
    """`normal_` overwrites with random numbers, normally distributed."""
    _floats_only(input.dtype, "normal_kernel_cpu")
    _check_std(std)
    values = random.normal(input.array.shape, input.array.dtype, input.device, generator)
    values *= std  # in place: an array of our own
    values += mean
    return apply(Normal, input, values=values)


def uniform_values(input: Tensor, low: float = 0, high: float = 1, *, generator: Generator | None = None) -> Tensor:
    """`uniform_` overwrites with random numbers, uniform from `low` to before `high`."""
    _floats_only(input.dtype, "check_uniform_bounds")
    if low > high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    values = random.uniform(input.array.shape, input.array.dtype, input.device, generator)
    values *= high - low  # in place: an array of our own
    values += low
    return apply(Uniform, input, values=values)


def bernoulli_values(input: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """`bernoulli_` overwrites with ones, each with probability `p` (a number or a tensor), and zeros."""
    if isinstance(p, Tensor):
        _check_probabilities(p)
        chances = p.detach().expand(input.array.shape).array
        drawn = random.uniform(input.array.shape, np.float64, input.device, generator)
        return apply(BernoulliInPlaceOf, input, p, values=drawn < chances)
    _check_probability(p)
    drawn = random.uniform(input.array.shape, np.float64, input.device, generator)
    return apply(BernoulliInPlace, input, values=drawn < p)


# ------------------------------------------------------------ distributions
class Bernoulli(_Random):
    pass


class NormalOfMean(_Random):
    node_name = "NormalBackward1"


class NormalOfStd(_Random):
    node_name = "NormalBackward2"


class NormalOfBoth(_RandomOfTwo):
    node_name = "NormalBackward3"


def bernoulli(input: Tensor, p: float | None = None, *, generator: Generator | None = None) -> Tensor:
    """Ones, each with the probability that `input` has in its place, and zeros.

    Parameters
    ----------
    input : Tensor
        Probabilities.
    p : float, optional
        One probability for all; of `input` the shape and dtype alone matter then.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.bernoulli(minigrad.tensor([0., 1., 1.]))
    tensor([0., 1., 1.])
    """
    if not isinstance(input, Tensor):
        raise TypeError(f"bernoulli(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
    if p is None:
        _check_probabilities(input)
    else:
        _check_probability(p)
    drawn = random.uniform(input.array.shape, np.float64, input.device, generator)
    return apply(Bernoulli, input, values=drawn < (input.array if p is None else p))


def _check_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")


def _check_probabilities(p: Tensor) -> None:
    _floats_only(p.dtype, "bernoulli_tensor_cpu_p_")
    if not ((p.array >= 0) & (p.array <= 1)).all():
        raise RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got false")


def _check_std(std: float) -> None:
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")


def normal(mean: Any, std: Any = 1.0, size: Any = None, *, generator: Generator | None = None, **how: Any) -> Tensor:
    """Normally distributed random numbers.

    Parameters
    ----------
    mean, std : Tensor or float
        Of each number (they are broadcast), or, where neither is a tensor, of all.
    size : sequence of int
        The shape, where neither is a tensor; `dtype`, `device` and `requires_grad` can be given too then.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.normal(minigrad.arange(1., 4.), 0.)
    tensor([1., 2., 3.])
    """
    tensors = [x for x in (mean, std) if isinstance(x, Tensor)]
    if not tensors:
        if size is None:
            raise TypeError(
                f"normal() received an invalid combination of arguments - got ({type(mean).__name__}, "
                f"{type(std).__name__})"
            )
        _check_std(std)
        _floats_only(how.get("dtype"), "normal_kernel_cpu")
        kind = (how.get("dtype") or dtypes.get_default_dtype()).numpy
        values = mean + std * random.normal(shape_of((size,), "normal"), kind, place(how.get("device")), generator)
        return _made(values, how.get("dtype"), how.get("device"), how.get("requires_grad", False))
    _floats_only(tensors[0].dtype, "normal_kernel_cpu")
    if isinstance(std, Tensor):
        if not (std.array >= 0).all():
            raise RuntimeError("normal expects all elements of std >= 0.0")
    else:
        _check_std(std)
    return _normal_of(mean, std, tensors, generator)


def _normal_of(mean: Any, std: Any, tensors: list[Tensor], generator: Generator | None) -> Tensor:
    m, s = (getattr(x, "array", x) for x in (mean, std))
    try:
        shape = np.broadcast_shapes(*(x.array.shape for x in tensors))
    except ValueError:
        raise errors.broadcast_shapes(*tensors) from None
    values = m + s * random.normal(shape, tensors[0].array.dtype, tensors[0].device, generator)
    if len(tensors) == 2:
        return apply(NormalOfBoth, mean, std, values=values)
    return apply(NormalOfMean if isinstance(mean, Tensor) else NormalOfStd, tensors[0], values=values)


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Numbers of columns, drawn in each row with probabilities in proportion to the row's weights.

    Parameters
    ----------
    input : Tensor of shape (n,) or (m, n)
        Weights: not negative, and not all zero.
    num_samples : int
        How many to draw in each row.
    replacement : bool
        Whether the same column may come again.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.multinomial(minigrad.tensor([0., 3., 0.]), 4, replacement=True)
    tensor([1, 1, 1, 1])
    """
    weights = input.array
    _check_weights(input, num_samples, replacement)
    row = weights[None] if weights.ndim == 1 else weights
    shares = row.astype(np.float64) / row.sum(axis=1, keepdims=True, dtype=np.float64)
    shape = (len(row), num_samples if replacement else row.shape[1])
    drawn = random.uniform(shape, np.float64, input.device, generator)
    if replacement:
        chosen = (drawn[:, :, None] >= np.cumsum(shares, axis=1)[:, None, :]).sum(axis=2)
        last = row.shape[1] - 1 - np.argmax(row[:, ::-1] > 0, axis=1)  # rounding must not choose what weighs nothing
        chosen = np.minimum(chosen, last[:, None])
    else:  # the largest of share / exponential: Efraimidis and Spirakis (2006), "Weighted random sampling"
        chosen = np.argsort(-shares / -np.log1p(-drawn), axis=1)[:, :num_samples]
    return undifferentiable("multinomial", chosen[0] if weights.ndim == 1 else chosen, input)


def _check_weights(input: Tensor, num_samples: int, replacement: bool) -> None:
    weights = input.array
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not input.is_floating_point():
        raise RuntimeError(
            "multinomial only supports floating-point dtypes for input, got: "
            f"{dtypes.SCALAR_TYPE_NAMES[input.dtype.name]}"
        )
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > weights.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not (weights.sum(axis=-1) > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
