"""Optimizers and schedulers: what they say, what they keep, and what they refuse, as PyTorch's do."""

from __future__ import annotations

import copy
import pickle
import warnings
from importlib import import_module

import numpy as np
import pytest

import minigrad
import minigrad.optim
from minigrad.autograd import errors
from tests.conformance import Cases, done, error, on_both

case = Cases("optim", versions=False)
NAMES = ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"]


def leaf(torch, *values):
    return torch.tensor(values or (1.0, -2.0), requires_grad=True)


def stepped(torch, name, steps=2, **options):
    """A parameter, and its optimizer after some steps along its own numbers."""
    x = leaf(torch)
    optimizer = getattr(torch.optim, name)([x], **options)
    for _ in range(steps):
        x.grad = x.detach().clone()
        optimizer.step()
    return x, optimizer


def warned(call):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        told = error(call)
    return told, [f"{w.category.__name__}: {w.message}" for w in seen]


# ------------------------------------------------------------ what they say
@case
def representations(torch):
    x, y = leaf(torch), leaf(torch)
    told = [repr(getattr(torch.optim, name)([x])) for name in NAMES]
    told.append(repr(torch.optim.SGD([{"params": [x], "lr": 0.5}, {"params": y, "note": "mine"}], momentum=0.9)))
    return told, repr(torch.optim.Adam([("x", x)], betas=(0.5, 0.9), foreach=False, amsgrad=True))


@case
def defaults(torch):
    return [getattr(torch.optim, name)([leaf(torch)]).defaults for name in NAMES]


@case
def states(torch):
    told = []
    for name in NAMES:
        x, optimizer = stepped(torch, name)
        told += [x, optimizer.state_dict(), len(optimizer.state), optimizer.state[x]]
    for name, options in [
        ("SGD", {"momentum": 0.5, "lr": 0.1}),
        ("Adam", {"amsgrad": True}),
        ("RMSprop", {"centered": True, "momentum": 0.5}),
        ("Adagrad", {"initial_accumulator_value": 2.0}),
    ]:
        x, optimizer = stepped(torch, name, **options)
        told += [x, optimizer.state_dict()]
    return told


@case
def states_before_the_first_step(torch):
    return [getattr(torch.optim, name)([leaf(torch)]).state_dict() for name in NAMES]


@case
def states_in_other_dtypes(torch):
    told = []
    for name in NAMES:
        for dtype in (torch.float64, torch.float16):
            x = torch.tensor([1.0, -2.0], dtype=dtype, requires_grad=True)
            optimizer = getattr(torch.optim, name)([x], lr=0.1)
            x.grad = torch.ones(2, dtype=dtype)
            optimizer.step()
            told += [x if dtype is torch.float64 else x.dtype]
            told += [[key, value.dtype] for key, value in optimizer.state[x].items()]
    torch.set_default_dtype(torch.float64)
    _, optimizer = stepped(torch, "Adam")
    return told, optimizer.state_dict()["state"]


@case
def groups(torch):
    x, y, z = leaf(torch), leaf(torch), leaf(torch)
    optimizer = torch.optim.SGD([{"params": iter([x, y])}, {"params": z, "lr": 0.5, "momentum": 0.9}], lr=0.1)
    for p in (x, z):  # y has no gradient: it stays
        p.grad = torch.ones(2)
    optimizer.step()
    told = [x, y, z, optimizer.state_dict()]
    optimizer.param_groups[0]["lr"] = 1.0
    w = leaf(torch)
    optimizer.add_param_group({"params": w, "weight_decay": 1})
    w.grad = torch.zeros(2)
    optimizer.step()
    return told, x, z, w, optimizer.state_dict(), [len(g["params"]) for g in optimizer.param_groups]


