# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 16 Build it yourself
#
# After this lesson you have an engine of about 100 lines that you wrote and tested, and that learns to read digits. And you can find the fault in other people's
# programs. It takes about 75 minutes; after each of the six steps is a good place to stop.

# %%
try:
    from minigrad.course import check, ready

    ready("0.1")
except ModuleNotFoundError:
    print("✗ This kernel has no minigrad. Close JupyterLab and start it with: make course")

# %% [markdown]
# ## Two questions first
#
# Click on the answer that you would give.
#
# **A `bias` of shape (3,) is added to `rows` of shape (2, 3), and 1 arrives at each entry of the sum. What does `bias` get?**
#
# <details><summary>[1., 1., 1.]</summary>
#
# Not quite: that is what comes back from one of the two rows. Try again.
#
# </details>
# <details><summary>[2., 2., 2.]</summary>
#
# Yes. It was copied for each row, so its gradient is the sum over the rows.
#
# </details>
# <details><summary>a table of ones of shape (2, 3)</summary>
#
# Not quite: a gradient has the shape of its input. Try again.
#
# </details>

# %% [markdown]
# **A pass has left 6 in `x.grad`. The same loss is computed anew, and a second pass runs. Nothing was cleared. What is in `x.grad` now?**
#
# <details><summary>6</summary>
#
# Not quite: the second pass brings 6 of its own. Try again.
#
# </details>
# <details><summary>12</summary>
#
# Yes. The leaf keeps what earlier passes left. Inside of a pass, everything begins with nothing.
#
# </details>
# <details><summary>18</summary>
#
# Not quite. It would be 18 in an engine that leaves gradients lying about in its graph, and adds to these, too. Try again.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# $s = a + b$ and $z = s + a$. The slope of a sum is 1, so $a$ should get 2, by two paths, and $b$ should get 1.
#
# This walk adds, and it takes the nodes in the right order: the two rules of lesson 04. Will $b$ get 1, 2, or nothing? Decide, then run the cell.

# %%
import numpy as np

gradient = {"z": np.array([1.0, 1.0])}
for node, inputs in [("z", ["s", "a"]), ("s", ["a", "b"])]:
    for to in inputs:
        if to in gradient:
            gradient[to] += gradient[node]
        else:
            gradient[to] = gradient[node]
print("a:", gradient["a"])
print("b:", gradient["b"])

# %% [markdown]
# $b$ gets 2, though only one path leads to it. A sum hands on just what arrived, so `s`, `a` and `z` came to be names of one array. `+=` writes to it in place (lesson
# 10), all three see it, and then `b` was given the same array. What you want is `gradient[to] = gradient[to] + gradient[node]`: the sum is a new array.
#
# So there is more to an engine than its idea. By now you know all that it takes.
#
# ## The plan
#
# Six small parts:
#
# 1. `apply` runs an operation, and remembers it as a node.
# 2. Rules turn what arrives at a node into a gradient for each input.
# 3. `unbroadcast` brings each gradient into the shape of its input.
# 4. `order` says who may run when.
# 5. `run` walks: it goes through the nodes, and adds.
# 6. `backward` keeps what the walk brings to the leaves, and `sgd` uses it.
#
# Ours is called the **reference engine**. See what it does before you write your own.
#
# ### By hand
#
# $x = 3$, $h = x \cdot x$, $p = h + 1$ and $z = h \cdot p$. You know it from lesson 04, but for the square: as a product, it has two edges to $x$.
#
# | node | arrives | sends on |
# | --- | --- | --- |
# | $z$ | $1$ | $10$ to $h$, $9$ to $p$ |
# | $p$ | $9$ | $9$ to $h$; the $1$ is a constant, so its $9$ goes nowhere |
# | $h$ | $10 + 9 = 19$ | $19 \cdot 3 = 57$ to $x$, twice |
# | $x$ | $57 + 57 = 114$ | nothing |
#
# ### In code

# %%
from minigrad.course import reference_engine as ours

x = ours.Tensor(3.0, requires_grad=True)
h = x * x
p = h + 1.0
z = h * p
for node, arrived, sent in ours.run(z.node, np.array(1.0)):
    print(node.name, "gets", arrived, "and sends", [float(d) for d in sent])

# %% [markdown]
# ### In the stepper
#
# `run` hands out each step as it makes it. So the stepper only has to listen, and can show what any engine does, right or wrong: yours, later on.

# %%
from minigrad.course.lending import careless_run, lend
from minigrad.viz import side_by_side
from minigrad.viz.own_engine import step_through

step_through(z, ours.run)

# %% [markdown]
# ## Play
#
# **Which leaf comes out wrong on the right, and what had been sent to it?** The engine on the right writes in place, as the puzzle does.

