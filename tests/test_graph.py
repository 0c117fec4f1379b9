"""`autograd.graph`: what nodes keep and how it can be packed, edges, versions, and nodes as users see them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import minigrad
from tests.conformance import Cases, error, on_both, tell
from tests.oracle import needs_torch, torch
from tests.test_ops import CASES, run

case = Cases("graph", versions=False)


def pair(torch):
    """Two leaves of two numbers each."""
    return torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0, 4.0], requires_grad=True)


def hooks(torch, log, pack=lambda t: t.detach(), unpack=lambda t: t):
    """saved_tensors_hooks that note what goes in and out."""

    def packing(t):
        log.append(["pack", tell(t)])
        return pack(t)

    def unpacking(packed):
        log.append(["unpack", tell(packed)])
        return unpack(packed)

    return torch.autograd.graph.saved_tensors_hooks(packing, unpacking)


def twice(cls):
    """The class of a Function that squares, for the module `cls` is of."""

    class Square(cls.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            ctx.save_for_backward(a)
            return a * a

        @staticmethod
        def backward(ctx, g):
            (a,) = ctx.saved_tensors
            return 2 * a * g

    return Square


# ---------------------------------------------------------------- saved_tensors_hooks
@case
def packed_and_unpacked(torch):
    log, (x, w) = [], pair(torch)
    with hooks(torch, log):
        y = x * w
    log.append("now")
    y.sum().backward()
    return log, x.grad, w.grad


@case
def packed_once_for_each_saved_tensor(torch):
    log, (x, w) = [], pair(torch)
    with hooks(torch, log):
        y = x * x
        z = y.exp()
        u = (z / w).sum()
    u.backward()
    return sorted(log)


@case
def nothing_is_packed(torch):
    """Of what saves nothing, of what is not recorded, and of what needs no gradient."""
    log, (x, w) = [], pair(torch)
    with hooks(torch, log):
        _ = x + w, -x, x.view(2, 1), x.clone(), x.detach() * w.detach(), x * 2, 0 * x, x / 3, 1 - x
        with torch.no_grad():
            _ = x * w
    _ = x * w
    return log


@case
def only_what_is_needed_is_packed(torch):
    log, (x, w) = [], pair(torch)
    with hooks(torch, log):
        _ = x * w.detach(), x.detach() * w, x / w.detach()
    return log


@case
def values_come_from_the_unpack_hook(torch):
    x, w = pair(torch)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: None, lambda _: torch.full((2,), 10.0)):
        y = x * w
    y.sum().backward()
    return y, x.grad, w.grad


@case
def unpacked_in_each_pass(torch):
    log, (x, w) = [], pair(torch)
    with hooks(torch, log):
        y = (x.exp() * w).sum()
    log.clear()
    y.backward(retain_graph=True)
    y.backward()
    return log, error(lambda: y.backward())


@case
def unpacked_only_where_the_pass_goes(torch):
    log, (x, w) = [], pair(torch)
    with hooks(torch, log):
        y = (x.exp() + w.sin()).sum()
    log.clear()
    torch.autograd.grad(y, x)
    return log


@case
def innermost_counts(torch):
    log, (x, w) = [], pair(torch)
    with hooks(torch, log, lambda t: "outer", lambda _: torch.ones(2)):
        y = x.exp()
        with hooks(torch, log, lambda t: "inner", lambda _: torch.full((2,), 2.0)):
            z = w.exp()
        u = x.sin()
    (y + z + u).sum().backward()
    return log, x.grad, w.grad


@case
def survives_an_error_in_the_block(torch):
    log, (x, w) = [], pair(torch)
    try:
        with hooks(torch, log):
            raise ValueError
    except ValueError:
        pass
    (x * w).sum().backward()
    return log, x.grad


@case
def entered_again(torch):
    log, (x, w) = [], pair(torch)
    block = hooks(torch, log, lambda t: 1)
    for _ in range(2):
        with block:
            _ = x * w
    return log


@case
def pack_raises(torch):
    x, w = pair(torch)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: 1 / 0, lambda t: t):
        said = error(lambda: x * w)
    (x * w).sum().backward()
    return said, x.grad, torch.is_grad_enabled()


@case
def unpack_raises(torch):
    x, w = pair(torch)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.detach(), lambda t: 1 / 0):
        y = x * w
    return error(lambda: y.sum().backward()), x.grad, w.grad, torch.is_grad_enabled()


@case
def unpack_returns_no_tensor(torch):
    said = []
    for wrong in (None, 5, "text", [1.0]):
        x, w = pair(torch)
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t.detach(), lambda t, wrong=wrong: wrong):
            y = x * w
        said.append(error(lambda y=y: y.sum().backward()))
    return said


@case
def pack_writes_to_its_input(torch):
    x, w = pair(torch)
    y = x * 2
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.mul_(2), lambda t: t):
        return error(lambda: (y * w, 1)[1])


@case
def hooks_take_wrong_arguments(torch):
    x, _ = pair(torch)
    said = []
    for pack, unpack in ((lambda: 1, lambda t: t), (lambda t: t.detach(), lambda: 1)):
        try:
            with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
                y = x.exp()
            y.sum().backward()
        except TypeError as raised:
            said.append("takes 0 positional arguments but 1 was given" in str(raised))
    return said


@case
def changes_in_place_are_not_seen(torch):
    """A packed value is the hook's affair: its version is not looked at."""
    x, _ = pair(torch)
    y = x * 1
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t):
        z = y * y
    y.mul_(10)
    z.sum().backward()
    return x.grad


