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
# # 09 Leaving the graph
#
# After this lesson you can cut a graph at one place, keep a whole stretch of code out of it, and choose the tool that does what you
# mean. It takes about 45 minutes; have paper at hand.

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
# **For a thousand rounds a program does `total = total + loss`. What does `total` keep alive?**
#
# <details><summary>one number</summary>
#
# Not quite: it shows one number, but it is a tensor, and tensors remember. Try again.
#
# </details>
# <details><summary>the graph of the last round</summary>
#
# Not quite. The sum has two inputs, and one of them is the old total. Try again.
#
# </details>
# <details><summary>the graphs of all rounds</summary>
#
# Yes. Each sum leads to the one before it, and so to every loss. `loss.item()` is a plain number and leads nowhere.
#
# </details>

# %% [markdown]
# **`t` is $[1, 2, 4]$, `u` is $[10, 20]$, and both require grad. For `s = (t**2).sum() + u.log().sum()`, what does `grad(s, (t, u))` do?**
#
# <details><summary>it fills <code>t.grad</code> and <code>u.grad</code></summary>
#
# Not quite: that would be `s.backward()`. `grad` fills no `.grad` at all. Try again.
#
# </details>
# <details><summary>it hands out one tensor with five slopes</summary>
#
# Not quite: a gradient has the shape of its input, and here are two inputs. Try again.
#
# </details>
# <details><summary>it hands out two tensors, $[2, 4, 8]$ and $[0.1, 0.05]$</summary>
#
# Yes. There is one for each input that you name: $2t$ for `t`, and $\frac{1}{u}$ for `u`. Their `.grad` stays as it was.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# Three rubber bands: one pulls $a$ towards 1, one pulls $b$ towards −1, and the third pulls $a$ and $b$ together. The loss is the sum of their squared lengths:
#
# $$(a - 1)^2 + (b + 1)^2 + (a - b)^2$$
#
# We start at $a = 0.5$, $b = -0.5$ and take 100 small steps against the gradient. Then we do the same with `a.detach()` in the third term. You know from lesson 02 that it has the same numbers
# as `a`, and no history. So wherever $a$ and $b$ stand, the two losses are equal.
#
# **Will both runs end in the same place?** Decide, then run the cell. (What happens inside of `with no_grad():` is not recorded. More of that below.)

# %%
from minigrad import no_grad, tensor
from minigrad.autograd import grad


def downhill(third_term):
    a, b = tensor(0.5, requires_grad=True), tensor(-0.5, requires_grad=True)
    places = [(a.item(), b.item())]
    for _ in range(100):
        loss = (a - 1) ** 2 + (b + 1) ** 2 + third_term(a, b)
        to_a, to_b = grad(loss, (a, b))
        with no_grad():
            a -= 0.1 * to_a
            b -= 0.1 * to_b
        places.append((a.item(), b.item()))
    return places


whole_path = downhill(lambda a, b: (a - b) ** 2)
cut_path = downhill(lambda a, b: (a.detach() - b) ** 2)
for places in (whole_path, cut_path):
    end_a, end_b = places[-1]
    print(f"a = {end_a:.3f}, b = {end_b:z.3f}")  # z: no minus sign before a zero

# %% [markdown]
# Without the cut, the run ends at $\frac{1}{3}$ and $-\frac{1}{3}$, with it at 1 and 0. The losses are equal, but the gradients are not.
#
# ## One path less
#
# `h.detach()` is a new tensor: the same numbers, in the same memory, without a `grad_fn`. No edge leads away from it. **To the graph it is a constant.**
#
# ### By hand
#
# Take $h = x^2$ and $h \cdot x$ at $x = 3$. Two paths lead down to $x$: one straight, with the slope $h = 9$, and one through $h$, with the slopes $x = 3$ and $2x = 6$.
#
# | | value | straight | through $h$ | gradient of $x$ |
# | --- | --- | --- | --- | --- |
# | `h * x` | $27$ | $9$ | $3 \cdot 6 = 18$ | $27$ |
# | `h.detach() * x` | $27$ | $9$ | no path | $9$ |
#
# ### In code

# %%
x = tensor(3.0, requires_grad=True)
h = x**2
z = h * x
z_cut = h.detach() * x
print(z, z_cut)
to_x, to_x_cut = grad(z, x)[0], grad(z_cut, x)[0]
print(to_x, to_x_cut)

# %% [markdown]
# A nudge does not see the cut. Move $x$ a little, and `z_cut` moves 27 times as far, since $h$ moves as well. Its gradient is 9 all the same: the slope of $9 \cdot x$ with a fixed 9. **A cut changes no
# value. It says what is to count as fixed.**
#
# ### In the stepper
#
# First the graph of `h * x`. **Which two of its boxes will be missing once `h` is detached?** Decide, then walk through the second graph.

