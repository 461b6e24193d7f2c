"""The tensor program: many networks side by side; every weight has a leading axis, one entry for each network."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from course_utils.deferred import keras
from course_utils.probes import value_and_gradients
from course_utils.sweeps.losses import Loss
from course_utils.sweeps.network import ACTIVATION_HELP, Network, known

Tensor = object  # of the backend

EPSILON, MOMENTUM = 1e-3, 0.99  # of Keras's BatchNormalization
NUMBERS_AT_ONCE = 2**22  # in all layers together, where networks are only applied


class Batch(NamedTuple):
    """One step of training.

    Attributes:
        step: () how many steps were taken before.
        rows: (seeds, batch) the examples that the networks of each seed see.
        weights: (batch,) 1, or 0 for an example that only fills up the batch.
    """

    step: Tensor
    rows: Tensor
    weights: Tensor


class Members:
    """Networks of one shape with weights and hyper-parameters of their own.

    Attributes:
        weights: "layer/weight" → variable; kernels (members, in, out), all others (members, 1, out).
        given: Hyper-parameter → variable with one entry for each member.
        trainable: The variables that training changes by gradients.
        fixed: All others.
    """

    def __init__(
        self,
        net: Network,
        loss: Loss,
        shapes: Mapping[str, tuple[int, int]],
        activations: Sequence[tuple[Callable, int]],
        used: Collection[str],
    ) -> None:
        """Create the variables.

        Args:
            net: What the networks look like, but for their activation.
            loss: What they minimize.
            shapes: (in, out) of each layer's kernel, by name.
            activations: Of the hidden layers, and of how many networks, one after the other.
            used: Those of "dropout", "l2" and "width" that the program must compute at all.
        """
        self.net, self.loss, self.shapes, self.used = net, loss, shapes, frozenset(used)
        self.activations, self.count = activations, sum(count for _, count in activations)
        self.weights = {}
        for name, (fan_in, units) in shapes.items():
            self._add_weight(f"{name}/kernel", (self.count, fan_in, units))
            for weight, start in _BESIDE_KERNEL[None if name == "output" else net.normalization].items():
                self._add_weight(f"{name}/{weight}", (self.count, 1, units), start, trainable="moving" not in weight)
        self.given = {
            name: keras.Variable(np.zeros((self.count, *rest)), dtype=dtype, trainable=False, name=name)
            for name, (dtype, rest) in _GIVEN.items()
        }
        self.trainable = [v for v in self.weights.values() if v.trainable]
        self.fixed = [v for v in (*self.weights.values(), *self.given.values()) if not v.trainable]

    def _add_weight(self, name: str, shape: tuple, start: str = "zeros", trainable: bool = True) -> None:
        self.weights[name] = keras.Variable(
            start, shape=shape, dtype="float32", trainable=trainable, name=name.replace("/", "_")
        )

    def forward(self, x: Tensor, batch: Batch | None = None) -> dict[str, Tensor]:
        """The output of each layer, (members, examples, units); the last one before its activation.

        Args:
            x: (members or 1, examples, features).
            batch: In training, the step; None otherwise.
        """
        outputs = {}
        for place, name in enumerate(self.shapes):
            z = keras.ops.matmul(x, self.weights[f"{name}/kernel"])
            if name != "output":
                branch = self._alive(self._active(name, self._centred(name, z, batch)), place, batch)
                x = x + self.net.residual * branch if name in self.net.skipping else branch
            outputs[name] = x if name != "output" else z + self.weights["output/bias"]
        return outputs

    def measure(self, x: Tensor, y: Tensor, batch: Batch) -> dict[str, Tensor]:
        """(members,) loss and, where there is one, accuracy of a training step.

        Args:
            x: (rows, features) the inputs of all sets.
            y: (rows, …) the targets of all sets.
            batch: The step.
        """
        ops = keras.ops
        rows = ops.take(batch.rows, self.given["order"], axis=0)
        x = ops.take(x, rows + self.given["x_start"][:, None], axis=0)
        y = ops.take(y, rows + self.given["y_start"][:, None], axis=0)
        share = batch.weights / ops.sum(batch.weights)
        scores = self.scores(y, self.forward(x, batch)["output"])
        measured = {name: ops.sum(values * share, axis=1) for name, values in scores.items()}
        return {**measured, "loss": measured["loss"] + self.penalty()}

    def scores(self, y: Tensor, outputs: Tensor) -> dict[str, Tensor]:
        """(members, examples) loss and, where there is one, whether each example is right."""
        y = keras.ops.broadcast_to(y, (self.count, *y.shape[1:]))
        scores = {"loss": self.loss.per_example(y, outputs)}
        if self.loss.correct:
            scores["accuracy"] = keras.ops.cast(self.loss.correct(y, outputs), "float32")
        return scores

    def penalty(self) -> Tensor | float:
        """(members,) what the squared kernels add to the loss."""
        if "l2" not in self.used:
            return 0.0
        kernels = [v for name, v in self.weights.items() if name.endswith("/kernel")]
        return self.given["l2"] * sum(keras.ops.sum(kernel * kernel, axis=(1, 2)) for kernel in kernels)

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
        """(members,) loss and, where there is one, accuracy, averaged over all examples."""
        totals = dict.fromkeys(self.loss.scores, 0.0)
        for part in self._parts(x.shape[1]):
            scores = self.scores(keras.ops.convert_to_tensor(y[:, part]), self.forward(x[:, part])["output"])
            totals = {name: total + _numpy(keras.ops.sum(scores[name], axis=1)) for name, total in totals.items()}
        means = {name: total / x.shape[1] for name, total in totals.items()}
        return {**means, "loss": means["loss"] + _numpy(self.penalty())}

    def apply(self, x: np.ndarray, layers: Collection[str]) -> dict[str, np.ndarray]:
        """The outputs of some layers, (members, examples, units); the last one after its activation."""
        finish, parts = known("activation", self.loss.activation, ACTIVATION_HELP), []
        for part in self._parts(x.shape[1]):
            outputs = self.forward(x[:, part])
            outputs["output"] = finish(outputs["output"])
            parts.append({name: _numpy(outputs[name]) for name in layers})
        return {name: np.concatenate([part[name] for part in parts], axis=1) for name in layers}

    def gradients(self, x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
        """The gradient of each member's loss, averaged over all examples, for each trainable weight."""
        y = keras.ops.convert_to_tensor(y)

        def total(*values):
            with keras.StatelessScope(list(zip(self.trainable, values, strict=True))):
                losses = self.scores(y, self.forward(x)["output"])["loss"]
                return keras.ops.sum(keras.ops.mean(losses, axis=1) + self.penalty())

        _, slopes = value_and_gradients(total, [variable.value for variable in self.trainable])
        names = [name for name, variable in self.weights.items() if variable.trainable]
        return {name: _as_read(name, slope) for name, slope in zip(names, slopes, strict=True)}

    def read(self) -> dict[str, np.ndarray]:
        """All weights: kernels (members, in, out), all others (members, out)."""
        return {name: _as_read(name, weight.numpy()) for name, weight in self.weights.items()}

    def write(self, weights: Mapping[str, np.ndarray]) -> None:
        """Replace some weights; shapes as in `read`."""
        for name, values in weights.items():
            self.weights[name].assign(values.reshape(self.weights[name].shape))

    def _parts(self, count: int) -> list[slice]:
        """So many examples at a time that the outputs of all layers do not take too much memory."""
        size = max(1, NUMBERS_AT_ONCE // (self.count * sum(units for _, units in self.shapes.values())))
        return [slice(first, first + size) for first in range(0, count, size)]

    def _centred(self, name: str, z: Tensor, batch: Batch | None) -> Tensor:
        """Add the bias, normalize each member as Keras's BatchNormalization does, or leave that to `_active`."""
        if self.net.normalization is None:
            return z + self.weights[f"{name}/bias"]
        if self.net.normalization == "activation":
            return z
        gamma, beta, mean, variance = (self.weights[f"{name}/{weight}"] for weight in _BESIDE_KERNEL["batch"])
        if batch is not None:
            share = (batch.weights / keras.ops.sum(batch.weights))[None, :, None]
            now = keras.ops.sum(z * share, axis=1, keepdims=True)
            spread = keras.ops.sum(keras.ops.square(z - now) * share, axis=1, keepdims=True)
            mean.assign(MOMENTUM * mean + (1 - MOMENTUM) * now)
            variance.assign(MOMENTUM * variance + (1 - MOMENTUM) * spread)
            mean, variance = now, spread
        return (z - mean) * keras.ops.rsqrt(variance + EPSILON) * gamma + beta

    def _active(self, name: str, h: Tensor) -> Tensor:
        """Apply to each member its own activation."""
        ends = np.cumsum([count for _, count in self.activations]).tolist()
        given = [h]
        if self.net.normalization == "activation":
            given += [keras.ops.convert_to_tensor(self.weights[f"{name}/{weight}"]) for weight in ("gamma", "beta")]
        parts = zip(*(keras.ops.split(v, ends[:-1], axis=0) if len(ends) > 1 else [v] for v in given), strict=True)
        parts = [function(*part) for (function, _), part in zip(self.activations, parts, strict=True)]
        return keras.ops.concatenate(parts, axis=0) if len(ends) > 1 else parts[0]

    def _alive(self, x: Tensor, place: int, batch: Batch | None) -> Tensor:
        """Silence units beyond a member's width and, in training, those that are dropped."""
        ops = keras.ops
        if "width" in self.used:
            x = x * ops.cast(ops.arange(x.shape[-1], dtype="int32") < self.given["width"], x.dtype)
        if "dropout" in self.used and batch is not None:
            keep = 1 - self.given["dropout"]
            stream = batch.step * len(self.shapes) + place
            kept = uniform(self.given["seed"], stream, x.shape[1:]) < keep
            x = ops.where(kept, x / keep, ops.zeros_like(x))
        return x


_LEARNED = {"gamma": "ones", "beta": "zeros"}
_BESIDE_KERNEL = {  # normalization → weight → start
    None: {"bias": "zeros"},
    "batch": {**_LEARNED, "moving_mean": "zeros", "moving_variance": "ones"},
    "activation": _LEARNED,
}
_GIVEN = {
    "learning_rate": ("float32", (1, 1)),
    "weight_decay": ("float32", (1, 1)),
    "dropout": ("float32", (1, 1)),
    "l2": ("float32", ()),
    "width": ("int32", (1, 1)),
    "seed": ("int32", (1, 1)),
    "order": ("int32", ()),  # which of the batch's rows
    "x_start": ("int32", ()),
    "y_start": ("int32", ()),
}


def uniform(seeds: Tensor, stream: Tensor, shape: tuple[int, ...]) -> Tensor:
    """(members, *shape) numbers from 0 to 1 that depend only on seed, stream and place.

    Keras's generators give a seed other numbers when it has other neighbours, and differ between backends; counting
    and scrambling does neither. Source: Wellons (2018), "Prospecting for hash functions" (lowbias32).

    Args:
        seeds: (members, 1, 1) int32.
        stream: () int32, another one for each use.
        shape: (examples, units).
    """
    ops = keras.ops
    places = ops.reshape(ops.arange(shape[0] * shape[1], dtype="int32"), (1, *shape))
    own = _scrambled(ops.cast(seeds, "uint32") + _scrambled(ops.cast(stream, "uint32")))
    bits = _scrambled(ops.bitwise_xor(_scrambled(ops.cast(places, "uint32")), own))
    return ops.cast(ops.right_shift(bits, _uint32(8)), "float32") * np.float32(2**-24)


def _as_read(name: str, weight: np.ndarray) -> np.ndarray:
    return weight if name.endswith("/kernel") else weight[:, 0]


def _numpy(tensor: Tensor) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor)


def _scrambled(bits: Tensor) -> Tensor:
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        bits = keras.ops.bitwise_xor(bits, keras.ops.right_shift(bits, _uint32(shift))) * _uint32(factor)
    return keras.ops.bitwise_xor(bits, keras.ops.right_shift(bits, _uint32(16)))


def _uint32(number: int) -> Tensor:
    return keras.ops.convert_to_tensor(np.uint32(number))
