// What scrolls inside itself can be reached with the keyboard: browsers let only focused parts scroll by keys.
const mayScroll = ".content pre, .content .table-wrapper, .content div.math";
const markScrolling = () => {
  for (const part of document.querySelectorAll(mayScroll)) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
};
window.addEventListener("load", () => window.MathJax?.startup?.promise?.then(markScrolling) ?? markScrolling());
window.addEventListener("resize", markScrolling);
document.addEventListener("toggle", markScrolling, true);

// Sphinx calls the captions of the sidebar headings, but does not say of which level.
document.addEventListener("DOMContentLoaded", () => {
  for (const caption of document.querySelectorAll("p.caption[role=heading]")) caption.setAttribute("aria-level", "2");
});
