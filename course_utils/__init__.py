"""Helpers that the lectures of the course share.

The names below are loaded when first used, so that `import course_utils` is quick and `start` can choose the Keras
backend before Keras is imported. Editors read the same names from `__init__.pyi`.
"""

try:
    import lazy_loader
except ModuleNotFoundError:  # doctor must start all the same

    def __getattr__(name: str) -> None:
        raise ModuleNotFoundError("lazy_loader is not installed. Type: python -m course_utils.doctor")

else:
    __getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