@case
def changed_in_place_and_packed_by_itself(torch):
    x, _ = pair(torch)
    y = x * 1
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        z = y * y
    y.mul_(10)
    z.sum().backward()
    return x.grad


@case
def in_place_operations_pack(torch):
    log, (x, w) = [], pair(torch)
    y = x * 1
    with hooks(torch, log):
        y.mul_(w.detach())
        y.exp_()
    y.sum().backward()
    return log, x.grad


@case
def second_derivatives(torch):
    x, w = pair(torch)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t):
        y = (x * x * w).sum()
        (g,) = torch.autograd.grad(y, x, create_graph=True)
        (h,) = torch.autograd.grad(g.sum(), x, create_graph=True)
    return g, h, torch.autograd.grad(h.sum(), w)


@case
def grad_mode_inside(torch):
    seen, (x, w) = [], pair(torch)

    def note(t):
        seen.append(torch.is_grad_enabled())
        return t.detach()

    with torch.autograd.graph.saved_tensors_hooks(note, note):
        y = (x * w).sum()
    y.backward(retain_graph=True)
    torch.autograd.grad(y, x, create_graph=True)
    return seen


@case
def what_pack_is_given(torch):
    seen, (x, _) = [], pair(torch)

    def pack(t):
        seen.append((t is x, t.requires_grad, t.is_leaf, tell(t)))
        return t.detach()

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        y = x * x
        (y * y).exp()
        torch.where(y > 1, x, y)
    return seen


@case
def pack_computes_with_recording(torch):
    """What hooks compute is not packed again, and not recorded unless they ask for it."""
    log, (x, _) = [], pair(torch)
    with hooks(torch, log, lambda t: t * 2, lambda t: t / 2):
        y = x.exp()
    y.sum().backward()
    return log, x.grad


@case
def a_functions_tensors(torch):
    log, (x, _) = [], pair(torch)
    with hooks(torch, log, lambda t: t.detach() + 1, lambda t: t):
        y = twice(torch).apply(x)
    log.append("now")
    y.sum().backward()
    return log, x.grad


@case
def half_precision_storage(torch):
    x, w = pair(torch)
    block = torch.autograd.graph.saved_tensors_hooks(
        lambda t: (t.dtype, t.to(torch.float16)), lambda kept: kept[1].to(kept[0])
    )
    with block:
        y = (x * w).exp().sum()
    y.backward()
    return x.grad.dtype


