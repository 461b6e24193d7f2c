"""Exercises of lecture 02, backpropagation."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

_RNG = np.random.default_rng(2)

SLOPE_ALONG_W = Exercise(
    id="slope-along-w",
    lecture=2,
    task="Write dL/dw of L = ½ (w tanh(wx) - y)² as one formula in w, x and y.",
    stub="""
        def slope_along_w(w, x, y):
            return ...
    """,
    solution="""
        def slope_along_w(w, x, y):
            a = np.tanh(w * x)
            return (w * a - y) * (a + w * x * (1 - a**2))
    """,
    explanation=(
        "tanh = sinh / cosh, so its slope is (cosh² - sinh²) / cosh² = 1 - tanh². The loss hands r = wa - y to h_2. "
        "From there w is reached straight (times a) and through the tanh (times w, then 1 - a², then x)."
    ),
    hints=(
        "First the slope of tanh = sinh / cosh by the quotient rule; the slope of sinh is cosh, that of cosh is sinh.",
        "L depends on w through h_2 = wa. Both factors of this product contain w: two terms.",
    ),
    mistakes=(
        Mistake("(a + w * x * (1 - a**2))", "a", "Only the straight path. The other use of w goes through the tanh."),
        Mistake("(a + w * x * (1 - a**2))", "(w * x * (1 - a**2))", "Only the path through the tanh. Where else is w?"),
        Mistake(
            "w * x * (1 - a**2)",
            "w * (1 - a**2)",
            "Inside the tanh, w is multiplied by x: what is the slope of wx along w?",
        ),
        Mistake(
            "1 - a**2", "1 - a", "Check the slope of tanh at a point far left: it must be nearly 0, yours is nearly 2."
        ),
        Mistake("1 - a**2", "a * (1 - a)", "x (1 - x) is the slope of the sigmoid. Do the quotient rule for tanh."),
        Mistake(
            "(w * a - y)",
            "(y - w * a)",
            "The sign: a prediction that is too large must give a positive slope along h_2.",
        ),
    ),
    cases=[{"w": w, "x": x, "y": y} for w, x, y in ((0.5, 1.5, 0.0), (3.0, 0.8, 0.2), (-1.0, 0.7, 1.0))],
)

SHORT_CUT = Exercise(
    id="short-cut",
    lecture=2,
    task="Find the slopes along W and x of the loss behind the layer out = tanh(Wx) + x.",
    stub="""
        def short_cut_slopes(W, x, slope_out):
            dW, dx = ..., ...
            return dW, dx
    """,
    solution="""
        def short_cut_slopes(W, x, slope_out):
            e = (1 - np.tanh(x @ W.T) ** 2) * slope_out
            dW, dx = e.T @ x, e @ W + slope_out
            return dW, dx
    """,
    explanation=(
        "Two paths lead from x to the output: through W and tanh, and the short cut, whose local slope is 1. Their "
        "slopes add up. W lies on the first path only. Lecture 11 builds networks of such layers."
    ),
    hints=(
        "Name the pre-activation h = x @ W.T, and find its error e first: the slope of tanh at h, times what arrives.",
        "dW is as in every layer. For dx, count the paths from x to the output, and add.",
    ),
    mistakes=(
        Mistake(
            "e @ W + slope_out",
            "e @ W",
            "That is the path through the layer. The short cut is a second path: add its slope.",
        ),
        Mistake(
            "e @ W + slope_out",
            "e @ W.T + slope_out",
            "One example per row: the transpose of W carries e back, and W.T @ e is e @ W in rows.",
        ),
        Mistake("e @ W + slope_out", "W.T @ e + slope_out", "One example per row: the product W.T e becomes e @ W."),
        Mistake("e.T @ x", "e.T @ x / len(x)", "Add over the batch, do not average: 1/B is in slope_out already."),
        Mistake(
            "(1 - np.tanh(x @ W.T) ** 2) * slope_out",
            "slope_out",
            "The slope of the tanh is missing in the error of h.",
        ),
        Mistake(
            "(1 - np.tanh(x @ W.T) ** 2)", "(1 - (x @ W.T) ** 2)", "1 - a² needs a = tanh h. You squared h itself."
        ),
        Mistake("e.T @ x", "x.T @ e", "That is (in, out), the shape of a Keras kernel. Our W is (out, in)."),
    ),
    cases=[
        {"W": _RNG.normal(size=(4, 4)), "x": _RNG.normal(size=(batch, 4)), "slope_out": _RNG.normal(size=(batch, 4))}
        for batch in (6, 3)
    ],
)

ENGINE_DIVIDE = Exercise(
    id="engine-divide",
    lecture=2,
    task="For a / b return the result and its local slopes along a and along b.",
    stub="""
        def divide(a, b):
            result = ...
            return result, (..., ...)
    """,
    solution="""
        def divide(a, b):
            result = a / b
            return result, (1 / b, -a / b**2)
    """,
    explanation="a / b = a · b⁻¹: along a its slope is b⁻¹, along b it is -a · b⁻².",
    hints=(
        "Hold b still: a / b is a times a constant. Which?",
        "Hold a still: a / b = a · b⁻¹. What is the slope of b⁻¹?",
    ),
    mistakes=(
        Mistake("-a / b**2", "a / b**2", "A larger b makes a / b smaller, if a > 0: the sign."),
        Mistake("-a / b**2", "-1 / b**2", "The slope of b⁻¹ is right; it is multiplied by a."),
        Mistake("-a / b**2", "-a / b", "The slope of b⁻¹ is -b⁻²: one power more."),
        Mistake("(1 / b, -a / b**2)", "(-a / b**2, 1 / b)", "First the slope along a, then along b."),
        Mistake("(1 / b,", "(b,", "Along a, one step more adds 1/b and not b: try a = 1, 2, 3 with b = 4."),
    ),
    cases=[{"a": 3.0, "b": 2.0}, {"a": -1.5, "b": 4.0}, {"a": 2.0, "b": -0.5}],
)

SOFTMAX_ERROR = Exercise(
    id="softmax-error",
    lecture=2,
    task="Write dL/dh for the mean cross-entropy of a softmax with temperature T.",
    stub="""
        def softmax_error(h, y, T):
            p = np.exp(h / T)
            p = p / p.sum(axis=1, keepdims=True)
            return ...
    """,
    solution="""
        def softmax_error(h, y, T):
            p = np.exp(h / T)
            p = p / p.sum(axis=1, keepdims=True)
            return (p - np.eye(h.shape[1])[y]) / T / len(h)
    """,
    explanation=(
        "Along h / T the error is p minus the one-hot label. One more arrow leads from h to h / T, with local slope "
        "1/T, and the mean over the batch brings 1/B."
    ),
    hints=(
        "Without temperature the error of one example is p, with 1 taken off at the right class.",
        "np.eye(classes)[y] turns labels into one-hot rows. Then two factors: the arrow from h to h / T, and the mean.",
    ),
    mistakes=(
        Mistake(" / T /", " /", "Right along h / T. There is one more arrow, from h to h / T."),
        Mistake(" / T /", " * T /", "The local slope of h / T along h is 1 / T."),
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
        Mistake("np.eye(h.shape[1])[y]", "y[:, None]", "y holds class numbers, not probabilities: make one-hot rows."),
        Mistake(
            "np.eye(h.shape[1])[y]", "y", "y holds class numbers. Subtract 1 at the right class only: one-hot rows."
        ),
    ),
    cases=[
        {"h": _RNG.normal(0, 2, (4, 3)), "y": np.array([0, 2, 1, 2]), "T": 2.0},
        {"h": _RNG.normal(size=(2, 5)), "y": np.array([4, 0]), "T": 0.5},
    ],
)

THREE_BUGS = Exercise(
    id="three-bugs",
    lecture=2,
    task="Find the three bugs of this backward pass.",
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
        Mistake(
            "(h1 > 0)", "(e2 @ W2 > 0)", "What counts is whether the unit was active going forward: the sign of h1."
        ),
        Mistake("return dW1, dW2", "return dW2, dW1", "The slopes may be right; return them in the order dW1, dW2."),
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

EXERCISES = [SLOPE_ALONG_W, SHORT_CUT, ENGINE_DIVIDE, SOFTMAX_ERROR, THREE_BUGS]
