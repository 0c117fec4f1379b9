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
# # 14 Gradients of gradients
#
# After this lesson you can differentiate a gradient once more, multiply by a matrix of second slopes that you never write down, and
# reach the bottom of a valley in two steps. It takes about 45 minutes; have paper at hand.

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
# **For `t = [1, 2, 4]`, the gradient of `(t**2).sum()` is $[2, 4, 8]$. What does `grad` give if you hand it two outputs at once, `grad(((t**2).sum(), t.sum()), t)`?**
#
# <details><summary>two gradients: [2, 4, 8] and [1, 1, 1]</summary>
#
# Not quite: `grad` hands out one gradient for each *input*, and there is only one. What happens where two gradients meet? Try again.
#
# </details>
# <details><summary>[3, 5, 9]</summary>
#
# Yes. Both outputs send a gradient down to `t`, and where gradients meet, they are added.
#
# </details>
# <details><summary>[2, 4, 8], as the second is left out</summary>
#
# Not quite: the pass begins at both outputs, and `t` waits for both. Try again.
#
# </details>

# %% [markdown]
# **`y` has three entries, and $J$ is its Jacobian. What does `grad(y, x, v)` compute?**
#
# <details><summary>the whole $J$</summary>
#
# Not quite: one backward pass gives one row, or one mixture of rows. Try again.
#
# </details>
# <details><summary>$J v$</summary>
#
# Not quite: that is how far `y` moves if $x$ moves along $v$. A backward pass starts at the results. Try again.
#
# </details>
# <details><summary>$v^\top J$</summary>
#
# Yes. The rows of $J$, each times its entry of $v$, all added up. You will need that again today.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# The slope of $x^3$ is $3x^2$. So $x$ times that slope is $3x^3$, and the slope of *this* is $9x^2$. At $x = 4$ that makes 144.
#
# The cell asks `grad` for the first slope, multiplies, and asks for the second. **Will it give 144, 48 or an error?** Decide, then run it.

# %%
import minigrad
from minigrad import tensor
from minigrad.autograd import grad

x = tensor(4.0, requires_grad=True)
y = x**3
(slope,) = grad(y, x)
total = x * slope
print(slope)
print(grad(total, x))

# %% [markdown]
# 48, and no error. It is wrong. Only one of the two uses of $x$ was seen, the $x$ in front. The slope beside it was taken for a plain number, 48, which does not move
# when $x$ does.
#
# Ask for the gradient of the slope alone, and you are told why:

# %% tags=["raises-exception"]
# %xmode Minimal
grad(slope, x)

# %% [markdown]
# A backward pass does arithmetic, but it does not record it: `slope` has no `grad_fn`. That is the usual case, and it saves memory. The last line of the message says how to ask for more.
#
# ## A pass that is recorded
#
# With `create_graph=True` each operation of the backward pass is recorded, as those of your own code are. The gradient then has a graph of its own, and you can walk it.
#
# ### By hand
#
# The pass from $x^3$ begins with a 1. The rule of the power computes $x^2$, then $3 \cdot x^2$, and multiplies that by the 1 that arrived. So three operations lead from $x$ to
# the slope. At $x = 4$ they give 16, 48 and 48. A second pass walks through them, from the last to the first:
#
# | node | arrives | own slope | sends on |
# | --- | --- | --- | --- |
# | $1 \cdot 3x^2$ | $1$ | $1$ | $1$ |
# | $3 \cdot x^2$ | $1$ | $3$ | $3$ |
# | $x^2$ | $3$ | $2x = 8$ | $24$ to $x$ |
#
# That is right: the slope of $3x^2$ is $6x = 24$. It tells how fast the slope itself grows, and is called the **second derivative**.
#
# ### In code
#
# If the second pass is recorded as well, a third one can follow. The slope of $6x$ is 6.

# %%
y = x**3
(slope,) = grad(y, x, create_graph=True)
(second,) = grad(slope, x, create_graph=True)
(third,) = grad(second, x)
print(slope)
print(second)
print(third)

# %% [markdown]
# You can see in the print which of them have a graph. And the puzzle comes out right:

# %%
(slope,) = grad(x**3, x, create_graph=True)
grad(x * slope, x)

# %% [markdown]
# ### In the stepper
#
# The walk of the table. Boxes framed in dashes and dots were made by a backward pass. They are the **second layer**, and each says which rule made it. Where is the box of `x**3` itself?

# %%
from minigrad.viz import step

(slope,) = grad(x**3, x, create_graph=True)
step(slope)

# %% [markdown]
# It is not there. Its rule needed $x$, and not the result 64, so no edge leads to it. Often it is different, as you will see now.
#
# ## Play
#
# **How much of the gradient of `x` came by way of the second layer, and at which box of the first layer did it come in?** Here $w = 2$ and $x = 1$. Each box without a frame of dashes and dots is of the
# first layer.

# %%
w = tensor(2.0, requires_grad=True)
x = tensor(1.0, requires_grad=True)
h = w * x
y = h**3
(to_x,) = grad(y, x, create_graph=True)
total = y + to_x
step(total)

