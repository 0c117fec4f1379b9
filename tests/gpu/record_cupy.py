"""Write down what CuPy has: ``python -m tests.gpu.record_cupy`` where CuPy is installed (it needs no GPU for that)."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any


def parameters(function: Any) -> list[str] | None:
    """The names of a function's parameters; None where Python cannot know them."""
    try:
        return list(inspect.signature(function).parameters)
    except ValueError:
        return None


def functions(module: Any) -> dict[str, list[str] | None]:
    """The functions of a module; of ufuncs the word "ufunc" and the types that they have."""
    found: dict[str, list[str] | None] = {}
    for name in sorted(dir(module)):
        thing = getattr(module, name)
        if name.startswith("_") or not callable(thing) or inspect.isclass(thing):
            continue
        found[name] = ["ufunc", *thing.types] if type(thing).__name__ == "ufunc" else parameters(thing)
    return found


def main() -> None:
    import cupy
    from cupy._sorting import search

    record: dict[str, Any] = {"version": cupy.__version__}
    for kind, thing in (("array", cupy.ndarray), ("generator", cupy.random.Generator)):
        record[kind] = [name for name in sorted(dir(thing)) if not name.startswith("_")]
    record["flags"] = [name for name in sorted(dir(cupy._core.flags.Flags)) if not name.startswith("_")]
    record["where"] = search._where_ufunc.types
    record |= {f"random.{name}": parameters(getattr(cupy.random.Generator, name)) for name in record["generator"]}
    record |= {f"cupy.{name}": found for name, found in functions(cupy).items()}
    record |= {f"cupy.linalg.{name}": found for name, found in functions(cupy.linalg).items()}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(found)}" for name, found in record.items())
    Path(__file__).with_name("cupy.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
