"""Hooks of modules: functions of the user's that see, and may replace, what goes in, what comes out, and gradients.

For the gradients, an identity is put in front of the module and one behind it: their nodes see what arrives at the
module's outputs and what leaves through its inputs.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..autograd.function import Function
from ..autograd.hooks import Hook, HookTable, RemovableHandle
from ..autograd.modes import mode
from ..tensor import Tensor

if TYPE_CHECKING:
    from .module import Module


# ------------------------------------------------------------ registering
def register_forward_pre_hook(
    self: Module, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
) -> RemovableHandle:
    """Have `hook(module, args)` called before each `forward`; what it returns, if anything, is then the input.

    Parameters
    ----------
    prepend : bool
        Whether it runs before the hooks that are there.
    with_kwargs : bool
        Whether it is called as `hook(module, args, kwargs)`, and returns both or None.
    """
    return _add(self._forward_pre_hooks, (hook, with_kwargs, False), prepend)


def register_forward_hook(
    self: Module, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Have `hook(module, args, output)` called after each `forward`; what it returns, if anything, is then the output.

    Parameters
    ----------
    prepend : bool
        Whether it runs before the hooks that are there.
    with_kwargs : bool
        Whether it is called as `hook(module, args, kwargs, output)`.
    always_call : bool
        Whether it is called also where `forward`, or a hook, raises; the output is None then, if there is none.

    Examples
    --------
    >>> import minigrad
    >>> layer = minigrad.nn.Linear(2, 3)
    >>> handle = layer.register_forward_hook(lambda module, args, output: print(output.shape))
    >>> y = layer(minigrad.ones(5, 2))
    minigrad.Size([5, 3])
    >>> handle.remove()
    """
    return _add(self._forward_hooks, (hook, with_kwargs, always_call), prepend)


def register_full_backward_pre_hook(self: Module, hook: Hook, prepend: bool = False) -> RemovableHandle:
    """Have `hook(module, grad_output)` called in each backward pass, with the gradients of the module's outputs.

    It may return others in their place.
    """
    return _add(self._backward_pre_hooks, hook, prepend)


def register_full_backward_hook(self: Module, hook: Hook, prepend: bool = False) -> RemovableHandle:
    """Have `hook(module, grad_input, grad_output)` called in each backward pass.

    `grad_input` are the gradients of the positional arguments (None for those that are no tensors), `grad_output` those
    of the outputs; what it returns, if anything, is `grad_input` instead.
    """
    return _add(self._backward_hooks, hook, prepend)


def _add(table: HookTable, hook: Any, prepend: bool) -> RemovableHandle:
    others = dict(table) if prepend else {}
    if prepend:
        table.clear()
    handle = table.add(hook)
    table.update(others)
    return handle


