"""Exercises of lesson 02, Tensors that remember."""

from typing import Any

from minigrad import Tensor, tensor
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, numbers, same, table_cell

NO_GRAPH = "does not require grad and does not have a grad_fn"


def _function(answer: Any) -> Any:
    if is_blank(answer) or not callable(answer):
        raise NotYet("define the function, then hand it over.")
    return answer


# --- 02.1 -------------------------------------------------------------------------------------------------------------

# Of the leaves w, d and n only w requires grad.
# p = w * d, q = d + n, r = w * n, s = p > q, t = 0 * w, u = w.detach() + q, v = u + t
FLAGS = {"d": False, "p": True, "q": False, "r": True, "s": False, "t": True, "u": False, "v": True}


def _as_flag(given: Any) -> bool | None:
    """True, 1, "True", a tensor of one truth value…: whatever says yes or no. None for anything else."""
    if hasattr(given, "item"):
        given = given.item()
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    return words.get(str(given).strip().lower())


def _flags(answer: Any) -> str | None:
    if isinstance(answer, list | tuple) and len(answer) == len(FLAGS):
        answer = dict(zip(FLAGS, answer, strict=True))
    if is_blank(answer) or not isinstance(answer, dict) or not set(FLAGS) <= set(answer):
        raise NotYet("write True or False in place of each ... (eight in all).")
    said = {name: _as_flag(answer[name]) for name in FLAGS}
    if None in said.values():
        raise NotYet("only True or False, please: one of the eight is something else.")
    if all(said.values()):
        return "all of them"
    if said["d"]:
        return "the flag goes back"
    beliefs = {
        "p": "all inputs needed",
        "q": "from nothing",
        "s": "yes or no",
        "r": "whole numbers stop it",
        "t": "nothing but zeros",
        "u": "through detach",
        "v": "one input forgotten",
    }
    return next((belief for name, belief in beliefs.items() if said[name] != FLAGS[name]), None)


def _flags_cell(**other: bool) -> str:
    return table_cell("02.1", "flags", FLAGS | other)


PREDICT = Exercise(
    id="02.1",
    title="Predict the flags",
    stub="# True or False: which of these require grad, once the cell above has run?\n"
    + table_cell("02.1", "flags", dict.fromkeys(FLAGS, ...)),
    solution=_flags_cell(),
    explanation="""\
- `d` is a leaf, and nobody asked: False. That `p` is made from it changes nothing.
- `p = w * d` and `r = w * n`: one input, `w`, requires grad. That is enough: True.
- `q = d + n`: no input does: False.
- `s = p > q` says yes or no, and only floats can require grad: False.
- `t = 0 * w` is all zeros, but it was made from `w`: True. The rule does not look at numbers.
- `u = w.detach() + q`: `detach()` hands over numbers without history, and `q` has none: False.
- `v = u + t`: `t` is enough: True.
""",
    judge=_flags,
    praise="All eight. You asked the inputs of each line, and nothing else.",
    hint="Take one line after the other: does at least one of its inputs require grad, and are its numbers floats?",
    second_hint="Print the eight flags, print(d.requires_grad) and so on, and find the line that surprises you.",
    mistakes=(
        Mistake(
            "all of them",
            _flags_cell(d=True, q=True, s=True, u=True),
            "Not all of them. Begin with q = d + n: did anybody ask for the gradient of d or of n?",
        ),
        Mistake(
            "the flag goes back",
            _flags_cell(d=True),
            "Look at d: it is a leaf that nobody asked about. Flags go from inputs to results, never back.",
        ),
        Mistake(
            "all inputs needed",
            _flags_cell(p=False, r=False, v=False),
            "Look at p = w * d: w requires grad. How many inputs does it take?",
        ),
        Mistake(
            "from nothing",
            _flags_cell(q=True),
            "Look at q = d + n: which of its two inputs requires grad?",
        ),
        Mistake(
            "yes or no",
            _flags_cell(s=True),
            "Look at s = p > q: what kind of values does a comparison give, and can they be nudged a little?",
            pitfall="M02",
        ),
        Mistake(
            "whole numbers stop it",
            _flags_cell(r=False),
            "Look at r = w * n: n cannot require grad, but its other input can. And is r made of floats?",
        ),
        Mistake(
            "nothing but zeros",
            _flags_cell(t=False, v=False),
            "Look at t = 0 * w: all its numbers are zero. But the rule asks for the inputs' flags, not for numbers.",
        ),
        Mistake(
            "through detach",
            _flags_cell(u=True),
            "Look at u: what detach() hands over has the numbers of w, but does it have the history?",
        ),
    ),
)

