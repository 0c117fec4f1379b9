"""The programs of docs/speed.md's decisions: the same thing done in two or three ways, the last as minigrad does it.

They are texts, because the page shows them as they are run.
"""

from typing import NamedTuple


class Decision(NamedTuple):
    """One thing done in several ways.

    `ways` has a program for each way, by what to call it; the last is minigrad's. `before` is run ahead of each of
    them; `timed` is the statement that is timed, which does the thing `times` times, and `what` says what the figure is
    for. Where `fresh` is said, each way is timed in a Python of its own; `once` if it can be done once only.
    """

    before: str
    ways: dict[str, str]
    timed: str
    times: int
    what: str
    fresh: bool = False
    once: bool = False


DECISIONS: dict[str, Decision] = {}

# ------------------------------------------------------------ the graph
CHAIN = """\
import numpy as np

class Value:
    __slots__ = ("array", "node")
    def __init__(self, array, node=None):
        self.array, self.node = array, node

def chain(n=1000):
    w = x = Value(np.ones(3, np.float32), object())
    for _ in range(n):
        x = mul(x, w)
    return x
"""

DECISIONS["nodes"] = Decision(
    CHAIN,
    {
        "closures": """\
class Node:
    pass

def mul(a, b):
    node = Node()
    node.parents = a.node, b.node
    def backward(g):
        return g * b.array, g * a.array
    node.backward = backward
    return Value(a.array * b.array, node)
""",
        "tuples in an object": """\
class Mul:
    def __init__(self, parents, saved):
        self.parents, self.saved = parents, saved

def mul(a, b):
    node = Mul((a.node, b.node), (a.array, b.array))
    return Value(a.array * b.array, node)
""",
        "flat slots": """\
class Mul:
    __slots__ = ("first", "second", "a", "b")

def mul(a, b):
    node = Mul()
    node.first, node.second = a.node, b.node
    node.a, node.b = a.array, b.array
    return Value(a.array * b.array, node)
""",
    },
    "chain()",
    1000,
    "to record one product of three numbers",
)

DECISIONS["order"] = Decision(
    """\
from heapq import heappop, heappush

class Node:
    __slots__ = ("seq", "parents")

def diamonds(n=300):
    nodes = []
    for seq in range(3 * n + 1):
        node = Node()
        node.seq = seq
        at = seq % 3  # a node, two that use it, one that uses both, …
        node.parents = tuple(nodes[-2:] if at == 0 else nodes[-at:][:1])
        nodes.append(node)
    return nodes[-1]

root = diamonds()
""",
    {
        "sorted by recursion": """\
def in_order(root):
    order, seen = [], set()
    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)
    visit(root)
    return reversed(order)
""",
        "a number and a heap": """\
def in_order(root):
    waiting, found = [(-root.seq, root)], {root}
    while waiting:
        node = heappop(waiting)[1]  # the newest: all that use it have run
        yield node
        for parent in node.parents:
            if parent not in found:
                found.add(parent)
                heappush(waiting, (-parent.seq, parent))
""",
    },
    "list(in_order(root))",
    901,
    "to come to one node of 300 diamonds",
)

DECISIONS["cycles"] = Decision(
    """\
import numpy as np

class Value:
    __slots__ = ("array", "node")

class Exp:
    __slots__ = ("first", "saved")

x = Value()
x.array, x.node = np.ones(3, np.float32), None
""",
    {
        "the output saved as a tensor": """\
def exp(x):
    z, node = Value(), Exp()
    z.array, z.node = np.exp(x.array), node
    node.first, node.saved = x.node, z  # z knows the node, the node knows z
    return z
""",
        "the output's array saved": """\
def exp(x):
    z, node = Value(), Exp()
    z.array, z.node = np.exp(x.array), node
    node.first, node.saved = x.node, z.array
    return z
""",
    },
    "for _ in range(10_000): exp(x)",
    10_000,
    "to record and forget an operation, the collector's work included",
)

# ------------------------------------------------------------ calls
DECISIONS["constants"] = Decision(
    "import numpy as np\nx = np.ones(3, np.float32)\n",
    {
        "a Python number": "def forward():\n    return np.add(x, 1.0)\n",
        "an array of it, made once": "ONE = np.array(1.0, x.dtype)\n\ndef forward():\n    return np.add(x, ONE)\n",
    },
    "for _ in range(1000): forward()",
    1000,
    "to add 1.0 to three numbers",
)

DECISIONS["dot"] = Decision(
    "import numpy as np\nw, x = np.ones((20, 10), np.float32), np.ones(10, np.float32)\n",
    {
        "`w @ x`": "def forward():\n    return w @ x\n",
        "`w.dot(x)`": "def forward():\n    return w.dot(x)\n",
    },
    "for _ in range(1000): forward()",
    1000,
    "for a matrix of 20 by 10 with a vector",
)

DECISIONS["types"] = Decision(
    "import numpy as np\nx = np.ones(3, np.float32)\n",
    {
        "convert": "def forward():\n    return np.asarray(x, np.float32)\n",
        "ask": "def forward():\n    return x if type(x) is np.ndarray else np.asarray(x, np.float32)\n",
    },
    "for _ in range(1000): forward()",
    1000,
    "to be sure of an array",
)

