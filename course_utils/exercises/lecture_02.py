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
        "Three things: the slope of L along h_2, both places of w in h_2 = wa, and the slope of tanh.",
        "L = ½ (h_2 - y)² hands its slope back to h_2. Both factors of wa contain w: two terms.",
        "The slope of tanh = sinh / cosh: the quotient rule. The slope of sinh is cosh, that of cosh is sinh.",
    ),
    mistakes=(
        Mistake(
            "(w * a - y) * ", "", "That is the slope of h_2 along w. What does the loss ½ (h_2 - y)² hand back to h_2?"
        ),
        Mistake("(w * a - y)", "2 * (w * a - y)", "Twice too much: what does the ½ do to the 2 of the square?"),
        Mistake("(w * a - y)", "(w * a - y) / 2", "Half of it is lost: the ½ takes away the 2 of the square, no more."),
        Mistake("(w * a - y)", "(w * a - y) ** 2", "The square stands in the loss. What is the slope of ½ r² along r?"),
        Mistake(
            "(w * a - y) * (a + w * x * (1 - a**2))", "(w * a - y) ** 2 / 2", "That is the loss itself, not its slope."
        ),
        Mistake(
            "(w * a - y) * (a + w * x * (1 - a**2))",
            "(a - y) * x * (1 - a**2)",
            "Right for the loss ½ (tanh(wx) - y)². Here w is used a second time: the prediction is h_2 = wa.",
        ),
        Mistake("(w * a - y)", "(a - y)", "The prediction is h_2 = wa, not a: mend the residual."),
        Mistake("(w * a - y)", "(w * a)", "Where is y? The loss compares the prediction with it."),
        Mistake(
            "(w * a - y)",
            "(y - w * a)",
            "The sign: a prediction that is too large must give a positive slope along h_2.",
        ),
        Mistake("(a + w * x * (1 - a**2))", "a", "Only the straight path. The other use of w goes through the tanh."),
        Mistake("(a + w * x * (1 - a**2))", "(w * x * (1 - a**2))", "Only the path through the tanh. Where else is w?"),
        Mistake(
            "(w * a - y) * (a + w * x * (1 - a**2))",
            "a",
            "That is only the arrow from w straight to h_2. Which slope arrives at h_2, and where else is w?",
        ),
        Mistake(
            "(w * a - y) * (a + w * x * (1 - a**2))",
            "w * x * (1 - a**2)",
            "That is the way from w through the tanh to h_2. Which slope arrives at h_2, and which path is missing?",
        ),
        Mistake(
            "(a + w * x * (1 - a**2))",
            "x * (1 - a**2)",
            "That would be right for the prediction tanh(wx). Here it is w tanh(wx): w is used twice.",
        ),
        Mistake(
            "(a + w * x * (1 - a**2))",
            "a * w * x * (1 - a**2)",
            "Multiply along a path; the slopes of two paths are added.",
        ),
        Mistake("(a + w", "(a - w", "The sign of the second path: the slope of tanh is never negative."),
        Mistake("(a + w", "(1 + w", "On the straight path h_2 = wa moves by a for each step of w, not by 1."),
        Mistake(
            "a + w * x", "a + x", "On the path through the tanh one arrow has no slope yet: the one from a to h_2 = wa."
        ),
        Mistake(
            "w * x * (1 - a**2)",
            "w * (1 - a**2)",
            "Inside the tanh, w is multiplied by x: what is the slope of wx along w?",
        ),
        Mistake(" * (1 - a**2)", "", "Both paths are there. On the second, the tanh has a slope of its own."),
        Mistake(
            "1 - a**2", "1 - a", "Check the slope of tanh at a point far left: it must be nearly 0, yours is nearly 2."
        ),
        Mistake("1 - a**2", "1 + a**2", "tanh is flat far out, so its slope must go to 0 there. Yours goes to 2."),
        Mistake("1 - a**2", "a * (1 - a)", "a (1 - a) is the slope of the sigmoid. Do the quotient rule for tanh."),
        Mistake("1 - a**2", "1 - (w * x) ** 2", "The slope of tanh at h_1 is 1 - a². You squared h_1 = wx itself."),
        Mistake("1 - a**2", "1 - np.tanh(x) ** 2", "Take the slope of tanh where the tanh was taken: at h_1 = wx."),
        Mistake("1 - a**2", "1 - np.tanh(a) ** 2", "a is the tanh already: you took it twice."),
        Mistake("(a + w * x * (1 - a**2))", "w**2 * (1 - a**2)", "That is dL/dx. Which arrows leave w?"),
    ),
    cases=[{"w": w, "x": x, "y": y} for w, x, y in ((0.6, 1.5, 0.2), (3.0, 0.8, 0.2), (-1.0, 0.7, 1.0))],
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
        "One example per row. Find the error e of h = x @ W.T first; dW and dx both need it.",
        "e is the slope of tanh at h, times what arrives.",
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
        Mistake(
            "e @ W + slope_out",
            "W.T @ e + slope_out",
            "One example per row, so W stands on the right: W.T e becomes e @ W.",
        ),
        Mistake("e.T @ x", "e.T @ x / len(x)", "Add over the batch, do not average: 1/B is in slope_out already."),
        Mistake(
            "(1 - np.tanh(x @ W.T) ** 2) * slope_out",
            "slope_out",
            "The slope of the tanh is missing in the error of h.",
        ),
        Mistake(
            "(1 - np.tanh(x @ W.T) ** 2)", "(1 - (x @ W.T) ** 2)", "1 - a² needs a = tanh h. You squared h itself."
        ),
        Mistake(
            "(1 - np.tanh(x @ W.T) ** 2) * slope_out",
            "(1 - np.tanh(x @ W.T) ** 2)",
            "That is the slope of the tanh. The error of h also holds what arrives from the loss.",
        ),
        Mistake(
            "(1 - np.tanh(x @ W.T) ** 2)",
            "(1 - (np.tanh(x @ W.T) + x) ** 2)",
            "1 - a² needs a = tanh h, before the short cut is added. You squared the output of the layer.",
        ),
        Mistake("np.tanh(x @ W.T) ** 2", "np.tanh(x @ W.T)", "The slope of tanh is 1 - a², with a square."),
        Mistake("np.tanh(x @ W.T)", "np.tanh(x @ W)", "One example per row: Wx becomes x @ W.T."),
        Mistake(
            "(1 - np.tanh",
            "(2 - np.tanh",
            "The short cut does not lead through h: its slope 1 has no place in the error of h.",
        ),
        Mistake("e.T @ x", "x.T @ e", "That is (in, out), the shape of a Keras kernel. Our W is (out, in)."),
        Mistake("e.T @ x", "e @ x.T", "That adds over the units. dW adds over the batch."),
        Mistake("e.T @ x", "e.T @ np.tanh(x @ W.T)", "dW needs what W was multiplied by: the input of the layer."),
        Mistake("e.T @ x", "e", "That is the error of h. The slope along a weight also holds the input it multiplies."),
        Mistake("e.T @ x", "e.T @ x + slope_out.T @ x", "Does the short cut pass through W? dW has one path only."),
        Mistake(
            "e @ W + slope_out", "slope_out", "That is the short cut alone. A second path leads through the layer."
        ),
        Mistake(
            "e @ W + slope_out", "e @ W + 1", "The short cut has local slope 1. Multiply it by the slope that arrives."
        ),
        Mistake("e @ W + slope_out", "e @ W + e", "The short cut goes around the tanh: what arrives at its end?"),
        Mistake("e @ W + slope_out", "e @ W + x", "x is what goes forward on the short cut. What comes back on it?"),
        Mistake(
            "e @ W + slope_out", "(e @ W) * slope_out", "Two paths lead from x to the output: their slopes add up."
        ),
        Mistake("return dW, dx", "return dx, dW", "Return dW first, then dx."),
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
        "Hold one number still at a time. Along a, a / b is a times a constant; along b, it is a · b⁻¹.",
        "Which constant is it? And what is the slope of b⁻¹?",
    ),
    mistakes=(
        Mistake("-a / b**2", "a / b**2", "A larger b makes a / b smaller, if a > 0: the sign."),
        Mistake("-a / b**2", "-1 / b**2", "The slope of b⁻¹ is right; it is multiplied by a."),
        Mistake("-a / b**2", "1 / b**2", "Along b two things are missing: the factor a that stands still, and a sign."),
        Mistake("-a / b**2", "-a / b", "The slope of b⁻¹ is -b⁻²: one power more."),
        Mistake(
            "-a / b**2", "-1 / b", "Along b two things are missing: the factor a that stands still, and one power of b."
        ),
        Mistake("-a / b**2", "-a * b**2", "The slope of b⁻¹ is -b⁻²: the power stays negative."),
        Mistake("-a / b**2", "-2 * a / b**2", "The slope of b⁻¹ is -1 · b⁻²: the power that comes down is -1."),
        Mistake("-a / b**2", "-a / (2 * b)", "b², not 2b: the power falls from -1 to -2."),
        Mistake("-a / b**2", "a", "Along b the factor a stands still. The slope of b⁻¹ is missing."),
        Mistake("-a / b**2", "1 / a", "Along a it is right. Along b: what is the slope of b⁻¹?"),
        Mistake("(1 / b, -a / b**2)", "(b, a)", "Those are the local slopes of a product."),
        Mistake("(1 / b, -a / b**2)", "(-a / b**2, 1 / b)", "First the slope along a, then along b."),
        Mistake(
            "(1 / b, -a / b**2)", "1 / b, -a / b**2", "Return two things: the result, and both slopes in one pair."
        ),
        Mistake("(1 / b,", "(b,", "Along a, one step more adds 1/b and not b: try a = 1, 2, 3 with b = 4."),
        Mistake("(1 / b,", "(1,", "Along a, one step more adds less than 1 if b is large: try a = 1, 2, 3 with b = 4."),
        Mistake("(1 / b,", "(-1 / b,", "A larger a makes a / b larger, if b > 0: the sign along a."),
        Mistake("a / b\n", "b / a\n", "Upside down: the result is a / b."),
        Mistake("a / b\n", "a * b\n", "The result is a / b; you multiplied."),
        Mistake("a / b\n", "a // b\n", "// rounds down to a whole number. The result is a / b."),
        Mistake("result, (1 / b, -a / b**2)", "result", "The result alone: the sweep also needs both local slopes."),
        Mistake("(1 / b, -a / b**2)", "-a / b**2", "Two slopes are asked for, in one pair: along a, then along b."),
        Mistake("return result, (", "return (", "Those are the slopes. The result itself comes before them."),
    ),
    cases=[{"a": 3.0, "b": 5.0}, {"a": -1.5, "b": 2.0}, {"a": 2.0, "b": -0.5}],
)

