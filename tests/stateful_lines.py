"""The lines of which programs for `tests.stateful` are made, and the differences from PyTorch that are meant."""

SHAPES = [(2, 3), (3,), (), (1, 3), (2, 1), (2, 2), (1,), (0,), (0, 3)]

# What makes tensors. A list or tuple of them adds each.
OPERATIONS = [
    "x * y", "x + y", "x - y", "x / (y * y + 1)", "x * 2", "1 - x", "x ** 2", "x.sin()", "x.tanh()", "x.sigmoid()",
    "x.exp()", "x.relu()", "x.abs()", "x.clamp(0.3, 0.8)", "torch.maximum(x, y)", "torch.where(x > y, x, y)",
    "x.sum()", "x.mean()", "x.sum(0)", "x.sum(-1, keepdim=True)", "x.amax()", "x.var()", "x.norm()",
    "torch.mm(x, y.t())", "torch.outer(x, y)", "torch.cat([x, y])", "torch.stack([x, x])", "x[[0, 0]]",
    "x[x > 0.4321]", "x.clone()", "x.contiguous()", "x.double()", "x.float()", "x.to(y.dtype)", "x > 0.4321",
    "x.long()", "x.round()", "torch.zeros_like(x)", "torch.ones_like(x, requires_grad=True)",
    "torch.tensor(x.tolist(), requires_grad=True)", "x.new_ones(3)",
]  # fmt: skip
VIEWS = [
    "x[0]", "x[-1:]", "x[..., 0]", "x[..., ::2]", "x[None]", "x[...]", "x[1:, :1]", "x.t()", "x.view(-1)",
    "x.reshape(-1)", "x.view(x.shape)", "x.unsqueeze(0)", "x.squeeze()", "x.expand(2, *x.shape)", "x.expand_as(y)",
    "x.diagonal()", "x.transpose(0, -1)", "x.permute(tuple(reversed(range(x.ndim))))", "x.narrow(0, 0, 1)",
    "x.select(-1, 0)", "x.flatten()", "x.T", "x.unbind()", "x.unbind(-1)[0]", "x.split(1)", "x.chunk(2)[-1]",
    "torch.broadcast_tensors(x, y)[0]", "x.detach()", "x.data", "x.view_as(x)", "x.as_strided((2,), (1,))",
    "x.as_strided((2,), (2,), 1)",
]  # fmt: skip

# What changes tensors.
WRITES = [
    "x.add_(y)", "x.mul_(y)", "x.sub_(0.5)", "x += 1", "x *= y", "x -= y", "x.div_(2)", "x.pow_(2)", "x.neg_()",
    "x.sin_()", "x.tanh_()", "x.exp_()", "x.relu_()", "x.sigmoid_()", "x.clamp_(0.2, 0.9)", "x.zero_()",
    "x.fill_(0.7)", "x.fill_(y.sum())", "x.copy_(y)", "x[0] = 0.3", "x[0] = y", "x[...] = y", "x[..., -1] = y.sum()",
    "x[1:] *= 2", "x[0].mul_(y)", "x[x > 0.4321] = 0.1", "x[[0]] = y", "x.view(-1).mul_(3)", "x.t().add_(y)",
    "x.detach().mul_(2)",
]  # fmt: skip
UNSEEN_WRITES = [
    "x.data.mul_(2)", "x.data.zero_()", "x.data[0] = 0.6", "x.detach()[0] = 0.9", "unrecorded(x.mul_, 0.5)",
    "unrecorded(x.copy_, y)", "unrecorded(x.zero_)", "unrecorded(x.add_, y)", "unrecorded(x.sub_, x.grad * 0.1)",
    "x.numpy()[...] = 0.8", "unrecorded(x[0].mul_, 2)",
]  # fmt: skip
CUTS = [
    "x.detach_()", "x.requires_grad_()", "x.requires_grad_(False)", "x.requires_grad = True",
    "x.requires_grad = False", "x.retain_grad()", "x.grad = None", "x.grad.zero_()", "x.grad = torch.ones_like(x)",
    "x.grad = y", "del x.grad",
]  # fmt: skip
MODES = [
    "enter(torch.no_grad())", "enter(torch.enable_grad())", "enter(torch.set_grad_enabled(False))",
    "enter(torch.set_grad_enabled(True))", "torch.set_grad_enabled(False)", "torch.set_grad_enabled(True)", "leave()",
    "leave()", "leave()",
]  # fmt: skip
BACKWARDS = [
    "x.sum().backward()", "x.sum().backward(retain_graph=True)", "x.sum().backward(create_graph=True)", "x.backward()",
    "x.backward(torch.ones_like(x))", "x.backward(torch.ones_like(x), retain_graph=True)",
    "x.backward(y.detach().clone())",
    "(x * x).sum().backward(retain_graph=True)", "x.sum().backward(inputs=[y])",
    "x.sum().backward(inputs=[y, x], retain_graph=True)", "x.sum().backward(inputs=y, create_graph=True)",
    "torch.autograd.backward([x.sum(), y.sum()])",
    "torch.autograd.backward([x, y], [torch.ones_like(x), None], retain_graph=True)",
    "torch.autograd.backward([torch.autograd.graph.get_gradient_edge(x)], [torch.ones_like(x)])",
]  # fmt: skip
GRADS = [
    "copies(torch.autograd.grad(x.sum(), y))", "copies(torch.autograd.grad(x.sum(), y, retain_graph=True))",
    "copies(torch.autograd.grad(x.sum(), y, create_graph=True))",
    "copies(torch.autograd.grad(x.sum(), [y, x], allow_unused=True))",
    "copies(torch.autograd.grad(x, y, torch.ones_like(x), create_graph=True))",
    "copies(torch.autograd.grad((x * x).sum(), y, retain_graph=True, allow_unused=True))",
    "copies(torch.autograd.grad([x.sum(), y.sum()], y, create_graph=True))",
    "copies(torch.autograd.grad(x, y, x.detach(), retain_graph=True, materialize_grads=True))",
    "copies(torch.autograd.grad(torch.autograd.grad((x * x).sum(), y, create_graph=True)[0].sum(), y))",
    "x.grad",
]  # fmt: skip
HOOKS = [
    "keep(x.register_hook(see))", "keep(x.register_hook(double))", "keep(x.register_hook(refuse))",
    "keep(x.register_hook(shrink))", "keep(x.register_hook(nonsense))", "keep(x.register_hook(enter_again))",
    "keep(x.register_post_accumulate_grad_hook(see_grad))", "keep(x.register_post_accumulate_grad_hook(drop_grad))",
    "keep(x.grad_fn.register_prehook(see_all))", "keep(x.grad_fn.register_prehook(double_all))",
    "keep(x.grad_fn.register_hook(see_both))", "keep(x.grad_fn.register_hook(double_both))",
]  # fmt: skip
REMOVALS = ["remove(0)", "remove(-1)"]

