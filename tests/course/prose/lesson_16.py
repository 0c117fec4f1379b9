"""Lesson 16: the numbers in its text."""

LINES = "100 * (80 <= sum(line.strip() != '' and line.strip()[0] != '#' for line in open(ours.__file__)) <= 120)"

CLAIMS = [
    ("an engine of about 100 lines", LINES),
    ("in about 100 lines.", LINES),
    ("[2., 2., 2.]</summary>", "np.ones((2, 3)).sum(0)"),
    ("$b$ gets 2, though only one path", "gradient['b'][0]"),
    ("| $z$ | $1$ | $10$ to $h$, $9$ to $p$", "1, p.data, h.data"),
    ("| $p$ | $9$ | $9$ to $h$; the $1$ is a constant, so its $9$", "h.data, h.data, p.data - h.data, h.data"),
    (
        "$10 + 9 = 19$ | $19 \\cdot 3 = 57$ to $x$",
        "p.data, h.data, p.data + h.data, 19, x.data, (p.data + h.data) * x.data",
    ),
    ("$57 + 57 = 114$", "57, 57, (ours.backward(h * p), x.grad)[1]"),
    ("the sum sent it $[1, 1]$", "next(ours.run(z.node, np.ones(2)))[2][1]"),
    ("and yet `b.grad` is $[2, 2]$", "[g for node, g, _ in careless_run(z.node, np.ones(2)) if node.leaf is b][0]"),
    ("The data are 1,797 small", "1, len(digits('all')[1]) - 1000"),
    ("handwritten digits, 8 by 8 pixels", "digits()[0].shape[2:]"),
    ("two layers and makes 10 scores", "scores_of(unseen).data.shape[1]"),
    ("It is 0 for $q = 1$, and large for $q$ near 0", "-np.log(1.0), 1, 0"),
]

GIVEN = [
    "cross-entropy of lesson 15",
    "16 Build it yourself",
    "about 75 minutes",
    "A `bias` of shape (3,) is added to `rows` of shape (2, 3), and 1 arrives",
    "[1., 1., 1.]</summary>",
    "of ones of shape (2, 3)",
    "has left 6 in `x.grad`",
    "<summary>6</summary>",
    "brings 6 of its own",
    "<summary>12</summary>",
    "<summary>18</summary>",
    "It would be 18 in an engine",
    "slope of a sum is 1, so $a$ should get 2, by two paths, and $b$ should get 1",
    "the two rules of lesson 04",
    "Will $b$ get 1, 2, or nothing",
    "(lesson 10)",
    "1. `apply`",
    "2. Rules",
    "3. `unbroadcast`",
    "4. `order`",
    "5. `run`",
    "6. `backward`",
    "$x = 3$, $h = x \\cdot x$, $p = h + 1$",
    "from lesson 04",
    "In step 2",  # tests/course/test_lesson_16.py compares the two walks
    *(f"Exercise 16.{number}" for number in range(1, 8)),
    "in lesson 06",
    "In lesson 04",
    "5,000 nodes long",
]
