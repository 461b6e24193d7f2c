"""Exercises of lecture 04, activation functions."""

import numpy as np

from course_utils.deferred import keras
from course_utils.exercises.exercise import Exercise, Mistake

_RNG = np.random.default_rng(4)


class Unit:
    """A maxout unit with its input inside."""

    def __init__(self, x: np.ndarray) -> None:
        """Take the (n,) inputs."""
        self._x = x

    def __call__(self, w: np.ndarray, b: np.ndarray) -> np.ndarray:
        """The (n,) outputs, for the (lines,) slopes and heights of its lines."""
        return np.max(np.outer(self._x, w) + np.asarray(b, dtype=float), axis=1)

    def __str__(self) -> str:
        """For the sentence that says where an answer differs."""
        return f"one with {len(self._x)} inputs"


def layer_report(layer_class: type) -> list | Exception:
    """What a layer of three units with one slope each does: for the exercise on PReLU.

    Args:
        layer_class: A Keras layer with a weight `alpha`.

    Returns:
        How many numbers it can learn, its outputs at the start, and those with slopes 0.1, 0.5 and 2; each (4, 3).
        A list with `...` if the layer still has one in place of its weight or output; the error if Keras refuses
        the layer.
    """
    try:
        return _looked_at(layer_class)
    except Exception as error:
        return error


def _looked_at(layer_class: type) -> list:
    h = np.array([[-2.0, -1.0, -4.0], [3.0, 0.5, -0.5], [-0.2, 0.0, 1.0], [1.5, -3.0, 2.0]], "float32")
    layer = layer_class()
    layer.build(h.shape)
    if getattr(layer, "alpha", ...) is ... or layer.call(keras.ops.convert_to_tensor(h)) is ...:
        return [...]
    learned = sum(np.size(weight) for weight in layer.trainable_weights)
    at_start = np.array(keras.ops.convert_to_numpy(layer.call(keras.ops.convert_to_tensor(h))))
    slopes = np.array([0.1, 0.5, 2.0], "float32")
    if not isinstance(layer.alpha, keras.Variable):  # a plain number cannot be set to others
        return [float(learned), at_start, at_start]
    layer.alpha.assign(slopes if tuple(layer.alpha.shape) == (3,) else np.resize(slopes, layer.alpha.shape))
    later = np.array(keras.ops.convert_to_numpy(layer.call(keras.ops.convert_to_tensor(h))))
    return [float(learned), at_start, later]


