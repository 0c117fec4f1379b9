"""Which call of which module made each node, found afterwards from the parameters and the order of creation.

1. A node that combines a module's parameters with data was made in a call of that module. A second use of the same
   parameter is a second call.
2. Between two such nodes others were made: activations, sums, shapes. They belong to the innermost module that holds
   both neighbours, or to one further inside: where their source code is the `forward` of a class, that of its module;
   else where a module without parameters fits (`nn.ReLU` to `ReluBackward0`), its container.

`groups.grouped` notes the same while the forward pass runs.
"""

from __future__ import annotations

import re
from typing import Any

from .graph import Graph, leaf_of
from .groups import Call

VIEWS = {
    f"{name}Backward"
    for name in [
        "T",
        "View",
        "Reshape",
        "Transpose",
        "Permute",
        "Unsqueeze",
        "Expand",
        "Slice",
        "Select",
        "Split",
        "SplitWithSizes",
        "Narrow",
    ]
}
ONLY_WEIGHTS = ("Embedding",)  # operations whose data are no tensors with gradients, and have no input here
ALSO_MADE_BY = {  # what a node's name does not tell
    "mean": "adaptiveavgpool2d",
    "view": "flatten",
    "reshape": "flatten",
    "unsafeview": "flatten",
    "mul": "dropout",
    "clamp": "relu6",
}
# Modules of the package that compute after the last use of their parameters.
COMPUTES_ON = {"RNNCell", "LSTMCell", "GRUCell", "RNN", "LSTM", "GRU", "MultiheadAttention"}


class _Place:
    """A module in its model: its name and what stands above it."""

    def __init__(self, module: Any, name: str, parent: _Place | None) -> None:
        self.module, self.name, self.parent = module, name, parent
        self.children: list[_Place] = []
        self.kind = type(module).__name__
        self.code = getattr(type(module).forward, "__code__", None)
        self.is_list = self.kind in ("ModuleList", "ModuleDict")

    def chain(self) -> list[_Place]:
        """The places from the model down to this one."""
        return [*(self.parent.chain() if self.parent else ()), self]


def owners(graph: Graph, models: list[Any]) -> list[Call | None]:
    """For each node of the graph the call that made it; None for leaves and for what stands outside the models."""
    parameters: dict[int, _Place] = {}
    for model in models:
        _enter(_Place(model, "", None), parameters, set())
    leaves = {
        i: parameters.get(id(leaf_of(node)))
        for i, node in enumerate(graph.nodes)
        if getattr(node, "variable", None) is not None
    }
    if not any(leaves.values()):
        return [None] * len(graph.nodes)
    order = sorted(
        (i for i, node in enumerate(graph.nodes) if getattr(node, "variable", None) is None),
        key=lambda i: graph.nodes[i]._sequence_nr(),
    )
    return _Calls(graph, order, _cores(graph, order, leaves)).found()


def _enter(place: _Place, parameters: dict[int, _Place], seen: set[int]) -> None:
    seen.add(id(place.module))
    for parameter in place.module._parameters.values():
        if parameter is not None:
            parameters.setdefault(id(parameter), place)
    for name, module in place.module._modules.items():
        if module is not None and id(module) not in seen:
            place.children.append(_Place(module, name, place))
            _enter(place.children[-1], parameters, seen)


def _cores(graph: Graph, order: list[int], leaves: dict[int, _Place | None]) -> dict[int, tuple[_Place, set[int]]]:
    """The nodes that combine parameters with data: the place of their module, and which parameters."""
    inputs: dict[int, list[int]] = {}
    for source, _, target, _ in graph.edges:
        inputs.setdefault(source, []).append(target)
    of_weights = {i: (place, {i}) for i, place in leaves.items() if place is not None}
    cores: dict[int, tuple[_Place, set[int]]] = {}
    for i in order:
        targets = inputs.get(i, [])
        weights = [of_weights[target] for target in targets if target in of_weights]
        if not weights or len({place for place, _ in weights}) > 1:
            continue
        place, used = weights[0][0], set().union(*(used for _, used in weights))
        name = _base(graph.nodes[i])
        if len(weights) < len(graph.nodes[i].next_functions) or name.startswith(ONLY_WEIGHTS):
            cores[i] = place, used
        elif name in VIEWS:  # a weight turned or reshaped is still the weight
            of_weights[i] = place, used
    for i in reversed(order):  # and belongs to the call that uses it
        for target in inputs.get(i, []):
            if i in cores and target in of_weights and leaves.get(target) is None:
                cores.setdefault(target, cores[i])
    return cores


