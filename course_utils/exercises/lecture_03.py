"""Exercises of lecture 03, depth."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

_GRID = np.arange(17) / 16
_RNG = np.random.default_rng(3)


class _Network:
    """What three hidden layers of one unit each, with the activation |.|, say on an even grid of [0, 1], (17,)."""

    ndim = 1  # messages name only arguments without dimensions: this one would tell nobody anything

    def __call__(self, w: np.ndarray, b: np.ndarray) -> object:
        """The 17 outputs, or `...` as long as the weights or the biases are missing.

        Raises:
            ValueError: If they have another shape than asked for; says which.
        """
        given = {"w": w, "b": b}
        if any(part is ... for part in given.values()):
            return ...
        for name in given:
            given[name] = np.asarray(given[name], dtype=float)
            if given[name].shape != (3,):
                raise ValueError(f"{name} has shape {given[name].shape}, asked for is (3,)")
        x = _GRID
        for weight, bias in zip(given["w"], given["b"], strict=True):
            x = np.abs(weight * x + bias)
        return x

    def __repr__(self) -> str:
        """How messages about an answer call it."""
        return "the network"


def _curve(bends: tuple[int, ...], points: int = 33) -> np.ndarray:
    """A curve on an even grid that bends at some of the points; its values are rounded a little."""
    x = np.arange(points) / (points - 1)
    turns = _RNG.uniform(0.5, 2, len(bends)) * (-1) ** np.arange(len(bends))
    straight = 0.3 * x + sum(t * np.maximum(x - x[i], 0) for t, i in zip(turns, bends, strict=True))
    return straight + _RNG.uniform(-1e-10, 1e-10, points)


def _zigzag(pieces: int, points: int = 33) -> np.ndarray:
    """Up and down between 0 and 1 on an even grid, so that slopes come back; rounded a little."""
    x = np.arange(points) / (points - 1)
    return abs((pieces * x) % 2 - 1) + _RNG.uniform(-1e-10, 1e-10, points)


READ_PROBES = Exercise(
    id="read-probes",
    lecture=3,
    task="Find out from probe accuracy and scatter ratio by layer what four networks were trained for.",
    stub="""
        described = [..., ..., ..., ...]
    """,
    solution="""
        described = [3, 2, 4, 1]
    """,
    explanation=(
        "Net 1: the classes stay divisible and draw together: trained well. Nets 2 and 4 both lose and scatter; "
        "in the table, as in our figure, mixed labels scatter the last layer more than no training does. Net 3 "
        "makes something tight, and yet loses what it had: even digits go far from odd ones, so the ratio of the ten "
        "classes falls; but nothing asks it to keep a 4 apart from a 6, and the probe ends below the pixels."
    ),
    hints=(
        "Net 1: a line reads more digits than in the pixels, and classes lie tighter at each layer. Who wants both?",
        "Net 2: both get worse, a little at each layer. Does anything here look as if it had a goal?",
        "Net 3: tight, but behind layer 1 a line reads fewer and fewer digits. Which training has no use for that?",
        "Net 4: its last layer scatters more than net 2's. Which of the two controls in the figure does that?",
    ),
    hint_for_each=True,
    mistakes=(
        Mistake("[3,", "[4,", "Net 1: telling even from odd would not bring the probe on ten classes to 97 %."),
        Mistake("[3,", "[2,", "Net 1: layers that were never trained scatter the classes. Here they draw together."),
        Mistake("[3,", "[1,", "Net 1: mixed labels give no reason to make the images of a class alike."),
        Mistake(" 2,", " 1,", "Net 2 or net 4? Compare the last layers of the two controls in the figure."),
        Mistake(" 2,", " 3,", "Net 2: training on the right labels draws the classes together. Here they scatter."),
        Mistake(" 2,", " 4,", "Net 2: even and odd would draw together. Here nothing does."),
        Mistake(
            "4, 1]",
            "3, 1]",
            "Net 3: trained on the ten classes, it would not end with more mistakes than the pixels had.",
        ),
        Mistake("4, 1]", "2, 1]", "Net 3: without training the ratio does not fall."),
        Mistake("4, 1]", "1, 1]", "Net 3: mixed labels scatter. Here the ratio falls: something draws together."),
        Mistake("4, 1]", "4, 2]", "Net 4 or net 2? In the figure, which of the two controls ends higher?"),
        Mistake("4, 1]", "4, 3]", "Net 4: the classes scatter more and more. Good training draws them together."),
        Mistake("4, 1]", "4, 4]", "Net 4: even and odd would draw together. Here the ratio rises."),
    ),
)

EIGHT_PIECES = Exercise(
    id="eight-pieces",
    lecture=3,
    task="Choose weights and biases of three layers of one |.| unit each that draw a zigzag of 8 equal pieces.",
    stub="""
        def eight_pieces(network):
            w = ...
            b = ...
            return network(w, b)
    """,
    solution="""
        def eight_pieces(network):
            w = np.array([2, 2, 2])
            b = np.array([-1, -1, -1])
            return network(w, b)
    """,
    explanation=(
        "|2x - 1| goes from 1 down to 0 in the middle and up to 1 again: it folds [0, 1] onto itself. Each layer "
        "does the same with what it gets, and so doubles the pieces: 2, 4, 8. Turning the signs of both w and b of a "
        "layer changes nothing."
    ),
    hints=(
        "One unit first: |w x + b| shall be 1 at x = 0, 0 at x = 1/2, and 1 at x = 1. What are w and b?",
        "The first layer maps [0, 1] onto [0, 1]. So the next one gets the same interval, and can do the same.",
    ),
    mistakes=(
        Mistake("[2, 2, 2]", "[2, 4, 8]", "Each layer gets values from 0 to 1 again, whatever was folded before."),
        Mistake("[-1, -1, -1]", "[-1, -2, -3]", "Where does the second layer's unit bend? It gets values from 0 to 1."),
        Mistake(
            "[-1, -1, -1]", "[1, 1, 1]", "With w and b of the same sign the sum never changes its sign: nothing folds."
        ),
        Mistake("[-1, -1, -1]", "[0, 0, 0]", "Without biases all units bend at 0, at the end of the interval."),
        Mistake(
            "[2, 2, 2]", "[1, 1, 1]", "|x - 1| on [0, 1] only falls. Which slope goes from 1 to 0 in half the way?"
        ),
        Mistake("[-1, -1, -1]", "[-0.5, -0.5, -0.5]", "2x - 0.5 is 0 at a quarter. A fold should halve the interval."),
        Mistake("network(w, b)", "network", "Give back what the network says: call it, network(w, b)."),
        Mistake("np.array([2, 2, 2])", "2", "One weight for each layer: w has shape (3,)."),
    ),
    cases=[{"network": _Network()}],
)

COUNT_PIECES = Exercise(
    id="count-pieces",
    lecture=3,
    task="Count the straight pieces of a curve from slightly rounded values on an even grid with all its bends.",
    stub="""
        def count_pieces(y):
            return ...
    """,
    solution="""
        def count_pieces(y):
            steps = np.diff(y)
            bent = np.abs(np.diff(steps)) > 1e-7
            return 1 + np.sum(bent)
    """,
    explanation=(
        "On a straight piece all steps are equal. A bend on the grid changes the step once, up or down; so take the "
        "size of the change, and let rounding pass. One piece more than bends."
    ),
    hints=(
        "On a straight piece the steps from point to point are equal. What happens to them at a bend?",
        "np.diff twice, then count what is larger than rounding. With one bend there are two pieces.",
    ),
    mistakes=(
        Mistake("1 + np.sum(bent)", "np.sum(bent)", "Those are the bends. One bend makes two pieces."),
        Mistake("1 + np.sum(bent)", "2 + np.sum(bent)", "No bend at all is one piece. And with one bend?"),
        Mistake("np.abs(np.diff(steps))", "np.diff(steps)", "A curve can bend downwards, too: then the step falls."),
        Mistake("np.abs(np.diff(steps))", "-np.diff(steps)", "A curve can bend upwards, too: then the step grows."),
        Mistake("> 1e-7", "> 0", "Rounding is no bend: allow a difference of 1e-9 or so."),
        Mistake(
            "np.abs(np.diff(steps)) > 1e-7",
            "np.diff(np.sign(steps)) != 0",
            "A bend need not turn from up to down: a slope that gets steeper bends, too.",
        ),
        Mistake(
            "np.abs(np.diff(steps)) > 1e-7", "np.abs(steps) > 1e-7", "These are slopes. At a bend the slope changes."
        ),
        Mistake(
            "1 + np.sum(bent)",
            "len(np.unique(np.round(steps, 7)))",
            "Those are the different slopes. Two pieces with the same slope are still two pieces.",
        ),
        Mistake("np.diff(steps)", "np.diff(steps, n=2)", "That is three times diff: each bend is seen twice."),
    ),
    cases=[
        *({"y": _curve(bends)} for bends in ((16,), (4, 9, 20), (), (3, 4, 5, 11, 25, 30))),
        {"y": _zigzag(pieces=8)},
    ],
)

FLAT_PRICE = Exercise(
    id="flat-price",
    lecture=3,
    task="Count the parameters that one hidden layer of ReLUs needs at least for as many pieces as k folds.",
    stub="""
        def flat_price(k):
            return ...
    """,
    solution="""
        def flat_price(k):
            units = 2**k - 1
            return 3 * units + 1
    """,
    explanation=(
        "k folds have 2^k pieces; n units bend at n places, so n + 1 pieces: n = 2^k - 1. Each unit has a weight in, "
        "a bias and a weight out; the output has a bias. For k = 10 that is 3,070 parameters in place of 61."
    ),
    hints=(
        "How many pieces have k folds? How many units does one layer need for so many: n units bend at n places.",
        "Each hidden unit has one weight in, one bias, one weight out. The output unit has a bias, too.",
    ),
    mistakes=(
        Mistake("2**k - 1", "2**k", "2^k pieces have one bend less than pieces, and each bend takes a unit."),
        Mistake("2**k - 1", "2 * k", "So many units have as many parameters as the folds, not as many pieces."),
        Mistake("2**k - 1", "2**k + 1", "Pieces are one more than bends. How many bends do 2^k pieces have?"),
        Mistake("2**k - 1", "k**2 - 1", "Each fold doubles the pieces: 2, 4, 8, ... is a power of 2."),
        Mistake("3 * units + 1", "3 * units", "The output unit has a bias, too."),
        Mistake("3 * units + 1", "2 * units", "Those are the weights. Biases count, too."),
        Mistake("3 * units + 1", "2 * units + 1", "Each hidden unit has a weight in, a weight out, and a bias."),
        Mistake("3 * units + 1", "units", "Those are the units. Each has several parameters."),
    ),
    cases=[{"k": k} for k in (3, 1, 8)],
)

DEEPEST = Exercise(
    id="deepest",
    lecture=3,
    task="Find the largest number of hidden layers of a given width that a budget of parameters allows.",
    stub="""
        def deepest(inputs, units, outputs, budget):
            return ...
    """,
    solution="""
        def deepest(inputs, units, outputs, budget):
            ends = (inputs + 1) * units + (units + 1) * outputs
            each = (units + 1) * units
            return 1 + (budget - ends) // each
    """,
    explanation=(
        "The first hidden layer and the output layer cost the same, whatever the depth. Each further hidden layer "
        "has units · units weights and as many biases as units. Divide what is left, round down, add the first one."
    ),
    hints=(
        "Which layers are there however deep the network is? What does each further hidden layer cost?",
        "Take the first hidden layer and the output layer off the budget. How often does a further layer fit into "
        "what is left?",
    ),
    mistakes=(
        Mistake("1 + (budget - ends) // each", "(budget - ends) // each", "The first hidden layer counts, too."),
        Mistake("(units + 1) * units", "units * units", "Further hidden layers have biases, too."),
        Mistake("(inputs + 1) * units", "inputs * units", "The first hidden layer has biases, too."),
        Mistake("(units + 1) * outputs", "units * outputs", "The output layer has biases, too."),
        Mistake(" + (units + 1) * outputs", "", "The output layer must be paid for, too."),
        Mistake("1 + (budget - ends) // each", "1 + (budget - ends) / each", "Whole layers only: round down."),
        Mistake(
            "1 + (budget - ends) // each",
            "1 + round((budget - ends) / each)",
            "A layer that does not fit in full does not fit: round down, not to the nearest.",
        ),
        Mistake(
            "1 + (budget - ends) // each", "budget // each", "First and last layer have other sizes: pay them first."
        ),
        Mistake("(inputs + 1) * units", "(units + 1) * units", "The first hidden layer sees the inputs. How many?"),
    ),
    cases=[
        {"inputs": 30, "units": 30, "outputs": 10, "budget": 3_700},
        {"inputs": 64, "units": 15, "outputs": 10, "budget": 2_815},
        {"inputs": 64, "units": 15, "outputs": 10, "budget": 2_803},
        {"inputs": 64, "units": 15, "outputs": 10, "budget": 2_814},
        {"inputs": 2, "units": 4, "outputs": 1, "budget": 77},
        {"inputs": 784, "units": 100, "outputs": 10, "budget": 1_000_000},
        {"inputs": 10, "units": 20, "outputs": 30, "budget": 900},
    ],
)

MOVED_COLUMNS = Exercise(
    id="moved-columns",
    lecture=3,
    task="Move the weights of a first layer so that it says on moved pixels what it said before.",
    stub="""
        def moved_weights(W, order):
            return ...
    """,
    solution="""
        def moved_weights(W, order):
            return W[:, order]
    """,
    explanation=(
        "Place j of a moved image holds pixel order[j], so the weight for place j must be that of pixel order[j]: the "
        "columns are moved as the pixels are. To a fully connected layer the order of pixels is bookkeeping."
    ),
    hints=(
        "Place j now holds what stood at place order[j]. Which weight was multiplied by that pixel before?",
        "Columns of W belong to pixels, rows to units. Move the columns as the pixels were moved.",
    ),
    mistakes=(
        Mistake("W[:, order]", "W", "Each weight then meets another pixel than before."),
        Mistake(
            "W[:, order]",
            "W[:, np.argsort(order)]",
            "That moves the columns back. Place j holds pixel order[j]: which weight does it need?",
        ),
        Mistake("W[:, order]", "W[order]", "Rows belong to units. Pixels belong to columns of W."),
        Mistake("W[:, order]", "W[:, order].T", "Weights have the shape (units, pixels), as before."),
        Mistake(
            "W[:, order]",
            "W[:, order[::-1]]",
            "Which pixel stands at place 0 of a moved image? order[0], not the last.",
        ),
    ),
    cases=[
        {"W": _RNG.normal(size=(6, 6)), "order": np.array([2, 0, 3, 1, 5, 4])},
        {"W": _RNG.normal(size=(6, 5)), "order": np.roll(np.arange(5), 1)},  # never fewer units than pixels: else
        {"W": _RNG.normal(size=(4, 4)), "order": np.array([1, 2, 3, 0])},  # W[order] would stop, with no advice
    ],
)

ACTIVE_SHARE = Exercise(
    id="active-share",
    lecture=3,
    task="Choose biases, with np.quantile as it comes, with which each ReLU is active for a given share of the points.",
    stub="""
        def biases_for(W, x, share):
            return ...
    """,
    solution="""
        def biases_for(W, x, share):
            sums = x @ W.T
            return -np.quantile(sums, 1 - share, axis=0)
    """,
    explanation=(
        "A unit is active where its weighted sum is larger than -b. Above the quantile 1 - share lies the share of the "
        "points that is asked for. With a share of one half that is minus the median."
    ),
    hints=(
        "A unit is active where its weighted sum is larger than -b. How many of the sums are to be larger?",
        "Weighted sums first: (n, units). Then, for each unit, the value that has the share of the points above it.",
    ),
    mistakes=(
        Mistake("1 - share", "share", "That share of the points lies below the quantile, and there units are silent."),
        Mistake("-np.quantile", "np.quantile", "The sum plus the bias is 0 where the sum is minus the bias."),
        Mistake(", axis=0)", ", axis=1)", "One bias for each unit, over all points: which axis holds the points?"),
        Mistake(", axis=0)", ")", "Each unit has its own sums, and needs its own bias."),
        Mistake("1 - share", "0.5", "That is right for one half. Which share is asked for?"),
        Mistake(
            "-np.quantile(sums, 1 - share, axis=0)",
            "-np.mean(sums, axis=0)",
            "The mean does not know which share is asked for.",
        ),
    ),
    cases=[
        {"W": _RNG.normal(size=(3, 2)), "x": _RNG.uniform(-1, 1, (40, 2)), "share": 0.25},
        {"W": _RNG.normal(size=(2, 4)), "x": _RNG.normal(size=(60, 4)) + 1, "share": 0.5},
        {"W": _RNG.normal(size=(4, 3)), "x": _RNG.normal(size=(30, 3)), "share": 0.9},
    ],
)

EXERCISES = [MOVED_COLUMNS, READ_PROBES, EIGHT_PIECES, COUNT_PIECES, FLAT_PRICE, ACTIVE_SHARE, DEEPEST]
