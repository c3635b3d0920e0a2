// What all pictures share: colours of the theme, numbers and times as text, axes, crosshair.
export const AXIS = 74, FOOT = 20, HEAD = 22;
const FONT = "11px system-ui, sans-serif";
export const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3]];
// Each is text with 4.5 : 1 on its ground, as the still's are.
const COLOURS = {
  light: { ink: "#1f2328", quiet: "#59636e", ground: "#ffffff", grid: "#e4e7eb",
    up: "#00786a", down: "#c22f3b", lines: ["#0b57c2", "#9a4a00", "#7432d6", "#00786a"] },
  dark: { ink: "#e6edf3", quiet: "#9aa5b1", ground: "#111418", grid: "#2b3138",
    up: "#33c2ab", down: "#ff7076", lines: ["#6cb2ff", "#f5a742", "#c4a1ff", "#33c2ab"] },
};
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
export const floats = (view) =>
  new Float64Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
// The theme of JupyterLab, Notebook, VS Code or Colab; where none is named, that of the system.
export function isDark() {
  const { body, documentElement: root } = document, said = body.dataset.jpThemeLight;
  if (said) return said === "false";
  const code = /\bvscode-(high-contrast-light|light|dark|high-contrast)\b/.exec(body.className);
  const theme = code ? code[1].replace("high-contrast-", "") : root.getAttribute("theme");
  return theme ? theme !== "light" : matchMedia("(prefers-color-scheme: dark)").matches;
}
// The context, with the helpers that every picture draws with. The ground is the page's own.
export function makeLook(g, el) {
  const colours = COLOURS[isDark() ? "dark" : "light"];
  const own = getComputedStyle(el).getPropertyValue("--jp-layout-color0").trim();
  Object.assign(g, { font: FONT, textBaseline: "middle" });
  return { ...colours, ground: own || colours.ground };
}
// The step of 1, 2 or 5 times a power of ten that gives about so many ticks.
export function step(span, wanted) {
  const raw = span / Math.max(wanted, 1), power = 10 ** Math.floor(Math.log10(raw));
  const ratio = raw / power;
  return power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10);
}
export function decimals(tick) {
  const whole = (scaled) => Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled;
  let digits = 0;
  while (digits < 12 && !whole(tick * 10 ** digits)) digits++;
  return digits;
}
const writers = [];
export function fixed(value, digits) {
  writers[digits] ||= new Intl.NumberFormat("en-US",
    { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return Number.isFinite(value) ? writers[digits].format(value) : "–";
}
export function short(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const [each, letter] = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e4, "K"], [0, ""]]
    .find(([limit]) => size >= limit);
  if (size >= 1e3 && !letter) return fixed(value, 0);
  return `${+(value / (letter === "K" ? 1e3 : each || 1)).toPrecision(4)}${letter}`;
}
export const percent = (value) => `${value >= 0 ? "+" : ""}${fixed(value, 2)}%`;

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
const SECOND = 1000;
export const DAY = 86400 * SECOND;
const STEPS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800,
  604800, 1209600, 2592000, 7862400, 15724800, 31536000].map((seconds) => seconds * SECOND);
export const timeStep = (span, most) => STEPS.find((each) => span / each <= most) || STEPS.at(-1);
// What the clock of the zone shows, as milliseconds: then days begin at round numbers.
export const shifted = (time, local) =>
  local ? time - new Date(time).getTimezoneOffset() * 60 * SECOND : time;
export function timeLabel(time, each, local) {
  const at = new Date(shifted(time, local)), text = at.toISOString();
  const month = at.toLocaleString("en-GB", { month: "short", timeZone: "UTC" });
  if (each >= 91 * DAY) return `${month} ${at.getUTCFullYear()}`;
  if (each >= DAY || at.getTime() % DAY === 0) return `${at.getUTCDate()} ${month}`;
  return each < 60 * SECOND ? text.slice(11, 19) : text.slice(11, 16);
}
export function moment(time, local) {
  const text = new Date(shifted(time, local)).toISOString().replace("T", " ");
  return time % 60000 ? text.slice(0, 19) : text.slice(0, 16);
}
// A line down from the head, and what it stands for below; whether there was room for it.
export function mast(g, look, x, width, height, text) {
  if (x < 26 || x > width - 24) return false;
  g.strokeStyle = look.grid;
  line(g, Math.round(x) + 0.5, HEAD, Math.round(x) + 0.5, height);
  Object.assign(g, { fillStyle: look.quiet, textAlign: "center" });
  g.fillText(text, x, height + FOOT / 2);
  g.textAlign = "left";
  return true;
}
export function line(g, x1, y1, x2, y2) {
  g.beginPath();
  g.moveTo(x1, y1);
  g.lineTo(x2, y2);
  g.stroke();
}
function label(g, look, x, y, wide, text, colour) {
  g.fillStyle = colour;
  g.fillRect(x, y - 8, wide, 16);
  g.fillStyle = look.ground;
  g.fillText(text, x + 6, y);
}
// A value on the axis at the right, on its colour.
export const tag = (g, look, x, y, text, colour) => label(g, look, x, y, AXIS, text, colour);
// Lines at round values and their texts at the right; none where a tag stands.
export function priceAxis(g, look, scale, width, free, text) {
  const { at, digits } = ticks(scale.low, scale.high, (scale.bottom - scale.top) / 44, scale.log);
  for (const value of at) {
    const y = Math.round(scale.y(value)) + 0.5;
    if (y < scale.top || y > scale.bottom) continue;
    g.strokeStyle = look.grid;
    line(g, 0, y, width, y);
    g.fillStyle = look.quiet;
    if (!(Math.abs(y - free) < 15)) g.fillText(text(value, digits), width + 6, y);
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
// Lines across the picture, each from x, y to x, y.
export function dashed(g, colour, ...lines) {
  Object.assign(g, { strokeStyle: colour }).setLineDash([3, 3]);
  lines.forEach((each) => line(g, ...each));
  g.setLineDash([]);
}
export function foot(g, look, x, width, y, text) {
  const wide = g.measureText(text).width + 12, left = clamp(x - wide / 2, 0, width - wide);
  label(g, look, left, y + FOOT / 2, wide, text, look.ink);
}
// Texts one after another, on two lines at most; what does not fit is left out.
export function legend(g, look, parts, width) {
  let x = 8, y = 11;
  for (const [text, colour] of parts) {
    const wide = g.measureText(text).width;
    if (x > 8 && x + wide > width - 4) [x, y] = [8, y + 15];
    if (y > 30) return;
    g.fillStyle = look.ground;
    g.globalAlpha = 0.75;
    g.fillRect(x - 3, y - 7, wide + 6, 14);
    g.globalAlpha = 1;
    g.fillStyle = colour || look.ink;
    g.fillText(text, x, y, width - 12);
    x += wide + 10;
  }
}
