"""Exercises of lecture 01, neurons and networks."""

from itertools import pairwise, product

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

_RNG = np.random.default_rng(1)
_CORNERS = np.array(list(product([0.0, 1.0], repeat=3)))


def _stored(sizes: tuple[int, ...]) -> np.ndarray:
    """Kernels (in, out) and biases of a dense network in turns, as a one-dimensional array of arrays."""
    parts = [part for m, n in pairwise(sizes) for part in (_RNG.normal(size=(m, n)), _RNG.normal(size=n))]
    stored = np.empty(len(parts), dtype=object)
    stored[:] = parts
    return stored


class _Network:
    """What a network of three hidden ReLUs says at all settings of three inputs, (8,)."""

    ndim = 1  # messages name only arguments without dimensions: this one would tell nobody anything

    def __call__(self, W1: np.ndarray, b1: np.ndarray, w2: np.ndarray) -> object:
        """The eight outputs, or `...` as long as a weight is missing.

        Raises:
            ValueError: If a weight has another shape than asked for; says which.
        """
        given = {"W1": W1, "b1": b1, "w2": w2}
        if any(part is ... for part in given.values()):
            return ...
        for name, shape in (("W1", (3, 3)), ("b1", (3,)), ("w2", (3,))):
            given[name] = np.asarray(given[name], dtype=float)
            if given[name].shape != shape:
                raise ValueError(f"{name} has shape {given[name].shape}, asked for is {shape}")
        return np.maximum(_CORNERS @ given["W1"].T + given["b1"], 0) @ given["w2"]

    def __repr__(self) -> str:
        """How messages about an answer call it."""
        return "the network"


PICK_THE_LOSS = Exercise(
    id="pick-the-loss",
    lecture=1,
    task="For each of four tasks, choose one of eight pairs of head and loss.",
    stub="""
        heads = [..., ..., ..., ...]
    """,
    solution="""
        heads = [1, 6, 7, 4]
    """,
    explanation=(
        "A number: one linear output. One of seven: seven probabilities that add up to 1. Any of seven: seven "
        "questions with yes or no, each with a sigmoid of its own; their probabilities need not add up to 1. A "
        "margin beyond which nothing matters: hinge, on the sum itself."
    ),
    hints=(
        "Task 1: a rent is a number, of any size. Which of the three heads in the table is for numbers?",
        "Task 2: probabilities of seven kinds, exactly one of which is right: they add up to 1.",
        "Task 3: may two kinds be right at once? Then their probabilities need not add up to 1.",
        "Task 4: which loss has the slope 0 beyond a margin? It looks at the sum h itself.",
    ),
    hint_for_each=True,
    mistakes=(
        Mistake("[1,", "[2,", "A sigmoid stays between 0 and 1. Rents do not."),
        Mistake("[1,", "[3,", "Task 1: this head answers a question with yes or no. A rent is a number."),
        Mistake("[1,", "[4,", "Hinge is for classes: it is content with every rent that is large enough."),
        Mistake("6,", "7,", "Task 2: seven sigmoids may say yes several times. Here exactly one kind is right."),
        Mistake("6,", "8,", "Task 2: the head is right. Which loss is minus the logarithm of the label's probability?"),
        Mistake("6,", "1,", "Task 2: numbering the kinds says that kind 3 lies between 2 and 4. It does not."),
        Mistake("6,", "3,", "Task 2: how many probabilities do you want to know?"),
        Mistake("7,", "6,", "Task 3: a softmax adds up to 1. With a cat and a dog, both should be near 1."),
        Mistake("7,", "8,", "Task 3: the seven add up to 1, so no two can be near 1. And mse is for numbers."),
        Mistake("7,", "3,", "Task 3: one output answers one question with yes or no. How many questions are there?"),
        Mistake("4]", "5]", "Task 4: hinge wants sums below -1 and above 1. A sigmoid never gets there."),
        Mistake("4]", "3]", "Task 4: the logistic slope gets small, but never exactly 0."),
        Mistake("4]", "1]", "Task 4: for mse a wide margin is an error. It matters more, not less."),
        Mistake("4]", "2]", "Task 4: this slope fades far out, on the wrong side too, and it is never exactly 0."),
    ),
)

