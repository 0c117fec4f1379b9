"""The stepper as a notebook widget. All that moves is in static/stepper.js; this is the trace and one number."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from .page import STATIC
from .picture import Views, drawn
from .trace import add_mathml

VIEW = "application/vnd.jupyter.widget-view+json"


class Stepper(Views, anywidget.AnyWidget):
    """The walk of a backward pass as a widget.

    Attributes
    ----------
    trace : the recorded pass in its JSON form (docs/stepper.md).
    step : 0 to the number of steps; the view follows it, and it follows the view. Python can observe and set it.
    """

    _esm = STATIC / "stepper.js"
    _css = STATIC / "stepper.css"
    trace = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    def __init__(self, trace: dict[str, Any]) -> None:
        super().__init__(trace=add_mathml(drawn(trace)))

    @traitlets.validate("step")
    def _step_in_range(self, proposal: Any) -> int:
        last = len(self.trace["events"])
        if not 0 <= proposal["value"] <= last:
            raise traitlets.TraitError(f"step goes from 0 to {last}, not to {proposal['value']}")
        return proposal["value"]

    def __repr__(self) -> str:
        return f"<Stepper: {self.trace['title']}, at step {self.step} of {len(self.trace['events'])}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return data | self._still(), metadata

    def _ipython_display_(self) -> None:
        """Show the picture, and the live view beside it as an output of its own, which hides the picture (stepper.css).

        A single output with both would show neither where JupyterLab opens a saved copy ("model not found") nor
        where nbconvert finds a saved state (it waits for a CDN): there the picture must not depend on the view.
        """
        from IPython.display import display

        still = self._still()
        still["text/html"] = (
            f'<div class="mg-still">{still["text/html"]}<p>To walk through it, run this cell.</p></div>'
        )
        display(still, raw=True)
        data, metadata = super()._repr_mimebundle_() or ({}, {})
        display({VIEW: data[VIEW]}, metadata=metadata, raw=True)
