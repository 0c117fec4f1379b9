"""Exercises 13.1 and 13.2: a Function of one's own, and a thrifty one."""

import gc
import weakref
from typing import Any

import numpy as np

from minigrad import Tensor, no_grad, tensor
from minigrad.autograd.function import Function
from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank, same

# --- what both have in common -----------------------------------------------------------------------------------------


def function_class(answer: Any, name: str) -> Any:
    """The Function of an answer, which may also be its ``apply``."""
    if is_blank(answer):
        raise NotYet(f"define {name}, then hand it over.")
    answer = getattr(answer, "__self__", answer)
    if not (isinstance(answer, type) and issubclass(answer, Function)):
        raise NotYet(f"hand over the class {name} itself, a Function.")
    return answer


class Call:
    """One call of a learner's Function, with a look at what its backward returns."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.returned: tuple[Any, ...] = ()

        def backward(ctx: Any, *gradients: Any) -> Any:
            returned = function.backward(ctx, *gradients)
            self.returned = returned if isinstance(returned, tuple) else (returned,)
            return returned

        looked_at: Any = type(function.__name__, (function,), {"backward": staticmethod(backward)})
        self.arguments, self.result = arguments, looked_at.apply(*arguments)

    def mistake_in_backward(self, g: Any) -> str | None:
        """What is wrong with the number and the shapes of what backward returns; None if autograd takes it."""
        try:
            self.result.backward(gradient=tensor(g))
        except RuntimeError as error:
            if any(each is ... for each in self.returned) or all(each is None for each in self.returned):
                raise NotYet("backward does not hand back its gradients yet.") from None
            for sentence, name in REFUSALS.items():
                if sentence in str(error):
                    return name
            raise
        if self.returned and all(each is None for each in self.returned):
            raise NotYet("backward hands back only None.")
        return None


REFUSALS = {
    "incorrect number of gradients": "the number of gradients",
    "invalid gradient": "the shape of a gradient",
    "different than None": "a gradient for a plain number",
}


def _leaf(values: Any, wanted: bool = True) -> Tensor:
    return tensor(np.asarray(values, dtype=np.float64), requires_grad=wanted)


def _careless(function: Any, values: tuple[Any, ...], others: tuple[Any, ...], g: Any, right: list[Any]) -> bool:
    """Whether a write to the arguments after forward makes the gradients wrong without an error."""
    leaves = [_leaf(value) for value in values]
    copies = [leaf * 1 for leaf in leaves]
    call = Call(function, *copies, *others)
    with no_grad():
        for copy in copies:
            copy.mul_(2)
            copy.add_(1)
    try:
        call.result.backward(gradient=tensor(g))
    except RuntimeError as error:
        if "inplace operation" in str(error):
            return False
        raise
    return not all(same(leaf.grad, each) for leaf, each in zip(leaves, right, strict=True))


def _makes_a_ring(function: Any, *arguments: Any) -> bool:
    """Whether the result stays in memory when its last name is gone."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        result = function.apply(*arguments)
        seen = weakref.ref(result)
        del result
        return seen() is not None
    finally:
        if enabled:
            gc.enable()


def class_cell(exercise_id: str, name: str, arguments: str, forward: list[str], backward: list[str]) -> str:
    """An answer cell that defines a Function and hands it over."""
    parts = []
    for head, lines in ((f"forward(ctx, {arguments})", forward), ("backward(ctx, g)", backward)):
        body = "".join(f"        {line}\n" for line in lines)
        parts.append(f"    @staticmethod\n    def {head}:\n{body}")
    return f"class {name}(Function):\n" + "\n".join(parts) + f'\n\ncheck("{exercise_id}", {name})\n'


# --- 13.1 -------------------------------------------------------------------------------------------------------------

CASES: tuple[tuple[Any, float, int], ...] = (
    ([5.0, 3.0, 2.0], 2.0, 3),
    ([[1.0, -2.0, 0.5], [4.0, 0.25, 3.0]], 1.5, 2),
    ([7.0], 0.5, 4),
    ([1.0, 2.0], 3.0, 1),
)


def _savings(answer: Any) -> str | None:
    function = function_class(answer, "Savings")
    g = np.float64(3.0)
    for x, w, n in CASES:
        x_leaf, w_leaf = _leaf(x), _leaf(w)
        call = Call(function, x_leaf, w_leaf, n)
        if is_blank(call.result):
            raise NotYet("forward does not hand back a result yet.")
        if not isinstance(call.result, Tensor) or not same(call.result, np.sum(x) * w**n):
            return "another result"
        mistake = call.mistake_in_backward(g)
        if mistake is not None:
            return mistake
        to_x, to_w = np.full_like(x, w**n), np.sum(x) * n * w ** (n - 1)
        if any(leaf.grad is None for leaf in (x_leaf, w_leaf)):
            return "a gradient is None"
        if same(x_leaf.grad, to_x) and same(w_leaf.grad, to_w):
            return "the slope alone"
        if not same(x_leaf.grad, g * to_x):
            return "a wrong gradient for x"
        if not same(w_leaf.grad, g * to_w):
            return "a wrong gradient for w"
    right = [g * to_x, g * to_w]
    if _careless(function, (x, w), (n,), g, right):
        return "an argument as an attribute"
    return "a result as an attribute" if _makes_a_ring(function, x_leaf, w_leaf, n) else None