# ------------------------------------------------------------ a call with hooks
def call(module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run `forward` with all hooks."""
    called: set[int] = set()
    result = None
    try:
        args, kwargs = _before(module, args, kwargs)
        backward = None
        if module._backward_hooks or module._backward_pre_hooks:
            backward = _Backward(module)
            args = backward.enter(args)
        result = module.forward(*args, **kwargs)
        for number, (hook, with_kwargs, _) in tuple(module._forward_hooks.items()):
            called.add(number)
            seen = hook(module, args, kwargs, result) if with_kwargs else hook(module, args, result)
            result = result if seen is None else seen
        return result if backward is None else backward.leave(result)
    except Exception:
        _after_failure(module, args, kwargs, result, called)
        raise


def _before(module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    for hook, with_kwargs, _ in tuple(module._forward_pre_hooks.values()):
        result = hook(module, args, kwargs) if with_kwargs else hook(module, args)
        if result is None:
            continue
        if not with_kwargs:
            args = result if isinstance(result, tuple) else (result,)
        elif isinstance(result, tuple) and len(result) == 2:
            args, kwargs = result
        else:
            raise RuntimeError(
                f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {result}."
            )
    return args, kwargs


def _after_failure(module: Module, args: Any, kwargs: dict[str, Any], result: Any, called: set[int]) -> None:
    """Run the hooks that asked to be called always and were not; what they raise becomes a warning."""
    for number, (hook, with_kwargs, always) in tuple(module._forward_hooks.items()):
        if always and number not in called:
            try:
                hook(module, args, kwargs, result) if with_kwargs else hook(module, args, result)
            except Exception as raised:
                warnings.warn(
                    "module forward hook with ``always_call=True`` raised an exception that was silenced as another "
                    f"error was raised in forward: {raised}",
                    UserWarning,
                    stacklevel=4,
                )


# ------------------------------------------------------------ backward hooks
class BackwardHookFunction(Function):
    """The identity that stands in front of a module with backward hooks, and behind it."""

    @staticmethod
    def forward(ctx: Any, *args: Any) -> Any:
        ctx.mark_non_differentiable(*[x for x in args if not x.requires_grad])
        return args

    @staticmethod
    def backward(ctx: Any, *gs: Any) -> Any:
        return gs


class _Backward:
    """The backward hooks of one call of a module."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.hooks = tuple(module._backward_hooks.values())
        self.pre_hooks = tuple(module._backward_pre_hooks.values())
        self.grad_outputs: tuple[Any, ...] | None = None
        self.inputs: list[int] | None = None  # which of the arguments are tensors; None if none requires grad
        self.n_inputs = 0

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, seen through an identity."""
        self.n_inputs = len(args)
        args, self.inputs = _through_identity(args, self._hook_of_inputs)
        return args

    def leave(self, result: Any) -> Any:
        """The outputs, seen through an identity."""
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received "
                f"{type(result)}",
                UserWarning,
                stacklevel=4,
            )
        outputs = result if isinstance(result, tuple) else (result,)
        indices: list[int] | None = None

        def hook(_: Any, grad_outputs: tuple[Any, ...]) -> tuple[Any, ...] | None:
            return self._arrive(_spread(indices, grad_outputs, len(outputs)), indices)

        seen, indices = _through_identity(outputs, hook)
        return seen if isinstance(result, tuple) else seen[0]

    def _arrive(self, grad_outputs: tuple[Any, ...], indices: list[int] | None) -> tuple[Any, ...] | None:
        """The gradients of the outputs are there."""
        for hook in self.pre_hooks:
            result = hook(self.module, grad_outputs)
            if result is None:
                continue
            if len(result) != len(grad_outputs):
                raise RuntimeError(
                    f"Backward pre hook returned an invalid number of grad_output, got {len(result)}, but expected "
                    f"{len(grad_outputs)}"
                )
            grad_outputs = result
        self.grad_outputs = grad_outputs
        if self.inputs is None:
            self._call_without_inputs(grad_outputs)
        return tuple(grad_outputs[i] for i in indices or ())

    def _call_without_inputs(self, grad_outputs: tuple[Any, ...]) -> None:
        warnings.warn(
            "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs "
            "require gradients. See "
            "https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook"
            " for more details.",
            UserWarning,
            stacklevel=4,
        )
        for hook in self.hooks:
            result = hook(self.module, (None,) * self.n_inputs, grad_outputs)
            if result is not None and not (isinstance(result, tuple) and all(g is None for g in result)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None or None for "
                    "all gradients."
                )
        self.grad_outputs = None

    def _hook_of_inputs(self, grad_inputs: tuple[Any, ...], _: Any) -> tuple[Any, ...] | None:
        if self.grad_outputs is None:  # they came another way, in a double backward
            return None
        result = _spread(self.inputs, grad_inputs, self.n_inputs)
        for hook in self.hooks:
            replaced = hook(self.module, result, self.grad_outputs)
            if replaced is None:
                continue
            if len(replaced) != len(result):
                raise RuntimeError(
                    f"Backward hook returned an invalid number of grad_input, got {len(replaced)}, but expected "
                    f"{len(result)}"
                )
            result = replaced
        self.grad_outputs = None
        return tuple(result[i] for i in self.inputs or ())


def _spread(indices: list[int] | None, values: tuple[Any, ...], size: int) -> tuple[Any, ...]:
    """These values at these places, and None elsewhere."""
    result: list[Any] = [None] * size
    for i, value in zip(indices or (), values, strict=True):
        result[i] = value
    return tuple(result)


def _through_identity(args: tuple[Any, ...], hook: Hook) -> tuple[tuple[Any, ...], list[int] | None]:
    """The tensors among `args` as results of an identity, whose node has this hook; and which of them they are."""
    indices = [i for i, x in enumerate(args) if isinstance(x, Tensor)]
    if not (mode.recording and any(args[i].requires_grad for i in indices)):
        return args, None
    seen = list(args)
    for i, x in zip(indices, BackwardHookFunction.apply(*(args[i] for i in indices)), strict=True):
        seen[i] = x
    node = next(seen[i].grad_fn for i in indices if seen[i].grad_fn is not None)
    node.register_hook(hook)
    if type(args) is tuple:
        return tuple(seen), indices
    return type(args)(*seen), indices  # a named tuple
