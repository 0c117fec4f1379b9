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
# # 05 Jacobians
#
# After this lesson you can say what `backward` computes when the result has many entries, what its argument `gradient=` is for, and how to
# get every single slope out of it. It takes about 40 minutes; have paper at hand.

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
# **Two edges arrive at a node. One brings 2, the other brings 5. The node's own slope is 3. What does it send on?**
#
# <details><summary>15</summary>
#
# Not quite: that is what the last one alone would give. What becomes of the 2? Try again.
#
# </details>
# <details><summary>21</summary>
#
# Yes. What arrives is added, $2 + 5 = 7$, and then multiplied by the node's slope: $7 \cdot 3 = 21$.
#
# </details>
# <details><summary>7</summary>
#
# Not quite: 7 is what arrives. Before it travels on, it meets the node's own slope. Try again.
#
# </details>

# %% [markdown]
# **A program turns 500 inputs into one number. How many backward passes give all its 500 slopes?**
#
# <details><summary>500, one for each input</summary>
#
# Not quite. That is the price of nudging, where inputs move one after the other. Try again.
#
# </details>
# <details><summary>one</summary>
#
# Yes. One walk from the result down to the leaves visits them all.
#
# </details>
# <details><summary>one for each node of the graph</summary>
#
# Not quite. A pass runs many nodes, but each of them just once, and all in the same pass. Try again.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# Ann, Ben and Cleo put 5, 3 and 2 coins into a purse. `percent` turns coins into percentages: 50, 30 and 20.
#
# Every percentage depends on all three inputs. If Ann puts in one more coin, hers goes up and the other two go down.
#
# Now ask for the gradient of the sum of the three. **Will the entries of `x.grad` be all positive, of both signs, or all zero?** Decide, then run the cell.

# %%
from minigrad import tensor


def percent(x):
    return 100 * x / x.sum()


x = tensor([5.0, 3.0, 2.0], requires_grad=True)
y = percent(x)
y.sum().backward()
print(y)
print(x.grad)

# %% [markdown]
# All zero, although everything moves. Percentages add up to 100, whoever puts in what. What Ann gains, the others lose, and the sum has hidden it.
#
# So leave the sum out and ask $y$ itself. What will `backward` do?

# %% tags=["raises-exception"]
# %xmode Minimal
percent(x).backward()

# %% [markdown]
# (The first line of the cell only keeps error messages short.)
#
# Up to now every pass began with a single number, or with a `gradient=` that this course wrote for you. A single number, a **scalar**, can begin with 1: one unit of
# itself. Three numbers cannot. The message asks: *which combination of them do you want?* The rest of this lesson is about that question.
#
# ## Nine slopes
#
# Three inputs and three results make nine slopes. Let us find them on paper. With the sum $s = x_0 + x_1 + x_2 = 10$,
#
# $$y_i = \frac{100\, x_i}{s}$$
#
# - If *another* input grows, only $s$ grows. The slope of $y_i$ is $-\frac{100\, x_i}{s^2}$. Here $s^2 = 100$, so that is $-x_i$.
# - If $x_i$ *itself* grows, the numerator grows as well, which adds $\frac{100}{s} = 10$. The slope is $10 - x_i$.
#
# ### By hand
#
# | | if Ann puts in more | if Ben does | if Cleo does |
# | --- | --- | --- | --- |
# | Ann's percentage | $10 - 5 = 5$ | $-5$ | $-5$ |
# | Ben's percentage | $-3$ | $10 - 3 = 7$ | $-3$ |
# | Cleo's percentage | $-2$ | $-2$ | $10 - 2 = 8$ |
#
# This table is the **Jacobian** $J$: a row for each result, a column for each input. $J_{ij}$ says how much result $i$ moves for each unit that input $j$ moves.
#
# Look at Ann's column: $5 - 3 - 2 = 0$. That is the puzzle again: each column adds up to zero.
#
# ### In code
#
# A nudge moves one input and sees all results move, so it finds one *column* of $J$:

# %%
import numpy as np

x_values, h = np.array([5.0, 3.0, 2.0]), 1e-6
nudges = h * np.eye(3)  # a nudge of each input, one after the other
columns = [(percent(x_values + nudge) - percent(x_values - nudge)) / (2 * h) for nudge in nudges]
J = np.column_stack(columns).round(3)
J

# %% [markdown]
# A backward pass starts at the results, so it finds *rows*. With `gradient=` you say how much each row counts. Ann's row alone is $v = [1, 0, 0]$:


# %%
def backward_with(v):
    x = tensor([5.0, 3.0, 2.0], requires_grad=True)  # a new x, so that nothing is left of earlier passes
    percent(x).backward(gradient=tensor(v))
    return x.grad


backward_with([1.0, 0.0, 0.0])

# %% [markdown]
# What if Ann's row counts once and Ben's twice? Take the rows from the table, multiply them, add:
#
# $$1 \cdot [5, -5, -5] \;+\; 2 \cdot [-3, 7, -3] \;+\; 0 \cdot [-2, -2, 8] \;=\; [-1, 9, -11]$$

