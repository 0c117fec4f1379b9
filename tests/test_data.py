"""`minigrad.utils.data`: data sets, samplers, batches and their errors, as PyTorch's."""

from __future__ import annotations

import collections
import types

import numpy as np
import pytest

import minigrad
from minigrad.utils.data import (
    DataLoader,
    RandomSampler,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    random_split,
)
from tests.conformance import Cases, done, error
from tests.test_optim import warned

case = Cases("data")
Point = collections.namedtuple("Point", ["x", "y"])


class Squares:
    """A data set by its protocol alone."""

    def __len__(self):
        return 5

    def __getitem__(self, i):
        if not 0 <= i < 5:
            raise IndexError(i)
        return i, i * 0.5


def counting(torch, n):
    class Counting(torch.utils.data.IterableDataset):
        def __iter__(self):
            return iter(range(n))

    return Counting()


def rows(torch, n=5):
    return torch.utils.data.TensorDataset(torch.arange(2.0 * n).reshape(n, 2), torch.arange(n))


# ------------------------------------------------------------ data sets
@case
def tensor_datasets(torch):
    data = rows(torch)
    told = [len(data), data[1], data[-1], data[1:3], data[torch.tensor([0, 4])], len(data.tensors)]
    told.append(error(lambda: torch.utils.data.TensorDataset(torch.ones(2), torch.ones(3))))
    return told, done(torch.utils.data.TensorDataset), error(lambda: data[7])


@case
def concatenated_datasets(torch):
    make = torch.utils.data.ConcatDataset
    data = make([rows(torch, 2), Squares(), [7, 8]])
    told = [len(data), data.cumulative_sizes, data[0], data[2], data[8], data[-1], data[-9]]
    told += [error(lambda: data[9]), error(lambda: data[-10]), error(lambda: make([]))]
    told.append(error(lambda: make([counting(torch, 3)])))
    both = rows(torch, 1) + rows(torch, 2)
    return told, type(both).__name__, len(both), both[2]


@case
def chained_datasets(torch):
    chain = counting(torch, 2) + counting(torch, 3)
    told = [type(chain).__name__, list(chain), list(chain), error(lambda: len(chain))]
    return told, error(lambda: list(counting(torch, 1) + rows(torch)))


@case
def bases(torch):
    base = torch.utils.data.Dataset()
    return error(lambda: base[0]), error(lambda: len(base)), isinstance(counting(torch, 1), torch.utils.data.Dataset)


@case
def subsets(torch):
    data = torch.utils.data.Subset(rows(torch), [4, 0, 2])
    again = torch.utils.data.Subset(data, [1, 1])
    told = [len(data), data[0], data[-1], data[[0, 2]], data.indices, len(again), again[1]]
    return told, error(lambda: data[3]), list(torch.utils.data.DataLoader(data, batch_size=2))


@case
def splits(torch):
    split = torch.utils.data.random_split
    told = []
    for lengths in ([3, 2], [5], [5, 0], [0.5, 0.5], [0.3, 0.3, 0.4], [1.0], [0.2] * 5, [0.9, 0.1], [0.99, 0.01]):
        parts, words = warned(lambda lengths=lengths: split(range(5), lengths))
        told.append([[len(part) for part in parts], sorted(i for part in parts for i in part), words])
    for lengths in ([3, 3], [0.5, 0.4], [1.5, -0.5], [2], []):
        told.append(error(lambda lengths=lengths: split(range(5), lengths)))
    return told


# ------------------------------------------------------------ samplers
@case
def samplers(torch):
    data = torch.utils.data
    told = [list(data.SequentialSampler("abc")), len(data.SequentialSampler("abc"))]
    for options in ({}, {"num_samples": 2}, {"num_samples": 11}, {"replacement": True, "num_samples": 40}):
        sampler = data.RandomSampler(range(4), **options)
        drawn = list(sampler)
        told += [len(sampler), len(drawn), sampler.num_samples, set(drawn) <= set(range(4))]
        told.append(sorted(drawn[:8]) if len(drawn) in (4, 11) else "")
    sampler = data.SubsetRandomSampler([7, 5, 3])
    told += [sorted(sampler), len(sampler)]
    sampler = data.WeightedRandomSampler([0.0, 1.0, 0.0, 2.0], 6)
    told += [set(sampler) <= {1, 3}, len(list(sampler)), len(sampler)]
    told += [sorted(data.WeightedRandomSampler([1.0, 2.0, 3.0], 3, replacement=False))]
    for size, drop in ((2, False), (2, True), (5, False), (7, True), (7, False)):
        batches = data.BatchSampler(data.SequentialSampler(range(5)), size, drop)
        told += [list(batches), len(batches)]
    return told


