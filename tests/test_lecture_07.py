"""The rules and exact facts of lecture 07, as they stand in the notebook, against Keras and closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 31
STEPS = 100


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy alone."""
    names = "sgd momentum nesterov pytorch damped adagrad rmsprop rmsprop_of_torch adam problems apart ravine"
    names += " distances largest_rate softmax step mean_loss steps_to_escape lengths first_step valley turning"
    names += " arrivals turned_back rmsprop_shared rest corner grid beale beale_loss curvatures loss_of strides"
    return take(7, *names.split())


def numbers(tensor):
    import keras

    return keras.ops.convert_to_numpy(tensor)


def path_of_keras(keras, optimizer, slope, w, rates):
    """Positions after each step of Keras's optimizer."""
    variable, path = keras.Variable(w.astype("float32")), []
    for eta in rates:
        optimizer.learning_rate = eta
        g = slope(numbers(variable).astype(float)).astype("float32")
        optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
        path.append(numbers(variable))
    return np.array(path)


def settings(seed):
    """Random momentum and memory, and a rate for each step."""
    rng = np.random.default_rng([seed, 9])
    gamma, rho, beta_1, beta_2 = rng.uniform([0.5, 0.8, 0.8, 0.98], [0.95, 0.95, 0.95, 0.999])
    return gamma, rho, {"beta_1": beta_1, "beta_2": beta_2}, rng.uniform(0.5, 1) * np.linspace(1, 0.2, STEPS)


def rule_and_optimizer(lecture, keras, name, seed):
    """The lecture's rule with its options, Keras's optimizer with the same ones, and the size of their rates."""
    gamma, rho, moments, _ = settings(seed)
    kinds = keras.optimizers
    return {
        "SGD": (lecture.sgd, {}, kinds.SGD(), 0.05),
        "momentum": (lecture.momentum, {"gamma": gamma}, kinds.SGD(momentum=gamma), 0.02),
        "Nesterov": (lecture.nesterov, {"gamma": gamma}, kinds.SGD(momentum=gamma, nesterov=True), 0.02),
        "Adagrad": (lecture.adagrad, {}, kinds.Adagrad(), 0.05),
        "RMSprop": (lecture.rmsprop, {"rho": rho}, kinds.RMSprop(rho=rho), 0.001),
        "Adam": (lecture.adam, moments, kinds.Adam(**moments), 0.01),
        "AdamW": (lecture.adam, {"decay": 0.1, **moments}, kinds.AdamW(weight_decay=0.1, **moments), 0.01),
    }[name]


def deviation(lecture, keras, name, seed, rule=None, **more):
    """Largest distance from Keras over 100 steps on a convex and a non-convex loss, relative to the way gone."""
    ours, options, optimizer, size = rule_and_optimizer(lecture, keras, name, seed)
    slope, w = lecture.problems(seed)
    w, rates = w.astype("float32").astype(float), size * settings(seed)[-1]
    path = np.array(list((rule or ours)(slope, w, rates, **options, **more)))
    return abs(path - path_of_keras(keras, optimizer, slope, w, rates)).max() / abs(path - w).max()


# The rules are Keras's


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
@pytest.mark.parametrize("name", ["SGD", "momentum", "Nesterov", "Adagrad", "RMSprop", "Adam", "AdamW"])
def test_each_rule_is_kerass_over_100_steps(lecture, keras, name, seed):
    assert deviation(lecture, keras, name, seed) < 2e-5


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_wrong_variants_are_told_apart(lecture, keras, seed):
    assert deviation(lecture, keras, "Adam", seed, as_keras=False) > 1e-4
    assert deviation(lecture, keras, "RMSprop", seed, rule=lecture.rmsprop_of_torch) > 1e-2
    assert deviation(lecture, keras, "momentum", seed, rule=lecture.pytorch) > 1e-3
    assert deviation(lecture, keras, "momentum", seed, rule=lecture.nesterov) > 1e-3
    assert deviation(lecture, keras, "AdamW", seed, epsilon=1e-3) > 1e-4


def test_the_problems_gradients_are_those_of_a_convex_and_a_non_convex_loss(lecture):
    slope, w = lecture.problems(SEED)
    far = [slope(w + np.array([0, t])[:, None] * np.ones(5)) for t in np.linspace(-5, 5, 41)]
    assert len({tuple(np.sign(g[1])) for g in far}) > 2  # the second loss goes up and down
    middle = slope(w) * 2 - slope(w + 0.5) - slope(w - 0.5)
    np.testing.assert_allclose(middle[0], 0, atol=1e-9)  # the first is quadratic
    assert abs(slope(w)[:, 4]).max() < 1e-3 < abs(slope(w)[:, :4]).max()


