"""Two worlds, one of minigrad's tensors and one of PyTorch's, in which the same lines of code are run.

A line is a template such as ``"x.mul_(y)"``; ``x``, ``y`` stand for tensors of the world, ``torch`` for the module. So
a program that finds a difference is printed as a program that can be run (`Pair.program`).
"""

from __future__ import annotations

import re
from functools import cache
from math import prod
from types import CodeType
from typing import Any

import numpy as np

import minigrad
from minigrad.backend import owner
from tests.conformance import error, is_tensor, name_error, node_name
from tests.oracle import torch
from tests.stateful_lines import DELIBERATE

LARGE = 1e3
# Lines call these, too: what memory gradients share is nobody's affair, and no mode may stay behind.
HELPERS = """
def copies(gradients):
    return [g if g is None else g.clone() for g in gradients]

def unrecorded(function, *arguments):
    with torch.no_grad():
        function(*arguments)
"""


@cache
def compiled(line: str, mode: str = "") -> CodeType:
    """The line as code that leaves what it makes, if it is an expression, in `made`."""
    if mode:
        return compile(line, line, mode)
    try:
        compile(line, line, "eval")
    except SyntaxError:
        return compile(line, line, "exec")
    return compile(f"made = {line}", line, "exec")


class World:
    """One module with its tensors, by name."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.tensors: dict[str, Any] = {}
        self.log: list[Any] = []  # what hooks were given in the present step
        self.handles: list[Any] = []
        self.modes: list[Any] = []
        self.names: dict[str, Any] = {"torch": module, "keep": self.handles.append} | hooks(module, self.log)
        exec(compiled(HELPERS, "exec"), self.names)
        for function in (self.enter, self.leave, self.remove):
            self.names[function.__name__] = function

    def run(self, line: str, operands: dict[str, str]) -> tuple[str, list[Any]]:
        """Run a line: "done" or the error in words, and the tensors it made that are not known yet."""
        names = self.names | {letter: self.tensors[name] for letter, name in operands.items()}
        try:
            exec(compiled(line), names)
        except Exception as raised:
            return name_error(raised), []
        made = names.get("made")
        made = made if isinstance(made, (list, tuple)) else (made,)
        return "done", [t for t in made if is_tensor(t) and all(t is not x for x in self.tensors.values())]

    # ------------------------------------------------------------ what lines call
    def enter(self, mode: Any) -> None:
        mode.__enter__()
        self.modes.append(mode)

    def leave(self) -> None:
        self.modes.pop().__exit__(None, None, None)

    def remove(self, place: int) -> None:
        self.handles.pop(place).remove()

    # ------------------------------------------------------------ what can be seen
    def tell(self, x: Any, whole: bool) -> tuple[dict[str, Any], list[np.ndarray]]:
        """The facts about a tensor, which must be equal, and numbers, which must be close.

        `whole` asks also for what brings a view's history up to date, which may raise and may hide something.
        """
        base = x._base
        facts = {
            "dtype and shape": plain_type(x),
            "version": x._version,
            "requires_grad": x.requires_grad,
            "retains_grad": x.retains_grad,
            "base": None if base is None else next((n for n, t in self.tensors.items() if t is base), "unknown"),
        }
        numbers = [numpy_of(x)]
        if whole:
            for attribute in ("is_leaf", "grad_fn", "output_nr"):
                facts[attribute] = asked(x, attribute)
            grad = quiet_grad(x)
            facts["grad"] = None if grad is None else (plain_type(grad), grad.requires_grad)
            if grad is not None:
                numbers.append(numpy_of(grad))
        return facts, numbers

    def end(self) -> None:
        """Leave no mode behind, nor the cycles through gradients with history, which PyTorch does not collect."""
        while self.modes:
            self.leave()
        self.module.set_grad_enabled(True)
        for x in self.tensors.values():
            x.grad = None
        self.tensors.clear()
        self.handles.clear()


def asked(x: Any, attribute: str) -> Any:
    """An attribute or its error in words; asked in code without source, which minigrad's messages would read."""
    told = error(lambda: eval(compiled(f"x.{attribute}", "eval"), {"x": x}))
    return node_name(told) if attribute == "grad_fn" and not isinstance(told, str) else told


