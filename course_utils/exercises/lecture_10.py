"""Exercises of lecture 10, convolutional networks."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

EDGES = Exercise(
    id="edge-kernels",
    lecture=10,
    task="Kernels (3, 3) for Keras and SciPy's convolve2d that answer 1 on rising rows; they read two rows.",
    stub="""
        def edge_kernels(rise):
            keras_kernel, scipy_kernel = ..., ...
            return keras_kernel, scipy_kernel
    """,
    solution="""
        def edge_kernels(rise):
            keras_kernel = np.outer([-1, 1, 0], [1, 2, 1]) / (4 * rise)
            scipy_kernel = keras_kernel[::-1, ::-1]
            return keras_kernel, scipy_kernel
    """,
    explanation=(
        "The second row of pixels is brighter than the first by `rise`. The weights of a row sum to 4 units: together "
        "4·rise units must be 1. SciPy's convolve2d turns the kernel, so we turn it first; to negate it is not enough."
    ),
    hints=(
        "The picture is brighter below. Which row of Keras's kernel gets the positive weights, and which is 0?",
        "The first row sees x, the second x + rise. What do 4 units of weight make of that difference?",
        "convolve2d turns the kernel by half a turn. Which kernel, turned, is Keras's?",
    ),
    mistakes=(
        Mistake(
            "np.outer([-1, 1, 0], [1, 2, 1]) / (4 * rise)",
            "np.outer([1, -1, 0], [1, 2, 1]) / (4 * rise)",
            "These have the sign of a picture that gets darker. Keras does not turn its kernel.",
        ),
        Mistake(
            "np.outer([-1, 1, 0], [1, 2, 1])",
            "np.outer([0, -1, 1], [1, 2, 1])",
            "That reads the lower two rows of pixels. Keras does not turn its kernel.",
        ),
        Mistake(
            "scipy_kernel = keras_kernel[::-1, ::-1]",
            "scipy_kernel = keras_kernel",
            "Keras's is right. convolve2d turns its kernel, so the same one answers −1 there.",
        ),
        Mistake(
            "scipy_kernel = keras_kernel[::-1, ::-1]",
            "scipy_kernel = -keras_kernel",
            "Keras's is right. convolve2d turns its kernel, it does not negate it: yours reads the lower two rows.",
        ),
        Mistake(
            "np.outer([-1, 1, 0], [1, 2, 1])",
            "np.outer([1, 2, 1], [-1, 1, 0])",
            "That answers 0: along a row nothing changes. The difference must be taken downwards.",
        ),
        Mistake(
            "/ (4 * rise)",
            "/ (8 * rise)",
            "That answers a half: between the two rows that are read the picture rises once, not twice.",
        ),
        Mistake("/ (4 * rise)", "/ 4", "That is right for a rise of 1. A steeper picture must still give 1."),
        Mistake("/ (4 * rise)", "* (rise / 4)", "A steeper picture needs smaller weights."),
        Mistake("/ (4 * rise)", "/ 1", "The direction is right. How large is the answer of these weights there?"),
    ),
    cases=[{"rise": 1.0}, {"rise": 0.25}],
)

UNREAD = Exercise(
    id="unread",
    lecture=10,
    task="How many of `n` inputs does no answer read? One axis, no padding, kernel `k`, any stride and dilation.",
    stub="""
        def unread(n, k, stride, dilation):
            return ...
    """,
    solution="""
        def unread(n, k, stride, dilation):
            answers = (n - dilation * (k - 1) - 1) // stride + 1
            read = {i * stride + a * dilation for i in range(answers) for a in range(k)}
            return n - len(read)
    """,
    explanation=(
        "Answer i reads the inputs i·stride + a·dilation, a from 0 to k − 1. The set of them leaves out the rest "
        "at the end, gaps where the stride is longer than the kernel, and more if stride and dilation share a factor."
    ),
    hints=(
        "How many answers are there? Use the formula with p = 0.",
        "Which inputs does answer i read? Write them with i, a, the stride and the dilation.",
        "Many inputs are read by several answers. A Python set holds each of them once.",
    ),
    mistakes=(
        Mistake(
            "n - len(read)",
            "n - (max(read) + 1)",
            "You count the rest at the end, and not all gaps: look between two answers, and between two weights of a "
            "spread kernel.",
        ),
        Mistake(
            "n - len(read)",
            "n - answers * k",
            "Inputs that two answers share are counted twice. Count each input once.",
        ),
        Mistake("n - len(read)", "len(read)", "That is how many inputs are read."),
        Mistake(
            "a * dilation for",
            "a for",
            "The kernel is spread: its weights read every `dilation`-th input.",
        ),
        Mistake(
            "i * stride + a",
            "i + a",
            "Each answer starts `stride` inputs after the last one.",
        ),
        Mistake(
            "(n - dilation * (k - 1) - 1) // stride + 1",
            "(n - k) // stride + 1",
            "Too many answers: with a dilation the kernel covers dilation·(k − 1) + 1 inputs, not k.",
        ),
        Mistake(
            "// stride + 1",
            "// stride",
            "One answer is missing: the first one stands at 0.",
        ),
    ),
    cases=[
        {"n": 10, "k": 3, "stride": 2, "dilation": 1},
        {"n": 12, "k": 2, "stride": 3, "dilation": 1},
        {"n": 9, "k": 3, "stride": 2, "dilation": 2},
        {"n": 20, "k": 3, "stride": 1, "dilation": 4},
        {"n": 23, "k": 3, "stride": 5, "dilation": 3},
    ],
)

_PICTURE = np.random.default_rng(10).integers(-9, 10, (6, 7, 2)).astype(float)

POOL = Exercise(
    id="max-pool",
    lecture=10,
    task="Max pooling of `x` (height, width, channels): windows k × k, stride k, an incomplete window dropped.",
    stub="""
        def max_pool(x, k):
            return ...
    """,
    solution="""
        def max_pool(x, k):
            rows, columns = x.shape[0] // k, x.shape[1] // k
            whole = x[: rows * k, : columns * k]
            windows = whole.reshape(rows, k, columns, k, -1)
            return windows.max(axis=(1, 3))
    """,
    explanation=(
        "Cut off what does not fill a window. Splitting each axis into (window, place in it) makes five axes; the "
        "maximum runs over both places, and the channels stay apart."
    ),
    hints=(
        "The result has shape (height // k, width // k, channels). Which rows of x belong to row i of the result?",
        "Two loops do it: the maximum of x[i*k : (i+1)*k, j*k : (j+1)*k] over its first two axes.",
        "Without loops: cut, then reshape to (rows, k, columns, k, channels). Over which axes is the maximum?",
    ),
    mistakes=(
        Mistake(
            "windows.max(axis=(1, 3))",
            "windows.mean(axis=(1, 3))",
            "That is average pooling.",
        ),
        Mistake(
            "windows.max(axis=(1, 3))",
            "windows.max(axis=(1, 3, 4))",
            "Your maximum runs over channels, too. Each channel is pooled for itself.",
        ),
        Mistake(
            "windows.max(axis=(1, 3))",
            "windows.max(axis=(0, 2))",
            "You took the maximum over windows, at each place in them. Take it over places, in each window.",
        ),
        Mistake(
            "windows.max(axis=(1, 3))",
            "windows[:, 0, :, 0]",
            "That is a stride alone: the first number of each window.",
        ),
        Mistake(
            "windows.max(axis=(1, 3))",
            "abs(windows).max(axis=(1, 3))",
            "Some numbers are negative, and the largest is asked for, not the one that is largest in size.",
        ),
        Mistake(
            "whole.reshape(rows, k, columns, k, -1)",
            "whole.reshape(k, rows, k, columns, -1).swapaxes(0, 1).swapaxes(2, 3)",
            "Your windows collect every so many rows. A window holds neighbours: (rows, k, columns, k, channels).",
        ),
    ),
    cases=[
        {"x": _PICTURE[:4, :6], "k": 2},
        {"x": _PICTURE, "k": 3},
        {"x": _PICTURE[:, :, :1] - 20, "k": 2},
    ],
)

FIRST_DENSE = Exercise(
    id="first-dense",
    lecture=10,
    task="Weights and biases of VGG-16's first dense layer for `side` × `side` pixels: flattened, and pooled globally.",
    stub="""
        def first_dense_layer(side):
            flattened, globally_pooled = ..., ...
            return flattened, globally_pooled
    """,
    solution="""
        def first_dense_layer(side):
            places = (side // 2**5) ** 2
            flattened = (places * 512 + 1) * 4096
            globally_pooled = (512 + 1) * 4096
            return flattened, globally_pooled
    """,
    explanation=(
        "Each of five poolings halves the side and drops a rest: 224, 112, 56, 28, 14, 7. All 512 channels of all "
        "places go into each of 4,096 units, and each has a bias. Global pooling leaves 512 numbers, whatever the side."
    ),
    hints=(
        "Only the poolings change the side: padding keeps it in all convolutions. How many poolings are there?",
        "After the last stage there are 512 channels. How many numbers does flattening make of them?",
        "Each of the 4,096 units has a weight for each number, and one bias.",
    ),
    mistakes=(
        Mistake(
            "(places * 512 + 1) * 4096",
            "places * 512 * 4096",
            "The biases are missing: one for each of the 4,096 units.",
        ),
        Mistake(
            "(places * 512 + 1) * 4096",
            "places * 512 * 4096 + 512",
            "A dense layer has one bias for each unit, not for each channel.",
        ),
        Mistake(
            "(side // 2**5) ** 2",
            "(side // 2**4) ** 2",
            "Every stage ends with a pooling, the last one, too: five in all.",
        ),
        Mistake(
            "(side // 2**5) ** 2",
            "(side // 2**5)",
            "There are as many places as rows times columns.",
        ),
        Mistake(
            "(side // 2**5) ** 2",
            "side**2",
            "The five poolings each halve the side.",
        ),
        Mistake(
            "(side // 2**5) ** 2",
            "(-(-side // 2**5)) ** 2",
            "The poolings drop the rest: 100, 50, 25, 12 and so on, always rounded down.",
        ),
        Mistake(
            "(512 + 1) * 4096",
            "(512 + 1) * 1000",
            "After global pooling, too, the layer keeps its 4,096 units; 1,000 is the number of classes.",
        ),
        Mistake(
            "(512 + 1) * 4096",
            "(places + 1) * 4096",
            "Global pooling leaves one number for each channel, not for each place.",
        ),
        Mistake(
            "(512 + 1) * 4096",
            "512 * 4096",
            "The first is right. The biases are missing after global pooling.",
        ),
    ),
    cases=[{"side": 224}, {"side": 100}, {"side": 32}],
)

EXERCISES = [EDGES, UNREAD, POOL, FIRST_DENSE]
