"""One step of a recurrent network.

The formulas are those of PyTorch's documentation; a call computes one step of time, and a loop over the calls the
network.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

from ..creation import empty, zeros
from ..tensor import Tensor
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter


class _Cell(Module):
    """What all cells have in common; `chunks` is how many values of the hidden state's size a step needs.

    Attributes
    ----------
    weight_ih : Parameter of shape (chunks · hidden_size, input_size)
    weight_hh : Parameter of shape (chunks · hidden_size, hidden_size)
    bias_ih, bias_hh : Parameters of shape (chunks · hidden_size,), or None
        All begin uniform between ±1/√hidden_size.
    """

    chunks: int
    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = self.chunks * hidden_size
        for name, columns in (("ih", input_size), ("hh", hidden_size)):
            self.register_parameter(f"weight_{name}", Parameter(empty((rows, columns), device=device, dtype=dtype)))
        for name in ("ih", "hh"):
            self.register_parameter(
                f"bias_{name}", Parameter(empty(rows, device=device, dtype=dtype)) if bias else None
            )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        bound = 1 / sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _check(self, input: Tensor, states: tuple[Tensor, ...], names: tuple[str, ...]) -> None:
        """PyTorch's errors for shapes that do not fit."""
        kind = type(self).__name__
        if input.ndim not in (1, 2):
            raise ValueError(f"{kind}: Expected input to be 1D or 2D, got {input.ndim}D instead")
        for name, state in zip(names, states, strict=False):
            if state.ndim not in (1, 2):
                raise ValueError(f"{kind}: Expected {name} to be 1D or 2D, got {state.ndim}D instead")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(f"input has inconsistent input_size: got {input.shape[-1]} expected {self.input_size}")
        rows = 1 if input.ndim == 1 else input.shape[0]
        for i, state in enumerate(states):
            mine = state.shape[0] if state.ndim == input.ndim == 2 else 1 if input.ndim == 1 else state.shape[0]
            if mine != rows:
                raise RuntimeError(f"Input batch size {rows} doesn't match hidden{i} batch size {mine}")
            if state.shape[-1] != self.hidden_size:
                raise RuntimeError(
                    f"hidden{i} has inconsistent hidden_size: got {state.shape[-1]}, expected {self.hidden_size}"
                )

    def _zeros(self, input: Tensor) -> Tensor:
        return zeros(len(input), self.hidden_size, dtype=input.dtype, device=input.device)

    def _products(self, input: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """W_ih x + b_ih and W_hh h + b_hh."""
        return F.linear(input, self.weight_ih, self.bias_ih), F.linear(hidden, self.weight_hh, self.bias_hh)

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else f", bias={self.bias}")


def _batch(*tensors: Tensor | None) -> tuple[Any, ...]:
    """Each as a batch of one."""
    return tuple(None if x is None else x.unsqueeze(0) for x in tensors)


class RNNCell(_Cell):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh).

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool
    nonlinearity : {"tanh", "relu"}

    Examples
    --------
    >>> import minigrad
    >>> cell = minigrad.nn.RNNCell(10, 20)
    >>> h = minigrad.zeros(3, 20)
    >>> for x in minigrad.randn(6, 3, 10):
    ...     h = cell(x, h)
    >>> h.shape
    minigrad.Size([3, 20])
    """

    chunks = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next hidden state, from (N, input_size) and (N, hidden_size), or both without N."""
        self._check(input, () if hx is None else (hx,), ("hidden",))
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        alone = input.ndim == 1
        input, hx = _batch(input, hx) if alone else (input, hx)
        from_input, from_hidden = self._products(input, self._zeros(input) if hx is None else hx)
        total = from_input + from_hidden
        hx = total.tanh() if self.nonlinearity == "tanh" else total.relu()
        return hx.squeeze(0) if alone else hx

    def extra_repr(self) -> str:
        return super().extra_repr() + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}")


class LSTMCell(_Cell):
    """A step of long short-term memory.

    With the gates i, f, g, o = σ, σ, tanh, σ of the four parts of W_ih x + b_ih + W_hh h + b_hh:
    c' = f · c + i · g and h' = o · tanh(c'). Hochreiter and Schmidhuber (1997), "Long short-term memory".

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool
    """

    chunks = 4

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """The next (h, c), each of shape (N, hidden_size), or (hidden_size,) for an input without N."""
        if isinstance(hx, Tensor):
            raise TypeError("lstm_cell(): argument 'hx' (position 2) must be tuple of Tensors, not Tensor")
        if hx is not None and len(hx) != 2:
            raise RuntimeError("lstm_cell expects two hidden states")
        self._check(input, () if hx is None else tuple(hx), ("hx[0]", "hx[1]"))
        alone = input.ndim == 1
        h, c = (None, None) if hx is None else hx
        input, h, c = _batch(input, h, c) if alone else (input, h, c)
        h, c = (self._zeros(input) if state is None else state for state in (h, c))
        from_input, from_hidden = self._products(input, h)
        i, f, g, o = (from_input + from_hidden).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        return (h.squeeze(0), c.squeeze(0)) if alone else (h, c)


class GRUCell(_Cell):
    """A step of a gated recurrent unit.

    With the parts a_r, a_z, a_n of W_ih x + b_ih and b_r, b_z, b_n of W_hh h + b_hh: r = σ(a_r + b_r),
    z = σ(a_z + b_z), n = tanh(a_n + r · b_n) and h' = n + z · (h - n). Cho et al. (2014), "Learning phrase
    representations using RNN encoder-decoder".

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool
    """

    chunks = 3

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next hidden state, from (N, input_size) and (N, hidden_size), or both without N."""
        self._check(input, () if hx is None else (hx,), ("hidden",))
        alone = input.ndim == 1
        input, hx = _batch(input, hx) if alone else (input, hx)
        hx = self._zeros(input) if hx is None else hx
        from_input, from_hidden = self._products(input, hx)
        a_r, a_z, a_n = from_input.chunk(3, -1)
        b_r, b_z, b_n = from_hidden.chunk(3, -1)
        r, z = (b_r + a_r).sigmoid(), (b_z + a_z).sigmoid()
        n = (a_n + b_n * r).tanh()
        hx = (hx - n) * z + n
        return hx.squeeze(0) if alone else hx