# %%
from minigrad.viz import draw_graph, side_by_side, step

draw_graph(z)

# %%
z_cut = h.detach() * x
step(z_cut)

# %% [markdown]
# The box of `h` is gone, and with it the `x` below.
#
# ## The rubber bands
#
# A run comes to rest where both gradients are zero. Without the cut, these are
#
# $$2\,(a - 1) + 2\,(a - b) = 0 \qquad 2\,(b + 1) - 2\,(a - b) = 0$$
#
# Add them: $a + b = 0$. With $b = -a$ the first says $6a = 2$, so $a = \frac{1}{3}$.
#
# With the cut, the slope of the third term for $a$ is missing, so the first says only $2\,(a - 1) = 0$: $a = 1$. The second is as before: $b = 0$. It is as if the third band were tied to $a$ but
# pulled at $b$ alone.
#
# In the picture, each thin line joins places with the same loss.

# %%
import matplotlib.pyplot as plt
import numpy as np

from minigrad.course import style


def loss_at(a, b):
    return (a - 1) ** 2 + (b + 1) ** 2 + (a - b) ** 2


style.use()
figure, axes = plt.subplots()
all_a, all_b = np.meshgrid(np.linspace(0.2, 1.1, 46), np.linspace(-0.65, 0.15, 41))
levels = axes.contour(all_a, all_b, loss_at(all_a, all_b), [1.35, 1.5, 1.75, 2, 2.25], colors=style.INK, linewidths=0.8)
axes.clabel(levels, manual=[(0.35, -0.2), (0.5, 0), (0.3, 0.1), (1, -0.2), (1, -0.4)])
for places, name, mark in [(whole_path, "without the cut", "o-"), (cut_path, "with the cut", "s--")]:
    axes.plot(*np.transpose(places).round(3), mark, markersize=4, label=name)
axes.set(xlabel="a", ylabel="b", aspect="equal")
axes.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))  # above, clear of the lines
style.picture(
    figure,
    "Lines of equal loss, lowest around a = 0.33, b = -0.33, and two paths from a = 0.5, b = -0.5. The one without "
    "the cut goes down into the middle. The one with the cut climbs from 1.5 to 2, to a = 1, b = 0.",
)

# %% [markdown]
# The second path climbs: from a loss of 1.5 at the start to 2 at its end. Step by step it followed its gradients downhill. But they belong to a loss whose third band hangs on a fixed
# point, where $a$ is at that moment, and after the step $a$ is elsewhere.
#
# So cut only on purpose. Lesson 08 had such a cut: a hidden state that should not carry the graph of earlier pieces along.
#
# ## Play
#
# **At the start, which way does $a$ move with and without the cut, which edge decides it, and does $b$ notice?** Walk to the end. One bar moves both walks. (Ctrl+B
# hides the list of files, to make room for the two pictures.)

# %%
a, b = tensor(0.5, requires_grad=True), tensor(-0.5, requires_grad=True)
whole = (a - 1) ** 2 + (b + 1) ** 2 + (a - b) ** 2
with_cut = (a - 1) ** 2 + (b + 1) ** 2 + (a.detach() - b) ** 2
side_by_side(step(whole), step(with_cut), captions=("without the cut", "with the cut"))

# %% [markdown]
# <details><summary>The answer</summary>
#
# On the left, 2 and −1 arrive at $a$. The sum is 1, so $a$ moves down. On the right the edge from `a.detach() - b` to $a$ is missing, which brought the 2. Only −1 is left, so $a$ moves
# up. $b$ does not notice: it gets −1 in both.
#
# </details>
#
# ## Exercise 09.1: a target that stays put
#
# You drive home. `guess` holds, for each place on the way, how many minutes the rest will take. From place `i` to the next, it took you `minutes`. So the guess at `i` should have been
# `minutes + guess[i + 1]`. Call this its **target**: it is the better guess, since `minutes` is measured.
#
# A step downhill should move `guess[i]` towards its target, and not the target towards the guess.


# %% tags=["exercise-09.1"]
# Mend it: the loss stays as large as it is, but its gradient must reach guess[i] alone.
def loss_of(guess, i, minutes):
    target = minutes + guess[i + 1]
    return (guess[i] - target) ** 2


check("09.1", loss_of)

# %% [markdown]
# To see the gradients, with guesses of 32, 25 and 10 minutes:

# %%
guess = tensor([32.0, 25.0, 10.0], requires_grad=True)
loss_of(guess, 0, 10.0).backward()
guess.grad