@case
def pickled_storage(torch):
    x, w = pair(torch)
    block = torch.autograd.graph.saved_tensors_hooks(
        lambda t: pickle.dumps(t.detach().numpy()), lambda kept: torch.from_numpy(pickle.loads(kept))
    )
    with block:
        y = (x * w).sum()
    y.backward()
    return x.grad, w.grad


@case
def save_on_cpu(torch):
    x, w = pair(torch)
    with torch.autograd.graph.save_on_cpu():
        y = (x * w).exp()
    with torch.autograd.graph.save_on_cpu(pin_memory=False):
        z = (y * w).sum()
    z.backward()
    return x.grad, w.grad, z


@case
def disabled(torch):
    log, (x, w) = [], pair(torch)
    graph = torch.autograd.graph
    said = []
    with graph.disable_saved_tensors_hooks("not here"):
        said.append(error(lambda: hooks(torch, log).__enter__()))
        said.append(error(lambda: graph.save_on_cpu().__enter__()))
        with graph.disable_saved_tensors_hooks("nor there"):
            said.append(error(lambda: hooks(torch, log).__enter__()))
        said.append(error(lambda: hooks(torch, log).__enter__()))
        (x * w).sum().backward()
    with hooks(torch, log):
        _ = x * w
    return said, log, x.grad


@case
def disabled_within_hooks(torch):
    log, (x, w) = [], pair(torch)
    with hooks(torch, log):
        try:
            with torch.autograd.graph.disable_saved_tensors_hooks("not here"):
                log.append("entered")
        except RuntimeError as raised:
            log.append(str(raised))
        _ = x * w
    return log


@case
def disabled_as_a_decorator(torch):
    @torch.autograd.graph.disable_saved_tensors_hooks("not here")
    def function():
        with torch.autograd.graph.save_on_cpu():
            pass

    said = error(function), error(function)
    with torch.autograd.graph.save_on_cpu():
        return said


# ---------------------------------------------------------------- allow_mutation_on_saved_tensors
@case
def saved_then_changed(torch):
    x, w = pair(torch)
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        y = x.clone()
        z = (y**2 * w).sum()
        y.sin_()
        z.backward()
    return x.grad, w.grad


@case
def saved_then_changed_result(torch):
    x, _ = pair(torch)
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        y = x.exp()
        y.mul_(2)
        y[0] = 5
        return torch.autograd.grad(y.sum(), x)


@case
def saved_then_changed_leaf(torch):
    x, _ = pair(torch)
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        y = (x**3).sum()
        with torch.no_grad():
            x.add_(1)
        (g,) = torch.autograd.grad(y, x, create_graph=True)
        return g.detach(), torch.autograd.grad(g.sum(), x)


@case
def saved_then_changed_outside(torch):
    x, w = pair(torch)
    allow = torch.autograd.graph.allow_mutation_on_saved_tensors
    with allow():
        y = (x * w).sum()
    said = [error(lambda: y.backward(retain_graph=True))]
    with allow():
        said.append(error(lambda: y.backward()))
    z = x * 1
    u = (z * w).sum()
    z.add_(1)
    return said, error(lambda: u.backward())


@case
def saved_then_changed_nested(torch):
    allow = torch.autograd.graph.allow_mutation_on_saved_tensors

    def nested():
        with allow(), allow():
            pass

    said = error(nested)
    with allow():
        return said


# ---------------------------------------------------------------- edges
@case
def gradient_to_an_edge(torch):
    x, w = pair(torch)
    y = x * w
    edge = torch.autograd.graph.get_gradient_edge(y)
    told = [edge.node is y.grad_fn, edge.output_nr, len(edge)]
    del y
    z = x * w
    return told, torch.autograd.grad(
        (z * z).sum(), [torch.autograd.graph.get_gradient_edge(t) for t in (x, z)], retain_graph=True
    )


@case
def edge_of_a_leaf(torch):
    x, _ = pair(torch)
    edge = torch.autograd.graph.get_gradient_edge(x)
    return edge.node.name(), edge.output_nr, torch.autograd.grad((x * x).sum(), edge)


