"""Formulas: numbers put into a rule's LaTeX, and LaTeX made MathML, which a browser shows without any network."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from .values import Value, number

_MATHML = "{http://www.w3.org/1998/Math/MathML}"
WIDEST = 4  # rows and columns of a matrix shown in full

# A bar over z; a command whose braces hold a word; any other command; a letter; a number; anything else.
_TOKEN = re.compile(
    r"(?P<bar>\\bar\s*(?:\{\s*z\s*\}|z(?![A-Za-z])))"
    r"|(?P<word>\\(?:text|mathrm|mathbf|mathit|operatorname|begin|end|color)\*?\s*\{[^{}]*\})"
    r"|(?P<other_bar>\\bar\s*(?:\{[^{}]*\}|[A-Za-z]))"
    r"|(?P<command>\\(?:[A-Za-z]+|.))"
    r"|(?P<letter>[A-Za-z])"
    r"|(?P<digits>[0-9.]+)"
    r"|(?P<space>\s+)"
    r"|(?P<rest>.)"
)


def put_numbers(latex: str, numbers: Mapping[str, Value]) -> str:
    r"""Put numbers in for the letters of a formula.

    Parameters
    ----------
    latex : a rule, such as ``\bar z\, b``.
    numbers : values by symbol; ``"\bar z"`` is the gradient that arrives. A symbol without a value stays as it is.

    Returns
    -------
    The formula with the numbers, and a dot where two of them would otherwise run together.

    Examples
    --------
    >>> three = {"shape": [], "dtype": "float32", "values": [3.0], "truncated": False}
    >>> put_numbers(r"\bar z\, b", {r"\bar z": three, "b": three})
    '3 \\cdot 3'
    """
    out: list[str] = []
    number_before = False  # does the text so far end in a number?
    gap = ""  # spaces since then, kept back until we know what follows
    for match in _TOKEN.finditer(latex):
        kind, text = match.lastgroup, match.group()
        symbol = r"\bar z" if kind == "bar" else text
        if kind == "space" or text in (r"\,", r"\;", r"\ "):
            gap += text
            continue
        value = numbers.get(symbol) if kind in ("bar", "letter") else None
        is_number = value is not None or kind == "digits"
        out += [r" \cdot " if number_before and is_number else gap, text if value is None else in_latex(value)]
        number_before, gap = is_number, ""
    return "".join(out)


def in_latex(value: Value) -> str:
    """A value as LaTeX: a number, a bracketed row, a matrix; the middle of a long one is left out."""
    shape, values = value["shape"], value["values"]
    if math.prod(shape) == 1:
        text = _latex_number(values[0])
        return rf"\left({text}\right)" if text.startswith("-") else text
    if len(shape) == 1 and shape[0]:
        return r"\left[" + r",\,".join(_cut(values, shape[0], r"\ldots")) + r"\right]"
    if len(shape) == 2 and math.prod(shape):
        return _matrix(values, *shape)
    return r"\left[" + r" \times ".join(map(str, shape)) + r"\right]"


def _matrix(values: list, rows: int, columns: int) -> str:
    shown = min(rows, len(values) // columns)  # whole rows among the numbers kept
    if not shown:
        return rf"\left[{rows} \times {columns}\right]"
    lines = [" & ".join(_cut(values[r * columns : (r + 1) * columns], columns, r"\cdots")) for r in range(shown)]
    if rows > WIDEST:
        lines = [*lines[: WIDEST - 1], r"\vdots"]
    return r"\begin{bmatrix}" + r" \\ ".join(lines) + r"\end{bmatrix}"


def _cut(values: list, length: int, dots: str) -> list[str]:
    shown = values if length <= WIDEST else values[: WIDEST - 1]
    return [_latex_number(x) for x in shown] + ([dots] if length > WIDEST else [])


def _latex_number(x: object) -> str:
    if isinstance(x, str):
        return {"nan": r"\text{nan}", "inf": r"\infty", "-inf": r"-\infty"}[x]
    text = number(x).removesuffix(".")
    mantissa, e, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if e else text


# Numbers as `in_latex` writes them: one in a row, a matrix or brackets, and one by itself without a sign.
_NUMBER = re.compile(
    r"(?:(?<=\\left\[)|(?<=\\left\()|(?<=,\\,)|(?<=bmatrix\})|(?<= & )|(?<= \\\\ ))"
    r"(?P<sign>-?)(?:(?P<mantissa>\d+(?:\.\d+)?)(?: \\cdot 10\^\{(?P<power>-?\d+)\})?|\\infty|\\text\{nan\})"
    r"(?=\\right[\])]|,\\,| & | \\\\ |\\end\{bmatrix\})"
    r"|(?:(?<=^)|(?<= ))\d+(?:\.\d+)?(?= |$)"
)
_BLANK = "90703"  # how a number begins that stands for one to be put in
_MINUS = "<mo>&#x02212;</mo>"


@lru_cache(maxsize=10_000)
def mathml(latex: str) -> str:
    """LaTeX as MathML text (needs `latex2mathml`).

    A walk has one formula for each edge and few that differ in more than their numbers. To read one takes milliseconds,
    so each is read once, with blanks for the numbers, and the numbers are put into the MathML.

    Raises
    ------
    ValueError
        If it is no whole LaTeX, as a formula that a learner gives to a custom Function may be.
    """
    numbers: list[str] = []

    def blank(match: re.Match[str]) -> str:
        numbers.append(_number_mathml(match))
        return f"{_BLANK}{len(numbers) - 1}"

    blanked = _NUMBER.sub(blank, latex)
    if not numbers or _BLANK in latex:
        return _read(latex)
    try:
        pattern = _read(blanked)
    except ValueError:  # which would name the blanks
        return _read(latex)
    whole, filled = re.subn(f"<mn>{_BLANK}(\\d+)</mn>", lambda found: numbers[int(found[1])], pattern)
    return whole if filled == len(numbers) else _read(latex)  # a blank within words is no number


def _number_mathml(match: re.Match[str]) -> str:
    """The MathML of one number, as `latex2mathml` writes it."""
    if match.group() == r"\text{nan}":
        return "<mtext>nan</mtext>"
    sign = _MINUS if match["sign"] else ""
    if match.group().endswith(r"\infty"):
        return sign + "<mo>&#x0221E;</mo>"
    number = f"{sign}<mn>{match['mantissa'] or match.group()}</mn>"
    if match["power"] is None:
        return number
    power = f"{_MINUS if match['power'].startswith('-') else ''}<mn>{match['power'].lstrip('-')}</mn>"
    return f"{number}<mo>&#x000B7;</mo><msup><mn>10</mn><mrow>{power}</mrow></msup>"


@lru_cache(maxsize=10_000)
def _read(latex: str) -> str:
    """LaTeX as MathML, in full."""
    from latex2mathml.converter import convert

    try:
        return _harmless(convert(latex), latex)
    except Exception as error:  # its own classes have no base of their own, and no words
        raise ValueError(f"in this formula's LaTeX something is missing or out of place: {latex}") from error


def _harmless(markup: str, latex: str) -> str:
    """The MathML if it is nothing but that: a formula of the learner's own may hold links and other markup."""
    try:
        parts = list(ElementTree.fromstring(markup).iter())
    except ElementTree.ParseError:
        parts = []
    pure = parts and all(part.tag.startswith(_MATHML + "m") for part in parts)
    if pure and not any(name == "href" or name.startswith(("on", "style")) for part in parts for name in part.attrib):
        return markup
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mtext>{escape(latex)}</mtext></math>'
