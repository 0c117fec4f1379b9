"""Lesson 15: the numbers in its text. Accuracies are claimed as margins: they differ a little between machines."""

PROBABILITY = "z.sigmoid()"
SLOPE = "minigrad.autograd.grad(nn.functional.binary_cross_entropy_with_logits(x @ w + b, y), b)"
# z as it was before the step: there w and b were leaves at their first values.
AHEAD = "results['finetuned', {}] - results['from scratch', {}]"
BATCH_NORMS = "sum(isinstance(m, nn.BatchNorm2d) for m in minigrad.models.resnet18().modules())"


def _margins(each: int, least: int) -> str:
    """10 if the finetuned network is more than that ahead at each of these numbers of steps, else nan."""
    ahead = AHEAD.format(each, each)
    return f"10 if ({ahead})[{least}:].min() > 10 else float('nan')"


CLAIMS = [
    ("from 3 to $3 - 0.1 \\cdot 2 = 2.8$", "3, 3, 0.1, 2, 3 - 0.1 * 2"),
    ("$0.5 \\cdot 2 + 0 = 1$, then 0.5", "0.5, 2, 0, 0.5 * 2 + 0, 0.5 * 1"),
    ("| $p$ | $0.5$ | $0.75$ |", PROBABILITY),
    ("| slope $(p - y) / 2$ | $0.25$ | $-0.125$ |", "len(y), b.grad"),
    ("with $x = [1, 2]$", "x"),
    ("All parameters moved, and 60 more tensors", "sum(1 for _ in minigrad.models.resnet18().buffers())"),
    ("belong to 20 **batch norm** layers", BATCH_NORMS),
    ("more than 10 points ahead after 5, 10 and 20 steps", f"{_margins(1, 1)}, steps[1:]"),
    ("With two of each it still is after 20.", f"2 * {_margins(2, 3)}"),
    (
        "at most 5 points lie between the two",
        "5 if abs(results['finetuned', 50][-1] - results['from scratch', 50][-1]) <= 5 else float('nan')",
    ),
    ("Each takes 20 steps. First one example of each class, then up to 50:", "steps[-1], sizes[-1]"),
    ("With 50 of each,", "sizes[-1]"),
]

GIVEN = [
    "15 Training, freezing, finetuning",
    "about 40 minutes",
    "`w.grad` holds 3.",
    "<summary>0</summary>",
    "<summary>3</summary>",
    "3 would be added to the next gradient",
    "and finds a 0 there",
    "pulls each weight towards 0",
    "whose `.grad` is 0.",
    "$p = 1 / (1 + e^{-z})$",
    "($y = 1$)",
    "($y = 0$)",
    "$-\\ln(1 - p)$",
    "| $z$ | $0$ | $\\ln 3$ |",
    "| $y$ | $0$ | $1$ |",
    "as in lesson 03",
    "`resnet18`",
    "out of 1,000 classes",
    "$64 \\times 64$",
    "has the slope 1, whatever",
    "mean 0 and variance 1",
    "`conv1` at the far end",
    "`layer4.1` lies next",
    "Exercise 15.1",
    "Exercise 15.2",
    "Exercise 15.3",
    "Layers 0 and 1 are frozen",
    "like resnet18",
    "$8 \\times 8$",
    "on 1, 3, 5, 7 and 9, each turned four ways, so on 20 classes",
    "never seen a 2.",
    "tell 0, 2, 4, 6 and 8 apart",
    "add up to 1,",
    "At least 70% of the held-out",
    "16 Build it yourself",
    "about 100 lines",
]
