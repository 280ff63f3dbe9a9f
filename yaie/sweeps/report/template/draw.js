// Draws the plots, and again when a choice, the window or the scheme changes.
const MOST_NAMED = 12;

const drawTrade = () => {
  const columns = chosen(), [x, y, group] = columns, cells = drawn(columns);
  const axes = [[x, trade.clientWidth], [y, trade.clientHeight]].map(([head, length]) =>
    scaled(head, reach(head, cells.places), length));
  const spots = spotted(columns, axes, cells);
  labelled(spots, columns, axes);
  const groups = [...new Set(spots.map((spot) => spot.group))];
  const traces = groups.map((name, index) => trace(name, index,
    spots.filter((spot) => spot.group === name), [x, y], axes, spots.length <= MOST_BARS));
  Plotly.react(trade, [stairs(spots, columns, axes), ...traces, words(spots, axes)],
    themed({ xaxis: axes[0].layout, yaxis: axes[1].layout }), CONFIG);
  tell(columns, cells);
  explain(group, groups);
};

// What the plot shows, in words, in the key and in the table.
const tell = ([x, y], { places, ends }) => {
  const better = [x, y].map((head) => `${head.dataset.better} ${titleOf(head)}`).join(" and ");
  const named = ends.slice(0, MOST_NAMED).map((place) =>
    `${numberOf(place)} (${label(place)}): ${told(place, [x, y])}`);
  if (ends.length > MOST_NAMED) named.push(`and ${ends.length - MOST_NAMED} more`);
  const count = `${places.length} ${places.length === 1 ? "cell" : "cells"}.`;
  document.getElementById("trade-told").textContent =
    ends.length ? `${count} None has ${better} than ${named.join("; ")}.` : count;
  document.getElementById("trade-title").textContent = `${capital(titleOf(x))} against ${titleOf(y)}`;
  const marked = new Set(ends);
  rows.forEach((row, place) => row.classList.toggle("is-front", marked.has(place)));
  if (only?.checked) show();
};
const capital = (text) => text[0].toUpperCase() + text.slice(1);

const explain = (group, groups) => {
  const entries = group ? groups.map((name, index) => [SIGNS[index][1], name, index]) : [];
  document.getElementById("trade-key").replaceChildren(...[
    ...entries, ["●", "filled: no other is better in both"], ["○", "hollow: another is"],
  ].map(([mark, name, index]) => {
    const entry = document.createElement("li"), sign = document.createElement("span");
    sign.textContent = mark;
    sign.ariaHidden = true;
    if (index !== undefined) sign.className = `c${index}`;
    entry.append(sign, ` ${name}`);
    return entry;
  }));
};

// A point that is tapped names its cells, with a link to how each is loaded again.
const pick = ({ points: [point] }) => {
  const [x, y] = chosen();
  const places = point.customdata;
  const links = places.slice(0, MOST_TOLD).flatMap((place) => {
    const link = document.createElement("a");
    link.href = `#cell-${numberOf(place)}`;
    link.textContent = `${numberOf(place)} (${label(place)})`;
    return [link, ", "];
  });
  const more = places.length - MOST_TOLD;
  document.getElementById("trade-picked").replaceChildren(
    ...links.slice(0, -1), more > 0 ? ` and ${more} more` : "", `: ${told(places[0], [x, y])}`);
};

if (window.Plotly) {
  const fixed = JSON.parse(document.getElementById("figures").textContent);
  const draw = () => {
    if (trade) drawTrade();
    const marker = { line: { color: ofPage("--card"), width: 1 } };
    for (const [id, { data, layout }] of Object.entries(fixed))
      Plotly.react(id, data.map((bars) => ({ ...bars, marker })), themed(layout), CONFIG);
  };
  draw();
  if (trade) {
    for (const select of selects) select.addEventListener("change", drawTrade);
    trade.closest("section").querySelector("[hidden]").hidden = false;
    trade.on("plotly_click", pick);
    document.addEventListener("filtered", drawTrade);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let waiting = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(draw);
  });
}
