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
# # 03 The graph
#
# After this lesson you can read the graph that a few lines of code leave behind, and you can say which tensors will get a gradient. It takes about 40 minutes; have paper
# at hand.

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
# **`w` requires grad, `x` does not. Which of `x + x`, `x * w` and `w.sum()` require grad?**
#
# <details><summary><code>w.sum()</code> alone</summary>
#
# Not quite: one input that requires grad is enough, and `x * w` has one. Try again.
#
# </details>
# <details><summary><code>x * w</code> and <code>w.sum()</code></summary>
#
# Yes. A result requires grad if any of its inputs does.
#
# </details>
# <details><summary>all three</summary>
#
# Not quite: nothing in `x + x` requires grad, so the result does not either. Try again.
#
# </details>

# %% [markdown]
# **You nudge an input by 0.001, and the result moves by 0.012. About how large is the slope there?**
#
# <details><summary>0.012</summary>
#
# Not quite: that is how far the result moved. A slope is the move for each unit of the nudge. Try again.
#
# </details>
# <details><summary>0.000012</summary>
#
# Not quite: that is the move times the nudge. Try again.
#
# </details>
# <details><summary>12</summary>
#
# Yes. The move divided by the nudge: the result moves 12 times as far as the input.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# Here $x$ is 3. It is doubled, then squared. What does the last line print: 24, 12, 6 or None? Decide, then run the cell.

# %%
import minigrad
from minigrad import tensor
from minigrad.viz import draw_graph, graph_builder, step

x = tensor(3.0, requires_grad=True)
x = x * 2
y = x**2
y.backward()
print(x.grad)

# %% [markdown]
# None, and a warning that says why. The backward pass was right. But what does `x` stand for?
#
# **A name is an arrow that points to a tensor.** The sign `=` turns the arrow to another tensor, and changes no tensor:
#
# | after the line | name | points to | which is |
# | --- | --- | --- | --- |
# | `x = tensor(3.0, …)` | `x` → | 3 | a leaf: you made it |
# | `x = x * 2` | `x` → | 6 | a result: a product made it |
#
# Only leaves keep a gradient. The leaf is still in the graph, but no name points to it any more:

# %%
draw_graph(y)

# %% [markdown]
# In a box, `x =` says that the name `x` points to what this operation made. (And `()` is the shape of a single number.)
#
# Further down you will fetch its gradient all the same. In a program of your own, give the result another name, such as `doubled = x * 2`. Or keep a second arrow on the leaf
# before you turn the first: `start = x`.
#
# ## Down the graph
#
# Take $x = [1, -2, 3, -4]$, its absolute values $a$, and their sum $s$.
#
# ### By hand
#
# While it records, each operation puts a note on its result, `grad_fn`, that says what made it. What you made yourself has none. (`AbsBackward0` will take gradients back through
# `abs`. The 0 means nothing to us.)
#
# | tensor | value | made by | `grad_fn` |
# | --- | --- | --- | --- |
# | `x` | $[1, -2, 3, -4]$ | you | None |
# | `a` | $[1, 2, 3, 4]$ | `x.abs()` | `AbsBackward0` |
# | `s` | $10$ | `a.sum()` | `SumBackward0` |
#
# ### In code

# %%
x = tensor([1.0, -2.0, 3.0, -4.0], requires_grad=True)
a = x.abs()
s = a.sum()
s

# %% [markdown]
# A `grad_fn` is a **node** of the graph. Its `next_functions` say where it will send gradients: for each input a pair, the next node and a number. Each pair is an **edge**.
# (The number says which output of the next operation is meant. Nearly every operation has only one, number 0.) Let us follow the edges from `s`:


# %%
def leads_to(node):
    return [(type(to).__name__ if to else None, number) for to, number in node.next_functions]


print(leads_to(s.grad_fn))
print(leads_to(a.grad_fn))

end = a.grad_fn.next_functions[0][0]
print(leads_to(end), end.variable is x)

# %% [markdown]
# The path ends at a node of another kind. `AccumulateGrad` belongs to a leaf, which it calls its `variable`. It adds what arrives to the leaf's `.grad`, and sends nothing on.
#
# Nodes and edges are all there is. Edges lead from a result to what it was made from, so no path comes back to where it was: the graph is **directed** and **acyclic**,
# in short a **DAG**. The node where the walk begins is its **root**.
#
# Now fetch the gradient of the puzzle. From $y$ it is two edges down to the leaf:

# %%
product = y.grad_fn.next_functions[0][0]
lost = product.next_functions[0][0].variable
print(lost, lost.grad)

# %% [markdown]
# There it is: $y = (2x)^2 = 4x^2$ has the slope $8x = 24$ at 3.
#
# ### In the stepper
#
# Before each click on **Next**, say which node will run. (Where $x$ is negative, a nudge upwards makes $|x|$ smaller. That is why some slopes are $-1$.)

