"""Lesson 08: what it says of saved values and old graphs is so; its judges accept what is right in any form."""

import warnings
import weakref
from itertools import pairwise
from typing import Any

import pytest

import minigrad
from minigrad import tensor
from minigrad.course.exercises import NotYet, lesson_08, old_graphs, two_states
from tests.course.test_prose import run_lesson

TWO_STATES, OLD_GRAPHS = two_states.TWO_STATES, old_graphs.OLD_GRAPHS
TO_ITS_OWNER, SECOND_PASS = lesson_08.TO_ITS_OWNER, lesson_08.SECOND_PASS


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch, minigrad.autograd.warn_silent_mistakes(False):
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("08")


@pytest.fixture(params=["minigrad", "torch"])
def torch(request):
    """The library of which it is claimed."""
    return pytest.importorskip(request.param, reason="PyTorch is not installed: it is not asked")


# --- what the lesson says, of minigrad and of PyTorch -----------------------------------------------------------------


def test_what_the_nodes_of_the_table_save(torch):
    x = torch.tensor(3.0, requires_grad=True)
    h = x**2
    p = h + 1
    z = h * p
    saved = z.grad_fn._saved_self, z.grad_fn._saved_other, h.grad_fn._saved_self
    assert [each.item() for each in saved] == [9, 10, 3]
    assert not hasattr(p.grad_fn, "_saved_self")
    z.backward()
    with pytest.raises(RuntimeError, match="a second time"):
        (p * p).backward()
    assert torch.autograd.grad(p * p, h)[0] == 20  # p and what is new may run


def test_the_walk_of_q_ends_at_h(lesson):
    trace = minigrad.viz.step(lesson["q"]).trace
    ran = [(trace["nodes"][event["node"]]["label"], event["kind"]) for event in trace["events"]]
    assert ran == [("Mul", "node"), ("Add", "node"), ("Pow", "error")]
    assert trace["events"][-1]["error"]["type"] == "SpentGraphError"


def test_adding_two_losses_gives_the_same_gradients(torch):
    def losses(x):
        h = x.exp()
        return (h * h).sum(), (h / 2).sum()

    apart, together = (torch.tensor([0.5, 1.0], requires_grad=True) for _ in range(2))
    first, second = losses(apart)
    first.backward(retain_graph=True)
    second.backward()
    sum(losses(together)).backward()
    assert torch.allclose(apart.grad, together.grad)


def test_hidden_goes_with_the_last_node_that_has_saved_it(lesson):
    state = lesson["buffers"].state
    whose = {(each["by"], each["symbol"]): each for each in state["buffers"]}
    of_tanh, of_product = (whose[key] for key in whose if whose[key]["shape"] == "(100, 50)")
    assert of_tanh["by"].startswith("TanhBackward0") and of_product["by"].startswith("MmBackward0")
    assert of_product["freed"] < of_tanh["freed"]
    assert "has it too" in of_product["fate"] and of_tanh["fate"] == ""
    assert state["steps"][of_tanh["freed"] - 1]["new"] == -lesson["hidden"].numel() * 4


def counts_of_nodes(lesson, torch, carry, **how) -> list[int]:
    """Nodes behind the loss of each piece, in the lesson's own network."""
    w, h, counts = torch.tensor(0.5, requires_grad=True), torch.tensor(0.0), []
    for piece in lesson["pieces"]:
        h, loss = carry(h), 0.0
        for number in piece:
            h = (w * h + number).tanh()
            loss = loss + (h - number) ** 2
        loss.backward(**how)
        counts.append(lesson["nodes_behind"](loss))
    return counts


def test_a_graph_carried_on_grows_and_a_cut_one_does_not(lesson, torch):
    growing = counts_of_nodes(lesson, torch, lambda h: h, retain_graph=True)
    assert growing == [13, 19, 25]  # as the lesson's cells print
    assert 100 < (growing[0] + 999 * (growing[1] - growing[0])) / growing[0] < 1000  # “hundreds of times as long”
    assert counts_of_nodes(lesson, torch, lambda h: h.detach()) == [13, 13, 13]
    with pytest.raises(RuntimeError, match="a second time"):
        counts_of_nodes(lesson, torch, lambda h: h)


def test_a_retained_critic_pass_cancels_the_generators(torch):
    for a, w, noise, real in lesson_08.ROUNDS:
        a, w = torch.tensor(a, requires_grad=True), torch.tensor(w, requires_grad=True)
        fake = a * torch.tensor(noise)
        critic_loss = (w * fake - w * torch.tensor(real)).mean()
        generator_loss = -(w * fake).mean()
        critic_loss.backward(retain_graph=True)
        generator_loss.backward()
        assert a.grad == pytest.approx(0, abs=1e-6)