def quiet_grad(x: Any) -> Any:
    """`x.grad` without minigrad's warning that x is no leaf, which takes time to write."""
    if not isinstance(x, minigrad.Tensor):
        return x.grad
    return None if x._meta is None else x._meta.grad


def numpy_of(x: Any) -> np.ndarray:
    return np.array(x.detach().numpy())


def plain_type(x: Any) -> tuple[str, tuple[int, ...]]:
    return str(x.dtype).partition(".")[2], tuple(x.shape)


def hooks(module: Any, log: list[Any]) -> dict[str, Any]:
    """Functions to be registered; what they are given goes to the log."""

    def note(hook: str, *gradients: Any) -> None:
        told = [None if g is None else (plain_type(g), g.requires_grad) for g in gradients]
        log.append(((hook, told), [numpy_of(g) for g in gradients if g is not None]))

    def see(g: Any) -> None:
        note("see", g)

    def double(g: Any) -> Any:
        note("double", g)
        return g * 2

    def refuse(g: Any) -> None:
        raise ValueError("refused by a hook")

    def shrink(g: Any) -> Any:
        return g.sum()

    def nonsense(g: Any) -> str:
        return "no tensor"

    def enter_again(g: Any) -> None:
        with module.enable_grad():
            w = module.ones(2, requires_grad=True)
            (w * w).sum().backward()
        note("enter again", g, w.grad)

    def see_grad(x: Any) -> None:
        note("see grad", x.grad)

    def drop_grad(x: Any) -> None:
        note("drop grad", x.grad)
        x.grad = None

    def see_all(outer: Any) -> None:
        note("see all", *outer)

    def double_all(outer: Any) -> Any:
        return tuple(None if g is None else g * 2 for g in outer)

    def see_both(inner: Any, outer: Any) -> None:
        note("see both", *inner, *outer)

    def double_both(inner: Any, outer: Any) -> Any:
        return tuple(None if g is None else g * 2 for g in inner)

    return {name: f for name, f in locals().items() if name not in ("module", "log", "note")}


class Difference(AssertionError):
    """The two worlds do not tell the same."""

    def __init__(self, what: str, ours: Any, theirs: Any, line: str, program: list[str]) -> None:
        text = "\n".join(program)
        super().__init__(f"{what}:\n  minigrad: {ours}\n  PyTorch:  {theirs}\nafter\n{text}\n")
        told = f"{line} | {what} | {ours} | {theirs}"
        self.meant = next((name for name, pattern in DELIBERATE if re.search(pattern, told)), None)