# %%
step(s)

# %% [markdown]
# ## Leaf or result?
#
# A tensor without a `grad_fn` is a **leaf**, and `is_leaf` says so. Some leaves get a `.grad`:
#
# | tensor | `is_leaf` | `.grad` after `backward()` |
# | --- | --- | --- |
# | made by you, requires grad | True | filled, if a path leads to it |
# | made by you, does not require grad | True | None |
# | made from tensors that do not require grad | True: nothing was recorded | None |
# | made from tensors of which at least one does | False | None |
#
# **Moving and converting are operations, too.** Here the name is turned to a result, as in the puzzle:

# %%
moved = tensor([1.0, 2.0], requires_grad=True)
moved = moved.to(minigrad.float64)
print(moved.is_leaf, type(moved.grad_fn).__name__)

# %% [markdown]
# Moving a tensor to a GPU does the same: `x = x.cuda()` or `x = x.to(device)`. Where there is nothing to move, `to` hands back the very same tensor, so the trouble begins only on
# the machine with the GPU. Move first, require grad last:

# %%
moved = tensor([1.0, 2.0]).to(minigrad.float64).requires_grad_()
moved.is_leaf

# %% [markdown]
# ## Graphs to read
#
# Sketch each graph before you run its cell. First, an old friend:

# %%
a = tensor([2.0, 3.0], requires_grad=True)
b = tensor([6.0, 4.0], requires_grad=True)
cube = 3 * a**3
Q = cube - b**2
print(leads_to(Q.grad_fn))
print(leads_to(cube.grad_fn))
draw_graph(Q)

# %% [markdown]
# The difference has two inputs, so two edges. The product has two as well, but the plain number 3 needs no gradient: its place says None.
#
# **A norm.** Many steps of arithmetic, but one call:

# %%
v = tensor([1.0, 2.0, 2.0], requires_grad=True)
length = v.norm()
draw_graph(length)

# %% [markdown]
# One call, one node. What goes on inside of a node, the graph does not tell.
#
# **One layer of a network, and its loss.** A layer multiplies its inputs by a matrix and adds a vector. A loss is a number that says how wrong the result is. Where are the
# inputs and the right answers?

# %%
inputs = minigrad.ones(5)
answers = minigrad.zeros(3)
w = minigrad.rand(5, 3, requires_grad=True)
b = minigrad.rand(3, requires_grad=True)
z = inputs @ w + b
loss = minigrad.nn.functional.binary_cross_entropy_with_logits(z, answers)
draw_graph(loss)

# %% [markdown]
# Not there: nobody asked for their gradients. But the one `@` has become two nodes. minigrad makes the vector a matrix with one row, multiplies, and takes the row out again, just
# as PyTorch does. A graph holds what was done, not what you wrote.
#
# **Two layers**, each followed by a tanh. Which leaf is the last to get its gradient?

# %%
w1 = minigrad.rand(20, 10, requires_grad=True)
b1 = minigrad.rand(20, requires_grad=True)
w2 = minigrad.rand(5, 20, requires_grad=True)
b2 = minigrad.rand(5, requires_grad=True)
hidden = (w1 @ minigrad.rand(10) + b1).tanh()
output = (w2 @ hidden + b2).tanh()
loss = ((output - minigrad.rand(5)) ** 2).mean()
draw_graph(loss)

# %% [markdown]
# `w1`: the way back to the first layer leads through the second.
#
# **Shared weights.** The matrix `first` is used twice, and so is `x1`. Where do you see that?

# %%
first = minigrad.rand(5, 5, requires_grad=True)
second = minigrad.rand(5, 5, requires_grad=True)
x0 = minigrad.rand(5)
x1 = first @ x0
x2 = second @ x1 + x0
x3 = first @ (x2 + x1)
draw_graph(x3.norm())

# %% [markdown]
# Two edges arrive at the node of `x1`. The leaf `first` has two as well; only to keep the picture tidy, a leaf is drawn once for each use. It is one tensor with one `.grad`.
#
# ## The graph is not the network
#
# This network has three layers and can stop early. We run one layer on the left and all three on the right. (`layers[i]` is an operation, too: `Select`. And words
# like “2nd of 4” tell the boxes of one line apart.)


# %%
layers = minigrad.rand(3, 10, 10, requires_grad=True)


def run(k, x):
    for i in range(k):
        x = (layers[i] @ x).tanh()
    return x


left = run(1, minigrad.rand(10))
right = run(3, minigrad.rand(10))
draw_graph(left.dot(right))

# %% [markdown]
# The network has a first layer once, the graph twice, since two calls ran it. The second and third layer stand there once, since one call stopped early. The graph tells
# what *this run* did. The next run makes its own:

