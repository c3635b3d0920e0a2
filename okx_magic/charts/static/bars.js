// What a picture of candles is made of: bodies with volume, overlays, levels, marks.
import { clamp, fill, stroke, write } from "./axes.js";
export const VOLUME = 0.2;
// Rising bodies are hollow where there is room for it, so that colour does not say it alone.
// Where bars are thinner than a pixel, those of one pixel are drawn as one.
export function bodies(g, look, rows, { a, b, x, bar, scale, h, top }, hasVolume) {
  const body = Math.max(1, Math.round(bar * 0.7)), half = body / 2, { y } = scale;
  const stride = Math.max(1, Math.floor(1 / bar)), hollow = body >= 4;
  for (const up of [true, false]) {
    const [solid, open, below] = [new Path2D(), new Path2D(), new Path2D()];
    for (let i = a - (a % stride); i < b; i += stride) {
      const first = rows[i], to = rows[Math.min(i + stride, rows.length) - 1];
      if ((to[4] >= first[1]) !== up) continue;
      let [, , high, low, , traded] = first;
      for (const row of stride > 1 ? rows.slice(i + 1, i + stride) : []) {
        [high, low] = [Math.max(high, row[2]), Math.min(low, row[3])];
        traded = Math.max(traded, row[5]);
      }
      const X = Math.round(x(i)), head = y(Math.max(first[1], to[4]));
      const tall = Math.max(1, y(Math.min(first[1], to[4])) - head), end = y(low);
      if (up && hollow) {
        solid.rect(X, y(high), 1, head - y(high));
        solid.rect(X, head + tall, 1, end - head - tall);
        open.rect(Math.round(X - half) + 0.5, Math.round(head) + 0.5, body, Math.round(tall));
      } else {
        solid.rect(X, y(high), 1, Math.max(1, end - y(high)));
        solid.rect(Math.round(X - half), head, body, tall);
      }
      const size = traded / top * h * VOLUME;
      if (hasVolume) below.rect(Math.round(X - half), h - size, body, size);
    }
    const colour = up ? look.up : look.down;
    fill(g, colour, solid);
    stroke(g, colour, open);
    fill(g, colour, below, 0.4);
  }
}
export function overlay(g, look, rows, { a, b, x, scale }, k) {
  const path = new Path2D();
  let pen = false;
  for (let i = Math.max(0, a - 1); i < Math.min(b + 1, rows.length); i++) {
    const value = rows[i][6 + k];
    if (Number.isFinite(value)) path[pen ? "lineTo" : "moveTo"](x(i), scale.y(value));
    pen = Number.isFinite(value);
  }
  stroke(g, look.lines[k % 4], path, look.dashes[k % 4]);
}
export function level(g, look, scale, w, price, kind, text) {
  const away = price > scale.high ? "↑ " : price < scale.low ? "↓ " : "";
  const y = clamp(scale.y(price), scale.top + 14, scale.bottom - 2);
  const colours = { order: look.lines[0], average: look.lines[2], liquidation: look.down };
  if (!away) stroke(g, colours[kind], `M0 ${y}H${w}`);
  write(g, colours[kind], away + text, 8, y - 8);
}
// Triangles: up for a buy, down for a sell. Returns what to say of each bar.
export function mark(g, look, marks, { a, b, x, scale }, place) {
  const told = new Map();
  for (const [time, price, side, text] of marks) {
    const at = place(time + 1) - 1;
    if (at < a || at >= b) continue;
    const way = side === "buy" ? 1 : -1, X = x(at), Y = scale.y(price);
    const shape = `M${X} ${Y}l-5 ${9 * way}h10z`;
    fill(g, way > 0 ? look.up : look.down, shape);
    stroke(g, look.ground, shape);
    told.set(at, [...(told.get(at) || []), text]);
  }
  return told;
}
