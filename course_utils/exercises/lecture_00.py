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
        "x_train has shape (1437, 64): images first, pixels second. An index such as [0] takes a direction away, a "
        "slice such as [:32] keeps it, with 32 entries.",
        "x_train[0] is one image: which number remains? y_train has one direction only, and so have its slices.",
        "ten_averages gives one image of 64 pixels for each digit. How many digits are there?",
    ),
    mistakes=(
        Mistake("[(64,), ", "[(1, 64), ", "x_train[0] is one row, not a table with one row: one direction is gone."),
        Mistake("[(64,), ", "[64, ", "(64) without a comma is just the number 64; a shape with one entry is (64,)."),
        Mistake("[(64,), ", "[(1437,), ", "That is how many images there are. How many numbers has one of them?"),
        Mistake("[(64,), ", "[(8, 8), ", "It is drawn as 8 × 8, but stored as one row. How many pixels has a row?"),
        Mistake("(32, 64), ", "(64, 32), ", "Images come first, pixels second, as in the (1437, 64) of x_train."),
        Mistake("(32,), ", "(32, 64), ", "Labels are no images: each is one number."),
        Mistake("(32, 64), ", "(64,), ", "That is one image. [:32] takes 32 rows and keeps both directions."),
        Mistake("(32, 64), ", "(32,), ", "32 images, but each has its pixels: two directions."),
        Mistake("(32, 64), ", "(1437, 64), ", "[:32] takes the first 32 rows only."),
        Mistake("(32,), ", "32, ", "(32) without a comma is just the number 32; a shape with one entry is (32,)."),
        Mistake("(32,), ", "(1437,), ", "[:32] takes the first 32 labels only."),
        Mistake("(32,), ", "(32, 10), ", "A label is one digit, not ten probabilities."),
        Mistake("(32,), ", "(32, 1), ", "y_train has shape (1437,): a row of numbers, with one direction."),
        Mistake("(10, 64)]", "(64, 10)]", "One row for each average, as with images: digits first, pixels second."),
        Mistake("(10, 64)]", "(64,)]", "That would be one average. How many digits are there?"),
        Mistake("(10, 64)]", "(1437, 64)]", "That is x_train itself. The averages are one image for each digit."),
        Mistake("(10, 64)]", "(10, 8, 8)]", "Images stay rows of 64 pixels here; they become 8 × 8 only when drawn."),
        Mistake("(10, 64)]", "(10,)]", "Each of the ten averages is an image. How many pixels has it?"),
    ),
)

CHANGE_THE_WIDTH = Exercise(
    id="change-the-width",
    lecture=0,
    task=(
        "Of the widths 1, 2, 4, 8 and 16, find the smallest whose median reads at least 0.85 of the new digits; "
        "give it and the number of weights and biases of that network."
    ),
    stub="""
        narrowest, its_count = ..., ...
        answer = (narrowest, its_count)
    """,
    solution="""
        answer = (8, 64 * 8 + 8 + 8 * 10 + 10)
    """,
    explanation=(
        "With 4 hidden units most starts read 0.5 to 0.83, with 8 nearly all read 0.87 to 0.94. "
        "Each hidden unit has a weight for every pixel and a bias, 65; each output a weight for every hidden unit and "
        "a bias: 8 · 65 + 10 · 9 = 610. The ten averages are 640 numbers: about as many, and they read 0.90 without "
        "any training."
    ),
    hint_for_each=True,
    hints=(
        "Train one width after the other; np.median([…]) of three seeds. From which width on is it 0.85 or more?",
        "Count layer by layer: a weight for each pair (what comes in, unit), and a bias for each unit. Or ask Keras: "
        "small.count_params().",
    ),
    mistakes=(
        Mistake("(8, 64 * 8 + 8 + 8 * 10 + 10)", "(16, 1210)", "16 units do, but a narrower network does already."),
        Mistake("(8, 64 * 8 + 8 + 8 * 10 + 10)", "(4, 310)", "A lucky start of 4 units comes near 0.85; the median?"),
        Mistake("(8, 64 * 8 + 8 + 8 * 10 + 10)", "(2, 160)", "Train it: 2 units tell ten digits apart only badly."),
        Mistake("(8, 64 * 8 + 8 + 8 * 10 + 10)", "(1, 85)", "Train it: 1 unit tells few digits apart."),
        Mistake(
            "64 * 8 + 8 + 8 * 10 + 10",
            "64 * 8 + 8 * 10",
            "The width is right. These are the weights; each unit, hidden or output, also has a bias.",
        ),
        Mistake("8 * 10 + 10)", "8 * 10)", "The width is right. The ten outputs have biases too."),
        Mistake("64 * 8 + 8 + 8", "64 * 8 + 8", "The width is right. The hidden units have biases too, one each."),
        Mistake(
            " + 8 * 10 + 10",
            "",
            "The width is right. That is the hidden layer; what comes in to each of the ten outputs?",
        ),
        Mistake(
            "64 * 8 + 8 + 8 * 10 + 10", "7510", "The width is right. 7,510 belong to the network with 100 hidden units."
        ),
    ),
)

_RNG = np.random.default_rng(0)
_FALLING = np.array([2.1, 1.2, 0.7, 0.4, 0.25, 0.15])

