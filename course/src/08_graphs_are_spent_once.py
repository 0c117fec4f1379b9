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
# # 08 Graphs are spent once
#
# After this lesson you can say what a backward pass uses up, mend programs that want to use it a second time, and keep old graphs from
# filling your memory. It takes about 45 minutes.

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
# **Two losses share the leaf `w`, and nothing else. You call `first.backward()`, then `second.backward()`, and clear nothing. Which single pass would leave the same in `w.grad`?**
#
# <details><summary><code>second.backward()</code></summary>
#
# Not quite: the second pass adds to what the first one has left. Try again.
#
# </details>
# <details><summary><code>((first + second) / 2).backward()</code></summary>
#
# Not quite: dividing by 2 halves the slopes as well. Try again.
#
# </details>
# <details><summary><code>(first + second).backward()</code></summary>
#
# Yes. The slope of a sum is the sum of the slopes. But what if the two losses share more than a leaf? That is what this lesson is about.
#
# </details>

# %% [markdown]
# **`w` requires grad. The line `h = h * w` runs three times in a loop. How many products are in the graph of `h` then?**
#
# <details><summary>one</summary>
#
# Not quite. The name `h` points to the newest product. But where do the edges of that one lead? Try again.
#
# </details>
# <details><summary>three</summary>
#
# Yes. Each round leaves a node, and the edges lead from the newest product down to the first.
#
# </details>
# <details><summary>none, since loops are not recorded</summary>
#
# Not quite. The loop is not, but each operation in it is. Try again.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# At $x = 1$ the slope of $\frac{1}{x}$ is $-1$. Ask for it. (`grad`, from lesson 06, hands out the gradients you ask for, in a tuple, and fills no `.grad`.)

# %%
import minigrad
from minigrad import tensor

x = tensor([1.0], requires_grad=True)
z = 1 / x
print(minigrad.autograd.grad(z, x))

# %% [markdown]
# Now square the same $z$. The slope of $\frac{1}{x^2}$ is $-2$ here. The square is a new result, and no pass has ever walked through it. **Will you get $-2$, $-3$ or an error?** Decide, then
# run the cell.

# %% tags=["raises-exception"]
# %xmode Minimal
minigrad.autograd.grad(z * z, x)

# %% [markdown]
# The product `z * z` is new, but from there the way to `x` leads through `1 / x`, and that has been walked before. The message says so under *What*.
#
# So is a second walk forbidden? Try the same with a sum:

# %%
z = x + 1
print(minigrad.autograd.grad(z, x))
print(minigrad.autograd.grad(z * z, x))

# %% [markdown]
# No error. The first walk must have taken something from a node of `1 / x` that the node of `x + 1` never had.
#
# ## What a node keeps
#
# A node multiplies what arrives by its own slope. To find that slope, it often needs numbers of the forward pass. It keeps them from the moment when it is made: these are its
# **saved values**.
#
# ### By hand
#
# Take the graph of lesson 04, where $x = 3$, $h = x^2$, $p = h + 1$ and $z = h \cdot p$. What must each node save?
#
# | node | own slope | saves |
# | --- | --- | --- |
# | $z = h \cdot p$ | $p = 10$ for $h$, $h = 9$ for $p$ | 9 and 10 |
# | $p = h + 1$ | $1$ | nothing |
# | $h = x^2$ | $2x = 6$ | 3 |
#
# **As soon as a node has run in a backward pass, it lets go of what it saved.** We then call it **spent**. The node and its edges are still there, but a second pass that needs the numbers stops
# with an error. A node that saved nothing cannot be spent.
#
# Why so hasty? A layer of a network saves its inputs or its outputs, for every example. In training this is often most of the memory, and nearly every graph is walked only once.
#
# ### In code
#
# You can look at what a node saved. The names are PyTorch's: `_saved_self` is the first input, `_saved_other` the second.

