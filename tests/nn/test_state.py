"""State dicts: what they hold, how they are loaded, and error 18: one that does not fit changes nothing."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict, UserDict

import numpy as np
import pytest

import minigrad
from tests.conformance import Cases, error, on_both
from tests.nn.common import filled, numbers, small

case = Cases("nn_state", versions=False)


def sentence(call):
    """The whole of PyTorch's message: what minigrad adds stands after it."""
    try:
        return call()
    except Exception as raised:
        kind = next(c for c in type(raised).__mro__ if c.__module__ == "builtins")
        return f"{kind.__name__}: {getattr(raised, 'sentence', raised)}"


def states(torch, net):
    return {name: x.clone() for name, x in net.state_dict().items()}


# ------------------------------------------------------------ what it holds
@case
def keys_and_values(torch):
    net = small(torch)
    state = net.state_dict()
    return (
        state,
        repr(state),
        type(state).__mro__[-3].__name__,
        [[k, dict(v)] for k, v in state._metadata.items()],
        list(net.state_dict(prefix="net.")),
        [x.requires_grad for x in net.state_dict(keep_vars=True).values()],
        net.state_dict(keep_vars=True)["first.weight"] is net.first.weight,
        net.state_dict()["scale"] is net.scale,
    )


@case
def shares_memory(torch):
    net = small(torch)
    net.state_dict()["first.bias"].zero_()
    return net.first.bias


@case
def into_a_dict_of_ones_own(torch):
    mine = OrderedDict(a=1)
    result = small(torch).state_dict(destination=mine, prefix="p.")
    return result is mine, list(mine)


@case
def what_is_none_is_left_out(torch):
    m = torch.nn.Linear(1, 2, bias=False)
    m.register_buffer("b", None)
    return list(m.state_dict())


# ------------------------------------------------------------ loading
@case
def loads(torch):
    net, other = small(torch), small(torch)
    weight = net.first.weight
    with torch.no_grad():
        for p in other.parameters():
            p.mul_(3)
    result = net.load_state_dict(other.state_dict())
    return result, list(result), net.first.weight is weight, weight, net.first.weight.requires_grad, net.scale


@case
def not_strictly(torch):
    net = small(torch)
    state = states(torch, net)
    del state["first.bias"], state["rest.1.0.weight"]
    state.update({"first.nothing": torch.ones(1), "else": torch.ones(1), "rest.1.1.bias": torch.full((1,), 9.0)})
    state["rest.7.weight"] = torch.ones(1)
    result = net.load_state_dict(state, strict=False)
    return repr(result), result.missing_keys, result.unexpected_keys, net.rest[1][1].bias, net.first.bias


@case
def assigned(torch):
    net = small(torch)
    state = {name: x.double() for name, x in states(torch, net).items()}
    parameter = state["first.bias"] = torch.nn.Parameter(state["first.bias"], requires_grad=False)
    net.first.weight.requires_grad_(False)
    net.load_state_dict(state, assign=True)
    return (
        net.first.bias is parameter,
        [(type(p).__name__, p.dtype, p.requires_grad) for p in net.parameters()],
        net.scale is state["scale"],
        net.first.weight.data_ptr() == state["first.weight"].data_ptr(),
        net.shared.weight is net.first.weight,
    )


@case
def other_dtypes(torch):
    net = small(torch)
    net.load_state_dict({name: x.double() for name, x in states(torch, net).items()})
    return [x.dtype for x in net.state_dict().values()]


@case
def a_number_in_a_row_or_without(torch):
    m = torch.nn.Module()
    m.p = torch.nn.Parameter(torch.zeros(()))
    told = [m.load_state_dict({"p": torch.ones(1)}), m.p, sentence(lambda: m.load_state_dict({"p": torch.ones(2)}))]
    row = torch.nn.Module()
    row.p = torch.nn.Parameter(torch.zeros(1))
    return [*told, sentence(lambda: row.load_state_dict({"p": torch.ones(())}))]


@case
def any_mapping(torch):
    net = torch.nn.Linear(1, 1)
    state = {"weight": torch.ones(1, 1), "bias": torch.ones(1)}
    return net.load_state_dict(OrderedDict(state)), sentence(lambda: net.load_state_dict(list(state.items())))


@case
def shared_modules_have_two_names(torch):
    net = small(torch)
    state = states(torch, net)
    del state["shared.weight"]
    return list(state), sentence(lambda: net.load_state_dict(state))


# ------------------------------------------------------------ what does not fit
WRONG = {
    "missing": lambda torch, s: s.pop("first.weight"),
    "missing more": lambda torch, s: [s.pop(k) for k in ("scale", "first.bias", "rest.1.1.bias")],
    "unexpected": lambda torch, s: s.update(
        {"x": torch.ones(1), "first.y": torch.ones(1), "rest.1.9.z": torch.ones(1)}
    ),
    "deeper unexpected": lambda torch, s: s.update({"first.weight.x": torch.ones(1), "a.b.c": torch.ones(1)}),
    "shape": lambda torch, s: s.update({"first.weight": torch.ones(2, 3)}),
    "shapes": lambda torch, s: s.update({"first.weight": torch.ones(2, 3), "scale": torch.ones(())}),
    "renamed": lambda torch, s: s.update({"first.weigth": s.pop("first.weight")}),
    "everything": lambda torch, s: [s.pop("scale"), s.update({"x": torch.ones(1), "first.bias": torch.ones(7)})],
    "no tensor": lambda torch, s: s.update({"first.bias": 3}),
    "not persistent": lambda torch, s: s.update({"scratch": torch.ones(2)}),
    "prefix": lambda torch, s: [s.update({f"module.{k}": s.pop(k)}) for k in list(s)],
}


