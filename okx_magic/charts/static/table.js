// A live table: only changed cells come, and are seen to go up or down for a moment.
const MOMENT = 700;

function render({ model, el }) {
  const make = (tag, textContent = "") =>
    Object.assign(document.createElement(tag), { textContent });
  const { title, key } = model.get("spec"), still = `.okx-still-${key}`;
  const box = make("div"), table = make("table"), head = make("thead"), body = make("tbody");
  const hide = make("style",
    `${still}{display:none}\n.jp-OutputArea-child:has(${still}){display:none}`);
  const rows = [];
  let heads = [], sorted = null, asked = 0, wait = [], moved = [];
  box.className = "okx-table";
  box.tabIndex = 0;
  box.style.maxHeight = `${model.get("height")}px`;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", title);
  table.append(make("caption", title), head, body);
  box.append(table);
  el.append(box, hide);

  function name() {
    heads = model.get("spec").names.map((text, column) => {
      const cell = make("th"), button = make("button", text);
      cell.scope = "col";
      button.addEventListener("click", () => {
        const way = sorted && sorted.column === column ? -sorted.way : 1;
        sorted = { column, way };
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        cell.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
        sort();
      });
      cell.append(button);
      return cell;
    });
    const row = make("tr");
    row.append(...heads);
    head.replaceChildren(row);
  }
  const number = (text) => (text.trim() === "" ? NaN : Number(text));
  function sort() {
    const { column, way } = sorted, text = (row) => row.cells[column].textContent;
    body.append(...[...rows].sort((one, other) => {
      const [a, b] = [text(one), text(other)], gap = number(a) - number(b);
      return way * (Number.isNaN(gap) ? a.localeCompare(b) : gap);
    }));
  }
  function add(texts) {
    const row = make("tr");
    row.append(...texts.map((text, at) => make(at ? "td" : "th", text)));
    row.cells[0].scope = "row";
    texts.forEach((text, at) => row.cells[at].classList.toggle("n", !Number.isNaN(number(text))));
    rows.push(row);
    body.append(row);
  }
  function paint() {
    asked = 0;
    let again = false;
    const now = performance.now();
    for (const [at, column, text, way] of wait) {
      const cell = rows[at]?.cells[column];
      if (!cell) continue;
      if (cell.firstChild) cell.firstChild.data = text; else cell.append(text);
      again ||= sorted && sorted.column === column;
      if (!way) continue;
      cell.dataset.moved = way > 0 ? "up" : "down";
      moved.push([now + MOMENT, cell]);
    }
    wait = [];
    if (again) sort();
    if (moved.length) setTimeout(calm, MOMENT + 20);
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
    wait.push(...message.cells);
    box.dataset.tick = message.tick;
    asked ||= requestAnimationFrame(paint);
  }
  name();
  load();
  model.on("change:spec", name);
  model.on("change:rows", load);
  model.on("msg:custom", push);
  return () => {
    cancelAnimationFrame(asked);
    model.off("change:spec", name);
    model.off("change:rows", load);
    model.off("msg:custom", push);
  };
}
export default { render };
