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
# # 04 Backward, node by node
#
# After this lesson you can do a backward pass with pencil and paper, even where a value is used more than once. At the end you
# mend an engine that gets it wrong. It takes about 40 minutes; have paper at hand.

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
# **At $x = 3$ you nudge $x$ by 0.001. By about how much does $x^2$ move?**
#
# <details><summary>by 0.001</summary>
#
# Not quite: that would be a slope of 1. The slope of $x^2$ is $2x$, and $x$ is 3. Try again.
#
# </details>
# <details><summary>by 0.006</summary>
#
# Yes. The slope of $x^2$ is $2x = 6$, so the result moves 6 times as far as $x$ does.
#
# </details>
# <details><summary>by 0.009</summary>
#
# Not quite: 9 is the value of $x^2$. How far it moves is told by its slope, $2x$. Try again.
#
# </details>

# %% [markdown]
# **In the graph of $Q = 3a^3 - b^2$, how many arrows leave the box `3 * a**3`?**
#
# <details><summary>one</summary>
#
# Yes. An arrow leads to each input that needs a gradient. That is `a**3` alone: nobody asked for the gradient of the plain number 3.
#
# </details>
# <details><summary>two</summary>
#
# Not quite. A product has two inputs, but one of these is the plain number 3. Who would want its gradient?
#
# </details>
# <details><summary>three, one for each factor</summary>
#
# Not quite. `a**3` is one operation with a box of its own. The product sees only its result.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# You have 20 metres of fence for a rectangle. If one side is $s$ metres long, the other is $10 - s$, and the area is $s\,(10 - s)$.
# The side is used twice in this formula.
#
# At $s = 5$, what is the gradient of the side: 5, 10, −5 or 0? Decide, then run the cell.

# %%
from minigrad import tensor

side = tensor(5.0, requires_grad=True)
area = side * (10 - side)
area.backward()
side.grad

# %% [markdown]
# Zero, although the side stands there twice. Look at one use at a time:
#
# - In the first use, a longer side adds area. The other side is 5 long, so each unit adds 5.
# - In the second use, a longer side makes the other one shorter. This side is 5 long, so each unit takes 5 away.
#
# One nudge does both, and the two effects **add**: $5 + (-5) = 0$. (It had to be so. The square is the largest rectangle that a fence can
# hold, and at the top the slope is 0.)
#
# Now write 4.0 instead of 5.0. Work out both effects and their sum, and only then run the cell again.
#
# <details><summary>What should come out?</summary>
#
# The other side is 6 now, so the first use brings 6. The second brings −4. The sum is 2.
#
# </details>

# %% [markdown]
# ## One path to each leaf
#
# Let us take the backward pass apart, on $Q = 3a^3 - b^2$ with $a = [2, 3]$ and $b = [6, 4]$.
#
# The words are those of lesson 03: each operation and each leaf is a node, and each arrow is an edge. An edge leads from a node to one of its inputs.

# %%
from minigrad.viz import draw_graph, step

a = tensor([2.0, 3.0], requires_grad=True)
b = tensor([6.0, 4.0], requires_grad=True)
Q = 3 * a**3 - b**2
draw_graph(Q)

# %% [markdown]
# (The names are PyTorch's: `Mul` for a product, `Pow` for a power. The 0 at the end means nothing to us.)
#
# Each operation does the same small job: take the gradient that **arrives**, multiply it by its own **slope** for an input, and **send** the product
# along that edge.
#
# Why multiply? If $y$ moves 3 times as far as $x$, and $z$ moves 12 times as far as $y$, then $z$ moves 36 times as far as $x$. Slopes along a path multiply.
# That is the **chain rule**.
#
# ### By hand
#
# We start at the top, with a gradient of 1 for each entry of $Q$. The first entries never meet the second ones, so you may follow one
# at a time.
#
# | node | arrives | own slope | sends on |
# | --- | --- | --- | --- |
# | $3a^3 - b^2$ | $[1, 1]$ | $1$ for the left, $-1$ for the right | $[1, 1]$ to the left, $[-1, -1]$ to the right |
# | $b^2$ | $[-1, -1]$ | $2b = [12, 8]$ | $[-12, -8]$ to $b$ |
# | $3 \cdot a^3$ | $[1, 1]$ | $3$ | $[3, 3]$ to $a^3$ |
# | $a^3$ | $[3, 3]$ | $3a^2 = [12, 27]$ | $[36, 81]$ to $a$ |
#
# ### In code
#
# The same table in NumPy, a line for each node:

# %%
import numpy as np