class Pair:
    """minigrad's world and PyTorch's, kept in step.

    Attributes
    ----------
    program : list of str
        What was done, as lines of Python.
    over : bool
        Whether numbers have grown so far that rounding decides what happens next: nothing is compared any more.
    """

    def __init__(self) -> None:
        self.ours, self.theirs = World(minigrad), World(torch)
        self.program: list[str] = []
        self.over = False
        self.line = ""  # the present step's, as a template
        self.count = 0
        self.accumulated: dict[int, Any] = {}  # memory that was some tensor's gradient

    @property
    def names(self) -> list[str]:
        return list(self.ours.tensors)

    def create(self, shape: tuple[int, ...], dtype: str, leaf: bool) -> None:
        """Add a tensor of numbers that are no decimals, other ones for each."""
        numbers = (np.sqrt(np.arange(2, 2 + prod(shape)) + self.count) / 4).reshape(shape).astype(dtype)
        name = self.fresh()
        for world in (self.ours, self.theirs):
            world.tensors[name] = world.module.from_numpy(numbers.copy()).requires_grad_(leaf)
        self.program.append(
            f"{name} = torch.tensor({np.round(numbers, 4).tolist()}, dtype=torch.{dtype}).view({shape})"
            + ".requires_grad_()" * leaf
        )

    def fresh(self) -> str:
        self.count += 1
        return f"t{self.count - 1}"

    def forget(self, name: str) -> None:
        self.program.append(f"del {name}")
        for world in (self.ours, self.theirs):
            del world.tensors[name]

    def step(self, line: str, whole: bool, **operands: str) -> str:
        """Do the same in both worlds, and compare what comes of it."""
        if "_hook(" in line and has_no_place_for_hooks(self.theirs.tensors[operands["x"]]):
            return "skipped"
        text = re.sub(r"\b[xy]\b", lambda found: operands[found[0]], line)
        self.program.append(text)
        x, y = (self.ours.tensors[operands[letter]].array for letter in "xy")
        self.line = line + " of a view" * (self.theirs.tensors[operands["x"]]._base is not None)
        self.line += " of overlapping memory" * (x is not y and "y" in line and np.may_share_memory(x, y))
        passes = "backward(" in line or re.search(r"(?<!\w)grad\(", line)
        before = gradients_of(self.theirs) if passes else ()
        (ours, made), (theirs, made_there) = self.ours.run(line, operands), self.theirs.run(line, operands)
        if ours != theirs:
            raise self.difference("what happens", ours, theirs)
        if len(made) != len(made_there):
            raise self.difference("how much is made", len(made), len(made_there))
        fresh = [self.fresh() for _ in made]
        self.ours.tensors |= zip(fresh, made, strict=True)
        self.theirs.tensors |= zip(fresh, made_there, strict=True)
        if ours == "done":
            self.program[-1] = f"{', '.join(fresh)} = {text}" if fresh else text
            self.compare_logs()
        else:
            self.program[-1] = f"{text}  # {ours}"
            # PyTorch leaves gradients half written when a pass fails; minigrad writes none. What hooks saw before the
            # failure is PyTorch's affair too.
            put_back(before)
            self.ours.log.clear()
            self.theirs.log.clear()
        self.compare(whole)
        return ours

    def compare_logs(self) -> None:
        ours, theirs = self.ours.log, self.theirs.log
        if [told for told, _ in ours] != [told for told, _ in theirs]:
            raise self.difference("hooks", [told for told, _ in ours], [told for told, _ in theirs])
        for (told, mine), (_, others) in zip(ours, theirs, strict=True):
            self.compare_numbers(f"what {told[0]} was given", mine, others)
        ours.clear()
        theirs.clear()

    def compare(self, whole: bool = True) -> None:
        for name, x in self.ours.tensors.items():
            y = self.theirs.tensors[name]
            (ours, mine), (theirs, others) = self.ours.tell(x, whole), self.theirs.tell(y, whole)
            if self.is_accumulated(x):  # how gradients come about is nobody's affair
                for told in (ours, theirs):
                    told["version"] = told["base"] = None
            for fact, told in ours.items():
                if told != theirs[fact]:
                    raise self.difference(f"{fact} of {name}", told, theirs[fact])
            for what, mine_, others_ in zip(("numbers", "grad"), mine, others, strict=False):
                self.compare_numbers(f"{what} of {name}", [mine_], [others_])

    def is_accumulated(self, x: Any) -> bool:
        for t in self.ours.tensors.values():
            if t._meta is not None and t._meta.grad is not None:
                memory = owner(t._meta.grad.array)
                self.accumulated[id(memory)] = memory
        return id(owner(x.array)) in self.accumulated

    def compare_numbers(self, what: str, ours: list[np.ndarray], theirs: list[np.ndarray]) -> None:
        for mine, other in zip(ours, theirs, strict=True):
            if mine.size and not (np.abs(mine) < LARGE).all() and not (np.abs(other) < LARGE).all():
                self.over = True
            elif not np.allclose(mine, other, rtol=1e-3, atol=1e-3):
                raise self.difference(what, mine, other)

    def difference(self, what: str, ours: Any, theirs: Any) -> Difference:
        return Difference(what, ours, theirs, self.line, self.program)

    def end(self) -> None:
        for world in (self.ours, self.theirs):
            world.end()


def has_no_place_for_hooks(x: Any) -> bool:
    """Whether only its base makes this view require grad: PyTorch 2.13 dies of a hook on such a one."""
    try:
        return x._is_view() and x.grad_fn is None
    except RuntimeError:
        return True


def gradients_of(world: World) -> list[tuple[Any, Any, Any, int]]:
    """Every tensor with its gradient, and the gradient's numbers and version."""
    found = [(x, x.grad) for x in world.tensors.values()]
    return [(x, g, *((None, 0) if g is None else (g.detach().clone(), g._version))) for x, g in found]


def put_back(before: Any) -> None:
    """Make PyTorch's gradients again what they were."""
    for x, grad, numbers, version in before:
        x.grad = grad
        if grad is not None:
            grad.data.copy_(numbers)
            torch._C._autograd._unsafe_set_version_counter((grad,), (version,))
