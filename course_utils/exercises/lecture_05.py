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
        {"kernel": np.array([[1.0, 2.0, 1.0, 0.0, 0.0]] * 3 + [[1.0, 2.0, 1.0, 0.0, 6.0], [1.0, 2.0, 1.0, 6.0, 0.0]])},
    ],
)

HE = Exercise(
    id="he-scale",
    lecture=5,
    task="Give the scale of He's normal start and the bound of his uniform one, for a layer with n_in inputs.",
    stub="""
        def he_start(n_in):
            scale, bound = ..., ...
            return scale, bound
    """,
    solution="""
        def he_start(n_in):
            scale = np.sqrt(2 / n_in)
            bound = np.sqrt(3) * scale
            return scale, bound
    """,
    explanation=(
        "He's variance is 2/n_in; the scale is its square root. A uniform distribution in ±a has variance a²/3, so "
        "a² = 6/n_in. Both have the same variance, and that is all that the derivation asks for."
    ),
    hints=(
        "Begin with the variance, 2/n_in. What has the scale to do with it?",
        "scale = sqrt(variance). For the bound solve a²/3 = 2/n_in for a.",
        "For n_in = 200 the scale is 0.1 and the bound about 0.173.",
    ),
    mistakes=(
        Mistake(
            "np.sqrt(2 / n_in)",
            "2 / np.sqrt(n_in)",
            "The common slip: 2/√n has variance 4/n and doubles each mean square. The 2 stands under the root.",
        ),
        Mistake("np.sqrt(2 / n_in)", "2 / n_in", "That is the variance. The scale is its square root."),
        Mistake("np.sqrt(2 / n_in)", "np.sqrt(2) / n_in", "The root is over the whole fraction: n_in stands under it."),
        Mistake("np.sqrt(2 / n_in)", "np.sqrt(1 / n_in)", "That is LeCun's. A ReLU drops one half: make up for it."),
        Mistake("np.sqrt(2 / n_in)", "np.sqrt(n_in / 2)", "Upside down: more inputs, smaller weights."),
        Mistake("np.sqrt(2 / n_in)", "np.sqrt(2 * n_in)", "More inputs add up to more: divide by n_in."),
        Mistake("np.sqrt(3) * scale", "scale", "A uniform distribution in ±a has variance a²/3, not a²."),
        Mistake(
            "np.sqrt(3) * scale",
            "scale / 2",
            "The scale may be right. The bound is larger than it: a²/3 is the variance, so a = √3 · scale.",
        ),
        Mistake(
            "np.sqrt(3) * scale",
            "np.sqrt(3 / n_in)",
            "The scale may be right. √(3/n) is the bound of variance 1/n, LeCun's: He's variance is 2/n.",
        ),
        Mistake(
            "np.sqrt(3) * scale",
            "3 / n_in",
            "The scale may be right. The bound is √(3 · variance), and He's variance is 2/n.",
        ),
        Mistake("np.sqrt(3) * scale", "3 * scale", "From a² = 3 · variance follows a = √3 · scale."),
        Mistake("np.sqrt(3) * scale", "scale / np.sqrt(3)", "The other way: a is larger than the scale, by √3."),
        Mistake(
            "np.sqrt(3) * scale",
            "np.sqrt(12) * scale",
            "√12 times the scale is the width from -a to a. The bound a is half of that.",
        ),
        Mistake("np.sqrt(3) * scale", "3 * scale**2", "That is a². The bound is its square root."),
        Mistake(
            "np.sqrt(3) * scale", "np.sqrt(2) * scale", "The variance of a uniform distribution is a²/3: 3, not 2."
        ),
        Mistake("return scale, bound", "return bound, scale", "The parts may be right; give the scale first."),
    ),
    cases=[{"n_in": 200}, {"n_in": 7}, {"n_in": 4096}],
)

