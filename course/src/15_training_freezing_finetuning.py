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
# # 15 Training, freezing, finetuning
#
# After this lesson you can make a training step, say which tensors of a network it moves, and teach a trained network something new from a handful of
# examples. It takes about 40 minutes.

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
# **`w.grad` holds 3. What is in it after `optimizer.zero_grad()`?**
#
# <details><summary>0</summary>
#
# Not quite: in spite of its name it writes no zeros, unless you ask for them. Try again.
#
# </details>
# <details><summary>None</summary>
#
# Yes. Zeros you get from `zero_grad(set_to_none=False)`. In this lesson the difference decides whether a weight moves.
#
# </details>
# <details><summary>3</summary>
#
# Not quite: 3 would be added to the next gradient. To clear it is the purpose of the call. Try again.
#
# </details>

# %% [markdown]
# **A model is in `eval()` mode. Is its forward pass recorded?**
#
# <details><summary>no: a model in use needs no gradients</summary>
#
# Not quite. You may be right that it needs none, but `eval()` does not know. Which tool stops recording? Try again.
#
# </details>
# <details><summary>only its last layer</summary>
#
# Not quite: the mode says what some layers compute, and nothing else. Try again.
#
# </details>
# <details><summary>yes</summary>
#
# Yes. `eval()` changes what dropout does, and one more kind of layer that you will meet below. Recording is stopped by `no_grad`.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# With **momentum**, an optimizer keeps a velocity $v$ for each parameter. In each step, where $g$ is the gradient:
#
# $$v \leftarrow \text{momentum} \cdot v + g \qquad w \leftarrow w - \text{lr} \cdot v$$
#
# Here `w` makes one step, from 3 to $3 - 0.1 \cdot 2 = 2.8$. Then it is **frozen**: its `requires_grad` is switched off. The gradient is cleared, and `step()` is called twice
# more. Where does `w` end? Decide, then run the cell.

# %%
import minigrad
from minigrad import nn, no_grad, tensor
from minigrad.optim import SGD

w = tensor(3.0, requires_grad=True)
optimizer = SGD([w], lr=0.1, momentum=0.5)
(2 * w).backward()
optimizer.step()
w.requires_grad_(False)
for _ in range(2):
    optimizer.zero_grad(set_to_none=False)
    optimizer.step()
    print(f"{w.item():.2f}")

# %% [markdown]
# It is frozen, and it moves. The optimizer does not look at `requires_grad`. It looks at `.grad`, and finds a 0 there. To it that is a gradient like any other: $v$ becomes
# $0.5 \cdot 2 + 0 = 1$, then 0.5. Only where `.grad` is None does it pass over a parameter.
#
# Now take `set_to_none=False` out, and run the cell again. (`weight_decay`, which pulls each weight towards 0 in every step, does the same to a frozen weight whose `.grad` is 0.)
#
# ## A training step
#
# A step has four parts: forward pass, loss, backward pass, `step()`. You know all of them but one good loss.
#
# Let a network answer two questions with yes or no. What comes out are two **scores**, also called logits: any numbers, large for yes. The sigmoid turns a score into
# a probability, $p = 1 / (1 + e^{-z})$. Where the right answer is yes ($y = 1$) the loss is $-\ln p$, and where it is no ($y = 0$) it is $-\ln(1 - p)$. We take the mean. It is called
# **binary cross-entropy**, and its slope for a score is short: $(p - y) / n$ for $n$ scores.
#
# ### By hand
#
# | | first score | second score |
# | --- | --- | --- |
# | $z$ | $0$ | $\ln 3$ |
# | $p$ | $0.5$ | $0.75$ |
# | $y$ | $0$ | $1$ |
# | slope $(p - y) / 2$ | $0.25$ | $-0.125$ |
#
# ### In code
#
# One layer, as in lesson 03, with $x = [1, 2]$. The slopes above arrive at `z`. So they are the gradient of `b`, and row $i$ of the gradient of `w` is $x_i$ times the slopes.

# %%
import math

x = tensor([1.0, 2.0])
y = tensor([0.0, 1.0])
w = minigrad.zeros(2, 2, requires_grad=True)
b = tensor([0.0, math.log(3)], requires_grad=True)