LEAKY = Exercise(
    id="leaky-slope",
    lecture=4,
    task="Write the output of a layer of leaky ReLUs, and the slope of the loss along its pre-activations.",
    stub="""
        def leaky(h, alpha, slope_out):
            output, slope_h = ..., ...
            return output, slope_h
    """,
    solution="""
        def leaky(h, alpha, slope_out):
            output = np.where(h > 0, h, alpha * h)
            slope_h = slope_out * np.where(h > 0, 1, alpha)
            return output, slope_h
    """,
    explanation=(
        "Above 0 the unit hands its sum on and the error back, unchanged; below 0 both are multiplied by alpha. "
        "max(alpha h, h) is the same for alpha up to 1; for larger ones it takes the wrong line. At h = 0 we take the "
        "slope from the left, as Keras does."
    ),
    hints=(
        "Two cases, h > 0 and the rest, for each of the two results: np.where(h > 0, …, …).",
        "The output is h or alpha h. The slope along h is what arrives, times the slope of the unit.",
        "Try h = -1 with alpha = 2 on paper: which of alpha h and h is larger, and which do you want?",
    ),
    mistakes=(
        Mistake(
            "np.where(h > 0, h, alpha * h)",
            "np.maximum(alpha * h, h)",
            "For alpha = 2 the larger of alpha h and h is on the wrong side. Decide by the sign of h.",
        ),
        Mistake("np.where(h > 0, h, alpha * h)", "np.maximum(h, 0)", "That is ReLU: what becomes of h below 0?"),
        Mistake(
            "h > 0, h, alpha * h",
            "h > 0, alpha * h, h",
            "The leak is on the wrong side: above 0 the sum passes unchanged.",
        ),
        Mistake("alpha * h)", "alpha)", "Below 0 the output is a line through 0, not a constant: alpha times h."),
        Mistake("alpha * h)", "-alpha * h)", "The sign: with alpha > 0, a negative sum has a negative output."),
        Mistake("alpha * h)", "h / alpha)", "alpha is the slope of the line below 0: multiply by it."),
        Mistake("alpha * h)", "alpha * np.exp(h))", "That is no line. ELU bends; leaky ReLU is straight below 0."),
        Mistake("slope_out * ", "", "That is the slope of the unit. The slope of the loss arrives in slope_out."),
        Mistake(
            "slope_out * np.where(h > 0, 1, alpha)",
            "np.where(h > 0, slope_out, alpha)",
            "Above 0 you hand on what arrives. Below 0, too, it passes, times alpha: alpha * slope_out.",
        ),
        Mistake(
            "slope_out * np.where(h > 0, 1, alpha)",
            "np.where(h > 0, 1, alpha * slope_out)",
            "Below 0 you multiply what arrives. Above 0 it passes, too, with the factor 1: slope_out.",
        ),
        Mistake(
            "slope_out * np.where(h > 0, 1, alpha)",
            "np.where(slope_out > 0, slope_out, alpha * slope_out)",
            "What counts is the sign of h on the way forward, not the sign of the slope that arrives.",
        ),
        Mistake(
            "slope_out * np.where(h > 0, 1, alpha)",
            "slope_out * output",
            "Multiply by the slope of the unit, which is 1 or alpha, not by its output.",
        ),
        Mistake("h > 0, 1, alpha", "h > 0, 1, 0", "Silent below 0: that is the slope of ReLU. Here alpha is left."),
        Mistake("h > 0, 1, alpha", "h >= 0, 1, alpha", "At the kink, h = 0, we agreed on the slope left of it: alpha."),
        Mistake("h > 0, 1, alpha", "h > 0, alpha, 1", "The two slopes are exchanged: above 0 the unit has slope 1."),
        Mistake("h > 0, 1, alpha", "h > 0, 1, -alpha", "The sign: the line below 0 rises with slope alpha."),
        Mistake("h > 0, 1, alpha", "h > 0, 1, 1 / alpha", "Going back, too, the factor is the slope alpha itself."),
        Mistake("slope_out * np.where", "slope_out + np.where", "Along a path, slopes are multiplied."),
        Mistake("return output, slope_h", "return slope_h, output", "The parts may be right; give the output first."),
    ),
    cases=[
        {"h": np.array([[-2.0, 0.0, 1.5], [0.5, -0.25, -3.0]]), "alpha": alpha, "slope_out": _RNG.normal(size=(2, 3))}
        for alpha in (0.1, 2.0)
    ],
)