# %% [markdown]
# <details><summary>The answer</summary>
#
# 48, and it came in at `h`. The slope `to_x` is $3h^2 \cdot w$, so the second layer grows out of `h` and `w`. At `h` two gradients meet: 12 from `y`, and 24 from the second layer. Their sum is 36, and times
# $w = 2$ that is 72 for `x`. Of these, $24 \cdot 2 = 48$ came through the second layer.
#
# By hand: $y = w^3x^3$ and the slope is $3w^3x^2$. So the total has the slope $3w^3x^2 + 6w^3x = 24 + 48$.
#
# </details>
#
# A recorded pass leaves all that it used where it is, as with `retain_graph=True`: the second layer stands on the first. Both stay in memory as long as somebody holds
# the gradient. So ask for `create_graph=True` where you need it, and not by habit.
#
# ## A vector has to say which
#
# Lesson 05 holds for gradients of gradients, too: a pass from several numbers must be told how much each of them counts. A well-known tutorial forgets it, for $z = (x^2)^3$:

# %%
x = tensor([1.0, 1.0, 1.0], requires_grad=True)
z = (x**2) ** 3

# %% tags=["raises-exception"]
grad(z, x, create_graph=True)

# %% [markdown]
# As printed there it fails, in PyTorch as well. The third argument of `grad`, called `grad_outputs`, is the $v$ of lesson 05. With ones it runs, for both passes. Entry by entry, $z = x^6$ has the slope $6x^5 = 6$, and that
# one has the slope $30x^4 = 30$:

# %%
ones = minigrad.ones(3)
(z_grad,) = grad(z, x, ones, create_graph=True)
print(z_grad)
print(grad(z_grad, x, ones))

# %% [markdown]
# ## Exercise 14.1: how steep, and where steeper
#
# $\nabla\psi$ is another way to write the gradient of $\psi$. Its squares, added up, are $\lVert\nabla\psi\rVert^2$, a measure of how steep $\psi$ is. In which direction does it become steeper still? For $\psi = \ln x_0 + x_1^2$, step by step:
#
# $$\nabla\psi = \Big[\tfrac{1}{x_0},\; 2x_1\Big] \qquad \lVert\nabla\psi\rVert^2 = \tfrac{1}{x_0^2} + 4x_1^2 \qquad \nabla\lVert\nabla\psi\rVert^2 = \Big[-\tfrac{2}{x_0^3},\; 8x_1\Big]$$
#
# At $x = [2, 3]$ this is $[-0.25, 24]$. The function should find it for every $\psi$.


# %%
def psi(x):
    return x[0].log() + x[1] ** 2


# %% tags=["exercise-14.1"]
# Mend it: the gradient of the squared norm, for any psi. For the psi above and x = [2, 3]: [-0.25, 24].
def steeper(psi, x):
    (g,) = grad(psi(x), x)
    return grad((g**2).sum(), x)[0]


check("14.1", steeper)

# %% [markdown]
# ## The Hessian
#
# A gradient has $n$ entries, and each has a slope for each of the $n$ inputs. The table of all these second slopes is the **Hessian** $H$. It is the Jacobian of the gradient.
#
# ### By hand
#
# For $f = x_0^2\,x_1$ at $x = [3, 2]$ the gradient is $[2x_0x_1,\; x_0^2] = [12, 9]$.
#
# | | if $x_0$ grows | if $x_1$ grows |
# | --- | --- | --- |
# | $2x_0x_1$ grows by | $2x_1 = 4$ | $2x_0 = 6$ |
# | $x_0^2$ grows by | $2x_0 = 6$ | $0$ |
#
# The two sixes are no accident. Unless second slopes jump, it does not matter which input you nudge first, so $H$ is its own mirror image: row $i$ is column $i$.
#
# ### In code
#
# A pass from one entry of the gradient gives one row of $H$:


# %%
def f(x):
    return x[0] ** 2 * x[1]


x = tensor([3.0, 2.0], requires_grad=True)
(g,) = grad(f(x), x, create_graph=True)
print(g)
print(grad(g[0], x))

# %% [markdown]
# ## Exercise 14.2: row by row


# %% tags=["exercise-14.2"]
# f(x) is one number, x has n of them. Hand back H, n rows of n. For f and x above: [[4, 6], [6, 0]].
def hessian_of(f, x):
    rows = []
    ...
    return rows


check("14.2", hessian_of)

# %% [markdown]
# ## A product without the matrix
#
# With a million inputs, $H$ has a million million entries. Nobody writes it down. Often it is enough to know what $H$ does to one direction $v$: if the inputs move along $v$, the gradient moves along $Hv$. This is a
# **Hessian-vector product**.
#
# Take $v = [1, 2]$ and the table from above:
#
# $$Hv = \begin{pmatrix} 4 & 6 \\ 6 & 0 \end{pmatrix} \begin{pmatrix} 1 \\ 2 \end{pmatrix} = \begin{pmatrix} 4 + 12 \\ 6 + 0 \end{pmatrix} = \begin{pmatrix} 16 \\ 6 \end{pmatrix}$$
#
# You know from lesson 05 what one pass from a vector gives: a product with the Jacobian, without the Jacobian. And $v^\top H$ is $Hv$, since $H$ is its own mirror image.
#
# ## Exercise 14.3: two passes for any n


