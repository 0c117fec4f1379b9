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
# # 02 Tensors that remember
#
# After this lesson you can say of each result in a program whether it remembers how it was made, and you can mend programs in which that
# is refused or lost. It takes about 35 minutes.

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
# **A function has 1000 inputs, and you want all its slopes by forward differences. How many times must you run it?**
#
# <details><summary>2</summary>
#
# Not quite. Two runs give the slope for one input. What about the others? Try again.
#
# </details>
# <details><summary>1000</summary>
#
# Not quite. Each nudge needs a run of its own, but one run is missing: what do you compare with? Try again.
#
# </details>
# <details><summary>1001</summary>
#
# Yes. One without a nudge, and one for each input. A backward pass needs one run and one walk back. But it can only walk
# back if the program remembers what it did. That is what this lesson is about.
#
# </details>

# %% [markdown]
# **You make the nudge smaller and smaller. Why does the slope come out wrong in the end?**
#
# <details><summary>The function bends too much</summary>
#
# Not quite. The shorter the nudge, the less the bend matters. Something else gets worse. Try again.
#
# </details>
# <details><summary>Rounding drowns the difference</summary>
#
# Yes. The two values are almost equal, and each is rounded. Of their difference, hardly a right digit is left.
#
# </details>
# <details><summary>The slope itself changes</summary>
#
# Not quite. The slope belongs to the function. Only what you measure of it changes. Try again.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# Every tensor has a flag, `requires_grad`, which is True or False. For a result it says whether the result remembers how it was made.
#
# Here are two results, made by the same formula from the same `x`. Which of them will remember: both, neither, only `before`, only
# `after`? Decide, then run the cell.

# %%
from minigrad import tensor

x = tensor([1.0, 10.0])
before = 2 * x
x.requires_grad = True
after = 2 * x
print(before.requires_grad, after.requires_grad)

# %% [markdown]
# The flag is looked at when a line runs. When `before` was made, nobody had asked for its history, so none was kept. Nothing that
# comes later can bring it back.
#
# What if the two meet? $2x + 2x$ has the slope 4. Decide what `x.grad` will say, then run the cell.

# %%
both = before + after
both.backward(gradient=tensor([1.0, 1.0]))
x.grad

# %% [markdown]
# Only 2. For `both`, the half without a history is a constant. No error tells you, so it pays to know the rule.
#
# ## One input is enough
#
# We say that a tensor **requires grad** if its flag is True.
#
# - For a leaf, a tensor that you make yourself, the flag is False unless you ask. Most leaves are data. Nobody wants their gradients, and
#   remembering costs memory.
# - For a result there is one rule: **it requires grad if at least one of its inputs does.** Then its `grad_fn` holds the history: the operation that made it, and
#   behind that all that came before. Otherwise `grad_fn` is None.
#
# ### By hand
#
# Take $x = [1, 2]$, $y = [4, 5]$ and $z = [7, 3]$. Only $z$ requires grad.
#
# | line | numbers | inputs that require grad | requires grad |
# | --- | --- | --- | --- |
# | `a = x + y` | $[5, 7]$ | none | False |
# | `b = x + z` | $[8, 5]$ | `z` | True |
# | `c = a * b` | $[40, 35]$ | `b` | True |
#
# ### In code

# %%
x = tensor([1.0, 2.0])
y = tensor([4.0, 5.0])
z = tensor([7.0, 3.0]).requires_grad_()

a = x + y
b = x + z
c = a * b
print(a)
print(b)
print(c)

# %% [markdown]
# The two that remember show their `grad_fn`. The first one is nothing but numbers.
#
# There are three ways to ask: `tensor(…, requires_grad=True)`, the line `z.requires_grad = True`, and `z.requires_grad_()`. The last hands `z` back, so it
# fits behind `tensor(…)`. (A method whose name ends in `_` changes the tensor itself.) `z.requires_grad_(False)` takes the wish back. On `c` that is
# refused: a result that remembers cannot be told to forget.
#
# ### In the stepper
#
# **Which of `x`, `y`, `z`, `a`, `b` and `c` will be in the picture?** Decide, then run the cell and walk to the end.