HALF_LIFE = Exercise(
    id="half-life",
    lecture=1,
    task="Find the λ of Keras's L2(λ) that halves an unused weight in so many steps of SGD at rate eta.",
    stub="""
        def half_life_l2(steps, eta):
            return ...
    """,
    solution="""
        def half_life_l2(steps, eta):
            kept = 0.5 ** (1 / steps)
            return (1 - kept) / (2 * eta)
    """,
    explanation=(
        "After t steps (1 - 2ηλ)^t is left. It is ½ if each step keeps the t-th root of ½; solve 1 - 2ηλ = ½^(1/t). "
        "For many steps that is nearly ln 2 / (2ηt)."
    ),
    hints=(
        "Which share does one step keep, if all of them together keep half?",
        "Set that share equal to what one step with the penalty λw² keeps, and solve for λ.",
    ),
    mistakes=(
        Mistake("(2 * eta)", "eta", "That is right for weight_decay. What is the slope of λw², and so of L2(λ)?"),
        Mistake("(2 * eta)", "2 * eta", "(1 - kept) / 2 * eta multiplies by eta. Set brackets: / (2 * eta)."),
        Mistake("(2 * eta)", "2", "Where is the rate? A step takes off η times the slope."),
        Mistake(
            "(1 - kept) / (2 * eta)",
            "np.log(2) / (2 * eta * steps)",
            "Close: that is the rule for small ηλ. The exact one needs the root of ½.",
        ),
        Mistake(
            "(1 - kept) / (2 * eta)",
            "np.log(2) / (eta * steps)",
            "That is the approximate rule, and for weight_decay. Here it is L2, and exact.",
        ),
        Mistake(
            "(1 - kept) / (2 * eta)",
            "0.5 / (2 * eta * steps)",
            "Each step takes a share of what is still left, not of the first value.",
        ),
        Mistake("0.5 ** (1 / steps)", "0.5 / steps", "The shares of the steps multiply up to one half."),
        Mistake("0.5 ** (1 / steps)", "0.5**steps", "Steps multiply: kept to the power of steps is ½. Take the root."),
        Mistake("(1 - kept)", "kept", "kept is 1 - 2ηλ: solve that for λ."),
        Mistake("(1 - kept)", "(kept - 1)", "The sign: a penalty λ is positive."),
    ),
    cases=[{"steps": 100, "eta": 0.1}, {"steps": 10, "eta": 0.02}, {"steps": 3, "eta": 0.5}],
)

