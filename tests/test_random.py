"""Random numbers: generators and seeds, distributions as promised, gradients of random results, and what is refused."""

from __future__ import annotations

import subprocess
import sys

import pytest

import minigrad
from tests.conformance import Cases, error, on_both, tell_node

case = Cases("random", versions=False)

DRAWS = {
    "rand": lambda t, g: t.rand(40, generator=g),
    "randn": lambda t, g: t.randn(40, generator=g),
    "randint": lambda t, g: t.randint(-3, 9, (40,), generator=g),
    "randperm": lambda t, g: t.randperm(40, generator=g),
    "normal of numbers": lambda t, g: t.normal(1.0, 2.0, (40,), generator=g),
    "normal of tensors": lambda t, g: t.normal(t.zeros(40), t.ones(40), generator=g),
    "normal of a mean": lambda t, g: t.normal(t.zeros(40), 2.0, generator=g),
    "normal of deviations": lambda t, g: t.normal(0.0, t.ones(40), generator=g),
    "bernoulli": lambda t, g: t.bernoulli(t.full((40,), 0.5), generator=g),
    "bernoulli of a number": lambda t, g: t.bernoulli(t.zeros(40), 0.5, generator=g),
    "multinomial": lambda t, g: t.multinomial(t.ones(40), 30, generator=g),
    "with replacement": lambda t, g: t.multinomial(t.ones(40), 60, replacement=True, generator=g),
    "uniform_": lambda t, g: t.zeros(40).uniform_(2, 3, generator=g),
    "normal_": lambda t, g: t.zeros(40).normal_(2, 3, generator=g),
    "bernoulli_": lambda t, g: t.zeros(40).bernoulli_(0.5, generator=g),
    "bernoulli_ of a tensor": lambda t, g: t.zeros(40).bernoulli_(t.full((40,), 0.5), generator=g),
    "method": lambda t, g: t.full((40,), 0.5).bernoulli(generator=g),
    "multinomial method": lambda t, g: t.ones(40).multinomial(30, generator=g),
    "randint_like": lambda t, g: t.randint_like(t.zeros(40), 100) if g is None else t.randint(100, (40,), generator=g),
}


# ------------------------------------------------------------ generators
@on_both
@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_a_generator_is_a_stream_of_its_own(torch, draw):
    g, h = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    torch.manual_seed(5)
    before = torch.rand(2)
    first, second, same = draw(torch, g), draw(torch, g), draw(torch, h)
    assert torch.equal(first, same) and not torch.equal(first, second)
    torch.manual_seed(5)
    draw(torch, torch.Generator())
    assert torch.equal(torch.rand(2), before)  # the default one knows nothing of it
    torch.manual_seed(7)
    first = draw(torch, None)
    torch.manual_seed(7)
    assert torch.equal(draw(torch, None), first)


@case
def seeds(torch):
    g = torch.Generator()
    told = [
        g.initial_seed(),
        str(g.device),
        g.manual_seed(7) is g,
        g.initial_seed(),
        torch.manual_seed(9).initial_seed(),
    ]
    told += [
        torch.initial_seed(),
        torch.default_generator.initial_seed(),
        torch.manual_seed(1) is torch.default_generator,
    ]
    told += [
        g.manual_seed(-1).initial_seed(),
        g.manual_seed(2**64 - 1).initial_seed(),
        torch.manual_seed(-3).initial_seed(),
    ]
    told += [error(lambda s=s: g.manual_seed(s)) for s in ("a", 1.5, 2**64, -(2**63) - 1, torch.tensor(3), True)]
    told += [error(lambda s=s: torch.manual_seed(s)) for s in ("a", 2**64)]
    return [*told, torch.manual_seed(1.7).initial_seed(), g.initial_seed()]


@case
def states_refused(torch):
    g = torch.Generator()
    return (
        g.get_state().dtype,
        error(lambda: g.set_state(torch.zeros(3))),
        error(lambda: g.set_state(torch.zeros(3, dtype=torch.uint8))).split(" of size")[0],
        error(lambda: g.set_state(3)),
        error(lambda: torch.set_rng_state("x")),
        error(lambda: torch.Generator("foo")).split(" device type")[0][:20],
        error(lambda: torch.rand(2, generator=3)).split(" ")[0],
    )


