"""Lesson 07: its judges accept what is right however it is written; what it says of `.grad` is so."""

from typing import Any

import numpy as np
import pytest

import minigrad
from minigrad.course.exercises import NotYet, lesson_07, only_a_look
from minigrad.viz import grad_meter
from tests.course.test_prose import run_lesson


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("07")


@pytest.fixture(params=["minigrad", "torch"])
def library(request) -> Any:
    return pytest.importorskip(request.param, reason="PyTorch is not installed: it is not asked")


def loss_of(w, bills):
    kilos, price = bills
    return ((w * kilos - price) ** 2).mean()


# --- the text ---------------------------------------------------------------------------------------------------------


def test_the_stepper_shows_both_sums_and_changes_nothing(lesson):
    leaf = eval("step(y).trace", lesson)["events"][-1]
    assert [term["value"]["values"] for term in leaf["incoming"][0]["terms"]] == [[3], [3]]
    assert [leaf["grad"][key]["values"] for key in ("before", "added", "after")] == [[5], [6], [11]]
    assert lesson["a"].grad == 5


def test_the_dial_settles_or_swings(lesson):
    cleared, gathered = np.array(lesson["cleared"]), np.array(lesson["gathered"])
    assert abs(cleared[-1] - 20) < 0.02 and (np.diff(cleared) >= 0).all()
    assert 25.9 < gathered.max() < 26.1 and 13.9 < gathered.min() < 14.1
    last = gathered[-20:]  # a whole swing: it is as wide at the end as at the beginning
    assert last.max() > 25.9 and last.min() < 14.1
    loss = (gathered - 20) ** 2
    assert (np.diff(loss) > 0).any() and (np.diff(loss) < 0).any()


def trained(pieces, place):
    """The lesson's loop with `zero_grad` in a place."""
    w = minigrad.tensor(0.0, requires_grad=True)
    optimizer = minigrad.optim.SGD([w], lr=0.01)
    meter = grad_meter(w)
    for _ in range(place == 1):
        optimizer.zero_grad()
    for _ in range(2):
        for bills in pieces:
            for _ in range(place == 2):
                optimizer.zero_grad()
            loss_of(w, bills).backward()
            meter.note("pass")
            for _ in range(place == 3):
                optimizer.zero_grad()
            optimizer.step()
            meter.note("step")
            for _ in range(place == 4):
                optimizer.zero_grad()
    stale = [r["label"] for r in meter.state["readings"] if any(leaf["kind"] == "stale" for leaf in r["leaves"])]
    return w.item(), len(stale)


def test_four_places_for_zero_grad(lesson):
    never, *at = (trained(lesson["pieces"], place) for place in range(5))
    assert never[0] == lesson["w"].item()
    assert [stale for _, stale in [never, *at]] == [5, 5, 0, 0, 0]
    assert at[0] == never and at[1] == at[3] and at[2][0] == 0
    assert abs(at[1][0] - 2) < abs(never[0] - 2)


# --- 07.1 -------------------------------------------------------------------------------------------------------------


def after_the_step(w, optimizer, batches):
    for batch in batches:
        for bills in batch:
            (loss_of(w, bills) / len(batch)).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)


def by_hand(w, optimizer, batches):
    for batch in batches:
        w.grad = None
        for bills in batch:
            (loss_of(w, bills) / len(batch)).backward()
        optimizer.step()


def one_pass_through_the_sum(w, optimizer, batches):
    for batch in batches:
        optimizer.zero_grad()
        sum(loss_of(w, bills) / len(batch) for bills in batch).backward()
        optimizer.step()


def at_the_first_micro_batch(w, optimizer, batches):
    for batch in batches:
        for i, bills in enumerate(batch):
            if i == 0:
                optimizer.zero_grad()
            (loss_of(w, bills) / len(batch)).backward()
        optimizer.step()


def step_by_hand(w, optimizer, batches):
    for batch in batches:
        for bills in batch:
            (loss_of(w, bills) / len(batch)).backward()
        with minigrad.no_grad():
            w -= lesson_07.RATE * w.grad
        w.grad.zero_()


@pytest.mark.parametrize(
    "function", [after_the_step, by_hand, one_pass_through_the_sum, at_the_first_micro_batch, step_by_hand]
)
def test_zero_grad_may_stand_in_any_right_place(function):
    assert lesson_07.PLACE_ZERO_GRAD.judge(function) is None


