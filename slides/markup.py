"""HTML from what notebook cells hold: markdown, code and stored outputs."""

import html
import re

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

HEADING = re.compile(r"\A\s*#{1,6}[ \t]+(?P<heading>.+?)[ \t#]*(?:\n|\Z)")
BADGE = re.compile(r"\[?!\[[^\]]*\]\([^)]*\)(\]\([^)]*\))?")


def markdown(source: str) -> str:
    """Markdown as HTML; formulas are left for MathJax."""
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source).strip()


def numbers(fragment: str) -> str:
    """HTML with numbers set as in print: 8.8e-08 as 8.8·10⁻⁸, and no line break inside "≈ 0.43" or "88 %"."""

    def power(match: re.Match) -> str:
        factor = "" if match["factor"] == "1" else f"{match['factor']}·"
        sign = "−" if match["sign"] == "-" else ""
        return f"{factor}10<sup>{sign}{match['power']}</sup>"

    fragment = fragment.replace("&gt;=", "≥").replace("&lt;=", "≤")
    fragment = re.sub(r"(?<![\w.])(?P<factor>\d+(?:\.\d+)?)e(?P<sign>[-+]?)0*(?P<power>\d+)\b", power, fragment)
    return re.sub(r"(?<=[≈<>=≥≤]) (?=[\d−-])|(?<=&[lg]t;) (?=[\d−-])|(?<=\d) (?=%)", "&nbsp;", fragment)


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


def split_table(table: str, height: int = 450, characters: int = 52) -> list[str]:
    """An HTML table as several with the same head, each short enough for a slide and about equally long.

    Args:
        table: HTML that may hold one table; anything else comes back unchanged.
        height: px that the rows may take.
        characters: Characters of the longest cell that fit on one line.
    """
    match = re.fullmatch(r"(?P<before>.*<tbody>)(?P<rows>.*)(?P<after></tbody>.*)", table, flags=re.DOTALL)
    if not match:
        return [table]
    rows = re.findall(r"<tr>.*?</tr>", match["rows"], flags=re.DOTALL)
    heights = [15 + 29 * max(-(-visible_length(cell) // characters) for cell in row.split("</td>")) for row in rows]
    fewest = len(_pages(rows, heights, height))
    room = next(room for room in range(height + 1) if len(_pages(rows, heights, room)) <= fewest)
    return [match["before"] + "\n".join(page) + match["after"] for page in _pages(rows, heights, room)]


def _pages(rows: list[str], heights: list[int], room: int) -> list[list[str]]:
    """Fill one page after the other."""
    pages: list[list[str]] = [[]]
    left = room
    for row, height in zip(rows, heights, strict=True):
        if height > left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(row)
        left -= height
    return pages
