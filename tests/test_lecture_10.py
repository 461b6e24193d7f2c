"""The convolutions, counts and networks of lecture 10, as they stand in the notebook, against SciPy and Keras."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal
from scipy.linalg import toeplitz

from course_utils.exercises import get
from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 15
SMALL = [("conv", 5, 3, 2, 1), ("pool", 2, 2), ("conv", 7, 5, 1, 0), ("dense", 11), ("dense", 4)]
DEEP = [("conv", 4, 11, 4, 2), ("pool", 3, 2), ("conv", 6, 3, 1, 1), ("pool", 2, 2), ("dense", 9)]


@pytest.fixture(scope="module")
def lecture():
    """What the lecture codes in NumPy alone."""
    names = "convolve matrix_of crops windows answers_of by_place error circle with_zeros misfit pooled placed permuted"
    names += " tile account vgg LENET ALEXNET STAGES SOBEL edge_crops first_of"
    return take(10, *names.split())


@pytest.fixture(scope="module")
def networks(keras):
    """What the lecture codes in Keras."""
    names = "places patches places_of network pool side_by_side scores_of every_place OWN"
    return take(10, *names.split())


def numbers(tensor):
    import keras

    return keras.ops.convert_to_numpy(tensor)


def random(*shape, seed=SEED):
    return np.random.default_rng(seed).normal(size=shape)


# Convolution: loops, Keras, SciPy, matrix


@pytest.mark.parametrize(("shape", "k"), [((7, 9), 3), ((6, 5), 2)])
def test_the_loops_are_scipys_correlation_and_kerass_layer(lecture, keras, shape, k):
    x, w = random(*shape), random(k, k, seed=SEED + 1)
    g = lecture.convolve(x, w)
    np.testing.assert_allclose(g, signal.correlate2d(x, w, "valid"), atol=1e-12)
    np.testing.assert_allclose(g, signal.convolve2d(x, w[::-1, ::-1], "valid"), atol=1e-12)
    layer = take(10, "conv2d").conv2d(x, w)
    np.testing.assert_allclose(g, layer, atol=1e-5)


@pytest.mark.parametrize("side", [5, 8])
def test_the_matrix_convolves_and_has_the_same_numbers_in_each_row(lecture, side):
    w, x = random(3, 3), random(side, side)
    matrix = lecture.matrix_of(w, side)
    np.testing.assert_allclose(matrix @ x.ravel(), lecture.convolve(x, w).ravel(), atol=1e-12)
    for row in matrix:
        np.testing.assert_allclose(row[row != 0], w.ravel())
    n = side - 2
    first = toeplitz(np.r_[w[0, 0], np.zeros(n - 1)], np.r_[w[0], np.zeros(n - 1)])
    np.testing.assert_allclose(matrix[:n, :side], first)


@pytest.mark.parametrize(("kind", "enough", "too_few"), [("shared", 1, None), ("local", 9, 8), ("dense", 64, 63)])
def test_as_many_crops_as_unknowns_of_an_answer_are_enough(lecture, kind, enough, too_few):
    assert lecture.error(kind, enough, SEED) < 1e-6
    assert too_few is None or lecture.error(kind, too_few, SEED) > 1e-5


@pytest.mark.parametrize("case", [(10, 3, 2, 1), (12, 2, 3, 1), (9, 3, 2, 2), (23, 3, 5, 3)])
def test_the_inputs_that_nobody_reads_have_no_slope_in_keras(keras, case):
    n, k, stride, dilation = case
    if stride > 1 and dilation > 1:
        layer = keras.layers.Conv1D(1, k, dilation_rate=dilation, kernel_initializer="ones")  # Keras takes not both
    else:
        layer = keras.layers.Conv1D(1, k, strides=stride, dilation_rate=dilation, kernel_initializer="ones")
    kept = slice(None, None, stride if stride > 1 and dilation > 1 else 1)
    pixels = numbers(layer(np.eye(n, dtype="float32")[..., None]))[:, kept, 0]  # (inputs, answers)
    assert get("unread").reference(n, k, stride, dilation) == np.sum(pixels.sum(axis=1) == 0)


# Shifts and pooling


@pytest.mark.parametrize("shift", [1, 4])
def test_a_circle_is_equivariant_and_stride_two_to_even_shifts(lecture, shift):
    rng = np.random.default_rng(SEED)
    x, w = rng.integers(0, 9, (8, 8)), rng.integers(-3, 4, (3, 3))
    full = signal.correlate2d(x, w, mode="same", boundary="wrap")
    np.testing.assert_array_equal(lecture.circle(x, w), full)
    np.testing.assert_array_equal(lecture.with_zeros(x, w), signal.correlate2d(x, w, mode="same"))
    assert lecture.misfit(lambda x: lecture.circle(x, w), x, shift) == 0
    assert (lecture.misfit(lambda x: lecture.circle(x, w)[::2, ::2], x, shift) == 0) == (shift % 2 == 0)


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_random_kernels_answer_nothing_to_an_even_grey(lecture, seed):
    _, w = lecture.tile(seed)
    assert w.sum() == 0 and w.any()


@pytest.mark.parametrize("k", [2, 4])
def test_pooling_is_kerass(lecture, keras, k):
    x = random(2, 8, 8).astype("float32")
    for how, layer in ((np.max, keras.layers.MaxPooling2D(k)), (np.mean, keras.layers.AveragePooling2D(k))):
        np.testing.assert_allclose(lecture.pooled(x, k, how), numbers(layer(x[..., None]))[..., 0], atol=1e-6)
    np.testing.assert_array_equal(lecture.pooled(x, k, lecture.first_of), x[:, ::k, ::k])


@pytest.mark.parametrize(("shape", "k"), [((7, 5, 2), 2), ((9, 10, 1), 3)])
def test_the_max_pooling_of_the_exercise_is_kerass(keras, shape, k):
    x = random(*shape).astype("float32")
    np.testing.assert_allclose(get("max-pool").reference(x, k), numbers(keras.layers.MaxPooling2D(k)(x[None]))[0])


@pytest.mark.parametrize("rise", [2.0, -0.5])
def test_the_kernels_of_the_exercise_answer_one(rise):
    x = rise * np.arange(6.0)[:, None] + np.zeros(6)
    for_keras, for_scipy = get("edge-kernels").reference(rise)
    np.testing.assert_allclose(signal.correlate2d(x, for_keras, "valid"), 1)
    np.testing.assert_allclose(signal.convolve2d(x, for_scipy, "valid"), 1)


@pytest.mark.parametrize("shift", [1, 3])
def test_crops_further_to_the_right_show_the_same_edges(lecture, shift):
    still, moved = lecture.edge_crops(SEED, 0, count=5), lecture.edge_crops(SEED, shift, count=5)
    np.testing.assert_array_equal(still[:, :, shift:], moved[:, :, :-shift])


# Many networks side by side


@pytest.mark.parametrize("net", [0, 2])
def test_networks_side_by_side_are_keras_layers_of_their_own(networks, keras, net):
    x = random(4, 3, 6, 6, 2).astype("float32")  # (images, networks, h, w, channels)
    inputs = keras.Input(x.shape[1:])
    layer = keras.Model(inputs, networks.places_of(inputs, 5, seed=SEED))
    together = numbers(layer(x))[:, net]
    kernel, bias = (numbers(v)[net] for v in layer.weights)
    alone = keras.layers.Conv2D(5, 3, activation="relu")
    alone.build((None, 8, 8, 2))
    alone.set_weights([kernel.reshape(3, 3, 2, 5), bias.reshape(5)])
    around = np.pad(x[:, net], ((0, 0), (1, 1), (1, 1), (0, 0)), mode="wrap")
    np.testing.assert_allclose(together, numbers(alone(around)), atol=1e-5)
    pooled = numbers(networks.pool(keras.ops.convert_to_tensor(together[:, None])))[:, 0]
    np.testing.assert_allclose(pooled, numbers(keras.layers.MaxPooling2D()(together)), atol=1e-6)


@pytest.mark.parametrize("place", [(0, 0), (3, 4)])
def test_own_kernels_are_used_at_their_place(networks, keras, place):
    x = random(2, 1, 6, 6, 1).astype("float32")
    inputs = keras.Input(x.shape[1:])
    layer = keras.Model(inputs, networks.places_of(inputs, 2, networks.OWN, seed=SEED))
    before = numbers(layer(x))
    kernel, bias = map(numbers, layer.weights)
    kernel[:, *place] += 1
    layer.set_weights([kernel, bias + 10])
    changed = np.any(numbers(layer(x)) - numbers(layer(np.zeros_like(x))) != 0, axis=(0, 1, 4))
    assert changed.all() and layer.count_params() == 36 * (9 * 2 + 2)
    layer.set_weights([np.zeros_like(kernel), bias])
    kernel[:] = 0
    kernel[:, *place] = 1
    layer.set_weights([kernel, bias])
    (rows, columns) = np.nonzero(np.any(numbers(layer(np.ones_like(x))) != 0, axis=(0, 1, 4)))
    assert (rows.tolist(), columns.tolist()) == ([place[0]], [place[1]]) and before.shape == (2, 1, 6, 6, 2)


@pytest.mark.slow
def test_a_network_learns_as_it_does_alone(networks):
    x = np.random.default_rng(SEED).uniform(size=(60, 2, 12, 12, 1)).astype("float32")
    wanted = np.eye(10, dtype="float32")[np.arange(60) % 10, None]
    both, one = networks.network(2), networks.network(1)
    one.set_weights([w[2:] for w in both.get_weights()])  # two rates for each set
    for model, images in ((both, x), (one, x[:, 1:])):
        model.fit(images, wanted, epochs=2, batch_size=20, shuffle=False, verbose=0)
    for together, alone in zip(both.get_weights(), one.get_weights(), strict=True):
        np.testing.assert_allclose(together[2:], alone, atol=2e-3)


@pytest.mark.parametrize("shift", [(2, 4), (1, 0)])
def test_even_shifts_change_nothing_and_every_place_no_shift_at_all(networks, shift):
    model = networks.network(2, channels=(4, 6, 8), pools=1, everywhere=True, rates=1, seed=SEED)
    x = np.random.default_rng(SEED).uniform(size=(3, 2, 12, 12, 1)).astype("float32")
    moved = np.roll(x, shift, axis=(2, 3))
    same = np.allclose(networks.scores_of(model, moved), networks.scores_of(model, x), atol=1e-5)
    assert same == (shift[0] % 2 == 0)
    spread = [numbers(networks.every_place(model, pictures)) for pictures in (x, moved)]
    np.testing.assert_allclose(*spread, atol=1e-5)


def test_every_place_holds_the_places_that_the_network_kept(networks, keras):
    model = networks.network(1, channels=(4, 6), pools=1, everywhere=True, rates=1, seed=SEED)
    x = np.random.default_rng(SEED).uniform(size=(2, 1, 12, 12, 1)).astype("float32")
    phases = [numbers(model(np.roll(x, (-i, -j), axis=(2, 3)))) for i in (0, 1) for j in (0, 1)]
    kernel, bias = model.get_weights()[-2:]
    features = [(p - bias) @ np.linalg.pinv(kernel[0]) for p in phases]  # ten scores of six features
    largest = np.max(features, axis=0) @ kernel[0] + bias
    np.testing.assert_allclose(numbers(networks.every_place(model, x)), largest, atol=1e-3)


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_digits_are_placed_and_permuted_without_loss(lecture, seed):
    x = np.random.default_rng(seed).uniform(size=(20, 64)).astype("float32")
    squares = lecture.placed(x, seed)
    corners = {tuple(np.argwhere(s).min(axis=0)) for s in squares}
    assert max(map(max, corners)) <= 4 and len(corners) > 8
    np.testing.assert_allclose(np.sort(squares.reshape(20, -1))[:, -64:], np.sort(x))
    mixed = lecture.permuted(squares, seed)
    np.testing.assert_array_equal(np.sort(mixed.reshape(20, -1)), np.sort(squares.reshape(20, -1)))
    np.testing.assert_array_equal(lecture.permuted(squares[3:4], seed)[0], mixed[3])


# Accounts


def built(keras, layers, side, channels):
    """The same network in Keras, on symbols: nothing is computed."""
    x = inputs = keras.Input((side, side, channels))
    for kind, *how in layers:
        if kind == "conv":
            units, k, stride, pad = how
            x = keras.layers.Conv2D(units, k, strides=stride)(keras.layers.ZeroPadding2D(pad)(x))
        elif kind == "pool":
            x = keras.layers.MaxPooling2D(*how)(x)
        else:
            x = keras.layers.Dense(how[0])(keras.layers.Flatten()(x) if x.ndim == 4 else x)
    return keras.Model(inputs, x)


@pytest.mark.parametrize(("layers", "side", "channels"), [(SMALL, 24, 3), (DEEP, 63, 1)])
def test_accounts_are_those_of_keras(lecture, keras, layers, side, channels):
    rows = list(lecture.account(layers, side, channels))
    model = built(keras, layers, side, channels)
    counted = [layer for layer in model.layers if type(layer).__name__ in ("Conv2D", "MaxPooling2D", "Dense")]
    for (_, outputs, weights, work, _), layer in zip(rows, counted, strict=True):
        assert outputs == np.prod(layer.output.shape[1:]) and weights == layer.count_params()
        if weights:
            kernel = layer.kernel.shape
            assert work == np.prod(kernel) * (np.prod(layer.output.shape[1:]) // kernel[-1])


@pytest.mark.parametrize(("layers", "side"), [(SMALL[:3], 40), (DEEP[:4], 95)])
def test_an_answer_sees_what_it_is_said_to_see(lecture, keras, layers, side):
    model = built(keras, layers, side, 1)
    for layer in model.layers:
        layer.set_weights([np.ones_like(w) for w in layer.get_weights()])
    pixels = np.zeros((side, side, side, 1), "float32")
    pixels[np.arange(side), side // 2, np.arange(side)] = 1
    pixels = np.r_[pixels, np.zeros((1, side, side, 1), "float32")]
    answers = numbers(model(pixels))
    middle = answers.shape[1] // 2
    seen = np.any(answers[:-1, middle, middle] != answers[-1, middle, middle], axis=-1)
    assert seen.sum() == list(lecture.account(layers, side, 1))[-1][-1]


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("LeNet-5", (61_706, 416_520)),
        ("AlexNet", (61_100_840, 714_188_480)),
        ("VGG-16", (138_357_544, 15_470_264_320)),
    ],
)
def test_weights_and_work_are_those_that_are_published(lecture, name, known):
    networks = {"LeNet-5": (lecture.LENET, 28, 1), "AlexNet": (lecture.ALEXNET, 224, 3)}
    networks["VGG-16"] = (lecture.vgg(*lecture.STAGES), 224, 3)
    rows = list(lecture.account(*networks[name]))
    assert (sum(row[2] for row in rows), sum(row[3] for row in rows)) == known


@pytest.mark.parametrize("side", [64, 100])
def test_the_exercise_counts_as_the_account_does(lecture, side):
    flattened, pooled = get("first-dense").reference(side)
    assert flattened == list(lecture.account(lecture.vgg(*lecture.STAGES), side, 3))[18][2]
    assert pooled == next(iter(lecture.account([("dense", 4096)], 1, 512)))[2]


# Resuming


def test_a_killed_training_repeats_the_lost_epoch_and_ends_the_same(keras, tmp_path):
    x, y = random(64, 6).astype("float32"), np.arange(64) % 3
    kernels = keras.initializers.GlorotUniform(seed=SEED)

    def trained(*callbacks):
        model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, "softmax", kernel_initializer=kernels)])
        model.compile(keras.optimizers.Adam(0.1), loss="sparse_categorical_crossentropy")
        return model, model.fit(x, y, epochs=4, batch_size=4, shuffle=False, callbacks=list(callbacks), verbose=0)

    code = take(10, "Kill", "backup")
    code.Kill.on_epoch_begin.__globals__.update(LAST=4, STEPS=16)  # the epochs of the quick profile, and 64 / 4 batches
    backup = code.backup
    with pytest.raises(KeyboardInterrupt):
        trained(backup(tmp_path), code.Kill())
    resumed, record = trained(backup(tmp_path))
    assert record.epoch == [2, 3]
    whole, _ = trained()
    assert int(resumed.optimizer.iterations) == int(whole.optimizer.iterations) == 64
    np.testing.assert_allclose(resumed.get_weights()[0], whole.get_weights()[0], atol=1e-4)
