// Candles over their volume, with overlays, levels and marks. A row is t, o, h, l, c, volume, and
// one value for each overlay.
import { AXIS, DAY, FOOT, HEAD, clamp, dashed, decimals, fixed, floats, foot, legend,
  makeScale, mast, moment, percent, priceAxis, shifted, short, tag, timeLabel, timeStep,
} from "./axes.js";
import { VOLUME, bodies, level, mark, overlay } from "./bars.js";

const WIDE = 120, MOST = 50000;
export function candles(model) {
  let rows = [], right = 0, wide = WIDE, range = null;
  let fresh = true, waiting = false, ended = false;
  const spec = () => model.get("spec");
  const split = (data, width = 6 + spec().overlays.length) => Array.from(
    { length: data.length / width }, (_, i) => data.subarray(i * width, (i + 1) * width));
  // The first row at or after a time.
  const place = (time) => {
    let low = 0, high = rows.length;
    while (low < high) {
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
    waiting = true;
    model.send({ kind: "older", before: rows[0][0] });
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
    fresh = false;
    wide = Math.max(20, Math.min(WIDE, width / 6, rows.length + 2));
    right = rows.length + room();
    range = null;
    settle();
  }
  const picture = {
    load(buffers) { rows = split(floats(buffers[0])); fresh = true; },
    push(message, buffers) {
      const news = split(floats(buffers[0]));
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
      right = pin + wide * (1 - at); settle();
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
  // The price range of what is seen: it grows at once, and shrinks little by little, so that the
  // scale does not jump.
  function extent(a, b, overlays) {
    let low = Infinity, high = -Infinity, volume = 0;
    for (const row of rows.slice(a, b)) {
      if (row[5] > volume) volume = row[5];
      for (let k = 2; k < 6 + overlays; k++) {
        if (k === 4 || k === 5) continue;
        if (row[k] < low) low = row[k];
        if (row[k] > high) high = row[k];
      }
    }
    const span = high - low || high * 0.001, near = [low - span / 2, high + span / 2];
    for (const [price] of spec().levels.filter(([p]) => p > near[0] && p < near[1])) {
      [low, high] = [Math.min(low, price), Math.max(high, price)];
    }
    const air = (high - low || Math.abs(high) * 0.001 || 1) * 0.07;
    [low, high] = [low - air, high + air];
    const [a0, b0] = range || [low, high];
    if (low > a0) low = a0 + (low - a0) * 0.35;
    if (high < b0) high = b0 + (high - b0) * 0.35;
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
    g.fillStyle = look.quiet;
    for (const part of hasVolume ? [1, 0.5] : []) {
      g.fillText(short(volume * part), w + 6, h - h * VOLUME * part + 5);
    }
    g.save();
    g.beginPath();
    g.rect(0, 0, w, h);
    g.clip();
    const seen = { a, b, x, bar, scale, h, top: volume || 1 };
    bodies(g, look, rows, seen, hasVolume);
    overlays.forEach((name, k) => overlay(g, look, rows, seen, k));
    levels.forEach(([p, kind, text]) => level(g, look, scale, w, p, kind, `${text} ${price(p)}`));
    const told = mark(g, look, marks, seen, place);
    g.restore();
    dashed(g, colour(last), [0, lastY, w, lastY]);
    tag(g, look, w, lastY, price(last[4]), colour(last));
    let at = rows.length - 1;
    if (state.mouse && state.mouse.x < w) {
      at = clamp(Math.floor(left + state.mouse.x / bar), a, b - 1);
      dashed(g, look.quiet, [x(at), 0, x(at), h], [0, state.mouse.y, w, state.mouse.y]);
      if (state.mouse.y > HEAD && state.mouse.y < bottom) {
        tag(g, look, w, state.mouse.y, price(scale.at(state.mouse.y)), look.ink);
      }
      foot(g, look, x(at), w, h, moment(rows[at][0], state.local));
    }
    const row = rows[at], change = percent((row[4] / row[1] - 1) * 100);
    const parts = [[title], [change, colour(row)], [`O ${price(row[1])}`], [`H ${price(row[2])}`],
      [`L ${price(row[3])}`], [`C ${price(row[4])}`]];
    if (hasVolume) parts.push([`V ${short(row[5])}`]);
    overlays.forEach((name, k) => parts.push([`${name} ${price(row[6 + k])}`, look.lines[k % 4]]));
    if (told.has(at)) parts.push([told.get(at).join(", "), look.ink]);
    if (waiting) parts.push(["older bars are on their way", look.quiet]);
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
