"""Errors 6 and 15: shapes, of gradients and of operands, that do not fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from .kinds import GradientShapeError, ShapeError
from .reading import Scene, bracketed, operands, out_of_place

Shape = tuple[int, ...]


# ------------------------------------------------------------ error 6
def not_scalar(output: Any) -> GradientShapeError:
    """Error 6: no gradient to begin with, and an output that has more than one number."""
    scene = Scene()
    parts = operands(scene.place, scene.modules)
    name = scene.name(output) or (parts[0] if parts else "y")
    shape = list(output.shape)
    value = bracketed(name)
    return GradientShapeError(
        "grad can be implicitly created only for scalar outputs",
        f"`{name}` has {output.array.size} numbers, shape {shape}; a gradient is that of one number. Which combination "
        "of them do you want?",
        [scene.place],
        f"their sum or mean: `{value}.sum().backward()`, `{value}.mean().backward()`; or weights of your own, shape "
        f"{shape}:\n`{value}.backward(gradient={scene.library('ones')}({', '.join(map(str, shape))}))`.",
        story="not scalar",
    )


def gradient_shape(i: int, g: Any, output: Any) -> GradientShapeError:
    """A `gradient=` that does not have its tensor's shape."""
    scene = Scene()
    output_name, name = scene.name(output) or "output", scene.name(g) or "gradient"
    return GradientShapeError(
        f"Mismatch in shape: grad_output[{i}] has a shape of {g.shape} and output[{i}] has a shape of {output.shape}.",
        "a gradient has one number for each number of what it belongs to.\n"
        + aligned([(output_name, tuple(output.shape)), (name, tuple(g.shape))]),
        [scene.place],
        f"a gradient of shape {list(output.shape)}.",
        story="not scalar",
    )


# ------------------------------------------------------------ error 15
def broadcast_shapes(*tensors: Any, lead: int = 0) -> ShapeError:
    """Error 15: shapes that do not broadcast; the last `lead` dimensions, those of matrices, are left out."""
    scene = Scene()
    whole = [tuple(getattr(x, "shape", ())) for x in tensors]
    shapes = [shape[: -lead or None] for shape in whole]
    names = names_of(scene, tensors)
    pairs = [(i, j) for j in range(len(shapes)) for i in range(j) if clash(shapes[i], shapes[j]) is not None]
    if not pairs:  # they fit each other, but the first is written to, and would have to grow
        return output_shape(whole[0], np.broadcast_shapes(*whole))
    i, j = pairs[0]
    a, b = shapes[i], shapes[j]
    from_right = clash(a, b)
    assert from_right is not None
    n, m = a[-from_right], b[-from_right]
    dim = max(len(a), len(b)) - from_right
    mark = f"{n} against {m}: lengths must be equal, or one of them 1"
    return ShapeError(
        f"The size of tensor a ({n}) must match the size of tensor b ({m}) at non-singleton dimension {dim}",
        aligned([(names[i], whole[i]), (names[j], whole[j])], mark, from_right + lead),
        [scene.place],
        "give both the same batch, or one of them none." if lead else _make_broadcast(names[i], a, names[j], b),
        story="broadcast",
    )


def output_shape(mine: Shape, needed: Shape) -> ShapeError:
    """Error 15 of a write: what is written to keeps its shape."""
    scene = Scene()
    new = out_of_place(scene.place)
    return ShapeError(
        f"output with shape {list(mine)} doesn't match the broadcast shape {list(needed)}",
        f"the result has shape {list(needed)}; what it is written to has shape {list(mine)}, and keeps it.",
        [scene.place],
        f"write `{new}`: that makes a new tensor." if new else f"make a new tensor, of shape {list(needed)}.",
        story="broadcast",
    )


def clash(a: Shape, b: Shape) -> int | None:
    """The first dimension, counted from the right from 1, in which two shapes do not broadcast."""
    for i, (n, m) in enumerate(zip(reversed(a), reversed(b), strict=False), 1):
        if n != m and n != 1 and m != 1:
            return i
    return None


def _make_broadcast(a: str, shape_a: Shape, b: str, shape_b: Shape) -> str:
    """A way to write it so that the shapes fit, if a small one is found."""
    both = [(a, shape_a, shape_b), (b, shape_b, shape_a)]
    for name, shape, other in sorted(both, key=lambda one: len(one[1])):
        column = bracketed(name)
        if len(shape) == 1 and len(other) == 1:
            return f"if you mean every pair, make one a column: `{column}[:, None]` has shape {[*shape, 1]}."
        if len(shape) < len(other) and clash((*shape, 1), other) is None:
            return f"`{column}.unsqueeze(-1)` has shape {[*shape, 1]}, which fits."
        if len(shape) == 2 and clash(shape[::-1], other) is None:
            return f"`{column}.T` has shape {list(shape[::-1])}, which fits."
    return "bring both to shapes that fit: look at where each was made (`reshape`, `unsqueeze`, `.T`)."