def test_the_problems_gradients_are_slopes(lecture):
    slope, w = lecture.problems(SEED)
    jacobian = np.array([(slope(w + step) - slope(w - step))[1] for step in 1e-5 * np.eye(5)])
    np.testing.assert_allclose(jacobian, jacobian.T, atol=1e-9)  # a gradient's derivative is symmetric


@pytest.mark.parametrize(("gamma", "rate"), [(0.9, 0.02), (0.5, 0.05)])
def test_textbook_nesterov_is_kerass_at_the_point_ahead(lecture, gamma, rate):
    slope, w = lecture.problems(SEED)
    ahead = list(lecture.nesterov(slope, w, [rate] * 30, gamma=gamma))
    v = 0
    for stored in ahead:
        v = gamma * v - rate * slope(w + gamma * v)
        w = w + v
        np.testing.assert_allclose(w + gamma * v, stored, rtol=1e-9)


# Conventions of momentum


@pytest.mark.parametrize("gamma", [0.5, 0.95])
def test_conventions_convert_at_a_constant_rate_only(lecture, gamma):
    slope, w = lecture.problems(SEED)
    rates, cut = np.full(STEPS, 0.01), np.where(np.arange(STEPS) < 50, 0.01, 0.001)

    def last(rule, etas):
        return list(rule(slope, w, etas, gamma=gamma))[-1]

    np.testing.assert_allclose(last(lecture.momentum, rates), last(lecture.pytorch, rates), rtol=1e-9)
    np.testing.assert_allclose(last(lecture.momentum, rates), last(lecture.damped, rates / (1 - gamma)), rtol=1e-9)
    np.testing.assert_allclose(last(lecture.pytorch, cut), last(lecture.damped, cut / (1 - gamma)), rtol=1e-9)
    assert abs(last(lecture.momentum, cut) - last(lecture.pytorch, cut)).max() > 1e-4


@pytest.mark.parametrize(("gamma", "after"), [(0.9, 0.91), (0.5, 0.55)])
def test_the_step_after_a_cut(lecture, gamma, after):
    for rule, ratio in ((lecture.momentum, after), (lecture.pytorch, 0.1), (lecture.damped, 0.1)):
        path = np.array(list(rule(lambda w: 1.0, 0.0, [1] * 400 + [0.1], gamma=gamma)))
        assert (path[-1] - path[-2]) / (path[-2] - path[-3]) == pytest.approx(ratio)


def test_coasting_in_old_steps(lecture):
    stride = lecture.strides[lecture.momentum]
    assert np.sum(stride[99:] - stride[-1]) / stride[98] == pytest.approx(8.1, abs=0.2)


@pytest.mark.parametrize("gamma", [0.5, 0.9])
def test_the_exercises_path_is_pytorchs(lecture, gamma):
    from course_utils.exercises import get

    rng = np.random.default_rng(SEED)
    gradients, rates = rng.normal(size=20), rng.uniform(0.01, 0.1, 20)
    coming = iter(gradients)
    path = list(lecture.pytorch(lambda w: next(coming), 0.0, rates, gamma=gamma))
    positions = [position for position, _ in get("same-path").reference(gradients, rates, gamma)]
    np.testing.assert_allclose(positions, path)


# The ravine


@pytest.mark.parametrize("gamma", [0.5, 0.8])
def test_the_largest_rate_of_momentum(lecture, gamma):
    assert lecture.largest_rate(lecture.momentum, gamma=gamma) == pytest.approx(1 + gamma, abs=0.015)


@pytest.mark.parametrize("step", [100, 300])
def test_the_best_momentum_goes_like_t_times_a_power(lecture, step):
    rates, gamma, rho = [4 / (10 + 1) ** 2] * step, (9 / 11) ** 2, 9 / 11
    far = lecture.distances(lecture.momentum, rates, gamma=gamma)
    np.testing.assert_allclose(far[-1] / far[-2], rho * (1 + 1 / step), rtol=3e-3)
    far = lecture.distances(lecture.sgd, [2 / 101] * 400)
    np.testing.assert_allclose(far[-1] / far[-2], 99 / 101, rtol=1e-5)


# Batches


def test_a_step_is_kerass_gradient_of_the_mean_loss(lecture, keras):
    rng = np.random.default_rng(SEED)
    x, y = rng.normal(size=(12, 64)), rng.integers(0, 10, 12)
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, activation="softmax", use_bias=False)])
    model.compile(keras.optimizers.SGD(0.3), "sparse_categorical_crossentropy")
    W = model.get_weights()[0].astype(float)
    model.train_on_batch(x.astype("float32"), y)
    np.testing.assert_allclose(lecture.step(W, x, np.eye(10)[y], 0.3), model.get_weights()[0], atol=1e-5)
    two = lecture.step(np.stack([W, 0 * W]), np.stack([x, x]), np.stack([np.eye(10)[y]] * 2), 0.3)
    np.testing.assert_allclose(two[0], lecture.step(W, x, np.eye(10)[y], 0.3))