READ_A_CURVE = Exercise(
    id="read-a-curve",
    lecture=0,
    task=(
        "Return the epoch (from 1) after which the loss on new images was lowest, and by how much it was higher than "
        "that on training images then."
    ),
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
        Mistake("best + 1", "best + 2", "One too far: the first epoch is number 1, so it is its place and one."),
        Mistake(
            "np.argmin(val_loss)",
            "np.argmin(loss)",
            "The loss on the training images nearly always falls to the end. Which curve tells about new images?",
        ),
        Mistake(
            "np.argmin(val_loss)",
            "np.argmin(val_loss - loss)",
            "Where the gap is smallest both losses may be high. Look for the lowest loss on new images.",
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
            "val_loss[best] / loss[best]",
            "The epoch is right. By how much it is higher is a difference, not a ratio.",
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
        Mistake(
            "val_loss[best] - loss[best]",
            "val_loss[best]",
            "The epoch is right. That is the loss on new images itself; how much higher is it than on training images?",
        ),
    ),
    cases=[
        {"loss": _FALLING, "val_loss": np.array([2.0, 1.3, 0.9, 0.8, 0.85, 1.0])},
        {"loss": _FALLING[:4], "val_loss": np.array([1.9, 0.9, 1.1, 1.4])},
        {"loss": np.array([0.9, 0.5, 0.3, 0.35]), "val_loss": np.array([0.6, 0.7, 0.9, 0.8])},
    ],
    hint_for_each=True,
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
        Mistake(
            "chances.max(axis=1)",
            "np.diff(np.sort(chances, axis=1)[:, -2:])[:, 0]",
            "The lead over the second one is a good measure of doubt too, but another. Here: the largest probability.",
        ),
        Mistake(
            "np.argsort(sureness)[:k]",
            "np.argsort((chances * np.log(chances)).sum(axis=1))[:k]",
            "The entropy is a measure of doubt too, but another. Here: the largest probability.",
        ),
        Mistake("max(axis=1)", "argmax(axis=1)", "argmax is the answer itself, the class; max is how sure it is."),
        Mistake("np.argsort(sureness)", "np.argsort(-sureness)", "Those are the surest. Sort the other way."),
        Mistake("np.argsort(sureness)[:k]", "np.argsort(sureness)[-k:]", "Those are the k surest, at the end."),
        Mistake("np.argsort(sureness)[:k]", "np.sort(sureness)[:k]", "Those are probabilities; the rows are wanted."),
        Mistake(
            "np.argsort(sureness)[:k]",
            "chances[np.argsort(sureness)[:k]]",
            "Those are the probabilities of the right images. Return the numbers of their rows.",
        ),
        Mistake("np.argsort(sureness)[:k]", "np.argsort(sureness)", "All images in the right order: keep the first k."),
        Mistake(
            "np.argsort(sureness)[:k]",
            "np.argsort(sureness)[:k][::-1]",
            "The right images, in the wrong order: the least sure comes first.",
        ),
        Mistake(
            "np.argsort(sureness)[:k]",
            "np.sort(np.argsort(sureness)[:k])",
            "The right images, in the order of their numbers. The least sure comes first.",
        ),
        Mistake(
            "np.argsort(sureness)[:k]",
            "np.argpartition(sureness, k)[:k]",
            "The right images, but argpartition leaves them in any order. Sort them: the least sure comes first.",
        ),
    ),
    cases=[{"chances": _chances(9, 4), "k": 3}, {"chances": _chances(2000, 3), "k": 1000}],
)

SPLIT_BY_WRITER = Exercise(
    id="split-by-writer",
    lecture=0,
    task="Mark as test every row by somebody who wrote at least one of the drawn rows.",
    stub="""
        def is_test(writers, drawn):
            return ...
    """,
    solution="""
        def is_test(writers, drawn):
            tested = writers[drawn]
            return np.isin(writers, tested)
    """,
    explanation=(
        "writers[drawn] says who wrote the drawn rows. A row belongs to the test set if its writer is one of them. So "
        "nobody is on both sides, and the test set is larger than what was drawn: whoever draws people has to take "
        "all their rows. GroupShuffleSplit and GroupKFold of scikit-learn draw the people."
    ),
    hints=(
        "Two steps: who wrote the drawn rows, writers[drawn]? And which rows are by one of them?",
        "np.isin(a, b) says for each entry of a whether it occurs in b.",
    ),
    mistakes=(
        Mistake(
            "np.isin(writers, tested)",
            "np.isin(np.arange(len(writers)), drawn)",
            "That is the leaky split: only the drawn rows. Their writers have other rows, which would be learnt from.",
        ),
        Mistake(
            "np.isin(writers, tested)",
            "np.isin(writers, drawn)",
            "drawn holds row numbers, writers holds people. First find out who wrote the drawn rows.",
        ),
        Mistake("np.isin(writers, tested)", "~np.isin(writers, tested)", "That is the training set: turn it round."),
        Mistake(
            "np.isin(writers, tested)",
            "np.flatnonzero(np.isin(writers, tested))",
            "The right rows, but as row numbers. One True or False for each row is asked for.",
        ),
        Mistake("np.isin(writers, tested)", "writers == tested[0]", "Only the first drawn row has been looked at."),
        Mistake(
            "np.isin(writers, tested)",
            "np.isin(tested, writers)",
            "The other way round: ask for each row whether its writer is tested.",
        ),
    ),
    cases=[
        {"writers": np.array([3, 3, 0, 0, 5, 5, 5, 1, 1, 4]), "drawn": np.array([1, 4])},
        {"writers": np.array([2, 0, 1, 2, 0, 1, 2, 6, 7]), "drawn": np.array([0, 2, 7])},
    ],
)

EXERCISES = [READ_A_SHAPE, CHANGE_THE_WIDTH, READ_A_CURVE, SPLIT_BY_WRITER, LEAST_SURE]
