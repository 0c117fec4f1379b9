"""What all optimizers have in common: groups of parameters with their options, a state for each, and the step.

An optimizer's own part is one rule: how an array changes, given its gradient (`Stepper.update`). It is plain NumPy on
arrays, so that nothing is recorded and that CuPy's arrays are updated where they are.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from typing import Any

import numpy as np

from ..autograd import errors, inference, versions
from ..autograd.modes import enable_grad
from ..autograd.source import user_frame
from ..dtypes import float64, get_default_dtype
from ..ops.inplace import refuse_repeats
from ..tensor import Tensor, wrap


class _Required:
    def __repr__(self) -> str:
        return "<required parameter>"


required: Any = _Required()  # the default of an option that each group must give


class Optimizer:
    """The base of all optimizers.

    Parameters
    ----------
    params : iterable of Tensor, of (str, Tensor) or of dict
        The leaves to change; or groups of them, each a dict with the leaves as "params" and options of its own.
    defaults : dict
        The options of groups that do not say otherwise.

    Attributes
    ----------
    param_groups : list of dict
        Each group's parameters and options. An option that is changed here counts from the next step on.
    state : dict
        What is remembered for each parameter, by parameter.

    Raises
    ------
    ValueError
        If there are no parameters, if one is not a leaf, or if one is in two groups.
    TypeError
        If something is not a tensor.

    Examples
    --------
    An optimizer of one's own writes to parameters under `no_grad`:

    >>> import minigrad
    >>> from minigrad.optim import Optimizer
    >>> class Signs(Optimizer):
    ...     def __init__(self, params, lr):
    ...         super().__init__(params, {"lr": lr})
    ...     def step(self):
    ...         with minigrad.no_grad():
    ...             for group in self.param_groups:
    ...                 for p in group["params"]:
    ...                     p -= group["lr"] * p.grad.sign()
    >>> w = minigrad.tensor([1., -2.], requires_grad=True)
    >>> (w ** 2).sum().backward()
    >>> Signs([w], lr=0.5).step()
    >>> w
    tensor([ 0.5000, -1.5000], requires_grad=True)
    """

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + _type_name(params)
            )
        self.defaults = defaults
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Have more parameters updated, with options of their own: a dict like `{"params": […], "lr": 0.1}`.

        Raises
        ------
        ValueError, TypeError
            As when an optimizer is made. The optimizer is as before then.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        param_group["params"] = _as_list(param_group["params"])
        _take_names(param_group)
        for p in param_group["params"]:
            if not isinstance(p, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {_type_name(p)}")
            if not (p.is_leaf or p.retains_grad):
                raise errors.non_leaf_parameter(p)
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        _refuse_unsupported(param_group)
        params = param_group["params"]
        if len(params) != len(set(params)):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=3,
            )
        for group in self.param_groups:
            if ("param_names" in param_group) != ("param_names" in group):
                raise ValueError(
                    "all optimizer param groups should be with/without names. cannot add param group "
                    f"{'with' if 'param_names' in param_group else 'without'} names to the optimizer"
                )
        if any(not set(params).isdisjoint(group["params"]) for group in self.param_groups):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients: the next backward pass begins anew.

        Parameters
        ----------
        set_to_none : bool
            Make each `.grad` None; if False, fill it with zeros in place.
        """
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    if p.grad.grad_fn is not None:
                        p.grad.detach_()
                    else:
                        p.grad.requires_grad_(False)
                    p.grad.zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update the parameters by their gradients.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss and its gradients anew; called first.

        Returns
        -------
        What the closure returned, or None.
        """
        raise NotImplementedError

    # ------------------------------------------------------------ saving and loading
    def state_dict(self) -> dict[str, Any]:
        """The optimizer's state in PyTorch's form: parameters are named by their number over all groups."""
        numbers: dict[int, int] = {}
        groups = []
        start = 0
        for group in self.param_groups:
            numbers |= {id(p): i for i, p in enumerate(group["params"], start) if id(p) not in numbers}
            start += len(group["params"])
            packed = {key: value for key, value in group.items() if key != "params"}
            groups.append(packed | {"params": [numbers[id(p)] for p in group["params"]]})
        state = {numbers[id(p)] if isinstance(p, Tensor) else p: value for p, value in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a state that `state_dict` returned; options and memory are taken from it, not the parameters.

        Raises
        ------
        ValueError
            If its groups are not of the same sizes as this optimizer's. Nothing has changed then.
        """
        groups = deepcopy(state_dict["param_groups"])
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(g["params"]) != len(mine["params"]) for g, mine in zip(groups, self.param_groups, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        by_number: dict[Any, Tensor] = {}
        for group, mine in zip(groups, self.param_groups, strict=True):
            by_number |= zip(group["params"], mine["params"], strict=True)
            group["params"] = mine["params"]
            if "param_names" in mine:
                group.setdefault("param_names", mine["param_names"])
        state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        for number, value in state_dict["state"].items():
            p = by_number.get(number)
            state[number if p is None else p] = value if p is None else _fitted(value, p)
        self.__setstate__({"state": state, "param_groups": groups})

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __repr__(self) -> str:
        groups = "".join(
            f"\nParameter Group {i}\n"
            + "".join(f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
            for i, group in enumerate(self.param_groups)
        )
        return f"{type(self).__name__} ({groups})"


class Stepper(Optimizer):
    """An optimizer that treats each parameter by itself: `update` is its rule, `step` does the rest."""

    def update(self, group: dict[str, Any], param: Any, grad: Any, state: dict[str, Any]) -> None:
        """Change the array `param` in place, given the array of its gradient and what `state` remembers."""
        raise NotImplementedError

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update the parameters that have a gradient, in place. Nothing is recorded.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss and its gradients anew; called first.

        Returns
        -------
        What the closure returned, or None.

        Raises
        ------
        RuntimeError
            If a gradient does not fit its parameter. No parameter has changed then.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        todo = [(group, p, p.grad) for group in self.param_groups for p in group["params"] if p.grad is not None]
        for _, p, grad in todo:
            _check_fit(p, grad, self.state.get(p, {}))
        frame = user_frame()
        for group, p, grad in todo:
            state = self.state.get(p, {})
            self.update(group, p.array, grad.array, state)
            if state:
                self.state[p] = state
            for written in (p, *(value for value in state.values() if isinstance(value, Tensor))):
                if not inference.is_inference(written):
                    versions.note_write(written.array, "step", frame.f_code, frame.f_lasti)
        return loss


# ------------------------------------------------------------ what rules are written with
PIECE = 1 << 17  # elements: a few arrays of that size fit the processor's cache together


def pieces(spare: int, x: Any, *others: Any) -> Iterator[tuple[Any, ...]]:
    """Cut arrays of one shape into pieces that stay in the cache, each with `spare` arrays of its size to compute in.

    A rule goes over its arrays several times; piece by piece, only the first time goes to main memory. CuPy's arrays
    stay whole: there each piece would cost a launch. None stands for an array that this rule does without.
    """
    rows = max(PIECE * len(x) // x.size, 1) if isinstance(x, np.ndarray) and x.size > PIECE else None
    scratch = [np.empty_like(x if rows is None else x[:rows]) for _ in range(spare)]
    if rows is None:
        yield (x, *others, *scratch)
        return
    for begin in range(0, len(x), rows):
        part = slice(begin, begin + rows)
        now = x[part]
        yield (now, *(a if a is None else a[part] for a in others), *(a[: len(now)] for a in scratch))


def direction(group: dict[str, Any], x: Any, g: Any, out: Any) -> Any:
    """The gradient to go against: of the function with its penalty, or of its negative; `g` itself, or in `out`."""
    decay, maximize = number(group["weight_decay"]), group["maximize"]
    if decay:
        np.multiply(x, decay, out=out)
        return np.subtract(out, g, out=out) if maximize else np.add(out, g, out=out)
    return np.negative(g, out=out) if maximize else g


def move_average(average: Any, value: Any, weight: float, spare: Any) -> None:
    """Move a running average by `weight` of the way to a new value, in place."""
    np.subtract(value, average, out=spare)
    np.multiply(spare, weight, out=spare)
    np.add(average, spare, out=average)


def move_square(average: Any, value: Any, weight: float, spare: Any) -> None:
    """Move a running average by `weight` of the way to the square of a new value, in place."""
    np.multiply(value, value, out=spare)
    np.multiply(spare, weight, out=spare)
    np.multiply(average, 1 - weight, out=average)
    np.add(average, spare, out=average)


def count_step(state: dict[str, Any]) -> float:
    """The number of this step, the first being 1; a tensor on the CPU remembers it, as in PyTorch."""
    step = state.setdefault("step", new_count())
    step.array += 1
    return step.array.item()


def new_count() -> Tensor:
    """A count of steps, 0."""
    return wrap(np.zeros((), np.float64 if get_default_dtype() is float64 else np.float32))


def remember(state: dict[str, Any], name: str, x: Any, value: float = 0) -> Any:
    """The array that `state` keeps under this name, made like `x`, and full of `value`, the first time."""
    if state.get(name) is None:
        state[name] = wrap(np.full_like(x, value))
    return state[name].array


def number(x: Any) -> Any:
    """An option as a Python number: it may be given as a tensor of one element."""
    return x.item() if isinstance(x, Tensor) else x


# ------------------------------------------------------------ checks
def check_option(words: str, value: Any, good: bool) -> None:
    """PyTorch's error for an option that has no meaning."""
    if not good:
        raise ValueError(f"Invalid {words}: {value}")


def check_rate(lr: Any) -> None:
    """Raise if this is no learning rate."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    check_option("learning rate", lr, not lr < 0)


def check_fused(foreach: bool | None, fused: bool | None) -> None:
    """Raise if both are asked for. (Neither makes a difference here: there is one way to compute an update.)"""
    if foreach and fused:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def _refuse_unsupported(group: dict[str, Any]) -> None:
    if group.get("differentiable"):
        raise ValueError(
            "differentiable=True is not supported: a step changes arrays and records nothing. To differentiate through "
            "an update, write it with tensors: `w = w - lr * g`, where g comes from grad(…, create_graph=True)."
        )
    if group.get("capturable"):
        raise ValueError("capturable=True is not supported: it is for CUDA graphs, which minigrad does not capture.")


def _check_fit(p: Tensor, grad: Tensor, state: dict[str, Any]) -> None:
    """Raise if `p` cannot be updated by this gradient and state."""
    x, g = p.array, grad.array
    if g.shape != x.shape or g.dtype != x.dtype:
        raise RuntimeError(
            f"the gradient of a parameter does not fit it: {grad.dtype}, shape {list(g.shape)}, for "
            f"{p.dtype}, shape {list(x.shape)}. No parameter was updated."
        )
    for name, value in state.items():
        if name != "step" and isinstance(value, Tensor) and value.array.shape != x.shape:
            raise RuntimeError(
                f"what the optimizer remembers of a parameter does not fit it: '{name}' has shape "
                f"{list(value.array.shape)}, the parameter {list(x.shape)}. No parameter was updated."
            )
    refuse_repeats(x)
    if inference.used:
        inference.refuse_writing(p)


def _type_name(x: Any) -> str:
    kind = type(x)
    if isinstance(x, Tensor):
        return f"minigrad.{'FloatTensor' if kind is Tensor else kind.__qualname__}"
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _as_list(params: Any) -> list[Any]:
    if isinstance(params, Tensor):
        return [params]
    if isinstance(params, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
            "will change between runs. Please use a list instead."
        )
    return list(params)


def _take_names(group: dict[str, Any]) -> None:
    """Part the names from the parameters where they come as pairs (`model.named_parameters()`)."""
    pairs = [p for p in group["params"] if isinstance(p, tuple)]
    if pairs:
        if len(pairs) != len(group["params"]):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        group["params"], group["param_names"] = [p for _, p in pairs], [name for name, _ in pairs]


def _fitted(value: Any, p: Tensor, name: str = "") -> Any:
    """A part of a loaded state in the dtype and on the device of its parameter."""
    if isinstance(value, dict):
        return {key: _fitted(v, p, key) for key, v in value.items()}
    if isinstance(value, Tensor) and name != "step":
        return value.to(dtype=p.dtype if p.is_floating_point() else None, device=p.device)
    return value
