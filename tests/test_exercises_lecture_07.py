"""What the exercises of lecture 07 reply to answers that students give."""

from __future__ import annotations

import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from tests.replies import reply

HALF_STEP = "epsilon, beta_2, rho"
IN_KERAS, IN_RMSPROP = "epsilon / (1 - beta_2) ** 0.5", "(epsilon / (3 + rho)) ** 0.5"
REPLIES = [
    (f"{IN_KERAS}, epsilon, {IN_RMSPROP}", "right"),
    (f"epsilon, epsilon, {IN_RMSPROP}", "That is PyTorch"),
    (f"epsilon * (1 - beta_2) ** 0.5, epsilon, {IN_RMSPROP}", "Upside down"),
    (f"{IN_KERAS}, {IN_KERAS}, {IN_RMSPROP}", "That is Keras"),
    (f"{IN_KERAS}, epsilon, (epsilon / 3) ** 0.5", "RMSprop has no bias correction"),
    (f"epsilon, {IN_KERAS}, {IN_RMSPROP}", "Keras's Adam comes first"),
]
CURVES = [
    ([3, 1, 5, 2, 4], "right"),
    ([3, 1, 4, 2, 5], "same until one of them is cut"),
    ([3, 2, 5, 1, 4], "rate is too small"),
    ([1, 3, 5, 2, 4], "beyond 2/λ_max"),
    ([3, 1, 5, 4, 2], "falls a second time"),
    ([3, 1, 2, 5, 4], "lies level for long"),
    ([1, 2, 3, 4, 5], "A grows"),
    ([3, ..., 5, 2, 4], "not tried yet"),
]
PATH = """
def attempt(gradients, rates, gamma):
    w, v, steps, old = 0.0, 0.0, [], None
    for g, eta in zip(gradients, rates):
        if old is not None and eta != old:
            v *= {factor}
        v = gamma * v - eta * g
        w, old = w + v, eta
        steps.append({given})
    return steps
"""
PATHS = [
    ("eta / old", "(w, v)", "right"),
    ("1", "(w, v)", "That is Keras"),
    ("old / eta", "(w, v)", "Upside down"),
    ("eta / old", "(w, -v / eta)", "The path is right"),
    ("eta / old", "w", "result 1: 2 parts are asked for"),
]
CENTRED = """
def attempt(slope, w, eta, rho, epsilon, steps):
    mean = v = 0.0
    path = []
    for _ in range(steps):
        g = slope(w)
        mean += (1 - rho) * (g - mean)
        v += (1 - rho) * (g * g - v)
        w -= eta * {quotient}
        path.append(w)
    return path
"""
QUOTIENTS = [
    ("g / ((v - mean**2) ** 0.5 + epsilon)", "right"),
    ("g / (v - mean**2 + epsilon) ** 0.5", "ε is inside the root"),
    ("g / (v**0.5 + epsilon)", "without centring"),
    ("mean / ((v - mean**2) ** 0.5 + epsilon)", "it would be Adam"),
    ("g / ((v - mean**2) + epsilon)", "The root is missing"),
]


@pytest.mark.parametrize(("answer", "said"), REPLIES)
def test_half_steps(answer, said):
    assert said in reply("half-step", HALF_STEP, answer)


@pytest.mark.parametrize(("rates", "said"), CURVES)
def test_curves(rates, said):
    assert said in verdict(get("which-curve"), rates)


@pytest.mark.parametrize(("factor", "given", "said"), PATHS)
def test_paths(factor, given, said):
    exercise = get("same-path")
    assert said in verdict(exercise, exercise.defined_by(PATH.format(factor=factor, given=given)))


@pytest.mark.parametrize(("quotient", "said"), QUOTIENTS)
def test_centred_rmsprop(quotient, said):
    exercise = get("rms-elsewhere")
    assert said in verdict(exercise, exercise.defined_by(CENTRED.format(quotient=quotient)))
