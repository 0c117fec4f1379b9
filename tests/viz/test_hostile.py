"""Hostile input is shown, never run: names, code and formulas with markup in them, and numbers of every kind."""

import json
import linecache
import time
from html.parser import HTMLParser

import numpy as np
import pytest

import minigrad
from minigrad.autograd import Function
from minigrad.viz import Walk, draw_graph
from minigrad.viz import walk as walking
from minigrad.viz.names import Names
from minigrad.viz.trace import record

# What each of them would do if it were taken for markup: run a script, or turn the text about.
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    '" onmouseover="alert(1)',
    "$\\href{javascript:alert(1)}{x}$",
    "\\text{<b>}",
    "{{7*7}} ${alert(1)}",
    "&lt;script&gt;",
    "\u202eabc\u202d",  # bidi: from here to the left
    "a\x00b\x07c\x1bd\ud800",  # control characters, half a surrogate
    "]]><!--",
]
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "div", "noscript", "img", "script", "p"}


class Reader(HTMLParser):
    """The tags of a page and the handlers on them, as a browser reads them."""

    def __init__(self):
        super().__init__()
        self.tags, self.handlers = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.handlers += [value for name, value in attrs if (value or "").lower().startswith("javascript:")]


def walk_with(text):
    """A walk in which everything that a learner names is called `text`."""
    cell = "y = twice(x)  # " + text.replace("\ud800", "")
    plain = text.replace("\x00", "").replace("\ud800", "")  # which Python itself does not take for these
    kind = type(plain, (Function,), {"__doc__": plain, **_RULES})
    file = f"<cell {plain}>"
    x = minigrad.tensor([2.0, 3.0], requires_grad=True)
    variables = {"twice": kind.apply, "x": x}
    linecache.cache[file] = len(cell), None, [cell], file
    code = compile("y = twice(x)", file, "exec")
    exec(code, variables)
    names = Names()
    names.add(text, variables["y"])
    names.add(text, x)
    return Walk(record(variables["y"].sum(), names=names))


_RULES = {
    "forward": staticmethod(lambda ctx, a: a * 2),
    "backward": staticmethod(lambda ctx, g: g * 2),
}


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_names_is_text_in_every_view(text, tmp_path):
    walk = walk_with(text)
    page = walk.save(tmp_path / "walk.html").read_text("utf-8")
    reader = Reader()
    reader.feed(page)
    assert set(reader.tags) <= TAGS, set(reader.tags) - TAGS
    assert reader.tags.count("script") == 2 and reader.tags.count("img") == 1 and reader.handlers == []
    still = walk._still()["text/html"]
    picture = Reader()
    picture.feed(still)
    assert set(picture.tags) == {"img"} and picture.handlers == []
    for ending in (".svg", ".png", ".dot", ".json"):
        assert walk.save(tmp_path / f"walk{ending}").stat().st_size > 0
    assert json.loads((tmp_path / "walk.json").read_text("utf-8"))["nodes"]
    svg = (tmp_path / "walk.svg").read_text("utf-8")
    assert "<script" not in svg and "<img" not in svg and "\x00" not in svg
    str(walk).encode("utf-8")  # a terminal can print it
    assert not [c for c in str(walk) if c in "\x00\x07\x1b\u202e"]


def test_a_formula_of_the_learners_own_with_a_link_runs_nothing(tmp_path):
    class Linked(Function):
        formula = (r"\href{javascript:alert(1)}{\bar z} \text{<img src=x onerror=alert(1)>}",)
        forward, backward = _RULES["forward"], _RULES["backward"]

    x = minigrad.tensor(2.0, requires_grad=True)
    page = Walk(record(Linked.apply(x))).save(tmp_path / "walk.html").read_text("utf-8")
    reader = Reader()
    reader.feed(page)
    assert set(reader.tags) <= TAGS and reader.handlers == []
    data = json.loads(page.partition('id="trace">')[2].partition("</script>")[0])
    mathml = [each["formula"]["mathml"] for node in data["nodes"] for each in node["inputs"] if each["formula"]]
    markup = Reader()
    markup.feed("".join(mathml))
    assert markup.handlers == [] and not {"img", "script", "a"} & set(markup.tags)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("array", "words"),
    [
        ([np.nan, 1.0], "[nan, 1.]"),
        ([np.inf, -np.inf], "[inf, -inf]"),
        ([1e308, -1e-308], "[1e+308, -1e-308]"),
        (np.zeros((0, 3)), "empty (0, 3)"),
        (3.0, "3."),
        (np.arange(1_200_000.0), "(1200000,) 0. … 1.2e+06"),
        ([[[[5.0]]]], "[[[[5.]]]]"),
    ],
)
def test_numbers_of_every_kind(array, words, tmp_path):
    x = minigrad.tensor(np.asarray(array, "float64"), requires_grad=True)
    trace = record((x * x).sum())
    saved = {each["symbol"]: each["value"]["text"] for node in trace["nodes"] for each in node["saved"]}
    assert saved["a"] == words
    path = Walk(trace).save(tmp_path / "walk.html")
    assert path.stat().st_size < 500_000  # however large the tensor is
    json.loads((Walk(trace).save(tmp_path / "walk.json")).read_text("utf-8"), parse_constant=pytest.fail)


def test_integers_and_booleans_are_saved_values():
    x = minigrad.tensor([1.0, 2.0, 3.0], requires_grad=True)
    mask = minigrad.tensor([True, False, True])
    trace = record((x[minigrad.tensor([2, 0])] * minigrad.where(mask, x, 0)[:2]).sum())
    dtypes = {each["value"]["dtype"] for node in trace["nodes"] for each in node["saved"]}
    assert {"bool", "float32"} <= dtypes


def long_graph(nodes):
    x = minigrad.tensor(1.0, requires_grad=True)
    for _ in range(nodes):
        x = x * 1.0
    return x


def test_a_graph_of_fifty_thousand_nodes_is_refused_at_once(monkeypatch):
    x = long_graph(50_000)
    monkeypatch.setattr(walking, "_in_notebook", lambda: True)
    for call in (walking.step, draw_graph):
        began = time.perf_counter()
        with pytest.raises(ValueError, match=r"50,00\d nodes.*[Tt]ake fewer rounds"):
            call(x)
        assert time.perf_counter() - began < 10  # 0.4 s where nothing else runs
    assert x.grad_fn.next_functions  # and it is still whole
