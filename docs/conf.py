"""Settings of Sphinx for the web site; `python -m tools site` writes the pages and adds the folders."""

project = "A deep-learning course that runs"
author = "the course's contributors"
copyright = "the course's contributors. Lectures CC BY 4.0, code MIT"  # noqa: A001 (Sphinx's name)
html_title = project
extensions = ["myst_nb", "tools.pages.harmless"]

nb_execution_mode = "off"  # the stored outputs are the measured ones
nb_render_markdown_format = "myst"  # tables, and formulas in captions
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
smartquotes = False  # what a lecture quotes is often code

html_theme = "furo"  # asks no other server for anything, dark and light, one sidebar with all lectures
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_sphinx = False
html_show_search_summary = False  # a summary is fetched, which browsers refuse to pages on disk
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

mathjax_path = "mathjax/tex-svg-full.js"
mathjax3_config = {
    "svg": {"fontCache": "local"},
    "options": {"enableMenu": False},
    "tex": {"packages": {"[-]": ["html"]}},  # a formula needs no link and no style of its own
}
