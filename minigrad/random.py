"""Random numbers: generators, and the seed they begin from.

The streams are NumPy's on the CPU and CuPy's on a GPU, not PyTorch's: the same seed gives the same numbers here each
time, but other numbers than in PyTorch. The random tensors themselves are made in ``ops/random.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from . import backend
from .tensor import Tensor, wrap

_STATE_BYTES = 56  # the seed, and PCG64's state: two numbers of 128 bits, a flag and a leftover of 32 bits


class Generator:
    """A stream of random numbers of its own, for the keyword `generator=`.

    Parameters
    ----------
    device : str or device
        Where the tensors will be that draw from it.

    Examples
    --------
    >>> import minigrad
    >>> g = minigrad.Generator().manual_seed(0)
    >>> a = minigrad.rand(3, generator=g)
    >>> minigrad.equal(a, minigrad.rand(3, generator=g.manual_seed(0)))
    True
    """

    def __init__(self, device: Any = "cpu") -> None:
        self.device = backend.device(device)
        self._seed = 67280421310721  # as in PyTorch
        self._stream: Any = None  # made at the first use: `numpy.random` takes 20 ms to import

    def manual_seed(self, seed: int) -> Generator:
        """Begin the stream anew from this seed, from -2⁶³ to 2⁶⁴ - 1, and return the generator."""
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        if not -(2**63) <= int(seed) < 2**64:
            raise ValueError("Overflow when unpacking long long")
        self._seed, self._stream = int(seed) % 2**64, None
        return self

    def seed(self) -> int:
        """Begin anew from a seed that the operating system gives, and return it."""
        return self.manual_seed(_entropy())._seed

    def initial_seed(self) -> int:
        """The seed that the stream began from."""
        return self._seed

    @property
    def stream(self) -> Any:
        """The `numpy.random.Generator`, or CuPy's, that the numbers come from."""
        if self._stream is None:
            if self.device.type == "cpu":
                self._stream = np.random.default_rng(self._seed)
            else:
                with backend.on(self.device) as cupy:
                    self._stream = cupy.random.default_rng(self._seed)
        return self._stream

    def get_state(self) -> Tensor:
        """Where the stream is, as a tensor of bytes."""
        if self.device.type != "cpu":
            raise RuntimeError("the state of a generator on a GPU cannot be read: CuPy does not give it")
        inner = self.stream.bit_generator.state
        numbers = [(self._seed, 8), (inner["state"]["state"], 16), (inner["state"]["inc"], 16)]
        numbers += [(inner["has_uint32"], 8), (inner["uinteger"], 8)]
        state = b"".join(number.to_bytes(size, "little") for number, size in numbers)
        return wrap(np.frombuffer(state, np.uint8).copy())

    def set_state(self, new_state: Tensor) -> Generator:
        """Go on from where a stream was when `get_state` was called."""
        if not isinstance(new_state, Tensor):
            raise TypeError(f"expected a minigrad.ByteTensor, but got {type(new_state).__name__}")
        if new_state.array.dtype != np.uint8 or new_state.device.type != "cpu":
            raise TypeError("RNG state must be a minigrad.ByteTensor")
        if new_state.array.shape != (_STATE_BYTES,):
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_STATE_BYTES} but found the input RNG state size to be "
                f"{new_state.numel()}"
            )
        if self.device.type != "cpu":
            raise RuntimeError("the state of a generator on a GPU cannot be set: CuPy does not take it")
        state = new_state.array.tobytes()
        seed, inner, increment, has_leftover, leftover = (
            int.from_bytes(state[a:b], "little") for a, b in ((0, 8), (8, 24), (24, 40), (40, 48), (48, 56))
        )
        self.manual_seed(seed)
        self.stream.bit_generator.state = {
            "bit_generator": "PCG64",
            "state": {"state": inner, "inc": increment},
            "has_uint32": has_leftover,
            "uinteger": leftover,
        }
        return self


def _entropy() -> int:
    return int.from_bytes(os.urandom(8), "little")


default_generator = Generator().manual_seed(_entropy())
_on_gpus: dict[int, Generator] = {}


