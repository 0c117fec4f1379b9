"""Watching a backward pass for what goes wrong in it: anomaly detection, and warnings about silent mistakes."""

from __future__ import annotations

from typing import Any, Protocol

from .node import Node


class Watcher(Protocol):
    """What the engine tells of every node while `watcher` is set."""

    def ran(self, node: Node, g: Any, outgoing: tuple[Any, ...]) -> None:
        """The node has run: it got `g` and gave `outgoing`."""

    def failed(self, node: Node, error: Exception) -> None:
        """The node's rule, or the check of what it had saved, has raised."""


watcher: Watcher | None = None
