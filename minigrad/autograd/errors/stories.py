"""The longer stories behind the messages, told by `error.explain()`."""

STORIES = {
    "modified": """
Why it matters
  Many rules of differentiation need numbers of the forward pass: the derivative of exp(x)
  is its own result, those of a * b are b and a. So an operation keeps them until backward.
  If somebody writes into that memory in between, the rule would compute with the wrong
  numbers, and the gradient would be wrong without a word. Each piece of memory counts how
  often it was written to, its version (`tensor._version`); backward looks whether it is
  still the one that was saved.

Usual causes
  - `+=`, `*=`, `y[i] = …` or a method that ends in `_` on a result that a later line still
    needs.
  - The write came through another tensor that shares the memory: a view (`y[0]`,
    `y.view(…)`, `y.T`), or `y.detach()`.
  - An optimizer's step between a forward pass and its backward pass: the parameters are
    saved values, too.

What to do
  - Make a new tensor (`y = y + 1`) instead of writing into the old one.
  - Or let the write go to a copy: `y = x.exp().clone()`.
  - Or write after backward().
""",
    "leaf": """
Why it matters
  A leaf is where gradients end: `.grad` is the derivative with respect to the numbers that
  the leaf held when it was used. Overwriting it as a recorded operation would make it a
  result, and nobody could hold the gradient any more.

Usual causes, and what to do
  - A step of gradient descent: it is no part of the function, so do not record it:
        with no_grad():
            w -= lr * w.grad
    `w = w - lr * w.grad` does not do the same: the name w now stands for a new tensor,
    which is no leaf, has no `.grad` of its own, and drags the graph of all earlier steps
    along.
  - Setting some values by hand, before the computation: the same, under no_grad.
  - Building a value piece by piece: start from a copy, `y = w.clone()`, and write into `y`:
    that is recorded.
""",
    "many views": """
Why it matters
  A write through a view changes its base, and autograd rewrites the base's history to say
  so. For views that one call made together (unbind, split, chunk, or `for row in y`), that
  history would have to be cut through all of them.

What to do
  - Make new tensors: `rows = [row * 2 for row in y]`, and put them together with `stack` or
    `cat`.
  - Or write to single views: `y[0] *= 2` is allowed, for each index is a view of its own.
""",
    "no_grad view": """
Why it matters
  Under no_grad a view is just another name for a piece of memory: no graph knows of it.
  If it, or its base, is then written to where operations are recorded, there are two
  answers to what the view's gradient is, and the library does not choose for you.

What to do
  - To set numbers by hand: make the view and write to it, both under no_grad.
  - To compute: make the view and write to it, both outside of the block.
  - For numbers that shall not change any more: `x[0].detach().clone()`.
""",
    "spent": """
Why it matters
  Each node of a graph keeps numbers of the forward pass for its rule. Backward gives them
  back as it goes, since most graphs are used once and memory is dear. A second pass over
  the same node finds them gone.

Usual causes, and what to do
  - A cell was run twice, but not the one above it that computes the loss: run both, or put
    them into one cell.
  - Something outside of the loop is part of every round's graph: move it into the loop, or
    detach it if no gradient shall flow through it.
  - A hidden state is carried from round to round, and with it the graph of all rounds:
    `h = h.detach()`.
  - Two losses share a part of the graph: add them, `(loss1 + loss2).backward()`. The
    gradients are the same.
  - You really mean two passes: `backward(retain_graph=True)` in the first of them keeps the
    numbers, and the memory.
""",
    "not scalar": """
Why it matters
  Backward computes a product: a row of weights, one for each number of the output, times
  the matrix of all derivatives. One output number needs no weights (its weight is 1). With
  several, there is a choice, and it is yours.

What to do
  - A loss is one number: `y.sum().backward()` takes the weights 1, `y.mean().backward()`
    the weights 1/n.
  - `y.backward(gradient=v)` takes the weights v: the result is the same as that of
    `(y * v).sum().backward()`.
  - For the whole matrix of derivatives, run backward once for each output number, with a
    one among zeros as weights.
""",
    "no graph": """
Why it matters
  Backward walks from the output along the nodes that recorded how it was computed. Here
  there is no first node: no operation on the way was recorded, or something cut the way
  off.

What cuts
  - Nothing requires grad: say `requires_grad=True` for the tensors whose gradient you want,
    before computing with them.
  - `detach()`, `.data`, and everything computed under `no_grad`.
  - Ways out of the library: `float(x)`, `x.item()`, `x.tolist()`, `x.numpy()`, and
    `tensor(x)` around a tensor copy numbers. They leave no note, so the message cannot
    point at them: look for them in the lines that make the loss.
  - Whole numbers and yes-or-no: `argmax`, comparisons, `.long()`, indices. They move in
    jumps and have no derivative.
  - Gradients themselves: they have a graph only if they were computed with
    `create_graph=True`.
""",
    "unused": """
Why it matters
  grad() answers for each input: how does the output change with it? An input that the
  output was not computed from is mostly a mistake, so it is an error. None says "no path";
  zeros say "a path, along which nothing changes".

Usual causes
  - Another tensor of the same name was used: `w = w.clone()`, or a cell run again, makes a
    new one.
  - A view or a copy of the tensor that was used: `grad(y, x[0])` makes x[0] only now. Take
    `grad(y, x)` and index that.
  - A detach, or a no_grad block, between the input and the output.
  - It is right, and some inputs are not always used: `allow_unused=True`, or
    `materialize_grads=True` for zeros.
""",
    "function": """
Why it matters
  A custom Function tells autograd the derivative instead of having it worked out. Nothing
  checks that the two halves belong together, except their outlines: backward gets one
  gradient for each result of forward, and returns one for each argument of forward, in the
  same order and of the same shapes.

What to look at
  - One gradient for each argument, numbers and strings included: None stands for those.
    `ctx.needs_input_grad` says which are wanted at all.
  - Shapes: where forward repeats an argument (broadcasts it), backward sums over the
    repetitions; where forward sums, backward repeats.
  - `ctx.save_for_backward` for tensors, attributes of ctx for everything else.
  - What forward changes in place it gives to `ctx.mark_dirty`, and returns it.
  - Whether the numbers are right, too: `autograd.gradcheck(MyFn.apply, inputs)` compares
    them with small differences, in float64.
""",
    "numpy": """
Why it matters
  NumPy knows nothing of the graph. What it computes from a tensor's numbers is a constant
  to autograd, and the gradient through it would silently be missing. `detach()` says that
  you know.

What to do
  - To print, plot or compare: `x.detach().numpy()`. It is the same memory, not a copy;
    `.copy()` makes it one.
  - To compute a part of the loss: use the library's operations; they have the names that
    NumPy's have.
""",
    "integers": """
Why it matters
  A derivative asks what happens when a number moves a little. Whole numbers and yes-or-no
  cannot move a little.

What to do
  - Write the numbers as floats (`1.`), or say `dtype=float32`.
  - Positions (`argmax`, indices, labels) choose; what can be differentiated is what they
    choose from.
""",
    "nan": """
Why it matters
  nan (not a number) is what 0/0, inf - inf and 0 · inf give. One nan in a gradient makes
  every parameter below it nan in the next step, and then everything: so the node that made
  the first one is what to look for.

Usual causes
  - A slope that is infinite: sqrt and log at 0, x ** 0.5 at 0, a division by 0. Often the
    value itself is fine (sqrt(0) is 0), and only its derivative is not.
  - `where(x > 0, x.sqrt(), 0.)`: both branches are computed, and both run backward. The one
    that was not chosen gets the gradient 0, and 0 · inf is nan.
  - exp of large numbers, which is inf; inf / inf in a softmax written by hand.
  - A nan in the data.

What to do
  - Keep away from the point: `sqrt(x + 1e-12)`, `x.clamp(min=1e-6).log()`.
  - With `where`, make the input safe first: `safe = where(x > 0, x, 1.)`, then
    `where(x > 0, safe.sqrt(), 0.)`.
  - Use a form that stays in range: `log1p(x)`, losses that take logits.
""",
    "optimizer": """
Why it matters
  An optimizer changes numbers that the loss is computed from, by their `.grad`. Only leaves
  keep a `.grad`, and only a leaf stays what it was set to: a result is computed anew from
  its leaves in the next forward pass, so that a step on it would be lost.

Usual causes, and what to do
  - Scaling what is to be a parameter: `w = randn(3, requires_grad=True) * 0.1` is a product
    whose leaf has no name. Scale first, then ask for gradients:
        w = (randn(3) * 0.1).requires_grad_()
  - Moving or converting it: `w.cuda()` and `w.double()` are operations, too. Do that before
    `requires_grad_()`.
  - Handing over what a layer computes (`w @ w.T`) instead of what it holds (`w`).
  - A view of a parameter, `w[0]`: optimize the whole parameter.
""",
    "flag": """
Why it matters
  The flag of a leaf is your choice: do you want its gradient? That of a result is not: it
  follows from the inputs.

What to do
  - `y.detach()` gives the same numbers as a new leaf, through which no gradient flows.
  - `with no_grad():` around the computation records nothing in the first place.
  - To get no gradient for one input, set the flag of that leaf, or detach it, before the
    computation.
""",
    "broadcast": """
How shapes are fitted
  They are aligned at the right. In each column the two lengths must be equal, or one of
  them 1 or missing: that one is repeated. [4, 3] and [3] fit; [4, 3] and [4] do not, though
  a column, [4, 1], would.

Usual causes
  - A row where a column was meant: `x.unsqueeze(-1)` or `x[:, None]`.
  - A transposed matrix, or a batch dimension that is missing or one too many.
""",
    "devices": """
Why it matters
  A GPU has memory of its own, and computes only with what lies there. Moving numbers between
  the two takes longer than most computations, so it is never done behind your back.

What to do
  - Choose the device once, at the top: `device = "cuda" if cuda.is_available() else "cpu"`.
  - Make tensors there (`zeros(3, device=device)`), or move them once (`x = x.to(device)`);
    move the model before the optimizer is made (`model.to(device)`).
  - `x.to(device)` of a tensor that requires grad is an operation: the result is no leaf.
    Make the leaf on the device itself.
  - To print, plot or save: `x.detach().cpu()`.
""",
    "product": """
How products are fitted
  (n, k) @ (k, m) gives (n, m): the inner two lengths are summed over, so they must be the
  same.

Usual causes
  - A weight stored the other way round: layers keep (out, in) and compute `x @ weight.T`.
  - A batch of images that was not flattened: `x.flatten(1)`.
""",
    "gradcheck": """
How to read it
  The Jacobian has a row for each element of the input and a column for each element of the
  output. Numerical: the input's element was nudged up and down, and the output watched.
  Analytical: backward was run for each element of the output. The two share nothing but
  the function, so where they agree both are right, and where they differ one is wrong.

When backward is wrong
  - A rule of a Function has a wrong factor, sign or transpose, or forgets to multiply by
    the gradient that it is given.
  - A path is cut: `detach()`, `.data`, `item()`, a result made by NumPy.
  - The rule counts only one use of an input that is used twice.

When the nudges are wrong
  - Too few digits: in float32 a nudge of 1e-6 drowns in rounding. Check in float64.
  - A kink or a jump near the input, as of `relu` at 0: the nudges see both sides of it.
    Check elsewhere.
  - The function draws random numbers, or keeps a state from call to call.
  - Elements of the input share memory: a nudge moves them all.
""",
    "non-leaf": """
Why it matters
  Backward passes a gradient through every result on its way, but keeps only those of the
  leaves: the tensors that you made yourself and that require grad. All others would cost as
  much memory as the forward pass.

Usual causes
  - `w = w.float()`, `w = w * 0.1`, `w = w.cuda()` after `requires_grad=True`: the name now
    stands for a result. Convert and scale first, then ask for the gradient.
  - You want to look at a gradient in the middle.

What to do
  - Read the `.grad` of the leaf, or make the leaf last: `w = (w * 0.1).requires_grad_()`
    on a tensor that does not require grad yet.
  - `y.retain_grad()` before backward(), or `autograd.grad(loss, y)`.
""",
    "number": """
Why it matters
  A number, and a tensor that is made of numbers, has no history. What is computed from it
  is right, but to backward it is a constant: no gradient comes back to the tensor that the
  number was read from, and nothing says so.

Usual causes
  - A list of results, made one tensor by `tensor(results)`.
  - `float(x)` or a function of the math module in the middle of a computation.
  - Only a look: a loss to be printed or added up.

What to do
  - To go on computing, stay with tensors: `stack(results)` or `cat(results)` are recorded,
    and so is `x.exp()`, unlike `math.exp(x)`.
  - To look, say so: `x.item()`, `x.tolist()` and `x.detach()` do not warn.
""",
    "all pairs": """
Why it matters
  A column [n, 1] and a row [n] are fitted to each other as [n, n]: every number of one
  meets every number of the other. The mean over that is a number like any loss, and it even
  falls in training. But its least value is reached where all predictions are the mean of
  the targets, and a perfect prediction does not make it zero.

Usual causes
  - A linear layer with one output gives [n, 1], and the targets are [n].
  - A sum or mean with `keepdim=True` on one side only.

What to do
  - Bring both to one shape: `p.squeeze(-1)`, or `y[:, None]`.
  - A loss of the library, such as `nn.functional.mse_loss`, warns of it by itself.
  - Where all pairs are meant (distances, kernels), write the new dimension where you
    subtract: `x[:, None] - y[None]`.
""",
    "data": """
Why it matters
  Backward needs numbers of the forward pass, and looks at the version of their memory to see
  whether they are still the same. `.data` is the same memory with a version of its own: so
  backward sees no change, and computes with the wrong numbers.

What to do
  - To change a parameter: `with no_grad(): w -= lr * w.grad`. A change at the wrong moment
    is then an error, not a wrong gradient.
  - Change it after backward().
  - To read the numbers without history, use `detach()`: it shares the version, too.
""",
    "replaced": """
Why it matters
  An optimizer is given tensors and keeps them. It knows nothing of the model: when an
  attribute of the model gets another layer, or another parameter, the optimizer still holds
  the tensors that were there before. They get no gradient any more, the new ones get one
  that nobody uses, and training goes on without a word, with a part that does not learn.

Usual causes
  - Giving a pretrained network a new last layer (`model.fc = nn.Linear(512, 10)`) after the
    optimizer was made.
  - Assigning a new `nn.Parameter` instead of writing into the old one.
  - `load_state_dict(…, assign=True)`, which puts the loaded tensors in the parameters' place.

What to do
  - Make the optimizer last, when the model is as it will be trained.
  - Or give it the new parameters: `optimizer.add_param_group({"params": …})`.
  - Or keep the parameter and write into it: `with no_grad(): layer.weight.copy_(…)`.
""",
    "total": """
Why it matters
  A loss remembers its graph. A sum of losses remembers all their graphs, so that the memory
  of every round stays in use until the total is gone. Each round makes it more.

What to do
  - To report a number: `total += loss.item()`.
  - To compute with it, but without a gradient: `total = total + loss.detach()`.
  - To differentiate the sum: add first, and call backward() once, on the total.
""",
    "state dict": """
Why it matters
  A state dict is nothing but names and numbers. A name says where a module hangs: it is
  made of the names of the attributes on the way to it, as in `layer1.0.conv1.weight`. If a
  name does not fit, nobody knows where the numbers belong; if a shape does not fit, they
  do not fit in.

Usual causes, and what to do
  - The module was made with other arguments than the one that was saved: make it with the
    same ones. For another number of classes, load first and replace the last layer then.
  - The model was wrapped when it was saved (`module.`, `model.`): take the prefix off the
    names.
  - The file holds more than the state dict (`checkpoint["state_dict"]`, with the
    optimizer's state beside it): give the inner one.
  - Only a part is wanted: `load_state_dict(…, strict=False)` loads what fits by name, and
    returns the names that do not. Shapes must fit even then.
""",
}
