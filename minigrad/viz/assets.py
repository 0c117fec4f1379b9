"""The widgets' JavaScript and CSS: small files in static/, joined into one text each when a widget is first made.

One ES module per widget, without imports, serves the notebook and the saved page alike, and nothing has to be built.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def _instrument(*own: str) -> tuple[str, ...]:
    """The files of an instrument: the shared ones first."""
    return ("base.css", "instrument.css", "parts.js", "instrument.js", *own)


_PLAIN = ("graph.css", "plain.css", "graph.js", "plain.js")  # the picture of a graph without a walk

# What each widget is made of, in order. A widget that is not here has the shared parts and the files of its own name.
FILES = {
    "stepper": (
        *("base.css", "graph.css", "groups.css", "panel.css", "heatmap.css", "study.css", "controls.css"),
        *("predict.css", "forward.css", "stepper.css"),
        *("parts.js", "layered.js", "groups.js", "overview.js", "graph.js", "layers.js", "heatmap.js"),
        *("study.js", "panel.js", "controls.js", "breakpoints.js", "predict.js", "forward.js", "stepper.js"),
    ),
    "pair": (
        *("base.css", "graph.css", "groups.css", "panel.css", "heatmap.css", "study.css", "controls.css"),
        *("stepper.css", "pair.css", "parts.js", "layered.js", "groups.js", "overview.js", "graph.js"),
        *("heatmap.js", "study.js", "panel.js", "controls.js", "breakpoints.js", "pair.js"),
    ),
    "graph_builder": _instrument(*_PLAIN, "graph_builder.css", "graph_builder.js"),
    "shape_flow": _instrument(*_PLAIN, "shape_flow.css", "shape_flow.js"),
    "saved_buffers": _instrument(
        *_PLAIN, "scene.css", "scene.js", "table.css", "saved_buffers.css", "saved_buffers.js"
    ),
    "grad_meter": _instrument("scene.css", "scene.js", "table.css", "grad_meter.css", "grad_meter.js"),
    "painter": _instrument(*_PLAIN, "painter.css", "painter.js"),
    "jacobian_map": _instrument("heatmap.css", "heatmap.js", "jacobian_map.css", "jacobian_map.js"),
    "frozen_path": _instrument(*_PLAIN, "scene.css", "scene.js", "frozen_path.css", "frozen_path.js"),
    "nan_tracer": _instrument(*_PLAIN, "scene.css", "scene.js", "nan_tracer.css", "nan_tracer.js"),
    "ctx_inspector": _instrument("scene.css", "step_size.css", "scene.js", "ctx_inspector.js"),
    "gradient_plot": _instrument("scene.css", "scene.js", "gradient_plot.js"),
    "step_size": _instrument("scene.css", "scene.js", "step_size.css", "step_size.js"),
    "storage_strip": _instrument("scene.css", "scene.js", "storage_strip.js"),
    "version_timeline": _instrument("scene.css", "version_timeline.css", "scene.js", "version_timeline.js"),
}


@cache
def esm(name: str) -> str:
    """The ES module of a widget."""
    return _joined(name, ".js")


@cache
def css(name: str) -> str:
    """The stylesheet of a widget."""
    return _joined(name, ".css")


def _joined(name: str, ending: str) -> str:
    folder = files(__package__) / "static"
    shared = ("base.css", "parts.js", f"{name}.js", *(own for own in [f"{name}.css"] if (folder / own).is_file()))
    return "\n".join((folder / file).read_text("utf-8") for file in FILES.get(name, shared) if file.endswith(ending))