# %%
a = ours.Tensor([1.0, 2.0], requires_grad=True)
b = ours.Tensor([3.0, 4.0], requires_grad=True)
z = (a + b) + a
one = step_through(z, ours.run)
other = step_through(z, careless_run)
side_by_side(one, other, captions=("reference engine", "in place"))

# %% [markdown]
# <details><summary>The answer</summary>
#
# It is $b$. In step 2 the sum sent it $[1, 1]$, as on the left, and yet `b.grad` is $[2, 2]$: before $b$ looked at what it got, the engine had added to $a$, in the same array. The fault is a step earlier than what looks
# wrong.
#
# </details>
#
# ## Exercise 16.1: remember
#
# Two classes are given. A `Node` knows the nodes of its inputs, not their tensors. A `Tensor` has its array in `data`, and a `node` if it remembers.


# %%
class Node:
    """One operation that was recorded, or one leaf."""

    made = 0

    def __init__(self, name, edges=(), shapes=(), rule=lambda g: (), leaf=None):
        self.name = name
        self.edges = edges  # for each input its node, or None
        self.shapes = shapes  # for each input its shape
        self.rule = rule  # what arrives -> a gradient for each input
        self.leaf = leaf  # the tensor, if this is a leaf
        Node.made += 1
        self.number = Node.made  # the newest node has the largest


# %%
class Tensor:
    """An array that may remember how it was made."""

    def __init__(self, data, requires_grad=False):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = None
        self.node = Node("leaf", leaf=self) if requires_grad else None

    def __add__(self, other):
        return apply(add, self, other)

    def __mul__(self, other):
        return apply(mul, self, other)

    def __matmul__(self, other):
        return apply(matmul, self, other)

    __radd__, __rmul__ = __add__, __mul__


# %% [markdown]
# An **operation** is a plain function of arrays. It hands back its value, and its rule: a function that makes gradients out of what arrives.


# %%
def add(a, b):
    return a + b, lambda g: (g, g)


# %% tags=["exercise-16.1"]
# operation takes arrays, and hands back its value and its rule. Hand back a Tensor with that value.
# An input may be a plain number or array: make a Tensor of it first.
# If any input has a node, the result gets one too: a Node with the operation's name (operation.__name__),
# the inputs' nodes (None where there is none), the inputs' shapes, and the rule.
def apply(operation, *inputs):
    return ...


check("16.1", (Tensor, apply))

# %% [markdown]
# ## Exercise 16.2: the rules
#
# The values are there. Write the rules, such as `lambda g: (g, g)`.


# %% tags=["exercise-16.2"]
# In place of each ... a tuple: from g, which arrives, a gradient for each input. All are arrays.
def mul(a, b):
    return a * b, lambda g: ...


def matmul(a, b):  # two tables, as in lesson 06
    return a @ b, lambda g: ...


def relu(a):  # negative numbers become 0
    return np.maximum(a, 0), lambda g: ...


def exp(a):
    z = np.exp(a)
    return z, lambda g: ...


def log(a):
    return np.log(a), lambda g: ...


def total(a):  # the sum of all entries: g is a single number
    return a.sum(), lambda g: ...


check("16.2", (mul, matmul, relu, exp, log, total))

# %% [markdown]
# ## Exercise 16.3: the shape of the input
#
# You wrote this in lesson 06. Can you still?


# %% tags=["exercise-16.3"]
# g is an array, as large as broadcasting made it. shape is the input's, such as (3,), (2, 1) or ().
# Hand back the gradient in that shape: sum over what was missing, and over what had length 1.
def unbroadcast(g, shape):
    return g


check("16.3", unbroadcast)

# %% [markdown]
# ## Exercise 16.4: who may run when
#
# In lesson 04 you counted what each node still lacks. There is a shorter way: each node has a `number`, and it is newer than all that it leads to.
#
# Mind two things. A graph may be 5,000 nodes long, and long before that Python stops a function that calls itself. And a value used twice doubles the paths, so never follow them all.


# %% tags=["exercise-16.4"]
# A list of all nodes that edges lead to from root, and root itself. Each is there once,
# and behind all nodes that send it something. Edges that are None lead nowhere.
def order(root):
    return ...


check("16.4", order)

# %% [markdown]
# ## Exercise 16.5: the walk
#
# The heart of it. `yield` hands out a value as `return` does, but the function goes on from there when the next value is asked for. That is how `run` can be watched.


# %% tags=["exercise-16.5"]
# For each node, in order: g is the sum of what has arrived. (At root, gradient has arrived.)
# node.rule(g) makes a gradient for each input; bring each into its shape in node.shapes. These are sent.
# Then: yield node, g, sent. And each of sent goes to the node of its edge, if there is one.
def run(root, gradient):
    return ...


