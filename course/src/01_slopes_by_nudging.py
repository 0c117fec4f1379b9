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
# # 01 Slopes by nudging
#
# After this lesson you can find the slope of a function by nudging its input, choose how far to nudge, and say why nobody trains a
# network that way. It takes about 35 minutes; have paper at hand.

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
# **At $a = 3$ the slope of $3a^3$ is 81. You nudge $a$ from 3 to 3.01. By about how much does $3a^3$ move?**
#
# <details><summary>by 0.01</summary>
#
# Not quite: that is how far $a$ moves. The result moves 81 times as far. Try again.
#
# </details>
# <details><summary>by 0.81</summary>
#
# Yes. The slope is a factor: 81 times the nudge of 0.01 makes 0.81.
#
# </details>
# <details><summary>by 81</summary>
#
# Not quite: so far it would move if $a$ moved by a whole unit and the curve did not bend. Here $a$ moves by 0.01. Try again.
#
# </details>

# %% [markdown]
# **You have walked through `step(Q, …)` up to its end, and nothing else has run. What is in `a.grad`?**
#
# <details><summary>the gradient</summary>
#
# Not quite: the stepper shows that gradient, but it only looks. What puts it into `a.grad` for real? Try again.
#
# </details>
# <details><summary>nothing yet</summary>
#
# Yes. The stepper walks through a recording. Only `Q.backward(…)` fills `a.grad`.
#
# </details>
# <details><summary>zeros</summary>
#
# Not quite. A gradient that has not been computed is missing, and that is something else than zero. Try again.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# The slope of $x^3$ is $3x^2$. At $x = 2$ that is 12. A nudge should find it: move $x$ by a small $h$, look how far the result moves, and divide by $h$.
#
# Here are four nudges: 0.1, then 0.001, 0.00001 and 0.0000001. Which of them comes closest to 12? Decide, then run the cell.

# %%
from minigrad import tensor


def f(x):
    return x * x * x  # x**3, written so that even its last digits are the same on every machine


x = tensor(2.0)
for h in [0.1, 0.001, 0.00001, 0.0000001]:
    found = (f(x + h) - f(x)) / h
    print(f"h = {h:<6g} slope {found.item():5.2f}")

# %% [markdown]
# (Python writes 0.00001 as `1e-05`: a 1 that stands five places behind the point.)
#
# The second nudge is the best one. The third is worse again, and the last one finds a slope of 0. Two different errors are at work
# here. Let us look at one after the other.
#
# ## The first error: curves bend
#
# What you have just seen is the **forward difference**: nudge forward, compare with where you were.
#
# $$\frac{f(x + h) - f(x)}{h}$$
#
# You could also nudge in both directions and compare the two ends, which are $2h$ apart. That is the **central difference**:
#
# $$\frac{f(x + h) - f(x - h)}{2h}$$
#
# ### By hand
#
# For $f(x) = x^3$ at $x = 2$, where $f(x) = 8$:
#
# | $h$ | $(2 + h)^3$ | $(2 - h)^3$ | forward | central |
# | --- | --- | --- | --- | --- |
# | 0.1 | 9.261 | 6.859 | 12.61 | 12.01 |
# | 0.01 | 8.120601 | 7.880599 | 12.0601 | 12.0001 |
#
# With a tenth of $h$, the forward difference has about a tenth of its error, and the central difference has a hundredth. You can see why if you multiply out:
#
# $$(2 + h)^3 = 8 + 12h + 6h^2 + h^3 \qquad (2 - h)^3 = 8 - 12h + 6h^2 - h^3$$
#
# Take 8 from the first and divide by $h$: the forward difference is $12 + 6h + h^2$. Take the second from the first and divide by $2h$: the central
# difference is $12 + h^2$. The term $6h^2$ is the bend of the curve. It is the same on both sides, so it cancels.
#
# What is left over, $6h + h^2$ or $h^2$, is called the **truncation error**. The true slope is what you get in the end as $h$ shrinks towards 0, and we have cut that
# short. The smaller $h$, the smaller this error.
#
# ### In code
#
# What do you expect for $h = 0.001$? Then run the cell.

# %%
for h in [0.1, 0.01, 0.001]:
    forward = (f(2 + h) - f(2)) / h
    central = (f(2 + h) - f(2 - h)) / (2 * h)
    print(f"h = {h:<5g}  forward {forward - 12:.4f} too much, central {central - 12:.6f}")

