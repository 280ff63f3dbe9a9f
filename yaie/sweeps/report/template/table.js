"use strict";
// The table of cells: sorted by a heading, filtered by words, read by the plots.
const table = document.getElementById("cells");
const heads = table ? [...table.tHead.rows[0].cells] : [];
const rows = table ? [...table.tBodies[0].rows] : [];
const MOST = 500;
let order = rows.map((_, place) => place);
let matching = order;
let most = MOST;

const titleOf = (head) => head.querySelector("button").textContent;
const cellOf = (place, head) => rows[place].cells[heads.indexOf(head)];
const numberOf = (place) => rows[place].cells[0].dataset.value;
const label = (place) => rows[place].querySelector(".label").textContent;

// What a column holds, a row each: numbers, or words; null where there is nothing.
const held = new Map();
const column = (head) => {
  if (!held.has(head))
    held.set(head, numeric(rows.map((_, place) => content(cellOf(place, head)))));
  return held.get(head);
};
const content = (cell) =>
  cell.dataset.value === undefined ? cell.textContent.trim() || null : Number(cell.dataset.value);
const numeric = (values) =>
  values.every((value) => value === null || !Number.isNaN(Number(value)))
    ? values.map((value) => value === null ? null : Number(value))
    : values;

// A click on a heading, or Enter on it, sorts: the best first where one end is better.
const collator = new Intl.Collator("en", { numeric: true });
const compare = (one, other) =>
  typeof one === "number" ? one - other : collator.compare(one, other);
const sort = (head) => {
  const values = column(head), before = head.getAttribute("aria-sort");
  const down = before ? before === "ascending" : head.dataset.better === "more";
  const places = rows.map((_, place) => place);
  // What has no value stands last, whichever way the others go.
  places.sort((one, other) => values[one] === null || values[other] === null
    ? (values[one] === null) - (values[other] === null)
    : (down ? -1 : 1) * compare(values[one], values[other]));
  for (const other of heads) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  order = places;
  const sorted = new DocumentFragment();
  for (const place of order) sorted.append(rows[place]);
  table.tBodies[0].append(sorted);
  show();
};
for (const head of heads) head.querySelector("button").addEventListener("click", () => sort(head));

// Words leave the cells that have them all, in the table and in the plot of cells.
const filter = document.getElementById("filter");
const said = new Map();
const saying = (place) => {
  if (!said.has(place)) said.set(place, [numberOf(place), ...heads.filter((head) => !head.dataset.unit)
    .map((head) => `${titleOf(head)}=${cellOf(place, head).textContent}`)].join(" ").toLowerCase());
  return said.get(place);
};
const filtered = () => {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  matching = rows.map((_, place) => place)
    .filter((place) => words.every((word) => saying(place).includes(word)));
  document.getElementById("matching").textContent =
    words.length ? `${matching.length} of ${rows.length} cells` : "";
  show();
  document.dispatchEvent(new Event("filtered"));
};

// Of very many rows the first are shown, until all are asked for.
const more = document.getElementById("more");
const only = document.getElementById("only-marked");
const isWanted = (place) => !only?.checked || rows[place].classList.contains("is-front");
const show = () => {
  const fits = new Set(matching);
  let count = 0;
  for (const place of order)
    rows[place].hidden = !fits.has(place) || !isWanted(place) || ++count > most;
  more.hidden = count <= most;
  if (more.hidden) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `show all ${count.toLocaleString("en")}`;
  button.addEventListener("click", () => { most = Infinity; show(); });
  more.replaceChildren(`The first ${most} cells are shown. `, button);
};
if (table) {
  filter.closest("[hidden]").hidden = false;
  filter.addEventListener("input", filtered);
  only?.addEventListener("change", show);
  show();
}