# --- 02.2 -------------------------------------------------------------------------------------------------------------


def _cubes(answer: Any) -> str | None:
    slopes = _function(answer)
    for given in ([-3, 2, 5], [1, 2], [0.5, -1.0]):
        try:
            gradient = slopes(list(given))
        except RuntimeError as error:
            if str(error).startswith("Only Tensors of floating point"):
                raise NotYet("it still makes a tensor of whole numbers that is to require grad.") from None
            if str(error).startswith("only Tensors of floating point"):
                return "asked too early"
            if NO_GRAPH in str(error):
                return "nobody asks any more"
            raise
        if gradient is None:
            return "no leaf any more"
        if same(gradient, [x**3 for x in given]) and given != [1, 2]:
            return "the cubes"
        if not same(gradient, [3 * x**2 for x in given]):
            return "something else"
    return None


def _cubes_cell(made: str, last: str = "x.grad") -> str:
    lines = f"x = {made}", "cubes = (x**3).sum()", "cubes.backward()", f"return {last}"
    return function_cell("02.2", "slopes_of_cubes(numbers)", *lines)


WHOLE_NUMBERS = Exercise(
    id="02.2",
    title="Whole numbers",
    stub="# Mend it: slopes_of_cubes([-3, 2, 5]) should return the gradient of x.\n"
    + _cubes_cell("tensor(numbers, requires_grad=True)"),
    solution=_cubes_cell("tensor(numbers).float().requires_grad_()"),
    explanation="""\
First floats, then the wish: `tensor(numbers).float().requires_grad_()`. The flag comes last, so `x` is a leaf.
`tensor(numbers, dtype=minigrad.float32, requires_grad=True)` says the same.
""",
    judge=_cubes,
    praise="[27., 12., 75.]: floats first, then the flag.",
    hint="The slopes should be 3x², one for each number. Call slopes_of_cubes([-3, 2, 5]) and compare.",
    second_hint="Do two things with tensor(numbers), in this order: make it floats, then ask for the gradient.",
    mistakes=(
        Mistake(
            "nobody asks any more",
            _cubes_cell("tensor(numbers).float()"),
            "These are floats now. But nothing requires grad any more, so there is no way back: ask for it.",
        ),
        Mistake(
            "asked too early",
            _cubes_cell("tensor(numbers).requires_grad_().float()"),
            "Still whole numbers are asked to require grad. What has to happen to them before you ask?",
            pitfall="M02",
        ),
        Mistake(
            "no leaf any more",
            _cubes_cell("Tensor(numbers).requires_grad_() * 1.0"),
            "It returns None: x is a result now, and the gradient went to a leaf behind it. Make x first, ask last.",
        ),
        Mistake(
            "the cubes",
            _cubes_cell("tensor(numbers).float().requires_grad_()", "x**3"),
            "Those are the cubes themselves. Their slopes are in x.grad, once backward() has run.",
        ),
    ),
)

# --- 02.3 -------------------------------------------------------------------------------------------------------------


def _growth(answer: Any) -> str | None:
    growth = _function(answer)
    for side in (3, 5, 2.5):
        try:
            slope = growth(side)
        except RuntimeError as error:
            if "only for scalar outputs" in str(error):
                raise NotYet(f"growth({side}) still raises an error. How many numbers are in Tensor({side})?") from None
            if "nly Tensors of floating point" in str(error):
                return "a whole number"
            if NO_GRAPH in str(error):
                return "nobody asks any more"
            raise
        given = numbers(slope)
        if given.size != 1:
            return "many numbers"
        if same(given.item(), side**2):
            return "the area"
        if same(given.item(), 2 * int(side)) and side == 2.5:
            return "cut to a whole number"
        if not same(given.item(), 2 * side):
            return "something else"
    return None


def _growth_cell(made: str, area: str = "s * s", last: str = "s.grad") -> str:
    lines = f"s = {made}", f"area = {area}", "area.backward()", f"return {last}"
    return function_cell("02.3", "growth(side)", *lines)


