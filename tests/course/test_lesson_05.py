"""Lesson 05: every right answer is accepted, whatever its form; what the lesson says of PyTorch is so."""

import numpy as np
import pytest

import minigrad
from minigrad import tensor
from minigrad.course.exercises import NotYet, lesson_05

three_calls, jacobian, rule = (exercise.judge for exercise in lesson_05.EXERCISES)


@pytest.mark.parametrize("form", [tuple, list, np.array, tensor], ids=lambda form: form.__name__)
def test_predictions_may_have_any_form(form):
    assert three_calls(tuple(form(pair) for pair in [(4, 5), (4.0, 2.0), (8.0, 4.0), (4.0, 2.0)])) is None
    assert three_calls([minigrad.ones(4, 5).shape, form([4, 2]), form([8, 4]), form([4, 2])]) is None


def test_the_predictions_are_what_the_program_gives():
    inp = minigrad.eye(4, 5, requires_grad=True)
    out = ((inp + 1) ** 2).T
    seen = []
    for call in range(3):
        if call == 2:
            inp.grad.zero_()
        out.backward(gradient=minigrad.ones(5, 4), retain_graph=True)
        assert len(set(inp.grad.flatten().tolist())) == 2  # one number on the diagonal, one elsewhere
        seen.append((inp.grad[3, 3].item(), inp.grad[3, 4].item()))
    assert three_calls((inp.grad.shape, *seen)) is None


def test_the_expected_jacobians_are_those_of_the_engine():
    for f, x, expected in lesson_05.CASES:
        J = minigrad.autograd.functional.jacobian(f, tensor([float(number) for number in x]))
        assert J.tolist() == expected


def anew_for_each_row(f, x):
    """No graph is kept: f is called again, on a new leaf, and the rows become one array."""
    rows = []
    for i in range(f(x).numel()):
        leaf = x.detach().clone().requires_grad_()
        f(leaf)[i].backward()
        rows.append(leaf.grad.numpy())
    return np.array(rows)


def by_grad(f, x):
    """Gradients handed out by `grad`, weights by a product; a tensor of rows."""
    y = f(x)
    rows = [minigrad.autograd.grad((y * v).sum(), x, retain_graph=True)[0] for v in minigrad.eye(len(y))]
    return minigrad.stack(rows)


def zeroed_and_copied(f, x):
    """`.grad` is cleared after each pass, and each row is a list of numbers."""
    y, rows = f(x), []
    for i in range(len(y)):
        y.backward(gradient=tensor([float(k == i) for k in range(len(y))]), retain_graph=True)
        rows.append(x.grad.tolist())
        x.grad.zero_()
    return tuple(rows)


@pytest.mark.parametrize(
    "answer", [anew_for_each_row, by_grad, zeroed_and_copied, minigrad.autograd.functional.jacobian]
)
def test_any_right_jacobian_is_accepted(answer):
    assert jacobian(answer) is None


def test_a_jacobian_that_knows_only_the_purse_is_refused():
    assert jacobian(lambda f, x: lesson_05.CASES[0][2]) == "another number of rows"


def test_a_single_number_is_no_jacobian():
    assert jacobian(lambda f, x: f(x).sum()) == "another number of rows"


def test_the_one_tensor_trap_is_told_of_however_it_is_cleared():
    def zeroed(f, x):
        y, rows = f(x), []
        for v in minigrad.eye(len(y)):
            if x.grad is not None:
                x.grad.zero_()
            y.backward(gradient=v, retain_graph=True)
            rows.append(x.grad)
        return rows

    assert jacobian(zeroed) == "all rows alike"


@pytest.mark.parametrize("nothing", [None, [], (), ..., [None, None]], ids=repr)
def test_no_rows_are_no_answer_yet(nothing):
    with pytest.raises(NotYet):
        jacobian(lambda f, x: nothing)


def by_the_engine(x, v):
    leaf = tensor(x.tolist(), requires_grad=True)
    (leaf * leaf.sum()).backward(gradient=tensor(v.tolist()))
    return leaf.grad


def by_loops(x, v):
    return [float(v[j] * sum(x) + sum(a * b for a, b in zip(v, x, strict=True))) for j in range(len(x))]


def row_by_row(x, v):
    """One row of J at a time: slow, but never a matrix."""
    total = np.zeros(len(x))
    for i in range(len(x)):
        row = np.full(len(x), x[i])
        row[i] += x.sum()
        total += v[i] * row
    return total


@pytest.mark.parametrize("answer", [by_the_engine, row_by_row, lambda x, v: tuple(v * np.sum(x) + np.dot(x, v))])
def test_any_rule_without_a_matrix_is_accepted(answer):
    assert rule(answer) is None


def test_loops_are_accepted_too(monkeypatch):
    monkeypatch.setattr(lesson_05, "LARGE", 100)  # here they are slow
    assert rule(by_loops) is None


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_a_matrix_on_the_way_is_noticed(kind):
    def by_a_matrix(x, v):
        return v @ (x.sum() * np.eye(len(x), dtype=kind) + x[:, None].astype(kind))

    assert rule(by_a_matrix) == "a matrix on the way"


def test_a_matrix_of_lists_is_noticed(monkeypatch):
    def by_lists(x, v):
        J = [[float(a) + (i == j) * float(x.sum()) for j in range(len(x))] for i, a in enumerate(x)]
        return [sum(v[i] * J[i][j] for i in range(len(x))) for j in range(len(x))]

    monkeypatch.setattr(lesson_05, "LARGE", 100)  # here lists are slow
    assert rule(by_lists) == "a matrix on the way"


def test_a_rule_that_is_right_for_few_numbers_only_is_refused():
    assert rule(lambda x, v: lesson_05.right_rule(x, v) if len(x) < 10 else v) == "something else"


def both_refuse(module) -> str:
    """What is said to a v of the input's shape."""
    inp = module.eye(4, 5, requires_grad=True)
    with pytest.raises(RuntimeError) as refused:
        ((inp + 1) ** 2).T.backward(gradient=module.ones(4, 5))
    return str(refused.value).splitlines()[0].replace("torch.", "minigrad.")


def test_v_has_the_shape_of_the_result_in_pytorch_too():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: it is not asked")
    assert both_refuse(torch).startswith("Mismatch in shape")
    assert both_refuse(torch)[:80] == both_refuse(minigrad)[:80]


def test_introductions_external_grad_and_the_sum_agree_in_pytorch_too():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: it is not asked")
    for module in (torch, minigrad):
        a = module.tensor([2.0, 3.0], requires_grad=True)
        b = module.tensor([6.0, 4.0], requires_grad=True)
        by_v = module.autograd.grad(3 * a**3 - b**2, (a, b), module.tensor([1.0, 1.0]))
        by_sum = module.autograd.grad((3 * a**3 - b**2).sum(), (a, b))
        assert [g.tolist() for g in by_v] == [g.tolist() for g in by_sum] == [[36, 81], [-12, -8]]