# %%
x = tensor(3.0, requires_grad=True)
h = x**2
p = h + 1
z = h * p
print(z.grad_fn._saved_self, z.grad_fn._saved_other)
print(h.grad_fn._saved_self)

# %% [markdown]
# ### In the stepper
#
# Now `z` is walked, and after that something new is made from `p`. **Which of the nodes of `q`, `p` and `h` can run in the second walk?** Decide, then step through it.

# %%
from minigrad.viz import saved_buffers, step

z.backward()
q = p * p
step(q)

# %% [markdown]
# `q` is new, and `p` had nothing to lose. At `h` the walk ends. The tensor `x` still holds its 3, but the node of `h` no longer does, and a node knows no names.
#
# ## Play
#
# **Two nodes have saved `hidden`. Which step lets go of its memory, and why not the other one?** This is a network of two layers and its loss, for 100 examples at once. (In the table, `a` and `b` are a node's
# inputs, and `z` is its result.) Move the slider through both passes. Then press `retain_graph=True` and look at the end.

# %%
minigrad.manual_seed(0)
inputs = minigrad.rand(100, 20)
answers = minigrad.rand(100, 1)
w1 = minigrad.rand(20, 50, requires_grad=True)
w2 = minigrad.rand(50, 1, requires_grad=True)

hidden = (inputs @ w1).tanh()
guesses = hidden @ w2
loss = minigrad.nn.functional.mse_loss(guesses, answers)
buffers = saved_buffers(loss)
buffers

# %% [markdown]
# <details><summary>The answer</summary>
#
# The step of `tanh`. The product with `w2` runs before it and lets go of `hidden`, but `tanh` still needs it: memory is free when the last one lets go. With `retain_graph=True` nobody
# lets go, and at the end the graph still holds all its 29.0 kB.
#
# (Names hold on to memory as well. Here `hidden` is such a name. Inside a function it would be gone when the function returns, and the graph alone would be left.)
#
# </details>
#
# ## Three ways out
#
# An error that speaks of “a second time” asks which of these you mean:
#
# 1. **Compute it anew.** A new forward pass makes a new graph. In a notebook, the cell with `backward()` was often run twice, and the one with the loss only once.
# 2. **Walk once.** If two losses share a part of the graph, add them and call `backward()` on the sum. It leaves the same in `.grad`.
# 3. **Keep it.** With `retain_graph=True`, the *first* pass leaves the saved values where they are, and the memory stays taken. Use it if you really want to walk the same graph again, as for the
#    rows of a Jacobian in lesson 05.
#
# With the third, the puzzle gets its $-2$:

# %%
x = tensor([1.0], requires_grad=True)
z = 1 / x
print(minigrad.autograd.grad(z, x, retain_graph=True))
print(minigrad.autograd.grad(z * z, x))

# %% [markdown]
# ## Exercise 08.1: passes or refused?
#
# Six programs. Each begins with a new `x = tensor(3.0, requires_grad=True)` and runs its line of the table from left to right.
#
# | | made | first pass | second pass |
# | --- | --- | --- | --- |
# | a | `y = x * x` | `y.backward()` | `y.backward()` |
# | b | `y = x + x` | `y.backward()` | `y.backward()` |
# | c | `y = x * x` | `y.backward()` | `y = x * x`, then `y.backward()` |
# | d | `y = x * x` | `y.backward()` | `y.backward(retain_graph=True)` |
# | e | `h = x * x`, `p = h + 1`, `q = h + 2` | `p.backward()` | `q.backward()` |
# | f | `h = x + 1`, `p = h + h`, `q = h * h` | `p.backward()` | `q.backward()` |

# %% tags=["exercise-08.1"]
# Is the second pass of each program "refused", or does it "pass"?
second_pass = {"a": ..., "b": ..., "c": ..., "d": ..., "e": ..., "f": ...}
check("08.1", second_pass)