ODD_OF_THREE = Exercise(
    id="odd-of-three",
    lecture=1,
    task="Choose the weights of three hidden ReLUs that say 1 for an odd number of inputs, else 0.",
    stub="""
        def odd_of_three(network):
            W1 = ...
            b1 = ...
            w2 = ...
            return network(W1, b1, w2)
    """,
    solution="""
        def odd_of_three(network):
            W1 = np.ones((3, 3))
            b1 = np.array([0, -1, -2])
            w2 = np.array([1, -2, 2])
            return network(W1, b1, w2)
    """,
    explanation=(
        "All that counts is how many inputs are on, s = x1 + x2 + x3. The output must go 0, 1, 0, 1 for s = 0, 1, 2, "
        "3: up with slope 1, from s = 1 on down with slope -1, from s = 2 on up again. Each ReLU adds a bend: slope 1, "
        "then -2 more, then +2 more."
    ),
    hints=(
        "The entries of the result belong to 000, 001, 010, 011, 100, 101, 110, 111. All three units may add up all "
        "inputs; they differ in the number from which on they wake up.",
        "ReLU(s - 1) is 0 up to s = 1. Which slope must be added there, so that the output turns from up to down?",
    ),
    mistakes=(
        Mistake(
            "np.array([1, -2, 2])", "np.array([1, -2, 1])", "Three inputs on give 3 - 4 + 1 = 0. They should give 1."
        ),
        Mistake(
            "np.array([1, -2, 2])",
            "np.array([1, -2, 3])",
            "Three inputs on give 3 - 4 + 3 = 2. They should give 1.",
        ),
        Mistake(
            "np.array([1, -2, 2])",
            "np.array([1, -2, 0])",
            "The two units of XOR go on falling: three inputs give -1. A third bend must turn it up.",
        ),
        Mistake(
            "np.array([1, -2, 2])",
            "np.array([1, -1, 1])",
            "From two inputs on it must fall again: to turn slope 1 into slope -1, add -2.",
        ),
        Mistake("np.array([1, -2, 2])", "np.array([-1, 2, -2])", "The right bends, all with the wrong sign."),
        Mistake(
            "np.array([0, -1, -2])", "np.array([0, 1, 2])", "These units wake up too early: the biases must hold back."
        ),
        Mistake(
            "np.array([0, -1, -2])",
            "np.array([-1, -2, -3])",
            "One input on gives 0: all three units wake up one input too late.",
        ),
        Mistake("np.ones((3, 3))", "np.eye(3)", "Each unit sees one input only, so none can count them."),
        Mistake(
            "np.ones((3, 3))", "-np.ones((3, 3))", "With these weights the sums are never above 0: all are silent."
        ),
        Mistake("network(W1, b1, w2)", "network", "Give back what the network says: call it, network(W1, b1, w2)."),
        Mistake("np.ones((3, 3))", "np.ones(3)", "W1 has one row for each hidden unit: (3, 3)."),
    ),
    cases=[{"network": _Network()}],
)

FORWARD_PASS = Exercise(
    id="forward-pass",
    lecture=1,
    task="The forward pass of a dense Keras network, from the list that get_weights() returns.",
    stub="""
        def forward_pass(weights, X):
            return ...
    """,
    solution="""
        def forward_pass(weights, X):
            for i in range(0, len(weights), 2):
                X = X @ weights[i] + weights[i + 1]
                if i < len(weights) - 2:
                    X = np.maximum(X, 0)
            return X
    """,
    explanation=(
        "A kernel is (in, out), the transpose of our W, and examples are rows: so X @ kernel, with no transpose. "
        "Layer l takes the entries 2l and 2l + 1 of the list; the last layer keeps its sum."
    ),
    hints=(
        "Entries 0 and 1 belong to the first layer, 2 and 3 to the second. Which shapes fit: X (batch, in), kernel "
        "(in, out)?",
        "ReLU follows each layer but the last.",
    ),
    mistakes=(
        Mistake("X @ weights[i] +", "X @ weights[i].T +", "Keras's kernel is (in, out), which fits X (batch, in)."),
        Mistake("X @ weights[i] +", "weights[i] @ X +", "One example per row: X stands on the left."),
        Mistake(" + weights[i + 1]", "", "The biases are missing: every second entry of the list."),
        Mistake(" + weights[i + 1]", " - weights[i + 1]", "The biases are added."),
        Mistake("len(weights) - 2", "len(weights)", "The last layer has no activation: its sums may be negative."),
        Mistake("len(weights) - 2", "0", "There is an activation inside: after each layer but the last."),
        Mistake("len(weights) - 2", "1", "With more than two layers, ReLU follows each of them but the last."),
        Mistake("np.maximum(X, 0)", "np.tanh(X)", "Here the activation inside is ReLU."),
        Mistake("np.maximum(X, 0)", "np.maximum(weights[i], 0)", "ReLU acts on the sums, not on the weights."),
        Mistake("len(weights), 2)", "2, 2)", "That is the first layer only. The list may hold more pairs."),
        Mistake("return X", "return X.T", "One example per row in the result, too: (batch, outputs)."),
        Mistake("return X", "return X[0]", "That is the first example. The whole batch is asked for."),
    ),
    cases=[
        {"weights": _stored(sizes), "X": _RNG.normal(size=(6, sizes[0]))} for sizes in ((4, 4, 4), (3, 5, 4, 2), (3, 2))
    ],
)