# %% [markdown]
# ## Steps without a trace
#
# Training moves a parameter against its gradient. That is arithmetic with a tensor that requires grad, so it would be recorded.

# %%
# %xmode Minimal
w = tensor([1.0, 2.0], requires_grad=True)
(w**2).sum().backward()

# %% tags=["raises-exception"]
w -= 0.1 * w.grad

# %% [markdown]
# If this write were recorded, `w` would become a result, and the leaf would be gone. `w = w - 0.1 * w.grad` raises nothing, but has a like effect: the name `w` points to a result, and its `.grad` stays
# None (lesson 03).
#
# The step is no part of the function whose slopes you want. So do not record it:

# %%
with no_grad():
    w -= 0.1 * w.grad
print(w, w.is_leaf)

# %% [markdown]
# Inside the block no result gets a `grad_fn`. Flags of leaves stay as they are, and after the block everything is recorded again.
#
# Here is a whole training. The data are 200 pictures of 784 pixels (28 by 28), of 10 kinds. The model is a **linear regression**: it multiplies the pixels by a matrix, adds a vector, and so makes 10
# numbers. These should be 1 for the right kind and 0 for the others.

# %%
import minigrad

minigrad.manual_seed(0)
kinds = minigrad.arange(10).repeat(20)
patterns = minigrad.randn(10, 784)
pictures = patterns[kinds] + minigrad.randn(200, 784)  # each is the pattern of its kind, and noise
answers = minigrad.eye(10)[kinds]

weight = minigrad.zeros(10, 784, requires_grad=True)
start = minigrad.zeros(10, requires_grad=True)
for number in range(50):
    error = ((pictures @ weight.T + start - answers) ** 2).mean()
    weight.grad = start.grad = None
    error.backward()
    with no_grad():
        weight -= 0.05 * weight.grad
        start -= 0.05 * start.grad
    if number in (0, 49):
        print(f"step {number + 1}: error {error.item():.4f}")

# %% [markdown]
# A finished model only answers. Nobody will ask for slopes, so no graph is needed:

# %%
unseen = patterns[kinds] + minigrad.randn(200, 784)
with no_grad():
    answer = unseen @ weight.T + start
likeliest = answer.argmax(1)  # the place of the largest number in each row
print(answer.requires_grad, (likeliest == kinds).sum().item(), "of 200 are right")

# %% [markdown]
# One of PyTorch's tutorials calls `answer.detach()` another way to do this. It gives the same numbers, but when it comes, the graph has been made, with all that it saves. Under `no_grad` none is made,
# which saves time and memory.
#
# (If no graph should care about a leaf from now on, there is `w.requires_grad_(False)`, as in lesson 02.)
#
# ## Whose memory?
#
# What will be printed?

# %%
w = tensor([1.0, 2.0], requires_grad=True)
detached, cloned, both = w.detach(), w.clone(), w.detach().clone()
with no_grad():
    w *= 10
print(detached)
print(cloned)
print(both)

# %% [markdown]
# | | memory | gradients reach `w` |
# | --- | --- | --- |
# | `w.detach()` | that of `w` | no |
# | `w.clone()` | its own | yes: **a clone is an operation**, with slope 1 |
# | `w.detach().clone()` | its own | no |
#
# To keep weights as they are now, take the last.
#
# ## Around the check: `.data`
#
# Old programs write `w.data`. It looks like `w.detach()`: the same memory, no history. There is one difference.
#
# A tensor counts how often it was written to, and that count is its **version**. A node notes the version of what it saves. If the count has moved on when the node runs, it raises an error rather than
# compute with wrong numbers. `w.detach()` shares the count of `w`. `w.data` starts one of its own.
#
# The slope of $w^2$ at 3 is 6. What does `w.grad` say here?

# %%
w = tensor(3.0, requires_grad=True)
loss = w**2
w.data *= 10
loss.backward()
w.grad

# %% [markdown]
# 60, the slope at 30, of a loss that was computed at 3. There is no error, only a warning, and that is minigrad's own. Now without `.data`:

# %% tags=["raises-exception"]
w = tensor(3.0, requires_grad=True)
loss = w**2
with no_grad():
    w *= 10
loss.backward()

# %% [markdown]
# This error is what you want. (Lesson 10 is about such errors.) So leave `.data` alone: write under `no_grad`, read by `detach`.
#
# ## `eval()` is another switch
#
# Some layers do one thing in training and another in use. **Dropout** of 0.5 sets each entry to 0 or doubles it, by chance, but only in training. `eval()` tells a layer, or a whole model, that it is in use;
# as made, it is in training. What will be printed?