# %% [markdown]
# ## A state that is carried on
#
# A **recurrent network** (RNN) reads a series, number by number. What it has read so far is summed up in a **hidden state** $h$, and each step makes a new $h$ from the old one and the next
# number. A long series is read in pieces. After each piece comes a backward pass, and $h$ goes on to the next one.
#
# Here is the smallest such network. It has one weight, and its loss is small if $h$ follows the series. There are three pieces. **At which one will the loop stop with an error?**


# %%
def read(h, piece):
    loss = 0.0
    for number in piece:
        h = (w * h + number).tanh()
        loss = loss + (h - number) ** 2
    return h, loss


w = tensor(0.5, requires_grad=True)
pieces = [[0.5, -1.0], [1.0, 0.5], [-0.5, 1.0]]

# %% tags=["raises-exception"]
h = tensor(0.0)
for piece in pieces:
    h, loss = read(h, piece)
    loss.backward()

# %% [markdown]
# At the second. Its first step is made from the $h$ of the first piece, so its graph leads on into the first one, and that is spent.
#
# With `retain_graph=True` the error is gone. **But how many nodes does each pass walk through: as many as the first, or more?** We count them along their edges.


# %%
def nodes_behind(result):
    found, to_visit = set(), [result.grad_fn]
    while to_visit:
        node = to_visit.pop()
        if node is not None and node not in found:
            found.add(node)
            to_visit += [to for to, _ in node.next_functions]
    return len(found)


h = tensor(0.0)
for piece in pieces:
    h, loss = read(h, piece)
    loss.backward(retain_graph=True)
    print(nodes_behind(loss))

# %% [markdown]
# More. Every pass walks through all pieces that came before it, and none of them is ever let go. After a thousand pieces, each pass is hundreds of times as long as the first.
#
# So cut the graph between two pieces. You know `detach()` from lesson 02: the same numbers, without the history.

# %%
h = tensor(0.0)
for piece in pieces:
    h, loss = read(h.detach(), piece)
    loss.backward()
    print(nodes_behind(loss))

# %% [markdown]
# The network remembers as well as before, since $h$ has the same numbers. Only gradients end at the cut: `w` is not told what an early piece could have done for a later one. That is the price,
# and it is nearly always paid. (Books call this *truncated backpropagation through time*.)
#
# ## Exercise 08.2: two states
#
# This network carries two states: `h`, and `slow`, which follows it at half the speed. (Call it in a new cell, with `w` and `pieces`, if you want to read the message.)


# %% tags=["exercise-08.2"]
# Mend it: a backward pass for each piece, whose gradients end where it began. Both states go on.
def read_all(w, pieces):
    h = slow = tensor(0.0)
    for piece in pieces:
        loss = 0.0
        for number in piece:
            h = (w * h + number).tanh()
            slow = 0.5 * (slow + h)
            loss = loss + (slow - number) ** 2
        loss.backward()
    return h, slow


check("08.2", read_all)

# %% [markdown]
# ## Two losses, one forward pass
#
# In a **GAN** (generative adversarial network), two networks play against each other. The **generator** makes fake numbers out of random ones, the noise. They should pass for real. The **critic** gives
# each number a score, a high one if it looks real. Each of the two has a loss of its own, but both losses are made from `fake`.
#
# Here each network is a single weight. The mean of the noise is 2, and $w = 0.5$. So for $a$, the critic's loss has the slope $0.5 \cdot 2 = 1$, and the generator's, with its minus, $-1$. The generator
# should learn from its own loss alone. **What will be in `a.grad`?**

# %%
a = tensor(2.0, requires_grad=True)  # the generator's weight
w = tensor(0.5, requires_grad=True)  # the critic's weight
noise, real = tensor([1.0, 3.0]), tensor([5.0, 7.0])

fake = a * noise
critic_loss = (w * fake - w * real).mean()  # low if fake numbers get low scores, and real ones high scores
generator_loss = -(w * fake).mean()  # low if fake numbers get high scores

