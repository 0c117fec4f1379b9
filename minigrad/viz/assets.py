"""The widgets' JavaScript and CSS: small files in static/, joined into one text each when a widget is first made.

One ES module per widget, without imports, serves the notebook and the saved page alike, and nothing has to be built.
All widgets have the same stylesheet, the whole of it: widgets of several kinds stand in one notebook, where the styles
of each reach all of them, and so it makes no difference which of them came last.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

# The stylesheet: what is shared first, then the stepper's, then that of the instruments.
STYLES = (
    *("base.css", "instrument.css", "graph.css", "groups.css", "panel.css", "heatmap.css", "study.css", "controls.css"),
    *("predict.css", "forward.css", "stepper.css", "pair.css", "plain.css", "scene.css", "table.css"),
    *("frozen_path.css", "grad_meter.css", "graph_builder.css", "jacobian_map.css", "nan_tracer.css", "painter.css"),
    *("saved_buffers.css", "shape_flow.css", "step_size.css", "version_timeline.css"),
)


def _instrument(*own: str) -> tuple[str, ...]:
    """The scripts of an instrument: the shared ones first."""
    return ("renew.js", "parts.js", "instrument.js", *own)


_PLAIN = ("drawing.js", "graph.js", "plain.js")  # the picture of a graph without a walk

# What the module of each widget is made of, in order. One that is not here has the shared parts and its own file.
FILES = {
    "stepper": (
        *("renew.js", "parts.js", "layered.js", "groups.js", "overview.js", "drawing.js", "graph.js", "layers.js"),
        *("heatmap.js", "study.js", "panel.js", "fill.js", "controls.js", "breakpoints.js", "predict.js", "forward.js"),
        "stepper.js",
    ),
    "pair": (
        *("renew.js", "parts.js", "layered.js", "groups.js", "overview.js", "drawing.js", "graph.js"),
        *("layers.js", "heatmap.js", "study.js", "panel.js", "controls.js", "breakpoints.js", "pair.js"),
    ),
    "graph_builder": _instrument(*_PLAIN, "graph_builder.js"),
    "shape_flow": _instrument(*_PLAIN, "shape_flow.js"),
    "saved_buffers": _instrument(*_PLAIN, "scene.js", "saved_buffers.js"),
    "grad_meter": _instrument("scene.js", "grad_meter.js"),
    "painter": _instrument(*_PLAIN, "painter.js"),
    "jacobian_map": _instrument("heatmap.js", "jacobian_map.js"),
    "frozen_path": _instrument(*_PLAIN, "scene.js", "frozen_path.js"),
    "nan_tracer": _instrument(*_PLAIN, "scene.js", "nan_tracer.js"),
    "ctx_inspector": _instrument("scene.js", "ctx_inspector.js"),
    "gradient_plot": _instrument("scene.js", "gradient_plot.js"),
    "step_size": _instrument("scene.js", "step_size.js"),
    "storage_strip": _instrument("scene.js", "storage_strip.js"),
    "version_timeline": _instrument("scene.js", "version_timeline.js"),
}


@cache
def esm(name: str) -> str:
    """The ES module of a widget."""
    return _joined(FILES.get(name, ("renew.js", "parts.js", f"{name}.js")))


@cache
def css() -> str:
    """The stylesheet of all widgets."""
    return _joined(STYLES)


def _joined(names: tuple[str, ...]) -> str:
    folder = files(__package__) / "static"
    return "\n".join((folder / name).read_text("utf-8") for name in names)
