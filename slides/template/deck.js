// Start the deck once the formulas are set: a hidden slide has no size to set them by.
const printed = new Promise((done) => Reveal.on("pdf-ready", done));
const root = document.documentElement;

MathJax.startup.promise.then(() => {
  // The speaker window copies notes without MathJax's style sheet, which hides the copy for screen readers.
  document.querySelectorAll("aside.notes mjx-assistive-mml").forEach((copy) => copy.remove());
  return Reveal.initialize({
    width: 1280, height: 720, margin: 0, center: false,
    hash: true, fragmentInURL: true, navigationMode: "linear", controls: false, slideNumber: false, progress: true,
    transition: "none", backgroundTransition: "none",
    pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1, defaultTiming: 60,
    plugins: [RevealNotes],
  });
}).then(() => {
  Reveal.addKeyBinding({keyCode: 68, key: "D", description: "Dark or light"}, () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  });
  return Reveal.isPrintView() ? printed : true;
}).then(() => { root.dataset.deckReady = "1"; });