@case
def edge_of_one_of_several_outputs(torch):
    x, _ = pair(torch)
    a, b = (x * 2).unbind()
    edge = torch.autograd.graph.get_gradient_edge(b)
    return edge.node.name(), edge.output_nr, torch.autograd.grad(a * b, edge)


@case
def edge_of_what_needs_no_gradient(torch):
    return error(lambda: torch.autograd.graph.get_gradient_edge(torch.ones(2)))


@case
def edge_of_a_functions_result(torch):
    x, _ = pair(torch)
    y = twice(torch).apply(x)
    edge = torch.autograd.graph.get_gradient_edge(y)
    total = (y * 3).sum()
    del y
    return edge.node.name(), edge.output_nr, torch.autograd.grad(total, edge)


@case
def backward_from_an_edge(torch):
    x, w = pair(torch)
    y = x * w
    edge = torch.autograd.graph.get_gradient_edge(y)
    torch.autograd.backward(edge, torch.tensor([1.0, 10.0]))
    return x.grad, w.grad


@case
def backward_from_a_scalar_edge(torch):
    x, w = pair(torch)
    edge = torch.autograd.graph.get_gradient_edge((x * w).sum())
    torch.autograd.backward([edge])
    return x.grad, w.grad


@case
def backward_from_a_vector_edge_without_gradient(torch):
    x, w = pair(torch)
    edge = torch.autograd.graph.get_gradient_edge(x * w)
    return error(lambda: torch.autograd.backward(edge))


@case
def grad_from_an_edge(torch):
    x, w = pair(torch)
    y = x * w
    edge = torch.autograd.graph.get_gradient_edge(y)
    return torch.autograd.grad(edge, [x, w], torch.ones(2), retain_graph=True), torch.autograd.grad(
        [edge, y], w, [torch.ones(2), torch.ones(2)]
    )


@case
def backward_to_an_edge(torch):
    x, w = pair(torch)
    y = x * w
    leaf = torch.autograd.graph.get_gradient_edge(x)
    y.sum().backward(inputs=[leaf])
    return x.grad, w.grad


@case
def an_edge_made_by_hand(torch):
    x, w = pair(torch)
    y = x * w
    z = (y * y).sum()
    edge = torch.autograd.graph.GradientEdge(y.grad_fn, 0)
    return torch.autograd.grad(z, edge, retain_graph=True), torch.autograd.grad(edge, x, torch.ones(2))


@case
def an_edge_by_hand_of_one_of_several_outputs(torch):
    x, _ = pair(torch)
    a, b = (x * 2).unbind()
    edges = [torch.autograd.graph.GradientEdge(a.grad_fn, i) for i in range(2)]
    return torch.autograd.grad(a * b * 3, edges)


@case
def an_edge_that_is_not_used(torch):
    x, w = pair(torch)
    edge = torch.autograd.graph.get_gradient_edge(w * 2)
    return (
        error(lambda: torch.autograd.grad((x * 2).sum(), edge)),
        torch.autograd.grad((x * 2).sum(), [edge, x], allow_unused=True),
    )


@case
def an_edge_as_a_tuple(torch):
    x, _ = pair(torch)
    edge = torch.autograd.graph.get_gradient_edge(x * 2)
    return edge.node.name(), type(edge).__name__, edge._fields[:2], edge == edge, isinstance(edge, tuple)


# ---------------------------------------------------------------- increment_version
@case
def incremented_version(torch):
    x, _ = pair(torch)
    y = x * 1
    z = y * y
    torch.autograd.graph.increment_version(y)
    return y._version, error(lambda: z.sum().backward())


@case
def incremented_versions(torch):
    a, b = torch.ones(2), torch.ones(2)
    view = a[:1]
    torch.autograd.graph.increment_version([a, b])
    torch.autograd.graph.increment_version(view)
    torch.autograd.graph.increment_version(())
    return a._version, b._version, view._version