# Cuts


@pytest.mark.parametrize("rate", [0.001, 0.01])
def test_the_floor_of_the_mean_loss(lecture, rate):
    floor = np.sum(rate / (2 - rate * lecture.curvatures)) / 2
    found = lecture.mean_loss(np.full((20000, 1), rate))
    np.testing.assert_allclose(found, np.full(found.shape, floor), rtol=1e-6)


@pytest.mark.parametrize("rate", [0.002, 0.01])
def test_the_mean_loss_is_the_mean_over_noisy_runs(lecture, rate):
    rng, w = np.random.default_rng(SEED), np.tile(take(7, "starts").starts[0], (4000, 1))
    for _ in range(50):
        w = w - rate * (lecture.curvatures * w + rng.normal(size=w.shape))
    exact = lecture.mean_loss(np.full((50, 1), rate))[0, 0]
    assert np.sum(lecture.curvatures * w**2, axis=1).mean() / 2 == pytest.approx(exact, rel=0.05)


def test_the_exercises_letters_are_those_of_the_figure():
    from course_utils.exercises import get

    letters = take(7, "letters").letters
    assert list(letters.values()) == get("which-curve").reference and "".join(letters) == "ABCDE"


def test_all_noisy_runs_meet_the_same_noise_and_end_at_the_exact_floor(lecture):
    first, second = (lecture.loss_of([rate] * 16000)[6000:].mean() for rate in (0.01, 0.001))
    exact = [np.sum(rate / (2 - rate * lecture.curvatures)) / 2 for rate in (0.01, 0.001)]
    np.testing.assert_allclose([first, second], exact, rtol=0.1)
    np.testing.assert_array_equal(lecture.loss_of([0.01] * 9), lecture.loss_of([0.01] * 400)[:10])


# The saddle


@pytest.mark.parametrize(("eta", "bend"), [(0.1, -1.0), (0.05, -0.5)])
def test_escape_takes_a_logarithm(lecture, eta, bend):
    steps = [lecture.steps_to_escape(s, SEED, eta=eta, bend=bend, limit=3000) for s in (1e-3, 1e-9)]
    assert (steps[1] - steps[0]) / 6 == pytest.approx(np.log(10) / np.log(1 - eta * bend), rel=0.03)
    assert lecture.steps_to_escape(0.0, SEED) == np.inf


# Adam's corrections and its epsilon


@pytest.mark.parametrize("t", [1, 12])
def test_uncorrected_steps_of_a_constant_gradient(lecture, t):
    neither = lecture.lengths(np.full((20, 2), 3.0), False, False)
    np.testing.assert_allclose(neither[t - 1], (1 - 0.9**t) / np.sqrt(1 - 0.999**t))
    np.testing.assert_allclose(lecture.lengths(np.full((20, 2), 3.0), True, True), 1)


@pytest.mark.parametrize("gradient", [1e-6, -3e-5])
def test_adams_first_step(lecture, keras, gradient):
    tiny = 1e-7 / np.sqrt(1 - 0.999)
    expected = gradient / (abs(gradient) + tiny)
    assert lecture.first_step(np.array(gradient)) == pytest.approx(expected)
    kingma = lecture.first_step(np.array(gradient), as_keras=False)
    assert kingma == pytest.approx(gradient / (abs(gradient) + 1e-7))
    w = keras.Variable([0.0])
    keras.optimizers.Adam(1.0).apply([keras.ops.convert_to_tensor([gradient], "float32")], [w])
    assert -numbers(w)[0] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("epsilon", "beta_2", "rho"), [(1e-7, 0.999, 0.9), (1e-3, 0.9, 0.5)])
def test_the_half_steps_of_the_exercise(lecture, epsilon, beta_2, rho):
    from course_utils.exercises import get

    in_keras, in_torch, in_rmsprop = get("half-step").reference(epsilon, beta_2, rho)
    rules = [
        (lecture.adam, in_keras, {"beta_2": beta_2}),
        (lecture.adam, in_torch, {"beta_2": beta_2, "as_keras": False}),
        (lecture.rmsprop, in_rmsprop, {"rho": rho}),
    ]
    for rule, gradient, options in rules:
        step = next(rule(lambda w, g=gradient: g, 0.0, [1.0], epsilon=epsilon, **options))
        assert step == pytest.approx(-0.5)


# Turned valleys