def test_a_total_of_losses_grows_and_pytorch_does_not_warn(lesson, torch):
    w, total, counts = torch.tensor(0.5, requires_grad=True), 0.0, []
    with warnings.catch_warnings(record=True) as seen, minigrad.autograd.warn_silent_mistakes():
        warnings.simplefilter("always")
        for number in [1.0, 2.0, 3.0]:
            loss = (w * number) ** 2
            loss.backward()
            total += loss
            counts.append(lesson["nodes_behind"](total))
    assert counts == [4, 7, 10]
    assert len(seen) == (torch is minigrad)


@pytest.mark.parametrize("walked", [True, False])
def test_what_a_total_keeps(walked):
    """Its nodes in any case, their saved values where no pass has run."""
    w, total, values, nodes = tensor([0.5], requires_grad=True), 0.0, [], []
    for _ in range(3):
        h = (w * 2).exp()
        values.append(weakref.ref(h.array))
        nodes.append(weakref.ref(h.grad_fn))
        loss = h.sum()
        if walked:
            loss.backward()
        total += loss
    del h, loss
    assert [node() is not None for node in nodes] == [True] * 3
    assert [value() is not None for value in values] == [not walked] * 3


def test_accumulating_needs_no_retained_graph(torch):
    x = torch.ones(3, requires_grad=True)
    for _ in range(2):
        (x * 2).backward(torch.ones(3))
    assert x.grad.tolist() == [4, 4, 4]


# --- 08.1 -------------------------------------------------------------------------------------------------------------

PROGRAMS = {
    "a": ("y = x * x", "y.backward()", "y.backward()"),
    "b": ("y = x + x", "y.backward()", "y.backward()"),
    "c": ("y = x * x", "y.backward()", "y = x * x; y.backward()"),
    "d": ("y = x * x", "y.backward()", "y.backward(retain_graph=True)"),
    "e": ("h = x * x; p = h + 1; q = h + 2", "p.backward()", "q.backward()"),
    "f": ("h = x + 1; p = h + h; q = h * h", "p.backward()", "q.backward()"),
}


def test_which_second_passes_are_refused(torch):
    for name, (made, first, second) in PROGRAMS.items():
        variables = {"x": torch.tensor(3.0, requires_grad=True)}
        exec(f"{made}\n{first}", variables)
        try:
            exec(second, variables)
            verdict = "pass"
        except RuntimeError:
            verdict = "refused"
        assert verdict == lesson_08.RIGHT[name], name


@pytest.mark.parametrize(("passes", "refused"), [("pass", "refused"), ("Passes", "raises"), (True, False)])
def test_other_words_are_accepted(passes, refused):
    answer = {name: refused if word == "refused" else passes for name, word in reversed(lesson_08.RIGHT.items())}
    assert SECOND_PASS.judge(answer) is None
    assert SECOND_PASS.judge([answer[name] for name in "abcdef"]) is None


@pytest.mark.parametrize(
    "answer",
    [{"a": "refused"}, dict.fromkeys("abcdef", "perhaps"), dict.fromkeys("abcdefg", "pass"), ["pass", "refused"]],
)
def test_words_that_say_nothing_are_refused(answer):
    assert SECOND_PASS.judge(answer) == "other words"


# --- 08.2 -------------------------------------------------------------------------------------------------------------


def reading(w, pieces, carry, state=lambda: tensor(0.0)):
    """`carry` says what goes on from a piece to the next."""
    h = slow = state()
    for piece in pieces:
        loss = 0.0
        for number in piece:
            h = (w * h + number).tanh()
            slow = 0.5 * (slow + h)
            loss = loss + (slow - number) ** 2
        loss.backward()
        h, slow = carry(h, slow)
    return h, slow


@pytest.mark.parametrize(
    "carry",
    [
        lambda h, slow: (h.detach(), slow.detach()),
        lambda h, slow: [h.detach_(), slow.detach_()],
        lambda h, slow: (h.data, slow.data),
        lambda h, slow: (tensor(h.item()), tensor(slow.item())),
        lambda h, slow: (h.item(), slow.item()),
        lambda h, slow: (h.detach().clone().requires_grad_(), slow.detach().clone().requires_grad_()),
    ],
)
def test_any_right_cut_is_accepted(carry):
    assert TWO_STATES.judge(lambda w, pieces: reading(w, pieces, carry)) is None


def test_one_state_cut_is_not_yet():
    with pytest.raises(NotYet, match="Which names"):
        TWO_STATES.judge(lambda w, pieces: reading(w, pieces, lambda h, slow: (h.detach(), slow)))


def test_the_reaches_of_gradients_are_told_apart():
    for weight, pieces in two_states.SERIES:
        keep, cut = two_states.keep, two_states.cut
        cuts = [(cut, cut), (keep, keep), (cut, keep), (keep, cut), (keep, keep, cut)]
        found = sorted(two_states.read_all(weight, pieces, *each)[0].item() for each in cuts)
        assert all(b - a > 5e-3 for a, b in pairwise(found))