# %%
dropout = minigrad.nn.Dropout(0.5)
ones = minigrad.ones(8, requires_grad=True)
with no_grad():
    print(3 * dropout(ones))
dropout.eval()
print(3 * dropout(ones))

# %% [markdown]
# | | entries are dropped | recorded |
# | --- | --- | --- |
# | as made | yes | yes |
# | `dropout.eval()` | no | yes |
# | `with no_grad():` | yes | no |
# | both | no | no |
#
# A finished model wants both.
#
# ## `item()` cuts, too
#
# `loss.item()` is a Python number: right for printing, comparing, adding up. In a formula it is a cut, and nothing says so. Lesson 05 found that percentages always add up to 100, so all slopes of their sum are 0. What are they here?

# %%
coins = tensor([5.0, 3.0, 2.0], requires_grad=True)
percent = 100 * coins / coins.sum().item()
percent.sum().backward()
coins.grad

# %% [markdown]
# The percentages are right, and the slopes are wrong: the sum of the coins counts as fixed.
#
# ## Exercise 09.2: the `item()` trap
#
# Often a **penalty** is added to the error, to keep the weights small. In this function no error is raised, but two things are wrong. Training does not feel the penalty. And a caller who adds up the second results needs more memory with
# each round.


# %% tags=["exercise-09.2"]
# Mend it. Its first result is for backward(). The second is for a running total, and must keep no graph.
def measure(w, x, y):
    error = ((x @ w - y) ** 2).mean()
    penalty = (w**2).sum().item()
    loss = error + 0.1 * penalty
    return loss, loss


check("09.2", measure)

# %% [markdown]
# ## Exercise 09.3: choose the tool
#
# In each of these, one tool does exactly what is asked. (`detach clone` stands for `.detach().clone()`.)
#
# - **A** Add the loss of each round to `total`, a Python number.
# - **B** Move the parameter `w` against its gradient, in place. If a graph still needs the old `w`, you want to be told.
# - **C** Run a finished model on a million pictures, without making a graph at all.
# - **D** `y` was computed from `x`, and its graph is needed elsewhere. In this one loss `y` should count as fixed.
# - **E** Keep the numbers of `w` as they are now, without history, while training goes on.
# - **F** Get a tensor like `h` that you may write to without changing `h`. Gradients should still reach `h` through it.
# - **G** Hand the numbers of `y` to NumPy, for a plot.
# - **H** A model with dropout should drop nothing, and you want gradients of what it answers.

# %% tags=["exercise-09.3"]
# One of "detach", "no_grad", "clone", "detach clone", "item", "eval" and "data" for each.
tools = {
    "A": ...,
    "B": ...,
    "C": ...,
    "D": ...,
    "E": ...,
    "F": ...,
    "G": ...,
    "H": ...,
}
check("09.3", tools)

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same cuts, the same checks, and the same silence. This program
#
# ```python
# import torch
#
# a = torch.tensor(0.5, requires_grad=True)
# b = torch.tensor(-0.5, requires_grad=True)
# for third in (lambda: a - b, lambda: a.detach() - b):
#     loss = (a - 1) ** 2 + (b + 1) ** 2 + third() ** 2
#     print(loss.item(), torch.autograd.grad(loss, (a, b)))
#
# w = torch.tensor(3.0, requires_grad=True)
# loss = w**2
# w.data *= 10
# loss.backward()
# print(w.grad)
#
# w = torch.tensor(3.0, requires_grad=True)
# loss = w**2
# with torch.no_grad():
#     w *= 10
# try:
#     loss.backward()
# except RuntimeError as error:
#     print(str(error).partition(":")[0])
#
# dropout = torch.nn.Dropout(0.5)
# ones = torch.ones(8, requires_grad=True)
# with torch.no_grad():
#     print(dropout(ones).requires_grad)
# print(dropout.eval()(ones).requires_grad)
# ```
#
# prints
#
# ```text
# 1.5 (tensor(1.), tensor(-1.))
# 1.5 (tensor(-1.), tensor(-1.))
# tensor(60.)
# one of the variables needed for gradient computation has been modified by an inplace operation
# False
# True
# ```
#
# PyTorch warns of nothing here: the 60 stands there alone.

# %% [markdown]
# ## In one breath
#
# `detach` and `item` cut one value out of the graph, `no_grad` keeps a stretch of code out of it, and `clone` cuts nothing. A cut changes no value, only gradients: it says what counts as fixed. `.data` goes around the version check, and
# `eval()` has nothing to do with recording.
#
# Next: [10 Changing things in place](10_changing_things_in_place.ipynb): which writes raise, which pass, and which are wrong in silence.
