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
# # Where to go next
#
# You have walked through every part of an engine, and written one. Here is where each of your questions is answered in real code: first in
# minigrad, which you know from outside, then in PyTorch. At the end there are other engines worth reading, and papers.
#
# To read a function without leaving your notebook, import its file and put two question marks after the name: `from minigrad.autograd import engine`, then `engine.run??` in a
# cell of its own.

# %% [markdown]
# ## Reading minigrad
#
# No file is longer than 400 lines. Go through the first table from top to bottom; the others answer when you ask.
#
# **One operation, from your line to your gradient**
#
# | question | file, and what to look for |
# | --- | --- |
# | What is a tensor, beyond its array? | `minigrad/tensor.py`: `Tensor` |
# | How is an operation written, with its rules? | `minigrad/ops/base.py`: `Op`, then `minigrad/ops/elementwise.py`: `Mul`, `Exp` |
# | Who makes the node, and when not? | `minigrad/ops/calling.py`: `apply`, `unary` |
# | What does a node know? | `minigrad/autograd/node.py`: `Node`, `AccumulateGrad` |
# | What happens in `backward()` and `grad()`? | `minigrad/autograd/passes.py`: `backward`, `grad` |
# | In which order do nodes run, and who adds? | `minigrad/autograd/engine.py`: `run` |
# | Who undoes a broadcast? | `minigrad/autograd/engine.py`: `sum_to` |
# | When is `.grad` written? | `minigrad/autograd/accumulate.py`: `Staged`, `own` |
#
# **What makes it safe, and what bends it**
#
# | question | file, and what to look for |
# | --- | --- |
# | How does it notice that a saved value was overwritten? | `minigrad/autograd/versions.py`: `note_write`, `writes_since` |
# | How can a graph be spent? | `minigrad/autograd/node.py`: `Freed` |
# | What does `no_grad` switch? | `minigrad/autograd/modes.py`: `no_grad`, `switch` |
# | How does a write through a view change a history? | `minigrad/ops/views.py`: `CopySlices`, `rebase` |
# | When do hooks run? | `minigrad/autograd/hooks.py`: `Hooks` |
# | How does a Function of one's own become a node? | `minigrad/autograd/function.py`: `Function`, and `minigrad/autograd/custom.py`: `FunctionNode` |
# | How are rules checked by nudging? | `minigrad/autograd/gradcheck.py`: `gradcheck`, `gradgradcheck` |
# | Where do gradients of gradients come from? | the same rules, run on tensors: `minigrad/ops/base.py` says how; then `minigrad/autograd/functional.py`: `hvp` |
# | Who words the errors? | `minigrad/autograd/errors/inplace.py`: `modified_in_place`, for instance |
#
# **What stands on it**
#
# | question | file, and what to look for |
# | --- | --- |
# | How does a layer find its parameters? | `minigrad/nn/module.py`: `Module` |
# | What does a step of an optimizer do? | `minigrad/optim/optimizer.py`: `Optimizer`, `minigrad/optim/sgd.py`: `SGD` |
# | How does one text run on a GPU, too? | `minigrad/backend.py`: `namespace` |
# | How does the stepper listen to the engine? | `minigrad/viz/recorder.py`: `Recorder`, and for yours `minigrad/viz/own_engine.py`: `step_through` |

