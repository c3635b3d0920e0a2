// The canvas of a picture: size, theme, pointer and keys; it repaints at most once a frame.
import { AXIS, FOOT, clamp, makeLook, write } from "./axes.js";
import { candles } from "./candles.js";
import { depth } from "./depth.js";
import { lines } from "./lines.js";

export default { render({ model, el }) {
  const canvas = document.createElement("canvas"), g = canvas.getContext("2d");
  const spec = model.get("spec"), picture = { candles, depth, lines }[spec.kind](model);
  const state = { mouse: null, log: spec.log, local: spec.local, again: false };
  let held = null, asked = 0, size = { width: 0, height: 0 };
  Object.assign(canvas, { className: "okx-canvas", tabIndex: 0, role: "img",
    ariaDescription: spec.help });
  canvas.style.height = `${model.get("height")}px`;
  // The still is hidden as long as this stands in the page.
  const hide = document.createElement("style"), still = `.okx-still-${spec.key}`;
  hide.textContent = `${still}{display:none}\n.jp-OutputArea-child:has(${still}){display:none}`;
  el.append(canvas, ...(spec.key ? [hide] : []));
  function paint() {
    asked = 0;
    if (!size.width) return;
    const ratio = devicePixelRatio || 1;
    [canvas.width, canvas.height] = [size.width * ratio, size.height * ratio];
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    const look = makeLook(g, canvas, size);
    state.again = false;
    const said = picture.draw(g, look, size, state);
    const corner = [spec.kind !== "depth" && (state.local ? "local" : "UTC"),
      spec.kind === "candles" && (state.log ? "log" : "lin")].filter(Boolean).join("   ");
    write(g, look.quiet, corner, size.width - AXIS + 6, size.height - FOOT / 2);
    canvas.ariaLabel = said;
    if (state.again) ask();
  }
  const ask = () => { asked ||= requestAnimationFrame(paint); };
  const plane = () => size.width - AXIS;
  const toggle = (name) => { state[name] = !state[name]; };
  const step = (event, way) => {
    if (!event.shiftKey) return picture.pan?.(way * -0.1);
    const x = picture.next(state.mouse?.x ?? null, way, plane());
    return state.mouse = { x: clamp(x, 0, plane() - 1), y: state.mouse?.y ?? size.height / 2 };
  };
  const keys = {
    ArrowLeft: (event) => step(event, -1), ArrowRight: (event) => step(event, 1),
    "+": () => picture.zoom(0.8, 1), "-": () => picture.zoom(1.25, 1),
    Home: () => picture.home?.(), End: () => picture.reset(),
    l: () => toggle("log"), t: () => toggle("local"),
    Escape: () => { state.mouse = null; },
  };
  const heard = {
    pointermove(event) {
      state.mouse = { x: event.offsetX, y: event.offsetY };
      if (held === null) return;
      picture.pan?.((event.offsetX - held) / plane());
      held = event.offsetX;
    },
    pointerleave() { state.mouse = null; },
    pointerdown(event) {
      const beyond = event.offsetX - plane();
      if (beyond <= 0 || event.offsetY < size.height - FOOT) held = event.offsetX;
      else toggle(beyond > 40 ? "log" : "local");
      canvas.setPointerCapture(event.pointerId);
    },
    lostpointercapture() { held = null; },
    dblclick() { picture.reset(); },
    // Without focus the notebook scrolls.
    wheel(event) {
      if (!event.ctrlKey && document.activeElement !== canvas) return;
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) picture.pan?.(-event.deltaX / plane());
      else picture.zoom(Math.exp(event.deltaY * 0.0015), clamp(event.offsetX / plane(), 0, 1));
    },
    keydown(event) {
      const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      act(event);
      event.preventDefault();
      event.stopPropagation();
    },
  };
  for (const [name, act] of Object.entries(heard)) {
    canvas.addEventListener(name, (event) => { act(event); ask(); }, { passive: false });
  }
  const sized = new ResizeObserver(() => {
    ask(size = { width: canvas.clientWidth, height: canvas.clientHeight });
  });
  sized.observe(canvas);
  const themed = new MutationObserver(ask);
  [document.body, document.documentElement].forEach((each) =>
    themed.observe(each, { attributes: true }));
  const load = () => ask(picture.load(model.get("data")));
  const push = (message, buffers) => {
    ask(picture.push(message, buffers));
    canvas.dataset.tick = message.tick;
  };
  load();
  const told = [["change:data", load], ["change:spec", ask], ["msg:custom", push]];
  told.forEach(([what, act]) => model.on(what, act));
  return () => {
    [sized, themed].forEach((each) => each.disconnect());
    cancelAnimationFrame(asked);
    told.forEach(([what, act]) => model.off(what, act));
  };
} };
