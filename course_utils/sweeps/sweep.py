"""`Sweep`: networks that differ along named axes, trained together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from course_utils.datasets import Dataset
from course_utils.deferred import keras
from course_utils.errors import CourseError, require_choice
from course_utils.progress import bar
from course_utils.sweeps.axes import read_axes
from course_utils.sweeps.examples import Examples, batches, lay_out, with_label_noise
from course_utils.sweeps.groups import Groups
from course_utils.sweeps.losses import LOSSES
from course_utils.sweeps.members import Batch, Members
from course_utils.sweeps.network import ACTIVATION_HELP, Network, keras_model, known
from course_utils.sweeps.optimizers import read_optimizer


class History(Mapping):
    """What was measured after each epoch: name → array (epochs, *shape of the sweep).

    Attributes:
        axes: Axis name → coordinates; the first is "epoch", counted from 1, then those of the sweep.
    """

    def __init__(self, axes: Mapping[str, np.ndarray], measured: Mapping[str, np.ndarray]) -> None:
        self.axes = dict(axes)
        self._measured = dict(measured)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._measured[require_choice("record", name, self._measured)]

    def __contains__(self, name: object) -> bool:
        return name in self._measured

    def __iter__(self) -> Iterator[str]:
        return iter(self._measured)

    def __len__(self) -> int:
        return len(self._measured)

    def __repr__(self) -> str:
        return f"History of {', '.join(self)}: {_sizes(self.axes)}"


class Sweep:
    """Small dense networks that differ along named axes, trained as one tensor program.

    Every list among the arguments is an axis, and there is one network for each combination. Axes stand in the order
    in which they are typed, the seeds last: `Sweep(net, "adam", learning_rate=[0.1, 0.2], seeds=16)` gives results of
    shape (2, 16). A single value is shared by all networks.

    A seed decides initial weights, order of the examples, dropout and label noise, and draws the same whatever the
    other axes are: networks of one seed are paired. Each network is what Keras makes of it when it is trained alone
    on the same batches; one that diverges changes no other.

    Attributes:
        net: What all networks have in common.
        loss: What they minimize.
        history: What the latest `fit` measured.

    Args:
        net: From `mlp`.
        optimizer: As Keras takes it; one that treats every weight by itself. If its rate is a schedule, the learning
            rates multiply it.
        loss: "sparse_categorical_crossentropy", "binary_crossentropy", "hinge" or "mse".
        seeds: How many, or which.
        at_once: How many networks are trained together; by default as many as fit into 2 GiB.
        **axes: One value or a list of them: `learning_rate`; `weight_decay`, decoupled as in Keras; `l2`, the factor
            of the squared kernels in the loss; `dropout`; `activation`, of the hidden layers; `initializer`; `gain`,
            which multiplies initial kernels; `label_noise`, the share of training labels replaced by another class;
            `width`, the units used in each hidden layer; `training_set`, names of sets, for data with a leading axis
            of that length.

    Raises:
        CourseError: For an unknown axis, an empty one, a value out of range, an unknown loss, or an optimizer that
            couples weights.

    Taught in lecture 04.
    """

    def __init__(
        self,
        net: Network,
        optimizer: str | keras.optimizers.Optimizer = "adam",
        *,
        loss: str = "sparse_categorical_crossentropy",
        seeds: int | Sequence[int] = 1,
        at_once: int | None = None,
        **axes: object,
    ) -> None:
        if not isinstance(net, Network):
            raise CourseError(f"a sweep needs a network such as mlp([64, 64]), not {net!r:.60}.")
        self.net, self.loss = net, LOSSES[require_choice("loss", loss, LOSSES)]
        self.history: History | None = None
        self._rule, rate, decay = read_optimizer(optimizer)
        self._grid = read_axes(axes, seeds)
        self._settings = self._hyper_parameters(rate, decay)
        self._at_once = None if at_once is None else _positive("at_once", at_once)
        self._groups: Groups | None = None
        self._epochs = self._steps = 0
        self._require_possible()

    @property
    def axes(self) -> dict[str, np.ndarray]:
        """Axis name → coordinates; the last is "seed"."""
        return dict(self._grid.coordinates)

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return self._grid.shape

    def __len__(self) -> int:
        return self._grid.size

    def __repr__(self) -> str:
        return f"Sweep of {len(self)} networks: {_sizes(self.axes)}"

    def build(self, data: Dataset | np.ndarray, y: np.ndarray | None = None) -> Sweep:
        """Give all networks their first weights, without training; `fit` does it if it was not done.

        Args:
            data: As for `fit`; decides how many inputs and outputs the networks have.
            y: As for `fit`.

        Returns:
            The sweep itself.
        """
        x, targets = _split(data, y, "train")
        classes = len(data.class_names) if isinstance(data, Dataset) else None
        shapes = self.net.shapes(np.shape(x)[-1], self.loss.outputs(targets, classes))
        self._groups = Groups(self.net, self.loss, self._rule, self._settings, shapes, self._at_once)
        self._epochs = self._steps = 0
        return self

    def fit(
        self,
        data: Dataset | np.ndarray,
        y: np.ndarray | None = None,
        *,
        epochs: int = 1,
        batch_size: int = 32,
        validation_data: tuple[np.ndarray, np.ndarray] | None = None,
        record: Mapping[str, Callable[[Sweep], np.ndarray]] | None = None,
    ) -> History:
        """Train all networks; called again, it goes on.

        Inputs and targets are shared by all networks, or have leading axes of their own that broadcast against those
        of the sweep as in NumPy: with axes (training_set, seed), inputs of shape (sets, 1, n, features).

        Args:
            data: A data set, whose training set is used, or inputs (n, features).
            y: Targets, if `data` is no data set: (n,), or for "mse" (n, outputs).
            epochs: How many times each example is used.
            batch_size: Examples in a step; the last batch of an epoch is smaller where they do not divide evenly.
            validation_data: `(x, y)` on which loss and accuracy are measured after each epoch.
            record: Name → function of the sweep that is called after each epoch; its results are kept.

        Returns:
            "loss" and "accuracy" as Keras has them, averages over the epoch while the weights change; "val_loss",
            "val_accuracy" and the records, measured after it.

        Raises:
            CourseError: If the data do not fit each other, the sweep or an earlier `fit`.
        """
        _positive("epochs", epochs)
        _positive("batch_size", batch_size)
        if self._groups is None:
            self.build(data, y)
        x, y = self._examples(*_split(data, y, "train"))
        self._require_sets(x, y)
        self._groups.use(x, self._noisy(y))
        first, rows = self._epochs + 1, []
        with bar(epochs * len(self._groups), f"training {len(self)} networks") as progress:
            for _ in range(epochs):
                row = self._epoch(x.count, batch_size, progress.update)
                if validation_data is not None:
                    row |= {f"val_{name}": values for name, values in self.evaluate(*validation_data).items()}
                rows.append(row | {name: np.asarray(probe(self)) for name, probe in (record or {}).items()})
        measured = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        self.history = History({"epoch": np.arange(first, first + epochs), **self.axes}, measured)
        return self.history

    def evaluate(self, data: Dataset | np.ndarray, y: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Loss and, where there is one, accuracy, each of the shape of the sweep.

        Args:
            data: A data set, whose test set is used, or inputs as for `fit`.
            y: Targets, if `data` is no data set.
        """
        x, y = self._examples(*_split(data, y, "test"))
        return self._of_members(lambda members, chosen: members.evaluate(x.of(chosen), y.of(chosen)))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """(*shape, n, outputs): what the Keras model of each network predicts, such as probabilities."""
        x = self._inputs(x)
        return self._of_members(lambda members, chosen: members.apply(x.of(chosen), ["output"]))["output"]

    def activations(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """The output of each layer, by name, (*shape, n, units); units beyond a network's width give 0."""
        x = self._inputs(x)
        return self._of_members(lambda members, chosen: members.apply(x.of(chosen), list(members.shapes)))

    def gradients(self, data: Dataset | np.ndarray, y: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """The gradient of each network's loss, as `evaluate` has it, by "layer/weight" as in `weights`.

        Args:
            data: A data set, whose training set is used, or inputs as for `fit`.
            y: Targets, if `data` is no data set.
        """
        x, y = self._examples(*_split(data, y, "train"))
        return self._of_members(lambda members, chosen: members.gradients(x.of(chosen), y.of(chosen)))

    def units(self) -> np.ndarray:
        """How many hidden units each network uses, of the shape of the sweep."""
        width = self._settings["width"].reshape(self.shape)
        return sum((np.minimum(width, units) for units in self.net.widths), np.zeros(self.shape, int))

    def weights(self) -> dict[str, np.ndarray]:
        """A copy of all weights, by "layer/weight": kernels (*shape, in, out), all others (*shape, out)."""
        return self._of_members(lambda members, _: members.read())

    def set_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Replace some weights.

        Args:
            weights: By name; each broadcasts against the shape that it has in `weights()`.

        Raises:
            CourseError: For an unknown name, or a shape that does not fit.
        """
        now, new = self.weights(), {}
        for name, values in weights.items():
            wanted = now[require_choice("weight", name, now)].shape
            try:
                new[name] = np.broadcast_to(values, wanted).reshape(len(self), *wanted[len(self.shape) :])
            except ValueError:
                raise CourseError(
                    f"{name} has shape {wanted}, to which {np.shape(values)} does not broadcast."
                ) from None
        for members, chosen in self._groups.each():
            members.write({name: values[chosen] for name, values in new.items()})

    def member(self, **coordinates: object) -> keras.Model:
        """One network as an ordinary Keras model with the same weights, built but not compiled.

        Args:
            **coordinates: Axis name → value; an axis of length 1 may be left out.

        Raises:
            CourseError: For an unknown axis, or a coordinate that is not on it.
        """
        number = self._grid.position(coordinates)
        place = np.unravel_index(number, self.shape)
        own = {name: values[number] for name, values in self._settings.items()}
        weights = {name: values[place] for name, values in self.weights().items()}
        net = replace(self.net, activation=own["activation"])
        return keras_model(
            net.cut(weights, own["width"]), net, self.loss.activation, float(own["dropout"]), float(own["l2"])
        )

    def _hyper_parameters(self, rate: float, decay: float) -> dict[str, np.ndarray]:
        """(networks,) each; what is no axis and not given comes from the network and the optimizer."""
        defaults = {
            "learning_rate": rate,
            "weight_decay": decay,
            "l2": 0.0,
            "dropout": self.net.dropout,
            "activation": self.net.activation,
            "initializer": self.net.initializer,
            "gain": self.net.gain,
            "label_noise": 0.0,
            "width": max(self.net.widths, default=1),
            "seed": 0,
        }
        settings = {name: self._grid.of_members(name, default) for name, default in defaults.items()}
        functions = [known("activation", given, ACTIVATION_HELP) for given in settings["activation"]]
        return {**settings, "activation": np.array(functions, dtype=object)}

    def _require_possible(self) -> None:
        narrowest, width = min(self.net.widths, default=0), self._settings["width"].max()
        if "width" in self._grid and width > narrowest:
            raise CourseError(f"width={width} is more than the narrowest hidden layer has; type mlp([{width}, …]).")
        if np.any(self._settings["label_noise"]) and self.loss.activation == "linear":
            raise CourseError(
                'label_noise needs classes: loss="sparse_categorical_crossentropy" or "binary_crossentropy".'
            )

    def _of_members(self, measure: Callable[[Members, np.ndarray], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """By name, what is measured in each group (members, …), joined to (*shape, …)."""
        return self._shaped([measure(members, chosen) for members, chosen in self._built().each()])

    def _built(self) -> Groups:
        if self._groups is None:
            raise CourseError("these networks have no weights yet; type nets.fit(data), or nets.build(data).")
        return self._groups

    def _shaped(self, parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        joined = {name: np.concatenate([part[name] for part in parts])[self._built().places] for name in parts[0]}
        return {name: values.reshape(*self.shape, *values.shape[1:]) for name, values in joined.items()}

    def _epoch(self, count: int, batch_size: int, done: Callable[[], None]) -> dict[str, np.ndarray]:
        """Train all networks on every example once; loss and accuracy, averaged over the steps."""
        rows, weights = batches(np.unique(self.axes["seed"]), self._epochs, count, batch_size)
        steps = self._steps + np.arange(len(rows), dtype="int32")
        feed = Batch(*map(keras.ops.convert_to_tensor, (steps, rows, weights)))
        parts = []
        for measured in self._groups.train(feed):
            parts.append({n: np.average(v, axis=0, weights=weights.sum(axis=1)) for n, v in measured.items()})
            done()
        self._epochs, self._steps = self._epochs + 1, self._steps + len(rows)
        return self._shaped(parts)

    def _inputs(self, x: np.ndarray) -> Examples:
        features = next(iter(self._built().shapes.values()))[0]
        x = lay_out("x", _numbers("x", x).astype("float32"), 1, self.shape)
        if x.sets.shape[-1] != features:
            raise CourseError(f"x has {x.sets.shape[-1]} features, but these networks take {features}.")
        return x

    def _examples(self, x: np.ndarray, y: np.ndarray) -> tuple[Examples, Examples]:
        """Inputs and targets, laid out for the networks, after a look whether they fit."""
        x = self._inputs(x)
        y = self.loss.read(y, self._built().shapes["output"][1])
        y = lay_out("y", y, self.loss.item_dimensions, self.shape)
        if x.count != y.count:
            raise CourseError(f"x has {x.count} examples but y has {y.count}; give one target for each example.")
        return x, y

    def _require_sets(self, x: Examples, y: Examples) -> None:
        """If there is an axis of training sets, the data must have it too."""
        names = list(self.axes)
        if "training_set" not in names or len(self.axes["training_set"]) == 1:
            return
        across = names.index("training_set")
        if not any(np.diff(given.of_member.reshape(self.shape), axis=across).any() for given in (x, y)):
            wanted = tuple(size if place == across else 1 for place, size in enumerate(self.shape))
            raise CourseError(f"training_set is an axis, but there is one set; give x of shape {(*wanted, 'n', 'd')}.")

    def _noisy(self, y: Examples) -> Examples:
        shares = self._settings["label_noise"]
        if not shares.any():
            return y
        classes = max(2, self._groups.shapes["output"][1])
        return with_label_noise(y, shares, self._settings["seed"], classes)


def _split(data: Dataset | np.ndarray, y: np.ndarray | None, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets, from the training or test set of a data set or as they were given."""
    if isinstance(data, Dataset):
        if y is not None:
            raise CourseError(f"{data.name} brings its own targets; give a data set, or x and y.")
        return getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
    if y is None:
        raise CourseError("targets are missing: type nets.fit(x, y), or nets.fit(data) with a data set.")
    return _numbers("x", data), _numbers("y", y)


def _numbers(what: str, given: np.ndarray) -> np.ndarray:
    array = np.asarray(given)
    if array.dtype.kind not in "fiub" or not array.size or not array.ndim:
        raise CourseError(f"{what} must be an array of numbers, not {array.dtype} of shape {array.shape}.")
    return array


def _positive(name: str, number: int) -> int:
    if not isinstance(number, int | np.integer) or number < 1:
        raise CourseError(f"{name} must be a whole number from 1 on, not {number!r}.")
    return number


def _sizes(axes: Mapping[str, np.ndarray]) -> str:
    return " × ".join(f"{len(values)} {name}" for name, values in axes.items())
