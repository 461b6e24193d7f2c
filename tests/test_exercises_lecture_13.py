"""What the exercises of lecture 13 reply to answers that students give."""

from __future__ import annotations

import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from tests.replies import reply

PLANS = [
    ([1, 3, 2, 4], "right"),
    ([3, 1, 2, 4], "Who has enough of them"),
    ([1, 3, 4, 2], "one of them a layer leads pixels"),
    ([2, 3, 1, 4], "few labels and the source's kind"),
    ([1, 4, 2, 3], "97 % without transfer"),
    ([1, 2, 3, 4], "ten labels are few"),
    ([4, 3, 2, 1], "there transfer gives most"),
    ([..., 3, 2, 4], "not tried yet"),
]
CASES = [
    ([1, 2, 3, 1, 3, 1], "right"),
    ([2, 2, 3, 1, 3, 1], "half an archive"),
    ([1, 3, 3, 1, 3, 1], "other weights, other bytes"),
    ([1, 1, 3, 1, 3, 1], "valid file without code"),
    ([1, 2, 2, 1, 3, 1], "that of the exchanged file"),
    ([1, 2, 3, 3, 3, 1], "safe mode refuses code still"),
    ([1, 2, 3, 2, 3, 1], "the author's own"),
    ([1, 2, 3, 1, 2, 1], "so its digest is right"),
    ([1, 2, 3, 1, 3, 2], "own checksum"),
    ([2] * 6, "half an archive"),
]
MOVING = "momentum, steps, share"
FIRST = "next(t for t in range(10**4) if momentum**t < share)"
STATISTICS = [
    (f"1 - momentum, momentum**steps, {FIRST}", "right"),
    (f"momentum, momentum**steps, {FIRST}", "the weight of the old"),
    (f"1 - momentum, (1 - momentum) ** steps, {FIRST}", "weight of the *new*"),
    (f"1 - momentum, 1 - momentum**steps, {FIRST}", "all batches together"),
    (f"1 - momentum, momentum**steps, {FIRST} - 1", "The next is the first"),
]
COUNT = """
def attempt(sizes, frozen, still):
    learn = rest = 0
    for i in range(len(sizes) - 1):
        dense, units = (sizes[i] + {bias}) * sizes[i + 1], sizes[i + 1]
        pair = i < len(sizes) - 2
        moving = {moving} * units * pair
        gains = 2 * units * pair
        if i < frozen:
            rest += dense + gains
        elif still and {heeds}:
            learn, rest = learn + dense, rest + gains
        else:
            learn += dense + gains
        rest += moving
    return learn, rest
"""
COUNTS = [
    (1, 2, True, "right"),
    (0, 2, True, "have biases here"),
    (1, 0, True, "a moving mean and a moving variance, too"),
]


@pytest.mark.parametrize(("plans", "said"), PLANS)
def test_plans(plans, said):
    assert said in verdict(get("choose-plan"), plans)


@pytest.mark.parametrize(("cases", "said"), CASES)
def test_files(cases, said):
    assert said in verdict(get("who-refuses"), cases)


@pytest.mark.parametrize(("answer", "said"), STATISTICS)
def test_moving_statistics(answer, said):
    assert said in reply("moving-statistics", MOVING, answer)


@pytest.mark.parametrize(("bias", "moving", "heeds", "said"), COUNTS)
def test_counts(bias, moving, heeds, said):
    space: dict = {}
    exec(COUNT.format(bias=bias, moving=moving, heeds=heeds), space)
    assert said in verdict(get("trainable-count"), space["attempt"])


@pytest.mark.parametrize(("frozen", "still"), [(0, False), (1, False), (2, True), (3, False)])
def test_the_solution_counts_as_keras_does(keras, frozen, still):
    sizes = [9, 7, 6, 4]
    layers = [keras.Input((sizes[0],))]
    for i, units in enumerate(sizes[1:]):
        pair = [keras.layers.Dense(units)] + ([keras.layers.BatchNormalization()] if i < len(sizes) - 2 else [])
        for layer in pair:
            norm = isinstance(layer, keras.layers.BatchNormalization)
            layer.trainable = i >= frozen and not (norm and still)
        layers += pair
    model = keras.Sequential(layers)
    learn = sum(w.numpy().size if hasattr(w, "numpy") else w.value.size for w in model.trainable_weights)
    space: dict = {}
    import numpy as np

    exec(get("trainable-count").solution, {"np": np}, space)
    assert space["trainable_count"](sizes, frozen, still) == (learn, model.count_params() - learn)
