"""The head, the convolutions, the statistics and Keras's switches of lecture 13, as they stand in the notebook."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lecture_code import take

SEED = 100  # the lecture itself uses 0 to 7


@pytest.fixture(scope="module")
def lecture(keras):
    """What the lecture codes for its trunks, heads and files."""
    names = "head few patches pooled networks trunk HeNormal recompute with_head changed trainable"
    names += " load_checked reply flipped saved normalized class_share climber"
    return take(13, *names.split())


def numbers(tensor):
    import keras

    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
@pytest.mark.parametrize("penalty", [0.01, 3.0])
def test_the_head_is_ridge_regression(lecture, seed, penalty):
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(seed)
    x, new, y = rng.normal(2, 1, (2, 30, 7)), rng.normal(2, 1, (2, 9, 7)), rng.integers(10, size=(2, 30))
    found = lecture.head(x, y, new, penalty)
    for ours, own, labels, others in zip(found, x, y, new, strict=True):
        size = np.sum((own - own.mean(axis=0)) ** 2) / len(own)
        theirs = Ridge(alpha=penalty * size).fit(own, np.eye(10)[labels]).predict(others)
        np.testing.assert_allclose(ours, theirs, atol=1e-8)


@pytest.mark.parametrize("count", [1, 4])
def test_few_takes_so_many_of_each_class(lecture, count):
    y = np.random.default_rng(SEED).permutation(np.arange(200) % 10)
    taken = lecture.few(y, count, SEED)
    assert len(set(taken)) == 10 * count
    assert (np.bincount(y[taken]) == count).all()


def conv(keras, image, kernel, bias):
    """Keras's convolution of a picture (side, side, channels) that goes on as a circle."""
    around = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="wrap")[None].astype("float32")
    return numbers(keras.ops.conv(around, kernel.reshape(3, 3, -1, kernel.shape[-1]), padding="valid"))[0] + bias


def test_each_network_is_kerass_own_on_a_circle(lecture, keras):
    """Also that images are looked up by their number, one for each network."""
    images = np.random.default_rng(SEED).random((5, 144)).astype("float32")
    model, _ = lecture.networks(images, 2, 4, 10)
    scores = numbers(model.predict_on_batch(np.array([[3, 1]], "int32")))[0]
    weights = model.get_weights()
    np.testing.assert_array_equal(weights[0], images - np.float32(0.5))
    for net, image in enumerate((3, 1)):
        own = [w[net] for w in weights[1:]]
        x = (images[image] - 0.5).reshape(12, 12, 1)
        for kernel, bias in (own[:2], own[2:4]):
            x = np.maximum(conv(keras, x, kernel, bias), 0)
            x = numbers(keras.ops.max_pool(x[None], 2))[0]
        hidden = np.maximum(x.ravel() @ own[4] + own[5], 0)
        np.testing.assert_allclose(scores[net], hidden @ own[6] + own[7], atol=1e-4)


def test_patches_are_in_the_order_of_kerass_kernels(lecture):
    picture = np.arange(16.0).reshape(1, 1, 4, 4, 1).astype("float32")
    around = numbers(lecture.patches(picture))[0, 0, 1, 2]
    np.testing.assert_array_equal(around, [1, 2, 3, 5, 6, 7, 9, 10, 11])


def test_only_tuned_trunks_move(lecture):
    images = np.random.default_rng(SEED).random((6, 144)).astype("float32")
    model, _ = lecture.networks(images, 2, 4, 10, (0.01,), [0.0, 1.0])
    before = model.get_weights()
    wanted = np.eye(4, dtype="float32")[np.arange(12).reshape(6, 2) % 4]
    model.train_on_batch(np.repeat(np.arange(6, dtype="int32")[:, None], 2, axis=1), wanted)
    moved = [
        [not np.array_equal(a[net], b[net]) for net in (0, 1)] for a, b in zip(before, model.get_weights(), strict=True)
    ]
    assert not moved[0][0]  # the images
    assert not any(row[0] for row in moved[1:7])
    assert all(row[1] for row in moved[1:7:2])
    assert moved[7] == [True, True]


