"""A module's state as a dictionary of tensors, and back."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..autograd import errors
from ..autograd.modes import no_grad
from ..ops.inplace import check
from ..tensor import Tensor
from .parameter import Parameter

if TYPE_CHECKING:
    from .module import Module


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What `load_state_dict` returns: the names that only the module, and those that only the dictionary has."""

    __slots__ = ()

    def __repr__(self) -> str:
        return super().__repr__() if any(self) else "<All keys matched successfully>"


class StateDict(OrderedDict[str, Any]):
    """Names to tensors, in the order of the modules; `_metadata` has the version of each module's state."""

    _metadata: OrderedDict[str, dict[str, Any]]

    def __repr__(self) -> str:
        return repr(OrderedDict(self))


def state_dict(self: Module, *, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> Any:
    """All parameters and persistent buffers by their names, sharing the module's memory.

    Parameters
    ----------
    destination : dict, optional
        Where to put them; it is returned. Default: a new one.
    prefix : str
        Put before each name.
    keep_vars : bool
        Give the parameters themselves, and not detached tensors.

    Examples
    --------
    >>> from minigrad import nn
    >>> list(nn.BatchNorm1d(3).state_dict())
    ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']
    """
    if destination is None:
        destination = StateDict()
        destination._metadata = OrderedDict()
    for name, module in _tree(self, prefix):
        if hasattr(destination, "_metadata"):
            destination._metadata[name[:-1]] = {"version": module._version}
        for key, x in _held(module).items():
            destination[name + key] = x if keep_vars else x.detach()
    return destination


def _tree(module: Module, prefix: str) -> Iterator[tuple[str, Module]]:
    """The module and all inside it with the beginnings of their names; one that has two names twice."""
    yield prefix, module
    for name, child in module._modules.items():
        if child is not None:
            yield from _tree(child, f"{prefix}{name}.")


def _held(module: Module) -> dict[str, Tensor]:
    """What one module itself has in a state dict."""
    buffers = {n: b for n, b in module._buffers.items() if n not in module._non_persistent_buffers_set}
    return {name: x for name, x in (*module._parameters.items(), *buffers.items()) if x is not None}


# ------------------------------------------------------------ loading
class _Step(NamedTuple):
    """One tensor to be loaded."""

    module: Module
    name: str
    current: Tensor
    value: Tensor


def load_state_dict(
    self: Module, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
) -> _IncompatibleKeys:
    """Copy the tensors of a state dict into this module's parameters and buffers.

    Parameters
    ----------
    state_dict : mapping of str to Tensor
    strict : bool
        Whether its names must be just those of the module.
    assign : bool
        Let the module hold these tensors themselves, and not copies; parameters keep their `requires_grad`. An
        optimizer must be made after that.

    Returns
    -------
    missing_keys, unexpected_keys : list of str

    Raises
    ------
    RuntimeError
        If names are missing or too many, or shapes differ. Nothing is changed then (PyTorch has loaded what fitted).

    Examples
    --------
    >>> from minigrad import nn
    >>> nn.Linear(2, 3).load_state_dict(nn.Linear(2, 3).state_dict())
    <All keys matched successfully>
    """
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
    state = dict(state_dict)
    modules = list(_tree(self, ""))
    versions = getattr(state_dict, "_metadata", None) or {}
    for prefix, module in modules:
        _add_what_was_not_saved(module, prefix, state, versions.get(prefix[:-1], {}).get("version"))
    wanted = {prefix + name: (module, name, x) for prefix, module in modules for name, x in _held(module).items()}
    missing = [key for key in wanted if key not in state]
    unexpected = _unexpected(self, "", list(state), wanted)
    steps, problems = [], []
    for key, (module, name, current) in wanted.items():
        if key in state:
            step = _Step(module, name, current, _scalar(current, state[key]))
            steps.append(step)
            problems += _problem(key, step, assign)
    if problems or (strict and (missing or unexpected)):
        raise errors.state_dict_does_not_fit(
            type(self).__name__, state_dict, missing if strict else [], unexpected if strict else [], problems
        )
    with no_grad():
        for step in steps:
            _load(step, assign)
    return _IncompatibleKeys(missing, unexpected)


def _add_what_was_not_saved(module: Module, prefix: str, state: dict[str, Any], version: int | None) -> None:
    """Batch norms have counted their batches since version 2; before, and in dicts without versions, 0 is meant."""
    counter = module._buffers.get("num_batches_tracked")
    if module._version >= 2 and (version is None or version < 2) and counter is not None:
        state.setdefault(f"{prefix}num_batches_tracked", counter.detach().clone())


def _unexpected(module: Module, prefix: str, keys: list[str], wanted: Mapping[str, Any]) -> list[str]:
    """The keys that no module has a place for, each module's own first, in PyTorch's order."""
    own, deeper = [], []
    for key in keys:
        name, dot, _ = key[len(prefix) :].partition(".")
        if not dot:
            own += [] if key in wanted else [key]
        elif name not in module._modules:
            own.append(key)
    for name, child in module._modules.items():
        if child is not None:
            start = f"{prefix}{name}."
            deeper += _unexpected(child, start, [key for key in keys if key.startswith(start)], wanted)
    return own + deeper


def _scalar(current: Tensor, value: Any) -> Any:
    """One number without dimensions, where an old checkpoint has it in a row."""
    if isinstance(value, Tensor) and not current.shape and tuple(value.shape) == (1,):
        return value[0]
    return value


def _problem(key: str, step: _Step, assign: bool) -> list[str]:
    """Why a tensor cannot be loaded, in PyTorch's words; nothing if it can."""
    current, value = step.current, step.value
    if not isinstance(value, Tensor):
        return [
            f'While copying the parameter named "{key}", expected minigrad.Tensor or Tensor-like object from '
            f"checkpoint but received {type(value)}"
        ]
    if value.shape != current.shape:
        return [
            f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, the shape in current "
            f"model is {current.shape}."
        ]
    try:
        if assign:
            if isinstance(current, Parameter) and current.requires_grad and not value.is_floating_point():
                raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        else:
            check(current, False, "copy_")
            if not getattr(current.array.flags, "writeable", True):
                raise ValueError("assignment destination is read-only")
    except (RuntimeError, ValueError) as raised:
        return [
            f'While copying the parameter named "{key}", whose dimensions in the model are {current.size()} and whose '
            f"dimensions in the checkpoint are {value.size()}, an exception occurred : {raised.args}."
        ]
    return []


def _load(step: _Step, assign: bool) -> None:
    module, name, current, value = step
    if not assign:
        current.copy_(value)
    elif isinstance(current, Parameter):
        parameter = value if isinstance(value, Parameter) else Parameter(value, current.requires_grad)
        parameter.requires_grad_(current.requires_grad)
        module._parameters[name] = parameter
    else:
        module._buffers[name] = value
