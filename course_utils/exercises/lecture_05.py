"""Exercises of lecture 05, weight initialization."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

_RNG = np.random.default_rng(5)
_UNIT = _RNG.normal(size=(4, 3))

COPIES = Exercise(
    id="different-units",
    lecture=5,
    task="Count the different units of a layer, given its Keras kernel (in, out).",
    stub="""
        def different_units(kernel):
            return ...
    """,
    solution="""
        def different_units(kernel):
            return np.unique(kernel, axis=1).shape[1]
    """,
    explanation=(
        "A unit is a column of a Keras kernel. Two units are copies if their columns are equal: then they give the "
        "same output and, if they also feed the next layer alike, take the same step. A column that is twice another "
        "is a unit of its own, although it adds nothing to the rank."
    ),
    hints=(
        "A Keras kernel is (in, out): which axis counts the units?",
        "np.unique can compare whole rows or columns: it has an argument axis.",
        "np.unique(kernel, axis=1) keeps one column of each kind. How many columns does the result have?",
    ),
    mistakes=(
        Mistake(
            "np.unique(kernel, axis=1).shape[1]",
            "np.linalg.matrix_rank(kernel)",
            "That is the rank. A unit with twice the weights of another adds nothing to it, but is no copy.",
        ),
        Mistake(
            "np.unique(kernel, axis=1).shape[1]",
            "np.unique(np.round(kernel / np.linalg.norm(kernel, axis=0), 9), axis=1).shape[1]",
            "You count directions. A column that is twice another points the same way, and is a unit of its own.",
        ),
        Mistake(
            "np.unique(kernel, axis=1).shape[1]",
            "np.unique(kernel, axis=0).shape[0]",
            "You compare rows, which belong to inputs. In a Keras kernel (in, out) the units are columns.",
        ),
        Mistake(
            "np.unique(kernel, axis=1).shape[1]",
            "np.unique(kernel).size",
            "Without an axis, single numbers are compared. A unit is a whole column.",
        ),
        Mistake(
            "np.unique(kernel, axis=1).shape[1]",
            "np.unique(kernel.sum(axis=0)).size",
            "You compare the sums of the columns. Different columns can have the same sum: compare all their entries.",
        ),
        Mistake(
            "np.unique(kernel, axis=1).shape[1]",
            "np.unique(kernel[0]).size",
            "You compare one row: two units may agree in one weight and differ in another.",
        ),
        Mistake(".shape[1]", ".shape[0]", "That is how many inputs there are. Count the columns that are left."),
        Mistake(".shape[1]", ".size", "That counts numbers. Count the columns that are left."),
        Mistake(
            "np.unique(kernel, axis=1).shape[1]",
            "kernel.shape[1]",
            "That is how many units there are, copies included.",
        ),
        Mistake(
            "np.unique(kernel, axis=1).shape[1]",
            "(kernel.shape[1] - np.unique(kernel, axis=1).shape[1])",
            "That is how many units could be dropped. How many are left?",
        ),
    ),
    cases=[
        {"kernel": np.column_stack([_UNIT, _UNIT[:, 0], 2 * _UNIT[:, 1], _UNIT[:, 0], _UNIT[:, 0] + _UNIT[:, 2]])},
        {"kernel": np.tile(_UNIT[:, :1], (1, 6))},
        {"kernel": np.array([[1.0, 2.0, 1.0, 1.0, 1.0]] * 3 + [[1.0, 2.0, 1.0, 0.0, 6.0], [1.0, 2.0, 1.0, 6.0, 0.0]])},
    ],
)

MIXED = Exercise(
    id="mixed-start",
    lecture=5,
    task="Give scale and uniform bound for a layer that reads ReLU outputs and, beside them, standardized numbers.",
    stub="""
        def mixed_start(n_relu, n_raw):
            scale, bound = ..., ...
            return scale, bound
    """,
    solution="""
        def mixed_start(n_relu, n_raw):
            total = n_relu / 2 + n_raw
            scale = 1 / np.sqrt(total)
            bound = np.sqrt(3) * scale
            return scale, bound
    """,
    explanation=(
        "Each input adds Var(w) times its own mean square: 1/2 for a ReLU output, 1 for a standardized number. The 2 "
        "of He's formula is no constant of the layer: it makes up for what the ReLU *before* it dropped. With "
        "n_raw = 0 this is He's start, with n_relu = 0 LeCun's."
    ),
    hints=(
        "E[h^2] is a sum over all inputs of Var(w) times the mean square of that input. What is it for each kind?",
        "A ReLU output has the mean square 1/2 here, a standardized number 1. Add up, and solve for Var(w).",
        "For n_relu = 150 and n_raw = 25 the scale is 0.1 and the bound about 0.173.",
    ),
    mistakes=(
        Mistake(
            "n_relu / 2 + n_raw",
            "(n_relu + n_raw) / 2",
            "That is He's for all inputs. But no ReLU has dropped half of the standardized numbers.",
        ),
        Mistake(
            "n_relu / 2 + n_raw",
            "n_relu + n_raw",
            "That is LeCun's for all inputs. A ReLU output has only the mean square 1/2.",
        ),
        Mistake(
            "n_relu / 2 + n_raw",
            "n_relu + n_raw / 2",
            "The other way round: it is the ReLU outputs that have lost one half.",
        ),
        Mistake(
            "n_relu / 2 + n_raw",
            "2 * n_relu + n_raw",
            "What counts is what arrives: a ReLU passes half of the mean square, it does not double it.",
        ),
        Mistake(
            "n_relu / 2 + n_raw",
            "n_relu * (0.5 - 0.5 / np.pi) + n_raw",
            "That is the variance of a ReLU's output. Its mean is carried along, too: use the mean square, 1/2.",
        ),
        Mistake(
            "1 / np.sqrt(total)",
            "np.sqrt(2 / total)",
            "The factor 2 is in already: you halved the ReLU outputs' share of the sum.",
        ),
        Mistake("1 / np.sqrt(total)", "1 / total", "That is the variance. The scale is its square root."),
        Mistake("1 / np.sqrt(total)", "np.sqrt(total)", "Upside down: the more arrives, the smaller the weights."),
        Mistake(
            "scale = 1 / np.sqrt(total)",
            "scale = 0.5 * (np.sqrt(2 / n_relu if n_relu else 0) + np.sqrt(1 / n_raw if n_raw else 0))",
            "Do not average two scales. All weights have one scale: add up what all inputs bring, then solve.",
        ),
        Mistake(
            "scale = 1 / np.sqrt(total)",
            "scale = np.sqrt((2 / n_relu if n_relu else 0) + (1 / n_raw if n_raw else 0))",
            "Do not add two variances: more inputs need smaller weights. Add what all inputs bring, then solve.",
        ),
        Mistake("np.sqrt(3) * scale", "scale", "A uniform distribution in ±a has variance a²/3, not a²."),
        Mistake("np.sqrt(3) * scale", "3 * scale", "From a² = 3 · variance follows a = √3 · scale."),
        Mistake("np.sqrt(3) * scale", "scale / np.sqrt(3)", "The other way: a is larger than the scale, by √3."),
        Mistake(
            "np.sqrt(3) * scale",
            "np.sqrt(12) * scale",
            "√12 times the scale is the width from -a to a. The bound a is half of that.",
        ),
        Mistake("np.sqrt(3) * scale", "3 * scale**2", "That is a². The bound is its square root."),
        Mistake(
            "np.sqrt(3) * scale",
            "np.sqrt(6 / (n_relu + n_raw))",
            "The scale may be right. √(6/n) is the bound of variance 2/n: take √3 times your own scale.",
        ),
        Mistake("return scale, bound", "return bound, scale", "The parts may be right; give the scale first."),
    ),
    cases=[{"n_relu": 150, "n_raw": 25}, {"n_relu": 200, "n_raw": 0}, {"n_relu": 0, "n_raw": 49}],
)

TWO_SLOPES = Exercise(
    id="two-slopes",
    lecture=5,
    task="Give the gain for an activation with slope a above 0 and b below, behind which a share p is set to 0.",
    stub="""
        def gain_of(a, b, p):
            return ...
    """,
    solution="""
        def gain_of(a, b, p):
            return np.sqrt(2 / ((1 - p) * (a**2 + b**2)))
    """,
    explanation=(
        "Half of the mean square lies above 0 and is multiplied by a², the other half by b²; the share 1 - p of the "
        "outputs is left, and the others add 0. So (1 - p)(a² + b²)/2 is kept, and g² must be its inverse. A leaky "
        "ReLU has √(2/(1 + b²)); |h| has a = 1, b = -1 and needs the gain 1, as if it did not bend."
    ),
    hints=(
        "h is symmetric: half of its mean square comes from above 0, half from below. What becomes of each half?",
        "The halves become a²/2 and b²/2 of the mean square. Then a share p of all terms is 0: what is left of it?",
        "Left is (1 - p)(a² + b²)/2. The factor of a layer is g² times that, and must be 1.",
    ),
    mistakes=(
        Mistake(
            "np.sqrt(2 / ((1 - p) * (a**2 + b**2)))",
            "2 / ((1 - p) * (a**2 + b**2))",
            "That is g². With Var(w) = g²/n the gain is its square root.",
        ),
        Mistake(
            "(1 - p) *",
            "(1 - p) ** 2 *",
            "An output is kept whole or not at all: the mean of its square falls to the share 1 - p, not its square.",
        ),
        Mistake("(1 - p) *", "p *", "The share p is lost. What is left is 1 - p."),
        Mistake("(1 - p) *", "", "You forgot the share that is set to 0."),
        Mistake(
            "2 / ((1 - p) * (a**2 + b**2))",
            "2 * (1 - p) / (a**2 + b**2)",
            "The less is left, the larger the gain: divide by 1 - p.",
        ),
        Mistake(
            "a**2 + b**2",
            "a**2 - b**2",
            "The part below 0 adds to the mean square: a plus sign.",
        ),
        Mistake(
            "a**2 + b**2",
            "(a + b) ** 2",
            "A number is above 0 or below, never both: the squares add up, a² and b², with no product of the two.",
        ),
        Mistake(
            "a**2 + b**2",
            "(a - b) ** 2",
            "A number is above 0 or below, never both: the squares add up, a² and b².",
        ),
        Mistake("a**2 + b**2", "abs(a) + abs(b)", "A slope multiplies h, so it multiplies h² by its square."),
        Mistake("a**2 + b**2", "1 + b**2", "That is a leaky ReLU, with a = 1. Here the slope above 0 is any number."),
        Mistake("a**2 + b**2", "a**2", "What lies below 0 is multiplied by b: it is not lost unless b is 0."),
        Mistake(
            "np.sqrt(2 / ((1 - p) * (a**2 + b**2)))",
            "np.sqrt((1 - p) * (a**2 + b**2) / 2)",
            "That is what is kept. The gain has to make up for it: the inverse.",
        ),
        Mistake(
            "np.sqrt(2 / ((1 - p) * (a**2 + b**2)))",
            "2 / np.sqrt((1 - p) * (a**2 + b**2))",
            "The 2 belongs under the root: check a = b = 1 and p = 0, where the gain must be 1.",
        ),
        Mistake("2 / ((", "1 / ((", "Each half is only half of the mean square: (a² + b²)/2."),
    ),
    cases=[
        {"a": 1.0, "b": 0.3, "p": 0.0},
        {"a": 1.0, "b": -0.5, "p": 0.5},
        {"a": 2.0, "b": 0.5, "p": 0.2},
    ],
)


def _profile(rng: np.random.Generator, factor: float, layers: int) -> np.ndarray:
    return 0.8 * factor ** np.arange(layers + 1.0) * np.exp(rng.normal(0, 0.1, layers + 1))


REPAIR = Exercise(
    id="repair-scale",
    lecture=5,
    task="Give the factor on each network's weights with which its last mean square equals the first.",
    stub="""
        def repair(squares):
            return ...
    """,
    solution="""
        def repair(squares):
            layers = squares.shape[1] - 1
            return (squares[:, 0] / squares[:, -1]) ** (1 / (2 * layers))
    """,
    explanation=(
        "All weights times c: each ReLU layer multiplies the mean square by c² more, L layers by c^(2L). "
        "Set that equal to first/last. The geometric mean counts, because factors multiply up. No name of an "
        "initializer was needed. LSUV (layer-sequential unit variance) does this layer by layer, for any activation."
    ),
    hints=(
        "ReLU without biases: multiply all weights by c, and every layer's output is multiplied by c once more.",
        "The last mean square becomes c^(2 · layers) times what it was.",
        "With the inputs in front, squares has one column more than there are layers.",
    ),
    mistakes=(
        Mistake("1 / (2 * layers)", "1 / layers", "A factor c on the weights is c² on a mean square: one more root."),
        Mistake(
            "squares.shape[1] - 1",
            "squares.shape[1]",
            "The first column are the inputs: there is one layer fewer than there are columns.",
        ),
        Mistake(
            "1 / (2 * layers)",
            "1 / 20",
            "Right for ten layers. Networks of another depth need another root: take the number from the shape.",
        ),
        Mistake(
            "1 / (2 * layers)",
            "1 / 10",
            "The depth comes from the shape. And a factor c on the weights is c² on a mean square: one more root.",
        ),
        Mistake(
            "(squares[:, 0] / squares[:, -1]) ** (1 / (2 * layers))",
            "np.full(len(squares), np.sqrt(2))",
            "√2 repairs a gain of 1. These networks are wrong by other factors: compare first and last mean square.",
        ),
        Mistake(
            "(squares[:, 0] / squares[:, -1]) ** (1 / (2 * layers))",
            "np.sqrt(2)",
            "One number for all networks: √2 repairs a gain of 1. Compare the first and last mean square of each.",
        ),
        Mistake(
            "squares[:, 0] / squares[:, -1]",
            "squares[:, -1] / squares[:, 0]",
            "Upside down: that makes it worse twice over.",
        ),
        Mistake(
            "(squares[:, 0] / squares[:, -1]) ** (1 / (2 * layers))",
            "np.sqrt(squares[:, 0] / squares[:, -1])",
            "That factor on every layer is far too much: it repeats. Take the root for the number of layers, too.",
        ),
        Mistake(
            "(squares[:, 0] / squares[:, -1]) ** (1 / (2 * layers))",
            "np.sqrt(np.mean(squares[:, :-1] / squares[:, 1:], axis=1))",
            "Factors of a chain multiply: take their geometric mean, not the arithmetic one.",
        ),
        Mistake(
            "(squares[:, 0] / squares[:, -1]) ** (1 / (2 * layers))",
            "(1 / squares[:, -1]) ** (1 / (2 * layers))",
            "That brings the last mean square to 1. It should equal the first, which is not 1 here.",
        ),
        Mistake(
            "squares.shape[1] - 1", "squares.shape[0] - 1", "Axis 0 counts the networks; the layers are along axis 1."
        ),
        Mistake(
            "(squares[:, 0] / squares[:, -1]) ** (1 / (2 * layers))",
            "np.sqrt(squares[:, 0] / squares[:, 1])",
            "One layer tells little: use the first and the last mean square.",
        ),
        Mistake(
            "(squares[:, 0] / squares[:, -1]) ** (1 / (2 * layers))",
            "np.exp(-np.polyfit(np.arange(layers + 1), np.log(squares).T, 1)[0] / 2)",
            "A fitted line passes between the points. Here the last mean square must equal the first: these two count.",
        ),
    ),
    cases=[
        {"squares": np.stack([_profile(_RNG, factor, 10) for factor in (0.17, 1.02, 2.0)])},
        {"squares": np.stack([_profile(_RNG, factor, 3) for factor in (0.5, 6.0, 1.0, 1.4)])},
    ],
)

BIAS_COST = Exercise(
    id="bias-cost",
    lecture=5,
    task="Say how much lower the loss before training could be with the best output bias in place of this one.",
    stub="""
        def to_be_saved(counts, bias):
            return ...
    """,
    solution="""
        def to_be_saved(counts, bias):
            shares = counts / counts.sum()
            guess = np.exp(bias) / np.exp(bias).sum()
            return (shares * (np.log(shares) - np.log(guess))).sum()
    """,
    explanation=(
        "The softmax turns the bias into a guess for every image, and an image of class c costs -ln(guess of c): on "
        "average -sum(shares · ln guess). The least that one guess for all can cost is the entropy of the shares, with "
        "the shares as the guess, which the bias ln(share) makes. The difference is the divergence of the two; it is "
        "never negative. Bias 0 gives ln C minus the entropy."
    ),
    hints=(
        "With the kernel at 0 every image gets the same guess, softmax(bias). What does an image of class c cost?",
        "The loss is the average of -ln(guess of its class) over the images: weigh each class by its share.",
        "The best bias guesses the shares themselves, and pays -sum(shares · ln shares). Subtract that.",
    ),
    mistakes=(
        Mistake(
            "(np.log(shares) - np.log(guess))",
            "-np.log(guess)",
            "That is the loss with this bias. How much of it would the best bias pay, too?",
        ),
        Mistake(
            "(np.log(shares) - np.log(guess))",
            "-np.log(shares)",
            "That is what the best bias pays. The question is how much more this one costs.",
        ),
        Mistake(
            "(np.log(shares) - np.log(guess))",
            "(np.log(guess) - np.log(shares))",
            "The sign: the best bias costs less, so there is something to save.",
        ),
        Mistake(
            "(shares * (np.log(shares) - np.log(guess))).sum()",
            "(guess * (np.log(guess) - np.log(shares))).sum()",
            "The images decide how often each class occurs, not the guess: weigh by the shares.",
        ),
        Mistake(
            "(shares * (np.log(shares) - np.log(guess))).sum()",
            "np.mean(np.log(shares) - np.log(guess))",
            "Frequent classes count more often: weigh each by its share, and sum.",
        ),
        Mistake(
            "(shares * (np.log(shares) - np.log(guess))).sum()",
            "(shares * (np.log(shares) - np.log(guess))).mean()",
            "The shares are weights already: sum, do not average once more over the classes.",
        ),
        Mistake(
            "(shares * (np.log(shares) - np.log(guess))).sum()",
            "abs(shares - guess).sum()",
            "That compares probabilities. A loss is made of their logarithms.",
        ),
        Mistake(
            "(shares * (np.log(shares) - np.log(guess))).sum()",
            "-np.log(guess).mean() + (shares * np.log(shares)).sum()",
            "The second part is right. In the first, too, each class must be weighed by its share.",
        ),
        Mistake(
            "(shares * (np.log(shares) - np.log(guess))).sum()",
            "np.log(len(counts)) + (shares * np.log(shares)).sum()",
            "That is right for bias 0, where the loss is ln C. Another bias makes another guess.",
        ),
        Mistake(
            "np.exp(bias) / np.exp(bias).sum()",
            "np.exp(bias)",
            "The exponentials must be divided by their sum: a guess is made of probabilities.",
        ),
        Mistake(
            "np.exp(bias) / np.exp(bias).sum()",
            "1 / (1 + np.exp(-bias))",
            "That is the sigmoid, for one output. A softmax divides exponentials by their sum.",
        ),
        Mistake(
            "(np.log(shares) - np.log(guess))",
            "(np.log2(shares) - np.log2(guess))",
            "That is in bits. Keras's cross-entropy uses the natural logarithm.",
        ),
    ),
    cases=[
        {"counts": np.array([90, 10]), "bias": np.zeros(2)},
        {"counts": np.array([5, 20, 50, 25]), "bias": np.array([1.0, 0.0, -1.0, 0.5])},
        {"counts": np.array([30, 60, 10]), "bias": np.array([0.0, 2.0, 0.0])},
    ],
)

EXERCISES = [COPIES, MIXED, TWO_SLOPES, REPAIR, BIAS_COST]
