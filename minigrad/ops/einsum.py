"""Einstein's summation: products of tensors, summed over the subscripts that the result does not have.

The way is PyTorch's: each operand gets all dimensions in one order (those of the result first, then those to be summed;
length 1 where it has none), then the operands are multiplied pair by pair, each as one batch of matrix products.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Any

from ..tensor import Tensor
from .functions import mul
from .matmul import bmm
from .operands import array_of
from .reduce import sum
from .shaping import diagonal, permute, reshape, unsqueeze, view

ELLIPSIS = "..."


def einsum(equation: Any, *operands: Any) -> Tensor:
    """Products of tensors, summed over subscripts.

    Parameters
    ----------
    equation : str
        A letter for each dimension of each operand, with commas between operands; `...` for dimensions that broadcast;
        after `->` the subscripts of the result. Without `->` it has those that occur once, in alphabetical order.
    operands : Tensor

    Raises
    ------
    RuntimeError
        If the equation does not fit the operands.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([[1., 2.], [3., 4.]])
    >>> minigrad.einsum("ij,j->i", x, minigrad.tensor([1., 10.]))
    tensor([21., 43.])
    >>> minigrad.einsum("ii", x)
    tensor(5.)
    """
    if isinstance(equation, Tensor):
        equation, operands = _from_lists(equation, *operands)
    if not operands:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    for x in operands:
        array_of(x, "einsum", "argument 'tensors' (position 2)")
    lhs, arrow, rhs = equation.partition("->")
    subscripts = _read_inputs(lhs, len(operands))
    ellipsis = _ellipsis_length(subscripts, operands)
    plan = _plan(subscripts, ellipsis, _read_output(rhs, lhs, subscripts) if arrow else None)
    tensors = [_align(i, x, labels, plan) for i, (x, labels) in enumerate(zip(operands, subscripts, strict=True))]
    return _contract(tensors, plan)


def _from_lists(*parts: Any) -> tuple[str, tuple[Any, ...]]:
    """The equation for operands that are each followed by a list of numbers of their subscripts."""

    def letters(numbers: Iterable[Any]) -> str:
        return "".join(ELLIPSIS if n is Ellipsis else chr(n + (ord("A") if n < 26 else ord("a") - 26)) for n in numbers)

    operands, lists = parts[0 : len(parts) // 2 * 2 : 2], parts[1::2]
    equation = ",".join(map(letters, lists))
    return equation + ("->" + letters(parts[-1]) if len(parts) % 2 else ""), tuple(operands)


# ------------------------------------------------------------ reading the equation
def _tokens(text: str, first: int, where: str, complete: str) -> list[str]:
    """Letters and `...` of one operand; `first` is where the text begins in the equation."""
    found: list[str] = []
    i = 0
    while i < len(text):
        if text[i] == ".":
            if ELLIPSIS in found:
                raise RuntimeError(f"einsum(): found '.' for {where} for which an ellipsis was already found")
            if text[i : i + 3] != ELLIPSIS:
                raise RuntimeError(f"einsum(): found '.' for {where} that is not part of any ellipsis{complete}")
            found.append(ELLIPSIS)
            i += 2
        elif text[i].isascii() and text[i].isalpha():
            found.append(text[i])
        elif text[i] != " ":
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {first + i} in the equation string, "
                "subscripts must be in [a-zA-Z]"
            )
        i += 1
    return found


def _read_inputs(lhs: str, count: int) -> list[list[str]]:
    first, found = 0, []
    for number, text in enumerate(lhs.split(",")):
        if number >= count:
            raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
        found.append(_tokens(text, first, f"operand {number}", ""))
        first += len(text) + 1
    if len(found) < count:
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    return found


def _read_output(rhs: str, lhs: str, subscripts: list[list[str]]) -> list[str]:
    output: list[str] = []
    if rhs.count(ELLIPSIS) > 1:
        raise RuntimeError("einsum(): found '.' for output but an ellipsis (...) was already found")
    for label in _tokens(rhs, len(lhs) + 2, "output", " (...)"):
        if label != ELLIPSIS and not any(label in labels for labels in subscripts):
            raise RuntimeError(
                f"einsum(): output subscript {label} does not appear in the equation for any input operand"
            )
        if label in output:
            raise RuntimeError(f"einsum(): output subscript {label} appears more than once in the output")
        output.append(label)
    return output


def _ellipsis_length(subscripts: list[list[str]], operands: tuple[Tensor, ...]) -> int:
    """How many dimensions `...` stands for: those of the operand that has most."""
    longest = 0
    for i, (labels, x) in enumerate(zip(subscripts, operands, strict=True)):
        has = ELLIPSIS in labels
        named = len(labels) - has
        if named > x.ndim or (named < x.ndim and not has):
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({named}) "
                + ("is more than" if has else "does not match")
                + f" the number of dimensions ({x.ndim}) for operand {i}"
                + ("" if has else " and no ellipsis was given")
            )
        if has:
            longest = max(longest, x.ndim - named)
    return longest


# ------------------------------------------------------------ one order of dimensions for all
@dataclass
class Plan:
    """Which dimension each subscript becomes, and what is known of the dimensions.

    Attributes
    ----------
    place : dict
        The dimension of each subscript; of `...` the first of its dimensions.
    ellipsis : int
        How many dimensions `...` stands for.
    kept : int
        How many dimensions the result has; those after it are summed.
    lengths : list of int
        The length of each dimension, 1 until an operand has more.
    uses : list of int
        How many operands have the dimension with a length other than 1.
    """

    place: dict[str, int]
    ellipsis: int
    kept: int
    lengths: list[int]
    uses: list[int]


def _plan(subscripts: list[list[str]], ellipsis: int, output: list[str] | None) -> Plan:
    letters = [label for labels in subscripts for label in labels if label != ELLIPSIS]
    if output is None:
        output = [ELLIPSIS, *sorted(label for label in set(letters) if letters.count(label) == 1)]
    order = list(output)
    if ELLIPSIS not in order:
        order.append(ELLIPSIS)
    order += sorted(set(letters) - set(order))
    place, dim = {}, 0
    for label in order:
        place[label] = dim
        dim += ellipsis if label == ELLIPSIS else 1
    kept = len(output) + (ellipsis - 1 if ELLIPSIS in output else 0)
    return Plan(place, ellipsis, kept, [1] * dim, [0] * dim)


def _align(number: int, x: Tensor, labels: list[str], plan: Plan) -> Tensor:
    """The operand with all dimensions in the plan's order; a repeated subscript becomes a diagonal."""
    order: list[int | None] = [None] * len(plan.lengths)
    dim = 0
    spread = x.ndim - (len(labels) - 1)  # how many of its dimensions `...` covers
    for label in labels:
        if label == ELLIPSIS:
            for j in range(plan.ellipsis - spread, plan.ellipsis):
                _note_length(number, x, dim, plan.place[ELLIPSIS] + j, None, plan)
                order[plan.place[ELLIPSIS] + j] = dim
                dim += 1
        elif order[plan.place[label]] is None:
            _note_length(number, x, dim, plan.place[label], label, plan)
            order[plan.place[label]] = dim
            dim += 1
        else:
            before = order[plan.place[label]]
            assert before is not None
            n, m = x.array.shape[dim], x.array.shape[before]
            if n != m:
                raise RuntimeError(
                    f"einsum(): subscript {label} is repeated for operand {number} but the sizes don't match, "
                    f"{n} != {m}"
                )
            x = diagonal(x, 0, before, dim)
            x = permute(x, *_moved(x.ndim, before))
    for i, place in enumerate(order):
        if place is None:
            x = unsqueeze(x, dim)
            order[i] = dim
            dim += 1
    return permute(x, *order)