SQUARE = Exercise(
    id="02.3",
    title="How fast a square grows",
    stub="# Mend it: growth(3) should return 6, and growth(2.5) should return 5.\n"
    + _growth_cell("Tensor(side).requires_grad_()"),
    solution=_growth_cell("tensor(float(side), requires_grad=True)"),
    explanation="""\
`Tensor(3)` reads 3 as a size and makes room for three numbers. `tensor(3)` is the number 3, but a whole one,
which cannot require grad. `tensor(float(side), requires_grad=True)` is one float, whatever `side` is.
""",
    judge=_growth,
    praise="6 and 5. tensor takes the number that you give it, and float makes sure that it may require grad.",
    hint="Print s: it should be one number, the side, and require grad.",
    second_hint="Use tensor, not Tensor, and give it a float: float(side).",
    mistakes=(
        Mistake(
            "many numbers",
            _growth_cell("Tensor(side).requires_grad_()", "(s * s).sum()"),
            "No error any more, but growth(3) gives three numbers: the sum only hides that. What did Tensor(3) make?",
            pitfall="M03",
        ),
        Mistake(
            "a whole number",
            _growth_cell("tensor(side).requires_grad_()"),
            "Now s is one number, as it should be. But tensor keeps the type of its data, and 3 is a whole number.",
            pitfall="M02",
        ),
        Mistake(
            "nobody asks any more",
            _growth_cell("tensor(float(side))"),
            "s is one float now. But nobody has asked it to require grad, so area remembers nothing.",
        ),
        Mistake(
            "the area",
            _growth_cell("tensor(float(side), requires_grad=True)", last="area"),
            "That is the area itself. How fast it grows is in s.grad.",
        ),
        Mistake(
            "cut to a whole number",
            _growth_cell("tensor(float(int(side)), requires_grad=True)"),
            "Right for 3, but growth(2.5) gives 4: something cuts the side down to a whole number.",
        ),
    ),
)

# --- 02.4 -------------------------------------------------------------------------------------------------------------


def _report(answer: Any) -> str | None:
    report = _function(answer)
    for given in ([1.0, 2.0, 3.0], [0.5, -4.0]):
        x = tensor(given, requires_grad=True)
        try:
            mean, points = report(x)
        except RuntimeError as error:
            if str(error).startswith("Can't call numpy()"):
                raise NotYet("it still hands NumPy a tensor that requires grad.") from None
            raise
        squares = [number**2 for number in given]
        if isinstance(points, Tensor):
            return "points still a tensor"
        if not same(points, squares) or not same(numbers(mean).sum(), sum(squares) / len(squares)):
            return "something else"
        if not x.requires_grad:
            return "x was told to forget"
        if not isinstance(mean, Tensor) or not mean.requires_grad:
            return "the mean left the graph"
        mean.backward()
        if x.grad is None:
            return "no way back to x"
        if not same(x.grad, [2 * number / len(given) for number in given]):
            return "something else"
    return None


def _report_cell(*lines: str) -> str:
    return function_cell("02.4", "report(x)", *lines, "return mean, points")


PLOT = Exercise(
    id="02.4",
    title="Points for a plot",
    stub="# Mend it: points must be a NumPy array, and mean must remember how it was made from x.\n"
    + _report_cell("y = x**2", "points = y.numpy()", "mean = points.mean()"),
    solution=_report_cell("y = x**2", "points = y.detach().numpy()", "mean = y.mean()"),
    explanation="""\
Looking and computing go different ways. `points` is only looked at: `y.detach().numpy()`. `mean` goes on in the graph,
so it is made from `y` by `y`'s own `mean()`.
""",
    judge=_report,
    praise="One way for looking, one for computing: the plot gets its numbers and x its gradient.",
    hint="points should be the squares, as an array, and mean their mean, as a tensor that was made from x.",
    second_hint="Which of the two is only looked at? Detach for that one alone, and make the other from y.",
    mistakes=(
        Mistake(
            "the mean left the graph",
            _report_cell("y = x**2", "points = y.detach().numpy()", "mean = points.mean()"),
            "No error any more, but the history is gone as well: mean is made from points, and those are detached.",
            pitfall="M04",
        ),
        Mistake(
            "no way back to x",
            _report_cell(
                "y = x**2", "points = y.detach().numpy()", "mean = tensor(float(points.mean()), requires_grad=True)"
            ),
            "mean requires grad, but mean.backward() leaves x.grad empty: it walks back to a new leaf, and not to x.",
            pitfall="M04",
        ),
        Mistake(
            "x was told to forget",
            _report_cell("x.requires_grad_(False)", "y = x**2", "points = y.numpy()", "mean = y.mean()"),
            "That switches off the caller's own x: now nothing made from it remembers, here and everywhere else.",
        ),
        Mistake(
            "points still a tensor",
            _report_cell("y = x**2", "points = y", "mean = y.mean()"),
            "mean is right. But points is a tensor, and the caller needs a NumPy array, only to look at.",
        ),
    ),
)

EXERCISES = (PREDICT, WHOLE_NUMBERS, SQUARE, PLOT)