# ---------------------------------------------------------------- nodes
@case
def node_is_a_class(torch):
    x, _ = pair(torch)
    node = torch.autograd.graph.Node
    made = [x * 2, x.exp(), x[0], x.unbind()[0], twice(torch).apply(x)]
    leaf = made[0].grad_fn.next_functions[0][0]
    others = [x, None, 5, "node", torch.nn.functional.relu, torch.autograd.Function]
    return [isinstance(y.grad_fn, node) for y in made], isinstance(leaf, node), [isinstance(o, node) for o in others]


@case
def class_of_a_node(torch):
    x, _ = pair(torch)
    return [(type(y.grad_fn).__name__, y.grad_fn.name(), str(y.grad_fn).split(" object")[0]) for y in (x * 2, x.sum())]


@case
def metadata_of_a_node(torch):
    x, _ = pair(torch)
    y = x * 2
    told = [y.grad_fn.metadata]
    y.grad_fn.metadata["note"] = 5
    return *told, y.grad_fn.metadata, y.grad_fn is y.grad_fn, (x * 2).grad_fn.metadata


@case
def next_functions_of_nodes(torch):
    x, w = pair(torch)
    a, b = (x * 2).unbind()
    y = (b * w).sum()
    node = y.grad_fn.next_functions[0][0]
    told = [[n and n.name(), i] for n, i in node.next_functions]
    leaf = node.next_functions[1][0]
    return told, leaf.next_functions, leaf.variable is w, b.grad_fn is a.grad_fn


@case
def numbers_of_nodes_grow(torch):
    x, _ = pair(torch)
    a = x * 2
    b = a * 2
    return b.grad_fn._sequence_nr() > a.grad_fn._sequence_nr()


@case
def no_other_attributes(torch):
    x, _ = pair(torch)
    node = (x * 2).grad_fn
    return (
        error(lambda: node._saved_nothing),
        error(lambda: node.nothing),
        hasattr(node, "variable"),
    )


# ---------------------------------------------------------------- saved values
@case
def saved_tensors_of_a_node(torch):
    x, w = pair(torch)
    y = x * w
    z = y.exp()
    node = y.grad_fn
    return (
        node._saved_self is x,
        node._saved_other is w,
        node._saved_other,
        z.grad_fn._saved_result,
        (z * 2).grad_fn._saved_self,
        (x * w.detach()).grad_fn._saved_self,
        (x * w.detach()).grad_fn._saved_other,
    )


@case
def saved_numbers_of_a_node(torch):
    x, _ = pair(torch)
    m = torch.ones(2, 3, requires_grad=True)
    return (
        (x**2).grad_fn._saved_exponent,
        x.sum().grad_fn._saved_self_sym_sizes,
        m.sum(1, keepdim=True).grad_fn._saved_dim,
        m.sum(1, keepdim=True).grad_fn._saved_keepdim,
        m.transpose(0, 1).grad_fn._saved_dim1,
        m.mean().grad_fn._saved_self_sym_numel,
        m[:, 1:3].grad_fn._saved_start,
        m[:, 1:3].grad_fn._saved_end,
        m.select(1, 2).grad_fn._saved_index,
        x.clamp(min=0).grad_fn._saved_min,
        m.norm(dim=1).grad_fn._saved_ord,
    )


@case
def saved_values_of_losses_and_normalizations(torch):
    functional = torch.nn.functional
    x = torch.tensor([[1.0, 2.0, 6.0], [4.0, 8.0, 6.5]], requires_grad=True)
    w, share = (torch.tensor(values, requires_grad=True) for values in ([1.0, 2.0, 3.0], [[0.25, 0.5, 0.75]] * 2))
    target = torch.tensor([0, 2])
    losses = (
        functional.nll_loss(x, target).grad_fn,
        functional.nll_loss(x.reshape(1, 3, 2), target.reshape(1, 2)).grad_fn,
        functional.smooth_l1_loss(x, share).grad_fn,
        functional.huber_loss(x, share, reduction="none").grad_fn,
        functional.binary_cross_entropy(share, share.detach()).grad_fn,
    )
    norms = (
        functional.batch_norm(x, None, None, w, training=True).grad_fn,
        functional.layer_norm(x, (3,), w).grad_fn,
        functional.group_norm(x, 1, w).grad_fn,
    )
    table = functional.embedding(target, w.reshape(3, 1), padding_idx=1).grad_fn
    return (
        [(n._saved_target, n._saved_reduction) for n in losses],
        [(n._saved_input, n._saved_weight, n._saved_result1.detach(), n._saved_result2.detach()) for n in norms],
        (table._saved_indices, table._saved_padding_idx, table._saved_weight_sym_argsize_0),
        functional.prelu(x, w).grad_fn._saved_weight,
        functional.softplus(x).grad_fn._saved_threshold,
    )