@on_both
def test_a_state_is_where_the_stream_is(torch):
    g = torch.Generator().manual_seed(3)
    torch.randn(3, generator=g), torch.randint(5, (3,), generator=g)
    state = g.get_state()
    first = torch.randn(5, generator=g)
    h = torch.Generator()
    h.set_state(state)
    assert torch.equal(torch.randn(5, generator=h), first) and h.initial_seed() == 3
    torch.manual_seed(4)
    torch.rand(3)
    state, first = torch.get_rng_state(), torch.rand(3)
    torch.set_rng_state(state)
    assert torch.equal(torch.rand(3), first)


@on_both
def test_seed_begins_anew(torch):
    g = torch.Generator()
    seeds = {g.seed() for _ in range(4)} | {torch.seed() for _ in range(4)}
    assert len(seeds) == 8 and torch.initial_seed() in seeds
    a = torch.rand(3, generator=g)
    assert torch.equal(a, torch.rand(3, generator=g.manual_seed(g.initial_seed())))


@on_both
def test_a_fork_leaves_the_stream_alone(torch):
    torch.manual_seed(2)
    a = torch.rand(3)
    torch.manual_seed(2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(77)
        torch.rand(3)
    assert torch.equal(torch.rand(3), a) and torch.initial_seed() == 2
    torch.manual_seed(2)
    with torch.random.fork_rng(devices=[], enabled=False):
        torch.rand(3)
    assert not torch.equal(torch.rand(3), a)


def test_without_a_seed_each_process_draws_other_numbers_and_imports_no_random_module():
    code = (
        "import sys, minigrad; print('numpy.random' in sys.modules, minigrad.rand(1).item(), minigrad.initial_seed())"
    )
    run = [sys.executable, "-c", code]
    said = {subprocess.run(run, capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert len(said) == 2 and all(line.startswith("False") for line in said)


def test_a_generator_of_another_device_is_refused():
    g = minigrad.Generator("cuda")
    with pytest.raises(RuntimeError, match="Expected a 'cpu' device type for generator but found 'cuda'"):
        minigrad.rand(2, generator=g)


# ------------------------------------------------------------ distributions
@on_both
def test_distributions_are_as_promised(torch):
    torch.manual_seed(0)
    n = 4000
    x = torch.normal(torch.full((n,), 3.0), torch.full((n,), 2.0))
    assert abs(x.mean() - 3) < 0.15 and abs(x.std() - 2) < 0.1
    assert abs(torch.normal(3.0, torch.full((n,), 2.0)).std() - 2) < 0.1
    assert abs(torch.normal(torch.full((n,), 3.0), 2.0).mean() - 3) < 0.15
    x = torch.normal(torch.tensor([[0.0], [100.0]]), torch.ones(n))
    assert x.shape == (2, n) and abs(x[1].mean() - 100) < 0.1 and not torch.equal(x[0], x[1] - 100)
    for x in (
        torch.bernoulli(torch.full((n,), 0.3)),
        torch.bernoulli(torch.ones(n), 0.3),
        torch.ones(n).bernoulli_(0.3),
    ):
        assert abs(x.mean() - 0.3) < 0.04 and set(x.tolist()) == {0.0, 1.0}
    assert torch.bernoulli(torch.tensor([0.0, 1.0])).tolist() == [0, 1]


@on_both
@pytest.mark.parametrize("replacement", [False, True])
def test_multinomial_draws_in_proportion(torch, replacement):
    torch.manual_seed(0)
    weights = (
        torch.tensor([[1.0, 0.0, 3.0, 6.0], [0.0, 5.0, 0.0, 0.0]])
        if replacement
        else torch.tensor([[1.0, 0.0, 3.0, 6.0]])
    )
    counts = [0.0] * 4
    for _ in range(600):
        chosen = torch.multinomial(weights, 3 if replacement else 2, replacement)
        assert chosen.dtype == torch.int64
        if replacement:
            assert chosen[1].tolist() == [1, 1, 1]
        else:
            assert chosen[0, 0] != chosen[0, 1]
        counts[int(chosen[0, 0])] += 1 / 600
    assert counts[1] == 0 and all(abs(c - w) < 0.07 for c, w in zip(counts, (0.1, 0, 0.3, 0.6), strict=True))


def test_rounding_never_chooses_what_weighs_nothing(monkeypatch):
    """Where the shares add up to a little less than the number drawn."""
    monkeypatch.setattr("minigrad.random.uniform", lambda shape, *more: minigrad.ones(shape).double().array)
    assert minigrad.multinomial(minigrad.tensor([1.0, 2.0, 0.0]), 2, replacement=True).tolist() == [1, 1]


# ------------------------------------------------------------ graphs
@case
def nodes(torch):
    x = torch.full((3,), 0.5, requires_grad=True)
    results = (
        torch.bernoulli(x),
        (x * 1).bernoulli_(),
        (x * 1).bernoulli_(x),
        (x * 1).normal_(),
        (x * 1).uniform_(),
        torch.normal(x, 1.0),
        torch.normal(0.0, x),
        torch.normal(x, x),
    )
    told = []
    for r in results:
        (g,) = torch.autograd.grad(r.sum(), x)
        told.append([tell_node(r.grad_fn), g])
    return told, torch.multinomial(x, 2).requires_grad, error(lambda: x.bernoulli_())


@case
def dtypes(torch):
    f64, i64 = torch.ones(2, dtype=torch.float64), torch.ones(2, dtype=torch.int64)
    return [
        r.dtype
        for r in (
            torch.bernoulli(f64),
            torch.zeros(2, dtype=torch.int64).bernoulli_(0.5),
            torch.zeros(2, dtype=torch.bool).bernoulli_(),
            torch.normal(f64, torch.ones(2)),
            torch.normal(torch.ones(2), f64),
            torch.normal(0.0, 1.0, (2,), dtype=torch.float64),
            torch.randint_like(torch.zeros(2), 3),
            torch.randint_like(i64, 1, 3),
            torch.normal(0, 1, (2,)),
        )
    ]


@case
def refused(torch):
    b, m, n, z = torch.bernoulli, torch.multinomial, torch.normal, torch.zeros
    return [
        str(error(call)).split(" - got")[0]
        for call in (
            lambda: b(torch.tensor([2.0])),
            lambda: b(torch.tensor([float("nan")])),
            lambda: b(torch.tensor([1, 0])),
            lambda: b(z(2), 2.0),
            lambda: b(3.0),
            lambda: z(2).bernoulli_(1.5),
            lambda: z(2).bernoulli_(-1),
            lambda: z(2).bernoulli_(torch.tensor([2.0, 3])),
            lambda: z(2).bernoulli_(z(3)),
            lambda: z(2).bernoulli_(z(2, 2)).shape,
            lambda: z(2, 2).bernoulli_(torch.ones(2)),
            lambda: m(torch.tensor([0.0, 1, 0]), 5),
            lambda: m(torch.tensor([-1.0, 1]), 1),
            lambda: m(torch.tensor([-1.0, 1]), 1, True),
            lambda: m(torch.tensor([0.0, 0]), 1),
            lambda: m(torch.tensor([0.0, 0]), 1, True),
            lambda: m(torch.tensor([1, 0]), 1),
            lambda: m(z(1, 1, 1), 1),
            lambda: m(torch.tensor(1.0), 1),
            lambda: m(torch.tensor([1.0, 2]), 0),
            lambda: m(torch.tensor([1.0, float("inf")]), 1),
            lambda: n(z(2), -1.0),
            lambda: n(0.0, -1.0, (2,)),
            lambda: n(0.0, torch.tensor([-1.0])),
            lambda: n(z(2), torch.ones(3)),
            lambda: n(z(2, dtype=torch.int64), 1.0),
            lambda: n(0.0, 1.0),
            lambda: z(2).normal_(0, -1),
            lambda: z(2).uniform_(2, 1),
            lambda: z(2, dtype=torch.int32).normal_(),
            lambda: z(2, dtype=torch.int32).uniform_(),
        )
    ]


@pytest.mark.parametrize("name", case)
def test_as_torch_says(name):
    case.check(name)