z = x @ w + b
loss = nn.functional.binary_cross_entropy_with_logits(z, y)
loss

# %% [markdown]
# ### In the stepper
#
# **In which step do the two slopes appear?**

# %%
from minigrad.viz import frozen_path, step

step(loss)

# %% [markdown]
# In the first: the loss has one node, and this is its rule. Then the other half of the training step:

# %%
optimizer = SGD([w, b], lr=1.0, momentum=0.9)
loss.backward()
optimizer.step()
print(b.grad)
print(w)

# %% [markdown]
# ## The same with eleven million numbers
#
# A network is a `Module`: an object that holds layers, and through them **parameters**, the leaves that are to be trained. `resnet18` is one that names what is on a photograph, out of 1,000 classes.
# One image of $64 \times 64$ pixels in three colours goes in. Here the image is noise, and so are the weights, unless you set `published = True`: then trained ones are downloaded, once.

# %%
published = False
model = minigrad.models.resnet18(weights="DEFAULT" if published else None)
optimizer = SGD(model.parameters(), lr=1e-2, momentum=0.9)
data, labels = minigrad.rand(1, 3, 64, 64), minigrad.rand(1, 1000)


def copy_of(model):
    return {name: t.clone() for name, t in model.state_dict().items()}


def moved_since(before, model):
    return [name for name, t in model.state_dict().items() if not minigrad.equal(t, before[name])]


before = copy_of(model)
prediction = model(data)  # the forward pass
loss = nn.functional.binary_cross_entropy_with_logits(prediction, labels)
loss.backward()
optimizer.step()
print(
    len(before),
    "tensors, of which",
    len(list(model.parameters())),
    "are parameters;",
    len(moved_since(before, model)),
    "moved",
)

# %% [markdown]
# (The tutorial that this step is from takes `(prediction - labels).sum()` for a loss. Each score then has the slope 1, whatever the label is. Such a step is an example of the calls, and teaches nothing.)
#
# All parameters moved, and 60 more tensors that are none. They belong to 20 **batch norm** layers. Such a layer brings each channel (one of the pictures that a layer makes of its input) to mean 0 and variance 1, then scales and shifts it by two parameters. In
# training it takes mean and variance from the batch. It also keeps **running statistics**: averages over the batches so far, and a counter. After `eval()` it uses these instead, and leaves them alone.
# They are **buffers**: part of the model, but without a gradient. The *forward pass* writes them.
#
# ## Freezing
#
# To **finetune** is to take a trained network and teach it something new. Often most of it is frozen, and only the last layer, the **head**, is replaced and trained. A new layer is not frozen.

# %%
model.requires_grad_(False)
model.fc = nn.Linear(512, 10)  # ten classes instead of 1,000
sum(p.numel() for p in model.parameters() if p.requires_grad)

# %% [markdown]
# ## Play
#
# **Let one more part train. Which choice makes backward go through the whole network, and which costs it least?** A click on a part freezes it or lets it train; "as the model is" takes all of that back.

# %%
frozen_path(model, data)

# %% [markdown]
# <details><summary>The answer</summary>
#
# `conv1` at the far end: its gradient has to come through every part on the way, frozen or not. `layer4.1` lies next to the head: all below it stays dashed. Below a trained part, backward need not go at all; a frozen part above it saves only the gradients of its own weights.
#
# </details>
#
# ## Exercise 15.1: which tensors move?
#
# Layers 0 and 1 are frozen, and one training step is made. Answer first, then compare with `moved_since`.

# %%
toy = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
toy[:2].requires_grad_(False)
toy_before = copy_of(toy)
optimizer = SGD(toy.parameters(), lr=0.1, momentum=0.9)
(toy(minigrad.rand(4, 2)) ** 2).mean().backward()
optimizer.step()
list(toy_before)

# %% tags=["exercise-15.1"]
# The names of all tensors in toy.state_dict() that change. Names in quotes: ["0.weight", …].
moved = ...
check("15.1", moved)

