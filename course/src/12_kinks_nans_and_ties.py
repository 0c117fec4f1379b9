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
# # 12 Kinks, NaNs and ties
#
# After this lesson you can say what gradient a function gets where it has no slope, find the operation that made a NaN, and write
# functions whose gradients stay finite. It takes about 45 minutes; have paper at hand.

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
# **`x` is 1, and `y = x + (2 * x).detach()`. What are `y` and the gradient of `x`?**
#
# <details><summary>3 and 3</summary>
#
# Not quite. The number is right. But which of the two terms does the graph know? Try again.
#
# </details>
# <details><summary>3 and 1</summary>
#
# Yes. A cut changes no value: $1 + 2 = 3$. To the graph, the second term is a constant, so only the first one has a slope.
#
# </details>
# <details><summary>1 and 1</summary>
#
# Not quite. `detach()` cuts the history off, and keeps the number. Try again.
#
# </details>

# %% [markdown]
# **A loss is made from `h[1:]`. What does this slice send to the first place of `h`?**
#
# <details><summary>nothing at all</summary>
#
# Not quite. What it sends has the shape of `h`, and so a number for each place. Try again.
#
# </details>
# <details><summary>a 1</summary>
#
# Not quite: a nudge of the first number does not move the slice. Try again.
#
# </details>
# <details><summary>a 0</summary>
#
# Yes. And this 0 is sent on, to the node that made `h`, which multiplies it by its own slope. Usually that gives 0 again. Usually.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# Here are three ways to write "the larger one of $x$ and 0". (`clamp(min=0.0)` raises what is below 0 to 0; `maximum` takes the larger one of two numbers.)
#
# **Which gradient will each of them give at −1, at 0 and at 2?** Decide, then run the cell.

# %%
import minigrad
from minigrad import maximum, tensor, where
from minigrad.autograd import grad

x = tensor([-1.0, 0.0, 2.0], requires_grad=True)
by_relu, by_clamp, by_maximum = x.relu(), x.clamp(min=0.0), maximum(x, tensor(0.0))
for same in (by_relu, by_clamp, by_maximum):
    print(same.tolist(), grad(same.sum(), x)[0].tolist())

# %% [markdown]
# Three times the same values, and at 0 three gradients: 0, 1 and 0.5. Which of them is right?
#
# ## At a kink: a convention
#
# None of them is, since there is no slope at 0. Nudge 0 upwards, and the result moves as far as $x$: a slope of 1. Nudge it downwards, and nothing moves: a slope of 0. Such a point, where
# the slopes from the two sides differ, is a **kink**.
#
# But a backward pass cannot stop and ask. So each operation has a **convention**: a number that it takes for its slope there. It is one of the two slopes, or lies between them.
#
# | | from the left | from the right | taken |
# | --- | --- | --- | --- |
# | `x.relu()` at 0 | 0 | 1 | 0 |
# | `x.clamp(min=0.0)` at 0 | 0 | 1 | 1: the limit belongs to what is let through |
# | `maximum(x, 0)` at 0 | 0 | 1 | 0.5: each of two equals gets half |
# | `x.abs()` at 0 | −1 | 1 | 0 |
#
# In the plot below, open circles are the slopes from both sides, and a full one is what was taken. **At which of the three kinks is that the left slope, at which the right one, and at which neither?** Go
# from kink to kink with the buttons.

# %%
from minigrad.viz import gradient_plot, nan_tracer, step


def bent(x):
    return (x + 1).clamp(min=0.0) + x.abs() + (x - 1).relu()


gradient_plot(bent)

# %% [markdown]
# <details><summary>The answer</summary>
#
# At −1, where `clamp` has its kink, it is the right one. At 0, that of `abs`, neither: it is the mean of both. At 1, that of `relu`, it is the left one.
#
# </details>

# %% [markdown]
# Mostly a convention does not matter, for a number is rarely just at a kink. But zeros are not rare: weights may start at 0, and `relu` hands many zeros to the next operation. And a rule knows only its own
# node. `x.relu() - (-x).relu()` is nothing but $x$, and yet its gradient at 0 is 0.
#
# ### Ties
#
# A maximum has a kink where two entries tie: nudge one of them up, and the maximum moves; nudge it down, and the other one holds it. **How is a gradient of 1 shared between the 5s?** Decide, then run
# the cell.

# %%
scores = tensor([5.0, 2.0, 5.0], requires_grad=True)
largest, place = scores.max(0)  # along dimension 0: the largest number, and its place
print(grad(scores.max(), scores)[0])
print(grad(largest, scores)[0], place)

# %% [markdown]
# `max()` gives each of the equals the same share. `max(0)` also tells a place, so it has to choose: here, the first one.
#
# ## A 0 that does not stay 0
#
# A square root of what may be negative needs care. `where(condition, a, b)` takes the entries of `a` where the condition is true, and those of `b` elsewhere. So this should be safe:

