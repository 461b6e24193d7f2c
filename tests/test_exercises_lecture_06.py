"""What the exercises of lecture 06 reply to answers that students give."""

from __future__ import annotations

import pytest

from tests.replies import reply

PREPARED = {
    "kilometres-per-hour": "weights, factors",
    "no-leak": "x_train, x_test",
    "batch-norm-forward": "h, gamma, beta, mean, variance, share_of_new, epsilon",
    "which-mode": "h, y, mean, variance",
    "spot-leak": "x_train, x_test, z_test",
}
SAFE = "(s := np.where(np.ptp(x_train, 0) == 0, 1, x_train.std(0)))"
NORMED = "gamma * (h - h.mean(0)) / (h.var(0) + epsilon) ** 0.5 + beta"
NEW = "mean + share_of_new * (h.mean(0) - mean)"
IN_TRAINING = "(h - h.mean(0)) / (h.var(0) + 1e-3) ** 0.5"
IN_INFERENCE = "(h - mean) / (variance + 1e-3) ** 0.5"
FROM = "abs(z_test - (x_test - r.mean(0)) / r.std(0)).max()"
MEAN_FROM = FROM.replace(".max()", ".mean()")
REPLIES = [
    ("kilometres-per-hour", "weights / factors, factors**-2.0", "right"),
    ("kilometres-per-hour", "weights * factors, factors**-2.0", "its weight must get larger"),
    ("kilometres-per-hour", "weights / factors, factors**2", "Upside down"),
    ("kilometres-per-hour", "weights / factors, 1 / factors", "The penalty squares it"),
    ("kilometres-per-hour", "weights / factors, (weights / factors) ** 2", "Compare it with the old one"),
    ("no-leak", f"((x_train - x_train.mean(0)) / {SAFE}, (x_test - x_train.mean(0)) / s)", "right"),
    (
        "no-leak",
        f"((x_train - x_train.mean(0)) / {SAFE}, (x_test - x_test.mean(0)) / x_test.std(0))",
        "strategy 2",
    ),
    ("no-leak", f"((x_train - x_train.mean(0)) / {SAFE}, (x_test - x_test.mean(0)) / s)", "the mean is the test set's"),
    (
        "no-leak",
        "((x_train - x_train.mean(0)) / (s := x_train.std(0) + 1e-9), (x_test - x_train.mean(0)) / s)",
        "becomes huge",
    ),
    (
        "no-leak",
        "((x_train - x_train.mean(0)) / (s := np.where(x_train.std(0) == 0, 1, x_train.std(0))), "
        "(x_test - x_train.mean(0)) / s)",
        "Right but for rounding",
    ),
    (
        "batch-norm-forward",
        f"{NORMED}, {NEW}, variance + share_of_new * (h.var(0, ddof=1) - variance)",
        "right",
    ),
    (
        "batch-norm-forward",
        f"{NORMED}, {NEW}, variance + share_of_new * (h.var(0) - variance)",
        "PyTorch's is divided by B − 1",
    ),
    (
        "batch-norm-forward",
        f"{NORMED}, share_of_new * mean + (1 - share_of_new) * h.mean(0), "
        "variance + share_of_new * (h.var(0, ddof=1) - variance)",
        "as Keras does",
    ),
    (
        "batch-norm-forward",
        f"gamma * (h - mean) / (variance + epsilon) ** 0.5 + beta, {NEW}, "
        "variance + share_of_new * (h.var(0, ddof=1) - variance)",
        "That is inference mode",
    ),
    ("which-mode", f"abs(y - {IN_TRAINING}).max(), abs(y - {IN_INFERENCE}).max()", "right"),
    ("which-mode", f"abs(y - {IN_INFERENCE}).max(), abs(y - {IN_TRAINING}).max()", "exchanged"),
    ("which-mode", f"abs(y.mean(0)).max(), abs(y - {IN_INFERENCE}).max()", "A mean of 0 over the batch"),
    (
        "which-mode",
        f"abs(y - (h - h.mean(0)) / (h.var(0, ddof=1) + 1e-3) ** 0.5).max(), abs(y - {IN_INFERENCE}).max()",
        "divided by B",
    ),
    ("spot-leak", f"[{FROM} for r in (x_train, x_test, np.vstack([x_train, x_test]))]", "right"),
    ("spot-leak", f"[{FROM} for r in (x_test, x_train, np.vstack([x_train, x_test]))]", "exchanged"),
    ("spot-leak", f"[{MEAN_FROM} for r in (x_train, x_test, np.vstack([x_train, x_test]))]", "largest"),
]


@pytest.mark.parametrize(("exercise", "answer", "said"), REPLIES)
def test_a_typical_answer_gets_its_reply(exercise, answer, said):
    assert said in reply(exercise, PREPARED[exercise], answer)
