"""Helpers that the lectures of the course share.

The names below are loaded when first used, so that `import course_utils` is quick and `start` can choose the Keras
backend before Keras is imported. Editors read the same names from `__init__.pyi`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
