// One quantity of the cells against another, as the reader chooses them.
const MOST_TOLD = 12;
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

// Cells of the same numbers and group are one spot.
const spotted = ([x, y, group], { places, ends }) => {
  const [xs, ys, groups] = [column(x), column(y), group ? column(group) : []];
  const marked = new Set(ends), spots = new Map();
  for (const place of places) {
    const of = String(groups[place] ?? "");
    const key = `${xs[place]} ${ys[place]} ${of}`;
    if (!spots.has(key))
      spots.set(key, { x: xs[place], y: ys[place], group: of, isEnd: marked.has(place), places: [] });
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

const trace = (name, index, spots, columns, [across, up]) => ({
  type: "scatter", mode: "markers+text", name, cliponaxis: false,
  x: spots.map((spot) => across.place(spot.x)), y: spots.map((spot) => up.place(spot.y)),
  error_x: errors(spots, columns[0], across, (spot) => spot.x),
  error_y: errors(spots, columns[1], up, (spot) => spot.y),
  text: spots.map((spot) => escape(spot.text ?? "")),
  textposition: spots.map((spot) => spot.beside ?? "top right"),
  hovertext: spots.map((spot) => hover(spot, columns)), hoverinfo: "text",
  customdata: spots.map((spot) => spot.places),
  marker: {
    opacity: 1, color: ofPage(`--c${index}`), line: { width: 1.5 },
    symbol: spots.map((spot) => SIGNS[index][0] + (spot.isEnd ? "" : "-open")),
    size: spots.map((spot) => spot.isEnd ? 12 : 9),
  },
});

// The stairs along the front, from its first cell to its last.
const stairs = (spots, [x], [across, up]) => {
  const ends = spots.filter((spot) => spot.isEnd).sort((one, other) => sign(x) * (one.x - other.x));
  return {
    type: "scatter", mode: "lines", hoverinfo: "skip", name: "front",
    x: ends.map((spot) => across.place(spot.x)), y: ends.map((spot) => up.place(spot.y)),
    line: { shape: "hv", dash: "dot", width: 1.5, color: ofPage("--quiet") },
  };
};
