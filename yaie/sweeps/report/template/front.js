// The points that no other beats: of which none is better in one quantity and as good in the other.
const front = (points) => {
  const order = points.map((_, place) => place);
  order.sort((one, other) =>
    points[one][0] - points[other][0] || points[one][1] - points[other][1]);
  const found = [];
  let least = Infinity;
  for (const place of order) {
    const [x, y] = points[place], last = found.length ? points[found.at(-1)] : [];
    if (y < least || (x === last[0] && y === last[1])) {
      least = y;
      found.push(place);
    }
  }
  return found;
};
