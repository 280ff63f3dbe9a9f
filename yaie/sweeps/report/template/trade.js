// One quantity of the cells against another, as the reader chooses them.
const MOST_TOLD = 12;
const MOST_SPOTS = 1000;
const MOST_BARS = 200;
const SIGNS = [["circle", "●"], ["square", "■"], ["triangle-up", "▲"], ["cross", "✚"],
  ["star", "★"], ["pentagon", "⬟"], ["hourglass", "⧗"]];
const trade = document.getElementById("trade");
const selects = ["across", "up", "colour"].map((name) => document.getElementById(`by-${name}`));
const chosen = () =>
  selects.map((select) => heads.find((head) => head.dataset.name === select.value));
const sign = (head) => head.dataset.better === "more" ? -1 : 1;

// The places of the drawn cells, and of those of several that no other beats.
const drawn = ([x, y]) => {
  const [xs, ys] = [column(x), column(y)];
  const places = matching.filter((place) =>
    rows[place].dataset.drawn !== undefined && xs[place] !== null && ys[place] !== null);
  const isTrade = places.length > 1 && x !== y && x.dataset.better && y.dataset.better;
  const points = places.map((place) => [sign(x) * xs[place], sign(y) * ys[place]]);
  return { places, ends: isTrade ? front(points).map((index) => places[index]) : [] };
};

// Cells of the same numbers and group are one spot; of very many cells, those that are that near.
const spotted = ([x, y, group], [across, up], { places, ends }) => {
  const [xs, ys, groups] = [column(x), column(y), group ? column(group) : []];
  const marked = new Set(ends), spots = new Map();
  const coarse = places.length > MOST_SPOTS;
  for (const place of places) {
    const spot = { x: xs[place], y: ys[place], group: String(groups[place] ?? ""),
      isEnd: marked.has(place), places: [] };
    const near = coarse ? [across.bin(spot.x), up.bin(spot.y)] : [spot.x, spot.y];
    const key = [...near, spot.group, spot.isEnd].join(" ");
    if (!spots.has(key)) spots.set(key, spot);
    spots.get(key).places.push(place);
  }
  return [...spots.values()];
};

const told = (place, columns) => columns
  .map((head) => `${titleOf(head)} ${cellOf(place, head).firstChild.textContent}`).join(", ");

const hover = (spot, columns) => {
  const cells = spot.places.slice(0, MOST_TOLD).map((place) =>
    `<b>${numberOf(place)}</b> ${escape(label(place))}`);
  const more = spot.places.length - cells.length;
  if (more > 0) cells.push(`and ${more} more`);
  return [...cells, ...columns.map((head) => escape(told(spot.places[0], [head])))].join("<br>");
};

// All that an axis has to show: the values of cells, and the ends of their repeats.
const reach = (head, places) => places.flatMap((place) => {
  const { value, least = value, most = value } = cellOf(place, head).dataset;
  return [value, least, most].map(Number);
});

// Bars from the least to the most of the repeats, where there are some.
const errors = (spots, head, axis, value) => {
  const ends = (name) => spots.map((spot) => {
    const end = cellOf(spot.places[0], head).dataset[name];
    return end === undefined ? null : Math.abs(axis.place(Number(end)) - axis.place(value(spot)));
  });
  const array = ends("most");
  if (array.every((end) => end === null)) return { visible: false };
  return { type: "data", symmetric: false, array, arrayminus: ends("least"), width: 3, thickness: 1.25 };
};

// Words stay legible where they cross a line.
const halo = () => Array(3).fill(`0 0 3px ${ofPage("--card")}`).join(", ");

const trace = (name, index, spots, columns, [across, up], barred) => ({
  type: "scatter", mode: "markers", name, cliponaxis: false,
  x: spots.map((spot) => across.place(spot.x)), y: spots.map((spot) => up.place(spot.y)),
  error_x: barred && errors(spots, columns[0], across, (spot) => spot.x),
  error_y: barred && errors(spots, columns[1], up, (spot) => spot.y),
  hovertext: spots.map((spot) => hover(spot, columns)), hoverinfo: "text",
  customdata: spots.map((spot) => spot.places),
  marker: {
    opacity: 1, color: ofPage(`--c${index}`), line: { width: 1.5 },
    symbol: spots.map((spot) => SIGNS[index][0] + (spot.isEnd ? "" : "-open")),
    size: spots.map((spot) => spot.isEnd ? 12 : 9),
  },
});

const words = (spots, [across, up]) => {
  const named = spots.filter((spot) => spot.text);
  return {
    type: "scatter", mode: "markers+text", name: "words", hoverinfo: "skip", cliponaxis: false,
    marker: { size: 16, opacity: 0 },
    x: named.map((spot) => across.place(spot.x)), y: named.map((spot) => up.place(spot.y)),
    text: named.map((spot) => escape(spot.text)), textfont: { shadow: halo() },
    textposition: named.map((spot) => spot.beside),
  };
};

// The stairs along the front, from its first cell to its last.
const stairs = (spots, [x], [across, up]) => {
  const ends = spots.filter((spot) => spot.isEnd).sort((one, other) => sign(x) * (one.x - other.x));
  return {
    type: "scatter", mode: "lines", hoverinfo: "skip", name: "front",
    x: ends.map((spot) => across.place(spot.x)), y: ends.map((spot) => up.place(spot.y)),
    line: { shape: "hv", dash: "dot", width: 1.5, color: ofPage("--quiet") },
  };
};
