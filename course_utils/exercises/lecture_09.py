"""Exercises of lecture 09, double descent."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

_RNG = np.random.default_rng(9)
_TRAIN, _TEST = _RNG.normal(size=(4, 7)), _RNG.normal(size=(5, 7))
_TALL, _FEW = _RNG.normal(size=(6, 3)), _RNG.normal(size=(4, 3))

NOISE = Exercise(
    id="noise-error",
    lecture=9,
    task="The mean test error of a fit to noise alone, from the features and the noise's standard deviation.",
    stub="""
        def noise_error(F, G, sigma):
            return ...
    """,
    solution="""
        def noise_error(F, G, sigma):
            spread_to = G @ np.linalg.pinv(F)
            return sigma**2 * np.mean(np.sum(spread_to**2, axis=1))
    """,
    explanation=(
        "The curve at the test points is A e with A = G F⁺ (m, n) and noise e (n,). Its mean square at a test point is "
        "σ² times the sum of the squares in that row of A, because the noise of different points is independent: mixed "
        "terms average to 0. The test error is the mean over the rows."
    ),
    hints=(
        "Weights are F⁺ e. What are the predictions at the test points, as one matrix times e?",
        "One prediction is a sum Σ aᵢ eᵢ. What is the mean of its square if the eᵢ are independent?",
        "Sum the squares over the training points, then take the mean over the test points.",
    ),
    mistakes=(
        Mistake("sigma**2 *", "sigma *", "A mean square of noise is σ², not σ."),
        Mistake("sigma**2 *", "", "How large is the noise? σ is missing."),
        Mistake(
            "np.mean(np.sum(spread_to**2, axis=1))",
            "np.mean(spread_to**2)",
            "Squares are summed over the training points: each brings noise of its own. Only test points are averaged.",
        ),
        Mistake(
            "np.mean(np.sum(spread_to**2, axis=1))",
            "np.sum(spread_to**2)",
            "The test error is the mean over the test points, not their sum.",
        ),
        Mistake(
            "np.mean(np.sum(spread_to**2, axis=1))",
            "np.mean(np.sum(spread_to, axis=1) ** 2)",
            "That is one noise shared by all points. Independent noises: square first, then sum.",
        ),
        Mistake(
            "np.mean(np.sum(spread_to**2, axis=1))",
            "np.mean(np.sum(spread_to**2, axis=0))",
            "Sum over the training points (columns), mean over the test points (rows).",
        ),
        Mistake(
            "G @ np.linalg.pinv(F)",
            "F @ np.linalg.pinv(F)",
            "That is the error at the training points. Where is the curve to be tested?",
        ),
        Mistake(
            "G @ np.linalg.pinv(F)",
            "np.linalg.pinv(F)",
            "That is the size of the weights. Multiply by the features of the test points.",
        ),
    ),
    cases=[
        {"F": _TRAIN, "G": _TEST, "sigma": 0.5},
        {"F": _TALL, "G": _FEW, "sigma": 2.0},
    ],
)

PEAKS = Exercise(
    id="where-peak",
    lecture=9,
    task="The number of features with the highest error in four situations; 0 where there is no peak.",
    stub="""
        peaks = dict(A=..., B=..., C=..., D=...)
    """,
    solution="""
        places = [60, 60, 300, 0]
    """,
    explanation=(
        "A: 60 images, one column of weights for each class: K does not matter. B: a row that is stored twice adds no "
        "equation, 60 directions are left. C: three copies of a feature are one direction, and 100 directions take "
        "300 columns. D: without ReLU all features are sums of 64 numbers, so F has rank 64 at most: 300 targets "
        "are never all met, and from p = 64 on the predictions do not change any more. (Real digits do "
        "peak, near 60: some pixels are dark in all 300 images, and a few test images light them.)"
    ),
    hints=(
        "The peak is where F gets as many independent columns as it has independent rows. Count both.",
        "B: does a second copy of a row bring a new equation? C: does a second copy of a column bring a new direction?",
        "D: how many different directions can linear functions of 64 numbers have?",
    ),
    mistakes=(
        Mistake("60, 60, 300, 0", "6, 60, 300, 0", "A: each class has its own column of p weights. K does not matter."),
        Mistake("60, 60, 300, 0", "600, 60, 300, 0", "A: 600 targets, but each column of weights fits 60 of them."),
        Mistake(
            "60, 60, 300, 0", "60, 120, 300, 0", "B: the second copy of an image is an equation that holds already."
        ),
        Mistake("60, 60, 300, 0", "60, 30, 300, 0", "B: there are 60 different rows, each stored twice."),
        Mistake("60, 60, 300, 0", "60, 60, 100, 0", "C: 100 columns are only 34 different features here."),
        Mistake(
            "60, 60, 300, 0", "60, 60, 33, 0", "C: p counts all columns, copies too. It takes more of them, not fewer."
        ),
        Mistake(
            "60, 60, 300, 0", "60, 60, 300, 300", "D: without ReLU the rank of F stops at 64. Are 300 targets ever met?"
        ),
        Mistake(
            "60, 60, 300, 0",
            "60, 60, 300, 64",
            "D: at 64 the features have all that 64 numbers can say, and 300 equations are still far too many to meet.",
        ),
    ),
    tolerance=1e-9,
)

RIDGE = Exercise(
    id="enough-ridge",
    lecture=9,
    task="The smallest λ at which no direction is multiplied by more than a limit.",
    stub="""
        def enough_ridge(s, n, limit):
            return ...
    """,
    solution="""
        def enough_ridge(s, n, limit):
            needed = s / limit - s**2
            return max(needed.max(), 0) / n
    """,
    explanation=(
        "s/(s² + nλ) ≤ limit means nλ ≥ s/limit − s². Each direction asks for its own λ, and the largest of them "
        "serves all. It is not the smallest s that asks for most: s/limit − s² is largest at s = 1/(2 limit)."
    ),
    hints=(
        "One direction first: solve s/(s² + nλ) ≤ limit for λ.",
        "Now several directions: each has its own λ. Which of them satisfies all?",
        "If that is negative, no ridge is needed.",
    ),
    mistakes=(
        Mistake(
            "max(needed.max(), 0) / n",
            "max(needed[s.argmin()], 0) / n",
            "You tamed the smallest singular value. With that λ another direction is still above the limit.",
        ),
        Mistake("max(needed.max(), 0) / n", "needed.max() / n", "No λ is negative: where none is needed, it is 0."),
        Mistake("max(needed.max(), 0) / n", "max(needed.max(), 0)", "That is nλ: the loss is a mean."),
        Mistake(
            "max(needed.max(), 0) / n",
            "np.maximum(needed, 0).mean() / n",
            "The average of what the directions ask for is not enough.",
        ),
        Mistake(
            "max(needed.max(), 0) / n",
            "1 / (4 * n * limit**2)",
            "That serves any singular values at all. For these a smaller λ may do.",
        ),
        Mistake("s / limit - s**2", "1 / limit - s**2", "The numerator of s/(s² + nλ) is s, not 1."),
        Mistake("s / limit - s**2", "s * limit - s**2", "Divide by the limit: s²+ nλ ≥ s/limit."),
        Mistake("s / limit - s**2", "s / limit - s", "The singular value is squared in the denominator."),
    ),
    cases=[
        {"s": np.array([2.0, 0.3, 0.01]), "n": 10, "limit": 1.5},
        {"s": np.array([3.0, 2.0, 1.0]), "n": 50, "limit": 2.0},
        {"s": np.array([5.0, 0.04, 0.001]), "n": 100, "limit": 10.0},
    ],
    tolerance=1e-9,
)

_WIDE, _AIMS = _RNG.normal(size=(3, 6)), _RNG.normal(size=3)

UNITS = Exercise(
    id="in-other-units",
    lecture=9,
    task="What gradient descent from 0 finds when feature k is multiplied by c_k, as weights of the original features.",
    stub="""
        def in_other_units(F, y, c):
            return ...
    """,
    solution="""
        def in_other_units(F, y, c):
            found = np.linalg.pinv(F * c) @ y
            return c * found
    """,
    explanation=(
        "The new features are F times c, column by column; the descent finds their shortest weights v. A prediction "
        "is Σ (c_k F_k) v_k = Σ F_k (c_k v_k): the original feature has the weight c_k v_k. This is another solution "
        "than F⁺y: large units make a feature cheap. Powers in place of Legendre polynomials are a more "
        "general change: they mix the features, too."
    ),
    hints=(
        "Which matrix does the descent see? Its end is the pseudo-inverse of that matrix times y.",
        "It gives the weights v of the new features. Write a prediction with v, and collect what multiplies F_k.",
        "F * c multiplies column k by c_k. Your weights must satisfy F @ w = y.",
    ),
    mistakes=(
        Mistake("c * found", "found", "These are the weights of the new features. What multiplies the original ones?"),
        Mistake("c * found", "found / c", "Upside down: (c F) v = F (c v)."),
        Mistake(
            "np.linalg.pinv(F * c) @ y",
            "np.linalg.pinv(F) @ y / c",
            "That is the shortest in the old units. The descent finds the shortest in the new ones.",
        ),
        Mistake(
            "np.linalg.pinv(F * c) @ y",
            "np.linalg.pinv(F) @ y",
            "The descent sees F with its columns multiplied by c.",
        ),
        Mistake("np.linalg.pinv(F * c) @ y", "np.linalg.pinv(F / c) @ y", "Feature k becomes c_k times itself."),
    ),
    cases=[
        {"F": _WIDE, "y": _AIMS, "c": np.array([1.0, 2.0, 0.5, 3.0, 0.1, 1.5])},
        {"F": _WIDE[:, ::-1].copy(), "y": 2 * _AIMS, "c": np.array([0.2, 1.0, 4.0, 1.0, 2.0, 0.7])},
    ],
)

EXERCISES = [NOISE, PEAKS, RIDGE, UNITS]
