"""Exercises of lecture 06, normalization."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake

_RNG = np.random.default_rng(6)

UNITS = Exercise(
    id="kilometres-per-hour",
    lecture=6,
    task="Weights for re-expressed columns, and how many times as much each effect is then penalized by L2.",
    stub="""
        def new_units(weights, factors):
            new_weights, times_penalty = ..., ...
            return new_weights, times_penalty
    """,
    solution="""
        def new_units(weights, factors):
            new_weights = weights / factors
            times_penalty = 1 / factors**2
            return new_weights, times_penalty
    """,
    explanation=(
        "A column times f needs its weight divided by f. The penalty squares the weight, so the same effect costs "
        "1/f² times as much. From km/h to m/s f is 1/3.6: the weight becomes 3.6 times as large, its penalty 12.96 "
        "times. Signs do not matter to the penalty."
    ),
    hints=(
        "w · x must stay the same. If x becomes f · x, what must w become?",
        "The penalty looks at w² only. By which factor has w² changed?",
        "For factors of 1/3.6 the weight 2 becomes 7.2, and the penalty 12.96 times as much.",
    ),
    mistakes=(
        Mistake(
            "weights / factors",
            "weights * factors",
            "The other way: where the numbers of a column get smaller, its weight must get larger.",
        ),
        Mistake("weights / factors", "weights", "Then the predictions change: 40 becomes 14 in the lecture's example."),
        Mistake("1 / factors**2", "factors**2", "Upside down: a smaller number needs a larger weight, and pays more."),
        Mistake("1 / factors**2", "1 / factors", "That is by how much the weight changes. The penalty squares it."),
        Mistake("1 / factors**2", "1 / abs(factors)", "That is the size of the weight. The penalty squares it."),
        Mistake("1 / factors**2", "new_weights**2", "That is the penalty now. Compare it with the old one."),
        Mistake(
            "1 / factors**2",
            "new_weights**2 - weights**2",
            "That is the difference. How many *times* as much is asked for, so divide.",
        ),
        Mistake("1 / factors**2", "factors**2 / factors**2", "The effect is the same, its penalty is not."),
        Mistake(
            "1 / factors**2",
            "np.sum(new_weights**2) / np.sum(weights**2)",
            "One number for each column is asked for, not the whole penalty.",
        ),
        Mistake("return new_weights, times_penalty", "return times_penalty, new_weights", "Weights first."),
    ),
    cases=[
        {"weights": np.array([1.0, 2.0]), "factors": np.array([1.0, 1 / 3.6])},
        {"weights": np.array([0.5, -3.0, 4.0]), "factors": np.array([1000.0, -2.0, 1.8])},
    ],
)

_FLAT = _RNG.normal([5, 0, -2], [2, 1, 3], (8, 3))
_FLAT[:, 1] = 4.0
_NEW = _RNG.normal([6, 5, -2], [2, 1, 3], (5, 3))
_TENTHS = _FLAT[:7].copy()
_TENTHS[:, 1] = 0.1  # by rounding its standard deviation is not 0

LEAK_FREE = Exercise(
    id="no-leak",
    lecture=6,
    task="z-scores of training and test columns without a leak; constant columns are only centred.",
    stub="""
        def prepare(x_train, x_test):
            z_train, z_test = ..., ...
            return z_train, z_test
    """,
    solution="""
        def prepare(x_train, x_test):
            mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
            constant = np.ptp(x_train, axis=0) == 0
            spread = np.where(constant, 1, spread)
            z_train = (x_train - mean) / spread
            z_test = (x_test - mean) / spread
            return z_train, z_test
    """,
    explanation=(
        "Mean and spread belong to the model: they are fitted once, on the training set, and reused. A column that is "
        "constant there is divided by 1: it is centred, and a test value that differs is then visible. Do not ask for "
        "it by std == 0: the mean of seven times 0.1 is not exactly 0.1, and rounding would be divided by rounding."
    ),
    hints=(
        "Two numbers for each column, both from x_train. They serve both sets.",
        "Constant columns: divide them by 1. By rounding their std may be 1e-17, not 0; the largest minus the smallest "
        "value, np.ptp(x_train, axis=0), is exactly 0.",
        "z_test = (x_test − mean of x_train) / spread of x_train.",
    ),
    mistakes=(
        Mistake(
            "z_test = (x_test - mean) / spread",
            "z_test = (x_test - x_test.mean(axis=0)) / x_test.std(axis=0)",
            "That is strategy 2: the test set by its own numbers.",
        ),
        Mistake(
            "z_test = (x_test - mean) / spread",
            "z_test = (x_test - x_test.mean(axis=0)) / spread",
            "The spread is the training set's, but the mean is the test set's. Both must come from x_train.",
        ),
        Mistake(
            "z_test = (x_test - mean) / spread",
            "z_test = (x_test - mean) / x_test.std(axis=0)",
            "The mean is the training set's, but the spread is the test set's. Both must come from x_train.",
        ),
        Mistake(
            "mean, spread = x_train.mean(axis=0), x_train.std(axis=0)",
            "mean, spread = (f(np.concatenate([x_train, x_test]), axis=0) for f in (np.mean, np.std))",
            "A leak: the numbers come from training and test set joined.",
        ),
        Mistake(
            "mean, spread = x_train.mean(axis=0), x_train.std(axis=0)",
            "mean, spread = x_train.mean(), x_train.std()",
            "One mean and spread for all columns: kelvin and km/h are mixed. Take them for each column, along axis 0.",
        ),
        Mistake(
            "mean, spread = x_train.mean(axis=0), x_train.std(axis=0)",
            "mean, spread = x_train.mean(axis=0), x_train.var(axis=0)",
            "You divide by the variance. A z-score divides by the standard deviation.",
        ),
        Mistake(
            "mean, spread = x_train.mean(axis=0), x_train.std(axis=0)",
            "mean, spread = x_train.mean(axis=0), x_train.std(axis=0, ddof=1)",
            "Divide by n in the variance, not by n − 1, as np.std does by itself.",
        ),
        Mistake(
            "np.where(constant, 1, spread)",
            "spread + 1e-9",
            "0/0 is gone, but a test value that differs in a constant column becomes huge. Only centre such a column.",
        ),
        Mistake(
            "np.ptp(x_train, axis=0) == 0",
            "spread == 0",
            "Right but for rounding: the std of a constant column of 0.1 is computed as 1e-17, not 0. Use np.ptp.",
        ),
        Mistake(
            "np.where(constant, 1, spread)",
            "spread + 0.05",
            "The lecture's + 0.05 changes every column a little. Replace only the spread of constant columns.",
        ),
        Mistake(
            "np.where(constant, 1, spread)",
            "spread + 1.0",
            "You add to each spread. Only that of a constant column is to be replaced.",
        ),
        Mistake(
            "np.where(constant, 1, spread)",
            "np.where(constant, np.inf, spread)",
            "That makes a constant column 0 in the test set, too. There only its mean is to be taken off.",
        ),
        Mistake("z_train = (x_train - mean) / spread", "z_train = x_train / spread", "Centre the training set, too."),
        Mistake("z_train = (x_train - mean) / spread", "z_train = x_train", "The training set must be normalized."),
    ),
    cases=[
        {"x_train": _FLAT, "x_test": _NEW},
        {"x_train": _NEW, "x_test": _FLAT},
        {"x_train": _TENTHS, "x_test": _NEW},
    ],
)

_TRAIN = _RNG.normal([10, 300], [2, 8], (30, 2))
_TEST = _RNG.normal([11, 310], [3, 6], (12, 2))


def _z(x: np.ndarray, reference: np.ndarray) -> np.ndarray:
    return (x - reference.mean(axis=0)) / reference.std(axis=0)


SPOT = Exercise(
    id="spot-leak",
    lecture=6,
    task="Give the distances of z_test from what mean and spread of the training set, the test set, and both give.",
    stub="""
        def distances(x_train, x_test, z_test):
            from_train, from_test, from_both = ..., ..., ...
            return from_train, from_test, from_both
    """,
    solution="""
        def distances(x_train, x_test, z_test):
            joined = np.concatenate([x_train, x_test])
            references = x_train, x_test, joined
            found = [abs(z_test - (x_test - r.mean(axis=0)) / r.std(axis=0)).max() for r in references]
            return found
    """,
    explanation=(
        "Normalize the test set in each of the three ways: the distance that is 0 names the source. A mean of 0 in "
        "z_test betrays its own numbers. But that it is not 0 does not yet say that there is no leak: both sets "
        "joined give nearly the same as the training set alone."
    ),
    hints=(
        "There are three candidates for mean and spread. Normalize x_test by each and compare with z_test.",
        "np.concatenate([x_train, x_test]) joins the sets. Mean and spread along axis 0.",
        "One distance: abs(z_test − (x_test − mean) / spread).max(). Exactly one of the three is 0 if z_test is right.",
    ),
    mistakes=(
        Mistake(
            "references = x_train, x_test, joined",
            "references = x_test, x_train, joined",
            "Training and test set are exchanged: the first distance belongs to the training set.",
        ),
        Mistake(
            "references = x_train, x_test, joined",
            "references = x_train, joined, x_test",
            "The last two are exchanged: the test set alone comes second, both sets joined third.",
        ),
        Mistake(
            "(x_test - r.mean(axis=0)) / r.std(axis=0)",
            "(x_test - r.mean()) / r.std()",
            "One mean and spread for all columns. Take them for each column, along axis 0.",
        ),
        Mistake(
            "(x_test - r.mean(axis=0)) / r.std(axis=0)",
            "(x_test - r.mean(axis=0)) / r.var(axis=0)",
            "You divide by the variance. A z-score divides by the standard deviation.",
        ),
        Mistake(
            "(x_test - r.mean(axis=0)) / r.std(axis=0)",
            "(x_test - r.mean(axis=0)) / r.std(axis=0, ddof=1)",
            "Divide by n in the variance, not by n − 1, as np.std does by itself.",
        ),
        Mistake(
            "(x_test - r.mean(axis=0)) / r.std(axis=0)",
            "x_test / r.std(axis=0)",
            "The mean is not taken off.",
        ),
        Mistake(
            "abs(z_test - (x_test - r.mean(axis=0)) / r.std(axis=0)).max()",
            "abs(z_test - (x_test - r.mean(axis=0)) / r.std(axis=0)).mean()",
            "That is the mean deviation; the largest one is asked for.",
        ),
        Mistake(
            "abs(z_test - (x_test - r.mean(axis=0)) / r.std(axis=0)).max()",
            "(z_test - (x_test - r.mean(axis=0)) / r.std(axis=0)).max()",
            "A distance has no sign: take the size of each difference before the largest.",
        ),
        Mistake(
            "abs(z_test - (x_test - r.mean(axis=0)) / r.std(axis=0)).max()",
            "abs(z_test.mean(axis=0) - (x_test.mean(axis=0) - r.mean(axis=0)) / r.std(axis=0)).max()",
            "You compare only the means. Compare all entries: the spread counts as well.",
        ),
    ),
    cases=[
        {"x_train": _TRAIN, "x_test": _TEST, "z_test": _z(_TEST, np.concatenate([_TRAIN, _TEST]))},
        {"x_train": _TRAIN, "x_test": _TEST, "z_test": _z(_TEST, _TRAIN)},
        {"x_train": _TRAIN, "x_test": _TEST, "z_test": _z(_TEST, _TEST)},
    ],
)

_SUMS = _RNG.normal([1, -2, 0], [2, 0.5, 1], (6, 3))

FORWARD = Exercise(
    id="batch-norm-forward",
    lecture=6,
    task="Batch norm in training mode with PyTorch's conventions: output, new running mean, new running variance.",
    stub="""
        def forward(h, gamma, beta, mean, variance, share_of_new, epsilon):
            output, new_mean, new_variance = ..., ..., ...
            return output, new_mean, new_variance
    """,
    solution="""
        def forward(h, gamma, beta, mean, variance, share_of_new, epsilon):
            batch_mean, batch_variance = h.mean(axis=0), h.var(axis=0)
            output = gamma * (h - batch_mean) / np.sqrt(batch_variance + epsilon) + beta
            unbiased = h.var(axis=0, ddof=1)
            new_mean = (1 - share_of_new) * mean + share_of_new * batch_mean
            new_variance = (1 - share_of_new) * variance + share_of_new * unbiased
            return output, new_mean, new_variance
    """,
    explanation=(
        "The output uses the variance that is divided by B, in PyTorch as in Keras; only the running average takes "
        "the one divided by B − 1. And PyTorch's momentum is the share of the new, Keras's the share that is kept."
    ),
    hints=(
        "The output of training mode needs the batch's own mean and variance (divided by B), not the running ones.",
        "Running: (1 − share_of_new) · old + share_of_new · new. That is the other way round than in Keras.",
        "h.var(axis=0) divides by B, h.var(axis=0, ddof=1) by B − 1. Which of them goes where?",
    ),
    mistakes=(
        Mistake(
            "batch_mean, batch_variance = h.mean(axis=0), h.var(axis=0)",
            "batch_mean, batch_variance = h.mean(axis=1, keepdims=True), h.var(axis=1, keepdims=True)",
            "That is the mean over units: layer norm. Batch norm takes it over the batch, axis 0.",
        ),
        Mistake(
            "gamma * (h - batch_mean) / np.sqrt(batch_variance + epsilon) + beta",
            "gamma * (h - mean) / np.sqrt(variance + epsilon) + beta",
            "That is inference mode: in training the batch's own mean and variance count.",
        ),
        Mistake(
            "np.sqrt(batch_variance + epsilon)",
            "(np.sqrt(batch_variance) + epsilon)",
            "ε is added to the variance, under the root.",
        ),
        Mistake("np.sqrt(batch_variance + epsilon)", "(batch_variance + epsilon)", "The root is missing."),
        Mistake("np.sqrt(batch_variance + epsilon)", "np.sqrt(batch_variance)", "ε is missing under the root."),
        Mistake(
            "np.sqrt(batch_variance + epsilon)",
            "np.sqrt(h.var(axis=0, ddof=1) + epsilon)",
            "For the output PyTorch, too, divides by B. Only the running variance is divided by B − 1.",
        ),
        Mistake("gamma * (h", "(h", "γ multiplies the normalized sums."),
        Mistake("+ beta", "", "β is added at the end."),
        Mistake("+ beta", "- beta", "β is added, not subtracted."),
        Mistake(
            "unbiased = h.var(axis=0, ddof=1)",
            "unbiased = h.var(axis=0)",
            "That is Keras's running variance. PyTorch's is divided by B − 1.",
        ),
        Mistake(
            "new_mean = (1 - share_of_new) * mean + share_of_new * batch_mean",
            "new_mean = share_of_new * mean + (1 - share_of_new) * batch_mean",
            "Here the share is that of the *new* value. You kept it for the old one, as Keras does.",
        ),
        Mistake(
            "new_variance = (1 - share_of_new) * variance + share_of_new * unbiased",
            "new_variance = share_of_new * variance + (1 - share_of_new) * unbiased",
            "In the running variance, too, the share is that of the *new* value, other than in Keras.",
        ),
        Mistake(
            "new_mean = (1 - share_of_new) * mean + share_of_new * batch_mean",
            "new_mean = batch_mean",
            "That forgets all batches before. Mix the new mean with the running one.",
        ),
    ),
    cases=[
        {
            "h": _SUMS,
            "gamma": np.array([1.0, 2.0, 0.5]),
            "beta": np.array([0.0, 1.0, -1.0]),
            "mean": np.array([0.5, 0.0, 0.2]),
            "variance": np.array([1.0, 2.0, 3.0]),
            "share_of_new": 0.1,
            "epsilon": 0.02,
        },
        {
            "h": 0.3 * _SUMS[:4, :2],
            "gamma": np.array([1.5, -1.0]),
            "beta": np.array([0.3, 2.0]),
            "mean": np.array([1.0, -1.0]),
            "variance": np.array([0.5, 2.0]),
            "share_of_new": 0.3,
            "epsilon": 0.1,
        },
    ],
)

_RUNNING = {"mean": np.array([0.8, -1.5, 0.1]), "variance": np.array([3.0, 0.4, 1.2])}


def _normalized(mean: np.ndarray, variance: np.ndarray, epsilon: float = 1e-3) -> np.ndarray:
    return (_SUMS - mean) / np.sqrt(variance + epsilon)


WHICH = Exercise(
    id="which-mode",
    lecture=6,
    task="Give the distances of the outputs y of batch norm from what training mode gives and from inference mode.",
    stub="""
        def wrong_mode(h, y, mean, variance):
            from_training, from_inference = ..., ...
            return from_training, from_inference
    """,
    solution="""
        def wrong_mode(h, y, mean, variance):
            in_training = (h - h.mean(axis=0)) / np.sqrt(h.var(axis=0) + 0.001)
            in_inference = (h - mean) / np.sqrt(variance + 0.001)
            return abs(y - in_training).max(), abs(y - in_inference).max()
    """,
    explanation=(
        "The distance that is 0 names the mode. In the third case neither is 0, although the mean of y over the batch "
        "is 0: another ε was used. So look at the whole formula, not at the mean of y alone."
    ),
    hints=(
        "Compute what each mode would give, and compare both with y.",
        "Training: the batch's own mean and variance, along axis 0. Inference: mean and variance as they are given.",
        "ε = 0.001 is added to the variance, under the root. A distance: abs(y − …).max().",
    ),
    mistakes=(
        Mistake(
            "return abs(y - in_training).max(), abs(y - in_inference).max()",
            "return abs(y - in_inference).max(), abs(y - in_training).max()",
            "The two are exchanged: the batch's own numbers are training mode.",
        ),
        Mistake(
            "np.sqrt(h.var(axis=0) + 0.001)",
            "np.sqrt(h.var(axis=0, ddof=1) + 0.001)",
            "Inside the batch the variance is divided by B, in Keras and in PyTorch.",
        ),
        Mistake(
            "(h - h.mean(axis=0)) / np.sqrt(h.var(axis=0) + 0.001)",
            "(h - h.mean(axis=1, keepdims=True)) / np.sqrt(h.var(axis=1, keepdims=True) + 0.001)",
            "That is the mean over units: layer norm. Batch norm takes it over the batch, axis 0.",
        ),
        Mistake(
            "np.sqrt(h.var(axis=0) + 0.001)",
            "np.sqrt(h.var(axis=0))",
            "In training mode ε is missing under the root.",
        ),
        Mistake("np.sqrt(variance + 0.001)", "np.sqrt(variance)", "In inference mode ε is missing under the root."),
        Mistake(
            "np.sqrt(variance + 0.001)",
            "(variance + 0.001)",
            "In inference mode the root is missing: divide by the standard deviation.",
        ),
        Mistake(
            "np.sqrt(variance + 0.001)",
            "np.sqrt(h.var(axis=0) + 0.001)",
            "In inference mode nothing comes from the batch, the variance neither.",
        ),
        Mistake(
            "(h - mean) / ",
            "(h - h.mean(axis=0)) / ",
            "In inference mode nothing comes from the batch, the mean neither.",
        ),
        Mistake(
            "return abs(y - in_training).max(), abs(y - in_inference).max()",
            "return abs(y.mean(axis=0)).max(), abs(y - in_inference).max()",
            "A mean of 0 over the batch is not enough: the spread may be wrong. Compare y with the whole formula.",
        ),
        Mistake(
            "return abs(y - in_training).max(), abs(y - in_inference).max()",
            "return abs(y - in_training).mean(), abs(y - in_inference).mean()",
            "That is the mean deviation; the largest one is asked for.",
        ),
        Mistake(
            "return abs(y - in_training).max(), abs(y - in_inference).max()",
            "return (y - in_training).max(), (y - in_inference).max()",
            "A distance has no sign: take the size of each difference before the largest.",
        ),
    ),
    cases=[
        {"h": _SUMS, "y": _normalized(_RUNNING["mean"], _RUNNING["variance"]), **_RUNNING},
        {"h": _SUMS, "y": _normalized(_SUMS.mean(axis=0), _SUMS.var(axis=0)), **_RUNNING},
        {"h": _SUMS, "y": _normalized(_SUMS.mean(axis=0), _SUMS.var(axis=0), 0.5), **_RUNNING},
    ],
)

EXERCISES = [UNITS, LEAK_FREE, FORWARD, WHICH, SPOT]
