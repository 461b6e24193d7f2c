"""Exercises of lecture 14, multi-task learning."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

BUDGET = Exercise(
    id="equal-budget",
    lecture=14,
    task="Weights and biases of one trunk with its heads; the most first units of separate networks with no more.",
    stub="""
        def equal_budget(inputs, first, second, tasks, small):
            shared, units = ..., ...
            return shared, units
    """,
    solution="""
        def equal_budget(inputs, first, second, tasks, small):
            shared = inputs * first + first + first * second + second + tasks * (second + 1)
            each = shared // tasks
            units = (each - small - (small + 1)) // (inputs + 1 + small)
            return shared, units
    """,
    explanation=(
        "The trunk is counted once, (inputs + 1)·first + (first + 1)·second, and each head has second + 1. A network "
        "with a first layer of u has (inputs + 1)·u + (u + 1)·small + small + 1: every first unit costs "
        "inputs + 1 + small. Solve for u, and round down."
    ),
    hints=(
        "The trunk is there once, a head for each task. Each unit has a weight for each of its inputs and one bias.",
        "Write what one separate network of u first units has, and collect what is multiplied by u. Each of the tasks "
        "may have shared / tasks; round down in the end.",
    ),
    mistakes=(
        Mistake(
            "+ first + first * second + second + tasks * (second + 1)",
            "+ first * second + tasks * second",
            "Biases count as well: one for each unit, in the trunk and in the heads.",
        ),
        Mistake(
            "tasks * (second + 1)\n",
            "(second + 1)\n",
            "There is a head for each task on the one trunk.",
        ),
        Mistake(
            "shared = inputs * first + first + first * second + second + tasks * (second + 1)",
            "shared = tasks * (inputs * first + first + first * second + second + second + 1)",
            "That is a trunk for each task. Shared means that it is there once.",
        ),
        Mistake(
            "each = shared // tasks",
            "each = shared",
            "All separate networks together may have as many weights as the shared one.",
        ),
        Mistake(
            "units = (each - small - (small + 1)) // (inputs + 1 + small)",
            "units = first // tasks",
            "A third of the units is not a third of the weights: heads and second layers count, too.",
        ),
        Mistake(
            "(each - small - (small + 1))",
            "each",
            "Before any first unit is there, a network already has the biases of the second layer and its head.",
        ),
        Mistake(
            "units = (each - small - (small + 1)) // (inputs + 1 + small)",
            "units = -(-(each - small - (small + 1)) // (inputs + 1 + small))",
            "Round down: all separate networks together may have at most as many.",
        ),
        Mistake(
            "(each - small - (small + 1))",
            "(each - small)",
            "A separate network has a head as well: `small` weights and a bias.",
        ),
        Mistake(
            "// (inputs + 1 + small)",
            "// (inputs + 1)",
            "A first unit has a weight to each unit of the second layer as well.",
        ),
    ),
    cases=[
        {"inputs": 80, "first": 32, "second": 8, "tasks": 3, "small": 4},
        {"inputs": 1024, "first": 256, "second": 64, "tasks": 10, "small": 16},
        {"inputs": 20, "first": 30, "second": 12, "tasks": 4, "small": 12},
        {"inputs": 7, "first": 50, "second": 3, "tasks": 2, "small": 2},
        {"inputs": 19, "first": 41, "second": 14, "tasks": 4, "small": 17},  # where one weight more decides
    ],
    tolerance=1e-9,
    hint_for_each=True,
)


def _faces(seed: int, smiles: int, ages: int) -> dict[str, np.ndarray]:
    """A batch of nine faces of which some labels are missing."""
    rng = np.random.default_rng(seed)
    smile, age = rng.integers(0, 2, 9).astype(float), np.round(rng.normal(size=9), 2)
    smile[rng.permutation(9)[smiles:]] = np.nan
    age[rng.permutation(9)[ages:]] = np.nan
    return {"smile": smile, "logits": rng.normal(size=9), "age": age, "ages": rng.normal(size=9)}


MASKED = Exercise(
    id="masked-loss",
    lecture=14,
    task="What Keras's default reports for two tasks with missing labels, and the sum of means over labelled faces.",
    stub="""
        def masked_loss(smile, logits, age, ages):
            keras_smile, keras_age, balanced = ..., ..., ...
            return keras_smile, keras_age, balanced
    """,
    solution="""
        def masked_loss(smile, logits, age, ages):
            has_smile, has_age = ~np.isnan(smile), ~np.isnan(age)
            cross_entropy = np.logaddexp(0, logits) - np.where(has_smile, smile, 0) * logits
            squared = (np.where(has_age, age, 0) - ages) ** 2
            sums = np.sum(cross_entropy[has_smile]), np.sum(squared[has_age])
            counts = max(has_smile.sum(), 1), max(has_age.sum(), 1)
            keras_smile, keras_age = sums[0] / len(smile), sums[1] / len(age)
            balanced = sums[0] / counts[0] + sums[1] / counts[1]
            return keras_smile, keras_age, balanced
    """,
    explanation=(
        "Choose the labelled faces first: 0 times NaN is NaN. Keras's default divides the sum over them by all faces "
        "of the batch; the balanced sum divides by the labelled ones of each task. Without any label the sum is 0: "
        "divide by 1."
    ),
    hints=(
        "np.isnan finds the missing labels. Take them out before you multiply: 0 times NaN is NaN, and so is 0 / 0 "
        "for a task without any label. Keras's default divides by all faces of the batch.",
        "The same for the ages: squared error without a half, as Keras has it, and divided by all faces.",
        "Each task has its own number of labelled faces, and one of them may have none: 0 / 0 is NaN, too.",
    ),
    mistakes=(
        Mistake(
            "keras_smile, keras_age = sums[0] / len(smile), sums[1] / len(age)",
            "keras_smile, keras_age = sums[0] / counts[0], sums[1] / counts[1]",
            "That is the mean over labelled faces. What does Keras's default divide by?",
        ),
        Mistake(
            "balanced = sums[0] / counts[0] + sums[1] / counts[1]",
            "balanced = keras_smile + keras_age",
            "That is Keras's sum: a task with few labels weighs little in it. Each by its own labelled faces.",
        ),
        Mistake(
            "balanced = sums[0] / counts[0] + sums[1] / counts[1]",
            "balanced = sum(sums) / sum(counts)",
            "All labels in one pot: the task with more of them weighs more. Each by its own, then add.",
        ),
        Mistake(
            "np.sum(cross_entropy[has_smile]), np.sum(squared[has_age])",
            "np.sum(cross_entropy), np.sum(squared)",
            "Faces whose label you replaced still count. The number in an empty place is no label.",
        ),
        Mistake(
            "np.logaddexp(0, logits) - np.where(has_smile, smile, 0) * logits",
            "np.logaddexp(0, -logits) - np.where(has_smile, smile, 0) * logits",
            "Cross-entropy from a logit z: ln(1 + e^z) − y z. Check y = 1 and a large z: it must go to 0.",
        ),
        Mistake(
            "- ages) ** 2\n",
            "- ages) ** 2 / 2\n",
            "Keras's squared error has no half.",
        ),
    ),
    cases=[_faces(0, 2, 9), _faces(1, 6, 3), _faces(2, 0, 5), _faces(3, 4, 1)],
)

PAIRS = Exercise(
    id="which-helps",
    lecture=14,
    task="Say for each of five studies whether the median accuracy of the main task rises (1) or falls (−1).",
    stub="""
        answer_of = dict(A=..., B=..., C=..., D=..., E=...)
    """,
    solution="""
        changes = [1, -1, 1, -1, 1]
    """,
    explanation=(
        "A: the age in decades says more about the same lines and hair than old does. B and D: the second task reads "
        "other features; in part 3 such tasks did harm. C: in the median the degree brings more than the group takes, "
        "but not in every seed. E: the age holds old, so both ingredients of odd are there. `changes` holds what was "
        "measured."
    ),
    hints=(
        "A: which pixels does the age need, and which does old?",
        "B and D: a bend of the mouth does not help to see hair or lines. What happened to the smile beside the group?",
        "C: one second task helps and one harms. Which effect was larger in the figure, at weight 3?",
        "E: does the age contain what odd needs of old?",
    ),
    mistakes=(
        Mistake(
            "[1, -1, 1, -1, 1]",
            "[1, 1, 1, 1, 1]",
            "Not every second task helps: with mixed-up labels, and with labels of other features, accuracy fell.",
        ),
        Mistake(
            "[1, -1, 1, -1, 1]",
            "[1, -1, 1, -1, -1]",
            "E: neither second task alone says who is odd. So it was with old and group: what did both together do?",
        ),
        Mistake(
            "[1, -1, 1, -1, 1]",
            "[1, -1, -1, -1, 1]",
            "C: the group does harm. But what did the degree bring, and which of the two is larger?",
        ),
        Mistake(
            "[1, -1, 1, -1, 1]",
            "[-1, -1, 1, -1, 1]",
            "A: age is to old what the degree is to the smile: the same thing, asked finer.",
        ),
        Mistake(
            "[1, -1, 1, -1, 1]",
            "[1, -1, 1, 1, 1]",
            "D: the mouth says nothing on who is old. What did second tasks about other features do in part 3?",
        ),
    ),
    tolerance=1e-9,
    hint_for_each=True,
)

WEIGHTS = Exercise(
    id="fair-weights",
    lecture=14,
    task="Weights that undo a change of units, for two losses, and the best s of learned weights in the new units.",
    stub="""
        def fair_weights(weight, c, loss):
            squared, absolute, best_s = ..., ..., ...
            return squared, absolute, best_s
    """,
    solution="""
        def fair_weights(weight, c, loss):
            squared = weight / c**2
            absolute = weight / c
            best_s = np.log(2 * c**2 * loss)
            return squared, absolute, best_s
    """,
    explanation=(
        "Squared error: the error is c times as large, and so is the head it goes back through, so c². Absolute error: "
        "its slope is ±1 in any units, only the head is c times as large, so c. Half the squared error becomes c² "
        "times as large; e^(−s) L + s/2 has the slope −e^(−s) L + 1/2, which is 0 at s = ln(2 L)."
    ),
    hints=(
        "The slope of the squared error is the error itself, c times as large. Which other factor stands in the "
        "gradient of the trunk, and what became of it?",
        "The slope of the absolute error is +1 or −1, in any units. What of the head?",
        "Set the derivative of e^(−s) L + s/2 to 0, with L in the new units.",
    ),
    mistakes=(
        Mistake("squared = weight / c**2", "squared = weight / c", "Both the error and the head are c times as large."),
        Mistake("squared = weight / c**2", "squared = weight * c**2", "The gradient grew; the weight has to fall."),
        Mistake(
            "squared = weight / c**2",
            "squared = weight",
            "That made the network blind. The gradient has grown.",
        ),
        Mistake(
            "absolute = weight / c\n",
            "absolute = weight / c**2\n",
            "The slope of the absolute error is ±1 whatever the units. One factor is left.",
        ),
        Mistake(
            "absolute = weight / c\n",
            "absolute = weight\n",
            "The slope of the error did not change, but it goes back through the head, and the head did.",
        ),
        Mistake(
            "np.log(2 * c**2 * loss)",
            "np.log(2 * loss)",
            "That is the best s of the old units. The loss is another number now.",
        ),
        Mistake(
            "np.log(2 * c**2 * loss)",
            "np.log(c**2 * loss)",
            "The second term is s/2: its slope is one half, not 1.",
        ),
        Mistake(
            "np.log(2 * c**2 * loss)",
            "np.log(2 * c * loss)",
            "Half the squared error: in units c times smaller it is more than c times as large.",
        ),
        Mistake(
            "np.log(2 * c**2 * loss)",
            "-np.log(2 * c**2 * loss)",
            "The weight is e^(−s): for a large loss it has to be small. Which sign has s then?",
        ),
    ),
    cases=[
        {"weight": 1.0, "c": 10.0, "loss": 1.5},
        {"weight": 0.3, "c": 12.0, "loss": 0.2},
        {"weight": 2.0, "c": 0.1, "loss": 4.0},
    ],
    hint_for_each=True,
)

EXERCISES = [BUDGET, MASKED, PAIRS, WEIGHTS]