SOFTMAX_ERROR = Exercise(
    id="softmax-error",
    lecture=2,
    task="Write dL/dh for the mean cross-entropy of a softmax with temperature T.",
    stub="""
        def softmax_error(h, y, T):
            p = np.exp((h - h.max(axis=1, keepdims=True)) / T)
            p = p / p.sum(axis=1, keepdims=True)
            return ...
    """,
    solution="""
        def softmax_error(h, y, T):
            p = np.exp((h - h.max(axis=1, keepdims=True)) / T)
            p = p / p.sum(axis=1, keepdims=True)
            return (p - np.eye(h.shape[1])[y]) / T / len(h)
    """,
    explanation=(
        "Along h / T the error is p minus the one-hot label. One more arrow leads from h to h / T, with local slope "
        "1/T, and the mean over the batch brings 1/B."
    ),
    hints=(
        "Three pieces: the error of one example along h / T, the arrow from h to h / T, and the mean over the batch.",
        "Along h / T the error is p, with 1 taken off at the right class. np.eye(classes)[y] makes one-hot rows.",
    ),
    mistakes=(
        Mistake(" / T /", " /", "Right along h / T. There is one more arrow, from h to h / T."),
        Mistake(" / len(h)", "", "Right for the sum over the batch. The loss is the mean: what is its slope?"),
        Mistake(
            " / T / len(h)",
            "",
            "Right for one example, along h / T. Two factors are missing: the arrow from h to h / T, and the mean.",
        ),
        Mistake(" / T /", " * T /", "The local slope of h / T along h is 1 / T."),
        Mistake(
            "(p - np.eye(h.shape[1])[y])",
            "p * (1 - p)",
            "That is the diagonal of the softmax's own slope. The loss adds a factor; and where is the label?",
        ),
        Mistake(
            "(p - np.eye(h.shape[1])[y]) / T / len(h)",
            "p * (1 - p)",
            "The diagonal of the softmax's own slope. Missing: loss, label, the arrow to h / T, the mean.",
        ),
        Mistake(
            " / T / len(h)", " * T", "Two factors: the local slope of h / T along h is not T, and the mean is missing."
        ),
        Mistake(" / T /", " / T**2 /", "One arrow from h to h / T, one factor: you have it twice."),
        Mistake("len(h)", "h.size", "The mean is over the examples only, not over the classes."),
        Mistake("len(h)", "h.shape[1]", "You divide by the number of classes. The mean is over the examples."),
        Mistake("len(h)", "len(h) ** 2", "The mean over the batch brings 1/B once: you have it twice."),
        Mistake("(p -", "2 * (p -", "Twice too much: there is no square here that could bring a 2."),
        Mistake(
            "(p - np.eye(h.shape[1])[y])",
            "(np.eye(h.shape[1])[y] - p)",
            "The sign: more of a wrong logit makes the loss larger.",
        ),
        Mistake(
            "(p - np.eye(h.shape[1])[y]) / T / len(h)",
            "(np.eye(h.shape[1])[y] - p)",
            "The sign: more of a wrong logit makes the loss larger. Then two factors are missing.",
        ),
        Mistake(
            "(p - np.eye(h.shape[1])[y]) / T / len(h)",
            "(np.eye(h.shape[1])[y] - p) / T",
            "The sign: more of a wrong logit makes the loss larger. Then the mean over the batch.",
        ),
        Mistake(
            "(p - np.eye(h.shape[1])[y]) / T / len(h)",
            "(np.eye(h.shape[1])[y] - p) / len(h)",
            "The sign: more of a wrong logit makes the loss larger. Then the arrow from h to h / T.",
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
        Mistake(
            "(p - np.eye(h.shape[1])[y]) / T / len(h)",
            "p",
            "p alone does not know the label. At the right class the error must be negative.",
        ),
        Mistake(
            "(p - np.eye(h.shape[1])[y])",
            "(p[np.arange(len(h)), y] - 1)",
            "That is the error of the right class. The other classes have errors too: keep whole rows.",
        ),
        Mistake(
            "(p - np.eye(h.shape[1])[y]) / T / len(h)",
            "-np.log(p[np.arange(len(h)), y]).mean()",
            "That is the loss, one number. Its slope has the shape of h.",
        ),
        Mistake(
            "(p - np.eye(h.shape[1])[y]) / T / len(h)",
            "(p - np.eye(h.shape[1])[y]).mean(axis=0) / T",
            "Every example keeps its own error: divide by B, but do not add up.",
        ),
        Mistake(
            "(p - np.eye(h.shape[1])[y]) / T / len(h)",
            "-np.eye(h.shape[1])[y] / p / len(h)",
            "That is the slope along p. It still has to go back through the softmax and through h / T.",
        ),
        Mistake(
            "np.eye(h.shape[1])[y]",
            "np.isin(np.arange(h.shape[1]), y)",
            "You took 1 off in whole columns. In each row only one place is the right class.",
        ),
        Mistake("np.eye(h.shape[1])[y]", "1", "You took 1 off everywhere. In each row only one place is right."),
        Mistake("np.eye(h.shape[1])[y]", "np.eye(len(h))[y]", "A one-hot row has one entry for each class."),
        Mistake("np.eye(h.shape[1])[y]", "y[:, None]", "y holds class numbers, not probabilities: make one-hot rows."),
        Mistake(
            "np.eye(h.shape[1])[y]", "y", "y holds class numbers. Subtract 1 at the right class only: one-hot rows."
        ),
    ),
    cases=[
        {"h": _RNG.normal(0, 2, (5, 3)), "y": np.array([0, 2, 1, 2, 0]), "T": 2.5},
        {"h": _RNG.normal(size=(3, 4)), "y": np.array([3, 0, 3]), "T": 0.5},
    ],
)


def _lines(mean: bool = False, product: bool = False, mask: bool = False) -> str:
    """The three lines of the next exercise that have a bug, mended where true."""
    return (
        f"e2 = (x1 @ W2.T - y){' / len(x)' if mean else ''}\n"
        f"    dW2 = {'e2.T @ x1' if product else 'x1.T @ e2'}\n"
        f"    e1 = (e2 @ W2){' * (h1 > 0)' if mask else ''}"
    )


_MENDED = _lines(mean=True, product=True, mask=True)

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
        "One line at a time: do dW1 and dW2 have the shapes of W1 and W2? Do they stay the same if the batch doubles?",
        "The loss is a mean over the batch. Where should 1/B enter, so that both slopes get it?",
        'For a difference make layers: [Layer(W1, np.zeros(len(W1)), "relu"), Layer(W2, np.zeros(len(W2)), "linear")].',
        "Compare the line of e1 with the four lines: what multiplies the error that comes back?",
    ),
    mistakes=(
        Mistake(" / len(x)", "", "Twice the batch, twice the slope: where is the mean over the batch?"),
        Mistake("e2.T @ x1", "x1.T @ e2", "dW2 must have the shape of W2, (out, hidden). Yours is its transpose."),
        Mistake(" * (h1 > 0)", "", "Look at dW1 once more: a silent ReLU must pass no error on."),
        Mistake(
            _MENDED,
            _lines(product=True),
            "Two bugs are left in dW1: double the batch, and look at the silent units.",
        ),
        Mistake(
            _MENDED,
            _lines(mask=True),
            "The ReLU is mended. Two bugs are left: compare the shapes of dW2 and W2, and double the batch.",
        ),
        Mistake(
            _MENDED,
            _lines(mean=True),
            "The mean is mended. Two bugs are left: compare the shapes of dW2 and W2, and look at the silent units.",
        ),
        Mistake(_MENDED, _lines(), "All three bugs are there. Begin with the shapes: which slope differs from its W?"),
        Mistake(
            _MENDED,
            _lines(product=True, mask=True).replace("@ x1", "@ x1 / len(x)"),
            "Only dW2 has its 1/B. Put it where both slopes get it.",
        ),
        Mistake(
            _MENDED,
            _lines(product=True, mask=True) + " / len(x)",
            "Only dW1 has its 1/B. Put it where both slopes get it.",
        ),
        Mistake("e2.T @ x1", "e2.T @ x1 / len(x)", "dW2 is divided by B twice."),
        Mistake("e1.T @ x", "e1.T @ x / len(x)", "dW1 is divided by B twice: e1 comes from e2, which has its 1/B."),
        Mistake("/ len(x)", "/ len(x) ** 2", "1/B enters once. The sums over the batch must not divide again."),
        Mistake("/ len(x)", "/ y.size", "The mean is over the batch only. Over the outputs the squares are summed."),
        Mistake("/ len(x)", "* 2 / len(x)", "Twice too much: the ½ of the loss was in e2 already."),
        Mistake(
            "/ len(x)", "/ len(x) * (x1 @ W2.T > 0)", "The last layer is linear: no ReLU stands between it and e2."
        ),
        Mistake("(x1 @ W2.T - y)", "(y - x1 @ W2.T)", "The sign of e2 was right: it is the prediction minus y."),
        Mistake(
            "(h1 > 0)", "(e2 @ W2 > 0)", "What counts is whether the unit was active going forward: the sign of h1."
        ),
        Mistake(
            "(h1 > 0)", "(h1 < 0)", "The other way round: an active unit passes the error on, a silent one does not."
        ),
        Mistake("(h1 > 0)", "h1", "The slope of ReLU is 1 or 0, not h1."),
        Mistake("(h1 > 0)", "x1", "The slope of ReLU is 1 or 0. You multiply by its output."),
        Mistake("(h1 > 0)", "(1 - x1**2)", "1 - a² is the slope of the tanh. The hidden units are ReLUs."),
        Mistake("(e2 @ W2)", "(e2 @ W2.T)", "Shapes: e2 is (batch, out), x1 is (batch, hidden), W2 is (out, hidden)."),
        Mistake("e1.T @ x", "x.T @ e1", "dW1 had the shape of W1, (hidden, in). Leave its product as it was."),
        Mistake("return dW1, dW2", "return dW2, dW1", "The slopes may be right; return them in the order dW1, dW2."),
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
