// Helpers inside JupyterLab's page; cells are named by their ids.
window.course = {
  panel: () => window.jupyterapp.shell.currentWidget,
  cells: () => course.panel().content.widgets,
  code: () => course.cells().filter((cell) => cell.model.type === "code"),
  at: (id) => course.cells().find((cell) => cell.model.id === id),

  // [id, number of pictures that are drawn] of the cells that show pictures, as stored in the file
  pictures: () => course.code().map((cell) => [cell.model.id,
    [...cell.node.querySelectorAll(".jp-OutputArea-output img")].filter((image) => image.naturalWidth > 0).length]),

  run: async (seconds) => {
    const panel = course.panel();
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    await jupyterapp.commands.execute("notebook:clear-all-cell-outputs");  // stored counts look like a finished run
    await jupyterapp.commands.execute("notebook:run-all-cells");
    const end = Date.now() + 1000 * seconds;
    const stopped = () => course.code().some((cell) => cell.model.outputs.toJSON().some((o) => o.output_type === "error"));
    const running = () => panel.sessionContext.session.kernel.status !== "idle"
      || course.code().some((cell) => cell.model.executionCount === null);
    while (Date.now() < end && running() && !stopped()) await new Promise((wake) => setTimeout(wake, 50));
    return course.code().flatMap((cell) => {
      const error = cell.model.outputs.toJSON().find((output) => output.output_type === "error");
      if (error) return [[cell.model.id, `${error.ename}: ${error.evalue}`]];
      return cell.model.executionCount === null ? [[cell.model.id, "did not run"]] : [];
    });
  },

  // Number the controls of a cell, so that they can be named; gives [number, kind, label] of each.
  controls: (id) => {
    const kinds = {slider: ".noUi-target", dropdown: "select", checkbox: "input[type=checkbox]", other: "button, input:not([type=checkbox])"};
    return Object.entries(kinds).flatMap(([kind, sign]) =>
      [...course.at(id).node.querySelectorAll(`.jp-OutputArea-output :is(${sign})`)].map((part, position) => {
        part.dataset.control = `${id}-${kind}-${position}`;
        let around = part;
        while (!around.querySelector("label") && !around.matches(".widget-box, .jp-OutputArea-output")) around = around.parentElement;
        return [part.dataset.control, kind, around.querySelector("label")?.textContent || ""];
      }));
  },

  // Start the clock at the next input (a key, a drag, a choice); `changed` gives the ms until a new picture is drawn, or null.
  watch: (id) => {
    const picture = course.at(id).node.querySelector("img.widget-image");
    let start = null;
    const note = (event) => { if (event.type !== "pointermove" || event.buttons) start ??= performance.now(); };
    const inputs = ["keydown", "pointermove", "change"];
    inputs.forEach((kind) => document.addEventListener(kind, note, {capture: true}));
    course.changed = new Promise((done) => {
      const stop = (value) => { inputs.forEach((kind) => document.removeEventListener(kind, note, {capture: true})); done(value); };
      picture.addEventListener("load", () => stop(performance.now() - start), {once: true});
      setTimeout(() => stop(null), 3000);
    });
  },
};
