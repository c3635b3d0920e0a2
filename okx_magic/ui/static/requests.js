// The page Requests: all exchanges of the session, and one of them with its answer. Both come by
// message when they are asked for, so a saved notebook holds neither.

const MOST_LISTED = 1000;

function requestsPage(panel) {
  const search = textInput({ type: "search", placeholder: "path, code or text" });
  const failed = h("input", { type: "checkbox", id: `${panel.id}-failed` });
  const count = h("span", { class: "okx-hint", role: "status" });
  const heads = ["time (UTC)", "request", "account", "HTTP", "code", "ms"];
  const body = h("tbody");
  const table = h("table", { class: "okx-requests" },
    h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))), body);
  const list = h("div", { class: "okx-list", tabindex: "0", role: "region",
    "aria-label": "requests, newest first" }, table);
  const empty = h("p", { class: "okx-empty" }, "Nothing was sent yet: run a cell with %%okx.");
  const filters = h("div", { class: "okx-filters" },
    h("label", {}, "filter ", search), h("label", {}, failed, " failed only"), count);
  const detail = inspector(panel);
  let rows = [];

  const filter = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { node, text, isFailed } of rows) {
      node.hidden = (failed.checked && !isFailed) || !wanted.every((word) => text.includes(word));
      shown += node.hidden ? 0 : 1;
    }
    count.textContent = shown === rows.length ? `${shown}` : `${shown} of ${rows.length}`;
  };
  search.addEventListener("input", filter);
  failed.addEventListener("change", filter);

  panel.draw("requests", ({ count: there, newest }) => {
    empty.hidden = Boolean(there);
    for (const node of [list, filters]) node.hidden = !there;
    // A log-out takes its requests along: then all are asked for again.
    if (there < rows.length) {
      rows = [];
      body.replaceChildren();
    }
    if (there && rows[0]?.id !== newest) panel.ask({ kind: "list", since: rows[0]?.id ?? "" });
  });
  panel.hear("listed", (message) => {
    const known = new Set(rows.map(({ id }) => id));
    const fresh = message.rows.filter(({ id }) => !known.has(id)).map(rowOf);
    for (const { node } of rows.splice(MOST_LISTED - fresh.length)) node.remove();
    rows = [...fresh, ...rows];
    body.prepend(...fresh.map(({ node }) => node));
    filter();
  });

  function rowOf(done) {
    const isFailed = done.code !== "0";
    const choose = () => {
      for (const { node } of rows) node.ariaCurrent = node.dataset.id === done.id ? "true" : null;
      detail.show(done.id);
    };
    const again = done.attempt > 1 ? h("small", {}, `attempt ${done.attempt}`) : null;
    const node = h("tr", { "data-id": done.id, class: isFailed && "okx-failed" },
      h("td", {}, new Date(done.at).toISOString().slice(11, 23)),
      h("td", {}, h("button", { type: "button", class: "okx-link", onclick: choose },
        `${done.method} ${done.target}`), isFailed ? h("small", {}, done.outcome) : null, again),
      h("td", {}, done.account), h("td", {}, done.status ?? "–"),
      h("td", {}, isFailed ? `✕ ${done.code || "none"}` : "✓ 0"), h("td", {}, done.took));
    const text = [done.method, done.target, done.account, done.code, done.outcome].join(" ");
    return { id: done.id, node, isFailed, text: text.toLowerCase() };
  }
  return [empty, filters, list, detail.node];
}

// One exchange: what came, as a table and as JSON; what a refusal means; and what can be copied.
function inspector(panel) {
  const node = h("div", { class: "okx-detail", role: "region", "aria-label": "the chosen request" });
  let chosen = "";
  node.hidden = true;
  panel.hear("inspected", (found) => {
    if (found.id === chosen) node.replaceChildren(...parts(found));
  });
  function parts(found) {
    const signed = button("how it was signed", () => {
      panel.chosen = found.id;
      panel.send({ kind: "choose", id: found.id });
      panel.open("Signature");
    });
    const copies = Object.entries(found.copies).map(([name, text]) => {
      const control = button(`copy as ${name}`, () => copyText(text, control));
      return control;
    });
    return [h("h4", {}, found.title),
      found.refusal ? refusalBlock(panel, { ...found.refusal, elsewhere: [] })[0] : null,
      h("dl", { class: "okx-facts" }, ...pairs(found.facts)),
      ...answer(found), h("div", { class: "okx-actions" }, ...copies, signed)].filter(Boolean);
  }
  function answer({ table, text, note }) {
    const views = { JSON: text ? code("answer", text) : [] };
    if (table) views.Table = [answerTable(table)];
    const place = h("div");
    const names = table ? ["Table", "JSON"] : ["JSON"];
    const buttons = names.map((name) => button(name, () => open(name)));
    const open = (name) => {
      place.replaceChildren(...views[name]);
      buttons.forEach((each, i) => each.setAttribute("aria-pressed", names[i] === name));
    };
    open(names[0]);
    const hint = note ? h("p", { class: "okx-hint" }, note) : null;
    const bar = text ? h("div", { class: "okx-views" }, ...buttons) : null;
    return [bar, hint, place].filter(Boolean);
  }
  return {
    node,
    show(id) {
      chosen = id;
      node.hidden = false;
      const told = panel.dead ? "its answer went with the kernel" : "waiting for the kernel";
      node.replaceChildren(h("p", { class: "okx-hint" }, told));
      panel.ask({ kind: "inspect", id });
    },
  };
}

function answerTable({ columns, numbers, rows, more }) {
  const right = new Set(numbers);
  const cell = (tag, text, place) => h(tag, { class: right.has(place) && "okx-number" }, text);
  const [moreRows, moreColumns] = more;
  const left = [moreRows ? `${moreRows} more rows` : "", moreColumns ? `${moreColumns} more columns` : ""];
  const table = h("table", { class: "okx-answer" },
    h("thead", {}, h("tr", {}, ...columns.map((name, i) => cell("th", name, i)))),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((text, i) => cell("td", text, i))))));
  const told = left.filter(Boolean).join(", ") || (rows.length ? "" : "no rows");
  return h("div", { class: "okx-scroll", tabindex: "0", role: "region", "aria-label": "answer" },
    table, told ? h("p", { class: "okx-hint" }, told) : null);
}