@case
def samplers_refused(torch):
    data = torch.utils.data
    return [
        error(call)
        for call in (
            lambda: data.RandomSampler(range(4), replacement=1),
            lambda: data.RandomSampler(range(4), num_samples=0),
            lambda: data.RandomSampler(range(4), num_samples=1.5),
            lambda: data.RandomSampler([]),
            lambda: data.BatchSampler(range(3), 0, False),
            lambda: data.BatchSampler(range(3), True, False),
            lambda: data.BatchSampler(range(3), 2.0, False),
            lambda: data.BatchSampler(range(3), 2, 0),
            lambda: data.WeightedRandomSampler([1.0], 0),
            lambda: data.WeightedRandomSampler([1.0], True),
            lambda: data.WeightedRandomSampler([1.0], 1, replacement=1),
            lambda: data.WeightedRandomSampler([[1.0]], 1),
            lambda: list(data.WeightedRandomSampler([1.0, 1.0], 3, replacement=False)),
            lambda: list(data.WeightedRandomSampler([0.0, 0.0], 1)),
            lambda: list(data.WeightedRandomSampler([-1.0, 2.0], 1)),
            lambda: iter(data.Sampler()),
        )
    ]


# ------------------------------------------------------------ batches
@case
def collated(torch):
    collate = torch.utils.data.default_collate
    x = torch.ones(2)
    told = [
        collate([x, x * 2]),
        collate([torch.tensor(1), torch.tensor(2)]),
        collate([1, 2]),
        collate([True, False]),
        collate([0.5, 1]),
        collate([np.float32(1), np.float32(2)]),
        collate([np.int16(1)]),
        collate([np.bool_(True)]),
        collate([np.ones(2), np.zeros(2)]),
        collate([np.ones((1, 2), np.float32)]),
        collate(["a", "b"]),
        collate([b"a"]),
        collate([(1, x), (2, x)]),
        collate([[1, 2.0], [3, 4.0]]),
        collate([((1, 2), [3])]),
        collate([{"a": 1, "b": [x]}, {"a": 2, "b": [x]}]),
        collate([Point(1, 2.0), Point(3, 4.0)]),
        collate([()]),
        collate([[]]),
        collate([types.MappingProxyType({"a": 1})]),
        collate([collections.OrderedDict(a=1)]),
        collate([range(2), range(2)]),
        collate(((1,), (2,))),
    ]
    x.requires_grad_()
    return told, collate([x, x])


@case
def uncollated(torch):
    collate = torch.utils.data.default_collate
    return [
        error(call)
        for call in (
            lambda: collate([torch.ones(2), torch.ones(3)]),
            lambda: collate([None]),
            lambda: collate([object]),
            lambda: collate([np.array(["a"])]),
            lambda: collate([np.array([None])]),
            lambda: collate([(1, 2), (1,)]),
            lambda: collate([{"a": 1}, {"b": 1}]),
            lambda: collate([{1, 2}]),
            lambda: collate([]),
        )
    ]


@case
def converted(torch):
    convert = torch.utils.data.default_convert
    x = torch.ones(2)
    told = [convert(x) is x, convert(np.ones(2)), convert(np.float32(1)), convert(5), convert("a"), convert(None)]
    told += [convert((1, np.ones(1))), convert([np.int8(1)]), convert({"a": np.ones(1)}), convert(Point(np.ones(1), 2))]
    return told, convert(np.array(["a"])), convert(b"a"), convert([[np.ones(1)], ()])


@case
def loaded(torch):
    load = torch.utils.data.DataLoader
    told = []
    for data in (rows(torch), Squares(), range(5), counting(torch, 5)):
        for options in ({}, {"batch_size": 2}, {"batch_size": 2, "drop_last": True}, {"batch_size": None}):
            loader = load(data, **options)
            told += [list(loader), list(loader), error(lambda loader=loader: len(loader))]
    told += [list(load(rows(torch), sampler=[3, 1])), list(load(range(5), batch_sampler=[[0, 4], [2]]))]
    told += [list(load(range(3), collate_fn=list)), list(load(range(5), batch_size=3, collate_fn=sum))]
    told += [list(load([])), len(load([])), list(load(rows(torch), batch_size=2, sampler=iter([0, 1, 2])))]
    return told


