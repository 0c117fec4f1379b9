"""A trace as one HTML file: no network, no kernel; it opens from disk and inside an `<iframe srcdoc>`."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from .svg import img, svg

STATIC = Path(__file__).with_name("static")

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; padding: 1rem; font-family: system-ui, sans-serif; background: Canvas; color: CanvasText; }}
.unseen {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }}
{css}
</style>
</head>
<body>
<main>
<h1 class="unseen">{title}</h1>
<div id="stepper"></div>
<noscript>{picture}</noscript>
</main>
<script type="application/json" id="trace">{trace}</script>
<script type="module">
{module}
mount(document.getElementById("stepper"), JSON.parse(document.getElementById("trace").textContent), {{}});
</script>
</body>
</html>
"""
# The browser itself refuses whatever the file does not contain.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"


def page(trace: dict[str, Any]) -> str:
    """The stepper as a page of its own; `trace` has its layout and MathML."""
    return _PAGE.format(
        policy=_POLICY,
        title=escape(trace["title"]),
        css=(STATIC / "stepper.css").read_text("utf-8").replace("</", "<\\/"),
        picture=img(trace, svg(trace)),
        trace=to_json(trace).replace("<", "\\u003c"),
        module=(STATIC / "stepper.js").read_text("utf-8").replace("</script", "<\\/script"),
    )


def to_json(trace: dict[str, Any]) -> str:
    """A trace as strict JSON (NaN and the infinities are strings in it already)."""
    return json.dumps(trace, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