check("16.5", (unbroadcast, order, run))

# %% [markdown]
# ## Exercise 16.6: what the walk is for
#
# Nobody counts versions here. So `sgd` must not write into arrays that rules may hold.


# %% tags=["exercise-16.6"]
# Run the walk from result.node, and add what arrives at each leaf to its .grad (which may be None).
# node.leaf is the leaf's tensor; for an operation it is None.
def backward(result):
    if result.data.size != 1:
        raise RuntimeError("backward() begins with one number; this result has several")
    ...


# Move each parameter against its gradient, by lr times it, and clear .grad. If it is None, do nothing.
# Graphs made before may hold the old numbers: put a new array into p.data, and write to none.
def sgd(parameters, lr):
    pass


check("16.6", (run, backward, sgd))

# %% [markdown]
# ## Your engine reads digits
#
# From here on your engine works. Until a step is right, ours lends a hand:

# %%
lend(globals())

# %% [markdown]
# The data are 1,797 small pictures of handwritten digits, 8 by 8 pixels each. Every third is held out: the network is not trained on these, and is judged by them.
#
# The network has two layers and makes 10 scores, one for each digit. Softmax (lesson 10) turns scores into shares. The loss is the cross-entropy of lesson 15: minus the logarithm of the share $q$ that the picture's own digit gets. It is 0 for $q = 1$, and large for $q$ near 0:
#
# $$-\ln q = -\ln \frac{e^{s_{\text{own}}}}{\sum_k e^{s_k}} = \ln \sum_k e^{s_k} - s_{\text{own}}$$

# %%
from minigrad.datasets import digits


def table(part):
    images, labels = digits(part)
    return images.numpy().reshape(-1, 64), labels.numpy()


random = np.random.default_rng(0)
w1 = Tensor(random.normal(size=(64, 32)) / 6, requires_grad=True)
b1 = Tensor(np.zeros(32), requires_grad=True)
w2 = Tensor(random.normal(size=(32, 10)) / 6, requires_grad=True)
b2 = Tensor(np.zeros(10), requires_grad=True)


def scores_of(pixels):
    return apply(relu, Tensor(pixels) @ w1 + b1) @ w2 + b2


def loss_of(pixels, labels):
    scores = scores_of(pixels)
    all_ten = apply(exp, scores) @ np.ones((10, 1))  # the sum of each row, as a product
    own = scores * np.eye(10)[labels]
    return (apply(total, apply(log, all_ten)) + apply(total, own) * -1.0) * (1 / len(labels))


pixels, labels = table("train")
losses = []
for _ in range(150):
    loss = loss_of(pixels, labels)
    backward(loss)
    sgd([w1, b1, w2, b2], lr=0.5)
    losses.append(loss.data.item())

unseen, answers = table("held-out")
guesses = scores_of(unseen).data.argmax(1)
right = 100 * (guesses == answers).mean()
print(f"{right:.0f} of 100 unseen digits are read rightly")

# %%
import matplotlib.pyplot as plt

from minigrad.course import style

style.use()
figure, (curve, digit) = plt.subplots(1, 2, width_ratios=(2, 1))
curve.plot(np.round(losses, 3))
curve.set(xlabel="steps", ylabel="loss", ylim=(0, None))
digit.pcolormesh(-unseen[0].reshape(8, 8)[::-1], cmap="gray", edgecolors="face")
digit.set(aspect="equal", title=f"read as {guesses[0]}")
digit.axis("off")
style.picture(
    figure,
    "Left, the loss over 150 steps: it falls from above 2 to about 0.1, fast at first. "
    "Right, the first of the unseen pictures, a 2 in 8 by 8 pixels, which is read as 2.",
)

# %% [markdown]
# Now step through that digit's loss, on your own engine. Every operation and every sum is a line that you wrote.

# %%
one = loss_of(unseen[:1], answers[:1])
step_through(one, run)

