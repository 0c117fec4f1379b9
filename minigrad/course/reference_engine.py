"""The engine of lesson 16, whole: what the learner's six steps lead to, in the lesson's own words and order.

It is complete as it stands, and small on purpose. `minigrad/autograd/` is the same idea with everything that programs
need beside it; the lesson's last table says where each part is found there.
"""

import numpy as np

# --- given: the two things that a graph is made of --------------------------------------------------------------------


class Node:
    """One operation that was recorded, or one leaf."""

    made = 0

    def __init__(self, name, edges=(), shapes=(), rule=lambda g: (), leaf=None):
        self.name = name
        self.edges = edges  # for each input its node, or None
        self.shapes = shapes  # for each input its shape
        self.rule = rule  # what arrives -> a gradient for each input
        self.leaf = leaf  # the tensor, if this is a leaf
        Node.made += 1
        self.number = Node.made  # the newest node has the largest


class Tensor:
    """An array that may remember how it was made."""

    def __init__(self, data, requires_grad=False):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = None
        self.node = Node("leaf", leaf=self) if requires_grad else None

    def __add__(self, other):
        return apply(add, self, other)

    def __mul__(self, other):
        return apply(mul, self, other)

    def __matmul__(self, other):
        return apply(matmul, self, other)

    __radd__, __rmul__ = __add__, __mul__


# --- step 1: remember -------------------------------------------------------------------------------------------------


def apply(operation, *inputs):
    tensors = [x if isinstance(x, Tensor) else Tensor(x) for x in inputs]
    value, rule = operation(*[x.data for x in tensors])
    out = Tensor(value)
    edges = [x.node for x in tensors]
    if any(edges):
        out.node = Node(operation.__name__, edges, [x.data.shape for x in tensors], rule)
    return out


# --- step 2: the rules ------------------------------------------------------------------------------------------------


def add(a, b):
    return a + b, lambda g: (g, g)


def mul(a, b):
    return a * b, lambda g: (g * b, g * a)


def matmul(a, b):
    return a @ b, lambda g: (g @ b.T, a.T @ g)


def relu(a):
    return np.maximum(a, 0), lambda g: (g * (a > 0),)


def exp(a):
    z = np.exp(a)
    return z, lambda g: (g * z,)


def log(a):
    return np.log(a), lambda g: (g / a,)


def total(a):
    return a.sum(), lambda g: (g * np.ones(a.shape),)


# --- step 3: the shape of the input -----------------------------------------------------------------------------------


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


# --- step 4: who may run when -----------------------------------------------------------------------------------------


def order(root):
    found, to_visit = {root}, [root]
    while to_visit:
        for node in to_visit.pop().edges:
            if node is not None and node not in found:
                found.add(node)
                to_visit.append(node)
    return sorted(found, key=lambda node: node.number, reverse=True)


# --- step 5: the walk -------------------------------------------------------------------------------------------------


def run(root, gradient):
    arrived = {root: gradient}
    for node in order(root):
        g = arrived.pop(node)
        sent = [unbroadcast(d, shape) for d, shape in zip(node.rule(g), node.shapes, strict=True)]
        yield node, g, sent
        for to, d in zip(node.edges, sent, strict=True):
            if to is not None:
                arrived[to] = arrived[to] + d if to in arrived else d


# --- step 6: what the walk is for -------------------------------------------------------------------------------------


def backward(result):
    if result.data.size != 1:
        raise RuntimeError("backward() begins with one number; this result has several")
    for node, g, _ in run(result.node, np.ones(result.data.shape)):
        if node.leaf is not None:
            leaf = node.leaf
            leaf.grad = g if leaf.grad is None else leaf.grad + g


def sgd(parameters, lr):
    for p in parameters:
        if p.grad is not None:
            p.data = p.data - lr * p.grad
            p.grad = None
