"""The starts, gradients, rulers and counts of lecture 11, as they stand in the notebook, against Keras."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from course_utils.exercises import get
from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 95
SMALL_RESNETS = [(("basic", (1, 2)), 8, 3), (("basic", (2, 1, 1)), 4, 1), (("basic", (1, 1, 2)), 6, 2)]


@pytest.fixture(scope="module")
def lecture(keras):
    """What the lecture codes for its towers and maps."""
    names = "layer he_start ends STARTS MORE_STARTS rotations relu scores slopes likeness filter_normalized length"
    names += " rescaled beside_identity norm normed_layer norm_of shares losses WIDTH twelves"
    return take(11, *names.split())


@pytest.fixture(scope="module")
def counts():
    """What the lecture codes to count."""
    return take(11, "convolutions", "account", "accounts", "BASIC_256", "BOTTLENECK_256", "by_part", "RESNETS")


def numbers(tensor):
    import keras

    return np.asarray(keras.ops.convert_to_numpy(tensor), dtype=float)


def random(*shape, seed=SEED):
    return np.random.default_rng(seed).normal(size=shape)


def network(lecture, name, depth=4, seed=SEED):
    """One network before training, as the lecture keeps many of them."""
    start = {**lecture.STARTS, **lecture.MORE_STARTS}[name]
    skip, inner = start(lecture.he_start(depth, seed))
    first, last = lecture.ends(seed)
    biases = 0.1 * random(depth, 1, lecture.WIDTH)
    return {"skip": skip, "inner": inner, "biases": biases, "first": first, "last": last, "last_bias": 0.0}


# The layer and its starts


def test_a_plain_layer_at_the_identity_and_a_skip_without_a_branch_pass_their_input_on(lecture):
    x = abs(random(5, 3)).astype("float32")
    for w, s in ((np.eye(3, dtype="float32"), 0), (np.zeros((3, 3), "float32"), 1)):
        np.testing.assert_array_equal(numbers(lecture.layer(x, w, 0, s)), x)


@pytest.mark.parametrize("s", [0, 1])
def test_the_layer_is_kerass_dense_layer_and_add(lecture, keras, s):
    x, w, b = (random(*shape).astype("float32") for shape in ((6, 4), (4, 4), (4,)))
    dense = keras.layers.Dense(4, activation="relu")
    dense.build((None, 4))
    dense.set_weights([w, b])
    wanted = keras.layers.Add()([x, dense(x)]) if s else dense(x)
    np.testing.assert_allclose(numbers(lecture.layer(x, w, b, s)), numbers(wanted), atol=1e-6)


def test_rotations_keep_what_a_pair_of_relus_holds(lecture):
    kernels = lecture.rotations(lecture.he_start(6, SEED))
    p = random(10, 8)
    x = np.maximum(np.hstack([p, -p]), 0)
    for w in kernels:
        x = np.maximum(x @ w, 0)
    after = x[:, :8] - x[:, 8:]
    np.testing.assert_allclose(np.linalg.norm(after, axis=1), np.linalg.norm(p, axis=1))
    np.testing.assert_allclose(after, p @ np.linalg.multi_dot(kernels[:, :8, :8]), atol=1e-12)


@pytest.mark.parametrize("name", ["plain, He", "skip, He"])
def test_he_starts_have_variance_two_over_fan_in(lecture, name):
    start = {**lecture.STARTS, **lecture.MORE_STARTS}[name]
    _, kernels = start(lecture.he_start(50, SEED, 64))
    assert kernels.std() == pytest.approx((2 / 64) ** 0.5, rel=0.01)


def test_small_branches_are_he_over_the_root_of_the_depth_and_both_near_identity_starts_share_them(lecture):
    he = lecture.he_start(25, SEED)
    skip, small = lecture.STARTS["skip, small"](he)
    plain, near = lecture.MORE_STARTS["plain, identity"](he)
    assert (skip, plain) == (1, 0)
    np.testing.assert_allclose(small, he / 5)
    np.testing.assert_allclose(near - np.eye(16), small, atol=1e-15)


@pytest.mark.parametrize("order", [None, [0, 2, 3], [1, 0, 2, 3]])
def test_scores_are_those_of_the_layers_one_after_the_other(lecture, order):
    net, x = network(lecture, "skip, small"), random(7, 64)
    h = np.maximum(x @ net["first"], 0)
    for i in order or range(4):
        h = numbers(lecture.layer(h.astype("float32"), net["inner"][i].astype("float32"), net["biases"][i], 1))
    np.testing.assert_allclose(lecture.scores(net, x, order), h @ net["last"], atol=1e-4)


@pytest.mark.parametrize("skip", [0, 1])
def test_a_convolution_as_a_matrix_is_kerass_on_a_circle(keras, skip):
    lecture = take(11, "convolution", "CHANNELS")
    x, kernel, bias = (random(*shape).astype("float32") for shape in ((2, 5, 48), (2, 27, 3), (2, 1, 3)))
    together = numbers(lecture.convolution(x, kernel, bias, skip))
    for net in range(2):
        alone = keras.layers.Conv2D(lecture.CHANNELS, 3, activation="relu")
        alone.build((None, 6, 6, 3))
        alone.set_weights([kernel[net].reshape(3, 3, 3, 3), bias[net, 0]])
        maps = x[net].reshape(5, 4, 4, 3)
        around = np.pad(maps, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="wrap")
        np.testing.assert_allclose(together[net], (skip * maps + numbers(alone(around))).reshape(5, 48), atol=1e-5)


# Gradients


@pytest.mark.parametrize("name", ["plain, He", "skip, small"])
def test_slopes_are_the_gradient_for_the_pixels(lecture, name):
    start = lecture.STARTS[name]
    g, sizes = lecture.slopes(start, 3, SEED, points=9)
    code = take(11, "images")
    rng = np.random.default_rng([SEED, 4])
    a, b = code.images[rng.choice(len(code.images), (2, 2), replace=False)][:, 1].astype(float)  # the second line
    skip, kernels = start(lecture.he_start(3, SEED, 64))
    first, readout = lecture.ends(SEED, 64)[0], rng.normal(0, 1 / 8, 64)

    def value(x):
        h = np.maximum(x @ first, 0)
        for w in kernels:
            h = skip * h + np.maximum(h @ w, 0)
        return h @ readout

    x, step = a + 3 / 8 * (b - a), 1e-6
    wanted = [(value(x + step * e) - value(x - step * e)) / (2 * step) for e in np.eye(64)]
    np.testing.assert_allclose(g[1, 3], wanted, atol=1e-5)
    assert sizes.shape == (4,)
    assert sizes[-1] == 1


def test_likeness_of_known_gradients(lecture):
    same = np.ones((8, 3))
    turned = np.array([[np.cos(i * np.pi / 8), np.sin(i * np.pi / 8)] for i in range(16)])
    assert lecture.likeness(same) == pytest.approx(1)
    assert lecture.likeness(turned) == pytest.approx(0, abs=1e-12)  # four steps of π/8: a right angle


# Rulers


def test_a_direction_is_as_long_as_the_ruler_column_by_column(lecture):
    made = lecture.filter_normalized(random(3, 5, 4), random(3, 5, 4, seed=1))
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), np.linalg.norm(random(3, 5, 4, seed=1), axis=1))


def test_the_rescaled_copy_is_the_same_function(lecture):
    net = network(lecture, "plain, identity", depth=50)
    net = {k: v[:, None] if k in ("inner", "biases") else v for k, v in net.items()}
    x = random(6, 64)
    copy = lecture.rescaled(net)
    np.testing.assert_allclose(lecture.scores(copy, x), lecture.scores(net, x), rtol=1e-9)
    assert abs(copy["inner"] / net["inner"]).max() == pytest.approx(4)


def test_the_loss_is_kerass_cross_entropy(lecture, keras):
    code = take(11, "losses", "x_train", "y_train")
    net = network(lecture, "skip, small")
    z = lecture.scores(net, code.x_train[:20]).astype("float32")
    wanted = keras.losses.sparse_categorical_crossentropy(code.y_train[:20], z, from_logits=True)
    assert code.losses(net, count=20) == pytest.approx(numbers(wanted).mean(), rel=1e-5)


# Batch norm


def test_norm_is_kerass_batch_norm_in_training(lecture, keras):
    h = 3 + 2 * random(9, 5).astype("float32")
    layer = keras.layers.BatchNormalization(epsilon=1e-3)
    np.testing.assert_allclose(numbers(lecture.norm(h)), numbers(layer(h, training=True)), atol=1e-5)
    np.testing.assert_allclose(lecture.norm_of(h), numbers(layer(h, training=True)), atol=1e-5)


@pytest.mark.parametrize("s", [0, 1])
def test_a_normed_layer_norms_its_branch_only(lecture, s):
    x, w, b = abs(random(9, 4)).astype("float32"), random(4, 4).astype("float32"), random(4).astype("float32")
    wanted = s * x + np.maximum(lecture.norm_of(x @ w) + b, 0)
    np.testing.assert_allclose(numbers(lecture.normed_layer(x, w, b, s)), wanted, atol=1e-5)


def test_the_first_share_is_that_of_one_layer(lecture):
    x = np.maximum(take(11, "x_train").x_train @ lecture.ends(SEED)[0], 0)
    branch = np.maximum(x @ lecture.he_start(50, SEED)[0], 0)
    assert lecture.shares(SEED)[0] == pytest.approx(np.linalg.norm(branch) / np.linalg.norm(x), rel=1e-5)


# Counts


def test_the_counts_of_the_three_networks(counts):
    assert [made[0] for made in counts.accounts.values()] == [11_689_512, 21_797_672, 25_557_032]
    assert counts.accounts["ResNet-50"][1:] == (25_583_592, 53_120)
    assert (counts.BASIC_256, counts.BOTTLENECK_256) == (1_179_648, 69_632)


@pytest.mark.slow
@pytest.mark.parametrize(("builder", "blocks"), [("ResNet50", (3, 4, 6, 3)), ("ResNet101", (3, 4, 23, 3))])
def test_bottleneck_networks_have_as_many_weights_as_kerass(counts, keras, builder, blocks):
    model = getattr(keras.applications, builder)(weights=None)
    _, trainable, moving = counts.account("bottleneck", blocks)
    assert sum(int(np.prod(w.shape)) for w in model.trainable_weights) == trainable
    assert model.count_params() == trainable + moving


@pytest.mark.parametrize(("net", "m", "channels"), SMALL_RESNETS)
def test_a_network_of_basic_blocks_has_as_many_weights_as_described(counts, keras, net, m, channels):
    code = take(11, "resnet", "trainable")
    (_, blocks), classes = net, 7
    model = code.resnet((16, 16, channels), blocks, m, classes)
    torch, _, moving = counts.account(*net, classes=classes, stem=3, m=m, c=channels)
    assert code.trainable(model) == torch
    assert model.count_params() == torch + moving


@pytest.mark.parametrize("name", ["ResNet-18", "ResNet-34", "ResNet-50"])
def test_the_parts_add_up_to_all_kernels(counts, name):
    kernels = sum(k * k * c * m for k, c, m in counts.convolutions(*counts.RESNETS[name]))
    *parts, dense = counts.by_part(*counts.RESNETS[name])
    assert sum(parts) == pytest.approx(kernels / 1e6)
    assert dense == {"ResNet-50": 2.048}.get(name, 0.512)
    assert parts[4] > parts[3] > parts[2] > parts[1]


def test_the_stage_of_the_exercise_is_that_of_the_description(counts):
    stage = get("bottleneck").reference
    layers = list(counts.convolutions("bottleneck", (3, 4, 6, 3)))
    ends = np.cumsum([1, 10, 13, 19, 10])
    given = [(64, 64, 3), (256, 128, 4), (512, 256, 6), (1024, 512, 3)]
    for (c, w, count), part in zip(given, pairwise(ends), strict=True):
        made = layers[slice(*part)]
        assert stage(c, w, count) == sum(k * k * a * b + 2 * b for k, a, b in made)


def test_the_block_of_the_exercise_passes_its_input_on_where_the_branch_is_zero():
    block = get("add-back").reference
    x, P = random(8, 3), random(3, 2)
    np.testing.assert_array_equal(block(x, random(3, 4), np.zeros((4, 3))), x)
    np.testing.assert_allclose(block(x, random(3, 4), np.zeros((4, 2)), P), x @ P)


def test_the_network_of_the_exercise_is_the_block():
    W, b, x = random(3, 3), random(3, seed=2), random(9, 3, seed=3)
    first, bias, second = get("without-skip").reference(W, b)
    np.testing.assert_allclose(np.maximum(x @ first + bias, 0) @ second, x + np.maximum(x @ W + b, 0))