@case
def names(torch):
    x, y = leaf(torch), leaf(torch)
    optimizer = torch.optim.SGD([("x", x), ("y", y)])
    told = [optimizer.param_groups[0]["param_names"], optimizer.state_dict()]
    told.append(error(lambda: optimizer.add_param_group({"params": [leaf(torch)]})))
    told.append(error(lambda: torch.optim.SGD([("x", x), y])))
    plain = torch.optim.SGD([x])
    told.append(error(lambda: plain.add_param_group({"params": [("y", y)]})))
    optimizer.load_state_dict(torch.optim.SGD([leaf(torch), leaf(torch)], lr=0.5).state_dict())
    return told, optimizer.param_groups[0]["param_names"], optimizer.param_groups[0]["lr"]


# ------------------------------------------------------------ what they refuse
@case
def parameters_that_are_none(torch):
    x, y = leaf(torch), leaf(torch)
    sgd = torch.optim.SGD
    told = [
        error(lambda: sgd([])),
        error(lambda: sgd(iter(()))),
        error(lambda: sgd(x)),
        error(lambda: sgd(x.detach().double())),
        error(lambda: sgd(torch.nn.Parameter(x.detach()))),
        error(lambda: sgd(torch.nn.Linear(1, 1))),
        error(lambda: sgd([[1]])),
        error(lambda: sgd([1])),
        error(lambda: sgd(["ab"])),
        error(lambda: sgd([None, x])),
        error(lambda: sgd([np.ones(2)])),
        error(lambda: sgd([x * 2])),
        error(lambda: sgd([x, x[0]])),
        error(lambda: sgd([{"params": [x]}, [y]])),
        error(lambda: sgd([{"params": {x, y}}])),
        error(lambda: sgd([{"parameters": [x]}])),
        error(lambda: sgd([{"params": [x]}, {"params": [y, x]}])),
        error(lambda: sgd(None)),
        error(lambda: sgd([{"params": []}])) is None,
    ]
    return told, done(sgd, [torch.ones(2)]), done(sgd, [torch.ones(2, dtype=torch.int64)])


@case
def results_that_keep_their_gradient(torch):
    w = leaf(torch) * 2
    w.retain_grad()
    return done(torch.optim.SGD, [w])


@case
def duplicates(torch):
    x = leaf(torch)
    told, words = warned(lambda: repr(torch.optim.SGD([x, x], lr=0.5)))
    optimizer = torch.optim.SGD([{"params": [x, x]}], lr=0.5)
    x.grad = torch.ones(2)
    optimizer.step()
    return told, words, x, optimizer.state_dict()["param_groups"][0]["params"]


@case
def groups_refused_leave_the_optimizer_as_it_was(torch):
    x = leaf(torch)
    optimizer = torch.optim.SGD([x])
    told = [
        error(lambda: optimizer.add_param_group([x])),
        error(lambda: optimizer.add_param_group({"params": [x]})),
        error(lambda: optimizer.add_param_group({"params": [x * 2]})),
        error(lambda: optimizer.add_param_group({})),
    ]
    return told, len(optimizer.param_groups)


WRONG = [
    ("SGD", {"lr": -1}),
    ("SGD", {"momentum": -0.1}),
    ("SGD", {"weight_decay": -1.0}),
    ("SGD", {"nesterov": True}),
    ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.5}),
    ("SGD", {"fused": True, "foreach": True}),
    ("Adam", {"fused": True, "foreach": True}),
    ("Adagrad", {"fused": True, "foreach": True}),
    *((name, {"lr": -0.5}) for name in NAMES),
    *((name, {"weight_decay": -0.5}) for name in NAMES),
    *((name, {"eps": -1e-8}) for name in NAMES[1:]),
    *((name, {"betas": betas}) for name in ("Adam", "AdamW") for betas in ((1.0, 0.9), (0.9, -0.1), (0, 0.9))),
    ("RMSprop", {"alpha": -0.1}),
    ("RMSprop", {"momentum": -1}),
    ("Adagrad", {"lr_decay": -1}),
    ("Adagrad", {"initial_accumulator_value": -1}),
]


@case
def options_without_a_meaning(torch):
    return [
        [name, str(options), error(lambda o=options, n=name: getattr(torch.optim, n)([leaf(torch)], **o))]
        for name, options in WRONG
    ]