a_values, b_values = np.array([2.0, 3.0]), np.array([6.0, 4.0])

at_Q = np.array([1.0, 1.0])  # what arrives at Q
at_3a3, at_b2 = at_Q * 1, at_Q * -1  # Q = left - right
at_b = at_b2 * 2 * b_values  # b**2
at_a3 = at_3a3 * 3  # 3 * a**3
at_a = at_a3 * 3 * a_values**2  # a**3
print("to a:", at_a)
print("to b:", at_b)

# %% [markdown]
# ### In the stepper
#
# Before each click on **Next**, say which node comes next and what it will send. Then look.
#
# In the stepper's formulas a bar means a gradient. $\bar z$ is what arrives at the node, $\bar a$ is what it sends to its first input, and $\bar b$ to its second. So $a$ and
# $b$ are the inputs of *that* node. Only by chance are they also the names of our leaves. The small numbers where arrows leave a box count its inputs, from zero.

# %%
step(Q, gradient=tensor([1.0, 1.0]))

# %% [markdown]
# ## Two paths to one node
#
# Now a value that is used twice. Here $x = 3$, so $h = 9$, $p = 10$ and $z = 90$.

# %%
x = tensor(3.0, requires_grad=True)
h = x**2
p = h + 1
z = h * p
draw_graph(z)

# %% [markdown]
# Two edges arrive at $h$: one straight from $z$, one from $p$. A value that is used several times is called a **fan-out**.
#
# First the slopes at $z$. If one factor of a product grows by 1, the product grows by the other factor. So $z$ has the slope $p = 10$ for $h$, and $h = 9$ for $p$.
#
# As in the puzzle, the gradient of $h$ is the **sum over all paths** from the result down to it. Along each path the slopes multiply:
#
# $$\bar h \;=\; \underbrace{1 \cdot 10}_{\text{straight}} \;+\; \underbrace{1 \cdot 9 \cdot 1}_{\text{by way of } p} \;=\; 19$$
#
# ### By hand
#
# We start with a single 1, since $z$ is a single number.
#
# | node | arrives | own slope | sends on |
# | --- | --- | --- | --- |
# | $z = h \cdot p$ | $1$ | $10$ for $h$, $9$ for $p$ | $10$ to $h$, $9$ to $p$ |
# | $p = h + 1$ | $9$ | $1$ | $9$ to $h$ |
# | $h = x^2$ | $10 + 9 = 19$ | $2x = 6$ | $19 \cdot 6 = 114$ to $x$ |
#
# Two rules are hidden in the last line:
#
# - **Add.** Where several edges arrive, their gradients are added.
# - **Wait.** A node runs when *every* edge that leads to it has delivered, and not before.
#
# ### In code
#
# We write down the slope on each edge, and an order for the nodes. The walk itself is a loop of three lines:

# %%
edges = {  # node: where its edges lead, and the slope on each
    "x": [],
    "h": [("x", 6.0)],
    "p": [("h", 1.0)],
    "z": [("h", 10.0), ("p", 9.0)],
}


def walk(edges, order):
    gradient = {node: 0.0 for node in edges}
    gradient[order[0]] = 1.0
    for node in order:
        for to, slope in edges[node]:
            gradient[to] += gradient[node] * slope
    return gradient


walked = walk(edges, ["z", "p", "h", "x"])
walked

# %% [markdown]
# The sum is in the `+=`. The waiting is in the order: $h$ comes after both $z$ and $p$.
#
# **What happens if $h$ does not wait?** Let it run before $p$. Which gradients will be wrong? Decide, then run the cell.

# %%
too_early = walk(edges, ["z", "h", "p", "x"])
too_early

# %% [markdown]
# $h$ ran when only the 10 was there, so it sent $10 \cdot 6 = 60$ to $x$. The 9 came later, and nobody sent it on. At the end $h$ itself shows 19, as it should. $x$ is
# wrong, and no error tells you.
#
# Which of the two is right, 114 or 60? Ask a nudge.


# %%
def z_at(x):
    return x**2 * (x**2 + 1)


nudge = 0.001
nudged = (z_at(3 + nudge) - z_at(3 - nudge)) / (2 * nudge)
print(f"{nudged:.1f}")

# %% [markdown]
# ## Play
#
# **Which node has to wait, and which step ends its waiting?** Drag the slider to and fro. Watch the signs at the corners of the boxes, and read why each node is next.

# %%
step(z)

