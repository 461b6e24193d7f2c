"""Exercises of lecture 08, regularization."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

SAME = Exercise(
    id="same-ridge",
    lecture=8,
    task="The decay of Keras's and of PyTorch's momentum, and the factor of Keras's L2, that end at Ridge(alpha).",
    stub="""
        def same_ridge(alpha, n, gamma):
            keras_momentum, torch_momentum, keras_l2 = ..., ..., ...
            return keras_momentum, torch_momentum, keras_l2
    """,
    solution="""
        def same_ridge(alpha, n, gamma):
            keras_momentum = alpha / n / (1 - gamma)
            torch_momentum = alpha / n
            keras_l2 = alpha / n / 2
            return keras_momentum, torch_momentum, keras_l2
    """,
    explanation=(
        "Ridge adds alpha‖w‖² to a sum of squares. Half the mean of squares is that sum over 2n, so the penalty is "
        "alpha/(2n)·‖w‖²: λ = alpha/n. PyTorch's decay is λ. Keras's L2(c) adds c‖w‖², so c = λ/2. Keras's momentum "
        "rests where g = −(1 − γ)·decay·w, so its decay is λ/(1 − γ)."
    ),
    hints=(
        "First find λ of the penalty λ/2·‖w‖², then ask where Keras's momentum rests: g = −(1 − γ)·decay·w.",
        "Divide scikit-learn's loss, ‖y − Xw‖² + alpha‖w‖², by 2n. What stands before ‖w‖²?",
        "Keras's L2(c) adds c‖w‖², with no half.",
    ),
    mistakes=(
        Mistake("alpha / n / (1 - gamma)", "alpha / n", "So momentum ends at 1 − γ times the penalty that you want."),
        Mistake("alpha / n / (1 - gamma)", "alpha / n * (1 - gamma)", "Upside down: momentum weakens the decay."),
        Mistake("alpha / n / (1 - gamma)", "alpha / n / gamma", "Its steps add up to 1/(1 − γ), not to 1/γ."),
        Mistake("alpha / n / (1 - gamma)", "alpha / (1 - gamma)", "alpha belongs to a sum, your loss is a mean."),
        Mistake(
            "torch_momentum = alpha / n",
            "torch_momentum = alpha / n / (1 - gamma)",
            "PyTorch puts the decay into the gradient, so momentum enlarges both alike.",
        ),
        Mistake(
            "torch_momentum = alpha / n",
            "torch_momentum = alpha",
            "alpha belongs to a sum over n examples, your loss is a mean.",
        ),
        Mistake(
            "torch_momentum = alpha / n", "torch_momentum = alpha / n / 2", "PyTorch adds λw, the slope of ½λ‖w‖²."
        ),
        Mistake("keras_l2 = alpha / n / 2", "keras_l2 = alpha / n", "Keras's L2(c) adds c‖w‖²; its slope is 2cw."),
        Mistake("keras_l2 = alpha / n / 2", "keras_l2 = 2 * alpha / n", "The wrong way: the slope of c‖w‖² is 2cw."),
        Mistake(
            "keras_l2 = alpha / n / 2",
            "keras_l2 = alpha / n / 2 / (1 - gamma)",
            "A penalty is part of the gradient. Momentum does not change where it ends.",
        ),
        Mistake(
            "return keras_momentum, torch_momentum, keras_l2",
            "return torch_momentum, keras_momentum, keras_l2",
            "Keras's momentum comes first.",
        ),
    ),
    cases=[{"alpha": 44.2, "n": 221, "gamma": 0.9}, {"alpha": 3.0, "n": 60, "gamma": 0.5}],
)

_WEIGHTS = np.array([-2.0, -0.3, -0.05, 0.0, 0.07, 0.4, 1.5])

ELASTIC = Exercise(
    id="elastic-step",
    lecture=8,
    task="One proximal step of the elastic net, for each weight by itself.",
    stub="""
        def elastic_step(w, eta, lam_1, lam_2):
            return ...
    """,
    solution="""
        def elastic_step(w, eta, lam_1, lam_2):
            shrunk = np.maximum(abs(w) - eta * lam_1, 0)
            return np.sign(w) * shrunk / (1 + eta * lam_2)
    """,
    explanation=(
        "For u > 0 the slope is (u − w)/η + λ₁ + λ₂u. It is 0 at u = (w − ηλ₁)/(1 + ηλ₂); where that is negative, the "
        "minimum is at 0. So: soft threshold by ηλ₁, then divide."
    ),
    hints=(
        "Take u > 0, set the slope (u − w)/η + λ₁ + λ₂u to 0, and solve for u. Then u < 0, and what is left.",
        "With λ₂ = 0 it is the soft threshold; with λ₁ = 0 the minimum is w/(1 + ηλ₂).",
    ),
    mistakes=(
        Mistake("/ (1 + eta * lam_2)", "* (1 - eta * lam_2)", "A step of decay. The minimum divides by 1 + ηλ₂."),
        Mistake("/ (1 + eta * lam_2)", "- eta * lam_2 * w", "Solve for u: λ₂ multiplies u, not w."),
        Mistake("/ (1 + eta * lam_2)", "", "Without λ₂: that is the step of the lasso."),
        Mistake("/ (1 + eta * lam_2)", "/ (1 + 2 * eta * lam_2)", "The penalty is λ₂/2·u²: its slope is λ₂u."),
        Mistake("/ (1 + eta * lam_2)", "/ (1 + lam_2)", "The first term has 1/(2η): multiply the slope by η."),
        Mistake("- eta * lam_1", "- lam_1", "The threshold is ηλ₁: the first term has 1/(2η)."),
        Mistake("np.maximum(abs(w) - eta * lam_1, 0)", "(abs(w) - eta * lam_1)", "Small ones end at 0, not beyond it."),
        Mistake(
            "np.maximum(abs(w) - eta * lam_1, 0)",
            "abs(w) * (abs(w) > eta * lam_1)",
            "That cuts off the small ones and leaves the others as they are. The roof pulls at all of them.",
        ),
        Mistake(
            "np.sign(w) * shrunk / (1 + eta * lam_2)",
            "w - eta * (lam_1 * np.sign(w) + lam_2 * w)",
            "A step down the slope jumps over 0. The proximal step minimizes, and so can stop at it.",
        ),
        Mistake("np.sign(w) * ", "", "Negative weights stay negative: put the sign back."),
        Mistake(
            "shrunk / (1 + eta * lam_2)",
            "np.maximum(abs(w) / (1 + eta * lam_2) - eta * lam_1, 0)",
            "The order matters: both parts stand over 1 + ηλ₂, the threshold too.",
        ),
    ),
    cases=[
        {"w": _WEIGHTS, "eta": 0.5, "lam_1": 0.2, "lam_2": 3.0},
        {"w": 3 * _WEIGHTS[::-1], "eta": 0.1, "lam_1": 2.0, "lam_2": 0.5},
    ],
)

_LOSSES = [3.0, 2.0, 2.2, 1.95, 1.93, 1.92, 1.5, 1.6, 1.7, 1.8, 1.9]

STOPPING = Exercise(
    id="when-to-stop",
    lecture=8,
    task="The epoch after which training stops, and the best one, with a smallest improvement that counts.",
    stub="""
        def when_to_stop(losses, patience, min_delta):
            stopped, best = ..., ...
            return stopped, best
    """,
    solution="""
        def when_to_stop(losses, patience, min_delta):
            stopped, best = 0, 0
            for stopped in range(1, len(losses)):
                if losses[stopped] < losses[best] - min_delta:
                    best = stopped
                elif stopped - best >= patience:
                    break
            return stopped, best
    """,
    explanation=(
        "The loss is compared with the best so far, not with the one before. An epoch that is lower by min_delta or "
        "less is no improvement: it uses up patience, and does not become the best."
    ),
    hints=(
        "Change stop() in one place: when does an epoch count as better?",
        "An epoch that is not better uses up patience, even if its loss is a little lower.",
    ),
    mistakes=(
        Mistake("losses[best] - min_delta", "losses[best]", "min_delta has no effect: any improvement counts."),
        Mistake(
            "losses[stopped] < losses[best] - min_delta",
            "losses[stopped] <= losses[best] - min_delta",
            "Exactly min_delta lower is not enough.",
        ),
        Mistake("losses[best] - min_delta", "losses[best] + min_delta", "So a slightly worse epoch counts as better."),
        Mistake(
            "losses[stopped] < losses[best] - min_delta",
            "losses[stopped] < losses[stopped - 1] - min_delta",
            "Compare with the best epoch so far, not with the one before.",
        ),
        Mistake(">= patience", "> patience", "One epoch too late: patience 1 stops at the first that is not better."),
        Mistake("return stopped, best", "return best, stopped", "First the last epoch, then the best."),
        Mistake("return stopped, best", "return stopped, stopped", "The weights come back from the best epoch."),
        Mistake("return stopped, best", "return stopped + 1, best + 1", "Both are counted from 0."),
        Mistake(
            "return stopped, best",
            "return stopped, min(range(stopped + 1), key=losses.__getitem__)",
            "An epoch that is lower by no more than min_delta does not become the best.",
        ),
    ),
    cases=[
        {"losses": [3.0, 2.0, 1.95, 2.0, 2.08, 1.97, 2.1], "patience": 2, "min_delta": 0.1},
        {"losses": _LOSSES, "patience": 3, "min_delta": 0.1},
        {"losses": _LOSSES, "patience": 3, "min_delta": 0.0},
        {"losses": _LOSSES, "patience": 1, "min_delta": 0.0},
        {"losses": _LOSSES, "patience": 20, "min_delta": 0.1},
        {"losses": [2.0, 1.9, 1.85, 1.83, 1.7], "patience": 2, "min_delta": 0.2},
        {"losses": [3.0, 2.5, 2.6, 2.7, 2.8], "patience": 2, "min_delta": 0.5},
    ],
)

_OUTPUTS = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
_DRAWS = np.array([[0.1, 0.7, 0.35], [0.9, 0.2, 0.55]])

DROPOUTS = Exercise(
    id="two-dropouts",
    lecture=8,
    task="What training and use see: original dropout, then inverted dropout.",
    stub="""
        def two_dropouts(x, u, p):
            original_training, original_use, inverted_training, inverted_use = ..., ..., ..., ...
            return original_training, original_use, inverted_training, inverted_use
    """,
    solution="""
        def two_dropouts(x, u, p):
            original_training = np.where(u < p, 0, x)
            original_use = (1 - p) * x
            inverted_training = np.where(u < p, 0, x / (1 - p))
            inverted_use = x
            return original_training, original_use, inverted_training, inverted_use
    """,
    explanation=(
        "The mean of x over masks is (1 − p)x. Use must see the mean of training: the original scales by 1 − p in "
        "use. Inverted dropout divides by 1 − p in training, and use has nothing to do."
    ),
    hints=(
        "No scaling in the original's training: a unit is there, or it is 0.",
        "What use sees must be the mean of what training saw, over all masks. How often is a unit there?",
        "The two trainings differ by one factor, such that the mean is x.",
        "In use nothing is dropped, and here nothing is scaled.",
    ),
    mistakes=(
        Mistake("np.where(u < p, 0, x)", "np.where(u < p, x, 0)", "u < p means dropped; you keep just those."),
        Mistake("np.where(u < p, 0, x)", "np.where(u < 1 - p, 0, x)", "p is the share that is dropped, not kept."),
        Mistake("original_use = (1 - p) * x", "original_use = p * x", "A unit is there with probability 1 − p."),
        Mistake("original_use = (1 - p) * x", "original_use = x / (1 - p)", "Upside down: in use all units are there."),
        Mistake("original_use = (1 - p) * x", "original_use = x", "The next layer gets more than it was trained on."),
        Mistake("x / (1 - p))", "(1 - p) * x)", "Upside down: those that stay must stand in for the others."),
        Mistake("x / (1 - p))", "x / p)", "The share that stays is 1 − p; divide by that."),
        Mistake("x / (1 - p))", "x)", "That is the original again. Inverted dropout scales in training."),
        Mistake("x / (1 - p))", "x * (1 + p))", "Its mean is (1 − p)(1 + p)x, not x."),
        Mistake("inverted_use = x", "inverted_use = (1 - p) * x", "Scaled twice: training has done it already."),
        Mistake("inverted_use = x", "inverted_use = x / (1 - p)", "Scaling is for training only."),
    ),
    cases=[{"x": _OUTPUTS, "u": _DRAWS, "p": 0.3}, {"x": -_OUTPUTS[::-1], "u": _DRAWS, "p": 0.6}],
    hint_for_each=True,
)

SIX = Exercise(
    id="label-of-six",
    lecture=8,
    task="Which changes keep the label of a handwritten 6? True where it stays right.",
    stub="""
        keeps_six = dict(
            turn_by_10_degrees=...,
            turn_by_180_degrees=...,
            mirror_left_right=...,
            one_pixel_up=...,
            darker=...,
            upper_half_cut_off=...,
            a_tenth_smaller=...,
        )
    """,
    solution="""
        keeps = [True, False, False, True, True, False, True]
    """,
    explanation=(
        "Turned by 180° a 6 is a 9. A mirrored 6 is no digit, so the network would learn a shape that never comes. "
        "The lower half alone is a 0 or an o. A small turn, a shift, light and size leave a 6 a 6."
    ),
    hints=(
        "Draw each result on paper, show it to somebody who does not know, and ask which digit it is.",
        "Three of the seven make something else: another digit, or none.",
    ),
    mistakes=(
        Mistake("[True, False, False, True,", "[True, True, False, True,", "Turn it upside down: which digit is it?"),
        Mistake(
            "[True, False, False, True,",
            "[True, False, True, True,",
            "Mirrored, it opens to the other side. Nobody writes such a 6: a shape that never comes is a wrong lesson.",
        ),
        Mistake("[True, False, False, True,", "[False, False, False, True,", "Ten degrees: so people's hands differ."),
        Mistake("[True, False, False, True,", "[True, False, False, False,", "One pixel up it is still the same 6."),
        Mistake("True, True, False, True]", "True, False, False, True]", "Less ink, the same digit."),
        Mistake("True, True, False, True]", "True, True, True, True]", "The ring below is left. What do people read?"),
        Mistake("True, True, False, True]", "True, True, False, False]", "A smaller 6 is a 6."),
        Mistake("[True, False, False, True, True, False, True]", "[True] * 7", "Start with the turn by 180 degrees."),
    ),
)

EXERCISES = [SAME, ELASTIC, STOPPING, DROPOUTS, SIX]
