"""Weights from the network: downloaded once, checked, and kept in a folder of the user's.

The downloading itself is Pooch's (with tqdm's bar); both are imported when something is downloaded.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from .serialization import load

# Published files carry the beginning of their SHA-256 in their names: resnet18-f37072fd.pth.
_HASH = re.compile(r"-([a-f0-9]+)\.")
_TRIES = 3
_CHUNK = 2**16


def get_dir() -> str:
    """The folder in which downloads are kept.

    The environment variable `MINIGRAD_HOME` names it; without it, it is `minigrad` in the user's cache folder.
    """
    return os.environ.get("MINIGRAD_HOME") or str(_pooch().os_cache("minigrad"))


def load_state_dict_from_url(
    url: str,
    model_dir: Any = None,
    map_location: Any = None,
    progress: bool = True,
    check_hash: bool = False,
    file_name: str | None = None,
    weights_only: bool | None = None,
) -> Any:
    """The content of a checkpoint on the network, which is downloaded unless it was before.

    A download that is cut is started again, twice at most. A file takes its place only when it is whole.

    Parameters
    ----------
    url : str
    model_dir : str or path, optional
        Where the file is kept: by default in `checkpoints` in `get_dir()`.
    map_location
        As in `minigrad.load`.
    progress : bool
        Whether to show a bar (if tqdm is installed).
    check_hash : bool
        Whether to compare the file's SHA-256 with the beginning of it that stands in the file's name.
    file_name : str, optional
        By default the last part of the address.

    Raises
    ------
    ConnectionError
        If the file cannot be downloaded. The message says how to get it by hand.
    RuntimeError
        If what came has another hash.
    OSError
        If the folder cannot be written.
    """
    name = file_name or os.path.basename(urlparse(url).path)
    folder = Path(model_dir if model_dir is not None else os.path.join(get_dir(), "checkpoints"))
    found = _HASH.search(name) if check_hash else None
    expected = found.group(1) if found else ""
    path = folder / name
    if path.is_file() and not _digest(path).startswith(expected):
        warnings.warn(
            f"{path} has not the hash that its name says: it may be cut short. It is downloaded again.",
            UserWarning,
            stacklevel=2,
        )
        _download(url, path, expected, progress)
    elif not path.is_file():
        _download(url, path, expected, progress)
    return load(path, map_location=map_location, weights_only=weights_only)


def _pooch() -> Any:
    try:
        import pooch
    except ImportError as error:
        raise ImportError(
            "Downloading weights needs Pooch: pip install pooch tqdm. Or get the file by hand, and pass its path."
        ) from error
    return pooch


def _digest(path: Any) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(url: str, path: Path, expected: str, progress: bool) -> None:
    """Put the file at `url` at `path`, whole and with the right hash, or not at all."""
    pooch = _pooch()
    import requests

    fetch = pooch.HTTPDownloader(progressbar=progress and find_spec("tqdm") is not None, chunk_size=_CHUNK)

    def fetch_and_check(address: str, output: Any, cache: Any) -> None:
        # Into a file beside `path`, which Pooch moves there only if this returns.
        fetch(address, output, cache)
        digest = _digest(output)
        if not digest.startswith(expected):
            raise RuntimeError(f'invalid hash value (expected "{expected}", got "{digest}") of what came from {url}')

    cache = pooch.create(
        path.parent, base_url="", registry={path.name: None}, urls={path.name: url}, retry_if_failed=_TRIES - 1
    )
    by_hand = (
        f"You can get the file by hand: download {url} (in a browser, say, on a machine that has a network), and put "
        f"it at {path}, or pass its path: weights='{path.name}'."
    )
    try:
        path.unlink(missing_ok=True)  # Pooch would keep a file that is there
        cache.fetch(path.name, downloader=fetch_and_check)
    except requests.exceptions.RequestException as error:
        raise ConnectionError(f"could not download {path.name} ({error}). {by_hand}") from error
    except OSError as error:
        raise OSError(
            error.errno or errno.EACCES,
            f"cannot write to the folder of downloads, {path.parent} ({error.strerror or error}). Set the environment "
            f"variable MINIGRAD_HOME to a folder that can be written. {by_hand}",
        ) from error
