// A book: what could be bought and sold down to each price, from the middle outwards.
import { AXIS, FOOT, HEAD, cross, decimals, fill, fixed, legend, makeScale, mast, priceAxis, short,
  split, step, stroke, tag } from "./axes.js";

export function depth(model) {
  let bids = [], asks = [], reach = 0;
  // Price, size and value up to there.
  const side = (buffer, all = 0, value = 0) => split(buffer, 2).map(([price, size]) =>
    [price, all += size, value += price * size]);
  const widest = () => (bids.length && asks.length
    ? Math.max(bids[0][0] - bids.at(-1)[0], asks.at(-1)[0] - asks[0][0], 1e-9) : 0);
  const take = (buffers) => {
    [bids, asks] = buffers.map((buffer) => side(buffer));
    if (!reach && bids.length && asks.length) {
      reach = Math.min(bids[0][0] - bids.at(-1)[0], asks.at(-1)[0] - asks[0][0]) || widest();
    }
  };
  return {
    load: take,
    push: (message, buffers) => take(buffers),
    zoom(factor) { reach = Math.min(Math.max(reach * factor, 1e-9), widest() * 1.05); },
    reset() { reach = widest(); },
    next: (x, steps, width) => (x === null ? width / 2 : x) + steps * 8,
    draw(g, look, { width: W, height: H }, state) {
      const { title, tick } = model.get("spec"), digits = decimals(tick);
      if (!bids.length || !asks.length) return `${title}: no book yet`;
      const w = W - AXIS, h = H - FOOT, middle = (bids[0][0] + asks[0][0]) / 2;
      const x = (price) => (price - middle + reach) / (2 * reach) * w;
      const within = (book) => book.findLast((row) => Math.abs(row[0] - middle) <= reach);
      const top = Math.max(...[bids, asks].map((book) => within(book)?.[1] || 0)) * 1.1 || 1;
      const scale = makeScale(0, top, HEAD, h, false);
      priceAxis(g, look, scale, w, NaN, (size, d) => (size < 1e4 ? fixed(size, d) : short(size)));
      const each = step(2 * reach, w / 95), far = decimals(each);
      for (let p = Math.ceil((middle - reach) / each) * each; p < middle + reach; p += each) {
        mast(g, look, x(p), w, h, fixed(p, far));
      }
      for (const [book, colour, end] of [[bids, look.up, 0], [asks, look.down, w]]) {
        const stairs = new Path2D();
        let total = 0;
        stairs.moveTo(x(book[0][0]), h);
        for (const [price, size] of book.filter(([p]) => Math.abs(p - middle) <= reach)) {
          stairs.lineTo(x(price), scale.y(total));
          stairs.lineTo(x(price), scale.y(total = size));
        }
        stairs.lineTo(end, scale.y(total));
        stroke(g, colour, stairs);
        stairs.lineTo(end, h);
        fill(g, colour, stairs, 0.22);
      }
      const bid = fixed(bids[0][0], digits), ask = fixed(asks[0][0], digits);
      const gap = asks[0][0] - bids[0][0];
      const parts = [[title], [`bid ${bid}`, look.up], [`ask ${ask}`, look.down],
        [`spread ${fixed(gap, digits)} · ${(gap / middle * 1e4).toFixed(2)} bp`, look.quiet]];
      if (state.mouse && state.mouse.x < w) {
        const price = middle - reach + state.mouse.x / w * 2 * reach, low = price < middle;
        const hit = (low ? bids : asks).findLast(([at]) => (low ? at >= price : at <= price));
        const y = hit ? scale.y(hit[1]) : state.mouse.y;
        cross(g, look, state.mouse.x, y, w, h, fixed(price, digits));
        if (hit) tag(g, look, w, y, short(hit[1]), look.ink);
        if (hit) parts.push([`${low ? "sell" : "buy"} ${short(hit[1])} for ${short(hit[2])}`]);
      }
      legend(g, look, parts, w);
      return `${title}: best bid ${bid}, best ask ${ask}${parts[4] ? `, ${parts[4][0]}` : ""}`;
    },
  };
}