# %%
v = [1.0, 2.0, 0.0]
print(backward_with(v))
print(np.array(v) @ J)

# %% [markdown]
# Each row times its entry of $v$, all added up: that is the product of a row vector and a matrix, $v^\top J$, called the **vector-Jacobian product**. (The small $\top$
# lays $v$ down as a row.) **A backward pass computes $v^\top J$, and `gradient=` is $v$.** So $v$ has the shape of the *result*, and what you get has the shape of the *input*.
#
# In lesson 04's words, $v$ is the gradient that *arrives* at $y$. Usually you do not choose it: it comes from what is computed out of $y$ later. From $1 \cdot y_0 + 2 \cdot y_1$, for example:

# %%
x = tensor([5.0, 3.0, 2.0], requires_grad=True)
later = (tensor([1.0, 2.0, 0.0]) * percent(x)).sum()
later.backward()
x.grad

# %% [markdown]
# ### In the stepper
#
# Ann's row once more. Find the two paths to $x$: what does each bring, and what is the sum? (Lesson 06 explains the step marked Σ.)

# %%
from minigrad.viz import jacobian_map, step

x = tensor([5.0, 3.0, 2.0], requires_grad=True)
y = percent(x)
step(y, gradient=tensor([1.0, 0.0, 0.0]))

# %% [markdown]
# ## You have met v before
#
# Lessons 00 and 04 began the walk through $Q = 3a^3 - b^2$ with `gradient=tensor([1., 1.])`. PyTorch's introduction calls this `external_grad`. Now you can say what it was.
#
# The first entry of $Q$ knows nothing of the second entry of $a$. So the Jacobian of $Q$ for $a$ has zeros off its diagonal:
#
# $$v^\top J = [1, 1] \begin{pmatrix} 36 & 0 \\ 0 & 81 \end{pmatrix} = [36, 81]$$
#
# The rows are added, but they never overlap, and every slope survives. It looked like a list of plain derivatives because nothing was mixed.
#
# And `Q.sum().backward()`? A sum has slope 1 for each of its terms, so it hands $v = [1, 1]$ to $Q$. It is the special case $v$ = ones:

# %%
a = tensor([2.0, 3.0], requires_grad=True)
b = tensor([6.0, 4.0], requires_grad=True)
external_grad = tensor([1.0, 1.0])
(3 * a**3 - b**2).backward(gradient=external_grad)
print(a.grad, b.grad)

a.grad = b.grad = None  # begin anew
(3 * a**3 - b**2).sum().backward()
print(a.grad, b.grad)

# %% [markdown]
# ## Why backwards
#
# How many passes, or how many nudges, does a whole Jacobian cost, with $n$ inputs and $m$ results?
#
# | | $n$ | $m$ | backward passes, a row each | nudges, a column each |
# | --- | --- | --- | --- | --- |
# | the purse | 3 | 3 | 3 | 3 |
# | a loss of a million weights | 1,000,000 | 1 | 1 | 1,000,000 |
# | a curve of 1,000 points from one knob | 1 | 1,000 | 1,000 | 1 |
#
# Training is the second line: one loss, so $J$ is a single row, and one pass is all. That is why PyTorch goes backwards, which is called **reverse mode**. (There is also a *forward
# mode*, which carries slopes along with the values: one column for each run, as with nudging, but exact. It wins in the third line.)
#
# And nobody writes $J$ down. With a million inputs and a million results it would have a million million entries, 4 terabytes. The pass does not notice:

# %%
import minigrad

many = minigrad.rand(1_000_000, requires_grad=True)
percent(many).backward(gradient=minigrad.rand(1_000_000))
many.grad.shape

# %% [markdown]
# How can that be? Every operation has a rule that makes $v^\top J$ out of $v$ directly, and the pass goes from rule to rule. For a square, `x**2`, entry $i$ depends on input $i$
# alone. $J$ has $2x$ on its diagonal and zeros elsewhere, so $v^\top J$ is `v * 2 * x`. No matrix is needed: this is "arrives times own slope" of lesson 04.
#
# ## Play
#
# **Which settings of v bring back the zeros of the puzzle, and what do they have in common?** First press the buttons `y[0]`, `y[1]` and `y[2]`, one after the other, and compare with the table. Then move the sliders.

# %%
jacobian_map(percent, tensor([5.0, 3.0, 2.0]), v=[1, 0, 0])

# %% [markdown]
# <details><summary>The answer</summary>
#
# All those whose three entries are equal: ones, but also $[2, 2, 2]$ or $[-1, -1, -1]$. They ask for a multiple of the sum, and the sum of the percentages
# never moves. As soon as one entry differs, the rows no longer cancel.
#
# </details>
#
# ## Exercise 05.1: three calls
#
# Results and inputs may be matrices, too. `eye` makes one with ones on the diagonal, `.T` turns rows into columns:

# %%
inp = minigrad.eye(4, 5, requires_grad=True)
out = ((inp + 1) ** 2).T
print(inp)
print(out.shape)

# %% [markdown]
# Think of each as 20 numbers in a row: $J$ would be 20 by 20.
#
# Three calls follow, one after the other. `retain_graph=True` keeps the graph for another pass (lesson 08).
#
# ```python
# out.backward(gradient=minigrad.ones(5, 4), retain_graph=True)  # first
#
# out.backward(gradient=minigrad.ones(5, 4), retain_graph=True)  # second
#
# inp.grad.zero_()                                               # puts a 0 into every entry
# out.backward(gradient=minigrad.ones(5, 4), retain_graph=True)  # third
# ```
#
# After each of them `inp.grad` has one number on its diagonal and another everywhere else. Predict them, without running anything. (To try it out afterwards, copy the calls into a new cell.)

# %% tags=["exercise-05.1"]
shape = ...  # of inp.grad, such as (2, 3)
# Two numbers for each call, such as (7, 0): the one on the diagonal of inp.grad, and the one elsewhere.
first = ...
second = ...
third = ...
check("05.1", (shape, first, second, third))

# %% [markdown]
# ## Exercise 05.2: the whole Jacobian
#
# `backward_with` gave you one row. Get all of them, for any `f` of a tensor with $n$ entries whose result has $m$ entries. (The two numbers may differ.)
#
# Mind what the last exercise taught you about `.grad`.


# %% tags=["exercise-05.2"]
# f(x) has m entries, and x has n. Hand back J: m rows of n numbers, one backward pass for each.
def jacobian_of(f, x):
    rows = []
    ...
    return rows


check("05.2", jacobian_of)

# %% [markdown]
# To see what yours gives for the purse:

# %%
mine = jacobian_of(percent, tensor([5.0, 3.0, 2.0], requires_grad=True))
mine

# %% [markdown]
# ## Exercise 05.3: a rule without J
#
# Take $y = x \cdot s$, where $s$ is again the sum of all entries of $x$. Be the rule: make $v^\top J$ out of $v$, without the matrix.
#
# Start on paper with $x = [1, 2]$. Find the four slopes in the same way as for the purse. Then write out entry $j$ of $v^\top J$. It has two terms, and one of them is the same for all $j$.


# %% tags=["exercise-05.3"]
# y = x * x.sum(). x and v are NumPy arrays of n numbers, and so is the result. It is tried with n = 400, too.
def rule(x, v):
    return ...


check("05.3", rule)

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same, in the same words. This program has the three calls of the first exercise at its end.
#
# ```python
# import torch
#
# x = torch.tensor([5.0, 3.0, 2.0], requires_grad=True)
# y = 100 * x / x.sum()
# try:
#     y.backward()
# except RuntimeError as error:
#     print(str(error).splitlines()[0])
# y.backward(gradient=torch.tensor([1.0, 2.0, 0.0]))
# print(x.grad)
#
# inp = torch.eye(4, 5, requires_grad=True)
# out = ((inp + 1) ** 2).T
# for call in ("first", "second", "third"):
#     if call == "third":
#         inp.grad.zero_()
#     out.backward(gradient=torch.ones(5, 4), retain_graph=True)
#     print(call, inp.grad, sep="\n")
# ```
#
# prints
#
# ```text
# grad can be implicitly created only for scalar outputs
# tensor([ -1.,   9., -11.])
# first
# tensor([[4., 2., 2., 2., 2.],
#         [2., 4., 2., 2., 2.],
#         [2., 2., 4., 2., 2.],
#         [2., 2., 2., 4., 2.]])
# second
# tensor([[8., 4., 4., 4., 4.],
#         [4., 8., 4., 4., 4.],
#         [4., 4., 8., 4., 4.],
#         [4., 4., 4., 8., 4.]])
# third
# tensor([[4., 2., 2., 2., 2.],
#         [2., 4., 2., 2., 2.],
#         [2., 2., 4., 2., 2.],
#         [2., 2., 2., 4., 2.]])
# ```
#
# PyTorch's pages write $v^\top J$ in one place and $J^\top v$ in another: the same numbers, lying or standing. One of them says that $v$ must be as large as the
# tensor whose gradient you want. That is a slip: $v$ has the shape of the result. Here `inp` is $4 \times 5$ and $v$ is $5 \times 4$; the other way round, PyTorch refuses as minigrad does.

# %% [markdown]
# ## In one breath
#
# The Jacobian has a row for each result and a column for each input. A backward pass never builds it: it takes a weight for each result, $v$, and hands back the weighted sum of
# the rows, $v^\top J$. The Jacobian of a scalar is a single row, so one pass gives all its slopes, and no `gradient=` is needed.
#
# Next: [06 Shapes and broadcasting](06_shapes_and_broadcasting.ipynb), why a gradient has the shape of its input, even where that was stretched.
