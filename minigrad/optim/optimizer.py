"""What all optimizers have in common: groups of parameters with their options, and a state for each."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from ..autograd import errors, replaced
from ..tensor import Tensor


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
        if replaced.watcher is not None:
            replaced.watcher.held(params)

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


# ------------------------------------------------------------ checks
def _refuse_unsupported(group: dict[str, Any]) -> None:
    if group.get("differentiable"):
        raise ValueError(
            "differentiable=True is not supported: a step changes arrays and records nothing. To differentiate through "
            "an update, write it with tensors: `w = w - lr * g`, where g comes from grad(…, create_graph=True)."
        )
    if group.get("capturable"):
        raise ValueError("capturable=True is not supported: it is for CUDA graphs, which minigrad does not capture.")


def _type_name(x: Any) -> str:
    from ..nn.parameter import type_name  # only for an error

    return type_name(x)


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
    """A copy of a part of a loaded state, in the dtype and on the device of its parameter."""
    if isinstance(value, dict):
        return {key: _fitted(v, p, key) for key, v in value.items()}
    if not isinstance(value, Tensor):
        return value
    if name == "step":  # stays on the CPU, in its own dtype
        return value.detach().clone()
    return value.detach().to(dtype=p.dtype if p.is_floating_point() else None, device=p.device, copy=True)