@case
def rates_as_tensors(torch):
    told = []
    for name in NAMES:
        x = leaf(torch)
        optimizer = getattr(torch.optim, name)([x], lr=torch.tensor(0.5))
        x.grad = torch.ones(2)
        optimizer.step()
        scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
        scheduler.step()
        optimizer.step()
        told += [x, optimizer.param_groups[0]["lr"], scheduler.get_last_lr(), scheduler.base_lrs]
        told.append(error(lambda n=name: getattr(torch.optim, n)([leaf(torch)], lr=torch.ones(2))))
    return told


@case
def required_options(torch):
    required = import_module(f"{torch.__name__}.optim.optimizer").required

    class Mine(torch.optim.Optimizer):
        def __init__(self, params, lr=required):
            super().__init__(params, {"lr": lr})

    x = leaf(torch)
    told = [repr(required), error(lambda: Mine([x])), error(lambda: Mine([x], 0.1).step())]
    return told, repr(Mine([{"params": x, "lr": 1}]))


# ------------------------------------------------------------ a step
@case
def steps_without_gradients(torch):
    told = []
    for name in NAMES:
        x = leaf(torch)
        optimizer = getattr(torch.optim, name)([x])
        told += [optimizer.step(), x, optimizer.state_dict()["state"]]
    return told


@case
def closures(torch):
    x = leaf(torch)
    optimizer = torch.optim.SGD([x], lr=0.25)

    def closure():
        optimizer.zero_grad()
        loss = (x**2).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        told = [optimizer.step(closure), x, optimizer.step(closure=closure), x, torch.is_grad_enabled()]
    return told, error(lambda: optimizer.step(lambda: 1 / 0)), x, optimizer.step(lambda: "a")


@case
def zeroed_gradients(torch):
    x, y = leaf(torch), leaf(torch)
    optimizer = torch.optim.SGD([x, y])
    x.grad = torch.ones(2)
    g = x.grad
    optimizer.zero_grad(set_to_none=False)
    told = [x.grad is g, g, y.grad]
    (x**2).sum().backward(create_graph=True)
    told += [x.grad.requires_grad]
    optimizer.zero_grad(False)
    told += [x.grad, x.grad.requires_grad, x.grad.grad_fn]
    optimizer.zero_grad()
    return told, x.grad, g


@case
def steps_are_not_recorded(torch):
    told = []
    for name in NAMES:
        x = leaf(torch)
        optimizer = getattr(torch.optim, name)([x], lr=0.03)
        (x**3).sum().backward(create_graph=True)
        optimizer.step()
        told += [x.is_leaf, x.requires_grad, x._version > 0, x, [v.requires_grad for v in optimizer.state[x].values()]]
    return told


@case
def gradients_stay(torch):
    told = []
    for name in NAMES:
        x = leaf(torch)
        optimizer = getattr(torch.optim, name)([x], lr=0.1, weight_decay=0.1, maximize=True)
        x.grad = g = torch.ones(2)
        optimizer.step()
        told += [x.grad is g, g._version, g]
    return told


@case
def parameters_of_all_shapes(torch):
    told = []
    for name in NAMES:
        params = [torch.tensor(2.0), torch.ones(0, 3), torch.arange(6.0).reshape(2, 3).t(), torch.ones(2, 2, 2)]
        strided = torch.arange(8.0)[::2]
        params = [p.requires_grad_() for p in (*params, strided)]
        optimizer = getattr(torch.optim, name)(params, lr=0.5)
        for p in params:
            p.grad = torch.ones_like(p)
        optimizer.step()
        told += [*params, strided._base]
    return told


@case
def a_parameter_written_between_forward_and_backward(torch):
    x = leaf(torch)
    optimizer = torch.optim.SGD([x], lr=0.5)
    loss = (x**2).sum()
    loss.backward(retain_graph=True)
    optimizer.step()
    return error(loss.backward), x._version


