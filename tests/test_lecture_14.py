"""The formulas and exact facts of lecture 14, as they stand in the notebook, against Keras, SciPy and NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize
from scipy.spatial import distance

from course_utils.exercises import get
from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 31
NAMES = "joint outputs first_kernels lesson labels_of shuffled count loss_of_smile at_trunk cosine bowls task_slopes"
NAMES += " in_units side_by_side HEADS FACES RUNS y y_all network best DEFAULT LABELLED"


@pytest.fixture(scope="module")
def lecture(keras):
    """What the lecture codes, without its trainings."""
    return take(14, *NAMES.split())


def random(*shape, seed=SEED):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def numbers(tensor):
    import keras

    return keras.ops.convert_to_numpy(tensor)


# Losses


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_the_joint_loss_is_the_weighted_sum_of_kerass_losses(lecture, keras, seed):
    y, z, s = random(5, 2, 3, 6, seed=seed), random(5, 2, 3, 6, seed=seed + 1), random(5, 2, 3, 6, seed=seed + 2)
    y[..., :4] = y[..., :4] > 0
    weight = abs(random(5, 2, 3, 6, seed=seed + 3))
    found = numbers(lecture.joint(np.concatenate([y, weight], axis=-1), np.concatenate([z, s], axis=-1)))
    each = np.empty(y.shape)
    yes_or_no = keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)
    each[..., :4] = numbers(yes_or_no(y[..., :4, None], z[..., :4, None]))
    each[..., 4:] = numbers(keras.losses.MeanSquaredError(reduction=None)(y[..., 4:, None], z[..., 4:, None])) / 2
    np.testing.assert_allclose(found, (weight * (np.exp(-s) * each + s / 2)).sum(axis=(1, 2, 3)), rtol=1e-4)


def test_the_best_s_of_learned_weights_is_ln_2_l(lecture):
    for loss in (0.2, 3.0):
        y, z = np.zeros((1, 1, 1, 6), "float32"), np.zeros((1, 1, 1, 6), "float32")
        y[..., 5], weight = np.sqrt(2 * loss), np.eye(6, dtype="float32")[5].reshape(1, 1, 1, 6)

        def total(s, y=y, z=z, weight=weight):
            return float(lecture.joint(np.concatenate([y, weight], -1), np.concatenate([z, z + np.float32(s)], -1))[0])

        assert optimize.minimize_scalar(total, bounds=(-4, 4), method="bounded").x == pytest.approx(
            np.log(2 * loss), abs=2e-2
        )


@pytest.mark.parametrize("known", [[1, 1, 1, 0, 0], [0, 1, 0, 0, 0, 0, 0, 1, 1, 0]])
def test_kerass_default_divides_by_all_and_the_other_by_the_labelled(lecture, known):
    known = np.array(known, "float32")
    labels = np.zeros_like(known)
    assert lecture.loss_of_smile(lecture.DEFAULT, labels, known) == pytest.approx(known.mean(), rel=1e-5)
    assert lecture.loss_of_smile(lecture.LABELLED, labels, known) == pytest.approx(1, rel=1e-5)
    assert np.isnan(lecture.loss_of_smile(lecture.DEFAULT, np.where(known, labels, np.nan).astype("float32"), known))


def test_ignored_classes_are_left_out_of_kerass_mean(keras):
    logits, labels = random(6, 3), np.array([2, 0, -1, -1, -1, -1])
    ignoring = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    plain = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert float(ignoring(labels, logits)) == pytest.approx(float(plain(labels[:2], logits[:2])), rel=1e-5)


def test_the_exercise_reports_what_a_keras_model_reports(keras):
    exercise = get("masked-loss")
    for case in exercise.cases:
        smile, age, _ = exercise.reference(**case)
        has_smile, has_age = ~np.isnan(case["smile"]), ~np.isnan(case["age"])
        for loss, name, given, has, found in (
            (keras.losses.BinaryCrossentropy(from_logits=True), "smile", "logits", has_smile, smile),
            (keras.losses.MeanSquaredError(), "age", "ages", has_age, age),
        ):
            wanted = np.where(has, case[name], 0)[:, None]
            reported = loss(wanted, case[given][:, None], sample_weight=has.astype("float32"))
            assert float(reported) == pytest.approx(found, rel=1e-4, abs=1e-6)


# Networks


@pytest.mark.parametrize("width", [(5, 3), (4, 2)])
def test_the_networks_are_keras_networks_with_unused_units_cut_off(lecture, keras, width):
    first, second = width
    kernels = [random(2, 2, *shape, seed=i) for i, shape in enumerate([(7, 5), (5, 3), (3, 6)])]
    biases = [random(2, 2, n, seed=i + 9) for i, n in enumerate([5, 3, 6])]
    used = [np.tile(np.arange(n) < w, (2, 1)).astype("float32") for n, w in zip((5, 3), width, strict=True)]
    x = random(4, 2, 7, seed=20)
    found = numbers(lecture.outputs(x, kernels, biases, used))
    kinds = [first, second, 6]
    net = keras.Sequential([keras.Input((7,)), *(keras.layers.Dense(n, "relu") for n in width), keras.layers.Dense(6)])
    for run in range(2):
        weights, before = [], 7
        for kernel, bias, n in zip(kernels, biases, kinds, strict=True):
            weights += [kernel[run, 1, :before, :n], bias[run, 1, :n]]
            before = n
        net.set_weights(weights)
        np.testing.assert_allclose(found[:, run, 1], numbers(net(x[:, run])), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("inputs", "first", "second", "tasks"), [(80, 32, 8, 3), (7, 5, 4, 2)])
def test_weights_are_counted_as_keras_does(lecture, keras, inputs, first, second, tasks):
    x = keras.Input((inputs,))
    trunk = keras.layers.Dense(second)(keras.layers.Dense(first)(x))
    model = keras.Model(x, [keras.layers.Dense(1)(trunk) for _ in range(tasks)])
    assert lecture.count(inputs, first, second, tasks) == model.count_params()
    assert get("equal-budget").reference(inputs, first, second, tasks, 2)[0] == model.count_params()


def test_the_equal_budget_is_the_largest(lecture):
    for case in get("equal-budget").cases:
        shared, units = get("equal-budget").reference(**case)
        each = [lecture.count(case["inputs"], n, case["small"], 1) * case["tasks"] for n in (units, units + 1)]
        assert each[0] <= shared < each[1]
    assert get("equal-budget").reference(80, 32, 8, 3, 4) == (2883, 11)
    assert 3 * lecture.count(80, 11, 4, 1) == 2832


def test_first_kernels_have_hes_variance_and_are_paired(lecture):
    first, second, heads = lecture.first_kernels([np.full(2, 80), np.array([32, 8]), np.array([8, 8])], [80, 32, 8, 6])
    assert first.var() == pytest.approx(2 / 80, rel=0.1)
    assert second[:, 0].var() == pytest.approx(2 / 32, rel=0.2)
    np.testing.assert_allclose(second[:, 1], 2 * second[:, 0], rtol=1e-5)
    assert heads.var() == pytest.approx(1 / 8, rel=0.2)
    np.testing.assert_array_equal(first[:, 0], first[:, 1])
    assert not np.array_equal(first[0], first[1])


# Labels


def test_labels_and_their_exact_independence(lecture):
    more = {"age": np.array([20.0, 60, 60, 40]), "group": np.array([0, 0, 1, 1]), "degree": np.array([1.0, 2, 3, 4])}
    found = lecture.labels_of(np.array([1, 0, 1, 0]), more)
    np.testing.assert_array_equal(found[:, 1:4], [[0, 0, 0], [1, 0, 1], [1, 1, 0], [0, 1, 1]])
    np.testing.assert_allclose(found[:, 5], [-3, 1, 1, -1])
    for part in (lecture.y_all, lecture.y_all[lecture.y_all[:, 0] == 1]):
        for other in (1, 2):
            assert np.corrcoef(part[:, 3], part[:, other])[0, 1] == 0


def test_a_lesson_weighs_each_task_by_its_labelled_faces(lecture):
    known = range(20)
    weights = lecture.lesson(heavy=3, smile=known, age=range(lecture.FACES))[..., 6:]
    np.testing.assert_allclose(weights.mean(axis=1), np.tile([1, 0, 0, 0, 0, 3], (len(lecture.RUNS), 1)), rtol=1e-5)
    assert np.count_nonzero(weights[0, :, 0]) == 20
    main = lecture.lesson(heavy=3, main="old", old=known, smile=known)[..., 6:]
    np.testing.assert_allclose(main.mean(axis=1)[0], [3, 1, 0, 0, 0, 0], rtol=1e-5)


def test_mixing_up_changes_one_task_and_keeps_its_values(lecture):
    mixed = lecture.shuffled("degree")
    np.testing.assert_array_equal(np.delete(mixed, 4, axis=-1), np.delete(lecture.y, 4, axis=-1))
    np.testing.assert_array_equal(np.sort(mixed[..., 4]), np.sort(lecture.y[..., 4]))
    assert abs(np.corrcoef(mixed[..., 4].ravel(), lecture.y[..., 4].ravel())[0, 1]) < 0.1


def test_units_change_the_age_only(lecture):
    np.testing.assert_allclose(lecture.in_units(10)[..., 5], 10 * lecture.y[..., 5])
    np.testing.assert_array_equal(lecture.in_units(10)[..., :5], lecture.y[..., :5])


# Gradients


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_the_cosine_is_scipys(lecture, seed):
    a, b = random(3, 8, seed=seed), random(3, 8, seed=seed + 5)
    wanted = [1 - distance.cosine(*pair) for pair in zip(a, b, strict=True)]
    np.testing.assert_allclose(lecture.cosine(a, b), wanted, rtol=1e-4)


@pytest.mark.parametrize("apart", [0.07, 0.6])
def test_at_the_minimum_of_a_sum_the_gradients_are_opposite(lecture, apart):
    for stretch in (1.0, 3.0):
        path, along = lecture.bowls(apart, stretch, 0.2)
        assert along[-1] == pytest.approx(-1, abs=1e-3)

        def total(place, stretch=stretch, apart=apart):
            curved = np.array([[1, stretch], [1, 1]])
            return np.sum(curved * (place - np.array([[-apart, 0], [apart, 0]])) ** 2) / 2

        assert np.linalg.norm(path[-1] - optimize.minimize(total, [0.3, 2.0]).x) < 1e-3
        step = path[0] - 0.2 * optimize.approx_fprime(path[0], total, 1e-7)
        np.testing.assert_allclose(path[1], step, atol=1e-4)


def test_the_slope_at_the_trunk_is_the_derivative_and_grows_with_the_square_of_the_unit(lecture):
    rng = np.random.default_rng(SEED)
    for c in (10, 7):
        h, v, y = (rng.integers(-9, 10, size).astype(float) for size in ((5, 3), 3, 5))
        loss, slope = lecture.at_trunk(h, v, y)
        numeric = optimize.approx_fprime(
            h.ravel(), lambda h, v=v, y=y: lecture.at_trunk(h.reshape(5, 3), v, y)[0], 1e-6
        )
        np.testing.assert_allclose(slope.ravel(), numeric, rtol=1e-3, atol=1e-3)
        changed_loss, changed = lecture.at_trunk(h, c * v, c * y)
        assert changed_loss == pytest.approx(c**2 * loss)
        np.testing.assert_allclose(changed, c**2 * slope)
        weight, *_ = get("fair-weights").reference(1.0, c, loss)
        np.testing.assert_allclose(weight * changed, slope)


def test_task_slopes_are_those_of_one_task_at_the_trunk(lecture, keras):
    known = range(lecture.FACES)
    net = lecture.network([lecture.lesson(smile=known), lecture.lesson(smile=known)])
    x = random(lecture.FACES, len(lecture.RUNS), 80)
    lessons = [lecture.lesson(smile=known), lecture.lesson(smile=known, degree=known)]
    slopes = lecture.task_slopes(net, x, lessons)
    assert slopes.shape == (len(lecture.RUNS), 2, 80 * 32 + 32 * 8)
    both, degree = slopes[:, 1], lecture.task_slopes(net, x, [lecture.lesson(degree=known)] * 2)[:, 1]
    np.testing.assert_allclose(both, slopes[:, 0] + degree / 1, rtol=1e-2, atol=1e-5)
