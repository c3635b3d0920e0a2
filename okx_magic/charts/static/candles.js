// Candles with overlays, levels and marks. A row: t, o, h, l, c, volume, one for each overlay.
import { AXIS, DAY, FOOT, HEAD, clamp, cross, decimals, fixed, legend, makeScale, mast, moment,
  percent, priceAxis, shifted, short, split, stroke, tag, timeLabel, timeStep, write,
} from "./axes.js";
import { VOLUME, bodies, level, mark, overlay } from "./bars.js";

const WIDE = 120, MOST = 50000;
export function candles(model) {
  let rows = [], right = 0, wide = WIDE, range = null;
  let fresh = true, waiting = false, ended = false;
  const spec = () => model.get("spec");
  const rowsOf = (buffers) => split(buffers[0], 6 + spec().overlays.length);
  // The first row at or after a time.
  const place = (time) => {
    let low = 0;
    for (let high = rows.length; low < high;) {
      const middle = (low + high) >> 1;
      if (rows[middle][0] < time) low = middle + 1; else high = middle;
    }
    return low;
  };
  const room = () => Math.max(2, wide * 0.04);
  // Never so far that less than a few bars are seen, nor so wide that there is more air than bars.
  function settle() {
    wide = clamp(wide, 8, Math.max(20, rows.length + room()));
    right = clamp(right, Math.min(5, rows.length), rows.length + wide * 0.5);
    if (wide >= rows.length) right = Math.max(rows.length + room(), Math.min(right, wide));
  }
  // Only who drags to the left edge asks for more.
  function reach() {
    settle();
    if (right - wide > wide * 0.1 || !spec().older || waiting || ended || !rows.length) return;
    model.send({ kind: "older", before: rows[0][0] });
    waiting = true;
  }
  function upsert(row) {
    const at = place(row[0]), last = at === rows.length, follows = right >= rows.length;
    const known = !last && rows[at][0] === row[0];
    rows.splice(at, known ? 1 : 0, row);
    // The view goes along with a new bar at the end, and stays where it is for one before it.
    if (!known && (last ? follows : at < right)) right += 1;
    if (rows.length > MOST) right -= rows.splice(0, 1).length;
  }
  // At first as many of the newest as there is room for.
  function start(width) {
    [fresh, range] = [false, null];
    wide = Math.max(20, Math.min(WIDE, width / 6, rows.length + 2));
    settle(right = rows.length + room());
  }
  const picture = {
    load(buffers) { rows = rowsOf(buffers); fresh = true; },
    push(message, buffers) {
      const news = rowsOf(buffers);
      if (message.kind !== "older") return news.forEach(upsert);
      waiting = false;
      ended = !news.length || message.end;
      const before = news.filter((row) => !rows.length || row[0] < rows[0][0]);
      rows = before.concat(rows);
      return right += before.length;
    },
    pan(share) { right -= share * wide; if (share > 0) reach(); else settle(); },
    zoom(factor, at) {
      const pin = right - wide * (1 - at);
      wide = clamp(wide * factor, 8, Math.max(20, rows.length + room()));
      settle(right = pin + wide * (1 - at));
    },
    reset() { fresh = true; },
    home() { right = wide; reach(); },
    // Where the crosshair goes from here by so many bars, for the keyboard.
    next(x, bars, width) {
      const bar = width / wide, left = right - wide;
      const at = x === null ? rows.length - 1 : Math.floor(left + x / bar);
      return (clamp(at + bars, 0, rows.length - 1) - left + 0.5) * bar;
    },
    draw: (...all) => (rows.length ? paint(...all) : `${spec().title}: no candles yet`),
  };
  // The price range of what is seen: it grows at once, and shrinks bit by bit, so as not to jump.
  function extent(a, b, overlays) {
    let low = Infinity, high = -Infinity, volume = 0;
    for (const row of rows.slice(a, b)) {
      if (row[5] > volume) volume = row[5];
      for (let k = 2; k < 6 + overlays; k += k === 3 ? 3 : 1) {
        if (row[k] < low) low = row[k];
        if (row[k] > high) high = row[k];
      }
    }
    const span = high - low || Math.abs(high) * 0.001, near = [low - span / 2, high + span / 2];
    const levels = spec().levels.map(([p]) => p).filter((p) => p > near[0] && p < near[1]);
    [low, high] = [Math.min(low, ...levels), Math.max(high, ...levels)];
    const air = (high - low || Math.abs(high) * 0.001 || 1) * 0.07;
    const [a0, b0] = range || [low - air, high + air];
    low = Math.min(low - air, a0 + (low - air - a0) * 0.35);
    high = Math.max(high + air, b0 + (high + air - b0) * 0.35);
    range = [low, high];
    return { low, high, volume, moves: Math.abs(low - a0) + Math.abs(high - b0) > span * 0.002 };
  }
  function paint(g, look, { width: W, height: H }, state) {
    const { title, tick, overlays, levels, marks, volume: hasVolume } = spec();
    const w = W - AXIS, h = H - FOOT;
    if (fresh) start(w);
    const bar = w / wide, left = right - wide;
    const a = clamp(Math.floor(left), 0, rows.length - 1);
    const b = clamp(Math.ceil(right), a + 1, rows.length);
    const { low, high, volume, moves } = extent(a, b, overlays.length);
    state.again = moves;
    const bottom = h - (hasVolume ? h * VOLUME + 8 : 4), digits = decimals(tick);
    const scale = makeScale(low, high, HEAD, bottom, state.log), last = rows.at(-1);
    const x = (i) => (i - left + 0.5) * bar, price = (value) => fixed(value, digits);
    const colour = (row) => (row[4] >= row[1] ? look.up : look.down);
    const lastY = clamp(scale.y(last[4]), HEAD, bottom);
    times(g, look, a, b, x, bar, w, h, state.local);
    priceAxis(g, look, scale, w, lastY, (value, d) => fixed(value, d));
    for (const part of hasVolume ? [1, 0.5] : []) {
      write(g, look.quiet, short(volume * part), w + 6, h - h * VOLUME * part + 5);
    }
    g.save();
    g.clip(new Path2D(`M0 0h${w}v${h}h-${w}z`));
    const seen = { a, b, x, bar, scale, h, top: volume || 1 };
    bodies(g, look, rows, seen, hasVolume);
    overlays.forEach((name, k) => overlay(g, look, rows, seen, k));
    levels.forEach(([p, kind, text]) => level(g, look, scale, w, p, kind, `${text} ${price(p)}`));
    const told = mark(g, look, marks, seen, place);
    g.restore();
    stroke(g, colour(last), `M0 ${lastY}H${w}`, [3, 3]);
    tag(g, look, w, lastY, price(last[4]), colour(last));
    let at = rows.length - 1;
    if (state.mouse && state.mouse.x < w) {
      at = clamp(Math.floor(left + state.mouse.x / bar), a, b - 1);
      const { y } = state.mouse, time = moment(rows[at][0], state.local);
      if (y > HEAD && y < bottom) tag(g, look, w, y, price(scale.at(y)), look.ink);
      cross(g, look, x(at), y, w, h, time);
    }
    const row = rows[at], change = percent((row[4] - row[1]) / Math.abs(row[1]) * 100);
    const parts = [[title], [change, colour(row)],
      ...["O", "H", "L", "C"].map((name, k) => [`${name} ${price(row[1 + k])}`]),
      ...(hasVolume ? [[`V ${short(row[5])}`]] : []),
      ...overlays.map((name, k) => [`${name} ${price(row[6 + k])}`, look.lines[k % 4]]),
      ...(told.get(at) || []).map((text) => [text]),
      ...(waiting ? [["older bars are on their way", look.quiet]] : [])];
    legend(g, look, parts, w);
    const said = `${title}: close ${price(row[4])}, ${change} at ${moment(row[0], state.local)}`;
    return `${said}, ${parts.slice(2, 5).map(([text]) => text).join(", ")}, ${rows.length} candles`;
  }
  function times(g, look, a, b, x, bar, w, h, local) {
    const gap = (rows[b - 1][0] - rows[a][0]) / Math.max(1, b - 1 - a) || 60000;
    const each = timeStep(80 / bar * gap, 1), monday = each >= 7 * DAY ? 4 * DAY : 0;
    const slot = (time) => Math.floor((shifted(time, local) - monday) / each);
    let free = -Infinity;
    for (let i = a; i < b; i++) {
      if (slot(rows[i][0]) === slot(i ? rows[i - 1][0] : rows[i][0] - gap) || x(i) < free) continue;
      if (mast(g, look, x(i), w, h, timeLabel(rows[i][0], each, local))) free = x(i) + 60;
    }
  }
  return picture;
}