# %% [markdown]
# ### In the stepper
#
# A backward pass nudges nothing. The box of $x^3$ has a rule for its slope, and works out $3 \cdot 2^2$. Click **Next** once and find that in the panel. Then click **Check this node**: the
# stepper puts what the rule gave beside what a central difference finds.

# %%
from minigrad.viz import step

x = tensor(2.0, requires_grad=True)
y = x**3
step(y)

# %% [markdown]
# ## The second error: digits run out
#
# A computer keeps only so many digits of a number. **float32** has room for about 7 of them; a tensor uses it unless told otherwise. **float64**, also called double
# precision, has room for about 16; Python and NumPy use it.
#
# ### By hand
#
# Be a computer that keeps 7 digits. Find the forward difference at $x = 2$:
#
# | $h$ | $(2 + h)^3$ | with 7 digits | minus 8 | divided by $h$ |
# | --- | --- | --- | --- | --- |
# | 0.001 | 8.012006001 | 8.012006 | 0.012006 | 12.006 |
# | 0.00001 | 8.0001200006 | 8.000120 | 0.000120 | 12.0 |
# | 0.0000001 | 8.0000012000 | 8.000001 | 0.000001 | 10 |
# | 0.00000001 | 8.0000001200 | 8.000000 | 0 | 0 |
#
# Most of the digits are spent on the 8, and then the 8 is taken away. Of the difference, five digits are left in the first line, then three, then one, then none.
# This is called **rounding error**. The smaller $h$, the larger it is.
#
# ### In code
#
# A real float32 works in twos, not in tens, so its numbers differ a little. The loss is the same:

# %%
import numpy as np

for kind, h in [(np.float32, 1e-7), (np.float64, 1e-7), (np.float64, 1e-16)]:
    two, nudge = kind(2), kind(h)
    found = (f(two + nudge) - f(two)) / nudge
    print(f"{kind.__name__}, h = {h:g}: slope {found:.4f}, 2 + h == 2 is {two + nudge == two}")

# %% [markdown]
# In float32, 2 and 2.0000001 are one and the same number: nothing was nudged. That was the last line of the puzzle. float64 has more digits to lose,
# but it loses them too.
#
# ## Play
#
# **For the central difference, which $h$ is best in float32, which in float64, and how small is the error there?** Drag the slider, or click into the right plot. It has the errors of both differences,
# each in float32 and in float64. On its axes, equal distances are equal factors, so that large and small errors fit into one picture.

# %%
from minigrad.viz import step_size

v_curve = step_size(f, 2.0)
v_curve

# %% [markdown]
# <details><summary>The answer</summary>
#
# In float32 the best $h$ is about 0.006, and the error there is about 0.00003. In float64 it is about 0.000003, and the error is
# about 0.00000000002: a million times smaller.
#
# </details>

# %% [markdown]
# Each curve is a V. On its right arm $h$ is too large, and the error is truncation. On its left arm $h$ is too small, and the error is
# rounding: the ragged line is luck, as the last digit is rounded up or down. Look at the right arms once more: the central difference falls twice as steeply, since its error goes with $h^2$.
#
# ## Exercise 01.1: the central difference
#
# Write it as a function. It should work for every $f$, $x$ and $h$.


# %% tags=["exercise-01.1"]
# The slope of f at x, by a nudge of h in both directions.
def slope(f, x, h):
    return ...


check("01.1", slope)

# %% [markdown]
# ## Exercise 01.2: the best h
#
# The same $f(x) = x^3$, but now at $x = 0.02$. Will the same $h$ be best as at $x = 2$? Make a guess. Then look for the best one with the
# widget: `step_size(f, 0.02, width=0.02)` in a new cell. The right power of ten is enough.

# %% tags=["exercise-01.2"]
# The best h for the central difference of f at x = 0.02.
h_float32 = ...
h_float64 = ...
check("01.2", (h_float32, h_float64))

# %% [markdown]
# A rule to remember: nudge in float64, and by about a millionth of the size of $x$. In float32 no nudge is good: five right digits are about the most you can hope for.
#
# ## What slopes are for
#
# A **model** is a function that makes a guess. Inside it are numbers that may be changed, its **parameters**. The **error** says how far the guess is from what it should be.
# Training makes the error small: find its slope for each parameter, and move each one a little *against* its slope. A positive slope means that the error grows when the parameter does, so the
# parameter has to shrink.
#
# Here is a model with three parameters. It gets the numbers 2 and 1 and should say 9.