# Differences that are meant: where one is met the program ends. Patterns are searched in "line | what | ours | theirs".
WORDS = "the same error in other words"
ORDER = "of two errors the other one first"
NOWHERE = "a view that only its base makes require grad: PyTorch records what is done with it, to no effect"
DELIBERATE = [
    (WORDS, r"_\(.*can't be cast to the desired output type (Long|Bool).*(long int|bool)"),
    (WORDS, r"expand\(minigrad\."),
    (WORDS, r"The expanded size.*\| RuntimeError: The expanded size"),
    (WORDS, r"RuntimeError: Output \d+ of \w+ is a view.* \| RuntimeError: Output \d+ of \w+ is a view"),
    (ORDER, r"happens \| IndexError: .* \| RuntimeError: (a|Output|A|unsupported) "),
    (ORDER, r"happens \| RuntimeError: (output with|The size of|shape mis).* \| RuntimeError: unsupported operation"),
    (ORDER, r"happens \| RuntimeError: (A view|Output \d).* \| RuntimeError: grad can be implicitly created"),
    (
        ORDER,
        r"happens \| \w+Error: (?!element|A view|Output).* \| RuntimeError: (A view was|Output \d+ of \w+ is a view)",
    ),
    # minigrad refuses every write to a tensor that repeats elements; PyTorch warns of this one.
    ("masked writes to expanded tensors", r"0.4321\] = 0.1 .*more than one element of the written-to tensor"),
    ("bools are numbers", r"\| done \| NotImplementedError: .* not implemented for 'Bool'"),
    # What a zero gradient depends on: nothing.
    ("zeros without history", r"grad of t\d+ \| \(\(.*\), False\) \| \(\(.*\), True\)"),
    ("a leaf that was used and then computed anew in place", r"done \| RuntimeError: leaf variable has been moved"),
    ("a copy of itself", r"x.copy_, y.*more than one element.* \| done"),
    # PyTorch refuses to write through a view made before its base got a history, unless somebody asked for its grad_fn.
    ("a view of a base that has got a history", r"of a view \| what happens \| .* \| RuntimeError: a leaf Variable"),
    # PyTorch counts strides of dimensions of length 1 in.
    (
        "the same memory with other strides",
        r"what happens \| done \| RuntimeError: unsupported operation: some elements",
    ),
    # Elements that are read and written at other places at once: undefined in PyTorch.
    ("memory that overlaps", r"of overlapping memory \| (numbers|grad) of"),
    # minigrad's nodes save arrays: what becomes of a saved tensor's history does not matter to them.
    (
        "a saved tensor that was detached in place",
        r"\| done \| RuntimeError: Trying to use a saved tensor that has been",
    ),
    ("where an empty view begins is NumPy's", r"as_strided.* \| done \| RuntimeError: setStorage"),
    # Whether a result of operands that lie differently in memory is laid out like the first or row by row.
    ("the layout of results is NumPy's", r"happens \| done \| RuntimeError: view size is not compatible"),
    # Its gradient would go nowhere (made under no_grad; or the base's flag was set later, or taken away). minigrad
    # records nothing, and says at `backward` what cut the tensor off.
    (NOWHERE, r"(requires_grad|is_leaf|grad_fn) of t\d+ \| (True|False|None) \| (True|False|\w+Backward0)"),
    (
        NOWHERE,
        r"happens \| \w+: (element \d+ of|One of the diff).* \| (done|RuntimeError: (The diff|grad can|One|can't re))",
    ),
    (NOWHERE, r"gradient edge.*Expected gradient function|register_hook.*cannot register.* \| done"),
    (NOWHERE, r"grad_fn\.register.* \| AttributeError: 'NoneType'.* \| done"),
    # In PyTorch even its `is_leaf` raises then.
    ("a view made a leaf by hand stays one", r"(is_leaf|grad_fn|output_nr) of t\d+ \| (True|None|0) \| \w+: A view"),
    # Hooks run where a gradient passes that was asked for. In PyTorch also at a single root above none of the inputs.
    ("hooks of a root above no input", r"grad\(.*(refused by a|hooks|hook 'shrink'|hook returned)"),
]
