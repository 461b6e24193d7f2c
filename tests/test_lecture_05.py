"""The formulas and exact facts of lecture 05, as they stand in the notebook, against Keras, SciPy and differences."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import integrate, special, stats

from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 15


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy alone."""
    names = "random_layers forward backward random_inputs size BENDS SLOPES mean_squares relu VARIANCES numerical_rank"
    return take(5, *names.split(), "window", "CHOICES", "journey", "funnel", "FUNNEL", "left_over", "DEFAULTS")


@pytest.fixture(scope="module")
def with_keras(keras):
    """What the lecture codes with Keras."""
    return take(5, "FORMULAS", "drawn", "ZERO", "loss_at_start", "cross_entropy", "levelled", "RATES", "at_best_rate")


def mean_of(function, variance=1.0):
    """The mean of a function of a normal number."""
    scale = np.sqrt(variance)
    return integrate.quad(lambda h: function(h) * stats.norm.pdf(h, scale=scale), -12 * scale, 12 * scale)[0]


# Zero and constant


@pytest.mark.parametrize("units", [3, 5])
def test_from_zero_only_what_is_not_0_at_0_moves_the_output_kernel(with_keras, keras, units):
    from course_utils import probes

    rng = np.random.default_rng(SEED)
    x, y = rng.normal(size=(7, 4)).astype("float32"), np.array([0, 0, 0, 0, 1, 1, 2])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    for name, activation in with_keras.ZERO.items():
        hidden = [keras.layers.Dense(units, activation=activation, kernel_initializer="zeros") for _ in range(2)]
        model = keras.Sequential([keras.Input((4,)), *hidden, keras.layers.Dense(3, kernel_initializer="zeros")])
        _, slopes = probes.gradients(model, loss, x, y)
        *inner, kernel, bias = slopes.values()
        assert not any(np.any(slope) for slope in inner)
        np.testing.assert_allclose(bias, 1 / 3 - np.array([4, 2, 1]) / 7, atol=1e-6)
        at_zero = float(activation(keras.ops.zeros(())))
        np.testing.assert_allclose(kernel, np.full((units, 1), at_zero) * bias, atol=1e-6)
        assert (at_zero != 0) == (name in ("softplus", "sigmoid"))


@pytest.mark.parametrize("rank", [1, 3])
def test_the_numerical_rank_forgives_round_off(lecture, rank):
    rng = np.random.default_rng(SEED)
    kernel = rng.normal(size=(2, 20, rank)) @ rng.normal(size=(2, rank, 9))
    noisy = kernel * (1 + 1e-6 * rng.normal(size=kernel.shape))
    assert lecture.numerical_rank(noisy).tolist() == [rank, rank]


# Forwards


@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_random_layers_have_the_variance_gain_squared_over_inputs(lecture, gain):
    first, second = lecture.random_layers([300, 400, 100], SEED, gain)
    assert first.shape == (400, 300) and second.shape == (100, 400)
    assert first.var() == pytest.approx(gain**2 / 300, rel=0.02)
    assert second.var() == pytest.approx(gain**2 / 400, rel=0.02)


