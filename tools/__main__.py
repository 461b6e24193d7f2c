"""``python -m tools VERB``: find or make the environment that a verb needs, then run the verb in it.

Standard library only, and readable by Python 3.6, so that an old Python gets a sentence and not a traceback.
"""

import argparse
import importlib
import os
import subprocess
import sys

from tools import setup
from tools.setup_failures import SetupError

OURS = ("tools", "slides", "course_utils")
# verb: (module, group of packages that it needs, what it does)
VERBS = {
    "setup": ("tools.setup", None, "create .venv and install the course into it"),
    "update": ("tools.update", None, "bring a new version of the course; what you changed stays"),
    "copies": ("tools.working_copy", "lab", "bring unchanged copies in my_course/ up to date, as lab and update do"),
    "lab": ("tools.lab", "lab", "open the lectures in JupyterLab"),
    "check": ("tools.check", "test", "formatting, lint and the fast unit tests"),
    "test": ("tools.test", "test", "everything that CI runs"),
    "format": ("tools.format", "test", "bring lectures into their one form"),
    "lint": ("tools.lint", "test", "say which rules a lecture breaks, and what repairs it"),
    "execute": ("tools.execute", "test", "run lectures and store their outputs"),
    "nbval": ("tools.nbval", "test", "run lectures and compare with their stored outputs"),
    "mutate": ("tools.mutate", "test", "plant small errors in a lecture and see the tests fail"),
    "soak": ("tools.soak", "test", "run lectures with other base seeds; say how often each claim held"),
    "versions": ("tools.versions", "test", "run the course with the oldest or the newest packages"),
    "text": ("tools.text", "test", "write a lecture as text"),
    "from-text": ("tools.from_text", "test", "bring an edited text back into its lecture"),
    "glyphs": ("tools.glyphs", "test", "draw the letters and digits of the data set anew from their fonts"),
    "readme": ("tools.readme", "test", "bring README's table of lectures and its picture up to date"),
    "publish": ("tools.publish", "test", "make all links open the course where it is published"),
    "unpublish": ("tools.unpublish", "test", "take back what publish wrote"),
    "hub-link": ("tools.hub_link", "test", "print the links that open lectures in a classroom's JupyterHub"),
    "binder": ("tools.binder", "test", "check that Binder can read the course; builds nothing"),
    "colab": ("tools.colab", "test", "run lectures as on Colab: without the course installed"),
    "deck": ("tools.deck", "test", "build the slide decks into slides/build/"),
    "site": ("tools.site", "test", "build the web site into docs/build/"),
    "walk": ("tools.walk", "test", "follow the maintainers' guide in a fresh clone, up to the site; minutes"),
    "twice": ("tools.twice", "test", "build decks and site twice; every file must be the same"),
    "release-check": ("tools.release", "test", "what is checked before a release, for hours; goes on where it stopped"),
}


def main(arguments):
    """Run one verb.

    Args:
        arguments: The words after ``python -m tools``.

    Returns:
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks ✓ or ≈ shows ? in its place
    verb = arguments[0] if arguments else ""
    if verb not in VERBS:
        print(usage())
        return 0 if verb in ("", "-h", "--help") else 2
    module, group, purpose = VERBS[verb]
    try:
        python = setup.python_for(group) if group else None
        if python:
            return hand_over([python, "-m", "tools", *arguments])
        return call(module, verb, purpose, arguments[1:])
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1


def usage():
    """Return the list of verbs."""
    verbs = "\n".join(f"  {verb:<13} {purpose}" for verb, (_, _, purpose) in VERBS.items())
    return f"usage: python -m tools VERB [...]      (VERB --help says more)\n\n{verbs}"


def call(module, verb, purpose, arguments):
    """Run the verb's module in this Python; return its exit code."""
    try:
        implementation = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] in OURS:
            raise
        raise SetupError(
            '{} is not installed, and this needs it. Type: "{}" -m pip install -c {} -e ".[{}]"'.format(
                error.name, sys.executable, setup.CONSTRAINTS, ",".join(setup.extras_of(VERBS[verb][1] or "lab"))
            )
        ) from None
    parser = argparse.ArgumentParser(prog="python -m tools " + verb, description=purpose)
    implementation.add_arguments(parser)
    args = parser.parse_args(arguments)
    if VERBS[verb][1] is None:
        return implementation.run(args)
    from course_utils.errors import CourseError  # an old Python could not read it
    from tools.files import why

    try:
        return implementation.run(args)
    except CourseError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        if not why(error):
            raise
        print(why(error), file=sys.stderr)
    return 1


def hand_over(command):
    """Go on in another Python; signals reach it directly where the system can replace a process."""
    if os.name == "posix":
        os.execv(command[0], command)
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