# %%
from minigrad.viz import step

step(c, gradient=tensor([1.0, 1.0]))

# %% [markdown]
# Three of the six: `c`, `b` and `z`. To this graph, the others are nothing but numbers. The gradient goes straight to the one leaf that asked for it.
#
# Check it by hand. If $z$ grows by 1, so does $b$, and then $c = a \cdot b$ grows by $a$. So the gradient of $z$ is $a = [5, 7]$.

# %%
c.backward(gradient=tensor([1.0, 1.0]))
print(z.grad)
print(x.grad)

# %% [markdown]
# `x.grad` is None, and not 0. The slope is not 0 at all, only nobody asked for it. Leaving out what nobody needs saves time and memory: lesson 15
# **freezes** most of a network, that is, switches the flags of its parameters off.
#
# ## Only floats can
#
# Now without decimal points. (The first line makes the messages of errors short.)

# %%
# %xmode Minimal
counts = tensor([1, 10])

# %% [markdown]
# The next cell ends in an error, on purpose.

# %% tags=["raises-exception"]
counts.requires_grad = True

# %% [markdown]
# The first line of the message is PyTorch's own sentence. *What* says what is wrong here, *Where* in which line, and *Fix* what to write instead.
# (Complex numbers are not used in this course.) [I got this error](i_got_this_error.md) has all such messages.
#
# `tensor([1, 10])` holds whole numbers. A slope asks what happens when you nudge a number a little, but from 1 the next whole number is 2. There is no little
# nudge, so there is no slope. Do as the message says:

# %%
counts = counts.float()
counts.requires_grad = True
counts

# %% [markdown]
# The same goes for results. A comparison says yes or no, and you cannot nudge that either. So it never requires grad, whatever it is made from:

# %%
larger = c > 36
print(larger, larger.requires_grad)

# %% [markdown]
# Whole numbers may take part, though. `c * tensor([1, 2])` is made of floats and requires grad, because `c` does.
#
# ## A trap: `Tensor`
#
# There is `tensor`, and there is `Tensor` with a capital letter. Guess both lines before you run the cell.

# %%
from minigrad import Tensor

print(tensor([3]), Tensor([3]))
print(tensor(3).shape, Tensor(3).shape)

# %% [markdown]
# `tensor` keeps the type of its data. `Tensor` always makes floats, and it reads a bare number as a size: `Tensor(3)` has room for three numbers that nobody has chosen. Stay
# with `tensor`.
#
# ## NumPy cannot remember
#
# `numpy()` hands a tensor's numbers to NumPy. Here, too, an error is meant.

# %% tags=["raises-exception"]
b.numpy()

# %% [markdown]
# What NumPy computes leaves no trace in the graph. The gradient would be lost without a word, so you are asked first: **do you only want to look, or to go on computing?**
#
# - To look, write `b.detach().numpy()`. `detach()` gives you the same numbers without the history. (They lie in the same memory, so do not write
#   to them.)
# - To go on computing, stay with the tensor's own operations. They remember.

# %%
peek = b.detach().numpy()
print(peek.mean())
print(b.mean())

# %% [markdown]
# ## Play
#
# **Which leaves must you switch on, as few as possible, so that all four results require grad?**
#
# The function says how much money is left at the end of a month. Click leaves on and off, or use the arrow keys and the space bar.

# %%
from minigrad.viz import requires_grad_painter


def left(wage, hours, bonus, rent, months):
    return (wage * hours + bonus) - rent * months


wage, hours, bonus = tensor(12.5), tensor(160), tensor(90.0)
rent, months = tensor(700.0), tensor(1)
requires_grad_painter(left, wage, hours, bonus, rent, months)

