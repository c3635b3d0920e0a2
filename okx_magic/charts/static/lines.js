// Lines, steps, areas, bars and points over time, in panes. A row is t and one value for each.
import { AXIS, FOOT, DASHES, clamp, dashed, fixed, floats, foot, legend, makeScale, mast, moment,
  priceAxis, shifted, short, timeLabel, timeStep } from "./axes.js";

export function lines(model) {
  let rows = [], from = 0, to = 1;
  const ends = () => [rows[0][0], Math.max(rows.at(-1)[0], rows[0][0] + 1)];
  const picture = {
    load(buffers) {
      const data = floats(buffers[0]);
      const width = 1 + model.get("spec").panes.flatMap((pane) => pane.names).length;
      rows = [];
      for (let i = 0; i + width <= data.length; i += width) rows.push(data.subarray(i, i + width));
      picture.reset();
    },
    push: (message, buffers) => picture.load(buffers),
    pan(share) {
      const [first, last] = ends(), wide = to - from;
      from = clamp(from - share * wide, first - wide / 4, last - wide * 0.75);
      to = from + wide;
    },
    zoom(factor, at) {
      const [first, last] = ends(), pin = from + (to - from) * at;
      const wide = clamp((to - from) * factor, (last - first) / Math.max(rows.length, 1) * 4 || 1,
        last - first);
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
        const a = values.reduce((p, q) => Math.min(p, q), values[0] ?? 0);
        const b = values.reduce((p, q) => Math.max(p, q), values[0] ?? 1);
        const air = (b - a || Math.abs(b) * 0.001 || 1) * 0.08;
        const scale = makeScale(a - air, b + air, low + 16, low + tall - 6, state.log);
        priceAxis(g, look, scale, w, NaN,
          (value, d) => (Math.abs(value) < 1e6 ? fixed(value, d) : short(value)) + unit);
        const parts = columns.map((c, k) => {
          series(g, look, seen, c, x, scale, kind, look.lines[k % 4], k);
          const row = at || rows.findLast((each) => Number.isFinite(each[c])) || rows.at(-1);
          said.push(`${names[k]} ${short(row[c])}${unit}`);
          return [said.at(-1), kind === "bars" ? look.ink : look.lines[k % 4]];
        });
        g.save();
        g.translate(0, low - 2);
        legend(g, look, parts, w);
        g.restore();
      });
      legend(g, look, [[title]], w);
      if (at) {
        dashed(g, look.quiet, [x(at[0]), 0, x(at[0]), h]);
        foot(g, look, x(at[0]), w, h, moment(at[0], state.local));
      }
      return `${title}: ${said.join(", ")} at ${moment((at || rows.at(-1))[0], state.local)}`;
    },
  };
  return picture;
}
function series(g, look, rows, column, x, scale, kind, colour, number) {
  const known = rows.filter((row) => Number.isFinite(row[column]));
  if (!known.length) return;
  const zero = scale.y(0), first = x(known[0][0]), end = x(known.at(-1)[0]), path = new Path2D();
  const wide = clamp((end - first) / known.length * 0.7, 1, 20);
  let before = null;
  for (const row of known) {
    const X = x(row[0]), Y = scale.y(row[column]);
    if (kind === "bars") {
      g.fillStyle = row[column] < 0 ? look.down : look.up;
      g.fillRect(X - wide / 2, Math.min(Y, zero), wide, Math.abs(Y - zero));
    } else if (kind === "points") path.rect(X - 3, Y - 3, 6, 6);
    else {
      if (kind === "steps" && before !== null) path.lineTo(X, before);
      path.lineTo(X, Y);
      before = Y;
    }
  }
  g.strokeStyle = g.fillStyle = colour;
  if (kind === "points") g.fill(path);
  g.setLineDash(DASHES[number % 4]);
  if (kind !== "bars") g.stroke(path);
  g.setLineDash([]);
  if (kind !== "area") return;
  path.lineTo(end, zero);
  path.lineTo(first, zero);
  g.globalAlpha = 0.18;
  g.fill(path);
  g.globalAlpha = 1;
}
