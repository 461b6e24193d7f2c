"""Keras's optimizers, with a learning rate and a weight decay for each network of a sweep."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from course_utils.deferred import keras
from course_utils.errors import CourseError
from course_utils.sweeps.members import Members

# They treat every weight by itself, so that networks in one variable stay independent.
ELEMENTWISE = ("SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Adagrad", "Adadelta", "Adamax", "Lion", "Ftrl")


class Rule(NamedTuple):
    """An optimizer without rate and weight decay, which are the networks' own.

    Attributes:
        kind: Its class.
        options: Its other settings.
        schedule: What multiplies the rates: takes the number of steps, returns a factor. None if they are constant.
    """

    kind: type[keras.optimizers.Optimizer]
    options: tuple[tuple[str, object], ...]
    schedule: Callable | None


def read_optimizer(given: str | keras.optimizers.Optimizer) -> tuple[Rule, float, float]:
    """The rule of an optimizer, its rate (1 if it has a schedule) and its weight decay.

    Raises:
        CourseError: For an unknown name, or an optimizer that mixes the weights of a variable.
    """
    listed = f"choose one of {', '.join(ELEMENTWISE)}"
    try:
        optimizer = keras.optimizers.get(given)
    except (ValueError, TypeError):
        raise CourseError(f"{given!r:.60} is no optimizer that a sweep can use; {listed}.") from None
    kind = type(optimizer)
    if kind.__name__ not in ELEMENTWISE:
        raise CourseError(f"{kind.__name__} couples the weights of different networks in a sweep; {listed}.")
    for clip in ("clipnorm", "global_clipnorm"):
        if getattr(optimizer, clip):
            raise CourseError(f"{clip} couples the weights of different networks in a sweep; use clipvalue instead.")
    config = optimizer.get_config()
    rate, decay = config.pop("learning_rate"), config.pop("weight_decay")
    schedule = optimizer._learning_rate if isinstance(rate, dict) else None  # Keras has no public name for it
    del config["name"]
    return Rule(kind, tuple(config.items()), schedule), 1.0 if schedule else float(rate), decay or 0.0


def member_optimizer(rule: Rule, members: Members, decays: bool) -> keras.optimizers.Optimizer:
    """A Keras optimizer whose rate and decay have shape (members, 1, 1), which broadcasts over all weights.

    Args:
        rule: What to make.
        members: The networks.
        decays: Whether any of them has weight decay.
    """

    def rate():
        rates = members.given["learning_rate"].value
        return rates * rule.schedule(optimizer.iterations) if rule.schedule else rates

    optimizer = rule.kind.from_config({**dict(rule.options), "learning_rate": rate})
    optimizer.weight_decay = members.given["weight_decay"] if decays else None
    optimizer.build(members.trainable)
    return optimizer
