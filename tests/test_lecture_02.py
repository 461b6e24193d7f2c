"""The formulas of lecture 02, as they stand in the notebook, against Keras, SciPy, differences and counts by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import special

from course_utils import probes
from tests.lecture_code import take
from tests.slopes import CLASS_LOSSES, central

SEED = 100  # the lecture itself uses 0 to 31
NETWORKS = [  # sizes, activations, batch: none of them in the lecture
    ((5, 3), ("sigmoid",), 1),
    ((4, 9, 2), ("relu", "linear"), 17),
    ((3, 5, 4, 1), ("relu", "tanh", "sigmoid"), 3),
    ((7, 6, 5, 4, 3), ("tanh", "sigmoid", "linear", "tanh"), 11),
]
every_network = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: "-".join(map(str, network[0])))


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy alone."""
    names = "one_weight_twice sweep_back path_slopes tanh_share sigmoid SIGMA forward gradient flat random_problem"
    names += " half_squared_loss shifted slope_by_difference one_sided difference_errors random_directions misprinted"
    names += (
        " undoing Value in_order differentiate slope_of_square_plus engine_gradient LOSS_SLOPES softmax softmax_slope"
    )
    names += " parameter_count multiply_adds push_forward gradient_check believes checked train test_accuracy"
    return take(2, *names.split())


@pytest.fixture(scope="module")
def twins(keras):
    """What the lecture compares itself with."""
    return take(2, "keras_gradient", "distance_from_keras")


def problem(lecture, network):
    sizes, activations, batch = network
    return lecture.random_problem(SEED, sizes, activations, batch)


def measured_slopes(lecture, loss, layers, step=1e-5):
    """The slope along every weight, each from two runs of the loss."""
    slopes = []
    for layer in layers:
        for array in (layer.W, layer.b):
            for place in np.ndindex(array.shape):
                kept = array[place]
                array[place] = kept + step
                up = loss(layers)
                array[place] = kept - step
                slopes.append((up - loss(layers)) / (2 * step))
                array[place] = kept
    return np.array(slopes)


# The computation graph


def paths(edges, start, end):
    """Every path as the list of its edges."""
    if start == end:
        yield []
    for source, target in edges:
        if source == start:
            yield from ([(source, target), *rest] for rest in paths(edges, target, end))


def test_sweeping_back_adds_the_products_along_all_paths(lecture):
    rng = np.random.default_rng(SEED)
    edges = [(i, j) for j in range(8) for i in range(j) if rng.random() < 0.6]
    local = {edge: rng.normal() for edge in edges}
    slopes = lecture.sweep_back(local, end=7)
    for node in range(8):
        products = [np.prod([local[edge] for edge in path]) for path in paths(edges, node, 7)]
        assert slopes[node] == pytest.approx(sum(products), abs=1e-12)


@pytest.mark.parametrize(("w", "x", "y"), [(0.7, -1.2, 0.4), (-2.0, 0.5, 1.0)])
def test_the_slopes_of_the_graph_are_the_measured_ones(lecture, w, x, y):
    local = lecture.one_weight_twice(w, x, y)[1]
    slopes = lecture.sweep_back(local)

    def loss(w, x):
        return lecture.one_weight_twice(w, x, y)[0]["L"]

    assert slopes["w"] == pytest.approx(central(lambda w: loss(w, x), w), rel=1e-7)
    assert slopes["x"] == pytest.approx(central(lambda x: loss(w, x), x), rel=1e-7)
    assert sum(lecture.path_slopes(local)) == pytest.approx(slopes["w"], rel=1e-12)
    assert lecture.tanh_share(local) == pytest.approx(lecture.path_slopes(local)[0] / slopes["w"], rel=1e-12)