SAVED = ["ctx.save_for_backward(x, w)", "ctx.n = n"]
TAKEN = "x, w = ctx.saved_tensors"
RESULT = "return x.sum() * w**n"
TO_X = "to_x = g * w**ctx.n * minigrad.ones_like(x)"
TO_W = "to_w = g * ctx.n * w ** (ctx.n - 1) * x.sum()"


def _savings_cell(*backward: str, forward: tuple[str, ...] = (*SAVED, RESULT)) -> str:
    return class_cell("13.1", "Savings", "x, w, n", list(forward), list(backward))


WRITE_ONE = Exercise(
    id="13.1",
    title="Write one",
    stub="# Write both. Savings.apply(x, w, n) gives y, and gradients reach x and w.\n"
    + class_cell("13.1", "Savings", "x, w, n", ["return ..."], ["return ..."]),
    solution=_savings_cell(TAKEN, TO_X, TO_W, "return to_x, to_w, None"),
    explanation="""\
- For each unit of $x_0$ (or of any other entry), $y$ moves by $w^n$. A single number `g` arrives and `x` has many
  entries, so $g\\,w^n$ is repeated for each of them.
- For $w$ the slope is $n\\,w^{n-1} \\cdot (x_0 + x_1 + \\ldots)$.
- `n` is no tensor: None.

`x` and `w` are arguments, so they go through `save_for_backward`. `n` is a plain number and may be an attribute.
""",
    judge=_savings,
    praise="Three arguments, three answers: one in the shape of x, one number for w, and None for n.",
    hint="For x = [5., 3., 2.], w = 2. and n = 3, y is 80. Its slope is 8 for each entry of x, and 120 for w.",
    second_hint="If 1 arrives and x = [5., 3., 2.], w = 2., n = 3, then [8., 8., 8.], 120. and None go back.",
    mistakes=(
        Mistake(
            "the number of gradients",
            _savings_cell(TAKEN, TO_X, TO_W, "return to_x, to_w"),
            "forward has three arguments after ctx, so backward returns three things, in their order. What does n get?",
            pitfall="M27",
        ),
        Mistake(
            "the shape of a gradient",
            _savings_cell(TAKEN, TO_W, "return g * w**ctx.n, to_w, None"),
            "One of the gradients has not the shape of its argument. x has many entries, and each wants a number.",
            pitfall="M27",
        ),
        Mistake(
            "a gradient for a plain number",
            _savings_cell(TAKEN, TO_X, TO_W, "return to_x, to_w, g"),
            "n is a plain number: nobody can ask for its gradient. What stands in its place?",
            pitfall="M27",
        ),
        Mistake(
            "the slope alone",
            _savings_cell(TAKEN, TO_X.replace("g * ", ""), TO_W.replace("g * ", ""), "return to_x, to_w, None"),
            "Those are the slopes of y alone. What is sent on is the slope times what arrives: where is g?",
            pitfall="M34",
        ),
        Mistake(
            "a wrong gradient for w",
            _savings_cell(TAKEN, TO_X, "to_w = g * x.sum() * w**ctx.n", "return to_x, to_w, None"),
            "x gets what it should, w does not. What is the slope of w**n?",
        ),
        Mistake(
            "an argument as an attribute",
            _savings_cell(
                "w = ctx.w",
                "to_x = g * w**ctx.n * minigrad.ones(ctx.shape)",
                "return to_x, g * ctx.n * w ** (ctx.n - 1) * ctx.total, None",
                forward=("ctx.w, ctx.n, ctx.shape, ctx.total = w, n, x.shape, x.sum()", RESULT),
            ),
            "The gradients are right until somebody writes to x or w after forward. Which way to save notices it?",
            pitfall="M28",
        ),
        Mistake(
            "a result as an attribute",
            _savings_cell(
                TAKEN,
                "return g * ctx.y / x.sum() * minigrad.ones_like(x), g * ctx.n * ctx.y / w, None",
                forward=(*SAVED, "ctx.y = x.sum() * w**n", "return ctx.y"),
            ),
            "The gradients are right, but the result is an attribute of ctx: it stays in memory when its name is gone.",
            pitfall="M28",
        ),
    ),
)

# --- 13.2 -------------------------------------------------------------------------------------------------------------

A, B = np.arange(6.0).reshape(2, 3) - 2, np.arange(12.0).reshape(3, 4) / 4 - 1
G = np.arange(8.0).reshape(2, 4) - 3


