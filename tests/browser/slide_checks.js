// What is wrong with the slide that is shown: a list of [rule, cell, what was seen]. Lengths are px on 1280 × 720.
() => {
  const LEAST = {text: 24, table: 20, code: 20};  // px of type
  const READABLE = 0.72;  // a type of 13 pt is 13 px high
  const LEAST_PICTURE = 300;  // px of its longer side
  const SHARP = 1.35;  // 1.5 for 1920 × 1080, less what nobody sees
  const scale = Reveal.getScale();
  const section = Reveal.getCurrentSlide(), slide = section.querySelector(".slide");
  const origin = slide.getBoundingClientRect();
  const problems = [];
  const fault = (rule, seen, element = slide) =>
    problems.push([rule, element.closest("[data-cell]").dataset.cell, seen.trim().slice(0, 160)]);
  const box = (rect) => ({
    left: (rect.left - origin.left) / scale, right: (rect.right - origin.left) / scale,
    top: (rect.top - origin.top) / scale, bottom: (rect.bottom - origin.top) / scale,
  });
  const cut = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  const shown = (picture) => {  // the part of the element that object-fit fills
    const room = box(picture.getBoundingClientRect());
    const [width, height] = [room.right - room.left, room.bottom - room.top];
    const ratio = picture.naturalWidth / picture.naturalHeight;
    return {...room, width: Math.min(width, height * ratio), height: Math.min(height, width / ratio)};
  };

  // Lines of text, each with its place.
  const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || parent.closest("mjx-assistive-mml, script, style")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) texts.push({node, parent, ...box(rect)});
  }
  const footer = slide.querySelector("footer");
  const floor = footer ? box(footer.getBoundingClientRect()).top - 14 : 720;  // air above the footer
  const body = texts.filter((text) => !text.parent.closest("footer"));
  const formulas = [...slide.querySelectorAll("mjx-container > svg")];
  const pictures = [...slide.querySelectorAll("img")];

  const outside = body.filter((text) => text.right > 1248 || text.left < 16 || text.top < 16 || text.bottom > floor + 2);
  if (outside.length) {
    const {node, parent, right, bottom} = outside.at(-1);
    fault("overflow", `"${node.data.trim()}" ends at ${Math.round(right)}, ${Math.round(bottom)}`, parent);
  }
  for (const formula of formulas) {
    const place = box(formula.getBoundingClientRect());
    if (place.right > 1248 || place.bottom > floor + 2) fault("overflow", "a formula leaves the slide", formula);
    if (formula.getBoundingClientRect().width / scale < 0.8 * formula.width.baseVal.value)
      fault("type size", "a formula had to shrink by more than a fifth", formula);
  }

  for (const picture of pictures) {
    const area = shown(picture), name = picture.getAttribute("src") || "";
    if (!picture.complete || !picture.naturalWidth) { fault("picture", `${name} did not load`, picture); continue; }
    if (area.bottom > floor + 2 || area.right > 1248) fault("overflow", `${name} leaves the slide`, picture);
    const drawn = parseFloat(getComputedStyle(picture).getPropertyValue("--width"));
    if (area.width < READABLE * drawn || Math.max(area.width, area.height) < LEAST_PICTURE)
      fault("small figure", `${Math.round(area.width)} px wide, drawn for ${drawn} px: its words are too small`, picture);
    if (picture.naturalWidth < SHARP * area.width) fault("sharpness", `${picture.naturalWidth} pixels for ${Math.round(area.width)} px`, picture);
    for (const text of texts)
      if (cut(text, {...area, right: area.left + area.width, bottom: area.top + area.height}))
        fault("overlap", `"${text.node.data}" lies on ${name}`, text.parent);
    const caption = (picture.closest("figure")?.querySelector("figcaption") || slide.querySelector(".caption"))?.textContent.trim() || "";
    if (caption.length < 10) fault("caption", `${name} has no caption`, picture);
    const alt = picture.alt.trim();
    if (alt.length < 25 || alt.split(/\s+/).length < 5 || alt === caption || /^(an? )?(image|picture|figure|plot) of\b/i.test(alt) || /\.(png|jpe?g|svg)$/i.test(alt))
      fault("alternative text", `"${alt}" does not describe ${name}`, picture);
  }

  const blocks = [...slide.querySelectorAll("h1, h2, p, li, figcaption, td, th, pre, .answer")].filter((block) => block.textContent.trim());
  for (const [position, block] of blocks.entries())
    for (const other of blocks.slice(position + 1))
      if (!block.contains(other) && !other.contains(block) && cut(box(block.getBoundingClientRect()), box(other.getBoundingClientRect())))
        fault("overlap", `"${block.textContent.trim().slice(0, 40)}" and "${other.textContent.trim().slice(0, 40)}"`, other);

  for (const {node, parent} of body) {
    if (parent.closest("sup, sub")) continue;
    const kind = parent.closest("pre, code") ? "code" : parent.closest("table, .summary") ? "table" : "text";
    const size = parseFloat(getComputedStyle(parent).fontSize);
    if (size < LEAST[kind]) fault("type size", `"${node.data}" is ${size} px, ${kind} needs ${LEAST[kind]}`, parent);
    if (kind !== "code" && /\$[^$]+\$|\\[a-zA-Z]{2,}/.test(node.data)) fault("formula", `"${node.data}" is not set`, parent);
  }
  for (const wrong of slide.querySelectorAll('mjx-merror, [data-mml-node="merror"]'))
    fault("formula", wrong.getAttribute("data-mjx-error") || wrong.textContent, wrong);

  for (const source of slide.querySelectorAll("pre.source")) {
    const lines = source.textContent.trimEnd().split("\n");
    const height = source.querySelector("code").getBoundingClientRect().height / scale;
    if (height > (lines.length + 0.6) * parseFloat(getComputedStyle(source).lineHeight))
      fault("code", `a line of ${Math.max(...lines.map((line) => line.length))} characters does not fit; 95 do`, source);
    const full = lines.filter((line) => line.trim()).length;
    const most = source.closest(".exercise") ? 14 : 12;
    if (full > most) fault("code", `${full} lines; ${most} fit`, source);
  }

  const said = body.filter((text) => !text.parent.closest("header")).map((text) => text.node.data).join("").trim();
  if (said.length < 4 && !pictures.length && !formulas.length) fault("empty", "nothing but a heading");
  return problems;
}
