"""Seeing a graph: `draw_graph(x)` draws it, `step(x)` walks its backward pass."""

from __future__ import annotations

from .picture import Picture, draw_graph
from .walk import Walk, step

__all__ = ["Picture", "Walk", "draw_graph", "step"]