WIDEST = Exercise(
    id="widest",
    lecture=1,
    task="Find the largest width of two hidden layers that a budget of parameters allows.",
    stub="""
        def widest(inputs, outputs, budget):
            return ...
    """,
    solution="""
        def widest(inputs, outputs, budget):
            h = 0
            while (inputs + 1) * (h + 1) + (h + 2) * (h + 1) + (h + 2) * outputs <= budget:
                h = h + 1
            return h
    """,
    explanation=(
        "With width h the three layers have (inputs + 1) h, (h + 1) h and (h + 1) outputs parameters, each + 1 for a "
        "bias. We try h + 1 as long as it fits; solving the quadratic and rounding down gives the same."
    ),
    hints=(
        "Three layers. With width h: how many weights and biases has each? Each unit has one weight for each of its "
        "inputs, and one bias.",
        "Count up from h = 1 while (inputs + 1) h + (h + 1) h + (h + 1) outputs fits.",
    ),
    mistakes=(
        Mistake(
            "(inputs + 1) * (h + 1) + (h + 2) * (h + 1) + (h + 2) * outputs",
            "inputs * (h + 1) + (h + 1) * (h + 1) + (h + 1) * outputs",
            "Those are the weights alone. Biases count, too: one for each unit that is no input.",
        ),
        Mistake(
            " + (h + 2) * (h + 1)",
            "",
            "Two hidden layers: between them lie h · h weights, and the second has biases as well.",
        ),
        Mistake(
            "(inputs + 1) * (h + 1)",
            "(inputs + 1) * (h + 1) + inputs",
            "Inputs have no biases: nothing is computed there.",
        ),
        Mistake("+ (h + 2) * outputs", "+ (h + 1) * outputs", "The output units have biases, too."),
        Mistake("<= budget", "< budget", "At most: the budget itself may be used up."),
        Mistake("return h", "return h + 1", "That is the first width that does not fit."),
    ),
    cases=[
        {"inputs": 64, "outputs": 10, "budget": 10_000},
        {"inputs": 2, "outputs": 1, "budget": 105},
        {"inputs": 12, "outputs": 5, "budget": 217},
        {"inputs": 784, "outputs": 10, "budget": 1_000_000},
    ],
)

STAIRCASE = Exercise(
    id="staircase",
    lecture=1,
    task="Choose the output weights of steep sigmoids that all step up, so that they draw a skyline.",
    stub="""
        def staircase(heights):
            return ...
    """,
    solution="""
        def staircase(heights):
            return np.diff(heights, prepend=0)
    """,
    explanation=(
        "On step i the units 1 to i are on, and all later ones are off: the height there is the sum of the first i "
        "weights. So each weight is the difference to the step before; the first one climbs from 0."
    ),
    hints=(
        "A unit that has stepped up stays on. Which units are on over step i?",
        "The height of step i is the sum of the first i weights. Solve that for the weights.",
    ),
    mistakes=(
        Mistake(
            "np.diff(heights, prepend=0)",
            "heights",
            "That fits units that are on over one step only. These stay on: their weights add up from left to right.",
        ),
        Mistake(
            "np.diff(heights, prepend=0)",
            "np.cumsum(heights)",
            "The weights are added up by the network already. Which weights have these heights as their sums?",
        ),
        Mistake(
            "np.diff(heights, prepend=0)",
            "np.concatenate([heights, -heights])",
            "Those are the weights of bumps, two units for each step. Here each step has one unit.",
        ),
        Mistake("prepend=0", "append=0", "Weight i is the difference to the step before, not to the one after it."),
        Mistake("prepend=0", "prepend=heights[0]", "Left of the first step the output is 0: the first unit climbs."),
        Mistake(", prepend=0", "", "One weight for each of the n units. From where does the first one climb?"),
        Mistake("np.diff(", "-np.diff(", "The sign: a unit that climbs to a higher step has a positive weight."),
    ),
    cases=[{"heights": _RNG.normal(size=n)} for n in (4, 7, 1)],
)

EXERCISES = [PICK_THE_LOSS, HALF_LIFE, ODD_OF_THREE, FORWARD_PASS, WIDEST, STAIRCASE]