# %% [markdown]
# ## Finetuning, for real
#
# `SmallResNet` is built like resnet18, but for digits of $8 \times 8$ pixels. It was trained on 1, 3, 5, 7 and 9, each turned four ways, so on 20 classes (`course/pretrain.py` does it). It has never seen a 2. Now it
# is to tell 0, 2, 4, 6 and 8 apart.

# %%
from minigrad.course.small_resnet import PRETRAINED, SmallResNet
from minigrad.datasets import digits


def pretrained():
    model = SmallResNet(20)
    model.load_state_dict(minigrad.load(PRETRAINED))
    model.requires_grad_(False)
    model.fc = nn.Linear(128, 5)
    return model


def even_digits(part):
    images, labels = digits(part)
    is_even = labels % 2 == 0
    return images[is_even], labels[is_even] // 2  # classes 0 to 4


images, labels = even_digits("train")
test_images, test_labels = even_digits("held-out")


def examples(each, draw=0):
    """So many examples of each class; another draw gives others."""
    chosen = [i for c in range(5) for i in (labels == c).nonzero().flatten().tolist()[draw * each :][:each]]
    return images[chosen], labels[chosen]


# %% [markdown]
# The loss here is **cross-entropy**. It is for questions with several answers of which one is right: it turns the scores into probabilities that add up to 1, and takes $-\ln p$ of the right answer.
#
# `learn` is the training step of above in a loop. What is frozen stays in `eval()` mode. `accuracy` asks for digits that are held out: nothing was trained on them.


# %%
def accuracy(model):
    """The percentage of held-out digits that the model gets right."""
    model.eval()
    with no_grad():
        return 100 * (model(test_images).argmax(1) == test_labels).float().mean().item()


def learn(model, images, labels, steps, look_at=(), curve=None):
    frozen = not model.conv1.weight.requires_grad
    optimizer = SGD(model.parameters(), lr=0.03, momentum=0.9)
    seen = []
    for k in range(1, steps + 1):
        model.train(not frozen)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        if curve is not None:
            curve.note(loss.item())
        if k in look_at:
            seen.append(accuracy(model))
    return seen


# %% [markdown]
# This picture is alive. Run its cell and the next one, and watch it. Ten images are all that the network gets, two of each class.

# %%
from minigrad.course.live import LossCurve

curve = LossCurve(steps=100)
curve

# %%
minigrad.manual_seed(0)
model = pretrained()
before = copy_of(model)
learn(model, *examples(2), steps=100, curve=curve)
moved_since(before, model)

# %% [markdown]
# Only the head has moved. The optimizer holds all parameters, but those that are frozen have None in `.grad`.
#
# Was it worth it? The same network *from scratch*, that is, with random weights and all of it trained, gets the same examples. Each takes 20 steps. First one example of each class, then up to 50:

# %% tags=["nbval-ignore-output"]
import sys

import numpy as np
from tqdm import tqdm

sizes, steps = [1, 2, 5, 10, 50], [2, 5, 10, 20]
draws = {1: 2, 2: 2, 5: 1, 10: 1, 50: 1}  # with few examples, much depends on which
results = {}
bar = {"bar_format": "{n_fmt} of {total_fmt} sizes {bar}", "ncols": 60, "file": sys.stdout}
for each in tqdm(sizes, **bar):
    for start in ("finetuned", "from scratch"):
        curves = []
        for draw in range(draws[each]):
            minigrad.manual_seed(draw)
            model = pretrained() if start == "finetuned" else SmallResNet(5)
            curves.append(learn(model, *examples(each, draw), steps=20, look_at=steps))
        results[start, each] = np.mean(curves, axis=0)

# %% tags=["nbval-ignore-output"]
import matplotlib.pyplot as plt

from minigrad.course import style

style.use()
figure, (left, right) = plt.subplots(1, 2, sharey=True, figsize=(8.4, 3.4))
for start in ("finetuned", "from scratch"):
    left.plot(steps, results[start, 1], label=start, marker="o")
    right.plot(sizes, [results[start, each][-1] for each in sizes], marker="o")
