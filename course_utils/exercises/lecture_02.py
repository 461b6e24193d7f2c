"""Exercises of lecture 02, backpropagation."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

_RNG = np.random.default_rng(2)

TANH_SLOPE = Exercise(
    id="tanh-slope",
    lecture=2,
    task="Derive the slope of tanh and write it as a function of h.",
    stub="""
        def tanh_slope(h):
            return ...
    """,
    solution="""
        def tanh_slope(h):
            return 1 - np.tanh(h) ** 2
    """,
    explanation=(
        "Quotient rule on sinh / cosh: (cosh² - sinh²) / cosh² = 1 - tanh². 1 at h = 0, and 0 at both ends."
    ),
    hints=(
        "tanh = sinh / cosh; the derivative of sinh is cosh, that of cosh is sinh. Use the quotient rule.",
        "You get (cosh² - sinh²) / cosh². Which well-known function is sinh / cosh?",
    ),
    mistakes=(
        Mistake("np.tanh(h) ** 2", "np.tanh(h)", "That is 1 - tanh h: it reaches 2 for negative h. What is squared?"),
        Mistake("np.tanh(h) ** 2", "h**2", "You squared h itself. The formula needs the square of tanh h."),
        Mistake(
            "1 - np.tanh(h) ** 2",
            "np.tanh(h) * (1 - np.tanh(h))",
            "x (1 - x) is the slope of the sigmoid. Do the quotient rule for tanh: which sign has the slope at h < 0?",
        ),
        Mistake("1 - np", "1 + np", "The slope must fall towards 0 where tanh is flat; yours grows. Check the sign."),
    ),
    cases=[{"h": h} for h in (-2.0, -0.5, 0.0, 1.0, 3.0)],
)

BACKWARD_PASS = Exercise(
    id="backward-pass",
    lecture=2,
    task="Complete the step of the backward pass from the second layer to the first: e1 and the slopes of W1 and b1.",
    stub="""
        def first_layer(W2, e2, h1, x):
            e1 = ...
            return e1, ..., ...
    """,
    solution="""
        def first_layer(W2, e2, h1, x):
            e1 = (1 - np.tanh(h1) ** 2) * (e2 @ W2)
            return e1, e1.T @ x, e1.sum(axis=0)
    """,
    explanation=(
        "With one example per row, W2ᵀ e2 becomes e2 @ W2. The tanh slope is taken at h1. e1.T @ x adds e xᵀ over "
        "the examples and has the shape of W1, (hidden, in)."
    ),
    hints=(
        "Two of the four lines: e1 = slope of tanh at h1, times what the transpose of W2 carries back.",
        "Shapes help: e2 is (batch, out) and W2 (out, hidden). Which product is (batch, hidden)?",
        "dW1 must have the shape of W1, (hidden, in), and add over the batch: e1.T @ x.",
    ),
    mistakes=(
        Mistake(
            "(1 - np.tanh(h1) ** 2) * (e2 @ W2)",
            "e2 @ W2",
            "The slope of the tanh is missing: multiply by its value at h1.",
        ),
        Mistake(
            "np.tanh(h1) ** 2", "h1**2", "1 - x² is right for x = tanh h, the output. You have h1, the pre-activation."
        ),
        Mistake("e1.T @ x", "x.T @ e1", "That is (in, hidden), the shape of a Keras kernel. Our W1 is (hidden, in)."),
        Mistake(
            "e1.sum(axis=0)",
            "e1.mean(axis=0)",
            "1/B stands in e2 already (the loss is a mean); here you add over the batch.",
        ),
        Mistake(
            "e1.sum(axis=0)",
            "e1.sum(axis=1)",
            "Each unit has one bias: add over the examples (axis 0), not over the units.",
        ),
    ),
    cases=[
        {
            "W2": _RNG.normal(size=(3, 5)),
            "e2": _RNG.normal(size=(batch, 3)),
            "h1": _RNG.normal(size=(batch, 5)),
            "x": _RNG.normal(size=(batch, 4)),
        }
        for batch in (6, 2)
    ],
)

SOFTMAX_ERROR = Exercise(
    id="softmax-error",
    lecture=2,
    task="Write the error that starts the sweep for softmax and cross-entropy averaged over the batch.",
    stub="""
        def softmax_error(h, y):
            p = np.exp(h - h.max(axis=1, keepdims=True))
            p = p / p.sum(axis=1, keepdims=True)
            return ...
    """,
    solution="""
        def softmax_error(h, y):
            p = np.exp(h - h.max(axis=1, keepdims=True))
            p = p / p.sum(axis=1, keepdims=True)
            return (p - np.eye(h.shape[1])[y]) / len(h)
    """,
    explanation="Probabilities minus the one-hot label, as for the logistic loss; the mean over the batch brings 1/B.",
    hints=(
        "For one example the error is the vector of probabilities with 1 taken off at the right class.",
        "np.eye(classes)[y] turns labels into one-hot rows. The loss is a mean over the batch: and its slope?",
    ),
    mistakes=(
        Mistake(" / len(h)", "", "Right for the sum over the batch. The loss is the mean: what is its slope?"),
        Mistake(
            "(p - np.eye(h.shape[1])[y])",
            "(np.eye(h.shape[1])[y] - p)",
            "The sign: more of a wrong logit makes the loss larger.",
        ),
        Mistake(
            "(p - np.eye(h.shape[1])[y])",
            "(p - np.eye(h.shape[1])[y]) * p * (1 - p)",
            "p (1 - p) belongs to squared error. With cross-entropy it cancels.",
        ),
        Mistake(
            "(p - np.eye(h.shape[1])[y])",
            "p",
            "The label does not appear: at the right class the error must be negative.",
        ),
    ),
    cases=[
        {"h": _RNG.normal(0, 2, (4, 3)), "y": np.array([0, 2, 1, 2])},
        {"h": _RNG.normal(size=(2, 5)), "y": np.array([4, 0])},
    ],
)

THREE_BUGS = Exercise(
    id="three-bugs",
    lecture=2,
    task="Find the three bugs of this backward pass: a transpose, a missing slope, a missing 1/B.",
    stub="""
        def mended(W1, W2, x, y):
            h1 = x @ W1.T
            x1 = np.maximum(h1, 0)
            e2 = x1 @ W2.T - y
            dW2 = x1.T @ e2
            e1 = e2 @ W2
            dW1 = e1.T @ x
            return ...
    """,
    solution="""
        def mended(W1, W2, x, y):
            h1 = x @ W1.T
            x1 = np.maximum(h1, 0)
            e2 = (x1 @ W2.T - y) / len(x)
            dW2 = e2.T @ x1
            e1 = (e2 @ W2) * (h1 > 0)
            dW1 = e1.T @ x
            return dW1, dW2
    """,
    explanation=(
        "The mean over the batch brings 1/B into the first error. dW2 has the shape of W2, (out, hidden): e2.T @ x1. "
        "The ReLU passes the error on only where h1 > 0."
    ),
    hints=(
        "Look at one line at a time. First the shapes: which of dW1, dW2 does not have the shape of its W?",
        "The loss is a mean over the batch. Where should 1/B enter, so that both slopes get it?",
        "Compare the line of e1 with the four lines: what multiplies the error that comes back?",
    ),
    mistakes=(
        Mistake(" / len(x)", "", "Twice the batch, twice the slope: where is the mean over the batch?"),
        Mistake("e2.T @ x1", "x1.T @ e2", "dW2 must have the shape of W2, (out, hidden). Yours is its transpose."),
        Mistake(" * (h1 > 0)", "", "dW2 is right, dW1 is not: a silent ReLU passes no error on."),
        Mistake("(h1 > 0)", "h1", "The slope of ReLU is 1 or 0, not h1."),
        Mistake("/ len(x)", "/ len(x) ** 2", "1/B enters once. The sums over the batch must not divide again."),
    ),
    cases=[
        {
            "W1": _RNG.normal(size=(5, 4)),
            "W2": _RNG.normal(size=(3, 5)),
            "x": _RNG.normal(size=(batch, 4)),
            "y": _RNG.normal(size=(batch, 3)),
        }
        for batch in (7, 4)
    ],
)

EXERCISES = [TANH_SLOPE, BACKWARD_PASS, SOFTMAX_ERROR, THREE_BUGS]