@pytest.mark.parametrize(("w", "x", "y"), [(0.7, -1.2, 0.4), (-2.0, 0.5, 1.0)])
def test_the_slopes_along_the_inner_nodes(lecture, w, x, y):
    values, local = lecture.one_weight_twice(w, x, y)
    slopes, a, r = lecture.sweep_back(local), np.tanh(w * x), w * np.tanh(w * x) - y
    expected = {"L": 1, "r": r, "h_2": r, "a": w * r, "h_1": w * r * (1 - a**2)}
    assert {name: slopes[name] for name in expected} == pytest.approx(expected)
    assert values["L"] == pytest.approx(r**2 / 2)


# The four lines


def test_the_sigmoid_is_scipys_and_never_overflows(lecture):
    h = np.array([-800.0, -30, -1, 0, 2, 40, 800])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(lecture.sigmoid(h), special.expit(h), atol=1e-15)


def test_the_slopes_of_the_activations(lecture):
    h = np.array([-2.0, -0.3, 0.4, 3.0])
    for function, slope in lecture.SIGMA.values():
        np.testing.assert_allclose(slope(h), central(function, h), rtol=1e-7, atol=1e-9)


@every_network
def test_the_forward_pass_is_kerass(lecture, keras, network):
    layers, X, _ = problem(lecture, network)
    signal = X
    for W, b, activation in layers:
        signal = keras.ops.convert_to_numpy(keras.activations.get(activation)(signal @ W.T + b))
    np.testing.assert_allclose(lecture.forward(layers, X)[1][-1], signal, rtol=1e-5)


@every_network
def test_the_backward_pass_is_kerass(lecture, twins, network):
    layers, X, Y = problem(lecture, network)
    theirs = twins.keras_gradient(layers, X, Y)
    np.testing.assert_allclose(
        lecture.flat(lecture.gradient(layers, X, Y)), theirs, rtol=0, atol=1e-5 * np.abs(theirs).max()
    )


@every_network
def test_the_backward_pass_is_what_differences_measure_for_every_weight(lecture, network):
    layers, X, Y = problem(lecture, network)
    measured = measured_slopes(lecture, lambda moved: lecture.half_squared_loss(moved, X, Y), layers)
    np.testing.assert_allclose(lecture.flat(lecture.gradient(layers, X, Y)), measured, rtol=0, atol=1e-7)


@every_network
def test_the_loss_is_a_mean_over_the_batch(lecture, network):
    layers, X, Y = problem(lecture, network)
    twice = lecture.gradient(layers, np.concatenate([X, X]), np.concatenate([Y, Y]))
    np.testing.assert_allclose(lecture.flat(twice), lecture.flat(lecture.gradient(layers, X, Y)), rtol=1e-12)


def test_the_misprints_change_the_gradient(lecture):
    layers, X, Y = problem(lecture, NETWORKS[2])
    right = lecture.flat(lecture.gradient(layers, X, Y))
    for believed in (lecture.misprinted(layers), lecture.undoing(layers)):
        wrong = lecture.flat(lecture.gradient(layers, X, Y, believed))
        assert np.abs(wrong - right).max() > 0.1 * np.abs(right).max()


# Differences


def test_a_difference_is_exact_for_a_parabola(lecture):
    layers, _, _ = problem(lecture, NETWORKS[0])
    along = lecture.random_directions(layers, SEED)

    def loss(moved):
        return np.sum(lecture.flat([layer[:2] for layer in moved]) ** 2)

    expected = 2 * lecture.flat([layer[:2] for layer in layers]) @ lecture.flat(along)
    assert lecture.slope_by_difference(loss, layers, along, step=0.5) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("difference", "gain"), [("slope_by_difference", 4), ("one_sided", 2)])
def test_what_half_the_step_gains(lecture, difference, gain):
    coarse, fine = lecture.difference_errors(SEED, "float64", getattr(lecture, difference), np.array([2e-3, 1e-3]))
    assert coarse / fine == pytest.approx(gain, rel=0.1)