@pytest.mark.parametrize("units", [20, 50])
def test_hes_start(lecture, units):
    drawn = numbers(lecture.HeNormal(SEED)((4, 800, units)))
    assert drawn.std() == pytest.approx((2 / 800) ** 0.5, rel=0.02)


@pytest.mark.parametrize("mean", [0.0, 3.0])
def test_recomputed_statistics_are_those_of_the_images(lecture, keras, mean):
    x = np.random.default_rng(SEED).normal(mean, 2, (50, 3)).astype("float32")
    norm = keras.layers.BatchNormalization()
    model = keras.Sequential([keras.Input((3,)), norm])
    lecture.recompute(model, [norm], x)
    np.testing.assert_allclose(numbers(norm.moving_mean), x.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(numbers(norm.moving_variance), x.var(axis=0), rtol=1e-3)
    assert norm.momentum == 0.99


@pytest.mark.parametrize(("momentum", "steps"), [(0.99, 20), (0.9, 3)])
def test_what_is_left_of_the_start(keras, momentum, steps):
    norm = keras.layers.BatchNormalization(momentum=momentum)
    for _ in range(steps):
        norm(np.full((4, 1), 5, "float32"), training=True)
    assert float(numbers(norm.moving_mean)[0]) == pytest.approx(5 * (1 - momentum**steps), rel=1e-4)
    assert float(numbers(norm.moving_variance)[0]) == pytest.approx(momentum**steps, rel=1e-4)


def test_keras_starts_at_mean_0_and_variance_1_with_momentum_99_of_100(keras):
    norm = keras.layers.BatchNormalization()
    norm.build((None, 2))
    assert norm.momentum == 0.99
    assert [v.tolist() for v in map(numbers, (norm.moving_mean, norm.moving_variance))] == [[0, 0], [1, 1]]


# What a layer looks for


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_the_class_share_is_scikit_learns_f_in_another_form(lecture, seed):
    """ε² = (F − 1) / (F − 1 + (n − 1) / (classes − 1)); Kelley (1935)."""
    from sklearn.feature_selection import f_classif

    rng = np.random.default_rng(seed)
    y = rng.integers(4, size=60)
    answers = np.concatenate([rng.normal(y[:, None], 2, (60, 5)), np.zeros((60, 1))], axis=1)  # the last one is dead
    (f, _) = f_classif(answers[:, :5], y)
    expected = (f - 1) / (f - 1 + 59 / 3)
    np.testing.assert_allclose(lecture.class_share(answers, y), expected)


def test_a_climb_moves_images_only_and_drives_its_number(lecture):
    rng = np.random.default_rng(SEED)
    start = rng.normal(size=(2, 144)).astype("float32")
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    _, one = lecture.networks(5 * start + 0.5, 1, 26, 10)
    climb, rows = lecture.climber(start, one.get_weights()[1:], 5.0), np.arange(2, dtype="int32")[:, None]
    first, before = climb.predict_on_batch(rows), climb.get_weights()
    np.testing.assert_allclose(first, np.concatenate([a[:, 0] for a in one.predict_on_batch(rows)], axis=-1), atol=1e-4)
    wanted = np.eye(480, dtype="float32")[[288 + first[0, 288:].argmax(), first[1].argmax()]]
    climb.fit(np.tile(rows, (40, 1)), np.tile(wanted, (40, 1)), batch_size=2, shuffle=False, verbose=0)
    after = climb.get_weights()
    np.testing.assert_allclose(np.linalg.norm(after[0], axis=1), 1, rtol=1e-4)
    assert all(np.array_equal(a, b) for a, b in zip(before[1:], after[1:], strict=True))
    driven = [np.sum(answers * wanted, axis=1) for answers in (first, climb.predict_on_batch(rows))]
    assert (driven[1] > driven[0]).all()


# Keras's switches


def test_a_call_of_your_own_keeps_the_statistics(keras):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.norm, self.out = keras.layers.BatchNormalization(), keras.layers.Dense(1)

        def call(self, x):
            return self.out(self.norm(x, training=False))

    model = Own()
    model.compile("sgd", loss="mse")
    x = np.random.default_rng(SEED).normal(3, 2, (64, 5)).astype("float32")
    model.fit(x, x[:, :1], verbose=0)
    assert (numbers(model.norm.moving_mean) == 0).all()


SWITCHES = [
    ({}, [1, 1, 1]),
    ({"call": False}, [1, 1, 1]),
    ({"norm_open": False}, [1, 0, 0]),
    ({"base_open": False}, [0, 0, 0]),
    ({"norm_open": False, "call": True}, [1, 0, 0]),
]


@pytest.mark.parametrize(("switches", "moved"), SWITCHES)
def test_what_a_step_changes(lecture, switches, moved):
    assert lecture.changed(**switches) == moved


@pytest.mark.parametrize("classes", [3, 10])
def test_a_frozen_base_leaves_the_head(lecture, keras, classes):
    base = keras.Sequential([keras.Input((8,)), keras.layers.Dense(6), keras.layers.BatchNormalization()])
    model = lecture.with_head(base, classes)
    assert lecture.trainable(model) == 6 * classes + classes
    assert model.count_params() == 8 * 6 + 6 + 4 * 6 + 6 * classes + classes
    assert model.compiled


def test_mobilenets_statistics(keras):
    base = keras.applications.MobileNet(
        input_shape=(128, 128, 3), alpha=0.25, include_top=False, pooling="avg", weights=None
    )
    norms = [layer for layer in base.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert base.count_params() == 218_544
    assert sum(2 * layer.gamma.shape[0] for layer in norms) == 5_472


def test_freezing_after_a_first_fit_needs_compile(keras):
    """The lecture says: without it TensorFlow goes on without a word, and JAX stops with an error."""
    x = np.random.default_rng(SEED).normal(size=(8, 3)).astype("float32")
    base = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model = keras.Sequential([base, keras.layers.Dense(1)])

    def moves():
        old = base.get_weights()
        model.fit(x, x[:, :1], verbose=0)
        return any(not np.array_equal(a, b) for a, b in zip(old, base.get_weights(), strict=True))

    model.compile("sgd", loss="mse")
    assert moves()
    base.trainable = False
    if keras.backend.backend() == "tensorflow":
        assert moves()
    else:
        with pytest.raises(ValueError, match="optimizer"):
            moves()
    model.compile("sgd", loss="mse")
    assert not moves()


# Files


def test_the_digest_lets_only_the_published_file_through(lecture, keras, tmp_path):
    import hashlib

    path = tmp_path / "one.keras"
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    content = lecture.saved(model, path)
    digest = hashlib.sha256(content).hexdigest()
    np.testing.assert_array_equal(lecture.load_checked(path, digest).get_weights()[0], model.get_weights()[0])
    path.write_bytes(lecture.flipped(content, len(content) // 2))
    assert lecture.reply(lecture.load_checked, path, digest).startswith("one.keras is another")
    model.set_weights([w + 1 for w in model.get_weights()])
    lecture.saved(model, path)
    assert lecture.reply(keras.models.load_model, path) == "opens"
    assert lecture.reply(lecture.load_checked, path, digest) != "opens"


def test_code_inside_is_refused_also_with_its_digest(lecture, keras, tmp_path):
    import hashlib

    path = tmp_path / "coded.keras"
    content = lecture.saved(keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: 2 * x)]), path)
    assert lecture.reply(lecture.load_checked, path, hashlib.sha256(content).hexdigest()) != "opens"


@pytest.mark.parametrize("place", [0, 5])
def test_flipped_turns_one_bit(lecture, place):
    content = bytes(range(8))
    turned = [bin(a ^ b).count("1") for a, b in zip(content, lecture.flipped(content, place), strict=True)]
    assert turned == [int(i == place) for i in range(8)]
