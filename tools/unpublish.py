"""Take back all that `tools.publish` wrote."""

from __future__ import annotations

import argparse

from tools import launch, notebooks, publish


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no options."""


def run(args: argparse.Namespace) -> int:
    """Remove links, addresses and settings; return the exit code."""
    if launch.read(notebooks.ROOT) is None:
        print("The course is not published.")
    publish.write(notebooks.ROOT, None)
    return 0