# ------------------------------------------------------------ saved and loaded
@case
def loaded_states(torch):
    told = []
    for name in NAMES:
        x, optimizer = stepped(torch, name, lr=0.1)
        saved = copy.deepcopy(optimizer.state_dict())
        y = x.detach().clone().requires_grad_()
        other = getattr(torch.optim, name)([y], lr=99.0)
        other.load_state_dict(saved)
        for p, o in ((x, optimizer), (y, other)):
            p.grad = torch.ones(2)
            o.step()
        told += [x, y, torch.equal(x, y), other.state_dict(), repr(other)]
    return told


@case
def states_loaded_into_another_dtype(torch):
    _, optimizer = stepped(torch, "Adam")
    y = torch.ones(2, dtype=torch.float64, requires_grad=True)
    other = torch.optim.Adam([y])
    other.load_state_dict(optimizer.state_dict())
    return other.state_dict(), optimizer.state_dict()


@case
def states_that_do_not_fit(torch):
    x, optimizer = stepped(torch, "Adam")
    before = repr(optimizer)
    two = torch.optim.Adam([leaf(torch), leaf(torch)])
    parted = torch.optim.Adam([{"params": [leaf(torch)]}, {"params": [leaf(torch)]}])
    told = [error(lambda o=o: optimizer.load_state_dict(o.state_dict())) for o in (two, parted)]
    told.append(error(lambda: optimizer.load_state_dict({"state": {}})))
    return told, repr(optimizer) == before, optimizer.state_dict()["state"]


@case
def states_with_more_in_them(torch):
    x, optimizer = stepped(torch, "SGD", momentum=0.5)
    optimizer.state["mine"] = 5
    saved = optimizer.state_dict()
    other = torch.optim.SGD([leaf(torch)])
    other.load_state_dict(saved)
    return saved, other.state_dict(), other.state["mine"]


@case
def an_adamw_stays_one(torch):
    _, optimizer = stepped(torch, "Adam")
    other = torch.optim.AdamW([leaf(torch)])
    other.load_state_dict(optimizer.state_dict())
    return repr(other)


@case
def copies(torch):
    told = []
    for name in NAMES:
        x, optimizer = stepped(torch, name)
        for again in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
            (y,) = again.param_groups[0]["params"]
            y.grad = torch.ones(2)
            again.step()
            told += [y is x, x, y, again.state_dict(), repr(again) == repr(optimizer)]
    return told


# ------------------------------------------------------------ schedulers
def plan(torch, kind, *args, optimizer=None, **options):
    optimizer = optimizer or torch.optim.SGD([leaf(torch)], lr=1.0)
    return optimizer, getattr(torch.optim.lr_scheduler, kind)(optimizer, *args, **options)


PLANS = [
    ("StepLR", (2,)),
    ("MultiStepLR", ([1, 3, 3],)),
    ("ExponentialLR", (0.5,)),
    ("CosineAnnealingLR", (3,)),
    ("LinearLR", ()),
    ("LambdaLR", (lambda epoch: 1 / (1 + epoch),)),
]


@case
def states_of_schedulers(torch):
    told = []
    for kind, args in PLANS:
        optimizer, scheduler = plan(torch, kind, *args)
        for _ in range(3):
            optimizer.step()
            scheduler.step()
        saved = scheduler.state_dict()
        told.append(sorted((k, str(v)) for k, v in saved.items()))
        other, again = plan(torch, kind, *args)
        again.load_state_dict(copy.deepcopy(saved))
        other.load_state_dict(optimizer.state_dict())
        for o, s in ((optimizer, scheduler), (other, again)):
            o.step()
            s.step()
        told += [scheduler.get_last_lr(), again.get_last_lr(), again.last_epoch, other.state_dict()]
    return told


