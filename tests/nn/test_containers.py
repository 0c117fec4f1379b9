"""Containers: how they are filled, read, cut, printed, and what they refuse."""

from __future__ import annotations

from collections import OrderedDict

import pytest

from tests.conformance import Cases, done, error, on_both

case = Cases("nn_containers", versions=False)


def layers(torch, n):
    return [torch.nn.Linear(i + 1, i + 2) for i in range(n)]


def shown(container):
    return repr(container), list(container._modules)


@case
def sequential(torch):
    S, a = torch.nn.Sequential, layers(torch, 4)
    s = S(*a)
    told = [shown(s), len(s), s[0] is a[0], s[-1] is a[3], [m is n for m, n in zip(s, a, strict=True)]]
    told += [
        shown(s[1:3]),
        shown(s[:0]),
        shown(S(OrderedDict(x=a[0], y=a[1]))),
        shown(S(OrderedDict(x=a[0], y=a[1]))[1:]),
    ]
    told += [S(OrderedDict(x=a[0])).x is a[0], shown(s + S(a[0])), shown(s * 2), shown(2 * S(a[0]))]
    s[1] = torch.nn.Identity()
    told.append(shown(s))
    del s[0]
    told.append(shown(s))
    del s[1:]
    told += [
        shown(s),
        shown(s.append(a[0])),
        shown(s.extend(a[:2])),
        shown(s.insert(1, a[3])),
        shown(s.insert(-1, a[3])),
    ]
    told += [s.pop(0) is not None, shown(s), shown(s.pop(slice(0, 2))), shown(s)]
    s += S(a[0])
    s *= 2
    return [*told, shown(s)]


@case
def sequential_errors(torch):
    S, a = torch.nn.Sequential, layers(torch, 2)
    s = S(*a)
    told = [
        error(lambda: s[2]),
        error(lambda: s[-3]),
        error(lambda: s["0"]),
        error(lambda: S(3)),
        error(lambda: S("x")),
    ]
    told += [
        done(s.insert, 5, a[0]),
        done(s.append, 3),
        error(lambda: s * 0),
        error(lambda: s * "x"),
        done(s.__setitem__, 2, a[0]),
    ]
    told += [done(s.__delitem__, 2), error(lambda: S({"x": a[0]})), error(lambda: s(1, 2)), shown(s)]
    return [t.split(" but ")[0].split(" for ")[0] if isinstance(t, str) else t for t in told]


@case
def sequential_computes(torch):
    nn = torch.nn
    s = nn.Sequential(nn.Flatten(), nn.Identity(), nn.Sequential(), nn.Flatten(0))
    return s(torch.ones(2, 2, 2)), nn.Sequential()(3)


@case
def module_list(torch):
    L, a = torch.nn.ModuleList, layers(torch, 4)
    m = L(a)
    told = [shown(m), len(m), m[0] is a[0], m[-1] is a[3], shown(m[1:3]), shown(L()), shown(m + L(a[:1]))]
    m[1] = a[0]
    told.append(shown(m))
    del m[0]
    told.append(shown(m))
    del m[1:]
    told += [
        shown(m),
        shown(m.append(a[0])),
        shown(m.extend(a[:2])),
        m.insert(1, a[3]),
        shown(m),
        m.pop(0) is a[0],
        shown(m),
    ]
    m += L(a[:1])
    told += [shown(m), shown(m.pop(slice(0, 2))), shown(m), a[0] in m]
    told += [error(lambda: m[9]), error(lambda: m("x")), done(m.extend, 3), done(m.append, 3), error(lambda: L(3))]
    return told, list(L(torch.nn.Linear(1, 1) for _ in range(2)).state_dict())


@case
def runs_in_a_list(torch):
    nn = torch.nn
    a, b = nn.Linear(1, 1), nn.Sequential(nn.Identity())
    return [
        repr(nn.ModuleList(x))
        for x in ([a, a, a], [a, b, b, a], [b, b], [nn.ModuleList([a, a]), nn.ModuleList([a, a])])
    ]


@case
def module_dict(torch):
    D, a = torch.nn.ModuleDict, layers(torch, 3)
    d = D({"x": a[0], "y": a[1]})
    told = [
        shown(d),
        len(d),
        d["x"] is a[0],
        list(d),
        list(d.keys()),
        [k for k, _ in d.items()],
        len(list(d.values())),
        "x" in d,
    ]
    d["z"] = a[2]
    told += [
        shown(d),
        d.pop("x") is a[0],
        shown(d),
        shown(D([("p", a[0])])),
        shown(D(OrderedDict(q=a[0]))),
        shown(D(d)),
    ]
    d.update({"y": a[2]})
    del d["z"]
    told += [shown(d), error(lambda: d["nothing"]), done(d.update, 3), done(d.update, [3]), done(d.update, [(1, 2, 3)])]
    told += [done(d.__setitem__, "keys", a[0]), done(d.__setitem__, "k", 3), done(d.__setitem__, 3, a[0])]
    d.clear()
    return [*told, shown(d), len(d)]


def _shown_parameters(p):
    return repr(p), [n for n, _ in p.named_parameters()], len(p)


@case
def parameter_list(torch):
    L, P = torch.nn.ParameterList, torch.nn.Parameter
    p = L([P(torch.ones(2, 3)), torch.zeros(1), "text"])
    told = [_shown_parameters(p), type(p[1]).__name__, p[2], p[-1], _shown_parameters(p[:2]), _shown_parameters(L())]
    p[1] = torch.ones(4)
    p += [torch.ones(1, dtype=torch.float64)]
    told += [_shown_parameters(p), _shown_parameters(p.append(torch.tensor(1.0)))]
    return [
        *told,
        error(lambda: p[9]),
        error(lambda: p(1)),
        done(p.extend, 3),
        done(p.extend, torch.ones(2)),
        [x is not None for x in p],
    ]


@case
def parameter_dict(torch):
    D, P = torch.nn.ParameterDict, torch.nn.Parameter
    d = D({"a": P(torch.ones(2, 3)), "b": torch.zeros(1), "c": 3})
    told = [
        _shown_parameters(d),
        list(d),
        list(d.keys()),
        [k for k, _ in d.items()],
        "a" in d,
        type(d["b"]).__name__,
        d["c"],
    ]
    d["e"] = torch.ones(1)
    del d["a"]
    told += [_shown_parameters(d), d.pop("b"), _shown_parameters(d), _shown_parameters(D([("x", torch.ones(1))]))]
    d.update({"e": torch.zeros(2)})
    return [
        *told,
        _shown_parameters(d),
        error(lambda: d["nothing"]),
        error(lambda: d[3]),
        error(lambda: d(1)),
        done(d.update, 3),
    ]


@pytest.mark.parametrize("name", case)
def test_as_torch_says(name):
    case.check(name)


@on_both
def test_modules_in_a_plain_list_are_not_found(torch):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden, self.seen = [torch.nn.Linear(1, 1)], torch.nn.ModuleList([torch.nn.Linear(1, 1)])

    assert len(list(Net().parameters())) == 2
