"""How a widget is shown: a still picture with its words, and the live view beside it."""

from __future__ import annotations

from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"


class Live:
    """Stands before `anywidget.AnyWidget` among the bases of a class that has `_still()`."""

    _invitation = "To use it, run this cell."

    def _still(self) -> dict[str, str]:
        """The picture as HTML and the words as text."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})  # type: ignore[misc]
        return data | self._still(), metadata

    def _ipython_display_(self) -> None:
        """Show the picture, and the live view beside it as an output of its own, which hides the picture (base.css).

        A single output with both would show neither where JupyterLab opens a saved copy ("model not found") nor
        where nbconvert finds a saved state (it waits for a CDN): there the picture must not depend on the view.
        """
        from IPython.display import display

        still = self._still()
        still["text/html"] = f'<div class="mg-still">{still["text/html"]}<p>{self._invitation}</p></div>'
        display(still, raw=True)
        data, metadata = super()._repr_mimebundle_()  # type: ignore[misc]
        display({VIEW: data[VIEW]}, metadata=metadata, raw=True)