# %%
again = run(1, minigrad.rand(10))
print(leads_to(left.grad_fn) == leads_to(again.grad_fn), left.grad_fn is again.grad_fn)

# %% [markdown]
# Nodes of the same kind, but new ones. Only the leaf is shared. That is why a plain Python `if` or `for` may decide, each time anew, what the network does.
#
# ## Play
#
# **Where in the graph are the loop, and the line that makes `unused`?** Run the code. Then change `range(2)` to `range(3)` and to `range(0)`, and run it again each time. Click on nodes to read
# their `next_functions`.

# %%
graph_builder("""\
x = tensor([0.5, 1.0], requires_grad=True)
y = x
for i in range(2):
    y = y * x
unused = y.exp()
y.sum()""")

# %% [markdown]
# <details><summary>The answer</summary>
#
# Nowhere. Each round leaves a product: three rounds leave three, and no round leaves only the sum above the leaf. The node of `unused` was made as well, but no path from the
# root leads to it.
#
# </details>
#
# ## Exercise 03.1: mark the leaves
#
# Answer with names. First decide without asking `is_leaf`.

# %%
weight = tensor([1.0, 2.0], requires_grad=True)
wide = weight.to(minigrad.float64)
data = tensor([3.0, 4.0])
twice = data * 2
bias = tensor([5.0, 6.0]).to(minigrad.float64).requires_grad_()
spare = tensor(7.0, requires_grad=True)
total = (wide * twice + bias).sum()

# %% tags=["exercise-03.1"]
# Which of weight, wide, data, twice, bias, spare and total are leaves? Names in quotes: ["weight", …].
leaves = ...
# And which of all seven have a .grad after total.backward()?
filled = ...
check("03.1", (leaves, filled))

# %% [markdown]
# ## Exercise 03.2: put the lines in order
#
# Someone made a graph of this form. But all of their results had only two names, `now` and `kept`, turned from tensor to tensor:

# %%
r = tensor(2.0, requires_grad=True)
t = tensor(0.5, requires_grad=True)
p = r * t
draw_graph((p.exp() + p) * p)

# %% [markdown]
# The lines of that program got shuffled. **Which order makes this graph?** Cut and paste lines, or move the line with the cursor by Alt+↑ and Alt+↓. What is judged is the graph of `now` after the last line.

# %% tags=["exercise-03.2"]
program = [
    "now = now * kept",
    "now = now.exp()",
    "count = tensor(0.5, requires_grad=True)",
    "kept = now",
    "now = cost * count",
    "now = now + kept",
    "cost = tensor(2.0, requires_grad=True)",
]
check("03.2", program)

# %% [markdown]
# To see the graph that your order makes, or the line that comes too early, run this after each change.

# %%
graph_builder("\n".join(program))

# %% [markdown]
# ## Exercise 03.3: follow the arrows
#
# Do not run this. Draw a circle for each tensor, with its number, and an arrow for each name. At each `=`, turn an arrow.
#
# ```python
# a = tensor(2.0, requires_grad=True)
# b = a
# c = a * 3
# a = c
# c = c + b
# d = a * c
# d.backward()
# ```

# %% tags=["exercise-03.3"]
# The number of the tensor to which each name points at the end.
points_to = {"a": ..., "b": ..., "c": ..., "d": ...}
# And the names whose .grad is not None then, such as ["a", "d"].
has_grad = ...
check("03.3", (points_to, has_grad))

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same nodes, edges and leaves. This program
#
# ```python
# import torch
#
# x = torch.tensor([1.0, -2.0, 3.0, -4.0], requires_grad=True)
# s = x.abs().sum()
# print(s)
# node = s.grad_fn
# while node.next_functions:
#     node = node.next_functions[0][0]
#     print(type(node).__name__)
# print(node.variable is x)
#
# x = torch.tensor(3.0, requires_grad=True)
# x = x.to(torch.float64)
# print(x)
# print(x.is_leaf, x.to(torch.float64) is x)
# ```
#
# prints
#
# ```text
# tensor(10., grad_fn=<SumBackward0>)
# AbsBackward0
# AccumulateGrad
# True
# tensor(3., dtype=torch.float64, grad_fn=<ToCopyBackward0>)
# False True
# ```
#
# PyTorch draws no graphs. But `draw_graph` and `step` take PyTorch's tensors as well.

# %% [markdown]
# ## In one breath
#
# Each recorded operation leaves a node, and its edges lead to the nodes that made its inputs, down to the `AccumulateGrad` of each leaf. A name only points to a tensor: bind it
# anew, and the leaf is still in the graph, without a name. The graph holds what one run did, and the next run makes a new one.
#
# Next: [04 Backward, node by node](04_backward_node_by_node.ipynb), where gradients walk down these edges.