SATURATED = Exercise(
    id="saturated-units",
    lecture=4,
    task="Estimate the mean slope of each sigmoid unit from the histogram of its outputs.",
    stub="""
        def mean_slopes(counts):
            return ...
    """,
    solution="""
        def mean_slopes(counts):
            x = (np.arange(20) + 0.5) / 20
            return (counts * x * (1 - x)).sum(axis=1) / counts.sum(axis=1)
    """,
    explanation=(
        "The slope of a sigmoid is x (1 - x), with x its output. Average that over the bins. A unit that jumps between "
        "0 and 1 has the mean output ½, hardly any slope: what counts is how much of the histogram lies at the ends."
    ),
    hints=(
        "The histogram holds outputs x = σ(h). Write σ'(h) with x alone, at the middle of each bin.",
        "Middle of bin k: (k + ½)/20. Weigh each bin's slope by its count, and divide by all counts of the unit.",
        "First the slope of each bin, then the mean. The other order hides the saturated units.",
    ),
    mistakes=(
        Mistake(
            "(counts * x * (1 - x)).sum(axis=1) / counts.sum(axis=1)",
            "(m := counts @ x / counts.sum(axis=1)) * (1 - m)",
            "That is the slope at the mean output. A unit that jumps between 0 and 1 has mean ½ and almost no slope.",
        ),
        Mistake(
            "(counts * x * (1 - x)).sum(axis=1) / counts.sum(axis=1)",
            "counts @ x / counts.sum(axis=1)",
            "That is the mean output. Which slope does a sigmoid have where its output is x?",
        ),
        Mistake(
            "(counts * x * (1 - x)).sum(axis=1) / counts.sum(axis=1)",
            "abs(counts @ x / counts.sum(axis=1) - 0.5)",
            "That is how far the mean output is from ½. A unit that jumps between 0 and 1 looks healthy by it.",
        ),
        Mistake(
            "x * (1 - x)",
            "(s := 1 / (1 + np.exp(-x))) * (1 - s)",
            "You send the outputs through the sigmoid once more. They are σ(h) already.",
        ),
        Mistake(" / counts.sum(axis=1)", "", "That is a sum over all examples. How many are there for each unit?"),
        Mistake(
            " / counts.sum(axis=1)", " / 20", "The mean is over the examples, not over the bins: divide by counts."
        ),
        Mistake(
            " / counts.sum(axis=1)", " / counts.sum()", "Each unit has its own number of examples: sum along axis 1."
        ),
        Mistake(".sum(axis=1) /", ".sum(axis=0) /", "One number for each unit: sum over the bins, along axis 1."),
        Mistake("(1 - x)", "(1 + x)", "The slope must go to 0 as x goes to 1: x (1 - x)."),
        Mistake(
            "x * (1 - x)", "(1 - x**2)", "1 - x² is the slope of tanh. These are sigmoids, with outputs in 0 to 1."
        ),
        Mistake("x * (1 - x)", "(1 - x)", "One factor is missing: the slope goes to 0 at both ends."),
        Mistake("np.arange(20) + 0.5", "np.arange(20)", "That is the left end of each bin; its middle is ½ further."),
        Mistake("np.arange(20) + 0.5", "np.arange(20) + 1", "That is the right end of each bin; its middle is ½ less."),
        Mistake(
            "(np.arange(20) + 0.5) / 20",
            "np.linspace(0, 1, 20)",
            "linspace(0, 1, 20) spreads 20 points over both ends. The middle of the first bin is 0.025.",
        ),
    ),
    cases=[
        {
            "counts": np.array(
                [
                    [50, *[0] * 18, 50],
                    [0] * 8 + [10, 30, 40, 20] + [0] * 8,
                    [0] * 17 + [5, 15, 60],
                ]
            )
        },
        {"counts": _RNG.integers(0, 30, (4, 20))},
    ],
)

PRELU = Exercise(
    id="prelu-layer",
    lecture=4,
    task="Write PReLU as a Keras layer: one slope below 0 for each unit, learned, starting at 0.25.",
    stub="""
        class PReLU(keras.layers.Layer):
            def build(self, input_shape):
                self.alpha = ...

            def call(self, h):
                return ...


        report = layer_report(PReLU)
    """,
    solution="""
        class PReLU(keras.layers.Layer):
            def build(self, input_shape):
                units = (input_shape[-1],)
                start = keras.initializers.Constant(0.25)
                self.alpha = self.add_weight(shape=units, initializer=start)

            def call(self, h):
                return keras.ops.where(h > 0, h, self.alpha * h)


        report = layer_report(PReLU)
    """,
    explanation=(
        "add_weight registers the slopes, so that Keras finds and trains them: alpha's own slope, the sum of min(h, 0) "
        "times what arrives, comes from automatic differentiation. Where a unit is above 0 alpha learns nothing. "
        "Keras has the layer ready, with slopes that start at 0: keras.layers.PReLU."
    ),
    hints=(
        "Two lines: in build self.add_weight, one slope for each unit; in call where(h > 0, …, …) of keras.ops.",
        "input_shape[-1] is the number of units. keras.initializers.Constant(0.25) starts all slopes there.",
        "The report holds the number of learned slopes, the outputs at the start, and those for slopes 0.1, 0.5 and 2.",
    ),
    mistakes=(
        Mistake("(input_shape[-1],)", "(1,)", "One slope for all units together. Each of the three needs its own."),
        Mistake(
            "(input_shape[-1],)",
            "tuple(input_shape)",
            "A slope for each unit *and example*: the batch must not be part of the weight's shape.",
        ),
        Mistake(
            "Constant(0.25)", "Zeros()", "At the start your slopes are 0, as in Keras's own layer; here 0.25 is asked."
        ),
        Mistake("Constant(0.25)", "Ones()", "With slope 1 the layer starts as the identity; 0.25 is asked for."),
        Mistake(
            "initializer=start",
            "",
            "Without an initializer Keras draws the slopes at random. Start all of them at 0.25.",
        ),
        Mistake(
            "initializer=start",
            "initializer=start, trainable=False",
            "These slopes are weights that no optimizer will find: leave trainable at True.",
        ),
        Mistake(
            "keras.ops.where(h > 0, h, self.alpha * h)",
            "keras.ops.maximum(self.alpha * h, h)",
            "A learned slope may pass 1. Then max(alpha h, h) takes the wrong line: decide by the sign of h.",
        ),
        Mistake(
            "initializer=start",
            "initializer=0.25",
            "Keras takes no bare number as initializer. Write keras.initializers.Constant(0.25).",
        ),
        Mistake(
            "self.add_weight(shape=units, initializer=start)",
            "0.25",
            "That is a plain number: nothing registers it, so no optimizer finds it. Use self.add_weight.",
        ),
        Mistake("h > 0, h, self.alpha * h", "h > 0, self.alpha * h, h", "The slope alpha belongs below 0."),
        Mistake("self.alpha * h", "self.alpha + 0 * h", "Below 0 the output is alpha times h, not alpha."),
        Mistake("self.alpha * h", "-self.alpha * h", "The sign: with alpha > 0 the output below 0 is negative."),
        Mistake("self.alpha * h", "0.25 * h", "The start is right, but then your outputs do not follow the weight."),
        Mistake("h > 0, h, self.alpha * h", "h > 0, h, 0 * h", "That is ReLU: the weight is there, but not used."),
    ),
    names={"keras": keras, "layer_report": layer_report},
    tolerance=1e-5,
)

