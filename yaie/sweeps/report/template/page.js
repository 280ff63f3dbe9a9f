"use strict";
// A click on a heading, or Enter on it, sorts by its column: first one way, then the other.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const key = (row, index) => {
    const cell = row.cells[index];
    return cell.dataset.value === undefined ? cell.textContent.trim() : cell.dataset.value;
  };
  const compare = (one, other) => {
    if (one === "" || other === "") return 0;
    const difference = Number(one) - Number(other);
    return Number.isNaN(difference) ? one.localeCompare(other, "en", { numeric: true }) : difference;
  };
  heads.forEach((head, index) => head.querySelector("button").addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    const rows = [...table.tBodies[0].rows].map((row) => [key(row, index), row]);
    // What has no value stands last, whichever way the others go.
    rows.sort(([one], [other]) =>
      (one === "") - (other === "") || (down ? -1 : 1) * compare(one, other));
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    table.tBodies[0].append(...rows.map(([, row]) => row));
  }));
}

for (const button of document.querySelectorAll("button.copy")) {
  const text = button.nextElementSibling;
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(text);
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "copied";
    } catch {
      button.textContent = "selected";
    }
  });
}

// A link to a cell opens what is folded there.
const open = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
};
addEventListener("hashchange", open);
open();

if (window.Plotly) {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const touched = matchMedia("(pointer: coarse)").matches;
  const config = { responsive: true, displaylogo: false, displayModeBar: false };
  const themed = (layout) => {
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const axis = { gridcolor: colour("--grid"), zerolinecolor: colour("--grid"), linecolor: colour("--line"), automargin: true };
    return {
      ...layout,
      font: { color: colour("--ink"), size: 13, family: getComputedStyle(document.body).fontFamily },
      colorway: [0, 1, 2, 3, 4, 5, 6].map((index) => colour(`--c${index}`)),
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 12, r: 12, t: 12, b: 12 },
      hoverlabel: { bgcolor: colour("--card"), bordercolor: colour("--line"), font: { color: colour("--ink") }, align: "left" },
      dragmode: touched ? false : "zoom",
      xaxis: { ...axis, ...layout.xaxis },
      yaxis: { ...axis, ...layout.yaxis },
    };
  };
  const draw = () => {
    for (const [name, figure] of Object.entries(figures)) {
      // Words beside points would cover each other where there is little room: numbers of cells do.
      const narrow = document.getElementById(name).clientWidth < 560;
      const data = figure.data.map((trace) => narrow && trace.text ? { ...trace, text: trace.ids } : trace);
      Plotly.react(name, data, themed(figure.layout), config);
    }
  };
  dark.addEventListener("change", draw);
  addEventListener("resize", draw);
  draw();
}
