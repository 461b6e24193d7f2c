"""Exercises of lecture 11, residual networks."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake


def _layer(units: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {"W": rng.normal(size=(units, units)).round(1), "b": rng.normal(size=units).round(1)}


WITHOUT_SKIP = Exercise(
    id="without-skip",
    lecture=11,
    task="A plain network that computes x + ReLU(x W + b): hidden units for x, for −x, for the branch, in this order.",
    stub="""
        def without_skip(W, b):
            first, bias, second = ..., ..., ...
            return first, bias, second
    """,
    solution="""
        def without_skip(W, b):
            n = len(b)
            same, zeros = np.eye(n), np.zeros(n)
            first = np.hstack([same, -same, W])
            bias = np.concatenate([zeros, zeros, b])
            second = np.vstack([same, -same, same])
            return first, bias, second
    """,
    explanation=(
        "ReLU(x) − ReLU(−x) = x for every x, so 2n hidden units carry the input and n the branch. Where x ≥ 0, as "
        "behind a ReLU, n units are enough for the input. A skip saves these units and their weights."
    ),
    hints=(
        "One ReLU loses negative numbers. Which two ReLUs of ±x give x back?",
        "The hidden layer holds x, −x and x W + b side by side: `first` is (n, 3n).",
        "The branch's bias belongs to the last n units; those that carry x have none.",
        "`second` (3n, n) adds up: ReLU(x) minus ReLU(−x), plus the branch.",
    ),
    mistakes=(
        Mistake(
            "np.vstack([same, -same, same])",
            "np.vstack([same, same, same])",
            "ReLU(x) + ReLU(−x) is the absolute value: your network gives |x| in place of x.",
        ),
        Mistake(
            "np.hstack([same, -same, W])",
            "np.hstack([same, same, W])",
            "Two copies of ReLU(x) cancel or double, and negative inputs are lost: the second part must carry −x.",
        ),
        Mistake(
            "np.hstack([same, -same, W])",
            "np.hstack([same, -same, W.T])",
            "Rows are examples: x W, with W (in, out). You have it transposed.",
        ),
        Mistake(
            "np.concatenate([zeros, zeros, b])",
            "np.concatenate([b, b, b])",
            "Only the branch has the bias; it must not shift the units that carry x.",
        ),
        Mistake(
            "np.concatenate([zeros, zeros, b])",
            "np.concatenate([zeros, zeros, zeros])",
            "The branch's bias b is missing.",
        ),
        Mistake(
            "np.vstack([same, -same, same])",
            "np.vstack([same, -same, -same])",
            "The branch is added, not taken off.",
        ),
        Mistake(
            "np.vstack([same, -same, same])",
            "np.vstack([same, -same, 0 * same])",
            "That gives x alone: the branch gets no weight in `second`.",
        ),
    ),
    cases=[_layer(2, 0), _layer(3, 1)],
    hint_for_each=True,
)

PATHS = Exercise(
    id="paths",
    lecture=11,
    task="Paths through exactly k blocks that are left, and the share of all paths that is left.",
    stub="""
        def paths(blocks, k, dropped):
            through_k, share = ..., ...
            return through_k, share
    """,
    solution="""
        import math

        def paths(blocks, k, dropped):
            through_k = math.comb(blocks - dropped, k)
            share = 2.0**-dropped
            return through_k, share
    """,
    explanation=(
        "A path through k blocks chooses k of those that are there: C(blocks − dropped, k). All paths are 2^blocks, "
        "those left 2^(blocks − dropped). Few blocks out remove most paths, but short paths suffer least."
    ),
    hints=(
        "A path takes a block or passes it by. One that takes a dropped block is gone: choose k of those left.",
        "Without one block half of all paths are left. Without two?",
    ),
    mistakes=(
        Mistake(
            "math.comb(blocks - dropped, k)",
            "math.comb(blocks, k)",
            "Those are the paths before any block is taken out.",
        ),
        Mistake(
            "math.comb(blocks - dropped, k)",
            "math.comb(blocks, k) - math.comb(dropped, k)",
            "You took off only the paths all of whose blocks are gone. One missing block ends a path.",
        ),
        Mistake(
            "math.comb(blocks - dropped, k)",
            "math.perm(blocks - dropped, k)",
            "The order is fixed, first to last: choices, not arrangements.",
        ),
        Mistake(
            "2.0**-dropped",
            "1 - 2.0**-dropped",
            "That is the share that is lost.",
        ),
        Mistake(
            "2.0**-dropped",
            "1 - dropped / blocks",
            "That is the share of blocks that is left. Each of them doubles the number of paths.",
        ),
        Mistake(
            "2.0**-dropped",
            "math.comb(blocks - dropped, k) / math.comb(blocks, k)",
            "That is the share among the paths through k blocks. Count all paths, of any length.",
        ),
        Mistake(
            "2.0**-dropped",
            "2.0 ** (blocks - dropped)",
            "That is how many paths are left; divide by how many there were.",
        ),
    ),
    cases=[{"blocks": 9, "k": 2, "dropped": 3}, {"blocks": 7, "k": 4, "dropped": 1}],
    hint_for_each=True,
)


def _block(seed: int, projected: bool) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    outputs = 2 if projected else 3
    shapes = {"x": (16, 3), "W1": (3, 4), "W2": (4, outputs), "P": (3, 2)}
    arrays = {name: rng.normal(1.0 if name == "x" else 0.0, 1.0, shape).round(1) for name, shape in shapes.items()}
    arrays |= {"x": 10 * arrays["x"], "W1": 10 * arrays["W1"]}  # so that Keras's 0.001 under the root is no mistake
    return arrays if projected else {**arrays, "P": None}


ADD_BACK = Exercise(
    id="add-back",
    lecture=11,
    task="A pre-activation block: norm, ReLU, W1, norm, ReLU, W2, and the skip, with a projection where one is given.",
    stub="""
        def add_back(x, W1, W2, P=None):
            return ...
    """,
    solution="""
        def add_back(x, W1, W2, P=None):
            norm = lambda h: (h - h.mean(axis=0)) / h.std(axis=0)
            relu = lambda h: np.maximum(h, 0)
            branch = relu(norm(x)) @ W1
            branch = relu(norm(branch)) @ W2
            skip = x if P is None else x @ P
            return skip + branch
    """,
    explanation=(
        "Norm and ReLU stand before each product, inside the branch; the skip carries x as it came. So a signal can "
        "pass all blocks untouched. A projection is used only where shapes differ: it is on the way of every signal."
    ),
    hints=(
        "Pre-activation: what comes before each of the two products?",
        "Keep the block's input under a name of its own: the skip needs it as it came.",
        "Nothing stands after the sum. Where P is given, shapes differ: the skip is x @ P.",
    ),
    mistakes=(
        Mistake(
            "return skip + branch",
            "return relu(skip + branch)",
            "A ReLU after the sum is post-activation (2015). Here nothing stands after it.",
        ),
        Mistake(
            "return skip + branch",
            "return branch",
            "The skip is missing: add the block's input.",
        ),
        Mistake(
            "skip = x if P is None else x @ P",
            "skip = relu(norm(x)) if P is None else relu(norm(x)) @ P",
            "Your skip carries the normalized input. It shall carry x as it came.",
        ),
        Mistake(
            "branch = relu(norm(branch)) @ W2",
            "branch = norm(relu(branch)) @ W2",
            "In front of W2 the order is norm first, then ReLU.",
        ),
        Mistake(
            "branch = relu(norm(x)) @ W1",
            "branch = norm(relu(x)) @ W1",
            "In front of W1 the order is norm first, then ReLU.",
        ),
        Mistake(
            "branch = relu(norm(x)) @ W1",
            "branch = x @ W1",
            "Norm and ReLU stand in front of the first product, too.",
        ),
        Mistake(
            "branch = relu(norm(branch)) @ W2",
            "branch = relu(branch) @ W2",
            "The second norm is missing.",
        ),
        Mistake(
            "(h - h.mean(axis=0)) / h.std(axis=0)",
            "(h - h.mean(axis=1, keepdims=True)) / h.std(axis=1, keepdims=True)",
            "That is layer norm, over the units of an example. Batch norm takes each column over the examples.",
        ),
        Mistake(
            "(h - h.mean(axis=0)) / h.std(axis=0)",
            "(h - h.mean(axis=0)) / h.var(axis=0)",
            "Divide by the spread, not by its square.",
        ),
        Mistake(
            "(h - h.mean(axis=0)) / h.std(axis=0)",
            "(h - h.mean()) / h.std()",
            "That is one mean for all columns. Batch norm takes each column by itself.",
        ),
        Mistake(
            "(h - h.mean(axis=0)) / h.std(axis=0)",
            "h / h.std(axis=0)",
            "The mean has to be taken off first.",
        ),
    ),
    cases=[_block(0, False), _block(1, True)],
    tolerance=1e-3,
    hint_for_each=True,
)

BOTTLENECK = Exercise(
    id="bottleneck",
    lecture=11,
    task="Trainable weights of a stage of bottlenecks, as torchvision counts.",
    stub="""
        def bottleneck_stage(c, w, count):
            return ...
    """,
    solution="""
        def bottleneck_stage(c, w, count):
            norms = 2 * (w + w + 4 * w)
            first = c * w + 9 * w * w + 4 * w * w + norms
            others = 4 * w * w + 9 * w * w + 4 * w * w + norms
            projection = 0 if c == 4 * w else c * 4 * w + 2 * 4 * w
            return first + (count - 1) * others + projection
    """,
    explanation=(
        "The first block gets c channels, all others 4w. Each convolution has k · k · in · out kernel weights and is "
        "followed by scale and shift for each of its outputs. A projection is needed once, if c is not 4w."
    ),
    hints=(
        "One bottleneck: 1 × 1 from its inputs to w, 3 × 3 from w to w, 1 × 1 from w to 4w.",
        "What do the second and later blocks get? Not c.",
        "Scale and shift: 2 for each output channel of each convolution, so w, w and 4w.",
        "The projection goes from c to 4w, 1 × 1, with a batch norm of its own; once, and only if c is not 4w.",
    ),
    mistakes=(
        Mistake(
            "projection = 0 if c == 4 * w else c * 4 * w + 2 * 4 * w",
            "projection = 0",
            "Without a projection c channels cannot be added to 4w. Where is it needed?",
        ),
        Mistake(
            "projection = 0 if c == 4 * w else c * 4 * w + 2 * 4 * w",
            "projection = c * 4 * w + 2 * 4 * w",
            "Where c is 4w already, the skip needs no projection.",
        ),
        Mistake(
            "c * 4 * w + 2 * 4 * w",
            "c * 4 * w",
            "The projection is a convolution, so a batch norm follows it, too.",
        ),
        Mistake(
            "others = 4 * w * w + 9",
            "others = c * w + 9",
            "Only the first block gets c channels; what does it hand on?",
        ),
        Mistake(
            "norms = 2 * (w + w + 4 * w)",
            "norms = 0",
            "Scale and shift of the batch norms are trainable, too: 2 for each output channel.",
        ),
        Mistake(
            "norms = 2 * (w + w + 4 * w)",
            "norms = 4 * (w + w + 4 * w)",
            "Moving mean and variance are not trainable: 2 for each output channel, not 4.",
        ),
        Mistake(
            "norms = 2 * (w + w + 4 * w)",
            "norms = 3 * (w + w + 4 * w)",
            "You counted biases: torchvision's convolutions here have none.",
        ),
        Mistake(
            "return first + (count - 1) * others + projection",
            "return first + (count - 1) * others + count * projection",
            "One projection in a stage: after the first block the channels fit.",
        ),
    ),
    cases=[{"c": 64, "w": 64, "count": 3}, {"c": 256, "w": 128, "count": 4}, {"c": 256, "w": 64, "count": 2}],
    tolerance=1e-12,
    hint_for_each=True,
)

EXERCISES = [WITHOUT_SKIP, PATHS, ADD_BACK, BOTTLENECK]
