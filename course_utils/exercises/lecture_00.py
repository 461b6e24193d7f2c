"""Exercises of lecture 00, start here."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

READ_A_SHAPE = Exercise(
    id="read-a-shape",
    lecture=0,
    task="Write down the shapes of one image, of a batch of 32 images, of their labels, and of the ten averages.",
    stub="""
        shapes = [..., ..., ..., ...]
    """,
    solution="""
        shapes = [(64,), (32, 64), (32,), (10, 64)]
    """,
    explanation=(
        "x_train[0] is one row, so the direction of the images is gone: (64,). x_train[:32] keeps both directions. "
        "Labels have one number for each image. The averages are ten images."
    ),
    hints=(
        "x_train has shape (1437, 64): images first, pixels second. x_train[0] picks one image: which number remains?",
        "A slice such as [:32] keeps its direction, with 32 entries. y_train has one direction only.",
        "ten_averages gives one image of 64 pixels for each digit. How many digits are there?",
    ),
    mistakes=(
        Mistake("[(64,), ", "[(1, 64), ", "x_train[0] is one row, not a table with one row: one direction is gone."),
        Mistake("[(64,), ", "[(8, 8), ", "It is drawn as 8 × 8, but stored as one row. How many pixels has a row?"),
        Mistake("(32, 64), ", "(64, 32), ", "Images come first, pixels second, as in the (1437, 64) of x_train."),
        Mistake("(32,), ", "(32, 64), ", "Labels are no images: each is one number."),
        Mistake("(32,), ", "(32, 1), ", "y_train has shape (1437,): a row of numbers, with one direction."),
        Mistake("(10, 64)]", "(64, 10)]", "One row for each average, as with images: digits first, pixels second."),
        Mistake("(10, 64)]", "(10,)]", "Each of the ten averages is an image. How many pixels has it?"),
    ),
)

CHANGE_THE_WIDTH = Exercise(
    id="change-the-width",
    lecture=0,
    task="Count weights and biases of a network with 64 pixels, `hidden` hidden units and 10 outputs.",
    stub="""
        def parameters(hidden):
            return ...
    """,
    solution="""
        def parameters(hidden):
            return 64 * hidden + hidden + hidden * 10 + 10
    """,
    explanation=(
        "Each hidden unit has a weight for every pixel and one bias: 65 each. Each output has a weight for every "
        "hidden unit and one bias. Together 75 · hidden + 10, for 100 hidden units 7,510."
    ),
    hints=(
        "Count layer by layer: a weight for each pair (what comes in, unit), and a bias for each unit.",
        "The hidden layer has 64 · hidden weights and hidden biases. What does the output layer have?",
    ),
    mistakes=(
        Mistake(
            "64 * hidden + hidden + hidden * 10 + 10",
            "64 * hidden + hidden * 10",
            "These are the weights. Each unit, hidden or output, also has a bias.",
        ),
        Mistake("hidden * 10 + 10", "hidden * 10", "The ten outputs have biases too."),
        Mistake("64 * hidden + hidden +", "64 * hidden +", "The hidden units have biases too, one each."),
        Mistake(" + hidden * 10 + 10", "", "That is the hidden layer. What comes in to each of the ten outputs?"),
        Mistake(
            "hidden * 10 + 10",
            "64 * 10 + 10",
            "What comes in to an output are the hidden units, not the pixels: how many are there?",
        ),
        Mistake("64 * hidden", "64 + 64 * hidden", "The input is no layer of units: pixels have no biases."),
    ),
    cases=[{"hidden": hidden} for hidden in (20, 1, 100)],
)

_RNG = np.random.default_rng(0)
_FALLING = np.array([2.1, 1.2, 0.7, 0.4, 0.25, 0.15])

READ_A_CURVE = Exercise(
    id="read-a-curve",
    lecture=0,
    task="Return the epoch (from 1) after which the loss on new images was lowest, and the gap between both losses.",
    stub="""
        def read_curves(loss, val_loss):
            return ..., ...
    """,
    solution="""
        def read_curves(loss, val_loss):
            best = np.argmin(val_loss)
            return best + 1, val_loss[best] - loss[best]
    """,
    explanation=(
        "argmin gives the place of the smallest value, counted from 0, so the epoch is one more. After that epoch the "
        "loss on training images goes on falling while that on new images rises: the network learns by heart."
    ),
    hints=(
        "np.argmin(a) gives the place of the smallest entry of a. Of which of the two curves?",
        "Python counts from 0, epochs from 1. The gap is loss on new images minus loss on training images.",
    ),
    mistakes=(
        Mistake("best + 1", "best", "Python counts places from 0; the first epoch is number 1."),
        Mistake(
            "np.argmin(val_loss)",
            "np.argmin(loss)",
            "The loss on the training images nearly always falls to the end. Which curve tells about new images?",
        ),
        Mistake("np.argmin(val_loss)", "np.argmax(val_loss)", "A high loss is bad: look for the lowest."),
        Mistake("np.argmin(val_loss)", "len(val_loss) - 1", "The last epoch need not be the best one."),
        Mistake(
            "val_loss[best] - loss[best]",
            "loss[best] - val_loss[best]",
            "The epoch is right. The gap says how much *higher* the loss on new images is: check the sign.",
        ),
        Mistake(
            "val_loss[best] - loss[best]",
            "val_loss[-1] - loss[-1]",
            "The epoch is right. The gap is asked for that epoch, not for the last one.",
        ),
        Mistake(
            "val_loss[best] - loss[best]",
            "val_loss.min() - loss.min()",
            "The epoch is right. Take both losses after the same epoch.",
        ),
    ),
    cases=[
        {"loss": _FALLING, "val_loss": np.array([2.0, 1.3, 0.9, 0.8, 0.85, 1.0])},
        {"loss": _FALLING[:4], "val_loss": np.array([1.9, 0.9, 1.1, 1.4])},
        {"loss": np.array([0.9, 0.5, 0.3, 0.35]), "val_loss": np.array([0.6, 0.7, 0.9, 0.8])},
    ],
)


def _chances(images: int, classes: int) -> np.ndarray:
    """Random probabilities, (images, classes)."""
    raised = np.exp(_RNG.normal(size=(images, classes)))
    return raised / raised.sum(axis=1, keepdims=True)


LEAST_SURE = Exercise(
    id="least-sure",
    lecture=0,
    task="From probabilities (images, classes), return the rows of the k images of which the network is least sure.",
    stub="""
        def least_sure(chances, k):
            return ...
    """,
    solution="""
        def least_sure(chances, k):
            sureness = chances.max(axis=1)
            return np.argsort(sureness)[:k]
    """,
    explanation=(
        "max(axis=1) looks along each row, over the classes. argsort gives the rows in rising order of sureness, and "
        "[:k] keeps the first k."
    ),
    hints=(
        "How sure the network is of one image is the largest number in its row: chances.max(axis=…).",
        "np.argsort(a) lists the places of the entries of a from the smallest to the largest. Keep the first k.",
    ),
    mistakes=(
        Mistake("max(axis=1)", "max(axis=0)", "axis=0 looks down the columns and gives a number for each class."),
        Mistake("max(axis=1)", "min(axis=1)", "The *smallest* probability says little. How sure: the largest one."),
        Mistake("max(axis=1)", "argmax(axis=1)", "argmax is the answer itself, the class; max is how sure it is."),
        Mistake("np.argsort(sureness)", "np.argsort(-sureness)", "Those are the surest. Sort the other way."),
        Mistake("np.argsort(sureness)[:k]", "np.argsort(sureness)[-k:]", "Those are the k surest, at the end."),
        Mistake("np.argsort(sureness)[:k]", "np.sort(sureness)[:k]", "Those are probabilities; the rows are wanted."),
    ),
    cases=[{"chances": _chances(9, 4), "k": 3}, {"chances": _chances(12, 3), "k": 5}],
)

EXERCISES = [READ_A_SHAPE, CHANGE_THE_WIDTH, READ_A_CURVE, LEAST_SURE]