def test_one_pass_over_all_is_refused():
    def read_all(w, pieces):
        h = slow = tensor(0.0)
        loss = 0.0
        for number in [number for piece in pieces for number in piece]:
            h = (w * h + number).tanh()
            slow = 0.5 * (slow + h)
            loss = loss + (slow - number) ** 2
        loss.backward()
        return h, slow

    assert TWO_STATES.judge(read_all) == "through all pieces"


# --- 08.3 -------------------------------------------------------------------------------------------------------------


def losses_of(a, w, noise, real, fake_for_critic=lambda fake: fake):
    fake = a * noise
    return (w * fake_for_critic(fake) - w * real).mean(), -(w * fake).mean()


def by_grad(a, w, noise, real):
    critic_loss, generator_loss = losses_of(a, w, noise, real)
    (to_critic,) = minigrad.autograd.grad(critic_loss, w, retain_graph=True)
    return minigrad.autograd.grad(generator_loss, a)[0], to_critic


def generator_first(a, w, noise, real):
    critic_loss, generator_loss = losses_of(a, w, noise, real, lambda fake: fake.detach())
    generator_loss.backward()
    to_generator, w.grad = a.grad, None
    critic_loss.backward()
    return [to_generator, w.grad]


def retained_and_cleared(a, w, noise, real):
    critic_loss, generator_loss = losses_of(a, w, noise, real)
    critic_loss.backward(retain_graph=True)
    to_critic, a.grad = w.grad.item(), None
    generator_loss.backward()
    return a.grad.item(), to_critic


def recorded_for_one_only(a, w, noise, real):
    with minigrad.no_grad():
        bare = a * noise
    (w * bare - w * real).mean().backward()
    (-(w.detach() * (a * noise))).mean().backward()
    return a.grad, w.grad


@pytest.mark.parametrize("answer", [by_grad, generator_first, retained_and_cleared, recorded_for_one_only])
def test_any_right_round_is_accepted(answer):
    assert TO_ITS_OWNER.judge(answer) is None


def test_made_anew_but_not_cut_is_refused():
    def one_round(a, w, noise, real):
        losses_of(a, w, noise, real)[0].backward()
        to_critic, w.grad = w.grad, None
        losses_of(a, w, noise, real)[1].backward()
        return a.grad, to_critic

    assert TO_ITS_OWNER.judge(one_round) == "the critic pulls as well"


def test_a_critic_that_is_not_cleared_is_refused():
    def one_round(a, w, noise, real):
        for loss in losses_of(a, w, noise, real, lambda fake: fake.detach()):
            loss.backward()
        return a.grad, w.grad

    assert TO_ITS_OWNER.judge(one_round) == "one gradient of both"


# --- 08.4 -------------------------------------------------------------------------------------------------------------


def with_detach(losses):
    total, largest, count = tensor(0.0), tensor(0.0), 0
    for loss in losses:
        loss.backward()
        total += loss.detach()
        largest = minigrad.maximum(largest, loss.detach())
        count += 1
    return total / count, largest


def with_a_list(losses):
    values = []
    for loss in losses:
        loss.backward()
        values.append(float(loss))
    return sum(values) / len(values), max(values)


def forgetting_its_history(losses):
    total, largest, count = 0.0, 0.0, 0
    for loss in losses:
        loss.backward()
        total = (total + loss).detach()
        largest = max(largest, loss.item())
        count += 1
    return [total / count, largest]


def as_an_array(losses):
    values = []
    for loss in losses:
        loss.backward()
        values.append(loss.detach().numpy())
    return sum(values) / len(values), max(values)


@pytest.mark.parametrize("report", [with_detach, with_a_list, forgetting_its_history, as_an_array])
def test_any_right_report_is_accepted(report):
    assert OLD_GRAPHS.judge(report) is None


def collected_first(losses):
    return with_a_list(list(losses))


def a_list_of_losses(losses):
    values = []
    for loss in losses:
        loss.backward()
        values.append(loss)
    return float(sum(values)) / len(values), float(max(values))


def one_backward_missing(losses):
    next_one = iter(losses)
    first = next(next_one).item()
    values = [first]
    for loss in next_one:
        loss.backward()
        values.append(loss.item())
    return sum(values) / len(values), max(values)


@pytest.mark.parametrize(
    ("report", "name"),
    [
        (collected_first, "a number too late"),
        (a_list_of_losses, "a number too late"),
        (one_backward_missing, "some without backward"),
        (lambda losses: (0.0, [loss.backward() for loss in losses] and 0.0), "other numbers"),
    ],
)
def test_wrong_reports_are_refused(report, name):
    assert OLD_GRAPHS.judge(report) == name


def test_the_programs_as_handed_out_are_no_answers_yet(lesson):
    for exercise, name in [(TWO_STATES, "read_all"), (TO_ITS_OWNER, "one_round"), (OLD_GRAPHS, "report")]:
        with pytest.raises(NotYet):
            exercise.judge(lesson[name])
