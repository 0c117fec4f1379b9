"""The stepper as a notebook widget. All that moves is in static/; this is the trace and one number."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from .assets import css, esm
from .live import Live
from .live_pass import LivePass
from .picture import Views, drawn
from .questions import open_steps
from .trace import add_mathml
from .watch import Watch, watch_in_notebook


class Stepper(Views, Live, anywidget.AnyWidget):
    """The walk of a backward pass as a widget.

    Attributes
    ----------
    trace : the recorded pass in its JSON form (docs/stepper.md).
    step : 0 to the number of steps; the view follows it, and it follows the view. Python can observe and set it.
    breakpoints : ids of the nodes at which Play stops (`trace["nodes"]`); the reader sets them, and so can Python.
    answers : what the reader has predicted (`step(…, predict=…)`): a list of dicts with `step`, `kind`, `input`,
        `given`, `right`, `shown`, `tries`, `hint` and `pitfall`, one for each question that was tried.
    notice : what has happened to the graph since it was recorded, as the view says it; "" if nothing is known to have.
    ran : of a live pass (`step(…, live=True)`), how many steps have been run. Setting `step` beyond it runs more.
    """

    _esm = esm("stepper")
    _css = css()
    _invitation = "To walk through it, run this cell."
    trace = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    breakpoints = traitlets.List(traitlets.Int()).tag(sync=True)
    answers = traitlets.List(traitlets.Dict()).tag(sync=True)
    notice = traitlets.Unicode("").tag(sync=True)
    _watch: Watch | None = None
    ran = traitlets.Int(0).tag(sync=True)
    wanted = traitlets.Int(0).tag(sync=True)  # where the reader of a live pass wants to go

    def __init__(self, trace: dict[str, Any], live: LivePass | None = None) -> None:
        self._live = live
        trace = add_mathml(drawn(trace if live is None else live.trace))
        if live is not None:
            live.trace = trace
        super().__init__(trace=trace)

    def watch(self, watch: Watch) -> None:
        """Say it in the view when the graph is no longer as it was: found out at each step and after each cell."""
        self._watch = watch
        self.observe(lambda _: self.look(), "step")
        watch_in_notebook(self)

    def look(self) -> None:
        """Look at the graph once more."""
        if self._watch is not None and (news := self._watch.news()) != self.notice:
            self.notice = news

    @property
    def is_current(self) -> bool:
        """Whether the graph is, as far as one can see, still as it was when the walk was recorded; see `notice`."""
        self.look()
        return not self.notice

    @traitlets.validate("step")
    def _step_in_range(self, proposal: Any) -> int:
        last = len(self.trace["events"])
        if not 0 <= proposal["value"] <= last:
            raise traitlets.TraitError(f"step goes from 0 to {last}, not to {proposal['value']}")
        if "questions" in self.trace and proposal["value"] > (up_to := open_steps(self.trace, self.answers)):
            raise traitlets.TraitError(f"step goes to {up_to} until the questions of the next one are answered")
        if self._live is not None and proposal["value"] > self.ran:
            return min(proposal["value"], self._run_to(proposal["value"]))
        return proposal["value"]

    def _run_to(self, step: int) -> int:
        """Let the live pass go on; how far it has come (an error ends it)."""
        self._live.advance(step)  # type: ignore[union-attr]
        if self._live.trace is not self.trace:  # type: ignore[union-attr]
            self.trace = self._live.trace  # type: ignore[union-attr]
        self.ran = self._live.ran  # type: ignore[union-attr]
        return self.ran

    @traitlets.observe("wanted")
    def _go_there(self, change: Any) -> None:
        with self.hold_sync():
            self.step = min(change["new"], len(self.trace["events"]))

    @traitlets.validate("breakpoints")
    def _nodes_of_the_trace(self, proposal: Any) -> list[int]:
        last = len(self.trace["nodes"]) - 1
        for node in proposal["value"]:
            if not 0 <= node <= last:
                raise traitlets.TraitError(f"breakpoints are numbers of nodes, 0 to {last}, not {node}")
        return sorted(set(proposal["value"]))

    def __repr__(self) -> str:
        return f"<Stepper: {self.trace['title']}, at step {self.step} of {len(self.trace['events'])}>"
