"""Error 18: a state dict that does not fit its module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .kinds import TeachingError
from .reading import Scene


class LoadError(TeachingError):
    """A state dict does not fit the module; nothing was loaded."""


def state_dict_does_not_fit(
    module: str, state: Mapping[str, Any], missing: Sequence[str], unexpected: Sequence[str], problems: Sequence[str]
) -> LoadError:
    """Error 18: names that are missing or too many, and shapes that differ."""
    lines = []
    for words, keys in (("Missing", missing), ("Unexpected", unexpected)):
        if keys:
            lines.append(f"{words} key(s) in state_dict: " + ", ".join(f'"{key}"' for key in keys) + ". ")
    scene = Scene()
    name = next((n for n, value in scene.variables if value is state and n.isidentifier()), "state")
    what, fix = _like_each_other(name, missing, unexpected)
    return LoadError(
        f"Error(s) in loading state_dict for {module}:\n\t" + "\n\t".join([*lines, *problems]),
        "; ".join(["nothing was loaded", *what]) + ".",
        [scene.place],
        fix,
        story="state dict",
    )


def _like_each_other(name: str, missing: Sequence[str], unexpected: Sequence[str]) -> tuple[list[str], str]:
    """Which unexpected name may be which missing one, and what to do about it."""
    from difflib import get_close_matches  # not needed by those whose states fit

    longer, prefix = _common_prefix(missing, unexpected)
    if prefix:
        words = [f'all names of the {longer} begin with "{prefix}", which is all that differs']
        if longer == "dict":
            return words, f'take it off: `{name} = {{k.removeprefix("{prefix}"): v for k, v in {name}.items()}}`.'
        return words, f'put it on: `{name} = {{"{prefix}" + k: v for k, v in {name}.items()}}`.'
    near = [(key, found[0]) for key in unexpected if (found := get_close_matches(key, missing, 1, 0.7))]
    words = [f'"{given}" looks like "{wanted}"' for given, wanted in near[:2]]
    if near:
        given, wanted = near[0]
        return words, f'give what is meant its name: `{name}["{wanted}"] = {name}.pop("{given}")`.'
    if missing or unexpected:
        return [], f"`load_state_dict({name}, strict=False)` loads what has the right name and shape."
    return [], "load the state of a module that was made with the same arguments."


def _common_prefix(missing: Sequence[str], unexpected: Sequence[str]) -> tuple[str, str]:
    """Whose names begin with what, if, that taken away, they are those of the other side."""
    if missing and len(missing) == len(unexpected):
        for whose, longer, shorter in (("dict", unexpected, missing), ("module", missing, unexpected)):
            prefix = longer[0].removesuffix(shorter[0])
            if prefix not in ("", longer[0]) and [prefix + key for key in shorter] == list(longer):
                return whose, prefix
    return "", ""