@case
def loaders_that_fetch_many_at_once(torch):
    class Many(Squares):
        def __getitems__(self, numbers):
            return [("many", i) for i in numbers]

    return list(torch.utils.data.DataLoader(Many(), batch_size=3)), list(
        torch.utils.data.DataLoader(Many(), batch_size=None)
    )


@case
def shuffled(torch):
    loader = torch.utils.data.DataLoader(range(100), batch_size=30, shuffle=True)
    first, second = ([int(i) for batch in loader for i in batch] for _ in range(2))
    told = [sorted(first) == list(range(100)), first != second, sorted(second) == list(range(100)), len(loader)]

    def drawn(seed):
        g = torch.Generator().manual_seed(seed)
        return [int(b) for b in torch.utils.data.DataLoader(range(100), shuffle=True, generator=g)]

    told += [drawn(0) == drawn(0), drawn(0) != drawn(1)]
    torch.manual_seed(3)
    first = [int(i) for batch in loader for i in batch]
    torch.manual_seed(3)
    return told, first == [int(i) for batch in loader for i in batch]


@case
def loaders_refused(torch):
    load = torch.utils.data.DataLoader
    told = [
        error(lambda o=options: load(range(5), **o))
        for options in (
            {"batch_size": 0},
            {"batch_size": -1},
            {"batch_size": 1.5},
            {"batch_size": None, "drop_last": True},
            {"shuffle": True, "sampler": [0]},
            {"batch_sampler": [[0]], "batch_size": 2},
            {"batch_sampler": [[0]], "shuffle": True},
            {"batch_sampler": [[0]], "drop_last": True},
            {"batch_sampler": [[0]], "sampler": [0]},
            {"num_workers": -1},
            {"timeout": -1},
            {"prefetch_factor": 2},
            {"persistent_workers": True},
            {"multiprocessing_context": "spawn"},
        )
    ]
    for options in ({"shuffle": True}, {"sampler": [0]}, {"batch_sampler": [[0]]}):
        told.append(error(lambda o=options: load(counting(torch, 3), **o)))
    told += [
        error(lambda: load([], shuffle=True)),
        len(load(counting(torch, 3), shuffle=False, batch_size=2).dataset.__dict__),
    ]
    loader = load(range(5))
    for name in ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset"):
        told.append(error(lambda n=name: setattr(loader, n, 2)))
    loader.collate_fn = list
    return told, list(loader)


@case
def worker_info(torch):
    return torch.utils.data.get_worker_info()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", case)
def test_data(name):
    case.check(name)


# ------------------------------------------------------------ minigrad's own
def test_worker_processes_are_refused():
    with pytest.raises(ValueError, match=r"num_workers=2 is not supported.* Use num_workers=0"):
        DataLoader(range(3), num_workers=2)
    assert len(list(DataLoader(range(3), pin_memory=True))) == 3


@pytest.mark.parametrize(
    "draw",
    [
        lambda g: [s.indices for s in random_split(range(50), [20, 30], g)],
        lambda g: list(RandomSampler(range(50), generator=g)),
        lambda g: list(RandomSampler(range(50), replacement=True, generator=g)),
        lambda g: list(SubsetRandomSampler(range(50), generator=g)),
        lambda g: list(WeightedRandomSampler(range(1, 50), 30, generator=g)),
        lambda g: [b.tolist() for b in DataLoader(range(50), batch_size=7, shuffle=True, generator=g)],
    ],
)
def test_generators_decide(draw):
    def seeded(n):
        return minigrad.Generator().manual_seed(n)

    assert draw(seeded(0)) == draw(seeded(0)) != draw(seeded(1))
    g = seeded(0)
    assert draw(g) != draw(g)  # it goes on
    state = minigrad.random.get_rng_state()
    draw(seeded(0))
    assert minigrad.equal(minigrad.random.get_rng_state(), state)  # the default stream is left alone
    minigrad.manual_seed(5)
    first = draw(None)
    minigrad.manual_seed(5)
    assert draw(None) == first != draw(None)


def test_weights_are_kept():
    counts = np.bincount(list(WeightedRandomSampler([1, 0, 3], 4000, generator=minigrad.Generator())), minlength=3)
    assert counts[1] == 0 and 0.72 < counts[2] / 4000 < 0.78


def test_batches_carry_gradients_to_what_the_samples_are_made_of():
    table = minigrad.arange(6.0).reshape(3, 2).requires_grad_()
    (batch,) = DataLoader(TensorDataset(table), batch_size=3)
    batch[0].sum().backward()
    assert table.grad.tolist() == [[1, 1]] * 3
