// Words beside the marked points, as far as they cover neither each other nor a point.
const NARROW = 560;
const MARGINS = { across: 80, up: 64 };
const pen = document.createElement("canvas").getContext("2d");

const labelled = (spots, [x, y], [across, up]) => {
  const width = trade.clientWidth - MARGINS.across, height = trade.clientHeight - MARGINS.up;
  const short = trade.clientWidth < NARROW;
  const pixel = (axis, value, length) => {
    const [from, to] = axis.layout.range, placed = axis.place(value);
    return ((axis.layout.type === "log" ? Math.log10(placed) : placed) - from) / (to - from) * length;
  };
  const centres = spots.map((spot) =>
    [pixel(across, spot.x, width), height - pixel(up, spot.y, height)]);
  const taken = centres.map(([left, top]) => [left - 7, top - 7, left + 7, top + 7]);
  const free = (box) => box[0] >= 0 && box[1] >= 0 && box[2] <= width && box[3] <= height
    && !taken.some((other) =>
      box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
  pen.font = `13px ${getComputedStyle(document.body).fontFamily}`;
  spots.forEach((spot, index) => {
    if (!spot.isEnd) return;
    const more = spot.places.length - 1;
    const text = (short ? numberOf : label)(spot.places[0]) + (more ? ` +${more}` : "");
    const beside = sides(x, y).find((side) =>
      free(boxed(side, centres[index], pen.measureText(text).width)));
    if (!beside) return;
    taken.push(boxed(beside, centres[index], pen.measureText(text).width));
    Object.assign(spot, { text, beside });
  });
};

// Where no other point of the front can be comes first.
const sides = (x, y) => {
  const [vertical, beyond] = sign(y) < 0 ? ["top", "bottom"] : ["bottom", "top"];
  const [side, other] = sign(x) < 0 ? ["right", "left"] : ["left", "right"];
  return [`${vertical} ${side}`, `${beyond} ${other}`, `${vertical} ${other}`, `${beyond} ${side}`];
};

const boxed = (beside, [left, top], width) => {
  const [vertical, side] = beside.split(" ");
  const from = side === "left" ? left - width - 8 : left + 8;
  return vertical === "top" ? [from, top - 26, from + width, top - 8]
    : [from, top + 8, from + width, top + 26];
};
