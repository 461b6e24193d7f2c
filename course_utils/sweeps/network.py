"""What all networks of a sweep have in common, how one of them starts, and the same network as a Keras model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from course_utils.deferred import keras
from course_utils.errors import CourseError, require_choice

NORMALIZATIONS = ("batch", "activation")
INITIALIZER_HELP = 'give a name such as "he_normal" or an object such as keras.initializers.HeNormal()'
ACTIVATION_HELP = 'give a name such as "relu" or a function such as keras.activations.relu'


@dataclass(frozen=True)
class Network:
    """Hidden layers of a dense network; `mlp` makes and describes it.

    Inputs and outputs are not part of it: the data decide them.
    """

    widths: tuple[int, ...]
    activation: str | Callable
    normalization: str | None
    residual: float
    dropout: float
    initializer: str | keras.initializers.Initializer
    gain: float

    def shapes(self, features: int, outputs: int) -> dict[str, tuple[int, int]]:
        """Layer names, from the first hidden layer to the output, with the shape (in, out) of their kernels."""
        sizes = (features, *self.widths, outputs)
        names = [*(f"hidden_{layer + 1}" for layer in range(len(self.widths))), "output"]
        return dict(zip(names, pairwise(sizes), strict=True))

    @property
    def skipping(self) -> frozenset[str]:
        """The layers that add their output to their input: hidden layers that keep the width, but not the first."""
        kept = [place for place, (fan_in, units) in enumerate(pairwise(self.widths), start=2) if fan_in == units]
        return frozenset(f"hidden_{place}" for place in kept) if self.residual else frozenset()

    def cut(self, weights: Mapping[str, np.ndarray], width: int) -> dict[str, np.ndarray]:
        """The weights that are left, by "layer/weight", where hidden layers use only their first `width` units."""
        left = {}
        for name, values in weights.items():
            layer, _, weight = name.partition("/")
            values = values if layer == "output" else values[..., :width]
            inner = weight == "kernel" and layer not in (next(iter(weights)).partition("/")[0],)
            left[name] = values[:width] if inner else values
        return left


def mlp(
    widths: Sequence[int],
    activation: str | Callable = "relu",
    *,
    normalization: str | None = None,
    residual: float = 0.0,
    dropout: float = 0.0,
    initializer: str | keras.initializers.Initializer = "glorot_uniform",
    gain: float = 1.0,
) -> Network:
    """Describe a multi-layer perceptron for `Sweep`; the data decide its inputs and outputs.

    Args:
        widths: Units of each hidden layer; an empty list is a network without hidden layers.
        activation: Of the hidden layers, as Keras takes it.
        normalization: "batch" puts batch normalization, which replaces the bias, before each activation. With
            "activation" the activation itself does it: it is called with the weighted sums (networks, batch, units)
            and with learned gamma and beta (networks, 1, units), which start at 1 and 0.
        residual: Factor r of skip connections: hidden layers that keep the width, but not the first, give
            x + r·f(x) in place of f(x). `True` is 1; 0 is a plain network.
        dropout: Share of each hidden layer's outputs that is dropped in training.
        initializer: Of all kernels, as Keras takes it; biases start at 0.
        gain: Multiplies all kernels at the start.

    Raises:
        CourseError: For a width that is no whole number from 1 on, or an unknown name.

    Taught in lecture 04.
    """
    widths = tuple(np.atleast_1d(np.asarray(widths, dtype=object)))
    for width in widths:
        if not isinstance(width, int | np.integer) or width < 1:
            raise CourseError(f"a layer needs a whole number of units from 1 on, not {width!r}: mlp([64, 64]).")
    if normalization is not None:
        require_choice("normalization", normalization, NORMALIZATIONS)
    known("activation", activation, ACTIVATION_HELP)
    known("initializer", initializer, INITIALIZER_HELP)
    widths = tuple(map(int, widths))
    return Network(widths, activation, normalization, float(residual), dropout, initializer, gain)


def known(what: str, given: object, help_text: str) -> object:
    """The activation or initializer that Keras makes of a name or object."""
    try:
        return getattr(keras, f"{what}s").get(given)
    except ValueError:
        raise CourseError(f"Keras has no {what} {given!r}: {help_text}.") from None


def draw_kernels(shapes: Sequence[tuple[int, int]], initializer: object, seed: int) -> list[np.ndarray]:
    """One kernel for each (in, out): what Keras's initializer draws with a seed made from `seed` and the layer."""
    initializer = known("initializer", initializer, INITIALIZER_HELP)
    config, drawn = initializer.get_config(), []
    for layer, shape in enumerate(shapes):
        if "seed" in config:
            # Keras takes seeds below 2**31; a seed sequence keeps layers and seeds apart.
            config["seed"] = int(np.random.SeedSequence([seed, layer]).generate_state(1)[0] >> 1)
        drawn.append(keras.ops.convert_to_numpy(type(initializer).from_config(config)(shape)))
    return drawn


def keras_model(
    weights: Mapping[str, np.ndarray], net: Network, activation: str, dropout: float, l2: float
) -> keras.Model:
    """One network as an ordinary Keras model, built and not compiled.

    Args:
        weights: By "layer/weight"; they also decide the widths.
        net: Decides all else but the following.
        activation: Of the output.
        dropout: Share of hidden outputs that is dropped in training.
        l2: Factor of the squared kernels in the loss.
    """
    if net.normalization == "activation":
        raise CourseError('Keras has no layer for normalization="activation"; only a sweep can train such a network.')
    kernels = {name.removesuffix("/kernel"): w for name, w in weights.items() if name.endswith("/kernel")}
    signal = inputs = keras.Input((kernels[next(iter(kernels))].shape[0],))
    for name in kernels:
        of_layer = {n.partition("/")[2]: w for n, w in weights.items() if n.startswith(f"{name}/")}
        chain = _output(of_layer, activation, l2) if name == "output" else _hidden(net, name, of_layer, dropout, l2)
        branch = signal
        for layer, values in chain:
            branch = layer(branch)
            layer.set_weights(values)
        if name in net.skipping:
            branch = keras.layers.Add()([signal, keras.layers.Rescaling(net.residual)(branch)])
        signal = branch
    model = keras.Model(inputs, signal)
    return model if net.skipping else keras.Sequential(model.layers)


def _hidden(net: Network, name: str, weights: dict, dropout: float, l2: float) -> list[tuple[keras.Layer, list]]:
    """The Keras layers that make up one hidden layer, each with its weights."""
    units, normalized = weights["kernel"].shape[1], net.normalization is not None
    options = {"use_bias": not normalized, "name": name, "kernel_regularizer": _penalty(l2)}
    if normalized:
        moments = [weights[w] for w in ("gamma", "beta", "moving_mean", "moving_variance")]
        layers = [
            (keras.layers.Dense(units, **options), [weights["kernel"]]),
            (keras.layers.BatchNormalization(), moments),
            (keras.layers.Activation(net.activation), []),
        ]
    else:
        dense = keras.layers.Dense(units, activation=net.activation, **options)
        layers = [(dense, [weights["kernel"], weights["bias"]])]
    return [*layers, (keras.layers.Dropout(dropout), [])] if dropout else layers


def _output(weights: dict, activation: str, l2: float) -> list[tuple[keras.Layer, list]]:
    units = weights["kernel"].shape[1]
    dense = keras.layers.Dense(units, activation=activation, name="output", kernel_regularizer=_penalty(l2))
    return [(dense, [weights["kernel"], weights["bias"]])]


def _penalty(l2: float) -> keras.Regularizer | None:
    return keras.regularizers.L2(l2) if l2 else None
