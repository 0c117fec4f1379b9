"""The pages of the API reference: one a room, each with the names that users call, from the modules themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import minigrad
from minigrad import catalogue

# Pages after the one of operations: a title, and the modules whose public names stand on it.
ROOMS = {
    "autograd": ("Differentiation", ["minigrad.autograd", "minigrad.autograd.functional", "minigrad.autograd.graph"]),
    "linalg": ("Linear algebra", ["minigrad.linalg"]),
    "functional": ("Functions of neural networks", ["minigrad.nn.functional"]),
    "nn": ("Neural networks", ["minigrad.nn", "minigrad.nn.init", "minigrad.nn.utils"]),
    "optim": ("Optimizers and schedulers", ["minigrad.optim", "minigrad.optim.lr_scheduler"]),
    "data": ("Data", ["minigrad.utils.data", "minigrad.datasets"]),
    "models": ("Models with published weights", ["minigrad.models"]),
    "cuda": ("GPUs", ["minigrad.cuda", "minigrad.accelerator", "minigrad.backends.cudnn", "minigrad.backends.mps"]),
    "viz": ("Pictures and the stepper", ["minigrad.viz"]),
}


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The names that a module offers, with what they stand for; no modules, no plain values."""
    names = getattr(module, "__all__", None) or [n for n in dir(module) if not n.startswith("_")]
    for name in sorted(names, key=str.lower):
        thing = getattr(module, name)
        if callable(thing) and not inspect.ismodule(thing):
            yield name, thing


def home(thing: Any) -> str:
    """The module in which something was written."""
    return getattr(inspect.unwrap(thing), "__module__", None) or "minigrad"


def operations() -> dict[str, list[str]]:
    """The functions of `minigrad` by the module that they live in."""
    found: dict[str, list[str]] = {}
    for name, thing in public(minigrad):
        source = catalogue.FUNCTIONS[name][0] if name in catalogue.FUNCTIONS else home(thing).removeprefix("minigrad.")
        found.setdefault(source, []).append(name)
    first = ["tensor", "creation", "random", "dtypes", "size"]
    return dict(
        sorted(found.items(), key=lambda item: (first.index(item[0]) if item[0] in first else len(first), item))
    )


def described(full_name: str, thing: Any, names: set[str], seen: dict[int, str]) -> str:
    """What Sphinx is told to document: a class with its methods, or a function; of the second name only the first."""
    if id(thing) in seen:
        return f".. py:data:: {full_name}\n\n   Another name of :obj:`{seen[id(thing)]}`.\n"
    seen[id(thing)] = full_name
    if inspect.isclass(thing):
        return f".. autoclass:: {full_name}\n   :members:\n"
    name = full_name.rpartition(".")[2]
    also = ", also a method of tensors" if name in names else ""
    note = f"\n   *In {home(thing)}{also}.*\n" if also else ""
    return f".. autofunction:: {full_name}\n{note}"


def heading(text: str, line: str = "=") -> str:
    return f"{text}\n{line * len(text)}\n"


def title(module: str) -> str:
    """What a module's docstring begins with, up to the first stop or colon."""
    first = (import_module(f"minigrad.{module}".rstrip(".")).__doc__ or "").strip().splitlines()[0]
    return re.split(r"[.:;] |[.:;]$", first)[0]


def write(folder: Path) -> None:
    """Write the pages, and the list of them."""
    folder.mkdir(exist_ok=True)
    seen: dict[int, str] = {}
    methods = {name for name in dir(minigrad.Tensor) if not name.startswith("_")}
    pages = {"tensors": [heading("Tensors")], "operations": [heading("Operations")]}
    pages |= {page: [heading(name)] for page, (name, _) in ROOMS.items()}
    for module, names in operations().items():
        room = module.partition(".")[0]
        page = pages["operations" if room == "ops" else "autograd" if room == "autograd" else "tensors"]
        page.append(heading(title("" if module == "minigrad" else module), "-"))
        page += [described(f"minigrad.{n}", getattr(minigrad, n), methods, seen) for n in names]
    for page, (_, modules) in ROOMS.items():
        for module in modules:
            if module != modules[0] or page == "autograd":
                pages[page].append(heading(title(module.removeprefix("minigrad.")), "-"))
            pages[page] += [
                described(f"{module}.{name}", thing, set(), seen) for name, thing in public(import_module(module))
            ]
    listed = "\n".join(f"   {page}" for page in pages)
    pages["index"] = [heading("API reference"), f".. toctree::\n   :maxdepth: 2\n\n{listed}\n"]
    for page, parts in pages.items():
        (folder / f"{page}.rst").write_text("\n\n".join(parts), encoding="utf-8")
