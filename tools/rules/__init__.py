"""The lint rules for lectures; importing the package registers all of them in `base.RULES`."""

from tools.rules import code, launch, outputs, practice, structure
from tools.rules.base import RULES

__all__ = ["RULES", "code", "launch", "outputs", "practice", "structure"]