# %% [markdown]
# <details><summary>The answer</summary>
#
# Two: `wage` and `rent`. Each product needs a leaf of its own, and the flags flow up from there. `hours` and `months` refuse, since they are whole numbers. `bonus`
# comes too late for the products.
#
# </details>
#
# ## Exercise 02.1: predict the flags
#
# Read the cell and fill in the table below it. Only afterwards ask the tensors themselves, for instance `p.requires_grad`.

# %%
w = tensor([2.0, -1.0], requires_grad=True)
d = tensor([1.0, 3.0])
n = tensor([1, 2])

p = w * d
q = d + n
r = w * n
s = p > q
t = 0 * w
u = w.detach() + q
v = u + t

# %% tags=["exercise-02.1"]
# True or False: which of these require grad, once the cell above has run?
flags = {
    "d": ...,
    "p": ...,
    "q": ...,
    "r": ...,
    "s": ...,
    "t": ...,
    "u": ...,
    "v": ...,
}
check("02.1", flags)

# %% [markdown]
# Now three broken programs. Each is a function that raises an error when it is called. Call it in a new cell if you want to read the message.
# (Where the result is a single number, `backward()` needs no `gradient`.)
#
# ## Exercise 02.2: whole numbers
#
# The slope of $x^3$ is $3x^2$. So for $[-3, 2, 5]$ this function should return $[27, 12, 75]$.


# %% tags=["exercise-02.2"]
# Mend it: slopes_of_cubes([-3, 2, 5]) should return the gradient of x.
def slopes_of_cubes(numbers):
    x = tensor(numbers, requires_grad=True)
    cubes = (x**3).sum()
    cubes.backward()
    return x.grad


check("02.2", slopes_of_cubes)

# %% [markdown]
# ## Exercise 02.3: how fast a square grows
#
# A square with the side $s$ has the area $s^2$, and its slope is $2s$.


# %% tags=["exercise-02.3"]
# Mend it: growth(3) should return 6, and growth(2.5) should return 5.
def growth(side):
    s = Tensor(side).requires_grad_()
    area = s * s
    area.backward()
    return s.grad


check("02.3", growth)

# %% [markdown]
# ## Exercise 02.4: points for a plot
#
# The caller draws `points` with a library that knows only NumPy. Later it calls `mean.backward()`, and wants to find a gradient in `x.grad`.


# %% tags=["exercise-02.4"]
# Mend it: points must be a NumPy array, and mean must remember how it was made from x.
def report(x):
    y = x**2
    points = y.numpy()
    mean = points.mean()
    return mean, points


check("02.4", report)

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same. This program
#
# ```python
# import torch
#
# x = torch.rand(5, 5)
# y = torch.rand(5, 5)
# z = torch.rand((5, 5), requires_grad=True)
# a = x + y
# b = x + z
# print(a.requires_grad, b.requires_grad)
# print(torch.tensor([3]), torch.Tensor([3]), torch.Tensor(3).shape)
#
# for refused in (lambda: torch.tensor([1, 10]).requires_grad_(), b.numpy):
#     try:
#         refused()
#     except RuntimeError as error:
#         print(str(error).splitlines()[0])
# ```
#
# prints
#
# ```text
# False True
# tensor([3]) tensor([3.]) torch.Size([3])
# only Tensors of floating point dtype can require gradients
# Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.
# ```
#
# Two differences. PyTorch's message ends after its first line; *What*, *Where* and *Fix* are ours. And PyTorch refuses a NumPy function on a tensor
# that requires grad, such as `np.exp(b)`. minigrad takes it for `b.exp()`, which remembers. Write `b.exp()`, and both agree.

# %% [markdown]
# ## In one breath
#
# A result requires grad if at least one of its inputs does, at the moment when the line runs. Only floats can, and only what tensors compute themselves is
# remembered. Where the history is cut, gradients end, often without an error.
#
# Next: [03 The graph](03_the_graph.ipynb): what exactly is remembered, and how to read it.
