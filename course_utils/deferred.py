"""Keras, imported when it is first used, because `start` owns that import: it chooses the backend and keeps it quiet.

A stand-in in `sys.modules`, as `lazy_loader.load` makes it, would not do: whatever looks at all modules, as debuggers
do, turns it into the real one before `start` has run.
"""


class _Keras:
    def __getattr__(self, name: str) -> object:
        import keras

        return getattr(keras, name)


keras = _Keras()
