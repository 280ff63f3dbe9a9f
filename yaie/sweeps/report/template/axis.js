// Axes of quantities: their unit, and a logarithmic scale where they span decades.
const STEPS = {
  bytes: [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"], [1, "B"]],
  share: [[1e-2, "%"]],
};
const DECADES = 1.7;
const PADDED = 0.06;
const BIN = 10;

// An axis for values of a column, of so many pixels: where a value stands on it, its part of a
// layout, and in which bin of pixels it is.
const scaled = (head, values, length) => {
  const most = values.reduce((one, other) => Math.max(one, other), 0);
  const steps = STEPS[head.dataset.unit] ?? [[1, head.dataset.unit]];
  const [step, unit] = steps.find(([size]) => most >= size) ?? steps.at(-1);
  const above = values.filter((value) => value > 0);
  const least = above.reduce((one, other) => Math.min(one, other), Infinity);
  const isLog = values.every((value) => value >= 0) && Math.log10(most / least) > DECADES;
  const zero = isLog && above.length < values.length ? least / step / 5 : null;
  // A logarithm has no place for 0: it stands below the least, apart from it.
  const place = (value) => value > 0 || !isLog ? value / step : zero;
  const placed = values.map(place);
  const range = ranged(placed, isLog);
  const words = [unit, isLog && "log", zero !== null && "0 set apart",
    head.dataset.better && `${head.dataset.better} is better`];
  const bin = (value) => {
    const [from, to] = range.range, at = isLog ? Math.log10(place(value)) : place(value);
    return Math.round((at - from) / (to - from) * length / BIN);
  };
  return {
    place,
    bin,
    layout: {
      title: { text: escape(`${titleOf(head)} (${words.filter(Boolean).join(", ")})`), standoff: 14 },
      ...range,
      ...(isLog ? ticks(least / step, most / step, zero) : {}),
    },
  };
};

const ranged = (placed, isLog) => {
  if (!placed.length) return {};
  const all = isLog ? placed.map(Math.log10) : placed;
  const least = all.reduce((one, other) => Math.min(one, other));
  const most = all.reduce((one, other) => Math.max(one, other));
  const room = (most - least || Math.abs(most) || 1) * PADDED;
  return { type: isLog ? "log" : "linear", range: [least - room, most + room], zeroline: false };
};

const ticks = (least, most, zero) => {
  const decades = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power += 1)
    decades.push(power);
  const steps = decades.length > 4 ? [1] : [1, 2, 5];
  const values = decades.flatMap((power) => steps.map((step) => Number(`${step}e${power}`)));
  const shown = values.filter((value) => zero === null || value > zero * 2);
  return {
    tickvals: zero === null ? shown : [zero, ...shown],
    ticktext: zero === null ? shown.map(String) : ["0", ...shown.map(String)],
  };
};