LEAKY_GAIN = Exercise(
    id="leaky-gain",
    lecture=5,
    task="Give the gain that keeps the mean square through a leaky ReLU with slope alpha below 0.",
    stub="""
        def leaky_gain(alpha):
            return ...
    """,
    solution="""
        def leaky_gain(alpha):
            return np.sqrt(2 / (1 + alpha**2))
    """,
    explanation=(
        "Half of the mean square lies above 0 and passes; the other half is multiplied by alpha². So the unit keeps "
        "(1 + alpha²)/2, and g² must be its inverse. alpha = 0 is ReLU with √2, alpha = 1 is no bend at all, with 1."
    ),
    hints=(
        "h is symmetric: half of its mean square comes from above 0, half from below. What becomes of each half?",
        "What is left is (1 + alpha²)/2 of the mean square. The factor of a layer is g² times that.",
        "g² (1 + alpha²)/2 = 1. Solve for g.",
    ),
    mistakes=(
        Mistake(
            "np.sqrt(2 / (1 + alpha**2))",
            "2 / (1 + alpha**2)",
            "That is g². With Var(w) = g²/n the gain is its square root.",
        ),
        Mistake("alpha**2", "alpha", "The slope alpha multiplies h, so it multiplies h² by alpha²."),
        Mistake("1 + alpha**2", "1 - alpha**2", "The part below 0 adds to the mean square: a plus sign."),
        Mistake(
            "1 + alpha**2",
            "(1 - alpha) ** 2",
            "Squares of the two halves add up, 1 and alpha²; they are not subtracted first.",
        ),
        Mistake("1 + alpha**2", "(1 + alpha) ** 2", "The two halves are different inputs: add 1 and alpha²."),
        Mistake(
            "np.sqrt(2 / (1 + alpha**2))", "np.sqrt(2)", "That is for alpha = 0. For alpha = 1 it must come out 1."
        ),
        Mistake(
            "np.sqrt(2 / (1 + alpha**2))",
            "np.sqrt((1 + alpha**2) / 2)",
            "That is what the unit keeps. The gain has to make up for it: the inverse.",
        ),
        Mistake(
            "np.sqrt(2 / (1 + alpha**2))",
            "2 / np.sqrt(1 + alpha**2)",
            "The 2 belongs under the root: check alpha = 1, where the gain must be 1.",
        ),
        Mistake("2 / (", "1 / (", "Each half is only half of the mean square: (1 + alpha²)/2 is left."),
    ),
    cases=[{"alpha": 0.0}, {"alpha": 0.3}, {"alpha": 0.9}],
)

_SAMPLE = _RNG.normal(size=(40, 5))
_H = (_SAMPLE - _SAMPLE.mean()) / _SAMPLE.std()

SAMPLE = Exercise(
    id="gain-from-sample",
    lecture=5,
    task="From pre-activations h of variance 1 and outputs x, give the gain that brings the mean square back to 1.",
    stub="""
        def gain_from_sample(h, x):
            return ...
    """,
    solution="""
        def gain_from_sample(h, x):
            return 1 / np.sqrt(np.mean(x**2))
    """,
    explanation=(
        "The next pre-activations have the mean square g² E[x²]. It is 1 for g = 1/√E[x²]. The mean square counts, not "
        "the variance: the mean of x is carried along by the weights. For tanh this gives 1.59, for a ReLU √2."
    ),
    hints=(
        "The next layer has mean square g² times that of x. Which g makes it 1?",
        "g = 1 over the root of the mean of x².",
        "You do not need h: its mean square is 1.",
    ),
    mistakes=(
        Mistake(
            "np.sqrt(np.mean(x**2))",
            "np.std(x)",
            "The standard deviation takes the mean of x off first. The next layer's sum does not: use the mean square.",
        ),
        Mistake("np.sqrt(np.mean(x**2))", "np.mean(x**2)", "That is g². The gain is its square root."),
        Mistake("1 / np.sqrt", "np.sqrt", "That is how much is left. The gain makes up for it: one over it."),
        Mistake("np.mean(x**2)", "np.mean(abs(x))", "Sizes of sums go by squares: E[x²], not E[|x|]."),
        Mistake(
            "np.mean(x**2)", "np.sum(x**2)", "The mean square, not the sum: it must not depend on the sample's size."
        ),
        Mistake("np.mean(x**2)", "np.mean(x) ** 2", "First square, then average."),
        Mistake("np.mean(x**2)", "np.mean(h**2)", "That is what went in, with mean square 1. Look at what comes out."),
        Mistake(
            "1 / np.sqrt(np.mean(x**2))", "1 / np.var(x)", "The variance takes the mean off, and the root is missing."
        ),
    ),
    cases=[
        {"h": _H, "x": np.maximum(_H, 0)},
        {"h": _H, "x": np.tanh(_H)},
        {"h": _H, "x": 1 / (1 + np.exp(-_H))},
    ],
)

