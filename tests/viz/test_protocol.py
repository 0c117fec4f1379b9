"""The recorder knows the node protocol and nothing else: here it records an engine that is not minigrad's."""

import numpy as np

from minigrad.viz.graph import node_records, read_graph
from minigrad.viz.names import Names
from minigrad.viz.recorder import Recorder


class Bare:
    """The least that a node can be."""

    def __init__(self, seq, name, *targets):
        self.seq, self._name, self.next_functions = seq, name, tuple((target, 0) for target in targets)

    def name(self):
        return self._name


class Leaf(Bare):
    class variable:
        shape, dtype, grad = (2,), "float64", None


def test_a_foreign_graph_is_recorded():
    leaf = Leaf(0, "Leaf")
    double, triple = Bare(1, "Double", leaf), Bare(2, "Triple", leaf)
    root = Bare(3, "Sum", double, triple)
    one = np.ones(2)
    steps = [
        (root, one, None, (one, one)),
        (triple, one, None, (3 * one,)),
        (double, one, None, (2 * one,)),
        (leaf, 5 * one, (), ()),
    ]
    graph = read_graph(root)
    records = node_records(graph, Names())
    recorder = Recorder(graph, records)
    recorder.begin(0, one)
    events = recorder.listen(iter(steps))
    assert [record["name"] for record in records] == ["Sum", "Double", "Triple", "Leaf"]
    assert [event["why"]["rule"] for event in events] == ["root", "newest", "only", "leaf"]
    arrival = events[-1]["incoming"][0]
    assert [term["value"]["text"] for term in arrival["terms"]] == ["[3., 3.]", "[2., 2.]"]
    assert events[-1]["grad"]["after"]["text"] == "[5., 5.]"


def test_what_the_engine_does_to_its_arrays_later_does_not_reach_the_record():
    leaf = Leaf(0, "Leaf")
    double, triple = Bare(1, "Double", leaf), Bare(2, "Triple", leaf)
    root = Bare(3, "Sum", double, triple)
    one, buffer = np.ones(2), np.full(2, 3.0)

    def steps():
        yield root, one, None, (one, one)
        yield triple, one, None, (buffer,)
        yield double, one, None, (2 * one,)
        buffer.__iadd__(2 * one)  # an engine that adds into the first array that came
        yield leaf, buffer, (), ()

    graph = read_graph(root)
    recorder = Recorder(graph, node_records(graph, Names()))
    recorder.begin(0, one)
    arrival = recorder.listen(steps())[-1]["incoming"][0]
    assert [term["value"]["text"] for term in arrival["terms"]] == ["[3., 3.]", "[2., 2.]"]
    assert [total["text"] for total in arrival["sums"]] == ["[5., 5.]"]