@case
def saved_values_of_several_results(torch):
    m = torch.tensor([[1.0, 2.0, 6.0], [4.0, 8.0, 6.0]], requires_grad=True)
    deviation, both = torch.std_mean(m, 1)[1].grad_fn, torch.aminmax(m, dim=1)[0].grad_fn
    return (
        deviation._saved_result0,
        deviation._saved_correction,
        both._saved_dim,
        both._saved_min,
        both._saved_max,
        torch.aminmax(m)[0].grad_fn._saved_dim,
        torch.sort(m, 1)[0].grad_fn._saved_indices,
        torch.median(m, 1)[0].grad_fn._saved_self_sym_sizes,
        torch.dist(m, m * 2).grad_fn._saved_p,
        m.cumsum(1).grad_fn._saved_dim,
    )


@case
def saved_tensors_freed(torch):
    x, w = pair(torch)
    y = x * w
    y.sum().backward(retain_graph=True)
    before = y.grad_fn._saved_self
    y.sum().backward()
    return before, error(lambda: y.grad_fn._saved_self)


@case
def saved_tensor_changed_in_place(torch):
    x, w = pair(torch)
    y = x * 1
    z = y * w
    y.add_(1)
    return error(lambda: z.grad_fn._saved_self), z.grad_fn._saved_other


@case
def saved_tensor_as_it_is_kept(torch):
    x, w = pair(torch)
    y = x * w
    raw = y.grad_fn._raw_saved_self
    return raw.data, raw.unpack_hook, type(raw).__name__


@case
def hooks_for_one_saved_tensor(torch):
    log, (x, w) = [], pair(torch)
    y = x * w
    y.grad_fn._raw_saved_other.register_hooks(
        lambda t: log.append(["pack", tell(t)]) or 5, lambda kept: torch.full((2,), float(kept))
    )
    told = y.grad_fn._raw_saved_other.data, y.grad_fn._saved_other, y.grad_fn._saved_self
    y.sum().backward()
    return told, log, x.grad, w.grad


@case
def hooks_for_one_saved_tensor_leave_the_others(torch):
    x, w = pair(torch)
    a, b = x * 1, w * 1
    y = a * b
    y.grad_fn._raw_saved_other.register_hooks(lambda t: t.detach().clone(), lambda t: t)
    b.add_(1)
    y.sum().backward(retain_graph=True)
    told = x.grad.clone()
    a.add_(1)
    return told, error(lambda: y.sum().backward())


@case
def hooks_for_one_saved_tensor_misused(torch):
    def same(t):
        return t

    x, w = pair(torch)
    y = x * w
    raw = y.grad_fn._raw_saved_self
    raw.register_hooks(lambda t: t.detach(), same)
    said = [error(lambda: raw.register_hooks(same, same))]
    with torch.autograd.graph.saved_tensors_hooks(same, same):
        z = x * w
    said.append(error(lambda: z.grad_fn._raw_saved_self.register_hooks(same, same)))
    z = x * w.detach()
    said.append(error(lambda: z.grad_fn._raw_saved_self.register_hooks(same, same)))
    y.sum().backward()
    said.append(error(lambda: raw.register_hooks(same, same)))
    u = (x * 1) * w
    said.append(error(lambda: u.grad_fn._raw_saved_self.register_hooks(same, 5))[:9])
    said.append(error(lambda: u.grad_fn._raw_saved_self.register_hooks(lambda t: t.mul_(2), same)))
    return said