left.set(xlabel="steps, with 1 example of each class", ylabel="held-out digits right, in %", xticks=steps)
right.set(xlabel="examples of each class, after 20 steps", xscale="log")
right.set_xticks(sizes, sizes)
right.minorticks_off()
left.legend(loc="lower right")
style.picture(
    figure,
    "Accuracy over steps and over examples. With one example of each class the finetuned network is ahead at every number of steps. The more examples, the smaller its lead; with 50 of each the two are as good as equal.",
)

# %% [markdown]
# With one example of each class, the finetuned network is more than 10 points ahead after 5, 10 and 20 steps. With two of each it still is after 20. It does not have to find out what a stroke is.
#
# With 50 of each, at most 5 points lie between the two. Enough examples teach the network from scratch as much. And its lower layers may become what *these* digits need, while the frozen ones stay as they are. So finetune
# where examples are few or time is short. A step is cheaper, too:

# %% tags=["nbval-ignore-output"]
from time import perf_counter


def seconds(model):
    began = perf_counter()
    learn(model, *examples(20), steps=5)
    return perf_counter() - began


print(
    f"A step from scratch takes {seconds(SmallResNet(5)) / seconds(pretrained()):.1f} times as long as a finetuning step"
)

# %% [markdown]
# ## Four traps
#
# None of them raises an error.
#
# - A frozen batch norm moves in training mode, since the forward pass writes its running statistics. Keep what is frozen in `eval()` mode.
# - A frozen weight rolls on, as in the puzzle, while its `.grad` is not None: an old gradient, or zeros.
# - Zeros are not None. So clear with plain `zero_grad()`.
# - A new layer is unknown to an optimizer that was made before. Replace first, then make the optimizer. (In this course, minigrad warns of it.)

# %%
model = pretrained()
before = copy_of(model)
with no_grad():
    model(images[:10])  # as made, a model is in training mode
print(len(moved_since(before, model)), "tensors moved in one forward pass, all of it frozen")

# %% [markdown]
# ## Exercise 15.2: repair three
#
# The model given has been in training until now, so the optimizer has velocities.


# %% tags=["exercise-15.2"]
# Mend three bugs: only the new head must move, and it must learn. The optimizer has made steps already.
def go_on(model, optimizer, images, labels):
    model.requires_grad_(False)
    model.fc = nn.Linear(128, 5)
    model.train()
    for _ in range(10):
        optimizer.zero_grad(set_to_none=False)
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()


check("15.2", go_on)

# %% [markdown]
# ## Exercise 15.3: finetune
#
# All ten digits this time. Your function gets five images of each, and the digits as labels. At least 70% of the held-out images must come out right.


# %% tags=["exercise-15.3"]
# Return a model for all ten digits: the pretrained network, frozen, with a new head that has learnt.
def finetune(images, labels):
    return ...


check("15.3", finetune)

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same. This program
#
# ```python
# import torch
#
# w = torch.tensor(3.0, requires_grad=True)
# optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.5)
# (2 * w).backward()
# optimizer.step()
# w.requires_grad_(False)
# for set_to_none in (False, False, True):
#     optimizer.zero_grad(set_to_none=set_to_none)
#     optimizer.step()
#     print(f"{w.item():.2f}")
#
# z = torch.tensor([0.0, 2.0]).log1p().requires_grad_()
# y = torch.tensor([0.0, 1.0])
# torch.nn.functional.binary_cross_entropy_with_logits(z, y).backward()
# print(z.grad)
#
# norm = torch.nn.BatchNorm1d(2).requires_grad_(False)
# x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
# norm(x)
# print(norm.running_mean)
# norm.eval()
# norm(x)
# print(norm.running_mean, norm.num_batches_tracked)
# ```
#
# prints
#
# ```text
# 2.70
# 2.65
# 2.65
# tensor([ 0.2500, -0.1250])
# tensor([0.2000, 0.3000])
# tensor([0.2000, 0.3000]) tensor(1)
# ```
#
# (The running mean moves by a tenth of the way to the mean of the batch.)

# %% [markdown]
# ## In one breath
#
# A step moves what has a `.grad`, and the forward pass in training mode moves running statistics. To finetune, load, freeze, replace the head, choose `eval()`, and only then make the optimizer. It pays where examples or time
# are short.
#
# Next: [16 Build it yourself](16_build_it_yourself.ipynb): your own engine, in about 100 lines.