@case
def states_of_plateaus_and_cycles(torch):
    optimizer, scheduler = plan(torch, "ReduceLROnPlateau", patience=1)
    for loss in (3.0, torch.tensor(2.0), 2.0, 2.0):
        scheduler.step(loss)
    told = [sorted((k, str(v)) for k, v in scheduler.state_dict().items()), optimizer.param_groups[0]["lr"]]
    _, again = plan(torch, "ReduceLROnPlateau", patience=7, mode="max")
    again.load_state_dict(scheduler.state_dict())
    told += [again.mode, again.patience, again.best, again.in_cooldown, again.get_last_lr()]
    for options in ({"momentum": 0.9}, {}):
        optimizer = torch.optim.SGD([leaf(torch)], lr=1.0, **options)
        _, cycle = plan(torch, "OneCycleLR", 0.5, total_steps=4, optimizer=optimizer)
        told += [sorted((k, str(v)) for k, v in cycle.state_dict().items()), optimizer.param_groups[0]]
    _, cycle = plan(torch, "OneCycleLR", 0.5, total_steps=4, optimizer=torch.optim.Adam([leaf(torch)]))
    return told, cycle.optimizer.param_groups[0]


@case
def schedulers_that_go_on(torch):
    told = [error(lambda: plan(torch, "StepLR", 2, last_epoch=3))]
    for kind, args in PLANS:
        optimizer = torch.optim.SGD([{"params": [leaf(torch)], "initial_lr": 1.0, "lr": 0.25}])
        _, scheduler = plan(torch, kind, *args, optimizer=optimizer, last_epoch=4)
        told += [scheduler.get_last_lr(), scheduler.last_epoch, scheduler.base_lrs]
        optimizer.step()
        scheduler.step()
        told += [scheduler.get_last_lr()]
    return told


@case
def the_order_of_steps(torch):
    def wrong():
        _, scheduler = plan(torch, "StepLR", 2)
        scheduler.step()
        scheduler.step()

    def right():
        optimizer, scheduler = plan(torch, "StepLR", 2)
        optimizer.step()
        scheduler.step()
        scheduler.step()

    def overridden():
        optimizer, scheduler = plan(torch, "StepLR", 2)
        optimizer.step = lambda: None
        scheduler.step()

    return [warned(f) for f in (wrong, right, overridden)]


@case
def epochs_given(torch):
    told = []
    for kind, args in PLANS:
        optimizer, scheduler = plan(torch, kind, *args)
        optimizer.step()
        for epoch in (2, 4, 0):
            words = warned(lambda s=scheduler, e=epoch: s.step(e))
            told += [scheduler.get_last_lr(), scheduler.last_epoch]
        told.append(words)
    _, scheduler = plan(torch, "ReduceLROnPlateau")
    return told, warned(lambda: scheduler.step(1.0, 5)), scheduler.last_epoch


@case
def rates_asked_for_outside_of_a_step(torch):
    _, scheduler = plan(torch, "ExponentialLR", 0.5)
    return warned(scheduler.get_lr), scheduler.get_last_lr()


@case
def rates_changed_by_hand(torch):
    told = []
    for kind, args in PLANS:
        optimizer, scheduler = plan(torch, kind, *args)
        optimizer.step()
        scheduler.step()
        optimizer.param_groups[0]["lr"] = 7.0
        scheduler.step()
        told.append(scheduler.get_last_lr())
    return told


@case
def two_schedulers_at_once(torch):
    optimizer, first = plan(torch, "ExponentialLR", 0.9)
    _, second = plan(torch, "StepLR", 2, optimizer=optimizer)
    told = []
    for _ in range(4):
        optimizer.step()
        first.step()
        second.step()
        told += [first.get_last_lr(), second.get_last_lr(), optimizer.param_groups[0]["lr"]]
    return told


