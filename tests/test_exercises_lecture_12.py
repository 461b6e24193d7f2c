"""What the exercises of lecture 12 reply to answers that students give."""

from __future__ import annotations

import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from tests.replies import reply

LOSSES = """
def attempt(x, W1, W2, centre):
    back = (x - {off}) @ W1.T @ W2.T + centre
    error = ((back - x) ** 2).sum(axis=1)
    return {mse}, {textbook}, {share}
"""
SHARE = "error.sum() / ((x - centre) ** 2).sum()"
LOSS_REPLIES = [
    ("centre", "error.mean() / x.shape[1]", "error.mean()", SHARE, "right"),
    ("0", "error.mean() / x.shape[1]", "error.mean()", SHARE, "What the decoder gives, plus the mean picture"),
    ("centre", "error.mean()", "error.mean()", SHARE, "also averages over the pixels"),
    ("centre", "error.sum()", "error.mean()", SHARE, "averages over all numbers"),
    ("centre", "error.mean() / x.shape[1]", "error.sum()", SHARE, "number of pictures must not matter"),
    ("centre", "error.mean() / x.shape[1]", "error.mean() / 2", SHARE, "Some books have a half"),
    ("centre", "error.mean() / x.shape[1]", "error.mean()", f"1 - {SHARE}", "share that is kept"),
    ("centre", "error.mean() / x.shape[1]", "error.mean()", "error.sum() / (x**2).sum()", "leaves x − centre"),
]
TIED = "W, C"
LEFT, RIGHT = "(C - W.T @ W @ C)", "(C - C @ W.T @ W)"
TIED_REPLIES = [
    (f"-2 / C.shape[0] * W @ ({LEFT} + {RIGHT})", "right"),
    (f"-2 / C.shape[0] * W @ {LEFT}", "the way through the encoder"),
    (f"-2 / C.shape[0] * W @ {RIGHT}", "the way through the decoder"),
    (f"-4 / C.shape[0] * W @ {LEFT}", "two ways are not equal"),
    (f"-1 / C.shape[0] * W @ ({LEFT} + {RIGHT})", "added, not averaged"),
    (f"-2 * W @ ({LEFT} + {RIGHT})", "the textbook's loss"),
    (f"2 / C.shape[0] * W @ ({LEFT} + {RIGHT})", "points downhill"),
    (f"(-2 / C.shape[0] * W @ ({LEFT} + {RIGHT})).T", "shape of its weight"),
]
SCREE = """
def attempt(eigenvalues, keep):
    k = 0
    while sum(eigenvalues[:k]) < {share} * sum(eigenvalues):
        k += 1
    return {k}, {mse}
"""
SCREE_REPLIES = [
    ("keep", "k", "sum(eigenvalues[k:]) / len(eigenvalues)", "right"),
    ("keep", "k - 1", "sum(eigenvalues[k - 1:]) / len(eigenvalues)", "counted from 0"),
    ("(1 - keep)", "k", "sum(eigenvalues[k:]) / len(eigenvalues)", "not the share that may be lost"),
    ("keep", "k", "sum(eigenvalues[k:])", "Keras also averages"),
    ("keep", "k", "sum(eigenvalues[k:]) / (len(eigenvalues) - k)", "number of eigenvalues left out"),
    ("keep", "k", "sum(eigenvalues[:k]) / len(eigenvalues)", "what is left out"),
    ("keep", "k", "sum(eigenvalues[k:]) / sum(eigenvalues)", "share of variance lost"),
]
DENOISER = "variances, sigma"
LEFT_OVER = "(variances * sigma**2 / (variances + sigma**2)).mean()"
DENOISER_REPLIES = [
    (f"1 / (1 + sigma**2 / (variances + 1e-30)), {LEFT_OVER}, sigma**2", "right"),
    (f"variances / (variances + sigma), {LEFT_OVER}, sigma**2", "only be compared with another variance"),
    (f"sigma**2 / (variances + sigma**2), {LEFT_OVER}, sigma**2", "Upside down"),
    (f"variances / (variances + sigma**2), {LEFT_OVER} * len(variances), sigma**2", "mean over pixels"),
    (f"variances / (variances + sigma**2), {LEFT_OVER}, sigma", "The mse is a square"),
    (f"variances / (variances + sigma**2), {LEFT_OVER}, variances.mean()", "answering with the mean picture"),
    (
        "variances / (variances + sigma**2), ((sigma**2 / (variances + sigma**2)) ** 2 * variances).mean(), sigma**2",
        "noise that comes through",
    ),
]


@pytest.mark.parametrize(("off", "mse", "textbook", "share", "said"), LOSS_REPLIES)
def test_three_losses(off, mse, textbook, share, said):
    exercise = get("three-losses")
    attempt = exercise.defined_by(LOSSES.format(off=off, mse=mse, textbook=textbook, share=share))
    assert said in verdict(exercise, attempt)


@pytest.mark.parametrize(("answer", "said"), TIED_REPLIES)
def test_tied_gradients(answer, said):
    assert said in reply("tied-gradient", TIED, answer)


@pytest.mark.parametrize(("share", "k", "mse", "said"), SCREE_REPLIES)
def test_scree(share, k, mse, said):
    exercise = get("choose-k")
    assert said in verdict(exercise, exercise.defined_by(SCREE.format(share=share, k=k, mse=mse)))


@pytest.mark.parametrize(("answer", "said"), DENOISER_REPLIES)
def test_best_denoisers(answer, said):
    assert said in reply("best-denoiser", DENOISER, answer)