# %% [markdown]
# <details><summary>The answer</summary>
#
# It is $h$. The first step brings it 10 from $z$, but one edge has not delivered yet. The second step runs $p$ and brings the 9. Now $h$ may run, and
# the stepper shows both terms and their sum.
#
# </details>
#
# ## Exercise 04.1: what travels on each edge
#
# Here $u = 5$ and $v = 3$. Copy the graph onto paper and write the gradient beside each edge. (A leaf is drawn once for each use. It is still one leaf.)

# %%
u = tensor(5.0, requires_grad=True)
v = tensor(3.0, requires_grad=True)
d = u - v
k = d * u
draw_graph(k)

# %% tags=["exercise-04.1"]
# The gradient that travels on each edge, when 1 arrives at k.
k_to_d = ...
k_to_u = ...
d_to_u = ...
d_to_v = ...
# And what the leaf u gets in all.
u_grad = ...
check("04.1", (k_to_d, k_to_u, d_to_u, d_to_v, u_grad))

# %% [markdown]
# ## Exercise 04.2: who may run when
#
# If two nodes are ready, which goes first? For the gradients it does not matter. minigrad and PyTorch take the one that was made last.
#
# One order is always right: the program backwards, since a value is made before it is used. **Find another order in which nobody runs too early.**

# %%
q = x * x
r = q + x
s = q * r
t = 2 * q
w = s + t
draw_graph(w)

# %% tags=["exercise-04.2"]
# All six nodes, such as ["w", "t", "s", "r", "q", "x"].
# (That is the program backwards: find another right order.)
order = ...
check("04.2", order)

# %% [markdown]
# ## Exercise 04.3: a broken engine
#
# This engine should find the order by itself. It counts how many gradients each node is missing, and it keeps a list of nodes that are ready. But it has
# two bugs: on the graph of $z$ it gives $x$ the gradient 54 instead of 114, and it runs $h$ twice.


# %% tags=["exercise-04.3"]
# Mend both bugs. Each node must run once, when nothing is missing any more, and x must get 114.
def run(edges, root):
    missing = {node: 0 for node in edges}
    for node in edges:
        for to, _ in edges[node]:
            missing[to] += 1

    gradient = {node: 0.0 for node in edges}
    gradient[root] = 1.0
    order, ready = [], [root]
    while ready:
        node = ready.pop()
        order.append(node)
        for to, slope in edges[node]:
            gradient[to] = gradient[node] * slope
            ready.append(to)
    return gradient, order


check("04.3", run)

# %% [markdown]
# To see what your engine does, run this after each change. It shows the gradients, then the order.

# %%
mine = run(edges, "z")
mine

# %% [markdown]
# ## Exercise 04.4: be the engine
#
# Here $y = 4$. This stepper is locked: it takes a step only after you have said which node is next (click it), and then what that node sends on. Work each
# answer out before you give it. After two wrong tries a button shows it, but then you may want to run the cell once more and begin anew.

# %%
y = tensor(4.0, requires_grad=True)
f = y**2
g = 3 * f
e = g - f
locked = step(e, predict=["next", "value"])
locked

# %% tags=["exercise-04.4"]
# Answer in the stepper above. Then run this cell.
check("04.4", locked)

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same: it counts, waits, adds, and takes the newest of the ready nodes. This program
#
# ```python
# import torch
#
# x = torch.tensor(3.0, requires_grad=True)
# h = x**2
# p = h + 1
# z = h * p
# print([(node.name(), number) for node, number in z.grad_fn.next_functions])
# print(torch.autograd.grad(z, (h, x)))
#
# a = torch.tensor([2.0, 3.0], requires_grad=True)
# b = torch.tensor([6.0, 4.0], requires_grad=True)
# Q = 3 * a**3 - b**2
# Q.backward(gradient=torch.tensor([1.0, 1.0]))
# print(a.grad, b.grad)
# ```
#
# prints
#
# ```text
# [('PowBackward0', 0), ('AddBackward0', 0)]
# (tensor(19.), tensor(114.))
# tensor([36., 81.]) tensor([-12.,  -8.])
# ```
#
# The first line lists where the edges of $z$ lead: to the node that made $h$, and to the one that made $p$. In the second, `grad` hands out the gradients that you ask
# for, here those of $h$ and $x$: 19 and 114. The one difference is that PyTorch has no stepper.

# %% [markdown]
# ## In one breath
#
# Each node multiplies what arrives by its own slope and sends the product on, so along a path slopes multiply. Where paths meet, gradients
# add. A node waits until every edge that leads to it has delivered.
#
# Next: [05 Jacobians](05_jacobians.ipynb), where every output depends on every input, and a pass has to be told which of them you mean.
