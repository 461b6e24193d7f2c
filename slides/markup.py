"""HTML from what notebook cells hold: markdown, code and stored outputs."""

import html
import re

from mistune.util import safe_entity
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

HEADING = re.compile(r"\A\s*#{1,6}[ \t]+(?P<heading>.+?)[ \t#]*(?:\n|\Z)")
BADGE = re.compile(r"\[?!\[[^\]]*\]\([^)]*\)(\]\([^)]*\))?")


class _Renderer(IPythonRenderer):
    """Takes nothing in a cell for HTML, and draws only what is there."""

    def text(self, text: str) -> str:
        """Words; `&lt;` is a sign, as everywhere in markdown."""
        return safe_entity(text)

    def block_mermaidjs(self, code: str) -> str:
        """The source of a diagram, which only JupyterLab would draw."""
        return self.block_code(code)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture; in place of one that is attached to a cell, its description."""
        return text if url.startswith("attachment:") else super().image(text, url, title)


def markdown(source: str) -> str:
    """Markdown as HTML; formulas are left for MathJax, and HTML in it stands there as text."""
    renderer = _Renderer(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source).strip()


def numbers(fragment: str) -> str:
    """HTML with numbers set as in print: 8.8e-08 as 8.8·10⁻⁸, a minus sign, "≈ 0.4", "88 %", "64-32" unbroken."""

    def power(match: re.Match) -> str:
        factor = "" if match["factor"] == "1" else f"{match['factor']}·"
        sign = "−" if match["sign"] == "-" else ""
        return f"{factor}10<sup>{sign}{match['power']}</sup>"

    fragment = fragment.replace("&gt;=", "≥").replace("&lt;=", "≤")
    fragment = re.sub(r"(?<![\w.])(?P<factor>\d+(?:\.\d+)?)e(?P<sign>[-+]?)0*(?P<power>\d+)\b", power, fragment)
    fragment = re.sub(r"(?<=\d)-(?=\d)", "-&NoBreak;", re.sub(r"(?<=≈ )-(?=\d)", "−", fragment))
    return re.sub(
        r"(?<=[≈<>=≥≤]) (?=[\d−-])|(?<=&[lg]t;) (?=[\d−-])|(?<=\d) (?=%)|(?<=[\w:]) (?=≈)", "&nbsp;", fragment
    )


def inline(source: str) -> str:
    """One paragraph of markdown as HTML without the paragraph around it."""
    return re.sub(r"\A<p>(.*)</p>\Z", r"\1", markdown(source), flags=re.DOTALL)


def code(source: str) -> str:
    """Python source as highlighted HTML; the colours come from the theme."""
    return highlight(source.strip(), PythonLexer(), HtmlFormatter(nowrap=True)).rstrip()


def plain(text: str) -> str:
    """Text of an output as HTML."""
    return f"<pre>{html.escape(text.strip())}</pre>"


def split_heading(source: str) -> tuple[str, str]:
    """The heading that a cell begins with ("" if none) and the rest of the cell, both markdown."""
    match = HEADING.match(source)
    return (match["heading"], source[match.end() :].strip()) if match else ("", source.strip())


def paragraphs(source: str) -> list[str]:
    """The blocks of a markdown text that blank lines separate, without launch badges."""
    blocks = (BADGE.sub("", block).strip() for block in re.split(r"\n\s*\n", source))
    return [block for block in blocks if block]


def visible_length(fragment: str) -> int:
    """Number of characters of an HTML fragment that a reader sees; a formula's commands count as one each."""
    text = html.unescape(re.sub(r"<[^>]*>", "", fragment))
    return len(re.sub(r"\$[^$]*\$", _letters, text))


def _letters(formula: re.Match) -> str:
    return re.sub(r"[${}^_\\ ]", "", re.sub(r"\\[a-zA-Z]+", "x", formula[0]))
