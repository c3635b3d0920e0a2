// A live table: only changed cells come, and are seen to go up or down for a moment.
const MOMENT = 700;
const number = (text) => (text.trim() === "" ? NaN : Number(text));
const make = (tag, textContent = "", more = {}) =>
  Object.assign(document.createElement(tag), { textContent, ...more });

export default { render({ model, el }) {
  const { title, key } = model.get("spec"), still = `.okx-still-${key}`, rows = [];
  const head = make("thead"), body = make("tbody"), table = make("table"), wait = new Map();
  const box = make("div", "", { className: "okx-table", tabIndex: 0, role: "region",
    ariaLabel: title });
  let heads = [], sorted = null, asked = 0, moved = [];
  box.style.maxHeight = `${model.get("height")}px`;
  table.append(make("caption", title), head, body);
  box.append(table);
  const hide = `${still}{display:none}\n.jp-OutputArea-child:has(${still}){display:none}`;
  el.append(box, make("style", hide));
  function name() {
    heads = model.get("spec").names.map((text, column) => {
      const cell = make("th", "", { scope: "col" }), button = make("button", text);
      button.addEventListener("click", () => {
        sorted = { column, way: sorted?.column === column ? -sorted.way : 1 };
        heads.forEach((each) => { each.ariaSort = null; });
        cell.ariaSort = sorted.way > 0 ? "ascending" : "descending";
        sort();
      });
      cell.append(button);
      return cell;
    });
    head.replaceChildren(make("tr"));
    head.firstChild.append(...heads);
  }
  function sort() {
    const { column, way } = sorted, text = (row) => row.cells[column].textContent;
    body.append(...[...rows].sort((one, other) => {
      const [a, b] = [text(one), text(other)], gap = number(a) - number(b);
      return way * (Number.isNaN(gap) ? a.localeCompare(b) : gap);
    }));
  }
  function add(texts) {
    const row = make("tr"), side = (text) => (Number.isNaN(number(text)) ? "" : "n");
    row.append(...texts.map((text, at) =>
      make(at ? "td" : "th", text, { className: side(text), ...(at ? {} : { scope: "row" }) })));
    rows.push(row);
    body.append(row);
  }
  function paint() {
    asked = 0;
    const now = performance.now(), cells = [...wait.values()];
    wait.clear();
    for (const [at, column, text, way] of cells) {
      const cell = rows[at]?.cells[column];
      if (!cell) continue;
      if (cell.firstChild) cell.firstChild.data = text; else cell.append(text);
      if (column) cell.classList.toggle("n", !Number.isNaN(number(text)));
      if (!way) continue;
      cell.dataset.moved = way > 0 ? "up" : "down";
      moved.push([now + MOMENT, cell]);
    }
    if (cells.some(([, column]) => column === sorted?.column)) sort();
    setTimeout(calm, MOMENT + 20);
  }
  function calm() {
    const now = performance.now(), later = moved.filter(([end]) => end > now);
    const fresh = new Set(later.map(([, cell]) => cell));
    for (const [, cell] of moved) if (!fresh.has(cell)) delete cell.dataset.moved;
    moved = later;
  }
  function load() {
    rows.length = 0;
    body.replaceChildren();
    model.get("rows").forEach(add);
    if (sorted) sort();
  }
  function push(message) {
    message.rows.forEach(add);
    // Of a cell the newest: a page that is not seen is not painted, however long.
    message.cells.forEach((cell) => wait.set(`${cell[0]} ${cell[1]}`, cell));
    asked ||= requestAnimationFrame(paint);
  }
  const told = [["change:spec", name], ["change:rows", load], ["msg:custom", push]];
  name();
  load();
  told.forEach(([what, act]) => model.on(what, act));
  return () => {
    cancelAnimationFrame(asked);
    told.forEach(([what, act]) => model.off(what, act));
  };
} };
