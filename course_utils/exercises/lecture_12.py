"""Exercises of lecture 12, autoencoders."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake


def _random(*shape: int, seed: int) -> np.ndarray:
    return np.random.default_rng([12, seed]).normal(size=shape)


def _covariance(d: int, seed: int) -> np.ndarray:
    x = _random(9, d, seed=seed)
    return x.T @ x / 9


LOSSES = Exercise(
    id="three-losses",
    lecture=12,
    task="Keras's mse, the textbook's squared length averaged over pictures, and the share of variance lost.",
    stub="""
        def three_losses(x, W1, W2, centre):
            keras_mse, textbook, share_lost = ..., ..., ...
            return keras_mse, textbook, share_lost
    """,
    solution="""
        def three_losses(x, W1, W2, centre):
            centred = x - centre
            error = centred - centred @ W1.T @ W2.T
            keras_mse = np.mean(error**2)
            textbook = np.mean(np.sum(error**2, axis=1))
            share_lost = textbook / np.mean(np.sum(centred**2, axis=1))
            return keras_mse, textbook, share_lost
    """,
    explanation=(
        "The mean picture is taken off and added again, so the error is that of the centred pictures. Keras averages "
        "over pictures and pixels, the textbook over pictures only: d times as much. Whoever always answers with the "
        "mean picture has the squares of the centred pictures as error; the share is in units of that."
    ),
    hints=(
        "What the decoder gives, plus the mean picture, less x: write the error of all pictures as one array (n, d). "
        "Keras takes the mean of all its squares.",
        "The squared length of one picture's error is a sum over pixels. Which average is then left to take?",
        "What is the error of somebody who always answers `centre`? Divide the textbook's loss by that one's.",
    ),
    mistakes=(
        Mistake("centred = x - centre", "centred = x", "The mean picture is taken off before the encoder."),
        Mistake(
            "error = centred - centred @",
            "error = x - centred @",
            "The mean picture is added after the decoder. Your error still contains it.",
        ),
        Mistake(
            "@ W1.T @ W2.T",
            "@ W2 @ W1",
            "Pictures are rows here: a row x has the code x W1ᵀ, and W2ᵀ comes after it. You sent it through W2 first.",
        ),
        Mistake("keras_mse = np.mean(error**2)", "keras_mse = np.sum(error**2)", "Keras averages over all numbers."),
        Mistake(
            "keras_mse = np.mean(error**2)",
            "keras_mse = np.mean(np.sum(error**2, axis=1))",
            "Your first number is the textbook's. Keras also averages over the pixels.",
        ),
        Mistake(
            "textbook = np.mean(np.sum(error**2, axis=1))",
            "textbook = np.sum(error**2)",
            "The textbook's is averaged over pictures: the number of pictures must not matter.",
        ),
        Mistake(
            "textbook = np.mean(np.sum(error**2, axis=1))",
            "textbook = np.mean(np.sqrt(np.sum(error**2, axis=1)))",
            "That is the length of the error. Its square is asked for.",
        ),
        Mistake(
            "textbook = np.mean(np.sum(error**2, axis=1))",
            "textbook = np.mean(np.sum(error**2, axis=1)) / 2",
            "Some books have a half there. Here it is the squared length itself.",
        ),
        Mistake(
            "np.mean(np.sum(centred**2, axis=1))",
            "np.mean(np.sum(x**2, axis=1))",
            "The mean picture as the only answer leaves x − centre, not x.",
        ),
        Mistake(
            "share_lost = textbook /",
            "share_lost = 1 - textbook /",
            "That is the share that is kept.",
        ),
    ),
    cases=[
        {
            "x": _random(5, 3, seed=1),
            "W1": _random(2, 3, seed=2),
            "W2": _random(3, 2, seed=3),
            "centre": _random(3, seed=4),
        },
        {
            "x": _random(7, 4, seed=5) + 2,
            "W1": _random(1, 4, seed=6),
            "W2": _random(4, 1, seed=7),
            "centre": np.array([2.0, 1.5, 2.5, 0.0]),
        },
    ],
    hint_for_each=True,
)

TIED = Exercise(
    id="tied-gradient",
    lecture=12,
    task="The gradient of Keras's mse for `W` (k, d), used by encoder and decoder: x̂ = WᵀWx, covariance `C` (d, d).",
    stub="""
        def tied_gradient(W, C):
            return ...
    """,
    solution="""
        def tied_gradient(W, C):
            d = W.shape[1]
            rest = np.eye(d) - W.T @ W
            through_encoder = -2 / d * W @ rest @ C
            through_decoder = -2 / d * W @ C @ rest
            return through_encoder + through_decoder
    """,
    explanation=(
        "W stands in two places, so its gradient is the sum over both (lecture 2). As encoder it gets W1's gradient "
        "with W2 = Wᵀ. As decoder it gets the transpose of W2's with W1 = W: transposing turns (I − WᵀW) C Wᵀ into "
        "W C (I − WᵀW), since C and I − WᵀW are symmetric."
    ),
    hints=(
        "A weight that stands in two places gets the sum of both gradients. Which are they, with W1 = W and W2 = Wᵀ?",
        "The decoder's gradient has shape (d, k). What must happen to it before it is added?",
        "The transpose of a product is the product of the transposes in the other order. C is symmetric.",
    ),
    mistakes=(
        Mistake(
            "return through_encoder + through_decoder",
            "return through_encoder",
            "That is the way through the encoder. W also stands in the decoder.",
        ),
        Mistake(
            "return through_encoder + through_decoder",
            "return through_decoder",
            "That is the way through the decoder. W also stands in the encoder.",
        ),
        Mistake(
            "return through_encoder + through_decoder",
            "return 2 * through_encoder",
            "The two ways are not equal: rest and C stand in another order.",
        ),
        Mistake(
            "return through_encoder + through_decoder",
            "return 2 * through_decoder",
            "You counted the decoder's way twice. In the encoder's, C stands on the outside.",
        ),
        Mistake(
            "return through_encoder + through_decoder",
            "return (through_encoder + through_decoder) / 2",
            "The gradients of both places are added, not averaged.",
        ),
        Mistake(
            "return through_encoder + through_decoder",
            "return -(through_encoder + through_decoder)",
            "That points downhill. The gradient is the slope itself: check its sign where W is tiny.",
        ),
        Mistake(
            "return through_encoder + through_decoder",
            "return d * (through_encoder + through_decoder)",
            "That is the textbook's loss. Keras's also averages over the d pixels.",
        ),
        Mistake(
            "return through_encoder + through_decoder",
            "return (through_encoder + through_decoder).T",
            "A gradient has the shape of its weight: (k, d).",
        ),
        Mistake(
            "rest = np.eye(d) - W.T @ W",
            "rest = np.eye(d) + W.T @ W",
            "The error is x less what comes back.",
        ),
        Mistake(
            "rest = np.eye(d) - W.T @ W",
            "rest = np.eye(d)",
            "What comes back is missing: the error is x − WᵀWx.",
        ),
    ),
    cases=[
        {"W": _random(2, 4, seed=11) / 2, "C": _covariance(4, 12)},
        {"W": _random(1, 3, seed=13), "C": _covariance(3, 14)},
    ],
)

SCREE = Exercise(
    id="choose-k",
    lecture=12,
    task="The smallest k that keeps at least the share `keep` of the variance, and the Keras mse that is then left.",
    stub="""
        def choose_k(eigenvalues, keep):
            k, mse = ..., ...
            return k, mse
    """,
    solution="""
        def choose_k(eigenvalues, keep):
            kept = np.cumsum(eigenvalues) / np.sum(eigenvalues)
            k = int(np.argmax(kept >= keep)) + 1
            mse = np.sum(eigenvalues[k:]) / len(eigenvalues)
            return k, mse
    """,
    explanation=(
        "The variance kept by k numbers is the sum of the first k eigenvalues. The rest is the squared length of the "
        "error, averaged over pictures; Keras also averages over the pixels, and there is one eigenvalue for each."
    ),
    hints=(
        "Add up the eigenvalues one after the other, in units of their sum. At which count is `keep` reached first?",
        "What is lost is the sum of the eigenvalues that are not kept. What does Keras divide it by?",
    ),
    mistakes=(
        Mistake("np.argmax(kept >= keep)) + 1", "np.argmax(kept >= keep))", "Places are counted from 0."),
        Mistake(
            "np.argmax(kept >= keep)) + 1",
            "np.argmax(kept > keep)) + 2",
            "One more than needed: the smallest k is asked for.",
        ),
        Mistake(
            "kept = np.cumsum(eigenvalues) / np.sum(eigenvalues)",
            "kept = np.cumsum(np.sqrt(eigenvalues)) / np.sum(np.sqrt(eigenvalues))",
            "An eigenvalue is a variance already. Its root is a standard deviation, and these do not add up.",
        ),
        Mistake(
            "kept = np.cumsum(eigenvalues) / np.sum(eigenvalues)",
            "kept = eigenvalues / np.max(eigenvalues)",
            "Each eigenvalue alone says nothing: the k largest together must hold the share.",
        ),
        Mistake(
            "np.argmax(kept >= keep)",
            "np.argmax(kept >= 1 - keep)",
            "`keep` is the share that is kept, not the share that may be lost.",
        ),
        Mistake(
            "np.argmax(kept >= keep)) + 1",
            "np.argmin(np.abs(kept - keep))) + 1",
            "That k comes nearest to `keep`, and may hold less. At least `keep` is asked for.",
        ),
        Mistake(
            "mse = np.sum(eigenvalues[k:]) / len(eigenvalues)",
            "mse = np.sum(eigenvalues[k:])",
            "That is the textbook's loss. Keras also averages over the pixels.",
        ),
        Mistake(
            "mse = np.sum(eigenvalues[k:]) / len(eigenvalues)",
            "mse = np.mean(eigenvalues[k:])",
            "You divided by the number of eigenvalues left out. Keras divides by the number of pixels.",
        ),
        Mistake(
            "mse = np.sum(eigenvalues[k:]) / len(eigenvalues)",
            "mse = np.sum(eigenvalues[:k]) / len(eigenvalues)",
            "That is what is kept. The loss is what is left out.",
        ),
        Mistake(
            "mse = np.sum(eigenvalues[k:]) / len(eigenvalues)",
            "mse = np.sum(eigenvalues[k - 1 :]) / len(eigenvalues)",
            "You count the last one that is kept among the lost.",
        ),
        Mistake(
            "mse = np.sum(eigenvalues[k:]) / len(eigenvalues)",
            "mse = np.sum(eigenvalues[k:]) / np.sum(eigenvalues)",
            "That is the share of variance lost, not the mse.",
        ),
    ),
    cases=[
        {"eigenvalues": np.array([5.0, 3.0, 1.0, 0.5, 0.3, 0.2, 0.1]), "keep": 0.85},
        {"eigenvalues": np.array([4.0, 2.5, 2.0, 1.0, 0.5]), "keep": 0.6},
        {"eigenvalues": np.array([1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4]), "keep": 0.72},
    ],
    hint_for_each=True,
)

DENOISER = Exercise(
    id="best-denoiser",
    lecture=12,
    task="The best linear denoiser: its factor along each eigenvector, the mse it leaves, and that of doing nothing.",
    stub="""
        def best_denoiser(variances, sigma):
            factors, mse, mse_of_nothing = ..., ..., ...
            return factors, mse, mse_of_nothing
    """,
    solution="""
        def best_denoiser(variances, sigma):
            factors = variances / (variances + sigma**2)
            mse = np.mean((1 - factors) ** 2 * variances + factors**2 * sigma**2)
            mse_of_nothing = sigma**2
            return factors, mse, mse_of_nothing
    """,
    explanation=(
        "A factor f leaves (1 − f)² λ of the picture out and lets f² σ² of the noise through. The sum is smallest at "
        "f = λ / (λ + σ²), where it is λσ² / (λ + σ²). Noise has variance σ² along each direction; the mean over "
        "directions is the mean over pixels, since turning changes no length."
    ),
    hints=(
        "Along one direction: what does a factor f leave out of the picture, and what of the noise does it let "
        "through? Set the slope of the sum for f to 0.",
        "Two errors remain along each direction: picture that is missing, and noise that came through. Average their "
        "sum over the directions.",
        "Whoever does nothing has the noise as error, in each pixel alike.",
    ),
    mistakes=(
        Mistake(
            "variances / (variances + sigma**2)",
            "variances / (variances + sigma)",
            "σ is a standard deviation. A variance can only be compared with another variance.",
        ),
        Mistake(
            "variances / (variances + sigma**2)",
            "sigma**2 / (variances + sigma**2)",
            "Upside down: where the pictures vary much, the input can be trusted.",
        ),
        Mistake(
            "variances / (variances + sigma**2)",
            "np.sqrt(variances / (variances + sigma**2))",
            "That factor restores the variance of the pictures. The squared error asks for less.",
        ),
        Mistake(
            "variances / (variances + sigma**2)",
            "(variances > sigma**2) * 1.0",
            "That keeps or drops each direction. The best factor lies in between.",
        ),
        Mistake(
            "variances / (variances + sigma**2)",
            "(variances - sigma**2) / variances",
            "`variances` are those of the clean pictures. What is the variance of the noisy ones?",
        ),
        Mistake(
            "(1 - factors) ** 2 * variances + factors**2 * sigma**2",
            "(1 - factors) ** 2 * variances",
            "The noise that comes through is missing.",
        ),
        Mistake(
            "(1 - factors) ** 2 * variances + factors**2 * sigma**2",
            "factors**2 * sigma**2",
            "What is left out of the picture is missing.",
        ),
        Mistake(
            "mse = np.mean((1 - factors)",
            "mse = np.sum((1 - factors)",
            "That is the squared length of the error. The mse is its mean over pixels.",
        ),
        Mistake("mse_of_nothing = sigma**2", "mse_of_nothing = sigma", "The mse is a square: σ², not σ."),
        Mistake(
            "mse_of_nothing = sigma**2",
            "mse_of_nothing = np.mean(variances)",
            "That is the error of answering with the mean picture. Who does nothing gives the noisy picture back.",
        ),
        Mistake(
            "mse_of_nothing = sigma**2",
            "mse_of_nothing = len(variances) * sigma**2",
            "Per pixel, please: the mean over pixels, not the sum.",
        ),
    ),
    cases=[
        {"variances": np.array([4.0, 1.0, 0.25, 0.0]), "sigma": 0.5},
        {"variances": np.array([0.3, 0.2, 0.05]), "sigma": 2.0},
    ],
    hint_for_each=True,
)

EXERCISES = [LOSSES, TIED, SCREE, DENOISER]