# %% [markdown]
# ## Room by room
#
# minigrad has the same rooms, with more in them. Open each file beside yours:
#
# | yours | in minigrad | what it has beyond |
# | --- | --- | --- |
# | `Node` | `minigrad/autograd/node.py`: `Node`, `AccumulateGrad` | what rules need is kept apart from them, so that it can be freed, and its version checked |
# | `apply` | `minigrad/ops/calling.py`: `apply` | looks whether recording is on, and notes your line for error messages |
# | rules | `minigrad/ops/elementwise.py`: `Add`, `Mul`, `Exp`, `Log`, `Relu` | a rule for each input, none for nothing; it works on tensors, too, for gradients of gradients |
# | `matmul` | `minigrad/ops/matmul.py`: `Mm` | vectors, and stacks of tables |
# | `unbroadcast` | `minigrad/autograd/engine.py`: `sum_to` | data types |
# | `order`, `run` | `minigrad/autograd/engine.py`: `run` | no list beforehand: the newest node that something has reached is next |
# | `backward` | `minigrad/autograd/passes.py`: `backward` | writes to `.grad` only when the whole pass went well |
# | `sgd` | `minigrad/optim/sgd.py`: `SGD` | writes in place, for there are versions |
#
# ## Exercise 16.7: five broken notebooks
#
# Five people send you their notebooks, each with a complaint. (minigrad would warn of some of it, so warnings are off.) Run them, change them, look inside. The cause is one of these:
#
# - **cleared**: gradients are cleared in the wrong place.
# - **cut**: a value has left the graph.
# - **overwritten**: numbers that a node had saved were changed.
# - **pairs**: two shapes were stretched to a table of all pairs.
# - **rebound**: a name points to a result, no longer to the leaf.
# - **spent**: a node has to run that was freed before.

# %%
import minigrad
from minigrad import tensor

minigrad.autograd.warn_silent_mistakes(False)


def notebook_1():
    w = tensor(1.0, requires_grad=True)
    optimizer = minigrad.optim.SGD([w], lr=0.1)
    for _ in range(20):
        loss = (w - 5) ** 2
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
    return w.item()


print(f"“It should find 5, and stays at {notebook_1():.0f}.”")


# %%
def notebook_2():
    hours = tensor([[0.0], [1.0], [2.0], [3.0]])
    price = tensor([0.0, 3.0, 6.0, 9.0])
    w = minigrad.zeros(1, 1, requires_grad=True)
    for _ in range(100):
        w.grad = None
        loss = ((hours @ w - price) ** 2).mean()
        loss.backward()
        with minigrad.no_grad():
            w -= 0.1 * w.grad
    return w.item()


print(f"“An hour costs 3. It finds {notebook_2():.2f}.”")


# %%
def notebook_3():
    parts = [tensor(1.0, requires_grad=True), tensor(2.0, requires_grad=True)]
    w = tensor([part.item() for part in parts], requires_grad=True)
    loss = ((w - 5) ** 2).sum()
    loss.backward()
    return [part.grad for part in parts]


print(f"“The loss is right. The gradients of the parts are {notebook_3()}.”")


# %%
def notebook_4():
    w = tensor(2.0, requires_grad=True)
    scale = w.exp()
    for x in [1.0, 2.0, 3.0]:
        loss = (scale * x - 1) ** 2
        loss.backward()


try:
    notebook_4()
except RuntimeError as error:
    print(f"“It breaks in the second round: {str(error).partition('(')[0].strip()}”")


# %%
def notebook_5():
    w = tensor(3.0, requires_grad=True)
    buffer = np.zeros(2, np.float32)
    loss = 0
    for number in [0, 1, 2]:
        buffer[:] = number
        loss = loss + (w * minigrad.from_numpy(buffer)).sum()
    loss.backward()
    return loss.item(), w.grad.item()


loss_5, slope_5 = notebook_5()
minigrad.autograd.warn_silent_mistakes()
print(f"“The loss is {loss_5:.0f}, as 6w is at 3. But its slope is {slope_5:.0f}.”")

# %% tags=["exercise-16.7"]
# One of "cleared", "cut", "overwritten", "pairs", "rebound" and "spent" for each.
causes = {
    1: ...,
    2: ...,
    3: ...,
    4: ...,
    5: ...,
}
check("16.7", causes)

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same as yours, at the places where engines go wrong: arrays that are shared, long graphs, many paths. This program
#
# ```python
# import torch
#
# a = torch.tensor([1.0, 2.0], requires_grad=True)
# b = torch.tensor([3.0, 4.0], requires_grad=True)
# ((a + b) + a).sum().backward()
# print(a.grad, b.grad)
#
# x = torch.tensor(1.0, requires_grad=True)
# long = x
# for _ in range(5000):
#     long = long * 1.0
# long.backward()
# print(x.grad)
#
# x.grad = None
# wide = x
# for _ in range(40):
#     wide = wide + wide
# wide.backward()
# print(x.grad == 2**40)
# ```
#
# prints
#
# ```text
# tensor([2., 2.]) tensor([1., 1.])
# tensor(1.)
# tensor(True)
# ```
#
# The six parts are in PyTorch, too. Where, the next page tells.

# %% [markdown]
# ## In one breath
#
# Whoever computes leaves a node with a rule; whoever wants gradients walks the nodes, newest first, adds what arrives, and hands on what the rule makes of it. That is all of reverse mode, in about 100 lines. What large libraries have beyond it is speed, memory, and errors that tell you where you went wrong.
#
# This was the last lesson. [Where to go next](where_to_go_next.ipynb) shows you around minigrad itself, and beyond.