def wrong_state(torch, name):
    net = small(torch)
    state = states(torch, net)
    WRONG[name](torch, state)
    return net, state


for _name in WRONG:

    def _body(torch, name=_name):
        net, state = wrong_state(torch, name)
        return sentence(lambda: net.load_state_dict(state))

    _body.__name__ = "wrong_" + _name.replace(" ", "_")
    case(_body)


@case
def wrong_shapes_even_if_not_strict(torch):
    net, state = wrong_state(torch, "everything")
    return sentence(lambda: net.load_state_dict(state, strict=False))


# ------------------------------------------------------------ batch norm has counted its batches since version 2
@case
def batches_that_were_not_counted(torch):
    net = torch.nn.Sequential(torch.nn.BatchNorm1d(2), torch.nn.Linear(2, 2))
    net[0].num_batches_tracked.fill_(5)
    state = net.state_dict()
    plain = dict(state)
    del plain["0.num_batches_tracked"]
    told = [sentence(lambda: net.load_state_dict(plain)), net[0].num_batches_tracked]
    del state["0.num_batches_tracked"]  # this one knows that it is new
    told.append(sentence(lambda: net.load_state_dict(state)))
    state._metadata["0"]["version"] = 1
    return [
        *told,
        sentence(lambda: net.load_state_dict(state)),
        [[k, dict(v)] for k, v in net.state_dict()._metadata.items()],
    ]


@pytest.mark.parametrize("name", case)
def test_as_torch_says(name):
    case.check(name)


# ------------------------------------------------------------ error 18: what minigrad adds
@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("assign", [False, True])
def test_nothing_is_changed_by_what_does_not_fit(name, assign):
    net, state = wrong_state(minigrad, name)
    before = {key: (x, x.clone()) for key, x in net.state_dict(keep_vars=True).items()}
    for value in state.values():
        if isinstance(value, minigrad.Tensor):
            value.add_(1)
    with pytest.raises(minigrad.autograd.errors.LoadError, match="nothing was loaded"):
        net.load_state_dict(state, assign=assign)
    after = net.state_dict(keep_vars=True)
    assert all(after[key] is x and minigrad.equal(x, copied) for key, (x, copied) in before.items())


def test_nothing_is_changed_by_memory_that_cannot_be_written():
    net, frozen = small(minigrad), np.zeros(1, np.float32)
    frozen.flags.writeable = False
    net.rest[1][1].bias.data = minigrad.from_numpy(frozen)
    before, state = net.first.weight.clone(), {name: x + 1 for name, x in net.state_dict().items()}
    with pytest.raises(RuntimeError, match=r'While copying the parameter named "rest.1.1.bias"'):
        net.load_state_dict(state)
    assert minigrad.equal(net.first.weight, before)


def test_a_name_like_it_is_named():
    net, state = wrong_state(minigrad, "renamed")
    with pytest.raises(RuntimeError, match=r'"first.weigth" looks like "first.weight"'):
        net.load_state_dict(state)


def test_a_prefix_is_seen_and_its_repair_works():
    net, state = wrong_state(minigrad, "prefix")
    with pytest.raises(RuntimeError, match=r'begin with "module."') as caught:
        net.load_state_dict(state)
    repair = caught.value.fix.split("`")[1]
    net.load_state_dict(eval(repair.split(" = ")[1], {"state": state}))
    wrapped = minigrad.nn.ModuleDict({"model": net})
    with pytest.raises(RuntimeError, match=r'begin with "model."') as caught:
        wrapped.load_state_dict(net.state_dict())
    repair = caught.value.fix.split("`")[1]
    wrapped.load_state_dict(eval(repair.split(" = ")[1], {"state": net.state_dict()}))


def test_the_error_explains_itself():
    net, state = wrong_state(minigrad, "missing")
    with pytest.raises(RuntimeError) as caught:
        net.load_state_dict(state)
    assert "Usual causes" in caught.value.explain()


@on_both
def test_state_dicts_are_copied_and_pickled(torch):
    state = small(torch).state_dict()
    for other in (copy.deepcopy(state), pickle.loads(pickle.dumps(state)), copy.copy(state)):
        assert list(other) == list(state) and all(torch.equal(other[name], state[name]) for name in state)
        assert small(torch).load_state_dict(other).missing_keys == []


@on_both
def test_any_mapping_is_loaded(torch):
    state = UserDict({"weight": torch.ones(1, 1), "bias": torch.ones(1)})
    torch.nn.Linear(1, 1).load_state_dict(state)


@on_both
def test_loading_counts_as_writing(torch):
    """A graph that was made before knows that its saved weights are others now."""
    net = filled(torch, torch.nn.Linear(2, 1))
    y = net(numbers(torch, 1, 2).requires_grad_()).sum()
    net.load_state_dict(net.state_dict())
    assert "modified by an inplace operation" in str(error(y.backward))
