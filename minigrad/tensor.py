"""The tensor: an array, and how it was computed."""

from __future__ import annotations

import warnings
from math import prod
from typing import TYPE_CHECKING, Any

from . import backend, dtypes
from .autograd import errors, hooks, inference, passes, versions
from .autograd.meta import AutogradMeta, gradient_edge, meta_of, tracked
from .autograd.node import Node, Output
from .layouts import check_format, contiguous_format, in_order
from .readable import Readable
from .size import Size, check_dim


class Tensor(Readable):
    """A multi-dimensional array whose computation can be differentiated.

    Make one with `minigrad.tensor(data)`. Names and meaning are those of `torch.Tensor`.

    Attributes
    ----------
    array : numpy.ndarray or cupy.ndarray
        The raw array that holds the numbers (PyTorch has no such attribute).

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([1., 2.], requires_grad=True)
    >>> y = (x ** 2).sum()
    >>> y
    tensor(5., grad_fn=<SumBackward0>)
    >>> y.backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ("__dict__", "__weakref__", "_meta", "_node", "array")

    array: Any
    _node: Node | None  # None for leaves, and for views, whose node may have to be made anew (see `gradient_edge`)
    _meta: AutogradMeta | None

    __array_priority__ = 1000

    if TYPE_CHECKING:
        # Operators and methods that are operations are attached in methods.py.
        def __getattr__(self, name: str) -> Any: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __getitem__(self, index: Any) -> Tensor: ...
        def __setitem__(self, index: Any, value: Any) -> None: ...

    def __init__(self, *data: Any) -> None:
        from .creation import tensor, zeros

        if data and all(isinstance(n, int) for n in data):
            self.array = zeros(*data).array  # the lengths of its dimensions
        elif data and isinstance(data[0], Tensor):
            self.array = data[0].array
        else:
            self.array = tensor(*data or ([],), dtype=dtypes.get_default_dtype()).array
        self._node = self._meta = None
        if inference.used:
            inference.mark_new(self)

    # ------------------------------------------------------------ what it holds
    @property
    def shape(self) -> Size:
        """The lengths of the dimensions."""
        return Size(self.array.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the length of one dimension."""
        return self.shape if dim is None else self.array.shape[check_dim(dim, self.array.ndim)]

    @property
    def dtype(self) -> dtypes.dtype:
        """The type of the elements."""
        return dtypes.of(self.array)

    @property
    def device(self) -> backend.device:
        """Where the memory is."""
        return backend.device_of(self.array)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.array.ndim

    def dim(self) -> int:
        """The number of dimensions."""
        return self.array.ndim

    def numel(self) -> int:
        """The number of elements."""
        return self.array.size

    def element_size(self) -> int:
        """The size of one element in bytes."""
        return self.array.itemsize

    @property
    def nbytes(self) -> int:
        """The size of all elements in bytes."""
        return self.array.nbytes

    def stride(self, dim: int | None = None) -> Any:
        """How many elements apart neighbours are in memory, for each dimension or for one."""
        strides = tuple(s // self.array.itemsize for s in self.array.strides)
        if not self.array.size and not any(strides):  # NumPy's, of a new empty array
            lengths = [max(n, 1) for n in self.array.shape]
            strides = tuple(prod(lengths[i + 1 :]) for i in range(len(lengths)))
        return strides if dim is None else strides[check_dim(dim, self.array.ndim)]

    def is_contiguous(self, memory_format: Any = contiguous_format) -> bool:
        """Whether the elements lie in memory without gaps, row by row or in another order (`channels_last`)."""
        if memory_format is contiguous_format:
            return backend.is_contiguous(self.array)
        check_format("is_contiguous", memory_format, 4)
        return in_order(self.array, memory_format.order)

    def is_floating_point(self) -> bool:
        """Whether the elements are floating point numbers."""
        return self.dtype.is_floating_point

    def data_ptr(self) -> int:
        """The address of the first element."""
        return backend.first_byte(self.array)

    # ------------------------------------------------------------ how it was computed
    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to this tensor. Of a leaf it can be set."""
        return tracked(self)

    @requires_grad.setter
    def requires_grad(self, flag: bool) -> None:
        if isinstance(flag, bool) and self._has_node():
            raise errors.flag_of_non_leaf(self, flag)
        self._set_requires_grad(flag, "only Tensors of floating point and complex dtype can require gradients")

    def _set_requires_grad(self, flag: bool, refusal: str) -> None:
        if not isinstance(flag, bool):
            raise RuntimeError("requires_grad must be a bool")
        if flag and inference.used:
            inference.refuse_flag(self)
        if flag == self.requires_grad:
            return
        if self._has_node():
            raise errors.flag_of_non_leaf(self, flag)
        if flag and not self.dtype.is_floating_point:
            raise errors.integers_require_grad(self, refusal)
        meta_of(self).requires_grad = flag

    def is_inference(self) -> bool:
        """Whether the tensor was computed in inference mode."""
        return inference.is_inference(self)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set the flag of a leaf, and return the tensor itself."""
        self._set_requires_grad(requires_grad, "only Tensors of floating point dtype can require gradients")
        return self

    @property
    def grad_fn(self) -> Node | None:
        """The node of the operation that computed this tensor; None for a leaf."""
        edge = self._node
        if edge is None and self._meta is not None and not self._meta.requires_grad:
            edge = gradient_edge(self)
        return edge.first if isinstance(edge, Output) else edge

    def _has_node(self) -> bool:
        """Whether there is a `grad_fn`, asked without bringing a view's up to date, which may be an error."""
        view = None if self._meta is None else self._meta.view
        return self._node is not None or (view is not None and view.node is not None)

    @property
    def output_nr(self) -> int:
        """Which of its node's outputs this tensor is."""
        edge = self._node if self._meta is None or self._meta.view is None else self._meta.view.node
        return edge.number if isinstance(edge, Output) else 0

    @property
    def is_leaf(self) -> bool:
        """Whether the tensor is no recorded operation's result."""
        return self.grad_fn is None

    @property
    def grad(self) -> Tensor | None:
        """The gradient that `backward` has accumulated; None before the first."""
        meta = self._meta
        if meta is not None and meta.grad is not None:
            return meta.grad
        if self._has_node() and not (meta is not None and meta.retains_grad):
            warnings.warn(errors.grad_of_non_leaf(self), UserWarning, stacklevel=2)
        return None

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is None:
            if self._meta is not None:
                self._meta.grad = None
            return
        if not isinstance(value, Tensor):
            raise TypeError(
                f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
            )
        if value is self:
            raise RuntimeError("can't assign Variable as its own grad")
        sizes = list(value.shape), list(self.shape)
        if value.dtype != self.dtype:
            names = dtypes.CPP_NAMES[value.dtype.name], dtypes.SCALAR_TYPE_NAMES[self.dtype.name]
            raise RuntimeError(
                f"attempting to assign a gradient with dtype '{names[0]}' to a tensor with grad_dtype '{names[1]}'. "
                "The gradient must match the tensor's grad_dtype (defaults to the tensor's dtype)."
            )
        for mine, theirs, words in (
            (self.device, value.device, "gradient with device '{}' to a tensor with device '{}'"),
            (sizes[1], sizes[0], "gradient of size '{}' to a tensor of size '{}'"),
        ):
            if mine != theirs:
                raise RuntimeError(
                    f"attempting to assign a {words.format(theirs, mine)}. Please ensure that they match"
                )
        meta_of(self).grad = value

    @grad.deleter
    def grad(self) -> None:
        self.grad = None

    @property
    def retains_grad(self) -> bool:
        """Whether this non-leaf keeps its gradient."""
        return self._meta is not None and self._meta.retains_grad

    def retain_grad(self) -> None:
        """Let this non-leaf keep the gradient that `backward` computes for it, in `.grad`."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self._has_node():
            hooks.retain(self)

    def register_hook(self, hook: hooks.Hook) -> hooks.RemovableHandle:
        """Have `hook` called with this tensor's gradient in every backward pass; it may return another in its place.

        Examples
        --------
        >>> import minigrad
        >>> x = minigrad.tensor(2., requires_grad=True)
        >>> handle = x.register_hook(lambda g: g * 10)
        >>> (x * 3).backward()
        >>> x.grad
        tensor(30.)
        >>> handle.remove()
        """
        return hooks.register_on_tensor(self, hook)

    def register_post_accumulate_grad_hook(self, hook: hooks.Hook) -> hooks.RemovableHandle:
        """Have `hook` called with this leaf each time that a backward pass has written its `.grad`."""
        return hooks.register_after_accumulating(self, hook)

    _backward_hooks, _post_accumulate_grad_hooks = property(hooks.of_tensor), property(hooks.of_accumulated)

    @property
    def _version(self) -> int:
        if inference.used:
            inference.refuse_version(self)
        return versions.version(self.array)

    @property
    def _base(self) -> Tensor | None:
        return None if self._meta is None or self._meta.view is None else self._meta.view.base

    def _is_view(self) -> bool:
        return self._base is not None

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Add the derivatives of this tensor with respect to every leaf of its graph to the leaves' `.grad`.

        Parameters
        ----------
        gradient : Tensor, optional
            The vector v of the product vᵀJ, of this tensor's shape; 1 for a tensor with one element.
        retain_graph : bool, optional
            Keep what the graph saved, for a second backward. Default: the value of `create_graph`.
        create_graph : bool
            Record the backward pass itself, for derivatives of derivatives.
        inputs : Tensor or sequence of Tensor, optional
            Accumulate into these only.

        Raises
        ------
        RuntimeError
            See `minigrad.autograd.errors`. No `.grad` has changed then; but what the pass had freed by then stays
            freed, as in PyTorch.

        Examples
        --------
        >>> import minigrad
        >>> x = minigrad.tensor([-3., 2., 5.], requires_grad=True)
        >>> x.pow(3).sum().backward()
        >>> x.grad
        tensor([27., 12., 75.])
        """
        passes.backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    # ------------------------------------------------------------ as an object
    def __hash__(self) -> int:
        return id(self)

    def __dir__(self) -> list[str]:
        return sorted(set(super().__dir__()) - {"__dict__"})


def wrap(array: Any, new: Any = Tensor.__new__) -> Tensor:
    """A tensor without history that holds this very array."""
    out = new(Tensor)
    out.array, out._node, out._meta = array, None, None
    if inference.used:
        inference.mark_new(out)
    return out


def is_tensor(x: Any) -> bool:
    """Whether `x` is a tensor.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.is_tensor(minigrad.zeros(2)), minigrad.is_tensor(2.)
    (True, False)
    """
    return isinstance(x, Tensor)
