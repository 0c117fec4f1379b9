"""The base of the small widgets: a picture with words where nothing runs, one JavaScript file where something does.

Where anywidget is not installed an instrument is its picture and its words, with the same attributes.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..assets import css, esm
from ..live import Live
from ..page import instrument_page, save_as
from ..svg import img

if TYPE_CHECKING or importlib.util.find_spec("anywidget"):
    import anywidget
    import traitlets

    class _Widget(Live, anywidget.AnyWidget):
        state = traitlets.Dict().tag(sync=True)
        value = traitlets.Any(None, allow_none=True).tag(sync=True)

else:

    class _Widget:
        def __init__(self, state: dict[str, Any], value: Any) -> None:
            self.state, self.value = state, value

        def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
            return self._still()


class Instrument(_Widget):
    """A small widget; a subclass says its `kind`, `alt` and `still()`.

    Attributes
    ----------
    kind : the name of its files, static/KIND.js and, where there is one, static/KIND.css (assets.py).
    question : the one question it answers: its heading, and the front end's `state.question`.
    state : what it shows, a dict that JSON can hold (NaN and the infinities as strings). A new one is shown at once.
    value : what the learner has set, or None; it can be set and observed.
    """

    kind: str
    question: str = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "kind" in cls.__dict__:
            cls._esm, cls._css = esm(cls.kind), css()
        super().__init_subclass__(**kwargs)

    def __init__(self, state: dict[str, Any], value: Any = None) -> None:
        asked = {"question": self.question} if self.question else {}
        super().__init__(state=asked | state, value=value)

    @property
    def alt(self) -> str:
        """What the picture teaches, in words."""
        raise NotImplementedError

    def still(self) -> str:
        """The picture as SVG text, made from `state` and `value`."""
        raise NotImplementedError

    def save(self, path: str | Path) -> Path:
        """Write the instrument, as it stands, to a file.

        Parameters
        ----------
        path : the file's name. ``.html``: one self-contained page with the instrument, which works with no kernel and
            no network. ``.svg``: the picture.

        Returns
        -------
        The path, as a `pathlib.Path`.

        Raises
        ------
        ValueError
            For any other ending.
        """
        return save_as(path, {".html": self._page, ".svg": self.still})

    def _page(self) -> str:
        title = self.state.get("question") or self.alt
        return instrument_page(self.kind, title, self.state, self.value, img(self.alt, self.still()))

    def _still(self) -> dict[str, str]:
        return {"text/html": img(self.alt, self.still()), "text/plain": self.alt}

    def __repr__(self) -> str:
        return self.alt


def check_tensor(x: Any) -> None:
    """Refuse what is no minigrad tensor, with a word on PyTorch's."""
    from ...tensor import Tensor

    if not isinstance(x, Tensor):
        kind = f"{type(x).__module__}.{type(x).__name__}"
        raise TypeError(f"the instruments show minigrad's tensors, not {kind} (step and draw_graph read PyTorch's too)")
