"""The formulas of lecture 03, as they stand in the notebook, against Keras, SciPy, scikit-learn and counts by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage, special
from sklearn.linear_model import Ridge
from sklearn.metrics import log_loss

from tests.lecture_code import take

SEED = 500  # the lecture itself uses 0 to 511, but its random functions take any seed


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy alone."""
    names = "edges digit_task digit_tasks pixels probe scatter in_one_scale folded zigzag forward parameters pieces"
    names += (
        " fine bends random_folds along_a_line folding_units most_regions softmax_loss twin between length random_end"
    )
    names += (
        " slice_through square_layers signals left_in_64_bits moved_share parameters_of mix_weights mix_outputs shares"
    )
    return take(3, *names.split())


# Features


def test_edges_are_differences_of_neighbours_in_patches(lecture):
    x = np.random.default_rng(SEED).uniform(size=(3, 64))
    kernel = np.zeros((3, 3))
    kernel[1, 2], kernel[1, 0] = 1, -1  # the right neighbour less the left one
    for image, features in zip(x.reshape(-1, 8, 8), lecture.edges(x).reshape(-1, 8, 4, 4), strict=True):
        rise = np.maximum(ndimage.correlate(image, kernel, mode="constant"), 0)
        for i, j in ((0, 0), (1, 3), (3, 2)):
            assert features[0, i, j] == pytest.approx(rise[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].sum())


def test_opposite_directions_see_opposite_images(lecture):
    x = np.random.default_rng(SEED).uniform(size=(2, 64))
    there, back = lecture.edges(x).reshape(2, 8, 16), lecture.edges(-x).reshape(2, 8, 16)
    np.testing.assert_allclose(there, np.roll(back, 4, axis=1))


def test_a_split_keeps_each_image_with_its_label(lecture):
    x, y, x_new, y_new = lecture.digit_task("as they are", SEED)
    assert (len(x), len(x_new)) == (1000, 797)
    known = {image.tobytes(): label for image, label in zip(lecture.all_x, lecture.all_y, strict=True)}
    assert all(known[image.tobytes()] == label for image, label in zip([*x, *x_new], [*y, *y_new], strict=True))


def test_pixels_are_moved_in_all_images_alike_and_only_training_labels_are_mixed(lecture):
    plain, moved, mixed = (lecture.digit_task(k, SEED) for k in ("as they are", "pixels moved", "labels mixed"))
    for part in (0, 2):
        np.testing.assert_array_equal(np.sort(plain[part], axis=1), np.sort(moved[part], axis=1))
        assert {c.tobytes() for c in plain[part].T} == {c.tobytes() for c in moved[part].T}
    assert sorted(plain[1]) == sorted(mixed[1]) and np.mean(plain[1] == mixed[1]) < 0.3
    np.testing.assert_array_equal(plain[3], mixed[3])


# Measures of layers


def test_the_probe_is_ridge_regression_on_codes_of_the_classes(lecture):
    rng = np.random.default_rng(SEED)
    y, y_new = rng.integers(0, 3, 200), rng.integers(0, 3, 100)
    centres = rng.normal(size=(3, 5))
    x, x_new = (centres[labels] + rng.normal(size=(len(labels), 5)) for labels in (y, y_new))
    mean, scale = x.mean(axis=0), x.std(axis=0)
    targets = 2 * np.eye(3)[y] - 1
    theirs = Ridge(alpha=1e-3 * 200).fit((x - mean) / scale, targets).predict((x_new - mean) / scale)
    assert lecture.probe(x, y, x_new, y_new) == pytest.approx(np.mean(theirs.argmax(axis=1) == y_new), abs=0.011)


def test_the_scatter_ratio_by_hand(lecture):
    x, y = np.array([[0.0], [2.0], [10.0], [14.0]]), np.array([0, 0, 1, 1])
    assert lecture.scatter(x, y) == pytest.approx(2.5 / 30.25)  # means 1, 12 and 6.5
    assert lecture.scatter(7 * x - 3, y) == pytest.approx(lecture.scatter(x, y))


