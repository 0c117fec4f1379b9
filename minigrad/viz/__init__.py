"""Seeing a graph: `draw_graph(x)` draws it, `step(x)` walks its backward pass; and the lessons' small instruments."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .groups import group, grouped
from .picture import Picture, draw_graph
from .walk import Walk, step

if TYPE_CHECKING:
    from .instruments.ctx_inspector import ctx_inspector
    from .instruments.frozen_path import frozen_path
    from .instruments.grad_meter import grad_meter
    from .instruments.gradient_plot import gradient_plot
    from .instruments.graph_builder import graph_builder
    from .instruments.jacobian_map import jacobian_map
    from .instruments.nan_tracer import nan_tracer
    from .instruments.painter import requires_grad_painter
    from .instruments.saved_buffers import saved_buffers
    from .instruments.shape_flow import shape_flow
    from .instruments.side_by_side import side_by_side
    from .instruments.step_size import step_size
    from .instruments.storage_strip import storage_strip
    from .instruments.version_timeline import version_timeline

# The lessons' instruments, each loaded when first asked for: the function, and the file it stands in.
_INSTRUMENTS = {
    "frozen_path": "frozen_path",
    "grad_meter": "grad_meter",
    "ctx_inspector": "ctx_inspector",
    "gradient_plot": "gradient_plot",
    "graph_builder": "graph_builder",
    "jacobian_map": "jacobian_map",
    "nan_tracer": "nan_tracer",
    "requires_grad_painter": "painter",
    "saved_buffers": "saved_buffers",
    "shape_flow": "shape_flow",
    "side_by_side": "side_by_side",
    "step_size": "step_size",
    "storage_strip": "storage_strip",
    "version_timeline": "version_timeline",
}

__all__ = [
    "Picture",
    "Walk",
    "ctx_inspector",
    "draw_graph",
    "frozen_path",
    "grad_meter",
    "gradient_plot",
    "graph_builder",
    "group",
    "grouped",
    "jacobian_map",
    "nan_tracer",
    "requires_grad_painter",
    "saved_buffers",
    "shape_flow",
    "side_by_side",
    "step",
    "step_size",
    "storage_strip",
    "version_timeline",
]


def __getattr__(name: str) -> Any:
    if name not in _INSTRUMENTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(f".instruments.{_INSTRUMENTS[name]}", __name__), name)
    return found
