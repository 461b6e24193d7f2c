"""What tests share: Keras started once, and what a cell would have shown."""

from __future__ import annotations

import os
from types import ModuleType, SimpleNamespace

import pytest

os.environ["MPLBACKEND"] = "agg"


@pytest.fixture(scope="session")
def keras() -> ModuleType:
    """Keras as a lecture starts it, on the backend that `KERAS_BACKEND` names."""
    from course_utils import start

    start(lecture=0)
    import keras

    return keras


@pytest.fixture
def shown(monkeypatch) -> list[SimpleNamespace]:
    """The outputs that the test displays, in order, each with `data` and `metadata`."""
    outputs = []

    def display(data: object, raw: bool = False, metadata: dict | None = None) -> None:
        outputs.append(SimpleNamespace(data=data, metadata=metadata))

    for module in ("course_utils.plots.display", "course_utils.controls"):
        monkeypatch.setattr(f"{module}.display", display)
    return outputs
