"""What is asked before each step, what is right, and which mistakes are told apart."""

import json

import pytest

import minigrad
from minigrad.viz.questions import as_kinds, ask, open_steps
from minigrad.viz.trace import record


def asked(y, *kinds, gradient=None):
    """The questions of the backward pass of `y`, for each step."""
    return ask(record(y, gradient), kinds)["questions"]


def hint_for(question, when):
    """What is said to an answer, with its row of docs/misconceptions.md."""
    return next((hint["say"], hint["id"]) for hint in question["hints"] if hint["when"] == when)


def fan_out():
    x = minigrad.tensor(3.0, requires_grad=True)
    h = x**2
    p = h + 1
    return h * p


def test_the_kinds_are_asked_in_one_order():
    assert as_kinds(None) == () and as_kinds("shape") == ("shape",)
    assert as_kinds(["value", "next"]) == ("next", "value")
    with pytest.raises(ValueError, match="any of 'next', 'shape', 'value', or a list of these, not 'number'"):
        as_kinds(("next", "number"))


def test_questions_of_a_fan_out():
    steps = asked(fan_out(), "next", "value")
    assert [[(q["kind"], q["input"], q["right"]) for q in questions] for questions in steps] == [
        [("next", None, 0), ("value", 0, [10.0]), ("value", 1, [9.0])],
        [("next", None, 2), ("value", 0, [9.0])],
        [("next", None, 1), ("value", 0, [114.0])],
        [("next", None, 3)],  # what the leaf holds afterwards is what arrives
    ]
    power = steps[2][1]
    assert power["ask"] == "PowBackward0 (x**2) runs. What does it send to a leaf of shape ()?"
    for one_term in ([60.0], [54.0]):
        assert hint_for(power, one_term)[1] == "M07" and "arrived alone" in hint_for(power, one_term)[0]
    assert hint_for(power, [540.0]) == ("Slopes multiply along one path. Where paths meet, gradients are added.", "M07")
    assert hint_for(power, [6.0])[1] == "M34"
    assert "sign" in hint_for(power, [-114.0])[0]
    assert "what arrives" in hint_for(power, [19.0])[0]
    assert "goes to AddBackward0" in hint_for(steps[0][1], [9.0])[0]
    assert [114.0] not in [hint["when"] for hint in power["hints"]]


def test_a_node_that_waits_is_not_next():
    steps = asked(fan_out(), "next")
    text, pitfall = hint_for(steps[1][0], 1)
    assert "waits for 1 more gradient" in text and pitfall == "M08"
    assert "double frame" in hint_for(steps[0][0], "later")[0]


def test_a_ready_node_that_is_older_has_its_own_hint():
    a = minigrad.tensor(2.0, requires_grad=True)
    b = minigrad.tensor(3.0, requires_grad=True)
    second = asked(a.exp() * b.sin(), "next")[1][0]
    (other,) = [hint for hint in second["hints"] if isinstance(hint["when"], int)]
    assert "ready too" in other["say"] and other["id"] is None


def test_shapes_before_and_after_a_broadcast_is_undone():
    x = minigrad.ones(2, 3, requires_grad=True)
    c = minigrad.ones(2, 1, requires_grad=True)
    steps = asked((x * c).sum(), "shape", "next")
    assert [[question["right"] for question in questions] for questions in steps[1:3]] == [[1, [2, 3]], [[2, 1]]]
    questions = steps[1][1], steps[2][0]
    assert questions[1]["ask"].startswith("At MulBackward0 (x * c) a broadcast is undone. Which shape")
    assert "stretched" in hint_for(questions[1], [2, 3])[0]
    assert "size 1" in hint_for(questions[1], [2])[0] and "order" in hint_for(questions[1], [1, 2])[0]
    assert "which dimensions" in hint_for(questions[0], [6])[0]


def test_values_of_a_broadcast_and_of_many():
    x = minigrad.tensor([1.0, 2.0, 6.0], requires_grad=True)
    c = minigrad.tensor(2.0, requires_grad=True)
    (first,), (second,) = asked((x * c).sum(), "value")[1:3]
    assert first["right"] == [2.0, 2.0, 2.0] and first["ask"].endswith("Type its 3 numbers.")
    assert second["right"] == [9.0] and second["ask"].endswith("leaf of shape ()?")
    assert "averaged" in hint_for(second, [3.0])[0] and "stretched" in hint_for(second, [1.0, 2.0, 6.0])[0]
    big = minigrad.ones(10, requires_grad=True)
    (many,) = asked((big * 3).sum(), "value")[1]
    assert many["right"] == [3.0] and many["ask"].endswith("Type the first of its 10 numbers.")
    assert [hint["when"] for hint in many["hints"]] == [[-3.0], [1.0]]


def test_a_leaf_is_asked_where_something_is_to_be_added():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    (x * 5).sum().backward()
    leaf = asked((x * 2 + x * 3).sum(), "value")[-1][0]
    assert leaf["right"] == [10.0, 10.0] and leaf["input"] is None
    assert leaf["ask"] == "A leaf of shape (2,) runs. What does the leaf's .grad hold afterwards? Type its 2 numbers."
    assert hint_for(leaf, [5.0, 5.0])[1] == "M11"
    assert hint_for(leaf, [2.0, 2.0])[1] == hint_for(leaf, [3.0, 3.0])[1] == "M07"


def test_odd_numbers_are_strict_json():
    x = minigrad.tensor([0.0, 1.0], requires_grad=True)
    import numpy as np

    with np.errstate(divide="ignore"):
        trace = ask(record(x.log().sum()), ("next", "shape", "value"))
    json.dumps(trace, allow_nan=False)
    assert trace["questions"][1][2]["right"] == ["inf", 1.0]
    empty = minigrad.ones(0, requires_grad=True)
    assert [len(questions) for questions in asked((empty * 2).sum(), "value")] == [0, 0, 0]


def test_the_words_of_the_picture_give_nothing_away():
    trace = record(fan_out())
    assert "114" in trace["alt"]
    assert "114" not in ask(trace, ("value",))["alt"]


def test_the_walk_is_open_up_to_the_first_unanswered_question():
    trace = ask(record(fan_out()), ("next",))
    answer = {"step": 1, "kind": "next", "input": None, "right": True, "shown": False}
    assert open_steps(trace, []) == 0
    assert open_steps(trace, [answer]) == 1
    assert open_steps(trace, [answer | {"right": False}]) == 0
    assert open_steps(trace, [answer, answer | {"step": 2, "right": False, "shown": True}]) == 2
    assert open_steps(trace, [answer | {"step": n} for n in range(1, 5)]) == 4