LINES = Exercise(
    id="two-lines",
    lecture=4,
    task="With one maxout unit of two lines each, write |2x - 3| and the smaller of 2x and 3 - x.",
    stub="""
        def corner_and_roof(unit):
            corner = ...
            roof = ...
            return corner, roof
    """,
    solution="""
        def corner_and_roof(unit):
            corner = unit(w=[2, -2], b=[-3, 3])
            roof = -unit(w=[-2, 1], b=[0, -3])
            return corner, roof
    """,
    explanation=(
        "|u| is the larger of u and -u. A maximum of lines bends upwards; a roof bends downwards, so it needs a minus "
        "sign behind the unit, min(a, b) = -max(-a, -b): the next layer's weight provides it."
    ),
    hints=(
        "|u| is the larger of two lines: which? The roof: what does a minus sign turn a maximum into?",
        "min(a, b) = -max(-a, -b).",
        "Each line is w x + b: u = 2x - 3 has w = 2 and b = -3. What are w and b of -u?",
    ),
    mistakes=(
        Mistake(
            "w=[2, -2], b=[-3, 3]", "w=[2, 0], b=[-3, 0]", "That is ReLU of 2x - 3. |u| also rises on the other side."
        ),
        Mistake(
            "w=[2, -2], b=[-3, 3]", "w=[2, -2], b=[3, 3]", "Right slopes; check where your corner is: at 2x - 3 = 0."
        ),
        Mistake(
            "w=[2, -2], b=[-3, 3]", "w=[2, -2], b=[-3, -3]", "The second line is -(2x - 3): its b has the other sign."
        ),
        Mistake("w=[2, -2], b=[-3, 3]", "w=[2, -2], b=[3, -3]", "Your corner is that of |2x + 3|: check x = 1.5."),
        Mistake("w=[2, -2], b=[-3, 3]", "w=[2, 2], b=[-3, 3]", "Both lines rise, so the maximum has no corner."),
        Mistake("w=[2, -2], b=[-3, 3]", "w=[1, -1], b=[-3, 3]", "The slope on both sides is 2, not 1."),
        Mistake("w=[2, -2], b=[-3, 3]", "w=[1, -1], b=[0, 0]", "That is |x|: shift and stretch it."),
        Mistake(
            "-unit(w=[-2, 1], b=[0, -3])",
            "unit(w=[2, -1], b=[0, 3])",
            "That is the larger of the two lines. You need a minus sign outside, and one inside.",
        ),
        Mistake(
            "-unit(w=[-2, 1], b=[0, -3])",
            "-unit(w=[2, -1], b=[0, 3])",
            "The minus sign outside is there. Inside, both lines must turn round as well: -max(-a, -b).",
        ),
        Mistake(
            "-unit(w=[-2, 1], b=[0, -3])",
            "unit(w=[-2, 1], b=[0, -3])",
            "Both lines are turned round; now the result must be, too: a minus sign in front.",
        ),
        Mistake("w=[-2, 1], b=[0, -3]", "w=[-2, 1], b=[0, 3]", "-(3 - x) = x - 3: the sign of b turns as well."),
        Mistake("w=[-2, 1], b=[0, -3]", "w=[-2, -1], b=[0, -3]", "-(3 - x) = x - 3: its slope is +1."),
        Mistake(
            "unit(w=[2, -2], b=[-3, 3])",
            "np.abs(2 * x - 3)",
            "There is no x here: it is inside the unit. Choose w and b, two numbers each.",
        ),
        Mistake("return corner, roof", "return roof, corner", "The parts may be right; give |2x - 3| first."),
    ),
    cases=[{"unit": Unit(np.array([-2.0, 0.0, 1.0, 1.5, 3.0, 7.0]))}, {"unit": Unit(_RNG.normal(0, 4, 9))}],
)