def test_scatter_within_and_between_add_up_to_all(lecture):
    rng = np.random.default_rng(SEED)
    y = rng.integers(0, 4, 90)
    x = rng.normal(size=(90, 6)) + rng.normal(size=(4, 6))[y]
    means = np.array([x[y == k].mean(axis=0) for k in range(4)])
    between = np.mean(np.sum((means[y] - x.mean(axis=0)) ** 2, axis=1))
    assert (1 + lecture.scatter(x, y)) * between == pytest.approx(x.var(axis=0).sum())


def test_in_one_scale_no_unit_counts_for_all(lecture):
    rng = np.random.default_rng(SEED)
    x, y = rng.normal(size=(80, 5)), rng.integers(0, 3, 80)
    louder = x * np.array([1, 1, 100, 1, 0.01])
    assert lecture.scatter(lecture.in_one_scale(louder), y) == pytest.approx(
        lecture.scatter(lecture.in_one_scale(x), y)
    )
    assert lecture.scatter(louder, y) != pytest.approx(lecture.scatter(x, y), rel=0.05)


def test_tasks_come_set_by_set_and_seed_by_seed(lecture):
    sets = [("as they are", lecture.edges), ("labels mixed", lecture.pixels)]
    tasks = lecture.digit_tasks(sets, 2)
    for k, (kind, features) in enumerate(sets):
        x, y, x_new, y_new = lecture.digit_task(kind, lecture.seeds(2)[1])
        for part, expected in zip(tasks, (features(x), y, features(x_new), y_new), strict=True):
            np.testing.assert_array_equal(part[k, 1], expected)


# Folds


@pytest.mark.parametrize("k", [1, 2, 4, 6])
def test_folds_are_tents_of_tents(lecture, k):
    y = lecture.fine
    for _ in range(k):
        y = np.minimum(2 * y, 2 - 2 * y)
    drawn = lecture.forward(lecture.folded(k), lecture.fine)
    np.testing.assert_array_equal(drawn, y)
    assert lecture.pieces(drawn[:, 0]) == 2**k
    assert lecture.parameters(lecture.folded(k)) == 6 * k + 1


@pytest.mark.parametrize("units", [1, 5, 12])
def test_one_layer_has_one_piece_more_than_units(lecture, units):
    net = lecture.zigzag(units)
    assert lecture.pieces(lecture.forward(net, lecture.fine)[:, 0]) == units + 1
    assert lecture.parameters(net) == 3 * units + 1


def test_pieces_of_curves_that_are_known(lecture):
    x = np.arange(9) / 8
    assert lecture.pieces(3 * x + 1) == 1
    assert lecture.pieces(np.abs(x - 0.5)) == 2
    assert lecture.pieces(np.maximum(x - 0.25, 0) + np.maximum(x - 0.75, 0)) == 3


# Random networks


@pytest.mark.parametrize(
    ("sizes", "bias"), [((2, 20), {"s": 0.3}), ((2, 4, 4, 4, 4), {"cut": 0.5}), ((2, 3, 3), {"cut": 0.2})]
)
@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_bends_are_those_of_a_fine_grid(lecture, sizes, bias, seed):
    layers = lecture.random_folds(sizes, seed, **bias)
    left, right = np.random.default_rng([seed, 2]).uniform(-1, 1, 2)
    t = np.linspace(0, 1, 200_001)[:, None]
    x, counts = np.array([-1.0, left]) + t * np.array([2.0, right - left]), [1]
    changes = np.zeros(len(t) - 1, dtype=int)
    for W, b in layers:
        h = x @ W.T + b
        changes += np.sum((h[:-1] > 0) != (h[1:] > 0), axis=1)
        counts.append(1 + changes.sum())
        x = np.abs(h)
    assert lecture.along_a_line(sizes, seed, **bias) == pytest.approx(counts, abs=1)  # two bends may share a step


