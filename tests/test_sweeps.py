"""`Sweep`: named axes, paired draws, independent members, and errors in one line."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils import Sweep, load, mlp, probes
from course_utils.datasets import Dataset
from course_utils.deferred import keras
from course_utils.errors import CourseError
from course_utils.sweeps import examples
from course_utils.sweeps.members import uniform
from tests import child

pytestmark = pytest.mark.usefixtures("keras")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int32") + (X[:, 1] > 0.5)
NET = mlp([6, 6])


@pytest.fixture(autouse=True)
def static(monkeypatch):
    monkeypatch.setenv("COURSE_STATIC", "1")


def trained(net=NET, optimizer="adam", x=X, y=Y, epochs=2, batch_size=16, **axes):
    nets = Sweep(net, optimizer, **axes)
    nets.fit(x, y, epochs=epochs, batch_size=batch_size)
    return nets


def assert_equal(found, expected):
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


def assert_close(found, expected):
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=1e-5, rtol=1e-4, err_msg=name)


def at(weights, *place):
    return {name: values[place] for name, values in weights.items()}


@pytest.fixture(scope="module")
def nets(keras):
    """Two rates and three seeds, trained for two epochs."""
    return trained(learning_rate=[0.01, 0.1], seeds=[4, 5, 6])


def test_results_have_the_named_axes(nets):
    assert list(nets.axes) == ["learning_rate", "seed"]
    np.testing.assert_array_equal(nets.axes["seed"], [4, 5, 6])
    assert (nets.shape, len(nets)) == ((2, 3), 6)
    assert repr(nets) == "Sweep of 6 networks: 2 learning_rate × 3 seed"
    assert nets.predict(X).shape == (2, 3, 40, 3)
    assert {name: values.shape for name, values in nets.evaluate(X, Y).items()} == {"loss": (2, 3), "accuracy": (2, 3)}
    assert nets.weights()["hidden_1/kernel"].shape == (2, 3, 3, 6)
    assert nets.weights()["output/bias"].shape == (2, 3, 3)
    assert all(isinstance(values, np.ndarray) for values in nets.weights().values())


def test_axes_stand_in_the_order_typed_and_seeds_last():
    nets = Sweep(NET, gain=[1, 2], seeds=3, l2=[0, 0.1, 0.2, 0.3], dropout=0.5)
    assert (list(nets.axes), nets.shape) == (["gain", "l2", "seed"], (2, 4, 3))


def test_the_seeds_of_the_course_move_together(monkeypatch):
    np.testing.assert_array_equal(Sweep(NET, seeds=3).axes["seed"], [0, 1, 2])
    monkeypatch.setenv("COURSE_SEED", "2")
    np.testing.assert_array_equal(Sweep(NET, seeds=3).axes["seed"], [2000, 2001, 2002])


def test_the_history_has_an_epoch_axis_and_goes_on():
    nets = Sweep(NET, learning_rate=[0.01, 0.1], seeds=3)
    dead = {"dead": lambda nets: probes.dead_share(nets, X), "count": len}
    history = nets.fit(X, Y, epochs=2, batch_size=16, validation_data=(X, Y), record=dead)
    assert history is nets.history
    assert list(history) == ["loss", "accuracy", "val_loss", "val_accuracy", "dead", "count"]
    assert {history[name].shape for name in history} == {(2, 2, 3), (2,)}
    assert list(history.axes) == ["epoch", "learning_rate", "seed"]
    np.testing.assert_array_equal(history["val_loss"][-1], nets.evaluate(X, Y)["loss"])
    np.testing.assert_array_equal(history["dead"][-1], probes.dead_share(nets, X))
    later = nets.fit(X, Y, epochs=3, batch_size=16)
    np.testing.assert_array_equal(later.axes["epoch"], [3, 4, 5])
    assert repr(later) == "History of loss, accuracy: 3 epoch × 2 learning_rate × 3 seed"
    with pytest.raises(CourseError, match=r"there is no record 'los'\. Did you mean 'loss'"):
        later["los"]
    assert "loss" in later and "dead" not in later


def test_trained_in_two_goes_it_is_the_same_as_in_one():
    once, twice = trained(epochs=3, seeds=2), trained(epochs=1, seeds=2)
    twice.fit(X, Y, epochs=2, batch_size=16)
    assert_equal(twice.weights(), once.weights())


def test_the_history_is_what_keras_reports():
    nets = Sweep(NET, "sgd", l2=[0.0, 0.1], dropout=0.0, seeds=1).build(X, Y)
    model = nets.member(l2=0.1)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    expected = model.fit(X, Y, epochs=2, batch_size=40, verbose=0).history
    history = nets.fit(X, Y, epochs=2, batch_size=40)
    np.testing.assert_allclose(history["loss"][:, 1, 0], expected["loss"], rtol=1e-5)
    np.testing.assert_allclose(history["accuracy"][:, 1, 0], expected["accuracy"], rtol=1e-5)


def test_a_seed_draws_the_same_whatever_the_other_axes_and_seeds_are():
    net = mlp([6, 6], dropout=0.3)
    alone = trained(net, seeds=[9], learning_rate=0.02)
    among = trained(net, seeds=[7, 9, 8], learning_rate=[0.3, 0.02], label_noise=[0.5, 0.0])
    assert_close(at(among.weights(), 1, 1, 1), at(alone.weights(), 0))


def test_seeds_differ():
    nets = trained(seeds=2)
    kernels = nets.weights()["hidden_1/kernel"]
    assert not np.allclose(kernels[0], kernels[1], atol=0.1)


def test_a_network_that_diverges_leaves_the_others_bit_identical():
    options = {"net": mlp([6, 6], normalization="batch"), "optimizer": "sgd", "seeds": 2, "epochs": 3}
    fine, hurt = trained(learning_rate=[0.1, 0.2], **options), trained(learning_rate=[0.1, 1e30], **options)
    assert np.isnan(hurt.history["loss"][-1, 1]).all()
    assert_equal(at(hurt.weights(), 0), at(fine.weights(), 0))
    for name in fine.history:
        np.testing.assert_array_equal(hurt.history[name][:, 0], fine.history[name][:, 0])


def test_an_activation_that_normalizes_gets_the_gamma_and_beta_of_its_networks():
    def centring(h, gamma, beta):
        return keras.ops.relu(gamma * (h - keras.ops.mean(h, axis=1, keepdims=True)) + beta)

    def scaling(h, gamma, beta):
        return keras.ops.relu(gamma * h + beta)

    net, rates = mlp([6, 5], normalization="activation"), [0.01, 0.1]
    both = trained(net, activation=[centring, scaling], learning_rate=rates, seeds=2)
    for place, alone in enumerate((centring, scaling)):
        assert_close(at(both.weights(), place), trained(net, activation=alone, learning_rate=rates, seeds=2).weights())
    weights = {"hidden_1/gamma": 2.0, "hidden_1/beta": -1.0}
    both.set_weights(weights)
    h = X @ both.weights()["hidden_1/kernel"]
    h[0] -= h[0].mean(axis=-2, keepdims=True)
    np.testing.assert_allclose(both.activations(X)["hidden_1"], np.maximum(2 * h - 1, 0), atol=1e-4)
    with pytest.raises(CourseError, match="only a sweep can train such a network"):
        trained(net, activation=scaling).member()


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_networks_trained_in_groups_are_those_trained_together(at_once):
    options = {"net": mlp([6], dropout=0.2), "learning_rate": [0.01, 0.1], "seeds": 3, "label_noise": [0.0, 0.3]}
    together, divided = trained(**options), trained(at_once=at_once, **options)
    assert_close(divided.weights(), together.weights())
    assert_close(divided.history, together.history)
    np.testing.assert_allclose(divided.predict(X), together.predict(X), atol=1e-5)


@pytest.mark.parametrize("at_once", [None, 5])
def test_an_axis_of_activations(at_once):
    square = keras.ops.square
    kinds = ["relu", square, keras.activations.relu]
    options = {"learning_rate": [0.01, 0.1], "seeds": 2}
    nets = trained(mlp([6, 4]), at_once=at_once, activation=kinds, **options)
    alone = {kind: trained(mlp([6, 4], kind), **options) for kind in kinds[:2]}
    for place, same in enumerate([*alone.values(), alone["relu"]]):
        assert_close(at(nets.weights(), place), same.weights())
        assert_close({n: v[:, place] for n, v in nets.history.items()}, same.history)
        np.testing.assert_allclose(nets.predict(X)[place], same.predict(X), atol=1e-5)
    model = nets.member(activation=square, learning_rate=0.1, seed=0)
    np.testing.assert_allclose(model.predict(X, verbose=0), nets.predict(X)[1, 1, 0], atol=1e-5)


def test_a_member_is_an_ordinary_keras_model(nets):
    model = nets.member(learning_rate=0.1, seed=5)
    assert isinstance(model, keras.Sequential)
    np.testing.assert_allclose(model.predict(X, verbose=0), nets.predict(X)[1, 1], atol=1e-5)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    before = model.evaluate(X, Y, verbose=0)
    np.testing.assert_allclose(before, [values[1, 1] for values in nets.evaluate(X, Y).values()], rtol=1e-4)
    model.fit(X, Y, epochs=20, verbose=0)
    assert model.evaluate(X, Y, verbose=0)[0] < before[0]


def test_a_member_keeps_every_part_of_its_description():
    net = mlp([8, 8], "elu", normalization="batch", residual=0.5)
    nets = trained(net, width=[8, 3], dropout=[0.2, 0.0], l2=0.01, seeds=1)
    model = nets.member(width=3, dropout=0.2)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("Dropout") == 2 and "Add" in kinds and kinds.count("BatchNormalization") == 2
    assert [layer.units for layer in model.layers if hasattr(layer, "units")] == [3, 3, 3]
    np.testing.assert_allclose(model.predict(X, verbose=0), nets.predict(X)[1, 0, 0], atol=1e-5)
    assert model.get_layer("hidden_2").kernel_regularizer.l2 == pytest.approx(0.01)
    assert not model.get_layer("hidden_1").use_bias


def test_a_narrow_member_skips_the_layers_that_the_wide_ones_skip():
    nets = Sweep(mlp([5, 2, 2], "elu", residual=True), width=[2, 1], seeds=1).build(X, Y)
    model = nets.member(width=1)
    assert [type(layer).__name__ for layer in model.layers].count("Add") == 1
    np.testing.assert_allclose(model.predict(X, verbose=0), nets.predict(X)[1, 0], atol=1e-6)


def test_narrow_networks_are_as_if_the_other_units_were_not_there():
    wide = trained(mlp([8, 8], normalization="batch"), width=[8, 3], seeds=2)
    narrow = trained(mlp([3, 3], normalization="batch"), seeds=2)
    np.testing.assert_allclose(wide.predict(X)[1], narrow.predict(X), atol=1e-5)
    np.testing.assert_array_equal(wide.activations(X)["hidden_2"][1, :, :, 3:], 0)
    np.testing.assert_array_equal(wide.units(), [[16, 16], [6, 6]])


def test_the_start_is_what_keras_draws_times_the_gain():
    nets = Sweep(mlp([200]), gain=[1, 3], initializer=["he_normal", "orthogonal", "zeros"], seeds=[2]).build(X, Y)
    kernels = nets.weights()["output/kernel"]
    np.testing.assert_allclose(kernels[1], 3 * kernels[0], rtol=1e-6)
    assert kernels[0, 0].std() == pytest.approx((2 / 200) ** 0.5, rel=0.1)
    np.testing.assert_allclose(kernels[0, 1, 0].T @ kernels[0, 1, 0], np.eye(3), atol=1e-5)
    assert not kernels[:, 2].any() and not nets.weights()["hidden_1/bias"].any()


def test_weights_can_be_replaced():
    nets = Sweep(NET, learning_rate=[0.01, 0.1], seeds=3, at_once=4).build(X, Y)
    before = nets.weights()
    nets.set_weights({"hidden_1/bias": before["hidden_1/bias"] - 5, "output/kernel": 0.0})
    after = nets.weights()
    np.testing.assert_array_equal(after["hidden_1/bias"], -5)
    assert not after["output/kernel"].any()
    np.testing.assert_array_equal(after["hidden_1/kernel"], before["hidden_1/kernel"])


def test_each_network_may_have_data_of_its_own():
    several = np.stack([X, -X, X * 2])
    own = trained(x=several, y=Y, seeds=3)
    for seed, x in enumerate(several):
        assert_close(at(own.weights(), seed), at(trained(x=x, seeds=[seed]).weights(), 0))
    np.testing.assert_allclose(own.predict(several)[1], own.predict(-X)[1], atol=1e-5)


def test_an_axis_of_training_sets():
    x, y = np.stack([X, X])[:, None], np.stack([Y, 2 - Y])[:, None]
    nets = trained(x=x, y=y, training_set=["plain", "turned"], seeds=2)
    assert nets.history["loss"].shape == (2, 2, 2)
    assert_close(at(nets.weights(), 0), trained(seeds=2).weights())
    assert_close(at(nets.weights(), 1), trained(y=2 - Y, seeds=2).weights())


def test_label_noise_is_a_share_of_wrong_labels_nested_and_drawn_by_the_seed():
    y = np.random.default_rng(1).integers(0, 4, 200).astype("int32")
    noisy = examples.with_label_noise(
        examples.lay_out("y", y, 0, (6,)), np.array([0, 0.1, 0.3, 1, 0.3, 0.3]), np.array([5, 5, 5, 5, 5, 6]), 4
    )
    labels = noisy.of(np.arange(6))
    wrong = labels != y
    np.testing.assert_array_equal(wrong.sum(axis=1), [0, 20, 60, 200, 60, 60])
    assert (wrong[2] >= wrong[1]).all() and len(noisy.sets) == 5
    np.testing.assert_array_equal(labels[2], labels[4])
    assert (labels[2] != labels[5]).any() and set(np.unique(labels)) == {0, 1, 2, 3}


def test_noise_is_in_the_training_labels_only():
    nets = trained(label_noise=[0.0, 0.5], seeds=4, epochs=60, net=mlp([30]), optimizer="adam")
    clean, noisy = np.median(nets.evaluate(X, Y)["loss"], axis=1)
    assert clean < 0.6 < noisy


def test_dropped_units_have_the_right_share_and_differ():
    seeds = np.arange(200, dtype="int32").reshape(-1, 1, 1)
    draws = [np.asarray(uniform(seeds, stream, (16, 8))) for stream in (np.int32(0), np.int32(1))]
    for numbers in draws:
        assert numbers.min() >= 0 and numbers.max() < 1
        np.testing.assert_allclose(np.quantile(numbers, [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.01)
        flat = numbers.reshape(200, -1)
        assert np.abs(np.corrcoef(flat[:40]) - np.eye(40)).max() < 0.4
    assert abs(np.corrcoef(draws[0].ravel(), draws[1].ravel())[0, 1]) < 0.02


def test_dropout_adds_the_variance_it_should_and_only_in_training():
    nets = Sweep(mlp([100], "linear", dropout=0.2, gain=3), "sgd", learning_rate=0.0, loss="mse", seeds=20)
    target = X[:, :1]
    more = np.mean(nets.fit(X, target, epochs=40)["loss"], axis=0) - nets.evaluate(X, target)["loss"]
    hidden, kernel = nets.activations(X)["hidden_1"], nets.weights()["output/kernel"]
    expected = np.mean((hidden**2) @ (kernel**2), axis=(1, 2)) * 0.2 / 0.8
    assert np.median(more / expected) == pytest.approx(1, abs=0.1)


def test_a_sweep_like_an_earlier_one_shares_its_program_and_nothing_else():
    first = trained(learning_rate=[0.01, 0.1], seeds=2)
    before = first.weights()
    second = Sweep(mlp([6, 6], gain=2), "adam", learning_rate=[0.5, 0.6], seeds=2)
    second.fit(X, Y, epochs=1, batch_size=16)
    first.fit(X, Y, epochs=1, batch_size=16)
    assert first._groups._engine is second._groups._engine
    assert not np.allclose(first.weights()["output/bias"], before["output/bias"])
    assert_equal(first.weights(), trained(learning_rate=[0.01, 0.1], seeds=2, epochs=3).weights())


def test_every_example_is_seen_once_in_every_epoch_in_the_order_of_the_seed():
    rows, weights = examples.batches(np.array([3, 8]), epoch=1, count=10, size=4)
    assert (rows.shape, weights.tolist()[-1]) == ((3, 2, 4), [1, 1, 0, 0])
    for place, seed in enumerate([3, 8]):
        seen = rows[:, place].ravel()[weights.ravel() == 1]
        np.testing.assert_array_equal(seen, examples.order(seed, 1, 10))
        assert set(seen) == set(range(10)) and set(rows[2, place, 2:]) <= set(rows[2, place, :2])
    assert examples.batches(np.array([0]), 0, count=3, size=8)[0].shape == (1, 1, 3)


def test_probes_take_a_sweep():
    nets = Sweep(mlp([6, 4]), "sgd", learning_rate=[0.1, 1e30], seeds=2).build(X, Y)
    model, loss = nets.member(learning_rate=0.1, seed=1), keras.losses.sparse_categorical_crossentropy
    found, expected = probes.activations(nets, X), probes.activations(model, X)
    assert_close(at(found, 0, 1), expected)
    _, slopes = probes.gradients(model, loss, X, Y)
    assert_close(at(nets.gradients(X, Y), 0, 1), slopes)
    norms = probes.gradient_norms(nets, X, Y)
    assert list(norms) == ["hidden_1", "hidden_2", "output"]
    assert norms["hidden_2"][0, 1] == pytest.approx(np.linalg.norm(slopes["hidden_2/kernel"]), rel=1e-4)


def test_dead_units_are_counted_and_networks_that_diverged_are_not():
    nets = Sweep(mlp([6, 6]), "sgd", learning_rate=[0.0, 1e30], width=[6, 2], seeds=2)
    nets.fit(X, Y, epochs=3)
    shift = np.zeros((2, 2, 2, 6))
    shift[0, :, :, 0] = -100
    nets.set_weights({"hidden_2/bias": nets.weights()["hidden_2/bias"] + shift})
    dead = probes.dead_share(nets, X)
    assert np.isnan(dead[1]).all()
    silent = (nets.activations(X)["hidden_2"][0] == 0).all(axis=2)
    assert silent[..., 0].all()
    first = (nets.activations(X)["hidden_1"][0] == 0).all(axis=2)
    expected = np.stack([(silent + 0 + first)[0].sum(-1) / 12, (silent + 0 + first)[1, :, :2].sum(-1) / 4])
    np.testing.assert_allclose(dead[0], expected)
    with pytest.raises(CourseError, match="skip connection"):
        probes.dead_share(Sweep(mlp([6, 6], residual=True)), X)


def test_a_data_set_brings_training_and_test_set():
    data = Dataset("tiny", X[:30], Y[:30], X[30:], Y[30:], ("a", "b", "c", "d"))
    nets = Sweep(NET, seeds=2)
    nets.fit(data, epochs=1)
    assert nets.predict(X).shape == (2, 40, 4)
    assert_equal(nets.evaluate(data), nets.evaluate(X[30:], Y[30:]))


@pytest.mark.slow
def test_many_different_sweeps_bring_no_warning(monkeypatch):
    tracing = pytest.importorskip("tensorflow.python.eager.polymorphic_function.polymorphic_function")
    warnings = []
    monkeypatch.setattr(tracing.logging, "warning", lambda *message: warnings.append(message))
    for units in range(3, 9):
        Sweep(mlp([units])).fit(X, Y)
    assert not warnings


@pytest.mark.slow
def test_it_learns_digits():
    digits = load("digits")
    nets = Sweep(mlp([64, 64]), "adam", learning_rate=[0.003, 0.01], seeds=4)
    nets.fit(digits, epochs=15, batch_size=64)
    assert np.median(nets.evaluate(digits)["accuracy"]) > 0.95


def build(net=NET, *arguments, x=X, y=Y, **options):
    return Sweep(net, *arguments, **options).build(x, y)


def fit(x=X, y=Y, options=None, **axes):
    return Sweep(NET, **axes).fit(x, y, **(options or {}))


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (lambda: Sweep(NET, seeds=0), "a sweep needs at least one network; seeds=0 leaves none. Type seeds=16."),
        (lambda: Sweep(NET, learning_rate=[]), r"learning_rate must be one value or a list of at least one"),
        (lambda: Sweep(NET, learning_rate=[[0.1]]), r"not shape \(1, 1\)"),
        (lambda: Sweep(NET, learning_rates=[0.1]), "no axis 'learning_rates'. Did you mean 'learning_rate'?"),
        (lambda: Sweep(NET, dropout=[0.2, 1.0]), "dropout must be a number from 0 to 0.999, not 1"),
        (lambda: Sweep(NET, learning_rate=["fast"]), "learning_rate must be a number from 0 to inf, not 'fast'"),
        (lambda: Sweep(NET, learning_rate=[np.nan]), "learning_rate must be a number"),
        (lambda: Sweep(NET, seeds=[0.5]), "seeds must be a number of seeds or a list of whole numbers"),
        (lambda: Sweep(NET, width=[2, 7]), "width=7 is more than the narrowest hidden layer has"),
        (lambda: Sweep(NET, width=[2.5]), "width must be whole numbers of units, not 2.5"),
        (lambda: Sweep(NET, keras.optimizers.Lamb()), "Lamb couples .* choose one of SGD, RMSprop, Adam, AdamW"),
        (lambda: Sweep(NET, keras.optimizers.Adafactor()), "Adafactor couples the weights"),
        (lambda: Sweep(NET, keras.optimizers.Muon()), "Muon couples the weights"),
        (lambda: Sweep(NET, keras.optimizers.SGD(clipnorm=1.0)), "clipnorm couples .* use clipvalue"),
        (lambda: Sweep(NET, keras.optimizers.SGD(global_clipnorm=1.0)), "global_clipnorm couples"),
        (lambda: Sweep(NET, "adamm"), "'adamm' is no optimizer that a sweep can use; choose one of"),
        (lambda: Sweep(NET, loss="mae"), "there is no loss 'mae'"),
        (lambda: Sweep([64]), r"a sweep needs a network such as mlp\(\[64, 64\]\), not \[64\]"),
        (lambda: Sweep(NET, loss="mse", label_noise=0.1), "label_noise needs classes"),
        (lambda: Sweep(NET, at_once=0), "at_once must be a whole number from 1 on"),
        (lambda: mlp([64, 0]), r"a whole number of units from 1 on, not 0: mlp\(\[64, 64\]\)"),
        (lambda: mlp([6], "rellu"), "Keras has no activation 'rellu': give a name"),
        (lambda: Sweep(NET, activation=["relu", "rellu"]), "Keras has no activation 'rellu': give a name"),
        (lambda: mlp([6], initializer="xavier"), "Keras has no initializer 'xavier': give a name"),
        (lambda: mlp([6], normalization="layer"), "there is no normalization 'layer'"),
        (lambda: build(initializer=["he_normal", "hee"]), "Keras has no initializer 'hee'"),
        (lambda: Sweep(NET).predict(X), r"no weights yet; type nets.fit\(data\), or nets.build\(data\)"),
        (lambda: fit(y=None), r"targets are missing: type nets.fit\(x, y\)"),
        (lambda: fit(y=Y[:-1]), "x has 40 examples but y has 39; give one target for each example"),
        (lambda: fit(x=X.astype(str)), "x must be an array of numbers"),
        (lambda: fit(x=X[:0], y=Y[:0]), r"x must be an array of numbers, not float32 of shape \(0, 3\)"),
        (lambda: fit(x=X[:, 0]), r"x needs 2 axes or more; it has shape \(40,\)"),
        (lambda: fit(y=Y - 1), "y has labels from -1 to 1; these networks and their loss take 0 to 1"),
        (lambda: fit(y=Y + 0.5), "y has labels from 0.5 to 2.5"),
        (lambda: fit(y=Y, loss="hinge"), "y has labels from 0 to 2; these networks and their loss take -1, 0, 1"),
        (
            lambda: fit(x=np.stack([X, X]), seeds=3),
            r"x of shape \(2, 40, 3\) has its own leading axes \(2,\), .* \(3,\)",
        ),
        (
            lambda: fit(training_set=["a", "b"]),
            r"training_set is an axis, but there is one set; give x of shape \(2, 1",
        ),
        (lambda: fit(options={"epochs": 0}), "epochs must be a whole number from 1 on, not 0"),
        (lambda: fit(options={"batch_size": 2.5}), "batch_size must be a whole number"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(attempt, said):
    with pytest.raises(CourseError, match=said) as caught:
        attempt()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (lambda nets: nets.predict(X[:, :2]), "x has 2 features, but these networks take 3"),
        (lambda nets: nets.fit(X, Y + 1), "y has labels from 1 to 3; these networks and their loss take 0 to 2"),
        (lambda nets: nets.member(rate=0.1), "there is no axis 'rate'"),
        (lambda nets: nets.member(learning_rate=0.2), "no network has learning_rate=0.2; this sweep has 0.01, 0.1"),
        (lambda nets: nets.member(learning_rate=0.1), "say which seed: seed=4, or another of 4, 5, 6"),
        (lambda nets: nets.set_weights({"hidden_1/bais": 0}), "Did you mean 'hidden_1/bias'"),
        (
            lambda nets: nets.set_weights({"output/bias": np.zeros(4)}),
            r"has shape \(2, 3, 3\), to which \(4,\) does not",
        ),
        (lambda nets: nets.evaluate(X), "targets are missing"),
        (lambda nets: nets.evaluate(load("digits"), Y), "digits brings its own targets"),
    ],
)
def test_what_does_not_fit_a_sweep_is_said_in_one_line(nets, attempt, said):
    with pytest.raises(CourseError, match=said):
        attempt(nets)


def test_another_backend_is_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(CourseError, match="sweeps run on tensorflow and jax, not on torch"):
        Sweep(NET).build(X, Y)


def test_it_is_there_without_loading_keras():
    run = child.python("-c", "import sys; from course_utils import Sweep, mlp; mlp; print('keras' in sys.modules)")
    assert run.stdout.strip() == "False", run.stderr


def test_training_prints_nothing():
    code = """
import numpy as np
from course_utils import Sweep, mlp, start
start(lecture=4)
Sweep(mlp([3]), seeds=2).fit(np.eye(4), np.arange(4))
"""
    run = child.python("-c", code, COURSE_STATIC="1", KERAS_BACKEND=keras.backend.backend())
    assert (run.stdout, run.stderr) == ("Lecture 4 is ready.\n", "")


@pytest.mark.slow
def test_the_same_on_the_other_backend(keras):
    other = {"tensorflow": "jax", "jax": "tensorflow"}[keras.backend.backend()]
    chosen = "diverges or ordinary or probes or Adam] or momentum]"
    files = __file__, __file__.replace(".py", "_exact.py")
    tests = child.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, *files, KERAS_BACKEND=other)
    assert tests.returncode == 0, tests.stdout
