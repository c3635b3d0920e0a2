// What all pictures share: colours of the theme, numbers and times as text, axes, crosshair.
import PALETTE from "./palette.json" with { type: "json" };
export const AXIS = 74, FOOT = 20, HEAD = 22, DAY = 864e5;
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
// The numbers of a message, in rows of so many.
export function split({ buffer, byteOffset, byteLength }, width) {
  const all = new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
  return Array.from({ length: all.length / width },
    (_, i) => all.subarray(i * width, (i + 1) * width));
}
// The colours of the theme, which canvas.css knows, on the page's own ground.
export function makeLook(g, canvas, { width, height }) {
  const style = getComputedStyle(canvas), dark = parseInt(style.color.slice(4), 10) > 128;
  const look = { ...PALETTE[dark ? "dark" : "light"] };
  look.ground = style.getPropertyValue("--jp-layout-color0").trim() || look.ground;
  Object.assign(look, { lines: [look.a, look.b, look.c, look.d], dashes: PALETTE.dashes });
  Object.assign(g, { font: "11px system-ui, sans-serif", textBaseline: "middle" });
  fill(g, look.ground, `M0 0h${width}v${height}H0z`);
  return look;
}
// The step of 1, 2 or 5 times a power of ten that gives about so many ticks.
export function step(span, wanted) {
  const raw = span / Math.max(wanted, 1), power = 10 ** Math.floor(Math.log10(raw));
  return power * [1, 2, 5, 10].find((_, n) => raw / power < [1.5, 3.5, 7.5, 11][n]);
}
export function decimals(tick) {
  const whole = (scaled) => Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled;
  return [...Array(12).keys()].find((digits) => whole(tick * 10 ** digits)) ?? 12;
}
const writers = [];
// What rounds to zero has no sign.
export function fixed(value, digits) {
  writers[digits] ||= new Intl.NumberFormat("en-US", { minimumFractionDigits: digits,
    maximumFractionDigits: digits, signDisplay: "negative" });
  return Number.isFinite(value) ? writers[digits].format(value) : "–";
}
const compact = new Intl.NumberFormat("en-US",
  { notation: "compact", maximumSignificantDigits: 4, signDisplay: "negative" });
export const short = (value) => (Number.isFinite(value) ? compact.format(value) : "–");
export const percent = (value) => `${value > -0.005 ? "+" : ""}${fixed(value, 2)}%`;
// Round values within; on a logarithmic scale that spans much, 1, 2 and 5 of each power of ten.
export function ticks(low, high, wanted, log) {
  const each = step(high - low, wanted), at = [];
  if (log && high / low > 4) {
    for (let power = 10 ** Math.floor(Math.log10(low)); power < high; power *= 10) {
      at.push(...[1, 2, 5].map((times) => times * power).filter((v) => v >= low && v <= high));
    }
    return { at, digits: decimals(Math.min(1, at[0])) };
  }
  for (let n = Math.ceil(low / each); n * each <= high; n++) at.push(n * each);
  return { at, digits: decimals(each) };
}
const STEPS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800,
  604800, 1209600, 2592000, 7862400, 15724800, 31536000].map((seconds) => seconds * 1000);
export const timeStep = (span, most) => STEPS.find((each) => span / each <= most) || STEPS.at(-1);
// What the clock of the zone shows, as milliseconds: then days begin at round numbers.
export const shifted = (time, local) =>
  local ? time - new Date(time).getTimezoneOffset() * 60000 : time;
export function timeLabel(time, each, local) {
  const at = new Date(shifted(time, local)), text = at.toISOString();
  const month = at.toLocaleString("en-GB", { month: "short", timeZone: "UTC" });
  if (each >= 91 * DAY) return `${month} ${at.getUTCFullYear()}`;
  if (each >= DAY || at.getTime() % DAY === 0) return `${at.getUTCDate()} ${month}`;
  return each < 60000 ? text.slice(11, 19) : text.slice(11, 16);
}
export function moment(time, local) {
  const text = new Date(shifted(time, local)).toISOString().replace("T", " ");
  return text.slice(0, time % 60000 ? 19 : 16);
}
// A line down from the head, and what it stands for below; whether there was room for it.
export function mast(g, look, x, width, height, text) {
  if (x < 26 || x > width - 24) return false;
  stroke(g, look.grid, `M${Math.round(x) + 0.5} ${HEAD}V${height}`);
  g.textAlign = "center";
  write(g, look.quiet, text, x, height + FOOT / 2);
  g.textAlign = "left";
  return true;
}
export const write = (g, fillStyle, ...text) => Object.assign(g, { fillStyle }).fillText(...text);
// A path is a Path2D, or SVG's text of one.
export function fill(g, fillStyle, path, globalAlpha = 1) {
  Object.assign(g, { fillStyle, globalAlpha }).fill(new Path2D(path));
  g.globalAlpha = 1;
}
export function stroke(g, strokeStyle, path, dash = []) {
  Object.assign(g, { strokeStyle }).setLineDash(dash);
  g.stroke(new Path2D(path));
}
function label(g, look, x, y, wide, text, colour) {
  fill(g, colour, `M${x} ${y - 8}h${wide}v16h-${wide}z`);
  write(g, look.ground, text, x + 6, y);
}
// A value on the axis at the right, on its colour.
export const tag = (g, look, x, y, text, colour) => label(g, look, x, y, AXIS, text, colour);
// Lines at round values and their texts at the right; none where a tag stands.
export function priceAxis(g, look, scale, width, free, text) {
  const { at, digits } = ticks(scale.low, scale.high, (scale.bottom - scale.top) / 44, scale.log);
  for (const value of at) {
    const y = Math.round(scale.y(value)) + 0.5;
    if (y < scale.top || y > scale.bottom) continue;
    stroke(g, look.grid, `M0 ${y}H${width}`);
    if (!(Math.abs(y - free) < 15)) write(g, look.quiet, text(value, digits), width + 6, y);
  }
}
// A scale from low at the bottom to high at the top, in logarithms if told so.
export function makeScale(low, high, top, bottom, log) {
  log = log && low > 0;
  const f = log ? Math.log : (value) => value, a = f(low), span = f(high) - a || 1;
  return { low, high, top, bottom, log,
    y: (value) => bottom - (f(value) - a) / span * (bottom - top),
    at: (y) => (log ? Math.exp : Number)(a + (bottom - y) / (bottom - top) * span),
  };
}
// The crosshair, of which y may be null, with its text at the foot.
export function cross(g, look, x, y, width, height, text) {
  stroke(g, look.quiet, `M${x} 0V${height}${y === null ? "" : `M0 ${y}H${width}`}`, [3, 3]);
  const wide = g.measureText(text).width + 12, left = clamp(x - wide / 2, 0, width - wide);
  label(g, look, left, height + FOOT / 2, wide, text, look.ink);
}
// Texts one after another, on two lines at most; what does not fit is left out.
export function legend(g, look, parts, width, top = 11) {
  let x = 8, y = top;
  for (const [text, colour] of parts) {
    const wide = g.measureText(text).width;
    if (x > 8 && x + wide > width - 4) [x, y] = [8, y + 15];
    if (y > top + 19) return;
    fill(g, look.ground, `M${x - 3} ${y - 7}h${wide + 6}v14h-${wide + 6}z`, 0.75);
    write(g, colour || look.ink, text, x, y, width - 12);
    x += wide + 10;
  }
}
