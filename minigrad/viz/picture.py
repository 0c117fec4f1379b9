"""`draw_graph`, and what every view of a trace can do: be shown, be saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .dot import dot
from .graph import read_graph, root_node
from .layout import layout
from .page import Writers, page, save_as, to_json
from .png import png
from .svg import img, svg
from .trace import add_mathml, check_picture, check_recording, outline

if TYPE_CHECKING:
    import graphviz


def drawn(trace: dict[str, Any]) -> dict[str, Any]:
    """The trace with its layout, which is computed when first needed."""
    if "layout" not in trace:
        check_picture(trace)
        trace["layout"] = layout(trace)
    return trace


class Views:
    """The views of `self.trace`: pictures, a page, and the same in words."""

    trace: Any

    @property
    def svg(self) -> str:
        """The picture as SVG text."""
        return svg(drawn(self.trace))

    @property
    def source(self) -> graphviz.Source:
        """The graph as a `graphviz.Source` (needs the `graphviz` package; to render it, Graphviz itself)."""
        import graphviz

        return graphviz.Source(dot(self.trace))

    def save(self, path: str | Path) -> Path:
        """Write the picture or page to a file.

        Parameters
        ----------
        path : the file's name; its ending says what is written. ``.svg``, ``.png``: the picture. ``.dot``: Graphviz's
            language. ``.html``: one self-contained page, with the stepper for what `step` recorded, with the picture
            and its words for what `draw_graph` drew. ``.json``: the trace itself.

        Returns
        -------
        The path, as a `pathlib.Path`.

        Raises
        ------
        ValueError
            For any other ending.
        """
        pictures: Writers = {".svg": lambda: self.svg, ".png": lambda: png(drawn(self.trace))}
        return save_as(path, {**pictures, ".dot": lambda: dot(self.trace), ".html": self._page, ".json": self._json})

    def _json(self) -> str:
        return to_json(add_mathml(drawn(self.trace))) + "\n"

    def _page(self) -> str:
        return page(add_mathml(drawn(self.trace)))

    def _still(self) -> dict[str, str]:
        """What is shown where nothing runs: the picture with its words, and the words alone."""
        return {"text/html": img(self.trace["alt"], self.svg), "text/plain": self.trace["alt"]}


class Picture(Views):
    """A picture of a graph; a notebook shows it, `save` writes it to a file."""

    def __init__(self, trace: dict[str, Any]) -> None:
        self.trace = trace

    def __repr__(self) -> str:
        return self.trace["alt"]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self._still()


def draw_graph(x: Any, by: Any = None) -> Picture:
    """Draw the graph of a tensor: the operations that made it, down to the leaves that get a gradient.

    The root stands on top and arrows point the way gradients flow, as `next_functions` does. Operations are boxes,
    leaves are rounded; a leaf that is used several times is drawn at each use.

    Parameters
    ----------
    x : a tensor that requires grad, minigrad's or PyTorch's. Names are taken from the caller's variables.
    by : an `nn.Module`, or a list of them: nodes that a layer made are drawn as one group of its name. A graph of more
        than 120 nodes is grouped by the modules among the caller's variables, if there are any.

    Returns
    -------
    Picture
        with ``.svg`` (text), ``.source`` (`graphviz.Source`) and ``.save(path)``.

    Raises
    ------
    RuntimeError
        If the tensor has no graph.
    ValueError
        If the graph has more nodes than a flat picture can show.

    Examples
    --------
    >>> import minigrad
    >>> a = minigrad.tensor([2.0, 3.0], requires_grad=True)
    >>> y = a.sin()
    >>> draw_graph(y)
    Graph of y: 1 operation and 1 leaf, a. SinBackward0 (y) hands gradients to a.
    """
    check_recording(len(read_graph(root_node(x)).nodes))
    trace = outline(x, by=by)
    check_picture(trace)
    return Picture(trace)