critic_loss.backward(retain_graph=True)
generator_loss.backward()
print(a.grad)

# %% [markdown]
# Zero. Without `retain_graph=True`, the second pass would be refused. With it, all runs, but the critic's pass has gone on through `fake` into the generator, and it wants the opposite. The generator never
# learns, and no error tells you. So `retain_graph=True` was no cure: it only took away the error that would have warned us.
#
# ## Exercise 08.3: each loss to its owner
#
# The function is that round without `retain_graph=True`. Between the two passes it puts the critic's gradient aside and clears `w.grad`, which is as it should be.


# %% tags=["exercise-08.3"]
# Mend it: hand back the gradient of generator_loss for a, and that of critic_loss for w.
def one_round(a, w, noise, real):
    fake = a * noise

    critic_loss = (w * fake - w * real).mean()
    critic_loss.backward()
    to_critic = w.grad
    w.grad = None

    generator_loss = -(w * fake).mean()
    generator_loss.backward()
    to_generator = a.grad
    return to_generator, to_critic


check("08.3", one_round)

# %% [markdown]
# ## A graph that grows
#
# This loop adds up losses, for a report. It raises no error, and in PyTorch it does not even warn. **How many nodes are behind `total` after each round: as many as in the first, or more?**

# %%
total = 0.0
for number in [1.0, 2.0, 3.0]:
    loss = (w * number) ** 2
    loss.backward()
    total += loss
    print(nodes_behind(total))

# %% [markdown]
# Three more in every round. A pass lets go of saved values, but a node stays as long as something leads to it, and `total` leads to all of them. Where no pass runs, because losses are only
# measured, the saved values stay as well. The program grows from round to round until the memory is full.
#
# `loss.item()` is the number alone, as a plain Python number, and leads nowhere.
#
# ## Exercise 08.4: let go of old graphs
#
# `report` gets its losses one by one: each is computed when its turn comes.


# %% tags=["exercise-08.4"]
# Mend it: the mean and the largest loss, as now. When a loss is made, only the one before may be alive.
def report(losses):
    total, largest, count = 0.0, None, 0
    for loss in losses:
        loss.backward()
        total += loss
        if largest is None or loss > largest:
            largest = loss
        count += 1
    return total / count, largest


check("08.4", report)

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same: it refuses the same second walks, and counts the same nodes. This program
#
# ```python
# import torch
#
# x = torch.tensor([1.0], requires_grad=True)
# z = 1 / x
# print(torch.autograd.grad(z, x))
# try:
#     torch.autograd.grad(z * z, x)
# except RuntimeError as error:
#     print(str(error).partition(" (")[0])
#
# z = 1 / x
# print(torch.autograd.grad(z, x, retain_graph=True))
# print(torch.autograd.grad(z * z, x))
#
# y = x + x
# y.backward()
# y.backward()
# print(x.grad)
# ```
#
# prints
#
# ```text
# (tensor([-1.]),)
# Trying to backward through the graph a second time
# (tensor([-1.]),)
# (tensor([-2.]),)
# tensor([4.])
# ```
#
# The last line is 4, and not 2: the second walk was allowed, and `.grad` adds up. You will often read that a graph can be walked only once, and that it is deleted then. Now you know better: nodes and
# edges stay, saved values go, and a node that saved nothing runs as often as you like.
#
# *What*, *Where* and *Fix* are ours, and so are the warning about `total` and the widget.

# %% [markdown]
# ## In one breath
#
# A node saves what its rule needs, and lets go of it when it has run: a second walk stops where something is missing. Compute anew, add the losses, or cut with `detach()`; retain only what you really want to
# walk twice. What leads to a graph keeps it alive, so carry numbers from round to round, not losses.
#
# Next: [09 Leaving the graph](09_leaving_the_graph.ipynb), all the ways to step out of the recording, and which one to choose.