# %% [markdown]
# ## Reading PyTorch
#
# The names are the same, so you will find your way. Paths are those of PyTorch 2.13's repository.
#
# | your question | file |
# | --- | --- |
# | All rules, a few lines for each operation | `tools/autograd/derivatives.yaml` |
# | What is a node, what is an edge? | `torch/csrc/autograd/node.h`: `Node`, and `torch/csrc/autograd/edge.h`: `Edge` |
# | The engine | `torch/csrc/autograd/engine.h`: `Engine` |
# | The node of a leaf | `torch/csrc/autograd/functions/accumulate_grad.h`: `AccumulateGrad` |
# | What is saved, and how it is checked | `torch/csrc/autograd/saved_variable.h`: `SavedVariable` |
# | What a tensor knows about its history | `torch/csrc/autograd/variable.h`: `AutogradMeta` |
# | The count of writes | `c10/core/TensorImpl.h`: `VariableVersion` |
# | Functions of one's own | `torch/autograd/function.py`: `Function` |
# | An optimizer | `torch/optim/sgd.py`: `SGD` |
#
# Begin with `derivatives.yaml`: look for `mul.Tensor` and `relu`, and compare with your rules. Of its own pages, read
# [Autograd mechanics](https://pytorch.org/docs/stable/notes/autograd.html) and [Extending PyTorch](https://pytorch.org/docs/stable/notes/extending.html). Edward Yang's
# [PyTorch internals](http://blog.ezyang.com/2019/05/pytorch-internals/) shows the whole house.

# %% [markdown]
# ## Other engines
#
# - [micrograd](https://github.com/karpathy/micrograd) by Andrej Karpathy: single numbers instead of arrays, about as long as yours.
# - [autodidact](https://github.com/mattjj/autodidact) by Matthew Johnson: the teaching version of [Autograd](https://github.com/HIPS/autograd), which traces plain NumPy code.
# - [Autodidax](https://docs.jax.dev/en/latest/autodidax.html): the core of JAX, built step by step. There forward mode comes first, and reverse mode is made out of it.
# - [tinygrad](https://github.com/tinygrad/tinygrad): rules as a table, and below them a compiler for GPUs.
# - [minitorch](https://minitorch.github.io/): a course in which you build a PyTorch of your own, task by task.

# %% [markdown]
# ## Papers
#
# **Where it comes from**
#
# - R. E. Wengert: *A simple automatic derivative evaluation program*. Communications of the ACM, 1964. Two pages.
# - S. Linnainmaa: *Taylor expansion of the accumulated rounding error*. BIT Numerical Mathematics, 1976. Reverse mode, found for another purpose.
# - D. Rumelhart, G. Hinton, R. Williams: *Learning representations by back-propagating errors*. Nature, 1986.
# - A. Griewank: *Who invented the reverse mode of differentiation?* Documenta Mathematica, 2012.
#
# **How it is done**
#
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind: *Automatic differentiation in machine learning: a survey*. Journal of Machine Learning Research, 2018. Read this one first.
# - A. Griewank, A. Walther: *Evaluating Derivatives*, second edition. SIAM, 2008. The book.
# - A. Paszke and others: *PyTorch: An Imperative Style, High-Performance Deep Learning Library*. NeurIPS, 2019.
# - C. Elliott: *The simple essence of automatic differentiation*. ICFP, 2018. For those who like functions better than graphs.
#
# **Further**
#
# - B. A. Pearlmutter: *Fast exact multiplication by the Hessian*. Neural Computation, 1994. The Hessian-vector product.
# - T. Chen, B. Xu, C. Zhang, C. Guestrin: *Training Deep Nets with Sublinear Memory Cost*. 2016. Compute again what was not saved.
# - Y. Bengio, N. Léonard, A. Courville: *Estimating or Propagating Gradients Through Stochastic Neurons for Conditional Computation*. 2013. The straight-through estimator.

# %% [markdown]
# ## Things to build
#
# Your engine of lesson 16 is a good place to try what you read. From easy to hard:
#
# 1. `no_grad`: a switch that `apply` looks at.
# 2. Free what a rule holds once its node has run, and say so when the node has to run again.
# 3. Versions: count the writes to an array, note the count when a rule is made, compare when it runs.
# 4. Gradients of gradients: let rules run on your tensors instead of on arrays.
# 5. Forward mode: carry a slope along with each value, and check one mode against the other.
#
# Or add an operation to minigrad: `CONTRIBUTING.md`, in its repository, shows all that one takes.
