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
# # 00 Start here
#
# In ten minutes you will run a lesson, walk through your first backward pass, and have two answers checked.
# You need some Python, and you should know what a derivative is. That is all.
#
# The grey boxes are **cells**. Click the first one and press **Shift+Enter**: it runs, and the next one is chosen.
# Go on like that, from top to bottom.
#
# If `make course` opened this page, it is your own copy, and you may change whatever you like. If not, make a copy first: run
# `%run -m minigrad.course start` in a new cell, then open `work/00_start_here.ipynb`.

# %%
try:
    from minigrad.course import check, ready

    ready("0.1")
except ModuleNotFoundError:
    print("✗ This kernel has no minigrad. Close JupyterLab and start it with: make course")

# %% [markdown]
# If the line begins with ✓, all is well. If it begins with ✗, it says what to do.
#
# ## A guess first
#
# Take $Q = 3a^3 - b^2$ and stand at $a = 3$, $b = 4$. Now nudge $a$ a little, from 3 to 3.001.
# Does $Q$ move by about 0.001, by about 0.01, or by about 0.1? Decide, then run the cell.


# %%
def Q_at(a, b):
    return 3 * a**3 - b**2


nudge = 0.001
moved = Q_at(3 + nudge, 4) - Q_at(3, 4)
print(f"Q moved by {moved:.3f}, which is {moved / nudge:.0f} times the nudge")

# %% [markdown]
# The factor 81 is what a **derivative** tells: how much the result moves for each unit that an input moves.
# With many inputs there are many such factors, and together they are the **gradient**.
#
# Nudging costs one run for each input. A network has millions of inputs to nudge. The **backward pass** gets all the factors in one
# walk, without nudging anything. This course takes that walk apart.
#
# ## By hand
#
# The derivative of $Q$ is $9a^2$ in the direction of $a$, and $-2b$ in the direction of $b$. With two entries in each of them,
# $a = [2, 3]$ and $b = [6, 4]$:
#
# | | first entry | second entry |
# | --- | --- | --- |
# | $9a^2$ | $9 \cdot 2^2 = 36$ | $9 \cdot 3^2 = 81$ |
# | $-2b$ | $-2 \cdot 6 = -12$ | $-2 \cdot 4 = -8$ |
#
# The second entry of $a$ stands at 3, and there is our 81 again.
#
# ## In code
#
# A **tensor** is an array that can remember what was done with it. It does so if you say `requires_grad=True`.

# %%
from minigrad import tensor
from minigrad.viz import draw_graph, step

a = tensor([2.0, 3.0], requires_grad=True)
b = tensor([6.0, 4.0], requires_grad=True)
Q = 3 * a**3 - b**2
Q

# %% [markdown]
# The numbers are $Q$ itself. The word after `grad_fn=` names the last thing that was done: a subtraction. Behind it hangs everything
# that was done before. Let us see it.

# %%
draw_graph(Q)

# %% [markdown]
# Boxes are operations. The round ones at the end are the **leaves**, the tensors that you made yourself. Gradients enter at $Q$ and flow along the
# arrows until they reach the leaves.
#
# ## Step through it
#
# **Which leaf gets its gradient first, and what was sent to it on the way?** Run the cell, then click **Next**, or click into
# the picture and use the keys: → and ← take a step, **Home** and **End** jump, the space bar plays.

# %%
s = step(Q, gradient=tensor([1.0, 1.0]))
s

# %% [markdown]
# At each step, one box runs. It takes the gradient that has arrived, multiplies it by its own small derivative, and sends the product on.
# What has not happened yet reads "not yet".
#
# The walk starts with the gradient [1., 1.] because we asked for that: one unit for each entry of $Q$. (Lesson 05 will be about other choices.)
#
# ## Exercise 00.1: turn the crank
#
# Stop the stepper where `b.grad` gets its value.

# %% tags=["exercise-00.1"]
# Click Next on the stepper above until b.grad gets its value, and no further. Then run this cell.
check("00.1", s)

# %% [markdown]
# You will see one of three signs: ○ there is no answer yet, ✗ not right, with a hint, ✓ right. Try as often as you like. If two hints are not
# enough, the third try names the notebook with the solution.
#
# ## For real
#
# The stepper only looked. It has changed nothing: `a.grad` is still empty. `backward` does the same walk and keeps the result.

# %%
print(a.grad)
Q.backward(gradient=tensor([1.0, 1.0]))
print(a.grad)
print(b.grad)

# %% [markdown]
# These are the four numbers that you worked out by hand: 36 and 81 for $a$, −12 and −8 for $b$.
#
# ## Exercise 00.2: the same by hand
#
# New numbers: $a = [1, 2]$ and $b = [5, 1]$. Use pencil and paper first. Then you may check yourself: run the cell that makes $Q$ with the new numbers, and the stepper's after it.

# %% tags=["exercise-00.2"]
# Now a is [1., 2.] and b is [5., 1.]. Which gradients does Q = 3a³ − b² give? Two numbers each.
a_grad = ...
b_grad = ...
check("00.2", (a_grad, b_grad))

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same. minigrad has PyTorch's names and PyTorch's meaning, so what you learn here holds there. This program
#
# ```python
# import torch
#
# a = torch.tensor([2.0, 3.0], requires_grad=True)
# b = torch.tensor([6.0, 4.0], requires_grad=True)
# Q = 3 * a**3 - b**2
# Q.backward(gradient=torch.tensor([1.0, 1.0]))
# print(Q)
# print(a.grad)
# print(b.grad)
# ```
#
# prints
#
# ```text
# tensor([-12.,  65.], grad_fn=<SubBackward0>)
# tensor([36., 81.])
# tensor([-12.,  -8.])
# ```
#
# and it does so with `import minigrad as torch`, too.

# %% [markdown]
# ## Where you stand
#
# What is solved and what is open, in all lessons. Come back to this page whenever you like and run this cell: it needs no other.

# %%
from minigrad.course import overview

overview()

# %% [markdown]
# To begin a lesson again, save and close it, then run this in a new cell, with the lesson's number:
#
# ```python
# from minigrad.course import reset
#
# reset("04")
# ```
#
# You get the lesson back as new, its exercises open. What you wrote is not lost: it is kept in a file beside the lesson, and the file's name
# is printed. If it is this lesson that you give back, choose File → Reload Notebook from Disk afterwards.
#
# ## Good to know
#
# - What a word means, and which lesson introduces it, is in the [glossary](glossary.md).
# - An error that you do not understand is probably in [I got this error](i_got_this_error.md), with what to do about it.
# - If cells behave strangely, choose Kernel → Restart Kernel and Run All Cells.
#
# ## In one breath
#
# A gradient says how much the result moves for each unit that an input moves. The backward pass finds all of it in one walk from the
# result to the leaves. At each box it does one small thing: take what arrives, multiply, send on.
#
# Next: [01 Slopes by nudging](01_slopes_by_nudging.ipynb), which is about the nudge: how far is best?