TRANSLATED = Exercise(
    id="translate-layer",
    lecture=4,
    task="Give kernel and bias with which a sigmoid layer computes what a tanh layer with kernel W and bias b does.",
    stub="""
        def translated(W, b):
            W_s, b_s = ..., ...
            return W_s, b_s
    """,
    solution="""
        def translated(W, b):
            W_s = 4 * W
            b_s = 2 * b - 2 * W.sum(axis=1)
            return W_s, b_s
    """,
    explanation=(
        "The sigmoid needs twice the sum, because σ(h) = ½(1 + tanh(h/2)). With x_t = 2 x_s - 1 it is "
        "2(W x_t + b) = 4 W x_s - 2 ΣW + 2 b: the bias is doubled like the rest of the sum."
    ),
    hints=(
        "Which sum h_s must the sigmoid get, so that σ(h_s) = ½(1 + tanh(h_t))?",
        "h_s = 2 h_t = 2 (W x_t + b). Now write x_t with x_s, and multiply out.",
        "x_t = 2 x_s - 1. What stands before x_s is the kernel; all the rest is the bias.",
    ),
    mistakes=(
        Mistake("2 * b - ", "b - ", "The sigmoid needs twice the *whole* sum: what becomes of b?"),
        Mistake("2 * b - ", "-", "The layer has a bias of its own, b. Where did it go?"),
        Mistake("2 * b - ", "4 * b - ", "b does not meet x, so only the factor of the sum, 2, reaches it."),
        Mistake("- 2 * W.sum(axis=1)", "", "The gain is there. What does the mean of the inputs, ½, add to each sum?"),
        Mistake("- 2 * W.sum(axis=1)", "+ 2 * W.sum(axis=1)", "The sign: the bias takes the inputs' mean off, not on."),
        Mistake(
            "2 * W.sum(axis=1)",
            "W.sum(axis=1) / 2",
            "Minus half the sum of the *new* kernel, 4 W, not of the old one.",
        ),
        Mistake(
            "2 * W.sum(axis=1)",
            "4 * W.sum(axis=1)",
            "Put x_t = 2 x_s - 1 into 2 W x_t: the 2 of 2 x_s makes the kernel 4 W, but the -1 meets only 2 W.",
        ),
        Mistake("2 * W.sum(axis=1)", "W.sum(axis=1)", "Half of the new kernel's sum is 2 ΣW. Put x_t = 2 x_s - 1 in."),
        Mistake("W.sum(axis=1)", "W.sum(axis=0)", "W has shape (out, in): add up each unit's weights, along axis 1."),
        Mistake("W.sum(axis=1)", "W.sum()", "Each unit has its own sum of weights, along axis 1."),
        Mistake("4 * W", "2 * W", "A factor of 2 for the sum, and one because sigmoid outputs lie half as far apart."),
        Mistake("4 * W", "W", "σ is flatter than tanh, and its outputs lie closer together: the kernel needs a gain."),
        Mistake("4 * W", "W / 4", "That is the way from a sigmoid layer to a tanh layer. Here the kernel grows."),
        Mistake("4 * W", "4 * W.T", "Keep the shape (out, in)."),
        Mistake("return W_s, b_s", "return b_s, W_s", "The parts may be right; give the kernel first."),
    ),
    cases=[{"W": _RNG.normal(size=shape), "b": _RNG.normal(size=shape[0])} for shape in ((3, 3), (2, 4))],
)

