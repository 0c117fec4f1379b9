"""Attention with several heads."""

from __future__ import annotations

import warnings
from math import sqrt
from typing import Any

from ..creation import empty, zeros, zeros_like
from ..dtypes import bool_
from ..ops.shaping import cat
from ..tensor import Tensor
from . import functional as F
from . import init
from .linear import Linear
from .module import Module
from .parameter import Parameter


class NonDynamicallyQuantizableLinear(Linear):
    """A `Linear` under the name that PyTorch prints it with here."""


class MultiheadAttention(Module):
    """Each query takes the mean of the values, weighted by how well their keys fit it: in several heads, at once.

    softmax(q kᵀ / √d) v, for q, k and v being linear in queries, keys and values, of `embed_dim` / `num_heads` = d
    numbers in each head; what the heads give, side by side, goes through a last linear layer. Vaswani et al. (2017),
    "Attention is all you need".

    Parameters
    ----------
    embed_dim, num_heads : int
        `embed_dim` must be a multiple of `num_heads`.
    dropout : float
        Probability with which a weight is set to zero, in training.
    bias : bool
        Whether the linear layers have biases.
    add_bias_kv : bool
        Whether a key and a value that are parameters are added to the others.
    add_zero_attn : bool
        Whether a key and a value of zeros are added.
    kdim, vdim : int, optional
        How long keys and values are; default: `embed_dim`.
    batch_first : bool
        Whether tensors are (batch, sequence, feature) and not (sequence, batch, feature).

    Examples
    --------
    >>> import minigrad
    >>> attention = minigrad.nn.MultiheadAttention(8, 2, batch_first=True)
    >>> x = minigrad.randn(3, 5, 8)
    >>> out, weights = attention(x, x, x)
    >>> out.shape, weights.shape
    (minigrad.Size([3, 5, 8]), minigrad.Size([3, 5, 5]))
    """

    in_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} "
                "instead"
            )
        super().__init__()
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        if embed_dim % num_heads:
            raise AssertionError("embed_dim must be divisible by num_heads")

        def make(name: str, *shape: int, wanted: bool = True) -> None:
            self.register_parameter(name, Parameter(empty(shape, device=device, dtype=dtype)) if wanted else None)

        self._qkv_same_embed_dim = together = self.kdim == self.vdim == embed_dim
        if together:
            make("in_proj_weight", 3 * embed_dim, embed_dim)
        for name, length in (("q", embed_dim), ("k", self.kdim), ("v", self.vdim)):
            make(f"{name}_proj_weight", embed_dim, length, wanted=not together)
        if not together:
            make("in_proj_weight", wanted=False)
        make("in_proj_bias", 3 * embed_dim, wanted=bias)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, device, dtype)
        if add_bias_kv:
            make("bias_k", 1, 1, embed_dim)
            make("bias_v", 1, 1, embed_dim)
        else:
            self.bias_k = self.bias_v = None
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """What the queries get, and the weights.

        Parameters
        ----------
        query : Tensor of shape (L, N, embed_dim), or (N, L, embed_dim) with `batch_first`, or (L, embed_dim)
        key, value : Tensor of shape (S, N, kdim) and (S, N, vdim), likewise
        key_padding_mask : Tensor of shape (N, S), optional
            True where a key does not count; or numbers that are added to its scores.
        need_weights : bool
            Whether the weights are returned too.
        attn_mask : Tensor of shape (L, S) or (N · num_heads, L, S), optional
            True where a query may not look at a key; or numbers that are added to the scores.
        average_attn_weights : bool
            Whether the mean of the heads' weights is returned, or those of each head.
        is_causal : bool
            A hint that `attn_mask` hides all that comes later; it must be given all the same.
        """
        batched = _check_shapes(query, key, value, key_padding_mask, attn_mask, self.num_heads)
        if not batched:
            query, key, value = (x.unsqueeze(1) for x in (query, key, value))
            key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
        elif self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        if is_causal and attn_mask is None:
            raise RuntimeError(
                "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
                "`generate_square_subsequent_mask` to create this mask."
            )
        self._check_lengths(query, key, value)
        q, k, v = self._project(query, key, value)
        mask = self._mask(attn_mask, key_padding_mask, query, key)
        k, v, mask = self._more_keys(k, v, mask)
        heads, weights = self._attend(self._split(q), self._split(k), self._split(v), mask, need_weights)
        length, count = query.shape[:2]
        out = self.out_proj(heads.transpose(0, 1).reshape(length * count, self.embed_dim))
        out = out.view(length, count, self.embed_dim)
        if weights is not None:
            weights = weights.view(count, self.num_heads, length, -1)
            weights = weights.mean(dim=1) if average_attn_weights else weights
        if not batched:
            return out.squeeze(1), None if weights is None else weights.squeeze(0)
        return out.transpose(0, 1) if self.batch_first else out, weights

    def _check_lengths(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        if query.shape[-1] != self.embed_dim:
            raise AssertionError(f"was expecting embedding dimension of {self.embed_dim}, but got {query.shape[-1]}")
        if not self._qkv_same_embed_dim and key.shape[:2] != value.shape[:2]:
            raise AssertionError(
                f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}"
            )
        if self._qkv_same_embed_dim and key.shape != value.shape:
            raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")

    def _project(self, query: Tensor, key: Tensor, value: Tensor) -> Any:
        """Queries, keys and values, each by its own linear map."""
        biases: Any = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        if self.in_proj_weight is not None:
            weights = self.in_proj_weight.chunk(3)
        else:
            weights = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        return [F.linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True)]

    def _mask(self, attn_mask: Any, key_padding_mask: Any, query: Tensor, key: Tensor) -> Tensor | None:
        """Both masks as one, which is added to the scores: of shape (1 or N · num_heads, 1 or L, S)."""
        kinds = {mask.dtype for mask in (attn_mask, key_padding_mask) if mask is not None}
        if len(kinds) > 1:
            warnings.warn(
                "Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead.",
                UserWarning,
                stacklevel=4,
            )
        padding = _as_numbers(key_padding_mask, "key_padding_mask", query)
        mask = _as_numbers(attn_mask, "attn_mask", query)
        (length, count), many = query.shape[:2], key.shape[0]
        if mask is not None:
            shape = (length, many) if mask.ndim == 2 else (count * self.num_heads, length, many)
            if mask.shape != shape:
                raise RuntimeError(
                    f"The shape of the {mask.ndim}D attn_mask is {mask.shape}, but should be {tuple(shape)}."
                )
            mask = mask.unsqueeze(0) if mask.ndim == 2 else mask
        if padding is None:
            return mask
        if padding.shape != (count, many):
            raise AssertionError(f"expecting key_padding_mask shape of {(count, many)}, but got {padding.shape}")
        padding = padding.view(count, 1, 1, many).expand(-1, self.num_heads, -1, -1)
        padding = padding.reshape(count * self.num_heads, 1, many)
        return padding if mask is None else mask + padding

    def _more_keys(self, k: Tensor, v: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
        """The keys and values with those of `add_bias_kv` and `add_zero_attn` at their end, which no mask hides."""
        new = []
        if self.bias_k is not None and self.bias_v is not None:
            new.append([bias.expand(1, k.shape[1], self.embed_dim) for bias in (self.bias_k, self.bias_v)])
        if self.add_zero_attn:
            new.append([zeros(1, k.shape[1], self.embed_dim, dtype=k.dtype, device=k.device)] * 2)
        for one in new:
            k, v = cat([k, one[0]]), cat([v, one[1]])
            if mask is not None:
                mask = cat([mask, zeros(*mask.shape[:-1], 1, dtype=mask.dtype, device=mask.device)], -1)
        return k, v, mask

    def _split(self, x: Tensor) -> Tensor:
        """From (length, N, embed_dim) to (N · num_heads, length, head_dim)."""
        return x.contiguous().view(x.shape[0], x.shape[1] * self.num_heads, self.head_dim).transpose(0, 1)

    def _attend(
        self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, need_weights: bool
    ) -> tuple[Tensor, Tensor | None]:
        """What each head gives, and its weights."""
        scores = (q * sqrt(1 / self.head_dim)).bmm(k.transpose(-2, -1))
        weights = F.softmax(scores if mask is None else mask + scores, dim=-1)
        if self.training and self.dropout > 0:
            weights = F.dropout(weights, self.dropout)
        return weights.bmm(v), weights if need_weights else None


def _as_numbers(mask: Tensor | None, name: str, query: Tensor) -> Tensor | None:
    """A mask of True and False as numbers to be added: -∞ and 0."""
    if mask is None or mask.is_floating_point():
        return mask
    if mask.dtype != bool_:
        raise AssertionError(f"only bool and floating types of {name} are supported")
    return zeros_like(mask, dtype=query.dtype).masked_fill(mask, float("-inf"))


def _check_shapes(
    query: Tensor, key: Tensor, value: Tensor, padding: Tensor | None, mask: Tensor | None, heads: int
) -> bool:
    """Raise, in PyTorch's words, if the numbers of dimensions do not fit; return whether there is a batch."""
    if query.ndim not in (2, 3):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {query.ndim}-D query tensor"
        )
    n = query.ndim
    lead = f"For {'batched' if n == 3 else 'unbatched'} ({n}-D) `query`, expected"
    if key.ndim != n or value.ndim != n:
        raise AssertionError(
            f"{lead} `key` and `value` to be {n}-D but found {key.ndim}-D and {value.ndim}-D tensors respectively"
        )
    if padding is not None and padding.ndim != n - 1:
        raise AssertionError(
            f"{lead} `key_padding_mask` to be `None` or {n - 1}-D but found {padding.ndim}-D tensor instead"
        )
    if mask is not None and mask.ndim not in (2, 3):
        raise AssertionError(f"{lead} `attn_mask` to be `None`, 2-D or 3-D but found {mask.ndim}-D tensor instead")
    if mask is not None and n == 2 and mask.ndim == 3 and mask.shape != (heads, query.shape[0], key.shape[0]):
        expected = (heads, query.shape[0], key.shape[0])
        raise AssertionError(f"Expected `attn_mask` shape to be {expected} but got {mask.shape}")
    return n == 3