@pytest.mark.parametrize("degrees", [30, 45])
def test_a_turned_valley_is_the_same_to_those_that_do_not_divide(lecture, degrees):
    np.testing.assert_allclose(np.linalg.eigvalsh(lecture.valley(degrees)), [1, 100])
    floor = lecture.turning(degrees) @ [1, 0]
    np.testing.assert_allclose(lecture.valley(degrees) @ floor, floor, atol=1e-9)
    for rule in (lecture.sgd, lecture.momentum, lecture.rmsprop_shared):
        assert lecture.turned_back(rule, degrees).max() < 1e-9
    for rule in (lecture.adagrad, lecture.rmsprop, lecture.adam):
        assert np.median(lecture.turned_back(rule, degrees)) > 0.01


@pytest.mark.parametrize(("degrees", "less"), [(0, 60), (20, 40)])
def test_arrivals_stay_near_the_minimum(lecture, degrees, less):
    best, needed = lecture.arrivals(lecture.sgd, degrees)
    rate = np.geomspace(0.001, 3, 24)[best]
    slowest = max(abs(1 - rate), abs(1 - 100 * rate))
    assert np.median(needed) == pytest.approx(np.log(0.01) / np.log(slowest), rel=0.15)
    assert np.isfinite(needed).all() and needed.min() > less


@pytest.mark.parametrize("degrees", [0, 30])
def test_a_falling_rate_is_multiplied_at_each_step(lecture, degrees):
    best, needed = lecture.arrivals(lecture.sgd, degrees, fall=0.998)
    rates = 4 * lecture.grid[best] * 0.998 ** np.arange(600)
    share = np.cumprod(1 - rates[:, None] * [1, 100], axis=0)  # (steps, weights): what is left of each
    near = np.linalg.norm(share[:, None] * lecture.corner, axis=-1) < 0.01
    np.testing.assert_array_equal(needed, 601 - near[::-1].argmin(axis=0))


@pytest.mark.parametrize("rate", [0.1, 0.4])
def test_rmsprop_comes_to_rest_in_proportion_to_its_rate(lecture, rate):
    np.testing.assert_allclose(np.median(lecture.rest(1.0, rate)), 0.5**0.5, rtol=0.1)
    assert lecture.rest(0.98, rate).max() < 0.01


@pytest.mark.parametrize("rho", [0.997, 0.999])
def test_a_long_memory_arrives_in_few_steps_if_each_weight_has_its_own(lecture, rho):
    of_each, of_all = {"beta_1": 0.0, "beta_2": rho}, {"rho": rho, "correct": True}
    cases = [(lecture.adam, 0, of_each), (lecture.rmsprop_shared, 0, of_all), (lecture.adam, 45, of_each)]
    each, shared, turned = (np.median(lecture.arrivals(rule, angle, **options)[1]) for rule, angle, options in cases)
    assert each < 40 and min(shared, turned) > 150


def test_a_corrected_shared_denominator_is_at_first_the_size_of_the_gradient(lecture):
    w = np.array([[3.0, -4.0]])
    (first,) = lecture.rmsprop_shared(lambda w: w, w, [1.0], rho=0.998, correct=True)
    np.testing.assert_allclose(w - first, w / np.sqrt(12.5), rtol=1e-6)


@pytest.mark.parametrize("place", [(1.0, 1.5), (-0.4, 0.7)])
def test_beales_function(lecture, place):
    assert lecture.beale_loss(3.0, 0.5) == 0 and not lecture.beale(np.array([3.0, 0.5])).any()
    w, h = np.array(place), 1e-6
    slopes = [(lecture.beale_loss(*(w + d)) - lecture.beale_loss(*(w - d))) / (2 * h) for d in h * np.eye(2)]
    np.testing.assert_allclose(lecture.beale(w), slopes, rtol=1e-6)


# Digits


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_pixels_in_units_of_their_own_keep_the_overall_scale(seed):
    code = take(7, "in_units", "x_train")
    changed = code.in_units(code.x_train, seed)
    assert np.mean(changed**2) == pytest.approx(1, rel=1e-4)
    seen = code.x_train.std(axis=0) > 0.01
    factors = changed.std(axis=0)[seen] / code.x_train.std(axis=0)[seen]
    assert 200 < factors.max() / factors.min() < 1000


@pytest.mark.parametrize(("start", "same"), [(0.1, True), (1e-9, False)])
def test_adagrads_start_of_a_tenth_makes_it_plain_descent_on_small_gradients(keras, start, same):
    w = keras.Variable(np.zeros(2, "float32"))
    optimizer = keras.optimizers.Adagrad(1.0, initial_accumulator_value=start)
    for _ in range(20):
        optimizer.apply([keras.ops.convert_to_tensor([1e-2, 1e-3], "float32")], [w])
    ratio = numbers(w)[0] / numbers(w)[1]
    assert ratio == pytest.approx(10 if same else 1, rel=0.1)