DEADLY = Exercise(
    id="deadly-step",
    lecture=4,
    task="Give the length of the shortest step along -d that silences a ReLU unit on all images, or infinity.",
    stub="""
        def deadly_step(x, w, b, d):
            return ...
    """,
    solution="""
        def deadly_step(x, w, b, d):
            h, p = x @ w + b, x @ d
            s = max(0, np.max(h[p > 0] / p[p > 0], initial=0))
            return s if np.all(h - s * p <= 1e-9) else np.inf
    """,
    explanation=(
        "Along the step the sum of an image is h - s p, with p = x · d. Where p > 0 it falls and is 0 at s = h/p: "
        "the last of these images decides. Where p <= 0 it does not fall: such an image must be silent at that s, "
        "or no step kills. On images with a large mean and d along it all p are positive, so some step always kills."
    ),
    hints=(
        "Write the sum of each image after the step: x @ (w - s d) + b = h - s p. What are h and p?",
        "Where p > 0 the sum is 0 at s = h/p. All of them must be silent: which s is that?",
        "At that s, look at all images again: where p <= 0 the sum has not fallen. Is h - s p still at most 0?",
    ),
    mistakes=(
        Mistake(
            "np.max(h[", "np.min(h[", "That silences the first image. The unit is dead when the last one is silent."
        ),
        Mistake(
            "s if np.all(h - s * p <= 1e-9) else np.inf",
            "s",
            "Images with p <= 0 do not fall along the step. If one of them speaks at that s, no step kills.",
        ),
        Mistake(
            "np.all(h - s * p <= 1e-9)",
            "np.all(p > 0)",
            "An image whose sum does not fall does no harm if it is silent at that s. Look at h - s p.",
        ),
        Mistake(
            "np.max(h[p > 0] / p[p > 0], initial=0)",
            "np.max(h / p, initial=0)",
            "Where p < 0 the quotient h/p is no length at which an image falls silent: take only p > 0.",
        ),
        Mistake(
            "max(0, np.max(h[p > 0] / p[p > 0], initial=0))",
            "np.max(h[p > 0] / p[p > 0])",
            "Your length can be negative: a unit that is dead already needs a step of length 0.",
        ),
        Mistake(
            "h - s * p <= 1e-9",
            "(h <= 0) | (p > 0)",
            "An image that is silent now may wake up along the step. Look at h - s p at the final s, for all images.",
        ),
        Mistake("x @ w + b", "x @ w", "The bias does not move, but it is part of each sum."),
        Mistake(
            "x @ w + b, x @ d", "x @ w + b, x @ d + b", "The step changes the weights alone: p = x @ d, without b."
        ),
        Mistake(
            "h[p > 0] / p[p > 0]", "h[p > 0]", "How fast does each sum fall along the step? By p for each unit of s."
        ),
    ),
    cases=[
        {"x": np.abs(_RNG.normal(size=(6, 4))), "w": np.array([0.4, -0.2, 0.3, 0.1]), "b": 0.1, "d": np.full(4, 0.5)},
        {
            "x": np.array([[1.0, 0.0], [2.0, 1.0], [-1.0, 1.0]]),
            "w": np.array([1.0, -1.0]),
            "b": 0.25,
            "d": np.array([1.0, 0.0]),
        },
        {
            "x": np.array([[1.0, 0.0], [-1.0, 1.0], [-0.5, 3.0]]),
            "w": np.array([1.0, 0.5]),
            "b": 0.0,
            "d": np.array([1.0, 0.0]),
        },
        {
            "x": np.array([[1.0, 0.0], [-1.0, 1.0]]),
            "w": np.array([1.0, 0.5]),
            "b": 0.0,
            "d": np.array([1.0, 0.0]),
        },
        {
            "x": np.array([[1.0, 2.0], [3.0, 0.5]]),
            "w": np.array([-1.0, -0.5]),
            "b": -0.2,
            "d": np.array([0.6, 0.8]),
        },
    ],
)

EXERCISES = [LEAKY, LINES, SATURATED, TRANSLATED, DEADLY, PRELU]
