"""All networks of a sweep, as many at a time as memory holds."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from course_utils.deferred import keras
from course_utils.sweeps.epochs import compiled
from course_utils.sweeps.examples import Examples
from course_utils.sweeps.losses import Loss
from course_utils.sweeps.members import Batch, Members
from course_utils.sweeps.network import Network, draw_kernels
from course_utils.sweeps.optimizers import Rule, member_optimizer

Shapes = tuple[tuple[str, tuple[int, int]], ...]

MEMORY = 2 * 2**30  # bytes that networks trained at once may take, by a rough count for batches of this size:
TYPICAL_BATCH = 128
ENGINES = 4  # compiled programs that are kept: compiling takes seconds


class Group:
    """Networks that are trained at once.

    Attributes:
        chosen: (members,) which networks of the sweep they are.
        values: Of all variables, while other networks are in them; else None.
    """

    def __init__(self, chosen: np.ndarray, values: list[np.ndarray]) -> None:
        self.chosen, self.values = chosen, values


class Engine:
    """Variables and compiled program for groups of one kind, which take turns in them.

    Groups of different sweeps do too, so that a second sweep like the first needs no compiling.

    Attributes:
        members: The networks that are loaded.
        fresh: What the variables hold before any network is loaded.
    """

    def __init__(
        self,
        net: Network,
        loss: Loss,
        rule: Rule,
        shapes: Shapes,
        activations: tuple[tuple[Callable, int], ...],
        used: frozenset[str],
        decays: bool,
    ) -> None:
        self.members = Members(net, loss, dict(shapes), activations, used)
        optimizer = member_optimizer(rule, self.members, decays)
        self.epoch = compiled(self.members, optimizer)
        self._variables = [*self.members.trainable, *self.members.fixed, *optimizer.variables]
        self.fresh = [_light(variable.numpy()) for variable in self._variables]
        self._loaded: Callable[[], Group | None] = lambda: None

    def load(self, group: Group) -> None:
        """Put the values of a group into the variables, and give the group that was there its own back."""
        before = self._loaded()
        if before is group:
            return
        if before is not None:
            before.values = [variable.numpy() for variable in self._variables]
        for variable, value in zip(self._variables, group.values, strict=True):
            variable.assign(value)
        group.values = None
        self._loaded = weakref.ref(group)


@lru_cache(ENGINES)
def _engine(backend: str, *description: object) -> Engine:
    """The engine of this description, made once."""
    return Engine(*description)


class Groups:
    """All networks of a sweep, in groups of equal size, each with as many of every activation as the others.

    Where they do not divide evenly, copies of networks fill up the groups; whoever joins results takes `places`.

    Attributes:
        places: (networks,) where each stands among the networks of all groups.
        shapes: (in, out) of each layer's kernel, by name.
    """

    def __init__(
        self,
        net: Network,
        loss: Loss,
        rule: Rule,
        settings: Mapping[str, np.ndarray],
        shapes: Mapping[str, tuple[int, int]],
        at_once: int | None,
    ) -> None:
        """Give every network its first weights and its hyper-parameters.

        Args:
            net: What the networks look like.
            loss: What they minimize.
            rule: How.
            settings: Hyper-parameter → (networks,) values.
            shapes: (in, out) of each layer's kernel, by name.
            at_once: Size of a group; None for what fits into `MEMORY`.
        """
        count = len(settings["seed"])
        groups = -(-count // (at_once or _fitting(shapes)))
        chosen = {kind: _dealt(of_kind, groups) for kind, of_kind in _by_activation(settings["activation"]).items()}
        activations = tuple((kind, of_kind.shape[1]) for kind, of_kind in chosen.items())
        chosen = np.concatenate(list(chosen.values()), axis=1)
        used = {name for name in ("dropout", "l2") if np.any(settings[name])}
        used |= {"width"} if np.any(settings["width"] < max(net.widths, default=1)) else set()
        decays = bool(np.any(settings["weight_decay"]))
        same = replace(net, activation="linear", dropout=0.0, initializer="zeros", gain=1.0)  # members have their own
        description = same, loss, rule, tuple(shapes.items()), activations, frozenset(used), decays
        self.shapes = shapes
        self._engine = _engine(keras.backend.backend(), *description)
        self.places = np.unique(chosen, return_index=True)[1]
        self._groups = [Group(numbers, self._engine.fresh) for numbers in chosen]
        self._start(settings)

    def __len__(self) -> int:
        return len(self._groups)

    def each(self) -> Iterator[tuple[Members, np.ndarray]]:
        """The groups in turn: their networks as tensors, and which they are."""
        for group in self._groups:
            self._engine.load(group)
            yield self._engine.members, group.chosen

    def use(self, x: Examples, y: Examples) -> None:
        """Make these the examples that `train` works on."""
        self._data = keras.ops.convert_to_tensor(x.rows), keras.ops.convert_to_tensor(y.rows)
        for members, chosen in self.each():
            members.given["x_start"].assign(x.starts[chosen])
            members.given["y_start"].assign(y.starts[chosen])

    def train(self, batches: Batch) -> Iterator[dict[str, np.ndarray]]:
        """Train one group after the other for an epoch; yields what each measured, by name (steps, members)."""
        for _ in self.each():
            yield self._engine.epoch(*self._data, batches)

    def _start(self, settings: Mapping[str, np.ndarray]) -> None:
        order = np.unique(settings["seed"], return_inverse=True)[1]
        given = {**settings, "order": order}
        kernels = _first_kernels(self.shapes, settings)
        for members, chosen in self.each():
            for name in members.given.keys() & given.keys():
                variable = members.given[name]
                variable.assign(given[name][chosen].reshape(variable.shape).astype(variable.dtype))
            for name, values in kernels.items():
                members.weights[f"{name}/kernel"].assign(values[chosen])


def _by_activation(activations: np.ndarray) -> dict[Callable, np.ndarray]:
    """Activation → the numbers of its networks."""
    return {kind: np.flatnonzero([one is kind for one in activations]) for kind in dict.fromkeys(activations)}


def _dealt(numbers: np.ndarray, groups: int) -> np.ndarray:
    """(groups, size): the numbers in order; at the end, the last one again."""
    size = -(-len(numbers) // groups)
    return numbers[np.minimum(np.arange(groups * size), len(numbers) - 1)].reshape(groups, size)


def _light(values: np.ndarray) -> np.ndarray:
    """The same values; as a view of one number if they are all alike, so that they take no memory."""
    first = values.flat[0] if values.size else 0
    return np.broadcast_to(first, values.shape) if np.all(values == first) else values


def _fitting(shapes: Mapping[str, tuple[int, int]]) -> int:
    """How many networks fit into memory: weights with gradient and two moments; signals, forwards and backwards."""
    weights = sum(map(math.prod, shapes.values()))
    signals = sum(fan_in + 2 * units for fan_in, units in shapes.values())
    return max(1, MEMORY // (4 * (4 * weights + 2 * TYPICAL_BATCH * signals)))


def _first_kernels(shapes: Mapping[str, tuple[int, int]], settings: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Layer name → (networks, in, out); drawn once for all networks that start alike but for the gain."""
    features, outputs = next(iter(shapes.values()))[0], shapes["output"][1]
    cases: dict[tuple, list[np.ndarray]] = {}
    kernels = [np.zeros((len(settings["seed"]), *shape), "float32") for shape in shapes.values()]
    for place, seed in enumerate(settings["seed"]):
        initializer, width = settings["initializer"][place], int(settings["width"][place])
        case = initializer if isinstance(initializer, str) else id(initializer), int(seed), width
        if case not in cases:
            sizes = [features, *(min(width, units) for _, units in list(shapes.values())[:-1]), outputs]
            cases[case] = draw_kernels(list(pairwise(sizes)), initializer, int(seed))
        for all_of_layer, kernel in zip(kernels, cases[case], strict=True):
            all_of_layer[place, : kernel.shape[0], : kernel.shape[1]] = settings["gain"][place] * kernel
    return dict(zip(shapes, kernels, strict=True))