GLOROT = Exercise(
    id="glorot-variance",
    lecture=5,
    task="Give Glorot's variance for a Keras kernel of this shape, dense or convolutional.",
    stub="""
        def glorot_variance(shape):
            return ...
    """,
    solution="""
        def glorot_variance(shape):
            n_in, n_out = np.prod(shape[:-1]), np.prod(shape[:-2]) * shape[-1]
            return 2 / (n_in + n_out)
    """,
    explanation=(
        "The product of height and width is 1 for a dense kernel, since np.prod of nothing is 1. A unit of a "
        "convolution reads height × width × channels in, and each number is read height × width times by every "
        "channel out."
    ),
    hints=(
        "Two lines: n_in and n_out first, then 2/(n_in + n_out).",
        "All sizes but the last two are height and width. For a dense kernel there are none, and np.prod(()) is 1.",
        "A kernel (3, 3, 16, 32) has n_in = 144 and n_out = 288.",
    ),
    mistakes=(
        Mistake(
            "np.prod(shape[:-2]) * shape[-1]",
            "shape[-1]",
            "Height and width count for n_out as well: each input is read at height × width places.",
        ),
        Mistake(
            "np.prod(shape[:-1]), np.prod(shape[:-2]) * shape[-1]",
            "shape[-2], shape[-1]",
            "Right for dense kernels. In a convolution a unit reads height × width × channels.",
        ),
        Mistake(
            "np.prod(shape[:-1]), np.prod(shape[:-2]) * shape[-1]",
            "shape[0], shape[1]",
            "Right for dense kernels. In a convolution height and width come first; channels in and out stand last.",
        ),
        Mistake(
            "np.prod(shape[:-1]), np.prod(shape[:-2]) * shape[-1]",
            "np.prod(shape[:-1]), shape[-1] * np.prod(shape)",
            "For n_out take height × width × channels out: the channels in do not count there.",
        ),
        Mistake(
            "np.prod(shape[:-1]), np.prod(shape[:-2]) * shape[-1]",
            "shape[0], shape[-1]",
            "In a convolution the first size is the height: channels in come last but one.",
        ),
        Mistake(
            "np.prod(shape[:-1]), np.prod(shape[:-2]) * shape[-1]",
            "np.prod(shape[:-1]), 0",
            "That is He's, 2/n_in. Glorot takes both n_in and n_out.",
        ),
        Mistake("2 / (n_in + n_out)", "np.sqrt(2 / (n_in + n_out))", "That is the scale. Its square is the variance."),
        Mistake(
            "2 / (n_in + n_out)",
            "6 / (n_in + n_out)",
            "6/(…) is the square of the uniform bound. The variance is a third.",
        ),
        Mistake(
            "2 / (n_in + n_out)",
            "np.sqrt(6 / (n_in + n_out))",
            "That is the bound of the uniform start, not the variance.",
        ),
        Mistake(
            "2 / (n_in + n_out)", "1 / (n_in + n_out)", "1 over the *mean* of n_in and n_out: the mean is half the sum."
        ),
        Mistake(
            "2 / (n_in + n_out)",
            "1 / n_in",
            "Many notebooks write 1/n_in and call it Xavier. Glorot's takes n_out in as well.",
        ),
        Mistake("n_in + n_out", "n_in * n_out", "The sum of the two, not the product."),
    ),
    cases=[{"shape": (400, 200)}, {"shape": (3, 3, 16, 32)}, {"shape": (5, 1, 7, 2)}],
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
        "initializer was needed: that is the idea of LSUV."
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

INFORMED = Exercise(
    id="informed-start",
    lecture=5,
    task="Give the output bias that predicts the classes' shares, and the cross-entropy with which training starts.",
    stub="""
        def informed_start(counts):
            bias, loss = ..., ...
            return bias, loss
    """,
    solution="""
        def informed_start(counts):
            shares = counts / counts.sum()
            bias = np.log(shares) - np.log(shares).mean()
            loss = -(shares * np.log(shares)).sum()
            return bias, loss
    """,
    explanation=(
        "softmax(ln p) is p: the exponentials give p back, and the shares sum to 1; a common shift cancels. "
        "Each image of class c costs -ln p_c, and the share p_c of them is such: together the entropy of the shares."
    ),
    hints=(
        "Which numbers b make exp(b) proportional to the shares?",
        "bias = ln(shares), shifted so that it sums to 0. An image of class c costs -ln(share of c).",
        "The loss is the average of -ln(share), weighted by how often each class occurs.",
    ),
    mistakes=(
        Mistake(
            "np.log(shares) - np.log(shares).mean()",
            "shares - shares.mean()",
            "The softmax takes exponentials: the bias must be the logarithm of the share.",
        ),
        Mistake(
            "np.log(shares) - np.log(shares).mean()",
            "np.log(shares)",
            "Right up to a shift: subtract the mean, so that the biases sum to 0.",
        ),
        Mistake(
            "np.log(shares) - np.log(shares).mean()",
            "np.log(shares / (1 - shares))",
            "ln(p/(1-p)) is for a sigmoid with one output. A softmax needs ln p.",
        ),
        Mistake(
            "np.log(shares) - np.log(shares).mean()",
            "np.log(shares).mean() - np.log(shares)",
            "The sign: frequent classes need the larger bias.",
        ),
        Mistake(
            "np.log(shares) - np.log(shares).mean()",
            "np.zeros(len(counts))",
            "A bias of 0 predicts equal shares for all.",
        ),
        Mistake(
            "-(shares * np.log(shares)).sum()",
            "np.log(len(counts))",
            "ln C is the loss of equal shares. Here the start knows the real ones.",
        ),
        Mistake(
            "-(shares * np.log(shares)).sum()",
            "-np.log(shares).mean()",
            "Frequent classes count more often: weigh each -ln p by its share.",
        ),
        Mistake(
            "-(shares * np.log(shares)).sum()",
            "-np.log(shares).sum()",
            "The bias may be right. The loss is a mean over images: weigh each -ln p by the share p of its class.",
        ),
        Mistake("-(shares * np.log(shares)).sum()", "(shares * np.log(shares)).sum()", "The sign: a loss is positive."),
        Mistake(
            "-(shares * np.log(shares)).sum()",
            "-(shares * np.log2(shares)).sum()",
            "That is in bits. Keras's cross-entropy uses the natural logarithm.",
        ),
        Mistake(
            "-(shares * np.log(shares)).sum()",
            "-(shares * np.log(shares)).mean()",
            "The shares are weights already: sum, do not average once more over the classes.",
        ),
        Mistake("return bias, loss", "return loss, bias", "The parts may be right; give the bias first."),
    ),
    cases=[{"counts": np.array([90, 10])}, {"counts": np.array([5, 20, 50, 25])}],
)

EXERCISES = [COPIES, HE, LEAKY_GAIN, SAMPLE, GLOROT, REPAIR, INFORMED]
