"""One look for the lessons' plots, and pictures that survive: an image with words, the same bytes each time."""

import io
from typing import Any
from urllib.parse import quote

# Okabe and Ito's colours: told apart with every kind of colour vision, and on light and dark ground.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
INK = "#767676"  # readable on white and on black

SETTINGS: dict[str, Any] = {
    "axes.edgecolor": INK,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "figure.figsize": (6.4, 3.6),
    "font.size": 11,
    "grid.alpha": 0.3,
    "grid.color": INK,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 2,
    "savefig.transparent": True,  # so that it fits JupyterLab's light and dark theme
    "svg.fonttype": "none",
    "svg.hashsalt": "minigrad",  # otherwise ids in the file differ at each run
    "xtick.color": INK,
    "ytick.color": INK,
}


def use() -> None:
    """Give all plots of this notebook the course's look. Lines differ in dash pattern as well as in colour."""
    import matplotlib
    from cycler import cycler

    cycle = cycler(color=[BLUE, ORANGE, GREEN, RED, PURPLE, SKY]) + cycler(
        linestyle=["-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1))]
    )
    settings: Any = SETTINGS | {"axes.prop_cycle": cycle}
    matplotlib.rcParams.update(settings)


class Picture:
    """An SVG with words, shown by JupyterLab even where a notebook is not trusted.

    Parameters
    ----------
    svg : str
        The whole SVG file.
    alt : str
        What the picture teaches, in words; also what a terminal shows.

    Examples
    --------
    >>> from minigrad.course.style import Picture
    >>> Picture("<svg xmlns='http://www.w3.org/2000/svg'/>", alt="An empty picture")
    An empty picture
    """

    def __init__(self, svg: str, alt: str):
        if not alt.strip():
            raise ValueError("a picture needs alt text: say in words what it teaches")
        self.svg, self.alt = svg, alt

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from html import escape

        html = f'<img alt="{escape(self.alt)}" src="data:image/svg+xml,{quote(self.svg)}">'
        return {"text/html": html, "text/plain": self.alt}


def picture(figure: Any, alt: str) -> Picture:
    """A Matplotlib figure as a `Picture`; closes the figure, so that it is not shown a second time."""
    import matplotlib.pyplot as plt

    file = io.StringIO()
    figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    return Picture(file.getvalue(), alt)