def once_at_the_end(w, optimizer, batches):
    for batch in batches:
        for bills in batch:
            (loss_of(w, bills) / len(batch)).backward()
        optimizer.step()
    optimizer.zero_grad()


def after_each_pass(w, optimizer, batches):
    for batch in batches:
        for bills in batch:
            (loss_of(w, bills) / len(batch)).backward()
            optimizer.zero_grad()
        optimizer.step()


def not_divided(w, optimizer, batches):
    for batch in batches:
        optimizer.zero_grad()
        for bills in batch:
            loss_of(w, bills).backward()
        optimizer.step()


def only_the_first_batch(w, optimizer, batches):
    by_hand(w, optimizer, batches[:1])


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (once_at_the_end, "cleared once"),
        (after_each_pass, "cleared before the step"),
        (not_divided, "something else"),
        (only_the_first_batch, "another number of steps"),
        (lambda w, optimizer, batches: None, "another number of steps"),
    ],
)
def test_wrong_places_are_refused(function, name):
    assert lesson_07.PLACE_ZERO_GRAD.judge(function) == name


def test_the_loop_as_handed_out_is_no_answer_yet(lesson):
    with pytest.raises(NotYet, match="nothing is cleared yet"):
        lesson_07.PLACE_ZERO_GRAD.judge(lesson["train"])


# --- 07.2 -------------------------------------------------------------------------------------------------------------


def sums_of_squares(w, micro_batches):
    n = sum(kilos.numel() for kilos, _ in micro_batches)
    for kilos, price in micro_batches:
        (((w * kilos - price) ** 2).sum() / n).backward()


def divided_at_the_end(w, micro_batches):
    for bills in micro_batches:
        (loss_of(w, bills) * len(bills[0])).backward()
    w.grad /= sum(len(kilos) for kilos, _ in micro_batches)


def one_pass(w, micro_batches):
    n = sum(kilos.shape[0] for kilos, _ in micro_batches)
    sum(kilos.shape[0] / n * loss_of(w, (kilos, price)) for kilos, price in micro_batches).backward()


def put_together(w, micro_batches):
    """Not in pieces, but the gradient is right."""
    loss_of(w, [minigrad.cat(parts) for parts in zip(*micro_batches, strict=True)]).backward()


def weighted_gradient(w, micro_batches):
    n = sum(len(kilos) for kilos, _ in micro_batches)
    for bills in micro_batches:
        loss_of(w, bills).backward(gradient=minigrad.tensor(len(bills[0]) / n))


def filled_by_hand(w, micro_batches):
    n = sum(len(kilos) for kilos, _ in micro_batches)
    w.grad = sum(minigrad.autograd.grad(loss_of(w, b), w)[0] * (len(b[0]) / n) for b in micro_batches)


@pytest.mark.parametrize(
    "function", [sums_of_squares, divided_at_the_end, one_pass, put_together, weighted_gradient, filled_by_hand]
)
def test_any_right_weights_are_accepted(function):
    assert lesson_07.UNEQUAL.judge(function) is None


def share_of_the_pair(w, micro_batches):
    """`bills` is a pair: its length is 2, however many bills there are."""
    total = sum(len(bills) for bills in micro_batches)
    for bills in micro_batches:
        (loss_of(w, bills) * len(bills) / total).backward()


def divided_by_five(w, micro_batches):
    for kilos, price in micro_batches:
        (((w * kilos - price) ** 2).sum() / 5).backward()


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (share_of_the_pair, "the mean of the means"),
        (divided_by_five, "something else"),
        (lambda w, micro_batches: loss_of(w, micro_batches[-1]).backward(), "only the last one"),
        (lambda w, micro_batches: None, "nothing there"),
        (lambda w, micro_batches: loss_of(w, micro_batches[0]).backward(), "something else"),
    ],
)
def test_other_weights_are_refused(function, name):
    assert lesson_07.UNEQUAL.judge(function) == name


def test_the_pieces_as_handed_out_are_no_answer_yet(lesson):
    with pytest.raises(NotYet, match="−120, not −28"):
        lesson_07.UNEQUAL.judge(lesson["backward_in_pieces"])
    w = minigrad.tensor(0.0, requires_grad=True)
    lesson["backward_in_pieces"](w, lesson["pieces"])
    assert w.grad == -120 and lesson["with_all"].grad == -28