def _holds(call: Call) -> tuple[list[tuple[int, ...]], bool]:
    """The shapes of what ctx keeps, and whether some of it is an attribute."""
    node = call.result.grad_fn
    saved = [each.shape for each in node.saved_tensors if each is not None]
    attributes = [each.shape for each in node.attributes.values() if hasattr(each, "shape")]
    return [tuple(shape) for shape in (*saved, *attributes)], bool(attributes)


def _product(answer: Any) -> str | None:
    function = function_class(answer, "Product")
    lavish, keeps_all = False, False
    for wants_a, wants_b in ((True, True), (True, False), (False, True)):
        a, b = _leaf(A, wants_a), _leaf(B, wants_b)
        call = Call(function, a, b)
        if not same(call.result, A @ B):
            return "another result"
        held, as_attribute = _holds(call)
        if as_attribute:
            return "an argument as an attribute"
        needless = (A.shape in held and not wants_b) or (B.shape in held and not wants_a)
        missing = (B.shape not in held and wants_a) or (A.shape not in held and wants_b)
        if needless and missing:
            return "the other way round"
        mistake = call.mistake_in_backward(G)
        if mistake is not None:
            return mistake
        for leaf, wanted, right in ((a, wants_a, G @ B.T), (b, wants_b, A.T @ G)):
            if wanted and (leaf.grad is None or not same(leaf.grad, right)):
                return "a wanted gradient is missing" if leaf.grad is None else "a wrong gradient"
        keeps_all = keeps_all or needless
        lavish = lavish or any(
            each is not None and not wanted for each, wanted in zip(call.returned, (wants_a, wants_b), strict=False)
        )
    if lavish and keeps_all:
        raise NotYet("Product still works out both gradients, and saves both matrices, whatever is wanted.")
    return "both are worked out" if lavish else "both are saved" if keeps_all else None


def _product_cell(saves: str, *backward: str) -> str:
    return class_cell("13.2", "Product", "a, b", [*saves.splitlines(), "return a @ b"], list(backward))


WANTS = "wants_a, wants_b = ctx.needs_input_grad"
THRIFTY = f"{WANTS}\nctx.save_for_backward(a if wants_b else None, b if wants_a else None)"
BACK = "a, b = ctx.saved_tensors"
ONLY_WANTED = "return g @ b.T if wants_a else None, a.T @ g if wants_b else None"
ONLY_WHAT_IS_WANTED = (
    "gradients = []",
    "if wants_a:",
    "    gradients.append(g @ b.T)",
    "if wants_b:",
    "    gradients.append(a.T @ g)",
    "return tuple(gradients)",
)

SKIP = Exercise(
    id="13.2",
    title="Skip what is not needed",
    stub="# Make it thrifty: return None for what is not wanted, and save only what the wanted gradients need.\n"
    + _product_cell("ctx.save_for_backward(a, b)", BACK, "return g @ b.T, a.T @ g"),
    solution=_product_cell(THRIFTY, WANTS, BACK, ONLY_WANTED),
    explanation="""\
The gradient of `a` needs `b`, and that of `b` needs `a`. So save `a` only if `b` wants its gradient, and the other way
round. (`save_for_backward` takes None in the place of a tensor.)

The products of minigrad do the same: freeze a layer's weights, and its input is no longer kept.
""",
    judge=_product,
    praise="No product for nothing, and no matrix in memory that nobody asks for.",
    hint="ctx.needs_input_grad is a pair here, of True or False: for a, then for b. Both methods may ask it.",
    second_hint="The gradient of a is g @ b.T: it needs b, and not a. So when must a be saved?",
    mistakes=(
        Mistake(
            "both are saved",
            _product_cell("ctx.save_for_backward(a, b)", WANTS, BACK, ONLY_WANTED),
            "backward is thrifty now. But forward still saves both, even where only one gradient is wanted.",
        ),
        Mistake(
            "the other way round",
            _product_cell(
                f"{WANTS}\nctx.save_for_backward(a if wants_a else None, b if wants_b else None)",
                WANTS,
                BACK,
                ONLY_WANTED,
            ),
            "You save a where its own gradient is wanted. But which matrix stands in the gradient of a?",
        ),
        Mistake(
            "the number of gradients",
            _product_cell(THRIFTY, WANTS, BACK, *ONLY_WHAT_IS_WANTED),
            "Two arguments, two answers, always: None holds the place of a gradient that is not wanted.",
            pitfall="M27",
        ),
        Mistake(
            "an argument as an attribute",
            _product_cell(
                f"{WANTS}\nctx.a, ctx.b = a if wants_b else None, b if wants_a else None",
                WANTS,
                "a, b = ctx.a, ctx.b",
                ONLY_WANTED,
            ),
            "Thrifty, but a and b are attributes of ctx: a write to them would not be noticed. Use save_for_backward.",
            pitfall="M28",
        ),
    ),
)