def test_forward_is_a_keras_network_without_biases(lecture, keras):
    Ws, x = lecture.random_layers([6, 8, 5], SEED, 1.5), lecture.random_inputs(6, SEED, examples=4)
    hs, xs = lecture.forward(Ws, x, np.tanh)
    model = keras.Sequential([keras.Input((6,)), *(keras.layers.Dense(len(W), "tanh", use_bias=False) for W in Ws)])
    model.set_weights([W.T for W in Ws])
    np.testing.assert_allclose(xs[-1], keras.ops.convert_to_numpy(model(x)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(np.tanh(hs[0]), xs[1])
    assert xs[0] is x and len(xs) == len(hs) + 1


@pytest.mark.parametrize(("name", "factor"), [("4/n", 2), ("2/n (He)", 1), ("1/n (LeCun)", 1 / 2), ("1/(3n)", 1 / 6)])
def test_each_relu_layer_multiplies_the_mean_square_by_half_the_squared_gain(lecture, name, factor):
    assert lecture.VARIANCES[name] ** 2 / 2 == pytest.approx(factor)
    found = [lecture.mean_squares([300] * 6, lecture.VARIANCES[name], lecture.relu, SEED + i) for i in range(10)]
    per_layer = np.mean([np.log(squares[-1] / squares[0]) / 5 for squares in found])
    assert np.exp(per_layer) == pytest.approx(factor, rel=0.05)


@pytest.mark.parametrize(("a", "b", "p"), [(1.0, 0.0, 0.0), (1.0, 0.3, 0.0), (2.0, -0.5, 0.3)])
def test_the_gain_of_two_slopes_keeps_the_mean_square(a, b, p):
    from course_utils.exercises import get

    kept = (1 - p) * mean_of(lambda h: np.where(h > 0, a * h, b * h) ** 2)
    assert get("two-slopes").reference(a, b, p) ** 2 * kept == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(("n_relu", "n_raw"), [(300, 40), (20, 200)])
def test_the_mixed_start_of_the_exercise_keeps_the_mean_square(n_relu, n_raw):
    from course_utils.exercises import get

    rng = np.random.default_rng(SEED)
    scale, bound = get("mixed-start").reference(n_relu, n_raw)
    x = np.hstack([np.maximum(rng.normal(size=(400, n_relu)), 0), rng.normal(size=(400, n_raw))])
    weights = rng.normal(0, scale, (600, n_relu + n_raw)), rng.uniform(-bound, bound, (600, n_relu + n_raw))
    assert [np.mean((x @ W.T) ** 2) for W in weights] == pytest.approx([1, 1], rel=0.05)


def test_what_a_relu_keeps_of_the_variance():
    mean, square = mean_of(lambda h: max(h, 0)), mean_of(lambda h: max(h, 0) ** 2)
    assert square - mean**2 == pytest.approx(1 / 2 - 1 / (2 * np.pi), rel=1e-6)


@pytest.mark.parametrize("square", [1e-2, 1e-3])
def test_a_small_tanh_loses_twice_the_square(square):
    kept = mean_of(lambda h: np.tanh(h) ** 2, square)
    assert (square - kept) / square**2 == pytest.approx(2, rel=6 * square)


@pytest.mark.parametrize("layers", [10, 20])
def test_wide_tanh_layers_fall_like_one_over_two_layers(layers):
    square = 1.0
    for _ in range(layers):
        square = mean_of(lambda h: np.tanh(h) ** 2, square)
    assert 1.0 < 2 * layers * square < 1.06


# Names


def test_keras_draws_what_the_formulas_say(with_keras, keras):
    for name, (_, variance) in with_keras.FORMULAS.items():
        ratio = with_keras.drawn(name, SEED).var() / variance
        cut = stats.truncnorm(-2, 2).var()  # 0.774
        assert ratio == pytest.approx(cut if name == "TruncatedNormal" else 1, rel=0.03), name


def test_the_defaults_that_the_lecture_names(keras):
    layer = keras.layers.Dense(3)
    assert isinstance(layer.kernel_initializer, keras.initializers.GlorotUniform)
    assert isinstance(layer.bias_initializer, keras.initializers.Zeros)
    assert 6**10 == 60_466_176 and 2**10 == 1024


@pytest.mark.parametrize("width", [64, 160])
def test_pytorchs_biases_keep_one_part_in_five_times_the_width_the_same_for_all_inputs(lecture, width):
    kept = {
        name: np.mean([lecture.left_over(*start, SEED + i, width) for i in range(60)], axis=0)
        for name, start in lecture.DEFAULTS.items()
    }
    size, differing = kept["PyTorch"]
    assert size == pytest.approx(1 / (5 * width), rel=0.1)
    assert differing < 1e-4
    assert kept["He"][0] == pytest.approx(1, rel=0.4)


@pytest.mark.parametrize(("n_relu", "n_raw"), [(700, 0), (0, 50)])
def test_the_mixed_start_of_the_exercise_has_hes_and_lecuns_at_its_ends(keras, n_relu, n_raw):
    from course_utils.exercises import get

    scale, bound = get("mixed-start").reference(n_relu, n_raw)
    family = "He" if n_relu else "Lecun"
    normal, uniform = (
        keras.ops.convert_to_numpy(getattr(keras.initializers, family + kind)(seed=SEED)((n_relu + n_raw, 400)))
        for kind in ("Normal", "Uniform")
    )
    assert normal.std() == pytest.approx(scale, rel=0.02)
    assert np.abs(uniform).max() == pytest.approx(bound, rel=1e-3)


# Backwards


@pytest.mark.parametrize("activation", ["tanh", "ReLU"])
def test_backward_finds_the_measured_slopes(lecture, activation):
    bend, slope = lecture.BENDS[activation], lecture.SLOPES[activation]
    Ws, x = lecture.random_layers([4, 6, 5, 3], SEED, 1.3), lecture.random_inputs(4, SEED, examples=1)
    e = lecture.random_inputs(3, SEED + 1, examples=1)
    es = lecture.backward(Ws, lecture.forward(Ws, x, bend)[0], slope, e)

    def loss(h):
        return np.sum(e * lecture.forward(Ws[1:], bend(h), bend)[1][-1])

    h, step = x @ Ws[0].T, 1e-6
    measured = [(loss(h + step * unit) - loss(h - step * unit)) / (2 * step) for unit in np.eye(6)]
    np.testing.assert_allclose(es[-1][0], measured, rtol=1e-5, atol=1e-9)
    assert len(es) == len(Ws)


@pytest.mark.parametrize("gain", [1.0, 2.0])
def test_a_journey_passes_twenty_matrices_forwards_and_nineteen_backwards(lecture, gain):
    there, back = np.mean([lecture.journey("ReLU", gain, SEED + i)[:2] for i in range(30)], axis=0)
    assert back[0] == 0 and len(there) == len(back) == 20
    assert there[-1] == pytest.approx(20 * np.log10(gain**2 / 2), abs=0.4)
    assert back[-1] == pytest.approx(19 * np.log10(gain**2 / 2), abs=0.4)


@pytest.mark.parametrize(("gain", "grows"), [(1.0, False), (3.0, True)])
def test_errors_grow_through_wide_saturated_tanh_layers(gain, grows):
    """The factors of the lecture's formula, at the mean square where tanh layers with this gain settle."""
    square = 1.0
    for _ in range(60):
        square = gain**2 * mean_of(lambda h: np.tanh(h) ** 2, square)
    factor = gain**2 * mean_of(lambda h: (1 - np.tanh(h) ** 2) ** 2, square)
    assert (factor > 1.5) == grows
    assert factor == pytest.approx(1, abs=0.1) or grows


def test_the_funnels_factors_are_the_ratios_of_its_widths(lecture):
    there, back = np.log(
        [np.mean([lecture.funnel(v, SEED + i) for i in range(40)], axis=0) for v in lecture.CHOICES.values()]
    ).T
    assert there[0] == pytest.approx(0, abs=0.4) and there[2] == pytest.approx(np.log(32), abs=0.4)
    assert back[0] == pytest.approx(np.log(1 / 16), abs=0.2) and back[2] == pytest.approx(0, abs=0.2)


# Windows, and the loss at the start


@pytest.mark.parametrize(("place", "width"), [(1.0, 0.3), (0.5, 0.1)])
def test_the_window_finds_centre_and_width_of_a_bump(lecture, place, width):
    gains = 2 ** np.linspace(-1, 2, 400)
    bump = 0.1 + 0.8 * np.exp(-((np.log2(gains) - place) ** 2) / (2 * width**2))
    centre, wide = lecture.window(bump, gains)
    np.testing.assert_allclose(centre, 2**place, rtol=1e-2)
    np.testing.assert_allclose(wide, 2 * np.sqrt(2 * np.log(2)) * width, rtol=5e-2)


@pytest.mark.parametrize(("outputs", "errors"), [((1.0, 2.0), (3.0, 1.0)), ((0.5, 1.0), (1.0, 4.0))])
def test_a_levelled_activation_has_one_factor_forwards_and_another_backwards(with_keras, keras, outputs, errors):
    from course_utils import probes

    each = 3
    bend = with_keras.levelled(keras.activations.relu, outputs, errors, each)
    h = np.random.default_rng(SEED).normal(size=(2 * each, 1, 3)).astype("float32")
    total, (slopes,) = probes.value_and_gradients(lambda h: keras.ops.sum(bend(h)), [keras.ops.convert_to_tensor(h)])
    forwards, backwards = (np.repeat(factors, each)[:, None, None] for factors in (outputs, errors))
    np.testing.assert_allclose(float(total), np.sum(forwards * np.maximum(h, 0)), rtol=1e-4)
    np.testing.assert_allclose(slopes, backwards * (h > 0), rtol=1e-6)


def test_the_arms_of_a_sweep_stand_in_the_order_that_levelled_counts_on(with_keras, keras):
    from course_utils import Sweep, mlp

    rng, each = np.random.default_rng(SEED), len(with_keras.RATES) * 8
    x, y = rng.normal(size=(20, 4)).astype("float32"), rng.integers(0, 3, 20)
    bend = with_keras.levelled(keras.activations.relu, (1.0, 1.0), (1.0, 0.0), each)
    axes = {"gain": [1.0, 1.0], "learning_rate": with_keras.RATES, "seeds": 8, "at_once": 2 * each}
    slopes = Sweep(mlp([5], bend, initializer="lecun_normal"), "sgd", **axes).build(x, y).gradients(x, y)
    assert np.all(slopes["hidden_1/kernel"][1] == 0) and np.any(slopes["hidden_1/kernel"][0] != 0, axis=(-1, -2)).all()


@pytest.mark.parametrize("gain", [0.5, 4.0])
def test_level_both_ways_is_the_network_of_the_right_gain(lecture, with_keras, keras, gain):
    """What the lecture says of its arms: the product of gain and activation decides what a network computes."""
    level = with_keras.levelled(keras.activations.relu, (np.sqrt(2) / gain,), (1.0,), 1)

    def as_numbers(h):
        return keras.ops.convert_to_numpy(level(h[None].astype("float32")))[0]

    x, sizes = lecture.random_inputs(8, SEED, 5), [8, 7, 6, 5]
    wrong, right = (lecture.random_layers(sizes, SEED, g) for g in (gain, np.sqrt(2)))
    found, expected = lecture.forward(wrong, x, as_numbers)[1][-1], lecture.forward(right, x, lecture.relu)[1][-1]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("diverged", [0, 2])
def test_the_rate_is_chosen_on_held_back_digits_and_never_by_who_diverged(with_keras, diverged):
    """A sweep of one gain, three rates and two seeds; the one that reads most held-back digits has diverged."""
    held, tested = np.array([[[0.5, 0.6], [0.7, 0.2], [0.3, 0.4]]]), np.arange(6.0).reshape(1, 3, 2)
    loss = np.ones((1, 3, 2))
    held[0, diverged, 0], loss[0, diverged, 0] = 0.9, np.nan

    answers = iter([{"loss": loss, "accuracy": held}, {"loss": loss, "accuracy": tested}])
    nets = SimpleNamespace(axes={"learning_rate": np.array([0.1, 0.2, 0.3])}, evaluate=lambda x, y: next(answers))
    accuracy, rates = with_keras.at_best_rate(nets)
    np.testing.assert_allclose(accuracy, [[2, 1]])
    np.testing.assert_allclose(rates, [[0.2, 0.1]])


@pytest.mark.parametrize("counts", [[90, 10], [3, 5, 2]])
def test_the_best_bias_of_the_exercise_is_the_logarithm_of_the_shares(keras, counts):
    from course_utils.exercises import get

    y, rng = np.repeat(np.arange(len(counts)), counts), np.random.default_rng(SEED)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def pays(bias):
        return float(loss(y, np.tile(bias, (len(y), 1)).astype("float32")))

    for bias in rng.normal(size=(4, len(counts))):
        saved = get("bias-cost").reference(np.array(counts), bias)
        assert saved == pytest.approx(pays(bias) - pays(np.log(counts)), abs=1e-5)
        assert saved > 0


@pytest.mark.parametrize("gain", [0.2, 1.4])
def test_the_loss_at_the_start_is_kerass(lecture, with_keras, keras, gain):
    rng = np.random.default_rng(SEED)
    x, y = rng.normal(size=(30, 64)), rng.integers(0, 10, 30)
    y[0] = 9
    W1, W2 = lecture.random_layers([64, 64, 10], SEED, np.sqrt(2))
    logits = np.maximum(x @ W1.T, 0) @ (W2 * gain / np.sqrt(2)).T
    found, scale = with_keras.loss_at_start(SEED, gain, x=x, y=y)
    expected = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, logits.astype("float32"))
    assert found == pytest.approx(float(expected), rel=1e-5)
    assert scale == pytest.approx(np.sqrt(np.mean(logits**2)))


@pytest.mark.parametrize("classes", [3, 10])
def test_what_small_random_logits_cost(classes):
    logits = np.random.default_rng(SEED).normal(0, 0.3, (200_000, classes))
    cost = np.mean(special.logsumexp(logits, axis=1) - logits[:, 0])
    assert cost - np.log(classes) == pytest.approx(0.3**2 / 2 * (1 - 1 / classes), rel=0.06)
