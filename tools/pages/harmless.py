"""An extension of Sphinx: of all HTML in a page's source, only what the course writes itself is HTML on the page.

Any other tag, from a lecture's text, a stored output or a directive, stands there as the text that it is, and no
directive reads a file of the machine that builds the site.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

# What may follow the opening sign of a tag.
OURS = (
    r'/?(?:p|br|details|summary|span|sup)(?: class="[\w -]+")?>',
    r'a href="(?:https://[^"<>\s]*|[\w./#%-]*)">|/a>',
    r"!-- [\w /-]+ -->",
)
FOREIGN = re.compile(rf"<(?!{'|'.join(OURS)})")


def harmless(source: str) -> str:
    """HTML in which tags that are not ours are text."""
    return FOREIGN.sub("&lt;", source)


class HarmlessTransform(SphinxTransform):
    """Makes all HTML of a page harmless."""

    default_priority = 500

    def apply(self) -> None:
        """Exchange each piece of HTML."""
        for node in list(self.document.findall(nodes.raw)):
            node.replace_self(nodes.raw("", harmless(node.astext()), format=node["format"]))


def read_no_files(app: Sphinx) -> None:
    """Let `include` and the like end in a warning."""
    app.env.settings["file_insertion_enabled"] = False


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_transform(HarmlessTransform)
    app.connect("builder-inited", read_no_files)
    return {"parallel_read_safe": True}
