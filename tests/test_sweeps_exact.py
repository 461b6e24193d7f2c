"""Each network of a sweep is the one that plain Keras trains alone on the same batches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from course_utils import Sweep, mlp
from course_utils.deferred import keras
from course_utils.sweeps.examples import order
from course_utils.sweeps.optimizers import ELEMENTWISE

pytestmark = [pytest.mark.usefixtures("keras"), pytest.mark.slow]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 5)).astype("float32")
Y = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype("int32") + (X[:, 2] > 0.7)
EPOCHS, BATCH = 2, 16  # the last batch has 2 examples
OPTIONS = {  # rates at which something happens in eight steps
    "SGD": {"learning_rate": 0.1},
    "momentum": {"learning_rate": 0.05, "momentum": 0.9},
    "Nesterov": {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
    "Adadelta": {"learning_rate": 1.0},
    "Ftrl": {"learning_rate": 0.1, "l1_regularization_strength": 0.001},
}


@pytest.fixture(autouse=True)
def static(monkeypatch):
    monkeypatch.setenv("COURSE_STATIC", "1")


def optimizer(name, **options):
    kind = "SGD" if name in ("momentum", "Nesterov") else name
    return getattr(keras.optimizers, kind)(**{"learning_rate": 0.01, **OPTIONS.get(name, {}), **options})


def alone(model, optimizer, seed, x=X, y=Y, loss="sparse_categorical_crossentropy", epochs=EPOCHS):
    """Train a Keras model on the batches that the sweep's networks of this seed see."""
    model.compile(optimizer, loss)
    for epoch in range(epochs):
        rows = order(seed, epoch, len(x))
        for first in range(0, len(x), BATCH):
            chosen = rows[first : first + BATCH]
            model.train_on_batch(x[chosen], y[chosen])
    return model


def assert_same(nets, place, model, **tolerance):
    """Weights of the network at a place of the sweep, cut to its width, against those of a Keras model."""
    width = int(nets._settings["width"].reshape(nets.shape)[place])
    found = nets.net.cut({name: values[place] for name, values in nets.weights().items()}, width)
    expected = [weight for layer in model.layers for weight in layer.weights if "seed" not in weight.path]
    assert len(found) == len(expected)
    for (name, array), weight in zip(found.items(), expected, strict=True):
        np.testing.assert_allclose(array, weight.numpy(), err_msg=name, **{"rtol": 1e-3, "atol": 2e-5, **tolerance})


@pytest.mark.parametrize("name", [*ELEMENTWISE, "momentum", "Nesterov"])
def test_each_optimizer(name):
    rates = optimizer(name).learning_rate * np.array([0.5, 1.0])
    nets = Sweep(mlp([7], "tanh"), optimizer(name), learning_rate=rates, seeds=[3, 1]).build(X, Y)
    model = nets.member(learning_rate=rates[0], seed=1)
    nets.fit(X, Y, epochs=EPOCHS, batch_size=BATCH)
    alone(model, optimizer(name, learning_rate=float(rates[0])), seed=1)
    assert_same(nets, (0, 1), model)


DESCRIPTIONS = {
    "widths": st.lists(st.just(6), max_size=3) | st.lists(st.integers(1, 9), max_size=3),
    "activation": st.sampled_from(["tanh", "sigmoid", "gelu", "softplus"]),
    "normalization": st.sampled_from([None, "batch"]),
    "residual": st.sampled_from([0.0, 1.0, 0.5]),
    "initializer": st.sampled_from(["glorot_uniform", "he_normal", "orthogonal"]),
    "gain": st.sampled_from([0.5, 1.0, 2.0]),
}


@settings(max_examples=6, deadline=None, phases=[Phase.reuse, Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    net=st.fixed_dictionaries(DESCRIPTIONS),
    name=st.sampled_from([*ELEMENTWISE, "momentum"]).filter(lambda name: name != "Lion"),  # its steps have one length
    decay=st.sampled_from([0.0, 0.1]),
    l2=st.sampled_from([0.0, 0.01]),
    narrow=st.booleans(),
)
def test_random_descriptions(net, name, decay, l2, narrow):
    axes = {"weight_decay": [decay, 0.3], "l2": [0.02, l2]}
    if narrow and net["widths"]:
        axes["width"] = [min(net["widths"]), max(1, min(net["widths"]) // 2)]
    chosen = {"weight_decay": decay, "l2": l2, **({"width": axes["width"][1]} if "width" in axes else {})}
    nets = Sweep(mlp(**net), optimizer(name), seeds=[5], **axes).build(X, Y)
    model = nets.member(**chosen)
    nets.fit(X, Y, epochs=EPOCHS, batch_size=BATCH)
    alone(model, optimizer(name, weight_decay=decay), seed=5)
    assert_same(nets, (0, 1, *([1] if "width" in axes else []), 0), model)


def test_a_schedule_multiplies_the_rates():
    def decaying(rate):
        return keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(rate, 2, 0.5))

    nets = Sweep(mlp([4], "tanh"), decaying(1.0), learning_rate=[0.3, 0.1], seeds=[2]).build(X, Y)
    model = nets.member(learning_rate=0.1)
    nets.fit(X, Y, epochs=EPOCHS, batch_size=BATCH)
    assert_same(nets, (1, 0), alone(model, decaying(0.1), seed=2))


@pytest.mark.parametrize(
    ("loss", "y", "keras_loss"),
    [
        ("binary_crossentropy", (Y > 0).astype("float32"), "binary_crossentropy"),
        ("hinge", 2.0 * (Y > 0) - 1, "hinge"),
        ("mse", X[:, :2] * 2, "mse"),
    ],
)
def test_each_loss(loss, y, keras_loss):
    nets = Sweep(mlp([6], "tanh"), optimizer("SGD"), loss=loss, seeds=[1, 2]).build(X, y)
    model = nets.member(seed=2)
    history = nets.fit(X, y, epochs=EPOCHS, batch_size=BATCH)
    targets = y if y.ndim == 2 else y[:, None]
    assert_same(nets, (1,), alone(model, optimizer("SGD"), seed=2, y=targets, loss=keras_loss))
    assert nets.evaluate(X, y)["loss"][1] == pytest.approx(model.evaluate(X, targets, verbose=0), rel=1e-4)
    assert set(history) == ({"loss"} if loss == "mse" else {"loss", "accuracy"})
    np.testing.assert_allclose(nets.predict(X)[1], model.predict(X, verbose=0), atol=1e-5)