@case
def schedulers_refused(torch):
    x = leaf(torch)
    makers = torch.optim.lr_scheduler
    sgd = torch.optim.SGD([x], lr=1.0, momentum=0.9)
    adagrad = torch.optim.Adagrad([x])
    return [
        error(call)
        for call in (
            lambda: makers.StepLR(5, 2),
            lambda: makers.ReduceLROnPlateau("a"),
            lambda: makers.OneCycleLR(x, 0.1, 5),
            lambda: makers.LambdaLR(sgd, [len, len]),
            lambda: makers.LinearLR(sgd, start_factor=0),
            lambda: makers.LinearLR(sgd, start_factor=1.5),
            lambda: makers.LinearLR(sgd, end_factor=-0.1),
            lambda: makers.OneCycleLR(sgd, 0.1),
            lambda: makers.OneCycleLR(sgd, 0.1, epochs=2),
            lambda: makers.OneCycleLR(sgd, 0.1, total_steps=0),
            lambda: makers.OneCycleLR(sgd, 0.1, total_steps=1.5),
            lambda: makers.OneCycleLR(sgd, 0.1, epochs=0, steps_per_epoch=1),
            lambda: makers.OneCycleLR(sgd, 0.1, epochs=1, steps_per_epoch=-1),
            lambda: makers.OneCycleLR(sgd, 0.1, 10, pct_start=2.0),
            lambda: makers.OneCycleLR(sgd, 0.1, 10, pct_start=1),
            lambda: makers.OneCycleLR(sgd, 0.1, 10, anneal_strategy="sin"),
            lambda: makers.OneCycleLR(sgd, [0.1, 0.2], 10),
            lambda: makers.OneCycleLR(sgd, 0.1, 10, base_momentum=[1, 2]),
            lambda: makers.OneCycleLR(adagrad, 0.1, 10),
            lambda: makers.ReduceLROnPlateau(sgd, factor=1.0),
            lambda: makers.ReduceLROnPlateau(sgd, mode="less"),
            lambda: makers.ReduceLROnPlateau(sgd, threshold_mode="less"),
            lambda: makers.ReduceLROnPlateau(sgd, min_lr=[1, 2]),
            lambda: makers.ReduceLROnPlateau(sgd).step("good"),
            lambda: makers.LRScheduler(sgd),
        )
    ]


@case
def steps_past_the_end_of_a_cycle(torch):
    optimizer, scheduler = plan(torch, "OneCycleLR", 0.5, total_steps=3, cycle_momentum=False)
    told = []
    for _ in range(5):
        optimizer.step()
        told += [done(scheduler.step), scheduler.get_last_lr()]
    return told


@case
def a_group_added_on_a_plateau(torch):
    told = []
    for lowest in (0.0, [0.0]):
        optimizer, scheduler = plan(torch, "ReduceLROnPlateau", patience=0, min_lr=lowest)
        optimizer.add_param_group({"params": [leaf(torch)]})
        scheduler.step(1.0)
        told += [done(scheduler.step, 1.0), [g["lr"] for g in optimizer.param_groups]]
    return told


@case
def callable_objects(torch):
    class Factor:
        def __init__(self, k):
            self.k = k

        def __call__(self, epoch):
            return self.k**epoch

    _, scheduler = plan(torch, "LambdaLR", [Factor(0.5)])
    _, other = plan(torch, "LambdaLR", [Factor(0.25)])
    saved = scheduler.state_dict()
    other.load_state_dict(saved)
    return saved["lr_lambdas"], other.lr_lambdas[0].k, "lr_lambdas" in saved


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", case)
def test_optim(name):
    case.check(name)


# ------------------------------------------------------------ minigrad's own
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_half_done(name):
    """A gradient or a memory that does not fit is found before anything is written."""
    x, y = minigrad.ones(2, requires_grad=True), minigrad.ones(3, requires_grad=True)
    optimizer = getattr(minigrad.optim, name)([x, y], lr=0.1)
    x.grad, y.grad = minigrad.ones(2), minigrad.ones(3)
    optimizer.step()
    before, state = x.tolist(), pickle.dumps(optimizer.state_dict())

    def refused(words):
        with pytest.raises(RuntimeError, match=words):
            optimizer.step()
        assert x.tolist() == before and x._version == 1 and pickle.dumps(optimizer.state_dict()) == state

    y.grad.data = minigrad.ones(1)  # PyTorch would broadcast it
    refused(r"does not fit it: minigrad.float32, shape \[1\], for minigrad.float32, shape \[3\]")
    y.grad.data = minigrad.ones(3, dtype=minigrad.float64)
    refused("does not fit it: minigrad.float64")
    y.grad = None
    y.data = minigrad.ones(1).expand(3)
    y.grad = minigrad.ones(3)
    refused("more than one element of the written-to tensor")
    y.data = minigrad.ones(4)
    y.grad = minigrad.ones(4)
    if optimizer.state[y]:
        refused(r"has shape \[3\], the parameter \[4\]")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("option", ["differentiable", "capturable"])