def product_shapes(a: Any, b: Any, sentence: str) -> ShapeError:
    """Error 15: two shapes that cannot be multiplied."""
    scene = Scene()
    name_a, name_b = names_of(scene, (a, b))
    shape_a, shape_b = tuple(a.shape), tuple(b.shape)
    axis_b = -2 if len(shape_b) > 1 else -1
    n, m = shape_a[-1], shape_b[axis_b]
    width = max(len(name_a), len(name_b))
    row_a, row_b = f"{name_a:{width}}  {list(shape_a)}", f"{name_b:{width}}  {list(shape_b)}"
    marks = [_under(row_a, shape_a, -1), _under(row_b, shape_b, axis_b)]
    if n != m and len(shape_a) == len(shape_b) == 1:
        what = aligned([(name_a, shape_a), (name_b, shape_b)], f"{n} against {m}: the lengths must be equal", 1)
    elif n != m:
        which = "first" if len(shape_b) < 3 else "last but one"
        words = f"the last length of {name_a}, {n}, must equal the {which} of {name_b}, {m}"
        what = f"{row_a}\n{marks[0]}   {words}\n{row_b}\n{marks[1]}"
    else:
        what = f"{row_a}\n{row_b}\n{' ' * width}   the batches, {shape_a[0]} and {shape_b[0]}, must be the same"
    return ShapeError(sentence, what, [scene.place], _make_product(name_a, shape_a, name_b, shape_b), story="product")


def _make_product(a: str, shape_a: Shape, b: str, shape_b: Shape) -> str:
    x, y = bracketed(a), bracketed(b)
    if len(shape_a) == len(shape_b) == 2:
        (n, k), (j, m) = shape_a, shape_b
        ways = [(k == m, f"`{x} @ {y}.T`"), (n == j, f"`{x}.T @ {y}`"), (n == m, f"`{y} @ {x}`")]
        fitting = [code for fits, code in ways if fits]
        if fitting:
            return f"{' or '.join(fitting)} would fit, if that is what you mean."
    if len(shape_a) == len(shape_b) == 1:
        return f"if you mean every pair, `{x}.outer({b})`."
    if len(shape_a) > 2 or len(shape_b) > 2:
        return "a product is (…, n, k) @ (…, k, m): look at where the two were made (`.mT`, `reshape`, other sizes)."
    return "a product is (n, k) @ (k, m): look at where the two were made (`.T`, `reshape`, other sizes)."


# ------------------------------------------------------------ how it looks
def names_of(scene: Scene, tensors: Any) -> list[str]:
    """What the user calls the operands: variables, or the code itself."""
    parts = operands(scene.place, scene.modules)
    return [
        scene.name(x) or (parts[i] if i < len(parts) and len(parts[i]) <= 30 else "abcdefgh"[i])
        for i, x in enumerate(tensors)
    ]


def aligned(rows: list[tuple[str, Shape]], words: str = "", marked: int | None = None) -> str:
    """Shapes one under the other, aligned at the right; one dimension, counted from the right from 1, is marked.

    >>> print(aligned([("x", (2, 1, 3)), ("row", (4, 2))], "3 against 2", 1))
    x    [2, 1, 3]
    row     [4, 2]
                ^ 3 against 2
    """
    longest = max(len(shape) for _, shape in rows)
    widths = [max(len(str(s[-i])) for _, s in rows if len(s) >= i) for i in range(longest, 0, -1)]
    cells = [
        "[" + ", ".join(f"{n:{w}}" for n, w in zip(shape, widths[longest - len(shape) :], strict=True)) + "]"
        for _, shape in rows
    ]
    left, right = max(len(name) for name, _ in rows), max(map(len, cells))
    lines = [f"{name:{left}}  {text:>{right}}" for (name, _), text in zip(rows, cells, strict=True)]
    if marked is not None:
        after = 1 + sum(width + 2 for width in widths[longest - marked + 1 :])
        carets = "^" * widths[-marked]
        lines.append(" " * (left + 2 + right - after - len(carets)) + f"{carets} {words}")
    return "\n".join(lines)


def _under(row: str, shape: Shape, axis: int) -> str:
    """Marks under one length of a shape that ends its row."""
    after = "".join(f", {n}" for n in shape[axis:][1:]) + "]"
    length = len(str(shape[axis]))
    return " " * (len(row) - len(after) - length) + "^" * length