def test_directions_have_length_one_and_the_shape_of_the_layers(lecture):
    layers, _, _ = problem(lecture, NETWORKS[2])
    along = lecture.random_directions(layers, SEED)
    assert np.linalg.norm(lecture.flat(along)) == pytest.approx(1)
    assert [(dW.shape, db.shape) for dW, db in along] == [(W.shape, b.shape) for W, b, _ in layers]


def test_a_step_moves_every_weight_along_the_direction(lecture):
    layers, _, _ = problem(lecture, NETWORKS[2])
    along = lecture.random_directions(layers, SEED)
    moved = lecture.flat([layer[:2] for layer in lecture.shifted(layers, along, 0.25)])
    before = lecture.flat([layer[:2] for layer in layers])
    np.testing.assert_allclose(moved - before, 0.25 * lecture.flat(along), atol=1e-12)


# The engine


def formula(a, b, tanh):
    """A formula in which both arguments are used several times."""
    c = a * b + a
    return tanh(c * b + a) * c


def test_the_engine_differentiates_another_formula_as_keras_does(lecture, keras):
    a, b = lecture.Value(0.3), lecture.Value(-0.8)
    result = formula(a, b, lecture.Value.tanh)
    lecture.differentiate(result)
    value, slopes = probes.value_and_gradients(lambda a, b: formula(a, b, keras.ops.tanh), [a.data, b.data])
    assert [result.data, a.slope, b.slope] == pytest.approx([value, *map(float, slopes)], rel=1e-5)


def test_the_engine_visits_each_node_once(lecture):
    x = value = lecture.Value(1.0)
    for _ in range(40):  # 2^40 paths
        value = value + value
    lecture.differentiate(value)
    assert (x.slope, len(lecture.in_order(value, set()))) == (2.0**40, 41)


def test_parents_come_before_what_is_made_of_them(lecture):
    a, b = lecture.Value(0.3), lecture.Value(-0.8)
    order = lecture.in_order(formula(a, b, lecture.Value.tanh), set())
    places = {id(node): i for i, node in enumerate(order)}
    assert all(places[id(parent)] < places[id(node)] for node in order for parent in node.parents)


@pytest.mark.parametrize("x", [5.0, -2.0])
def test_the_slope_of_a_square_and_its_argument(lecture, x):
    assert lecture.slope_of_square_plus(x, add=True) == 2 * x + 1
    assert lecture.slope_of_square_plus(x, add=False) == x


@pytest.mark.parametrize(("sizes", "activations"), [((2, 3), ("tanh",)), ((3, 3, 2, 1), ("tanh", "linear", "tanh"))])
def test_the_engine_finds_the_gradient_of_another_network(lecture, sizes, activations):
    layers, X, Y = lecture.random_problem(SEED, sizes, activations, batch=3)
    expected = lecture.flat(lecture.gradient(layers, X, Y))
    np.testing.assert_allclose(lecture.engine_gradient(layers, X, Y), expected, atol=1e-12)
    assert not np.allclose(lecture.engine_gradient(layers, X, Y, add=False), expected)


# Losses

LOSSES = CLASS_LOSSES | {"squared": lambda h, y: (special.expit(h) - y) ** 2 / 2}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("y", [0, 1])
def test_the_slopes_of_the_losses(lecture, name, y):
    h = np.array([-6.0, -2.3, -0.4, 0.0, 0.7, 1.9, 5.0])
    np.testing.assert_allclose(
        lecture.LOSS_SLOPES[name](h, y), central(lambda h: LOSSES[name](h, y), h), rtol=1e-6, atol=1e-9
    )


def test_softmax_is_scipys_and_never_overflows(lecture):
    logits = np.array([[0.0, 1.0, -2.0], [1000.0, 999.0, -1000.0]])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(lecture.softmax(logits), special.softmax(logits, axis=1), rtol=1e-12)


