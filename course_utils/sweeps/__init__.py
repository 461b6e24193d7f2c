"""Dozens of small dense networks, trained as one tensor program."""

from course_utils.sweeps.network import Network, mlp
from course_utils.sweeps.sweep import History, Sweep

__all__ = ["History", "Network", "Sweep", "mlp"]