# %% tags=["exercise-14.3"]
# H v, in two passes. For f and x above and v = [1, 2]: [16, 6]. It is tried with n = 3,000, too.
def hvp(f, x, v):
    return ...


check("14.3", hvp)

# %% [markdown]
# ## Newton's steps
#
# Rosenbrock's valley is a famous test for anything that goes downhill. Its floor is a curve, $x_1 = x_0^2$, with steep walls. The lowest point is $[1, 1]$, where $f = 0$.
#
# $$f = (1 - x_0)^2 + 100\,(x_1 - x_0^2)^2$$
#
# First by small steps against the gradient, as in lesson 09, from $[0, 0]$. (The rate is about the best: a larger one sends it from wall to wall.) **How near will it be after 3,000 steps?**


# %%
def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


x = tensor([0.0, 0.0], requires_grad=True)
for _ in range(3000):
    (g,) = grad(rosenbrock(x), x)
    with minigrad.no_grad():
        x -= 0.002 * g
print(x)

# %% [markdown]
# Near, but not there. A slope tells which way is down, but not how far to go. The second slopes tell how soon the slope will change. After a step $s$ the gradient is about $g + Hs$. At the bottom it is zero, so go where it *would* be zero:
#
# $$g + Hs = 0, \qquad \text{that is} \quad Hs = -g$$
#
# This is **Newton's method**. From $[0, 0]$, by hand:
#
# | at | $f$ | $g$ | $H$ | $s$ |
# | --- | --- | --- | --- | --- |
# | $[0, 0]$ | 1 | $[-2, 0]$ | $[[2, 0], [0, 200]]$ | $[1, 0]$ |
# | $[1, 0]$ | 100 | $[400, -200]$ | $[[1202, -400], [-400, 200]]$ | $[0, 1]$ |
# | $[1, 1]$ | 0 | $[0, 0]$ | | |
#
# Check the second step: $H s$ is the last column, $[-400, 200]$, and with $g$ it makes zero. Two steps, exactly to the bottom. But look at $f$: the first step went *up*, onto the wall. Newton
# looks for a place where the gradient is zero. That may also be a top.
#
# ## Exercise 14.4: Newton's method
#
# Your `hessian_of` hands back rows. `minigrad.stack` makes one tensor of them.


# %% tags=["exercise-14.4"]
# The point after so many steps. minigrad.linalg.solve(H, g) finds the s with H s = g, for tensors.
def newton(f, x, steps):
    for _ in range(steps):
        ...
    return x


check("14.4", newton)

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same, down to the silent 48. This program
#
# ```python
# import torch
#
# grad = torch.autograd.grad
# x = torch.tensor(4.0, requires_grad=True)
# (slope,) = grad(x**3, x)
# print(grad(x * slope, x))
# (slope,) = grad(x**3, x, create_graph=True)
# print(slope, grad(x * slope, x))
#
# x = torch.ones(3, requires_grad=True)
# z = (x**2) ** 3
# try:
#     grad(z, x, create_graph=True)
# except RuntimeError as error:
#     print(str(error).splitlines()[0])
# (z_grad,) = grad(z, x, torch.ones(3), create_graph=True)
# print(grad(z_grad, x, torch.ones(3)))
#
# x = torch.tensor([2.0, 3.0], requires_grad=True)
# (g,) = grad(x[0].log() + x[1] ** 2, x, create_graph=True)
# print(grad((g**2).sum(), x))
#
# x = torch.tensor([3.0, 2.0])
# print(torch.autograd.functional.hessian(lambda x: x[0] ** 2 * x[1], x))
# print(torch.autograd.functional.hvp(lambda x: x[0] ** 2 * x[1], x, torch.tensor([1.0, 2.0])))
# ```
#
# prints
#
# ```text
# (tensor(48.),)
# tensor(48., grad_fn=<MulBackward0>) (tensor(144.),)
# grad can be implicitly created only for scalar outputs
# (tensor([30., 30., 30.]),)
# (tensor([-0.2500, 24.0000]),)
# tensor([[4., 6.],
#         [6., 0.]])
# (tensor(18.), tensor([16.,  6.]))
# ```
#
# The last two are there ready-made, and minigrad has them under the same names. (`hvp` gives the value of $f$ first, here 18.)

# %% [markdown]
# ## In one breath
#
# A gradient is a plain number unless its pass was recorded: `create_graph=True` makes it the result of a graph that grows over the first one. A pass from an entry of the gradient gives a row of the Hessian, and a pass weighted
# with $v$ gives $Hv$ without the matrix. Newton's method uses the second slopes to know how far to go.
#
# Next: [15 Training, freezing, finetuning](15_training_freezing_finetuning.ipynb): a network that has learned one task, and learns another.