def test_the_judge_begins_with_the_lessons_pieces(lesson):
    at, micro_batches = lesson_07.LISTS[0]
    assert at == 0 and list(micro_batches) == [(kilos.tolist(), price.tolist()) for kilos, price in lesson["pieces"]]


# --- 07.3 -------------------------------------------------------------------------------------------------------------


def look_first(w, optimizer, batches, test):
    seen = []
    for bills in batches:
        optimizer.zero_grad()
        loss_of(w, test).backward()
        seen.append(w.grad.clone())
        optimizer.zero_grad(set_to_none=False)
        loss_of(w, bills).backward()
        optimizer.step()
    return tuple(seen)


def another_leaf(w, optimizer, batches, test):
    seen = []
    for bills in batches:
        optimizer.zero_grad()
        loss_of(w, bills).backward()
        copy = minigrad.tensor(w.item(), requires_grad=True)
        loss_of(copy, test).backward()
        seen.append(copy.grad)
        optimizer.step()
    return np.array([slope.item() for slope in seen])


def put_back(w, optimizer, batches, test):
    seen = []
    for bills in batches:
        optimizer.zero_grad()
        loss_of(w, bills).backward()
        kept, w.grad = w.grad, None
        loss_of(w, test).backward()
        seen.append(w.grad)
        w.grad = kept
        optimizer.step()
    return minigrad.stack(seen)


def taken_away_again(w, optimizer, batches, test):
    seen = []
    for bills in batches:
        optimizer.zero_grad()
        loss_of(w, bills).backward()
        before = w.grad.item()
        loss_of(w, test).backward()
        seen.append([w.grad.item() - before])
        w.grad -= seen[-1][0]
        optimizer.step()
    return seen


@pytest.mark.parametrize("function", [look_first, another_leaf, put_back, taken_away_again])
def test_any_look_that_leaves_no_trace_is_accepted(function):
    assert lesson_07.ONLY_A_LOOK.judge(function) is None


def nothing_seen(w, optimizer, batches, test):
    for bills in batches:
        optimizer.zero_grad()
        loss_of(w, bills).backward()
        optimizer.step()
    return []


def one_tensor_under_many_names(w, optimizer, batches, test):
    seen = []
    for bills in batches:
        optimizer.zero_grad(set_to_none=False)
        loss_of(w, test).backward()
        seen.append(w.grad)
        optimizer.zero_grad(set_to_none=False)
        loss_of(w, bills).backward()
        optimizer.step()
    return seen


@pytest.mark.parametrize("function", [nothing_seen, one_tensor_under_many_names])
def test_a_look_that_sees_wrong_is_refused(function):
    assert lesson_07.ONLY_A_LOOK.judge(function) == "wrongly seen"


def test_the_look_as_handed_out_is_no_answer_yet(lesson):
    with pytest.raises(NotYet, match="seen still holds sums"):
        only_a_look.ONLY_A_LOOK.judge(lesson["train_and_look"])


# --- minigrad and PyTorch ---------------------------------------------------------------------------------------------


def test_zero_grad_sets_none_unless_told_otherwise(library):
    w = library.tensor(1.0, requires_grad=True)
    optimizer = library.optim.SGD([w], lr=0.1)
    (3 * w).backward()
    kept = w.grad
    optimizer.zero_grad(set_to_none=False)
    assert w.grad is kept and kept == 0
    (3 * w).backward()
    assert w.grad is kept and kept == 3
    optimizer.zero_grad()
    assert w.grad is None and kept == 3


def test_an_optimizer_passes_over_none_and_takes_zero_as_a_gradient(library):
    def last(clear):
        w = library.tensor(1.0, requires_grad=True)
        optimizer = library.optim.SGD([w], lr=0.1, momentum=0.5)
        (w * 2).backward()
        optimizer.step()
        clear(w)
        optimizer.step()
        return round(w.item(), 4)

    assert last(lambda w: setattr(w, "grad", None)) == 0.8
    assert last(lambda w: w.grad.zero_()) == 0.7


def test_micro_batches_weighted_by_their_share_are_the_whole(library):
    kilos, price = library.tensor([1.0, 1.0, 2.0, 2.0, 5.0]), library.tensor([2.0, 2.0, 4.0, 4.0, 10.0])
    w = library.tensor(0.0, requires_grad=True)
    for share, bills in zip([0.4, 0.4, 0.2], zip(kilos.split(2), price.split(2), strict=True), strict=True):
        (loss_of(w, bills) * share).backward()
    assert round(w.grad.item(), 3) == -28
