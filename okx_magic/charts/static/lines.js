// Lines, steps, areas, bars and points over time, in panes. A row is t and one value for each.
import { AXIS, FOOT, clamp, cross, fill, fixed, legend, makeScale, mast, moment,
  priceAxis, shifted, short, split, stroke, timeLabel, timeStep } from "./axes.js";

export function lines(model) {
  let rows = [], from = 0, to = 1;
  const ends = () => [rows[0][0], Math.max(rows.at(-1)[0], rows[0][0] + 1)];
  const picture = {
    load(buffers) {
      rows = split(buffers[0], 1 + model.get("spec").panes.flatMap((p) => p.names).length);
      picture.reset();
    },
    pan(share) {
      const [first, last] = ends(), wide = to - from;
      from = clamp(from - share * wide, first - wide / 4, last - wide * 0.75);
      to = from + wide;
    },
    zoom(factor, at) {
      const [first, last] = ends(), all = last - first, pin = from + (to - from) * at;
      const wide = clamp((to - from) * factor, all / Math.max(rows.length, 1) * 4 || 1, all);
      from = clamp(pin - wide * at, first, Math.max(first, last - wide));
      to = from + wide;
    },
    reset() { if (rows.length) [from, to] = ends(); },
    home: () => picture.pan(Infinity),
    next: (x, steps, width) => clamp((x === null ? width - 8 : x) + steps * 8, 0, width),
    draw(g, look, { width: W, height: H }, state) {
      const { title, panes } = model.get("spec");
      if (!rows.length) return `${title}: nothing yet`;
      const w = W - AXIS, h = H - FOOT, top = 22, tall = (h - top) / panes.length;
      const x = (time) => 4 + (time - from) / (to - from) * (w - 8);
      const seen = rows.filter((row) => row[0] >= from && row[0] <= to);
      const each = timeStep(to - from, w / 85), zone = shifted(from, state.local) - from;
      for (let t = Math.ceil((from + zone) / each) * each - zone; t <= to; t += each) {
        mast(g, look, x(t), w, h, timeLabel(t, each, state.local));
      }
      const near = (row) => Math.abs(x(row[0]) - state.mouse.x);
      const at = state.mouse && state.mouse.x < w && seen.length
        ? seen.reduce((best, row) => (near(row) < near(best) ? row : best)) : null;
      const said = [];
      let column = 1;
      panes.forEach(({ names, kind, unit }, n) => {
        const columns = names.map(() => column++), low = top + tall * n;
        const values = columns.flatMap((c) => seen.map((row) => row[c])).filter(Number.isFinite);
        if (kind === "bars" || kind === "area") values.push(0);
        const [a, b] = [Math.min, Math.max].map((of, n) =>
          values.reduce((p, q) => of(p, q), values[0] ?? n));
        const air = (b - a || Math.abs(b) * 0.001 || 1) * 0.08;
        const scale = makeScale(a - air, b + air, low + 16, low + tall - 6, state.log);
        priceAxis(g, look, scale, w, NaN,
          (v, d) => (Math.abs(v) < 1e6 ? fixed(v, d) : short(v)) + unit);
        const parts = columns.map((c, k) => {
          series(g, look, seen, c, x, scale, kind, look.lines[k % 4], k);
          const row = at || rows.findLast((each) => Number.isFinite(each[c])) || rows.at(-1);
          said.push(`${names[k]} ${short(row[c])}${unit}`);
          return [said.at(-1), kind === "bars" ? look.ink : look.lines[k % 4]];
        });
        legend(g, look, parts, w, low + 9);
      });
      legend(g, look, [[title]], w);
      if (at) cross(g, look, x(at[0]), null, w, h, moment(at[0], state.local));
      return `${title}: ${said.join(", ")} at ${moment((at || rows.at(-1))[0], state.local)}`;
    },
  };
  return picture;
}
function series(g, look, rows, column, x, scale, kind, colour, number) {
  const known = rows.filter((row) => Number.isFinite(row[column]));
  if (!known.length) return;
  const points = known.map((row) => [x(row[0]), scale.y(row[column])]), zero = scale.y(0);
  const first = points[0][0], end = points.at(-1)[0], path = new Path2D();
  const wide = clamp((end - first) / known.length * 0.7, 1, 20);
  points.forEach(([X, Y], n) => {
    if (kind === "steps" && n) path.lineTo(X, points[n - 1][1]);
    if (kind === "points") path.rect(X - 3, Y - 3, 6, 6);
    else if (kind !== "bars") path.lineTo(X, Y);
    else {
      const bar = `M${X - wide / 2} ${Y}h${wide}V${zero}h-${wide}z`;
      fill(g, Y > zero ? look.down : look.up, bar);
    }
  });
  if (kind === "points") fill(g, colour, path);
  if (kind !== "bars") stroke(g, colour, path, look.dashes[number % 4]);
  if (kind !== "area") return;
  path.lineTo(end, zero);
  path.lineTo(first, zero);
  fill(g, colour, path, 0.18);
}