def _base(node: Any) -> str:
    return re.sub(r"\d*$", "", node.name().rpartition("::")[2])


class _Calls:
    """From cores to calls, by the order in which nodes were made."""

    def __init__(self, graph: Graph, order: list[int], cores: dict[int, tuple[_Place, set[int]]]) -> None:
        self.graph, self.order, self.cores = graph, order, cores
        self.calls: list[Call | None] = [None] * len(graph.nodes)
        self.current: dict[_Place, Call | None] = {}  # the last call of each module
        self.place: dict[Call, _Place] = {}

    def found(self) -> list[Call | None]:
        """The call of each node."""
        self._call_cores()
        self._reshapes()
        gap: list[int] = []
        before: int | None = None
        for i in self.order:
            if i in self.cores:
                self._fill(gap, before, i)
                gap, before = [], i
            else:
                gap.append(i)
        self._fill(gap, before, None)
        return self.calls

    def _call_cores(self) -> None:
        direct: dict[int, set[int]] = {i: set() for i in self.cores}  # the leaves that a node itself takes
        for source, _, target, _ in self.graph.edges:
            if source in direct and getattr(self.graph.nodes[target], "variable", None) is not None:
                direct[source].add(target)
        used: dict[_Place, set[int]] = {}
        for i in self.order:
            if i in self.cores:
                place = self.cores[i][0]
                if place not in used or used[place] & direct[i]:  # a second use is a second call
                    self.current.pop(place, None)
                    used[place] = set()
                used[place] |= direct[i]
                self.calls[i] = self._current(place)

    def _reshapes(self) -> None:
        """`nn.Linear` flattens an input of more or fewer than two dimensions, and gives its result the shape again."""
        following: dict[int, list[int]] = {}
        for source, _, target, _ in self.graph.edges:
            following.setdefault(target, []).append(source)
        for i in [i for i, (place, _) in self.cores.items() if place.kind == "Linear"]:
            after = [j for j in following.get(i, []) if self._is_view_beside(j, i)]
            data = [target for target, _ in self.graph.nodes[i].next_functions if target is not None]
            before = [j for j in map(self.graph.number.get, data) if j is not None and self._is_view_beside(j, i)]
            if after and (before or len(data) < len(self.graph.nodes[i].next_functions)):
                for j in after[:1] + before[:1]:
                    self.cores[j], self.calls[j] = self.cores[i], self.calls[i]

    def _is_view_beside(self, view: int, core: int) -> bool:
        one, other = self.graph.nodes[view], self.graph.nodes[core]
        same = (_code(one), getattr(one, "at", 0)) == (_code(other), getattr(other, "at", 0))
        return same and _base(one) in ("ViewBackward", "UnsafeViewBackward") and view not in self.cores

    def _current(self, place: _Place) -> Call | None:
        """The call of a module that is going on; None for the model itself, which is no group."""
        if place not in self.current:
            name, parent = place.name, place.parent
            while parent is not None and parent.parent is not None and parent.is_list:
                name, parent = f"{parent.name}.{name}", parent.parent  # a list is not called: it only names
            call = None if parent is None else Call(self._current(parent), name, place.kind)
            if call is not None:
                self.place[call] = place
            self.current[place] = call
        return self.current[place]

    def _fill(self, gap: list[int], before: int | None, after: int | None) -> None:
        """Place the nodes made between two cores: in calls that end there, that begin there, or around both."""
        ends, begins = (self._chain(core) for core in (before, after))
        shared = [one for one, other in zip(ends, begins, strict=False) if one is other]
        ends, begins = ends[len(shared) :], begins[len(shared) :]
        around = self._place_of(shared[-1] if shared else None, before, after)
        # How far inside: ends[:depth] or begins[:depth]. What was made before a call's end was made in it.
        found = [self._depths(i, ends, begins, before, after, around) for i in gap]
        deepest = 0
        for place in reversed(found):
            deepest = place[0] = max(place[0], deepest)
        deepest = 0
        for place in found:
            deepest = place[1] = max(place[1], deepest) if not place[0] else 0
        for i, (end, begin) in zip(gap, found, strict=True):
            call = ends[end - 1] if end else begins[begin - 1] if begin else shared[-1] if shared else None
            leaf = _fitting(self.graph.nodes[i], around if call is None else self.place[call])
            self.calls[i] = call if leaf is None else Call(call, leaf.name, leaf.kind)

    def _chain(self, core: int | None) -> list[Call]:
        call = None if core is None else self.calls[core]
        return [] if call is None else call.chain()

    def _place_of(self, call: Call | None, *cores: int | None) -> _Place | None:
        """The module of a call; for None the model, if these cores are of one."""
        if call is not None:
            return self.place[call]
        models = {self.cores[core][0].chain()[0] for core in cores if core is not None}
        return models.pop() if len(models) == 1 else None

    def _depths(
        self,
        i: int,
        ends: list[Call],
        begins: list[Call],
        before: int | None,
        after: int | None,
        around: _Place | None,
    ) -> list[int]:
        """How far inside of the calls that end here a node was made, and of those that begin here; 0: in none."""
        node = self.graph.nodes[i]
        for depth in range(len(ends), 0, -1):
            if before is not None and self._goes_on(node, self.place[ends[depth - 1]], self.graph.nodes[before]):
                return [depth, 0]
        for depth in range(len(begins), 0, -1):
            if _code(node) is not None and self.place[begins[depth - 1]].code is _code(node):
                return [0, depth]
        for depth in range(len(ends) - 1, 0, -1):  # the last is the core's own module
            if self._fits(node, ends[depth - 1], before, following=True):
                return [depth, 0]
        for depth in range(0 if _fitting(node, around) else len(begins) - 1, 0, -1):
            if self._fits(node, begins[depth - 1], after, following=False):
                return [0, depth]
        return [0, 0]

    def _goes_on(self, node: Any, place: _Place, core: Any) -> bool:
        """Whether a node's place in the source shows it to be made in the call of this module that made `core`."""
        code, at = _code(node), getattr(node, "at", 0)
        if code is None:
            return False
        if place.kind in COMPUTES_ON:  # its source is not the user's: all stands where the user called it
            return code is _code(core) and at == core.at
        return place.code is code and (_code(core) is not code or core.at <= at)  # a smaller `at` is in the next call

    def _fits(self, node: Any, call: Call, core: int | None, following: bool) -> bool:
        """Whether a module without parameters makes such nodes in this call, in a Sequential on the right side."""
        place = self.place[call]
        leaf = _fitting(node, place)
        if leaf is None or place.kind != "Sequential" or core is None:
            return leaf is not None
        branch = next(each for each in self.cores[core][0].chain() if each.parent is place)
        return (place.children.index(branch) < place.children.index(leaf)) == following


def _code(node: Any) -> Any:
    return getattr(node, "code", None)


def _fitting(node: Any, place: _Place | None) -> _Place | None:
    """The module without parameters, directly inside `place`, that makes nodes of this name."""
    made = re.sub(r"^Native|WithIndices", "", _base(node).removesuffix("Backward")).lower()
    for child in () if place is None else place.children:
        if not child.children and child.kind.lower() in (made, ALSO_MADE_BY.get(made)):
            return child
    return None