# %%
x = tensor([0.0, 4.0], requires_grad=True)
y = where(x > 0, x.sqrt(), 0.0)
y

# %% [markdown]
# ### By hand
#
# Where `x.sqrt()` was taken, `where` has the slope 1 for it, elsewhere 0. The square root has the slope $\frac{1}{2\sqrt x}$. At 4 that is $\frac{1}{4}$. At 0 the curve rises
# straight up, and the slope is infinite.
#
# | node | arrives | own slope | sends on |
# | --- | --- | --- | --- |
# | `where` | $[1, 1]$ | $[0, 1]$ | $[0, 1]$ |
# | `x.sqrt()` | $[0, 1]$ | $[\infty, 0.25]$ | $[0 \cdot \infty, 0.25]$ |
#
# What is $0 \cdot \infty$? There is no good answer, and floating-point numbers have a value for that: **nan**, "not a number".
#
# ### In code

# %%
inf = float("inf")
print(0 * inf, inf - inf, inf / inf)
y.sum().backward()
x.grad

# %% [markdown]
# (The warning is minigrad's own. In PyTorch nothing is said.) The value that was left out was computed all the same, and the backward pass goes through it all the same. **`where` chooses
# results. It does not keep its branches from running.**
#
# ### In the stepper
#
# **Which node sends the nan?** Step through it, and read the panel there.

# %%
x = tensor([0.0, 4.0], requires_grad=True)
y = where(x > 0, x.sqrt(), 0.0)
total = y.sum()
step(total)

# %% [markdown]
# ### The way out
#
# Choose *before* the operation as well, so that it never meets the bad number. What you put there does not matter as long as the slope is finite:

# %%
safe = where(x > 0, x, 1.0)  # [1, 4]
y = where(x > 0, safe.sqrt(), 0.0)
print(y)
print(grad(y.sum(), x)[0])

# %% [markdown]
# Now the square root has the slope 0.5 in the first place, and $0 \cdot 0.5 = 0$. The inner `where` guards the slope, the outer one sets the value. This is called the **double where**.
#
# ## Where NaNs come from
#
# - **Forwards:** $\frac{0}{0}$, $\infty - \infty$, $0 \cdot \infty$, the square root or the logarithm of a negative number.
# - **Backwards:** an infinite slope that a 0 arrives at. The square root, the logarithm and $\frac{1}{x}$ have one at 0. And where `exp` is too large for its data type it is inf, and so is its slope.
#
# A nan is never alone for long: nan plus, minus or times anything is nan, even times 0. It spreads through a backward pass to the leaves, and after one step of training the weights are nan for good. So do not look at
# where you meet it. Look for the *first* one.
#
# minigrad's warning names it. PyTorch says nothing unless you ask: under `with detect_anomaly():` a backward pass stops with an error at the node that made the first nan.
#
# ## Play
#
# **Which box makes the first inf, which one makes it finite again, and which one makes the first nan on the way back?** Each score is turned into a risk between 0 and 1: the higher the score, the lower the
# risk. The loss is the mean risk, a finite number. Change between the two ways, and click on boxes.

# %%
scores = tensor([100.0, 0.0, -2.0], requires_grad=True)
e = scores.exp()
below = 1 + e
risk = 1 / below
loss = risk.mean()
print(loss)
nan_tracer(loss)

# %% [markdown]
# <details><summary>The answer</summary>
#
# Forwards, `exp` makes the inf: $e^{100}$ is too large for float32. The reciprocal of `below` makes a 0 of it, and nobody notices. Backwards, the slope of $\frac{1}{x}$ at $\infty$ is 0, so a 0 arrives at `exp`. There it meets the slope
# $\infty$, and the nan goes on to `scores`.
#
# `(-scores).sigmoid()` gives the same risks. Its sigmoid finds its slope from its result $r$, as $r\,(1 - r)$, and that stays finite. Where there is such a call, take it.
#
# </details>

# %% [markdown]
# ## Exercise 12.1: mend the quotient
#
# The closer $x$ comes to 0, the closer $\frac{\sin x}{x}$ comes to 1, and the curve is flat there. So at 0 the value should be 1, and the gradient 0.


# %% tags=["exercise-12.1"]
# Mend it for tensors x of any shape, with zeros in any place. Elsewhere it gives the same as now.
def wave(x):
    return x.sin() / x


check("12.1", wave)

# %% [markdown]
# To see what yours gives. (The warning proposes to add a small number below. Here that would spoil the value at 0.)

# %%
x = tensor([0.0, 2.0], requires_grad=True)
waves = wave(x)
waves.sum().backward()
print(waves)
print(x.grad)