@pytest.mark.parametrize("cut", [0.1, 0.3, 0.5])
def test_each_unit_cuts_off_its_share_of_the_points_and_the_weights_stay(lecture, cut):
    x, above = np.random.default_rng([SEED, 1]).uniform(-1, 1, (500, 2)), []
    layers = lecture.random_folds((2, 8, 8, 8), SEED, cut=cut)
    for (W, b), (V, _) in zip(layers, lecture.random_folds((2, 8, 8, 8), SEED, s=1), strict=True):
        h = x @ W.T + b
        np.testing.assert_array_equal(W, V)
        np.testing.assert_allclose(np.minimum((h > 0).mean(axis=0), (h < 0).mean(axis=0)), cut)
        above.append((h > 0).mean(axis=0))
        x = np.abs(h)
    assert cut == 0.5 or {*np.round(np.ravel(above), 3)} == {cut, 1 - cut}  # some on one side, some on the other


def test_at_one_half_the_bias_is_minus_the_median(lecture):
    x = np.random.default_rng([SEED, 1]).uniform(-1, 1, (500, 2))
    W, b = lecture.random_folds((2, 20), SEED, cut=0.5)[0]
    np.testing.assert_allclose(b, -np.median(x @ W.T, axis=0))


@pytest.mark.parametrize("bias", [{"s": 0.3}, {"cut": 0.2}, {"cut": 0.5}])
def test_folding_units_by_the_signs_along_the_line(lecture, bias):
    left, right = np.random.default_rng([SEED, 2]).uniform(-1, 1, 2)
    t = np.linspace(0, 1, 20_001)[:, None]
    x, folds = np.array([-1.0, left]) + t * np.array([2.0, right - left]), []
    for W, b in lecture.random_folds((2, 4, 4, 4, 4), SEED, **bias):
        signs = np.sign(x @ W.T + b)
        folds.append([len(set(unit[unit != 0])) == 2 for unit in signs.T])
        x = np.abs(x @ W.T + b)
    assert lecture.folding_units(SEED, **bias) == pytest.approx(np.mean(folds[1:]), abs=1 / 12)


def test_the_pair_has_sixty_weights_each(lecture):
    for sizes, count in (((2, 20), 81), ((2, 4, 4, 4, 4), 77)):
        hidden = lecture.random_folds(sizes, SEED, s=0.1)
        output = hidden[-1][1].size
        assert sum(W.size for W, _ in hidden) + output == 60
        assert sum(W.size + b.size for W, b in hidden) + output + 1 == count


@pytest.mark.parametrize(("units", "dimensions", "regions"), [(3, 2, 7), (4, 2, 11), (4, 3, 15), (3, 5, 8)])
def test_regions_counted_by_hand(lecture, units, dimensions, regions):
    assert lecture.most_regions(units, dimensions) == regions


def test_regions_follow_from_one_hyperplane_less(lecture):
    for n, d in ((9, 3), (20, 4)):
        assert lecture.most_regions(n, d) == lecture.most_regions(n - 1, d) + lecture.most_regions(n - 1, d - 1)


# The surface


def random_pair(seed):
    """Layers 64-6-10."""
    rng = np.random.default_rng(seed)
    return [(rng.normal(size=(6, 64)), rng.normal(size=6)), (rng.normal(size=(10, 6)), rng.normal(size=10))]


def test_the_loss_is_scikit_learns(lecture):
    rng = np.random.default_rng(SEED)
    h, y = 3 * rng.normal(size=(50, 4)), rng.integers(0, 4, 50)
    assert lecture.softmax_loss(h, y) == pytest.approx(log_loss(y, special.softmax(h, axis=1), labels=range(4)))


def test_a_twin_computes_the_same(lecture):
    net, x = random_pair(SEED), np.random.default_rng(SEED).normal(size=(20, 64))
    other = lecture.twin(net, SEED)
    assert not np.array_equal(other[0][0], net[0][0])
    np.testing.assert_allclose(lecture.forward(other, x), lecture.forward(net, x), atol=1e-12)


