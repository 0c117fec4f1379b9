"""A trace as one HTML file: no network, no kernel; it opens from disk and inside an `<iframe srcdoc>`.

A recorded walk becomes the stepper, an instrument stays one; a graph of which nothing was recorded becomes its picture,
with no controls.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .assets import css, esm
from .svg import img, svg, text
from .words import root_words

Writers = dict[str, Callable[[], str | bytes]]

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; padding: 1rem; font-family: system-ui, sans-serif; background: Canvas; color: CanvasText; }}
{css}
</style>
</head>
<body>
"""
_STILL = """<main>
<h1>{title}</h1>
{picture}
<p>{alt}</p>
</main>
</body>
</html>
"""
_LIVE = """<main>
<h1 class="unseen">{title}</h1>
<div id="{place}"></div>
<noscript>{picture}</noscript>
</main>
<script type="application/json" id="{at}">{json}</script>
<script type="module">
{module}
{mount}(document.getElementById("{place}"), JSON.parse(document.getElementById("{at}").textContent), {options});
</script>
</body>
</html>
"""
# The browser itself refuses whatever the file does not contain.
_STILL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_POLICY = f"{_STILL_POLICY}; script-src 'unsafe-inline'"
_UNSEEN = (
    ".unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); "
    "white-space: nowrap; }\n"
)
_STILL_CSS = "h1 { font-size: 1.2rem; }\np { max-width: 45em; line-height: 1.5; }"


def save_as(path: str | Path, writers: Writers) -> Path:
    """Write to a file what its ending asks for; ValueError where `writers` has none for it."""
    path = Path(path)
    if path.suffix not in writers:
        *endings, last = writers
        raise ValueError(f"cannot save {path.name!r}: its ending must be {', '.join(endings)} or {last}")
    content = writers[path.suffix]()
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def page(trace: dict[str, Any]) -> str:
    """The stepper as a page of its own, or the picture where there are no events; `trace` has its layout and MathML."""
    picture = img(trace["alt"], svg(trace))
    if not trace["events"]:
        heading = text(f"Graph of {root_words(trace)}")
        head = _HEAD.format(policy=_STILL_POLICY, title=heading, css=_STILL_CSS)
        return head + _STILL.format(title=heading, picture=picture, alt=text(trace["alt"]))
    where = {"place": "stepper", "at": "trace", "mount": "mount", "options": "{}"}
    return _live("stepper", trace["title"], trace, picture, **where)


def instrument_page(kind: str, title: str, state: dict[str, Any], value: Any, picture: str) -> str:
    """An instrument as a page of its own, as it stands; `picture` is its `<img>`, for where no script runs."""
    options = f"{{ value: {_in_script(value)}, onChange() {{}} }}"
    where = {"place": "instrument", "at": "state", "mount": f"mount_{kind}", "options": options}
    return _live(kind, title, state, picture, **where)


def _live(kind: str, title: str, data: Any, picture: str, **where: str) -> str:
    heading = text(title)
    style = _UNSEEN + css().replace("</", "<\\/")
    module = esm(kind).replace("</script", "<\\/script")
    where |= {"title": heading, "picture": picture, "json": _in_script(data), "module": module}
    return _HEAD.format(policy=_POLICY, title=heading, css=style) + _LIVE.format(**where)


def _in_script(data: Any) -> str:
    return to_json(data).replace("<", "\\u003c")


def to_json(trace: dict[str, Any]) -> str:
    """A trace, or what an instrument shows, as strict JSON (NaN and the infinities are strings in it already)."""
    return json.dumps(trace, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