@case
def saved_values_through_the_hooks(torch):
    log, (x, w) = [], pair(torch)
    with hooks(torch, log, lambda t: t.detach() + 1):
        y = x * w
    return y.grad_fn._saved_self, log


@pytest.mark.parametrize("name", case)
def test_as_torch(name):
    case.check(name)


# ---------------------------------------------------------------- saved values of every operation
NOT_KEPT = {  # what PyTorch keeps beside it, of which our rules need nothing
    *(f"{name}Backward{n}.alpha" for name, n in (("Add", 0), ("Sub", 0), ("Rsub", 0), ("Rsub", 1))),
    *(f"DivBackward2.{name}" for name in ("self", "other", "rounding_mode")),
    "LerpBackward1.weight",  # where only the weight needs a gradient
    "ErfinvBackward0.self",  # the result says the same
    *(f"{name}.{what}" for name in ("SgnBackward0", "CopysignBackward0") for what in ("self", "result")),
    *(f"MmBackward0.{x}_sym_{what}" for x in ("self", "mat2") for what in ("sizes", "strides")),
    "GatherBackward0.sparse_grad",
    "IndexAddBackward0.alpha",
    *(f"Index{name}Backward0.source_dim" for name in ("Add", "Copy")),
    *(f"{name}.dim" for name in ("CatBackward0", "StackBackward0", "UnsqueezeBackward0")),
    *(f"SqueezeBackward{n}.dim" for n in (1, 2, 4)),
    "IndexPutBackward0.accumulate",
    *(f"{name}Backward0.self" for name in ("Cummax", "Cummin")),
    "PowBackward1.result",  # where the exponent needs no gradient
    *(f"{name}Pool2DBackward0.self" for name in ("AdaptiveAvg", "AdaptiveMax", "Avg")),  # its shape does
    *(f"MaxPool2DWithIndicesBackward0.{what}" for what in ("self", "ceil_mode")),
    "AvgPool2DBackward0.ceil_mode",  # the number of windows says it
    *(f"AddmmBackward0.{x}_sym_{what}" for x in ("mat1", "mat2") for what in ("sizes", "strides")),
    *(f"AddbmmBackward0.batch{x}_sym_argsize_{n}" for x, n in ((1, 0), (1, 1), (2, 2))),
    *(f"AsStridedBackward1.{what}" for what in ("stride", "storage_offset")),  # bytes, counted from the base
    "ConvolutionBackward0.bias_sym_sizes_opt",
    "EmbeddingBackward0.sparse",
    *(f"Linalg{name}Backward0.{what}" for name in ("Det", "Slogdet", "SolveEx") for what in ("LU", "pivots")),
    "LinalgSlogdetBackward0.sign",
    "LogSigmoidBackward0.buffer",
    "NativeBatchNormBackward0.running_var",  # 1 / sqrt(running_var + eps) is
    *(f"NativeLayerNormBackward0.{what}" for what in ("bias", "normalized_shape")),
    *(f"NllLoss{n}Backward0.{what}" for n in ("", "2D") for what in ("ignore_index", "weight", "total_weight")),
    *(
        f"Upsample{name}Backward0.{what}"  # where each number comes from is
        for name in ("Nearest1D", "Nearest2D", "NearestExact1D", "NearestExact2D", "Linear1D", "Bilinear2D")
        for what in ("align_corners", "scales", "scales_h", "scales_w", "self_sym_sizes")
    ),
}
SOMETIMES = {  # either has nothing here: we where no gradient needs it, PyTorch where the user did not give it
    *(f"{name}Backward0.{n}" for name in ("Addmm", "Addmv", "Addbmm", "Baddbmm", "Addr") for n in ("alpha", "beta")),
    *(f"ConvolutionBackward0.{x}" for x in ("input", "weight")),
    *(f"ConvolutionBackward0.{x}" for x in ("stride", "padding", "dilation", "groups", "output_padding", "transposed")),
    "LinalgSolveExBackward0.result",
    "PreluKernelBackward0.weight",
    "NativeBatchNormBackward0.running_mean",  # in training
    *(f"NllLoss{n}Backward0.target" for n in ("", "2D")),  # where some are ignored
    *(f"{name}Backward0.stride" for name in ("AvgPool2D", "MaxPool2DWithIndices")),
    *(f"Native{name}NormBackward0.weight" for name in ("Batch", "Group", "Layer")),  # ones
}
COUNTED = {
    "dim",
    "dim2",
    "dimension",
    "diagonal",
    "shifts",
    "pad",
    "padding",
    "k",
    "dims",
    "dim0",
    "dim1",
    "index",
    "correction",
    "start",
    "end",
    "offset",
    "split_size",
    "SoftMarginLossBackward0.target",  # broadcast
}  # not as they were given
ODD = {
    *("index(3; True)", "index(0d; True bool)", "index(2x3; (False))"),  # masks of no dimension: kept as given
    # One number for two dimensions: we keep two.
    *(f"conv2d(1x2x4x4; 2x2x3x3; {how})" for how in ("padding=valid", "stride=[2]; padding=[1, 0]")),
    "group_norm(0x4; 2)",  # nothing to tell the number of groups from
    *("layer_norm([[nan, 1.0], [inf, 1.0], [2.0, 2.0]]; (2))", "layer_norm(3x0; (0))"),  # the mean of inf is inf
}


