"""Saving and loading: PyTorch's checkpoints, read and written without running any code in them, and safetensors.

A checkpoint is a pickle beside raw numbers, and a pickle is a program. `torch.load` and minigrad's `load` both refuse
to run it: a machine of our own (`unpickling.py`) rebuilds tensors, plain containers, numbers and strings
(`rebuilding.py`), and refuses everything else by its name.
"""

from __future__ import annotations

import os
from typing import Any

__all__ = ["load", "save"]


def load(f: Any, map_location: Any = None, pickle_module: Any = None, *, weights_only: bool | None = None) -> Any:
    """What `save` or `torch.save` wrote, or a safetensors file: which of them it is, the file's first bytes say.

    Parameters
    ----------
    f : str, path or binary file
    map_location : device, str, dict or function, optional
        Where the tensors go; by default where they were when they were saved. A dict maps places to places; a function
        takes a storage and its place, and returns `storage.cpu()`, `storage.cuda()` or None (where it was).
    weights_only : bool, optional
        True, and nothing else: a checkpoint's code never runs.

    Returns
    -------
    object
        Tensors that shared memory when they were saved share it again. bfloat16 becomes float32, with a warning.

    Raises
    ------
    pickle.UnpicklingError
        If the file holds anything else, which the message names.
    RuntimeError
        If the file is damaged, cut short, or no checkpoint at all.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.save({"weight": minigrad.ones(2), "epoch": 3}, "model.pt")
    >>> minigrad.load("model.pt")
    {'weight': tensor([1., 1.]), 'epoch': 3}
    """
    from .reading import read

    if weights_only is False:
        raise ValueError(
            "weights_only=False would run the code in the file, which minigrad.load never does. Load the file with "
            "PyTorch if you trust it, save its tensors with torch.save(model.state_dict(), path), and load that."
        )
    if pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    return read(f, map_location)


def save(obj: Any, f: Any) -> None:
    """Write tensors, and plain containers of them, to a file.

    The format is PyTorch's own, which `torch.load` reads. If the name ends in `.safetensors`, it is that one: then
    `obj` is a dict from names to tensors. Either way, a save that fails leaves the file that was there as it was.

    Parameters
    ----------
    obj : object
        Tensors, parameters, numbers, strings, bytes, None, dtypes, devices and sizes; lists, tuples, sets, dicts and
        OrderedDicts of them. Tensors that share memory are written with one memory, the whole of it. Of a module save
        its `state_dict()`.
    f : str, path or binary file

    Raises
    ------
    pickle.PicklingError
        If there is anything else in `obj`, which the message names.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.save({"weight": minigrad.ones(2)}, "model.safetensors")
    >>> minigrad.load("model.safetensors")
    {'weight': tensor([1., 1.])}
    """
    from . import writing

    if isinstance(f, (str, os.PathLike)) and os.fspath(f).endswith(".safetensors"):
        from . import safe

        content = safe.encoded(obj)
        writing.replace(f, lambda file: file.write(content))
    else:
        writing.write(obj, f)
