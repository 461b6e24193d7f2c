"""Figures of the course: its style, `show`, and the kinds of figure that lectures share."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