def _plainly(value):
    if hasattr(value, "detach"):
        return np.array(value.detach().numpy())
    if isinstance(value, int) and value >= 2**63:  # a negative number, in C++ an unsigned one
        return value - 2**64
    return [_plainly(v) for v in value] if isinstance(value, (tuple, list)) else value


@needs_torch
@pytest.mark.parametrize("key", [k for k in CASES if "float16" not in k and k not in ODD])
def test_saved_values_are_torchs(key):
    theirs, ours = (run(module, *CASES[key])[2][0] for module in (torch, minigrad))
    if theirs.grad_fn is None:
        return
    names = {n.removeprefix("_saved_") for n in dir(theirs.grad_fn) if n.startswith("_saved_")}
    node = theirs.grad_fn.name()
    kept = {n.removeprefix("_saved_") for n in dir(ours.grad_fn) if n.startswith("_saved_")}
    names, kept = ({name for name in found if f"{node}.{name}" not in NOT_KEPT} for found in (names, kept))
    assert kept - {"result"} == names - {"result"}
    for name in names - {name for name in names if name in COUNTED or f"{node}.{name}" in COUNTED}:
        expected, got = (_plainly(getattr(y.grad_fn, f"_saved_{name}")) for y in (theirs, ours))
        if f"{node}.{name}" in SOMETIMES and any(v is None or (isinstance(v, list) and not v) for v in (got, expected)):
            continue
        np.testing.assert_equal(got, expected) if not isinstance(got, np.ndarray) else np.testing.assert_allclose(
            got, expected, rtol=1e-5, atol=1e-7, err_msg=name
        )


# ---------------------------------------------------------------- deliberately not as PyTorch
def test_dimensions_count_from_the_start():
    """PyTorch gives a negative dimension as the unsigned number it becomes in C++: 18446744073709551615."""
    m = minigrad.ones(2, 3, requires_grad=True)
    assert m.sum(-1).grad_fn._saved_dim == (1,) and m.select(-1, -1).grad_fn._saved_index == 2


def test_an_array_kept_by_edges_is_not_kept_from_backward():
    """An edge keeps a view of its tensor's memory alive, for its shape, until the edge dies."""
    x, w = pair(minigrad)
    edge = minigrad.autograd.graph.get_gradient_edge(x * w)
    assert repr(edge).endswith("ownership_token=kept)")


@on_both
def test_a_packed_graph_holds_only_what_was_packed(torch):
    import weakref

    x, _ = pair(torch)
    y = x * 1
    alive = weakref.ref(y)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t):
        z = (y * y).sum()
    del y
    assert alive() is None
    z.backward()
    assert x.grad.tolist() == [2, 4]