# %% [markdown]
# ## Exercise 12.2: a safe distance
#
# The rows of `p` are points in the plane. `distances(p)` is the table of all distances between them. On its diagonal each point meets itself, and there is a square root of 0.
#
# A distance has a kink at 0: it looks like the tip of a cone. Let its gradient there be 0.


# %% tags=["exercise-12.2"]
# Mend it: the same distances, with finite gradients. Two different points may also lie in the same place.
def distances(p):
    gaps = p[:, None] - p  # from each point to each point: shape (n, n, 2)
    squares = (gaps**2).sum(2)
    return squares.sqrt()


check("12.2", distances)

# %% [markdown]
# ## Flat: rounding and argmax
#
# The third kind of trouble makes no noise. A phone's network may keep its weights as whole numbers. Let us train one: $3 \cdot \text{round}(w)$ should become 12. **Where will $w$ go?**


# %%
def train(rounding):
    w = tensor(1.2, requires_grad=True)
    for _ in range(20):
        loss = (3 * rounding(w) - 12) ** 2
        to_w = grad(loss, w)[0]
        with minigrad.no_grad():
            w -= 0.02 * to_w
    return w.item(), rounding(w).item()


stuck = train(lambda w: w.round())
print("w = {:.1f}, rounded {:.0f}".format(*stuck))

# %% [markdown]
# Nowhere. A staircase is flat: nudge 1.2 a little, and 1 stays 1. At the jumps there is no slope at all, and the convention is 0 there, too.
#
# So zeros come back, without an error. `floor`, `sign` and the like do the same. But `argmax`, comparisons and `x.int()` give places, booleans or whole numbers, which cannot require grad (lesson 02). There the graph ends:

# %%
row = tensor([1.0, 5.0, 2.0], requires_grad=True)
print(row.round())
print(row.argmax())

# %% tags=["raises-exception"]
# %xmode Minimal
row.argmax().float().backward()

# %% [markdown]
# ## Exercise 12.3: straight through
#
# If the right slope is of no use, take another one: **forwards round, backwards do as if nothing had been rounded**, with a slope of 1. This is called a **straight-through estimator**, and you know all that it needs. Look at the first question
# of this lesson.


# %% tags=["exercise-12.3"]
# The value of x.round(). But what arrives goes on to x as it is.
def straight(x):
    return x.round()


check("12.3", straight)

# %% [markdown]
# To see it train:

# %%
trained = train(straight)
print("w = {:.1f}, rounded {:.0f}".format(*trained))

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same conventions, and the same nan. This program
#
# ```python
# import torch
#
# x = torch.tensor(0.0, requires_grad=True)
# for kink in (x.relu(), x.clamp(min=0.0), torch.maximum(x, torch.tensor(0.0)), x.abs()):
#     print(torch.autograd.grad(kink, x)[0])
#
# scores = torch.tensor([5.0, 2.0, 5.0], requires_grad=True)
# print(torch.autograd.grad(scores.max(), scores)[0], torch.autograd.grad(scores.max(0).values, scores)[0])
#
# x = torch.tensor([0.0, 4.0], requires_grad=True)
# try:
#     with torch.autograd.detect_anomaly():
#         torch.where(x > 0, x.sqrt(), 0.0).sum().backward()
# except RuntimeError as error:
#     print(str(error).splitlines()[0])
#
# p = torch.zeros(2, requires_grad=True)
# print(torch.autograd.grad((p**2).sum().sqrt(), p)[0], torch.autograd.grad(p.norm(), p)[0])
# print(torch.autograd.grad(x.round().sum(), x)[0], x.argmax())
# ```
#
# prints
#
# ```text
# tensor(0.)
# tensor(1.)
# tensor(0.5000)
# tensor(0.)
# tensor([0.5000, 0.0000, 0.5000]) tensor([1., 0., 0.])
# Function 'SqrtBackward0' returned nan values in its 0th output.
# tensor([nan, nan]) tensor([0., 0.])
# tensor([0., 0.]) tensor(1)
# ```
#
# The last line but one is for exercise 12.2: a length that you write yourself has a nan at 0, while `norm()`, the same in one node, has a convention there. minigrad's `detect_anomaly` is the same, and its
# message goes on with *What*, *Where* and *Fix*.

# %% [markdown]
# ## In one breath
#
# At a kink or a tie there is no slope, and each operation takes a number between those of the two sides. A nan on the way back is mostly a 0 that met an infinite slope: make the input safe before the operation, since
# `where` does not stop what it leaves out. Where a function is flat, gradients are 0 or end without a word, and `detach` lets you put another slope in their place.
#
# Next: [13 Your own Function](13_your_own_function.ipynb): operations with a rule that you write yourself.