# %%
def error(parameters):
    w1, w2, b = parameters
    guess = w1 * 2 + w2 * 1 + b
    return (guess - 9) ** 2


parameters = np.array([3.0, -1.0, 1.0])
print("error:", error(parameters))

# %% [markdown]
# The guess is 6, that is 3 too low, and the error is the square of that. Now the slopes. Only one parameter is nudged at a time:


# %%
def slopes_of(f, at, h):
    slopes = np.zeros(len(at))
    for i in range(len(at)):
        nudge = np.zeros(len(at))
        nudge[i] = h
        slopes[i] = (f(at + nudge) - f(at - nudge)) / (2 * h)
    return slopes


slopes = slopes_of(error, parameters, 1e-6)
better = parameters - 0.01 * slopes
print("slopes:", slopes.round(3))
print(f"error: {error(parameters):.2f} before, {error(better):.2f} after one small step")

# %% [markdown]
# All three slopes are negative: to bring the error down, all three parameters go up. $w_1$ has the greatest effect, because it meets the input 2.
# Networks are trained in just this way, by many such steps. Making the guess is called the **forward pass**.
#
# ## Exercise 01.3: which way?
#
# A new example: the inputs are $x_1 = -2$ and $x_2 = 0$, the parameters $w_1 = 3$, $w_2 = 5$ and $b = 1$. The guess is $w_1 x_1 + w_2 x_2 + b = -5$. It should be 2. Answer without a
# computer.

# %% tags=["exercise-01.3"]
# Nudge one parameter up. Does the error go "up", go "down", or "stay"?
w1_up = ...
w2_up = ...
b_up = ...
# And where should w1 go to make the error smaller: "up" or "down"?
move_w1 = ...
check("01.3", (w1_up, w2_up, b_up, move_w1))

# %% [markdown]
# ## What nudging costs
#
# `slopes_of` runs the function twice for each parameter. Let us count, with a thousand of them.

# %%
runs = 0


def total(w):
    global runs
    runs += 1
    return (w * w * w).sum()


many = np.linspace(-1, 1, 1000)
nudged = slopes_of(total, many, 1e-6)
nudge_runs = runs

runs = 0
w = tensor(many, requires_grad=True)
total(w).backward()
print(f"nudging: {nudge_runs} runs. backward: {runs} run, and one walk back.")
print("The same slopes:", np.allclose(nudged, w.grad.numpy()))

# %% [markdown]
# A small network has a million parameters. If a run takes a hundredth of a second, nudging them all takes more than five hours, for a single step of training. The backward pass is
# one walk however many there are, and it has no $h$ to choose.
#
# So slopes are not made by nudging. They are *checked* by nudging, since a nudge knows nothing of the rules and cannot make the same mistake.

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same. Its `gradcheck` nudges each input by a millionth in both directions and compares with what backward gives. It wants float64, and says so. This program
#
# ```python
# import warnings
#
# import torch
#
#
# def f(x):
#     return x**3
#
#
# x = torch.tensor(2.0, requires_grad=True)
# with warnings.catch_warnings(record=True) as warned:
#     warnings.simplefilter("always")
#     print(torch.autograd.gradcheck(f, x, raise_exception=False))
# print(str(warned[0].message).split(". ")[0])
# f(x).backward()
# print(x.grad)
#
# x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
# print(torch.autograd.gradcheck(f, x))
# ```
#
# prints
#
# ```text
# False
# Input #0 requires gradient and is not a double precision floating point or complex
# tensor(12.)
# True
# ```
#
# In float32 the check fails, although the gradient, 12, is right: what is wrong is the nudging. In float64 it passes.

# %% [markdown]
# ## In one breath
#
# A derivative is the factor by which a small nudge of the input moves the result, and its sign says which way. A nudge that is too large feels the bend of
# the curve, one that is too small drowns in rounding: so nudge both ways, in float64, by about a millionth of the input. Nudging costs two runs for each input, so use it to check gradients, and the backward
# pass to get them.
#
# Next: [02 Tensors that remember](02_tensors_that_remember.ipynb).
