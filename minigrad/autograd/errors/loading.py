"""Error 18: a state dict that does not fit its module."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from .kinds import TeachingError


class LoadError(TeachingError):
    """A state dict does not fit the module; nothing was loaded."""


def state_dict_does_not_fit(
    name: str, missing: Sequence[str], unexpected: Sequence[str], problems: Sequence[str]
) -> LoadError:
    """Error 18: names that are missing or too many, and shapes that differ."""
    lines = []
    for words, keys in (("Missing", missing), ("Unexpected", unexpected)):
        if keys:
            lines.append(f"{words} key(s) in state_dict: " + ", ".join(f'"{key}"' for key in keys) + ". ")
    sentence = f"Error(s) in loading state_dict for {name}:\n\t" + "\n\t".join([*lines, *problems])
    pairs, fix = _pairs(missing, unexpected)
    return LoadError(sentence, "\n".join(["nothing was loaded.", *pairs]), (), fix, story="state dict")


def _pairs(missing: Sequence[str], unexpected: Sequence[str]) -> tuple[list[str], str]:
    """Which unexpected name may be which missing one, and what to do about it."""
    prefix = _common_prefix(missing, unexpected)
    if prefix:
        longer, shorter = ("dict", "module") if prefix in unexpected[0] else ("module", "dict")
        words = [f'all names of the {longer} begin with "{prefix}", and without it are those of the {shorter}.']
        if longer == "dict":
            return words, f'take it off: `{{k.removeprefix("{prefix}"): v for k, v in state_dict.items()}}`.'
        return words, f'put it on: `{{"{prefix}" + k: v for k, v in state_dict.items()}}`.'
    near = [(key, found[0]) for key in unexpected if (found := get_close_matches(key, missing, 1, 0.7))]
    words = [f'"{given}" looks like "{wanted}".' for given, wanted in near[:3]]
    if near:
        return words, "give the dict's entries the module's names (see `state_dict().keys()`)."
    if missing or unexpected:
        return [], "`strict=False` loads what has the right name and shape, and returns the other names."
    return [], "load a state dict that was saved from a module made with the same arguments."


def _common_prefix(missing: Sequence[str], unexpected: Sequence[str]) -> str:
    """What stands before each name on one side and, taken away, leaves the names of the other side."""
    if not missing or len(missing) != len(unexpected):
        return ""
    for longer, shorter in ((unexpected, missing), (missing, unexpected)):
        prefix = longer[0].removesuffix(shorter[0])
        if prefix not in ("", longer[0]) and [prefix + key for key in shorter] == list(longer):
            return prefix
    return ""