def generator_for(device: backend.device, generator: Generator | None) -> Generator:
    """The generator to draw from: this one, or the device's default one.

    Raises
    ------
    RuntimeError
        If `generator` belongs to another kind of device.
    """
    if generator is None:
        if device.type == "cpu":
            return default_generator
        with backend.on(device) as cupy:
            number = cupy.cuda.runtime.getDevice()
        if number not in _on_gpus:
            _on_gpus[number] = Generator(backend.device("cuda", number)).manual_seed(default_generator.initial_seed())
        return _on_gpus[number]
    if not isinstance(generator, Generator):
        raise TypeError(f"argument 'generator' must be minigrad.Generator, not {type(generator).__name__}")
    if generator.device.type != device.type:
        raise RuntimeError(f"Expected a '{device.type}' device type for generator but found '{generator.device.type}'")
    return generator


def manual_seed(seed: int) -> Generator:
    """Begin the default generators of all devices anew from this seed, and return the CPU's.

    Examples
    --------
    >>> import minigrad
    >>> generator = minigrad.manual_seed(0)
    >>> a = minigrad.rand(3)
    >>> generator = minigrad.manual_seed(0)
    >>> minigrad.equal(a, minigrad.rand(3))
    True
    """
    default_generator.manual_seed(int(seed))
    for generator in _on_gpus.values():
        generator.manual_seed(int(seed))
    return default_generator


def seed() -> int:
    """Begin the default generators anew from a seed that the operating system gives, and return it."""
    return manual_seed(_entropy()).initial_seed()


def initial_seed() -> int:
    """The seed that the default generator began from."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """Where the default generator is, as a tensor of bytes."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Let the default generator go on from where it was when `get_rng_state` was called."""
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(devices: Iterable[Any] | None = None, enabled: bool = True) -> Iterator[None]:
    """Inside the `with` block the default generator goes its own way; after it, it goes on from where it was before.

    Parameters
    ----------
    devices : optional
        Must be empty or None: the state of a GPU's generator cannot be kept.
    enabled : bool
        Whether to do anything.

    Examples
    --------
    >>> import minigrad
    >>> a = minigrad.manual_seed(0) and minigrad.rand(3)
    >>> generator = minigrad.manual_seed(0)
    >>> with minigrad.random.fork_rng():
    ...     b = minigrad.rand(5)
    >>> minigrad.equal(a, minigrad.rand(3))
    True
    """
    if devices:
        raise RuntimeError("fork_rng: the state of a generator on a GPU cannot be kept: CuPy does not give it")
    if not enabled:
        yield
        return
    state = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(state)


# ------------------------------------------------------------ drawing arrays
def uniform(shape: tuple[int, ...], dtype: Any, device: backend.device, generator: Generator | None = None) -> Any:
    """Uniform numbers from 0 to before 1 in this dtype: drawn in it, or cut off to it, so that rounding makes no 1."""
    stream = generator_for(device, generator).stream
    if dtype == np.float16:
        return (np.floor(stream.random(shape, np.float32) * 2048) / 2048).astype(dtype)
    return stream.random(shape, dtype)


def normal(shape: tuple[int, ...], dtype: Any, device: backend.device, generator: Generator | None = None) -> Any:
    """Normally distributed numbers with mean 0 and standard deviation 1, in this dtype (halves in float32).

    NumPy draws them faster in float64 than in float32.
    """
    values = generator_for(device, generator).stream.standard_normal(shape)
    return values.astype(np.float32 if dtype == np.float16 else dtype, copy=False)


def integers(
    low: int, high: int, shape: tuple[int, ...], device: backend.device, generator: Generator | None = None
) -> Any:
    """Integers from `low` to before `high`."""
    return generator_for(device, generator).stream.integers(low, high, shape)


def permutation(n: int, device: backend.device, generator: Generator | None = None) -> Any:
    """The integers from 0 to n - 1 in random order."""
    stream = generator_for(device, generator).stream
    return stream.permutation(n) if device.type == "cpu" else stream.random(n).argsort()