OWN_CODE = """\
from types import FunctionType

def kind(name):
    return type(name, (), {"__slots__": ("array", "first", "second", "saved", "seq")})

def filled(node):
    node.array = node.first = node.second = node.saved = node.seq = None
    return node

def reader(op):  # as `unary` and `binary` make the function of each operation
    def function(x):
        node = op()
        node.first, node.second, node.saved = x.first, x.second, x.saved
        node.array, node.seq = x.array, x.seq
        return node
    return function

kinds = [kind(name) for name in ("Add", "Mul", "Sin", "Exp")]
nodes = [filled(op()) for op in kinds]
"""
DECISIONS["code"] = Decision(
    OWN_CODE,
    {
        "one code object for all": """\
functions = [reader(op) for op in kinds]
""",
        "one for each": """\
def own_code(function, name):
    code = function.__code__.replace(co_name=name)
    return FunctionType(code, function.__globals__, name, None, function.__closure__)

functions = [own_code(reader(op), op.__name__) for op in kinds]
""",
    },
    "for _ in range(250):\n    for function, node in zip(functions, nodes): function(node)",
    1000,
    "to make a node of one of four kinds",
)

DECISIONS["places"] = Decision(
    "import sys, traceback\n",
    {
        "the whole line": "def where():\n    return traceback.extract_stack(limit=2)[0]\n",
        "file and number": """\
def where():
    frame = sys._getframe(1)
    return frame.f_code.co_filename, frame.f_lineno
""",
        "the code and the instruction in it": """\
def where():
    frame = sys._getframe(1)
    return frame.f_code, frame.f_lasti
""",
    },
    "for _ in range(1000): where()",
    1000,
    "to note where an operation stands",
)

# ------------------------------------------------------------ arrays
DECISIONS["first"] = Decision(
    "import numpy as np\ng = np.ones((256, 784), np.float32)\n",
    {
        "added to zeros": "def accumulate():\n    grad = np.zeros_like(g)\n    grad += g\n    return grad\n",
        "copied": "def accumulate():\n    return g.copy()\n",
        "taken as it is": "def accumulate():\n    return g\n",
    },
    "accumulate()",
    1,
    "for the first gradient of a weight of 256 by 784",
)

DECISIONS["pieces"] = Decision(
    """\
import numpy as np
x, g, v = (np.ones(4_000_000, np.float32) for _ in range(3))
""",
    {
        "whole arrays": """\
def step():
    np.multiply(v, 0.9, out=v)
    np.add(v, g, out=v)
    np.subtract(x, v * 0.01, out=x)
""",
        "pieces": """\
PIECE = 1 << 17
scratch = np.empty(PIECE, np.float32)

def step():
    for i in range(0, x.size, PIECE):
        some = slice(i, i + PIECE)
        v_now, spare = v[some], scratch[: x[some].size]
        np.multiply(v_now, 0.9, out=v_now)
        np.add(v_now, g[some], out=v_now)
        np.multiply(v_now, 0.01, out=spare)
        np.subtract(x[some], spare, out=x[some])
""",
    },
    "step()",
    1,
    "for a step with momentum of four million parameters",
)

DECISIONS["convolution"] = Decision(
    """\
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
np.empty((32 << 20) - (1 << 13), np.uint8)
x = np.ones((64, 16, 30, 30), np.float32)  # images with a margin of one
w = np.ones((32, 16, 3, 3), np.float32)
""",
    {
        "a window a row, all at once": """\
def convolve():
    windows = sliding_window_view(x, (3, 3), axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)
    product = windows.reshape(-1, 16 * 3 * 3) @ w.reshape(32, -1).T
    return product.reshape(64, 28, 28, 32).transpose(0, 3, 1, 2)
""",
        "a window a column, image by image": """\
def convolve():
    z = np.empty((64, 32, 28 * 28), np.float32)
    for image, out in zip(x, z):
        windows = sliding_window_view(image, (3, 3), axis=(1, 2)).transpose(0, 3, 4, 1, 2)
        np.dot(w.reshape(32, -1), windows.reshape(16 * 3 * 3, -1), out=out)
    return z.reshape(64, 32, 28, 28)
""",
    },
    "convolve()",
    1,
    "for 64 images of 28 by 28, from 16 to 32 channels",
)

# ------------------------------------------------------------ the process
DECISIONS["memory"] = Decision(
    "import numpy as np\nx = np.ones((64, 16, 28, 28), np.float32)\n",
    {
        "as the C library does": "def layers():\n    a = x * x\n    b = a + x\n    return b - a\n",
        "one large array freed first": """\
np.empty((32 << 20) - (1 << 13), np.uint8)

def layers():
    a = x * x
    b = a + x
    return b - a
""",
    },
    "layers()",
    1,
    "for three operations on arrays of 3 MB",
    fresh=True,
)

DECISIONS["imports"] = Decision(
    "import numpy\n",
    {
        "everything at once": """\
def load():
    import minigrad
    import minigrad.autograd.graph, minigrad.copying, minigrad.printing
    from minigrad.autograd.errors import devices, flags, functions, graph, inplace, loading, values
    for name in minigrad.catalogue.FUNCTIONS:
        getattr(minigrad, name)
""",
        "when used": "def load():\n    import minigrad\n",
    },
    "load()",
    1,
    "to import minigrad where NumPy is there already",
    fresh=True,
    once=True,
)