def test_the_slope_of_cross_entropy_on_a_softmax(lecture):
    rng = np.random.default_rng(SEED)
    h, y = rng.normal(0, 2, (5, 4)), rng.integers(0, 4, 5)

    def loss(h):
        return -special.log_softmax(h, axis=1)[np.arange(5), y].sum()

    places = np.eye(h.size).reshape(-1, *h.shape)
    measured = [central(lambda nudge, place=place: loss(h + nudge * place), 0.0) for place in places]
    np.testing.assert_allclose(lecture.softmax_slope(h, y).ravel(), measured, atol=1e-8)


def test_the_loss_slopes_are_kerass_once_the_half_is_gone(twins):
    assert twins.distance_from_keras(SEED) < 1e-5
    assert twins.distance_from_keras(SEED, with_half=True) > 1e-2


# Cost


@pytest.mark.parametrize(
    ("sizes", "forward", "backward"), [([3, 4, 2], 20, 28), ([5, 7], 35, 35), ([10, 20, 30, 40], 2000, 3800)]
)
def test_multiply_adds_counted_by_hand(lecture, sizes, forward, backward):
    assert lecture.multiply_adds(sizes) == (forward, backward)


@pytest.mark.parametrize(("sizes", "count"), [([3, 4, 2], 26), ([5, 7], 42), ([10, 20, 30, 40], 2090)])
def test_parameters_counted_by_hand_and_by_keras(lecture, keras, sizes, count):
    model = keras.Sequential([keras.Input((sizes[0],)), *map(keras.layers.Dense, sizes[1:])])
    kernels = [weight for weight in model.weights if weight.name == "kernel"]
    assert lecture.parameter_count(sizes) == count == model.count_params()
    assert lecture.multiply_adds(sizes)[0] == sum(m * n for m, n in pairwise(sizes)) == sum(np.size(k) for k in kernels)


@every_network
def test_forward_mode_is_how_fast_the_prediction_moves(lecture, network):
    layers, X, _ = problem(lecture, network)
    along = lecture.random_directions(layers, SEED)

    def predict(step):
        return lecture.forward(lecture.shifted(layers, along, step), X)[1][-1]

    np.testing.assert_allclose(lecture.push_forward(layers, along, X), central(predict, 0.0), atol=1e-8)


# Bugs


def scaled(factor):
    return lambda slopes: [(factor * dW, factor * db) for dW, db in slopes]


PLANTED = {
    "sign": scaled(-1),
    "factor 2": scaled(2),
    "no 1/B": scaled(17),
    "biases forgotten": lambda slopes: [(dW, 0 * db) for dW, db in slopes],
    "first layer not taught": lambda slopes: [tuple(0 * part for part in slopes[0]), *slopes[1:]],
    "layer after layer of the same sign": lambda slopes: [slopes[0], *scaled(-1)(slopes[1:])],
}


def gap(lecture, plant, seed):
    layers, X, Y = lecture.random_problem(seed, *NETWORKS[1])
    slopes = plant(lecture.gradient(layers, X, Y))
    return lecture.gradient_check(lambda moved: lecture.half_squared_loss(moved, X, Y), layers, slopes, seed)


def test_the_gradient_check_passes_a_right_gradient(lecture):
    assert max(gap(lecture, lambda slopes: slopes, seed) for seed in range(SEED, SEED + 8)) < 1e-5


@pytest.mark.parametrize("bug", PLANTED)
def test_the_gradient_check_flags_planted_bugs(lecture, bug):
    assert min(gap(lecture, PLANTED[bug], seed) for seed in range(SEED, SEED + 8)) > 1e-3


def test_the_gradient_check_flags_the_bugs_of_the_lecture(lecture):
    for belief in lecture.believes:
        gaps = [lecture.checked(belief, seed) for seed in range(SEED, SEED + 8)]
        assert max(gaps) < 1e-4 if belief == "right gradient" else min(gaps) > 1e-3


def test_the_network_learns_the_digits_with_another_seed(lecture):
    assert lecture.test_accuracy(lecture.train("right gradient", SEED)[-1]) >= 0.93