def test_options_that_are_not_supported(name, option):
    x = minigrad.ones(2, requires_grad=True)
    make = getattr(minigrad.optim, name)
    with pytest.raises((ValueError, TypeError), match=f"{option}"):
        make([x], **{option: True})
    with pytest.raises(ValueError, match=f"{option}=True is not supported"):
        make([{"params": [x], option: True}])


@on_both
def test_a_step_writes_into_the_parameters_own_memory(torch):
    for name in NAMES:
        x, state = torch.ones(2, requires_grad=True), None
        optimizer = getattr(torch.optim, name)([x])
        memory = x.detach().numpy()
        for _ in range(2):
            x.grad = torch.ones(2)
            optimizer.step()
            held = {key: value.data_ptr() for key, value in optimizer.state[x].items()}
            assert state in (None, held)
            state = held
        assert memory[0] == x[0].item() != 1


def test_a_write_to_what_the_optimizer_remembers_is_seen():
    x = minigrad.ones(2, requires_grad=True)
    optimizer = minigrad.optim.SGD([x], momentum=0.9)
    x.grad = minigrad.ones(2)
    optimizer.step()
    loss = (x * optimizer.state[x]["momentum_buffer"]).sum()
    optimizer.step()
    with pytest.raises(errors.InplaceError):
        loss.backward()


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_that_comes_twice_has_one_state(name):
    x, y = minigrad.ones(2, requires_grad=True), minigrad.ones(2, requires_grad=True)
    with pytest.warns(UserWarning, match="duplicate parameters"):
        twice = getattr(minigrad.optim, name)([x, x], lr=0.1, **({"momentum": 0.9} if name == "SGD" else {}))
    once = getattr(minigrad.optim, name)([y], lr=0.1, **({"momentum": 0.9} if name == "SGD" else {}))
    x.grad, y.grad = minigrad.ones(2), minigrad.ones(2)
    for _ in range(2):
        twice.step()
    for _ in range(4):
        once.step()
    assert minigrad.equal(x, y)


@pytest.mark.parametrize("name", NAMES)
def test_a_loaded_state_is_ones_own(name):
    """PyTorch's is that of the optimizer it came from, if nothing had to be converted."""
    (x, optimizer), (y, other) = (stepped(minigrad, name, steps=n) for n in (2, 1))
    other.load_state_dict(optimizer.state_dict())
    before = pickle.dumps(optimizer.state_dict())
    y.grad = minigrad.ones(2)
    other.step()
    assert pickle.dumps(optimizer.state_dict()) == before


def test_inference_tensors_are_refused_before_anything_is_written():
    x = minigrad.ones(2, requires_grad=True)
    with minigrad.inference_mode():
        y = minigrad.ones(2)
    optimizer = minigrad.optim.SGD([x, y], lr=0.5)
    x.grad = y.grad = minigrad.ones(2)
    with pytest.raises(RuntimeError, match="Inplace update to inference tensor outside InferenceMode"):
        optimizer.step()
    assert x.tolist() == [1, 1]
    with minigrad.inference_mode():
        optimizer.step()
    assert x.tolist() == y.tolist() == [0.5, 0.5]


def test_an_optimizer_is_freed_with_its_last_name():
    """A scheduler has it remember its steps without a cycle."""
    import gc
    import weakref

    gc.collect()
    gc.disable()
    try:
        x = minigrad.ones(2, requires_grad=True)
        optimizer = minigrad.optim.SGD([x], lr=1.0)
        scheduler = minigrad.optim.lr_scheduler.StepLR(optimizer, 2)
        optimizer.step()
        gone = weakref.ref(optimizer)
        del optimizer, scheduler
        assert gone() is None
    finally:
        gc.enable()