def test_the_way_begins_at_one_network_and_ends_at_the_other(lecture):
    one, other = random_pair(SEED), random_pair(SEED + 1)
    for share, end in ((0, one), (1, other)):
        for (W, b), (V, c) in zip(lecture.between(one, other, share), end, strict=True):
            np.testing.assert_allclose(W, V)
            np.testing.assert_allclose(b, c)
    mixed = lecture.mix_outputs(one, other)
    np.testing.assert_allclose(lecture.mix_weights(one, other)[[0, -1]], mixed[[0, -1]])
    ends = (1 - lecture.shares) * mixed[0, 1] + lecture.shares * mixed[-1, 1]
    assert (mixed[:, 1] <= ends + 1e-12).all()  # convex over the outputs


def test_a_random_end_is_as_far_as_the_twin(lecture):
    net = random_pair(SEED)

    def apart(other):
        return lecture.length([(W - V, b - c) for (W, b), (V, c) in zip(net, other, strict=True)])

    assert apart(lecture.random_end(net, SEED)) == pytest.approx(apart(lecture.twin(net, SEED)))


def test_a_slice_goes_through_its_three_networks(lecture):
    nets = [random_pair(SEED + i) for i in range(3)]
    heights = lecture.slice_through(*nets, np.array([0.0, 1.0]))
    expected = [lecture.softmax_loss(lecture.forward(net, lecture.slice_x), lecture.slice_y) for net in nets]
    assert heights[0, 0] == pytest.approx(expected[0])
    assert heights[0, 1] == pytest.approx(expected[1])  # u, to the right, leads to the first
    assert heights[1, 0] == pytest.approx(expected[2])


# Powers


@pytest.mark.parametrize("factor", [0.7, 1.3])
def test_a_factor_becomes_a_power(lecture, factor):
    np.testing.assert_allclose(lecture.left_in_64_bits(factor, SEED), factor**50, rtol=1e-9)


@pytest.mark.parametrize("factor", [0.5, 2.0, 0.25])
def test_powers_of_two_are_exact(lecture, factor):
    shares = lecture.left_in_64_bits(factor, SEED)
    assert shares.size and set(shares) == {factor**50}


def test_the_first_step_is_kerass(lecture, keras):
    from course_utils import probes

    depth, width = 4, 32
    Ws = lecture.square_layers(SEED, depth=depth)
    rng = np.random.default_rng([SEED, 7])
    x, e = (rng.normal(size=(64, 32)) for _ in range(2))
    layers = [keras.layers.Dense(width, "relu", use_bias=False) for _ in range(depth)]
    model = keras.Sequential([keras.Input((width,)), *layers])
    model.set_weights([W.T for W in Ws])

    def as_loss(y, prediction):
        return keras.ops.sum(y * prediction, axis=-1)  # its error at the output is y

    _, slopes = probes.gradients(model, as_loss, x.astype("float32"), e.astype("float32"))
    outputs, error = lecture.signals(Ws, x), e
    for W, output in zip(Ws[::-1], outputs[::-1], strict=True):
        error = (output > 0) * error
        slope, error = error, error @ W
    theirs = next(iter(slopes.values())).T
    np.testing.assert_allclose(slope.T @ x / 64, theirs, atol=1e-4 * np.abs(theirs).max())


def test_steps_below_the_rounding_move_nothing(lecture):
    assert lecture.moved_share(0.5, SEED) == 0
    assert lecture.moved_share(1.0, SEED) > 0.5


# Counting


@pytest.mark.parametrize(("units", "depth", "count"), [(30, 1, 2260), (13, 8, 2259), (64, 4, 17290), (5, 2, 415)])
def test_parameters_are_those_that_keras_builds(lecture, keras, units, depth, count):
    hidden = [keras.layers.Dense(units) for _ in range(depth)]
    model = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10)])
    assert lecture.parameters_of(units, depth) == model.count_params() == count
