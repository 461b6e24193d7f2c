"""Networks side by side learn as each of them would alone."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.deferred import keras
from course_utils.errors import CourseError
from course_utils.side_by_side import adam_with_rates, batch_normalization, cross_entropy, dense, predict, start_again

pytestmark = pytest.mark.usefixtures("keras")


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@pytest.mark.parametrize(("axis", "shape"), [(0, (4, 3)), (0, (4, 1, 2)), (-3, (5, 4, 2, 3)), (-3, (4, 1, 2))])
def test_each_network_learns_as_with_an_adam_of_its_own(axis, shape):
    rates, schedule = [0.5, 0.02], keras.optimizers.schedules.CosineDecay(1.0, 4)
    start, gradients = random(*shape), [random(*shape, seed=step) for step in (1, 2, 3)]
    together, optimizer = keras.Variable(start), adam_with_rates(rates, schedule, axis=axis)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [together])
    for net in range(4):
        alone = keras.Variable(start.take(net, axis))
        adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rates[net % 2], 4))
        for gradient in gradients:
            adam.apply([keras.ops.convert_to_tensor(gradient.take(net, axis))], [alone])
        np.testing.assert_allclose(keras.ops.convert_to_numpy(together).take(net, axis), alone.numpy(), atol=1e-6)


@pytest.mark.parametrize("jit", [False, True])
def test_a_factor_slows_the_layers_of_this_name_only(jit):
    inputs = keras.Input((2, 3))
    trunk = keras.layers.EinsumDense("nkc,kcf->nkf", (2, 4), name="trunk_0")(inputs)
    model = keras.Model(inputs, keras.layers.EinsumDense("nkc,kcf->nkf", (2, 2), name="head")(trunk))
    adam = adam_with_rates([0.1], factors={"trunk": [0.0, 0.5]})
    model.compile(adam, loss="mse", jit_compile=jit)
    before = model.get_weights()
    model.train_on_batch(random(8, 2, 3), random(8, 2, 2))
    moved = [np.abs(new - old).reshape(2, -1).max(axis=1) for old, new in zip(before, model.get_weights(), strict=True)]
    np.testing.assert_allclose(moved, [[0, 0.05], [0.1, 0.1]], rtol=1e-3)  # Adam's first step is its rate


def test_factors_for_a_layer_that_is_not_there_are_named():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="head")])
    model.compile(adam_with_rates([0.1], factors={"trunk": [0.0]}), loss="mse")
    with pytest.raises(CourseError, match=r"'trunk', but no layer's name holds it[.] Trained are: head"):
        model.fit(random(4, 3), random(4, 2), verbose=0)


@pytest.mark.parametrize("given", [[], [0.1, -1.0], 0.1, [[0.1]], [float("nan")]])
def test_rates_that_are_no_list_of_positive_numbers_are_named(given):
    with pytest.raises(CourseError, match="list of positive numbers, not"):
        adam_with_rates(given)


@pytest.mark.parametrize("sets", [1, 2, 4])
def test_the_loss_is_kerass_cross_entropy_summed_over_networks(sets):
    scores, classes = random(5, 4, 3), np.random.default_rng(0).integers(3, size=(5, sets))
    found = cross_entropy(np.eye(3, dtype="float32")[classes], scores)
    wanted = [
        keras.losses.sparse_categorical_crossentropy(classes[:, net % sets], scores[:, net], from_logits=True)
        for net in range(4)
    ]
    np.testing.assert_allclose(found, np.sum(wanted, axis=0), rtol=1e-5)


def normalized(networks, units, momentum=0.9):
    inputs = keras.Input((networks, units))
    return keras.Model(inputs, batch_normalization(inputs, momentum))


def test_each_network_is_normalized_as_by_a_layer_of_its_own():
    together, alone = normalized(4, 5), [keras.layers.BatchNormalization(momentum=0.9) for _ in range(4)]
    for step in range(3):
        h = 1 + 2 * random(30, 4, 5, seed=step)
        for training in (True, False):
            expected = np.stack([layer(h[:, k], training=training) for k, layer in enumerate(alone)], axis=1)
            np.testing.assert_allclose(together(h, training=training), expected, atol=1e-5)


def test_the_scales_of_each_network_learn_at_its_own_rate():
    model = normalized(4, 5)
    model.compile(adam_with_rates([1e-3, 1e-7, 0.1, 0.01]), loss="mse")
    before = model.get_weights()[0]
    model.train_on_batch(random(8, 4, 5), random(8, 4, 5, seed=1))
    moved = np.abs(model.get_weights()[0] - before).reshape(5, 4)
    np.testing.assert_allclose(moved, np.tile([1e-3, 1e-7, 0.1, 0.01], (5, 1)), rtol=0.2)


def test_dense_layers_are_kerass_with_its_own_start():
    inputs = keras.Input((50, 12))
    model = keras.Model(inputs, dense(inputs, 8, seed=3))
    kernel, bias = model.get_weights()
    kerass = keras.layers.Dense(8)
    kerass.build((None, 12))
    assert not bias.any()
    assert np.abs(kernel).max() == pytest.approx(kerass.kernel_initializer.scale * np.sqrt(6 / 20), rel=0.01)
    assert kernel.std() == pytest.approx(np.sqrt(2 / 20), rel=0.05)
    x = random(6, 50, 12)
    np.testing.assert_allclose(model(x), np.einsum("nkc,kcf->nkf", x, kernel), atol=1e-5)
    assert len({one.tobytes() for one in kernel}) == 50
    assert len(keras.Model(inputs, dense(inputs, 8, seed=3, use_bias=False)).weights) == 1


def test_predicting_in_training_mode_moves_no_average():
    model = normalized(2, 3)
    x = 5 + random(10, 2, 3)
    in_training = predict(model, x, 10, training=True)
    np.testing.assert_allclose(in_training.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(predict(model, x, 4), x / np.sqrt(1 + 1e-3), rtol=1e-5)


def test_a_model_that_starts_again_learns_the_same_again():
    inputs = keras.Input((2, 3))
    model = keras.Model(inputs, dense(inputs, 1, seed=0))
    model.compile(adam_with_rates([0.1, 0.01]), loss="mse")
    at_start, x, y = model.get_weights(), random(8, 2, 3), random(8, 2, 1)
    runs = []
    for _ in range(2):
        start_again(model, at_start)
        model.fit(x, y, epochs=3, shuffle=False, verbose=0)
        runs.append(model.get_weights())
    for first, second in zip(*runs, strict=True):
        np.testing.assert_array_equal(first, second)
