"""Exercises of lecture 07, optimizers."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

CURVES = Exercise(
    id="which-curve",
    lecture=7,
    task="Give the number of the run, 1 to 5, that each of the curves A, B, C, D, E belongs to; each once.",
    stub="""
        run_of = dict(A=..., B=..., C=..., D=..., E=...)
    """,
    solution="""
        runs = [3, 1, 5, 2, 4]
    """,
    explanation=(
        "The largest curvature is 400, so rates above 2/400 = 0.005 diverge: A is run 3. B still falls in the end and "
        "has not come to rest: the smallest rate, run 1. C and E are the same until step 200, where E is cut; C rests, "
        "and is cut at 800. D never falls by a step: run 2."
    ),
    hints=(
        "A grows. Which of the rates is beyond the limit 2/λ_max = 2/400?",
        "B still falls in the end and has not come to rest: for which run are 1,000 steps too few?",
        "C rests for long, and then falls once more, late. Which run has such a cut?",
        "D has no step in it, so no cut. Which of the constant rates is neither tiny nor too large?",
        "E is the same curve as C at first. Where do the two part, and which run was cut there?",
    ),
    mistakes=(
        Mistake(
            "[3, 1, 5, 2, 4]",
            "[3, 1, 4, 2, 5]",
            "C and E are the same until one of them is cut. Which curve falls at step 200, and which at 800?",
        ),
        Mistake(
            "[3, 1, 5, 2, 4]",
            "[3, 2, 5, 1, 4]",
            "B still falls in the end and has not come to rest: its rate is too small. D has come to rest.",
        ),
        Mistake(
            "[3, 1, 5, 2, 4]",
            "[1, 3, 5, 2, 4]",
            "A grows, so its rate is beyond 2/λ_max = 0.005. B falls all the time.",
        ),
        Mistake(
            "[3, 1, 5, 2, 4]",
            "[3, 1, 5, 4, 2]",
            "E falls a second time at step 200: that is a cut. D has no such step.",
        ),
        Mistake(
            "[3, 1, 5, 2, 4]",
            "[3, 1, 2, 5, 4]",
            "C lies level for long, and falls once more at step 800: that is a cut. D has no such step.",
        ),
    ),
    tolerance=1e-9,
    hint_for_each=True,
)

_SLOPES = np.array([1.0, 0.8, -0.5, 0.6, 1.2, 0.3])
_RATES = np.array([0.1, 0.1, 0.01, 0.01, 0.05, 0.05])

PATH = Exercise(
    id="same-path",
    lecture=7,
    task="Momentum with Keras's velocity that walks PyTorch's path, also when the rate changes.",
    stub="""
        def same_path(gradients, rates, gamma):
            steps = ...  # [(position, velocity), …]
            return steps
    """,
    solution="""
        def same_path(gradients, rates, gamma):
            w, v, steps, before = 0.0, 0.0, [], rates[0]
            for g, eta in zip(gradients, rates):
                v = gamma * v * eta / before - eta * g
                w, before = w + v, eta
                steps.append((w, v))
            return steps
    """,
    explanation=(
        "Keras's velocity is −η times PyTorch's. When the rate changes, the old velocity has to be brought to the new "
        "rate: times η / η before. At a constant rate that factor is 1, and nothing is to be done."
    ),
    hints=(
        "Write PyTorch's velocity as b. Its step is −ηb. Which v makes w + v the same?",
        "If v = −ηb in each step, what is γb in terms of the v of the step before and of the rate of that step?",
        "Keep the rate of the step before in a variable of your own; the first step has none before it.",
    ),
    mistakes=(
        Mistake("(w, v)", "(w, -v / eta)", "The path is right. The velocity is PyTorch's; Keras's is −η times that."),
        Mistake("gamma * v * eta / before", "gamma * v", "That is Keras: the old rate is still inside v."),
        Mistake("gamma * v * eta / before", "gamma * v * before / eta", "Upside down: a cut must shorten v."),
        Mistake("gamma * v * eta / before", "v * eta / before", "γ is missing: the old velocity must fade."),
        Mistake("- eta * g", "+ eta * g", "The velocity points downhill, minus the gradient, and is added."),
        Mistake("- eta * g", "- g", "Your velocity is in units of the gradient. Keras's contains the rate."),
        Mistake("- eta * g", "- eta * (1 - gamma) * g", "That is the damped convention: its steps are 1 − γ as long."),
        Mistake("w + v,", "w - eta * v,", "Keras's velocity already contains −η: add it to w as it is."),
        Mistake(
            "gamma * v * eta / before - eta * g",
            "eta / before * (gamma * v - eta * g)",
            "Only the old velocity is brought to the new rate; the new gradient has it already.",
        ),
    ),
    cases=[
        {"gradients": _SLOPES, "rates": np.full(6, 0.1), "gamma": 0.9},
        {"gradients": _SLOPES, "rates": _RATES, "gamma": 0.9},
        {"gradients": 2 * _SLOPES[::-1], "rates": _RATES[::-1], "gamma": 0.5},
    ],
)

HALF = Exercise(
    id="half-step",
    lecture=7,
    task="The size of gradient at which the first step is η/2: Adam in Keras, Adam in PyTorch, RMSprop in Keras.",
    stub="""
        def half_step(epsilon, beta_2, rho):
            keras_adam, torch_adam, keras_rmsprop = ..., ..., ...
            return keras_adam, torch_adam, keras_rmsprop
    """,
    solution="""
        def half_step(epsilon, beta_2, rho):
            keras_adam = epsilon / np.sqrt(1 - beta_2)
            torch_adam = epsilon
            keras_rmsprop = np.sqrt(epsilon / (3 + rho))
            return keras_adam, torch_adam, keras_rmsprop
    """,
    explanation=(
        "Adam's first step is η g / (|g| + tiny), with tiny = ε in PyTorch and ε/√(1 − β₂) in Keras: half of η where "
        "|g| = tiny. RMSprop's is η g / √((1 − ρ) g² + ε); half of η where 4 g² = (1 − ρ) g² + ε."
    ),
    hints=(
        "Keras's Adam: at first √v is √(1 − β₂) g, and ε is added to that, before the correction. When are both equal?",
        "PyTorch's Adam: after the correction the first m̂ and √v̂ are g. Where does g / (g + ε) become one half?",
        "RMSprop: v = (1 − ρ) g² after the first step. Solve g / √(v + ε) = ½ for g; square both sides.",
    ),
    mistakes=(
        Mistake(
            "keras_adam = epsilon / np.sqrt(1 - beta_2)",
            "keras_adam = epsilon",
            "That is PyTorch. Keras adds ε to √v before it is corrected; what is that in terms of √v̂?",
        ),
        Mistake(
            "keras_adam = epsilon / np.sqrt(1 - beta_2)",
            "keras_adam = epsilon * np.sqrt(1 - beta_2)",
            "Upside down: √v is smaller than √v̂, so the same ε counts for more in Keras.",
        ),
        Mistake(
            "keras_adam = epsilon / np.sqrt(1 - beta_2)",
            "keras_adam = epsilon / (1 - beta_2)",
            "The correction of v stands under the root.",
        ),
        Mistake(
            "torch_adam = epsilon",
            "torch_adam = epsilon / np.sqrt(1 - beta_2)",
            "That is Keras. In PyTorch ε is added to √v̂, and that is g at first.",
        ),
        Mistake("torch_adam = epsilon", "torch_adam = 2 * epsilon", "At g = 2ε the step is 2/3 of η."),
        Mistake("torch_adam = epsilon", "torch_adam = np.sqrt(epsilon)", "In PyTorch ε is outside the root."),
        Mistake(
            "np.sqrt(epsilon / (3 + rho))",
            "np.sqrt(epsilon) / (1 + np.sqrt(rho))",
            "Square both sides of g / √((1 − ρ) g² + ε) = ½, and collect g².",
        ),
        Mistake(
            "np.sqrt(epsilon / (3 + rho))",
            "np.sqrt(epsilon / 3)",
            "The first v is (1 − ρ) g², not g²: RMSprop has no bias correction.",
        ),
        Mistake(
            "np.sqrt(epsilon / (3 + rho))",
            "np.sqrt(epsilon / (4 - rho))",
            "The first v is (1 − ρ) g², and ρ the share that is kept: 4 − (1 − ρ).",
        ),
        Mistake(
            "np.sqrt(epsilon / (3 + rho))",
            "epsilon / (3 + rho)",
            "That is g². The root is missing.",
        ),
        Mistake(
            "np.sqrt(epsilon / (3 + rho))",
            "epsilon / (2 - np.sqrt(1 - rho))",
            "That has ε outside the root, as PyTorch does. Keras's RMSprop has it inside.",
        ),
        Mistake(
            "return keras_adam, torch_adam, keras_rmsprop",
            "return torch_adam, keras_adam, keras_rmsprop",
            "Keras's Adam comes first.",
        ),
    ),
    cases=[
        {"epsilon": 0.01, "beta_2": 0.99, "rho": 0.9},
        {"epsilon": 0.2, "beta_2": 0.75, "rho": 0.5},
    ],
    hint_for_each=True,
)


def _bowl(w: float) -> float:
    return w**3 + 2 * w - 1


def _wave(w: float) -> float:
    return np.sin(3 * w) + 0.2 * w


ELSEWHERE = Exercise(
    id="rms-elsewhere",
    lecture=7,
    task="PyTorch's centred RMSprop: positions after each step.",
    stub="""
        def rms_elsewhere(slope, w, eta, rho, epsilon, steps):
            positions = ...
            return positions
    """,
    solution="""
        def rms_elsewhere(slope, w, eta, rho, epsilon, steps):
            mean, v, positions = 0.0, 0.0, []
            for _ in range(steps):
                g = slope(w)
                mean, v = rho * mean + (1 - rho) * g, rho * v + (1 - rho) * g**2
                w = w - eta * g / (np.sqrt(v - mean**2) + epsilon)
                positions.append(w)
            return positions
    """,
    explanation=(
        "v − mean² is the variance of recent gradients: the mean of the squares minus the square of the mean. Its root "
        "is their spread; ε is added to the root. A gradient that stays the same has no spread, so it gets long steps."
    ),
    hints=(
        "Two running averages with the same memory: of g, and of g².",
        "The step: η g over a root, plus ε. Under the root stands v less the square of the mean.",
        "The gradient in the numerator is the present one, not its mean: this is not Adam.",
    ),
    mistakes=(
        Mistake(
            "(np.sqrt(v - mean**2) + epsilon)",
            "np.sqrt(v - mean**2 + epsilon)",
            "Here ε is inside the root, as in Keras. PyTorch adds it to the root.",
        ),
        Mistake(
            "np.sqrt(v - mean**2)", "np.sqrt(v)", "That is RMSprop without centring: take the square of the mean off v."
        ),
        Mistake(
            "mean, v = rho * mean + (1 - rho) * g, rho * v + (1 - rho) * g**2\n"
            "        w = w - eta * g / (np.sqrt(v - mean**2) + epsilon)",
            "mean, v = rho * mean + (1 - rho) * g, rho * v + (1 - rho) * (g - mean) ** 2\n"
            "        w = w - eta * g / (np.sqrt(v) + epsilon)",
            "You average (g − mean)². Average g² itself, and take the square of the mean off in the end.",
        ),
        Mistake(
            "mean, v = rho * mean + (1 - rho) * g, rho * v + (1 - rho) * g**2\n"
            "        w = w - eta * g / (np.sqrt(v - mean**2) + epsilon)",
            "mean = rho * mean + (1 - rho) * g\n"
            "        v = rho * v + (1 - rho) * (g - mean) ** 2\n"
            "        w = w - eta * g / (np.sqrt(v) + epsilon)",
            "You average (g − mean)². Average g² itself, and take the square of the mean off only then.",
        ),
        Mistake("np.sqrt(v - mean**2)", "(v - mean**2)", "The root is missing: divide by the spread."),
        Mistake("np.sqrt(v - mean**2)", "(np.sqrt(v) - mean)", "Take the square of the mean off v, under the root."),
        Mistake("np.sqrt(v - mean**2)", "np.sqrt(v + mean**2)", "The square of the mean is taken off, not added."),
        Mistake(
            "rho * mean + (1 - rho) * g, rho * v + (1 - rho) * g**2",
            "(1 - rho) * mean + rho * g, (1 - rho) * v + rho * g**2",
            "ρ is the share that is kept, in both averages.",
        ),
        Mistake("rho * v + (1 - rho) * g**2", "v + g**2", "That sums up, as Adagrad does. RMSprop forgets."),
        Mistake(
            "w - eta * g", "w - eta * mean", "The numerator is the gradient itself. With its mean it would be Adam."
        ),
        Mistake("w - eta * g", "w + eta * g", "Downhill: minus."),
        Mistake(
            "np.sqrt(v - mean**2)",
            "np.sqrt((v - mean**2) / (1 - rho))",
            "There is no bias correction here.",
        ),
    ),
    cases=[
        {"slope": _bowl, "w": 1.5, "eta": 0.01, "rho": 0.9, "epsilon": 0.05, "steps": 5},
        {"slope": _wave, "w": -0.4, "eta": 0.05, "rho": 0.6, "epsilon": 0.1, "steps": 4},
    ],
)

EXERCISES = [CURVES, PATH, HALF, ELSEWHERE]