def _moved(ndim: int, to: int) -> list[int]:
    """The order of dimensions in which the last has moved to `to`."""
    order = list(range(ndim - 1))
    order.insert(to, ndim - 1)
    return order


def _note_length(number: int, x: Tensor, dim: int, place: int, label: str | None, plan: Plan) -> None:
    n, known = x.array.shape[dim], plan.lengths[place]
    if n == 1:
        return
    if known not in (1, n):
        raise RuntimeError(
            f"einsum(): dimension {dim} covered by ellipsis in operand {number}has size {n} which does not broadcast "
            f"with previously seen ellipsis with size {known} for the respective dimension"
            if label is None
            else f"einsum(): subscript {label} has size {n} for operand {number} which does not broadcast with "
            f"previously seen size {known}"
        )
    plan.lengths[place] = n
    plan.uses[place] += 1


# ------------------------------------------------------------ multiplying and summing
def _contract(tensors: list[Tensor], plan: Plan) -> Tensor:
    summed = list(range(plan.kept, len(plan.lengths)))
    if len(tensors) == 1:
        return sum(tensors[0], summed) if summed else tensors[0]
    result, *others = tensors
    for other in others:
        # What can be summed now, since no later operand has it: dimensions of both, of mine, of theirs.
        together: list[int] = []
        mine: list[int] = []
        theirs: list[int] = []
        for dim in summed:
            n, m = result.array.shape[dim], other.array.shape[dim]
            if n != 1 and m != 1:
                plan.uses[dim] -= 1
                if plan.uses[dim] == 1:
                    together.append(dim)
                    plan.uses[dim] = 0
            elif plan.uses[dim] == 1 and n != m:
                (mine if n != 1 else theirs).append(dim)
                plan.uses[dim] = 0
        result = sum(result, mine, keepdim=True) if mine else result
        other = sum(other, theirs, keepdim=True) if theirs else other
        result = _sum_of_products(result, other, together)
    return view(result, result.array.shape[: plan.kept]) if summed else result


def _sum_of_products(a: Tensor, b: Tensor, summed: list[int]) -> Tensor:
    """The product of two tensors of as many dimensions, summed over some, which are kept with length 1.

    One batch of matrix products: dimensions of both are the batch, those of one alone its rows or its columns.
    """
    if not summed:
        return mul(a, b)
    lengths_a, lengths_b = a.array.shape, b.array.shape
    rest = [d for d in range(a.ndim) if d not in summed]
    batch = [d for d in rest if lengths_a[d] != 1 and lengths_b[d] != 1]
    rows = [d for d in rest if lengths_a[d] != 1 and lengths_b[d] == 1]
    columns = [d for d in rest if lengths_a[d] == 1]
    n = prod(lengths_a[d] for d in batch)
    inner = prod(lengths_a[d] for d in summed)
    left = reshape(permute(a, *batch, *rows, *summed, *columns), n, prod(lengths_a[d] for d in rows), inner)
    right = reshape(permute(b, *batch, *summed, *columns, *rows), n, inner, prod(lengths_b[d] for d in columns))
    order = [*batch, *rows, *summed, *columns]
    shape = [lengths_a[d] for d in (*batch, *rows)] + [1] * len(summed) + [lengths_b[d] for d in columns]
    return permute(view(bmm(left, right), shape), *(order.index(d) for d in range(a.ndim)))
