"""Networks side by side learn as each of them would alone."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.deferred import keras
from course_utils.errors import CourseError
from course_utils.side_by_side import adam_with_rates, cross_entropy

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
