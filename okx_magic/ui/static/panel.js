// Draws the panel from the state that the kernel keeps (the model's traits), and sends what a person
// does as messages. The front end sets no trait, so nothing typed here is ever part of the widget's
// state: that is what keeps secrets out of saved notebooks.

const PART_NAMES = { timestamp: "timestamp", method: "method", target: "path and query", body: "body" };

// An element with attributes, listeners (on…) and children. Strings become text, never HTML.
function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

function button(label, onclick, attributes = {}) {
  return h("button", { type: "button", class: "okx-button", onclick, ...attributes }, label);
}

// A label beside its control; hide() takes both away.
function field(panel, label, control) {
  control.id = `${panel.id}-${label.replaceAll(" ", "-")}`;
  const row = h("div", { class: "okx-field" }, h("label", { for: control.id }, label), control);
  return { row, hide: (hidden) => row.toggleAttribute("hidden", hidden) };
}

function textInput(attributes = {}) {
  return h("input", { type: "text", autocomplete: "off", spellcheck: "false", ...attributes });
}

function chooser(options, selected) {
  return options.map(([value, label]) =>
    h("option", { value, selected: value === selected }, label));
}

// The bar at the top: which environment the cells' requests go to, in words and colour.
function header(panel) {
  const badge = h("strong", { class: "okx-badge" });
  const who = h("span", { class: "okx-who" });
  const bar = h("header", { class: "okx-bar" }, badge, who);
  panel.draw("account", ({ current, usual }) => {
    bar.dataset.environment = current ? current.environment : "none";
    badge.textContent = current ? current.environment.toUpperCase() : "NOT LOGGED IN";
    who.textContent = current
      ? [current.money, current.name, current.host, `key ${current.hint}`].join(" · ")
      : `a cell would use: ${usual}`;
  });
  return bar;
}

// Three tabs, and beside them what is under way.
function tabs(panel, pages) {
  const names = Object.keys(pages);
  const list = h("div", { role: "tablist", class: "okx-tabs", onkeydown: onArrow });
  const buttons = names.map((name) =>
    h("button", { type: "button", role: "tab", id: `${panel.id}-tab-${name}`,
      "aria-controls": `${panel.id}-page-${name}`, onclick: () => panel.open(name) }, name));
  const bodies = names.map((name) =>
    h("section", { role: "tabpanel", id: `${panel.id}-page-${name}`, class: "okx-page",
      "aria-labelledby": `${panel.id}-tab-${name}` }, ...pages[name]));
  const status = h("p", { role: "status", class: "okx-status" });

  panel.open = (wanted) => names.forEach((name, i) => {
    buttons[i].setAttribute("aria-selected", name === wanted);
    buttons[i].tabIndex = name === wanted ? 0 : -1;
    bodies[i].hidden = name !== wanted;
  });
  function onArrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (buttons.indexOf(event.target) + step + names.length) % names.length;
    panel.open(names[next]);
    buttons[next].focus();
  }
  panel.say = (text) => {
    status.textContent = text;
    status.classList.toggle("okx-busy", text !== "");
  };
  list.append(...buttons);
  return [h("div", { class: "okx-row" }, list, status), ...bodies];
}

// Source, environment, site and credentials; "log in" and "log out".
function loginForm(panel) {
  const source = h("select");
  const environment = environmentSwitch(panel, (chosen) => { pick(chosen); arrange(); });
  const site = h("select");
  const host = h("output");
  const key = textInput();
  const secret = textInput({ type: "password" });
  const passphrase = textInput({ type: "password" });
  const rows = {
    source: field(panel, "source", source), site: field(panel, "site", site),
    host: field(panel, "host", host), key: field(panel, "key", key),
    secret: field(panel, "secret", secret), passphrase: field(panel, "passphrase", passphrase),
  };
  const submit = button("log in", null, { type: "submit", class: "okx-button okx-first" });
  const leave = button("log out", () => panel.send({ kind: "logout" }));
  const refusal = h("p", { class: "okx-warning" });
  let drawn = "";
  let choices = [];

  const choice = () => choices.find((each) => each.key === source.value);
  // The environment was chosen: stay with a source that can be of it, else take the first that is.
  function pick(chosen) {
    if (source.value === "typed" || choice()?.environment === chosen) return;
    source.value = choices.find((each) => each.environment === chosen)?.key ?? "typed";
    if (source.value === "") source.value = "sandbox";
  }
  // The source was chosen: it says the environment, and which fields are needed.
  function arrange() {
    const typed = source.value === "typed";
    if (!typed) environment.set(choice()?.environment ?? null);
    for (const name of ["key", "secret", "passphrase"]) rows[name].hide(!typed);
    const fixed = typed ? (environment.get() === "sandbox" ? "this kernel" : "") : choice()?.host ?? "";
    rows.site.hide(!typed || fixed !== "");
    rows.host.hide(fixed === "");
    host.textContent = [fixed, choice()?.hint && `key ${choice().hint}`].filter(Boolean).join(" · ");
  }
  source.addEventListener("change", arrange);

  panel.draw("account", (state) => {
    leave.disabled = !state.current;
    // Drawn afresh only when it must be: a person may be choosing just now.
    const now = JSON.stringify([state.choices, state.sites, state.refusal]);
    if (now === drawn) return;
    drawn = now;
    const kept = source.value || state.first;
    choices = state.choices;
    const labels = choices.map(({ key, label, problem }) =>
      [key, problem ? `${label}: ${problem}` : label]);
    if (!state.refusal) labels.push(["typed", "typed in here"]);
    refusal.textContent = state.refusal;
    source.replaceChildren(...chooser(labels, kept));
    site.replaceChildren(...chooser(
      state.sites.map(([name, at]) => [name, name === "other" ? at : `${name} · ${at}`])));
    arrange();
  });
  panel.disableWhileBusy(submit);

  function onsubmit(event) {
    event.preventDefault();
    const message = { kind: "login", source: source.value, environment: environment.get() };
    if (source.value === "typed") {
      Object.assign(message, { site: site.value, key: key.value, secret: secret.value,
        passphrase: passphrase.value });
    }
    for (const input of [key, secret, passphrase]) input.value = "";
    panel.send(message);
  }
  return h("form", { autocomplete: "off", class: "okx-form", onsubmit }, refusal, environment.row,
    ...Object.values(rows).map(({ row }) => row), h("div", { class: "okx-actions" }, submit, leave));
}

// The switch between the environments: radio buttons, so that the keyboard works as everywhere.
function environmentSwitch(panel, onchange) {
  const name = `${panel.id}-environment`;
  const radios = ["sandbox", "demo", "live"].map((value) =>
    h("input", { type: "radio", name, value, id: `${name}-${value}`,
      onchange: () => onchange(value) }));
  const segments = radios.flatMap((radio) =>
    [radio, h("label", { for: radio.id, "data-environment": radio.value }, radio.value)]);
  return {
    row: h("fieldset", { class: "okx-switch" }, h("legend", {}, "environment"),
      h("div", { class: "okx-segments" }, ...segments)),
    get: () => radios.find((radio) => radio.checked)?.value ?? "",
    set: (value) => radios.forEach((radio) => { radio.checked = radio.value === value; }),
  };
}

// How the last log-in ended, and what is known of the account.
function accountState(panel) {
  const said = h("div", { role: "status", class: "okx-said" });
  const facts = h("dl", { class: "okx-facts" });
  panel.draw("work", ({ text, refusal }) => {
    said.replaceChildren(...(refusal ? refusalBlock(panel, refusal)
      : text.split("\n").map((line) => h("p", {}, line))));
    said.hidden = !refusal && !text;
  });
  panel.draw("account", ({ current }) => {
    facts.replaceChildren();
    if (!current) return;
    const others = current.others.length ? [["also open", current.others.join(", ")]] : [];
    facts.append(...pairs([...current.facts, ...others]), ...current.warnings.flatMap((warning) =>
      [h("dt", { class: "okx-warning" }, "warning"), h("dd", {}, warning)]));
  });
  return { said, facts };
}

function pairs(list) {
  return list.flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)]);
}

function refusalBlock(panel, { headline, lines, elsewhere }) {
  const block = h("div", { class: "okx-refusal" }, h("p", {}, headline), h("dl", {}, ...pairs(lines)));
  if (!elsewhere.length) return [block];
  const ask = button(`ask ${elsewhere.join(" and ")}`, () => panel.send({ kind: "elsewhere" }));
  return [block, h("div", { class: "okx-elsewhere" },
    h("p", {}, "Another site may know this key. Asking sends it there."), ask)];
}

// The last exchanges, newest first; choosing one opens it.
function requestList(panel) {
  const heads = ["time (UTC)", "request", "account", "HTTP", "code", "ms"];
  const body = h("tbody");
  const table = h("table", { class: "okx-requests" },
    h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))), body);
  const empty = h("p", { class: "okx-empty" }, "Nothing was sent yet: run a cell with %%okx.");
  const mark = () => {
    const chosen = panel.model.get("signature")?.id;
    for (const row of body.children) row.ariaCurrent = row.dataset.id === chosen ? "true" : null;
  };
  panel.draw("requests", (requests) => {
    empty.hidden = requests.length > 0;
    table.hidden = requests.length === 0;
    body.replaceChildren(...requests.map(requestRow));
    mark();
  });
  panel.draw("signature", mark);
  function requestRow(done) {
    const choose = () => {
      panel.chosen = done.id;
      panel.send({ kind: "choose", id: done.id });
      panel.open("Signature");
    };
    const time = new Date(done.at).toISOString().slice(11, 23);
    const failed = done.code !== "0";
    return h("tr", { "data-id": done.id, class: failed && "okx-failed" },
      h("td", {}, time),
      h("td", {}, h("button", { type: "button", class: "okx-link", onclick: choose },
        `${done.method} ${done.target}`), failed ? h("small", {}, done.outcome) : null),
      h("td", {}, done.account), h("td", {}, done.status ?? "–"),
      h("td", {}, failed ? `✕ ${done.code || "none"}` : "✓ 0"), h("td", {}, done.took));
  }
  return [empty, table];
}

// The chosen exchange: its prehash in four colours, and each step from there to what was sent.
function signatureSteps(panel) {
  const page = h("div");
  panel.draw("signature", (trace) => page.replaceChildren(...(trace ? steps(trace) : [
    h("p", { class: "okx-empty" }, "Choose a request to see how it was signed.")])));
  function steps(trace) {
    const causes = trace.causes.map(({ name, found, holds }) =>
      check(holds === null ? null : !holds, name, found));
    const told = [h("h4", {}, trace.title), causes.length ? h("ul", {}, ...causes) : null];
    if (!trace.signature) told.push(h("p", {}, "Not signed: the endpoint is public."));
    else told.push(...prehash(trace), ...code("HMAC-SHA256 under the secret, as hexadecimal digits",
      trace.digest), ...code("the same as Base64: OK-ACCESS-SIGN", trace.signature));
    const headers = trace.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
    return [...told, ...code("headers as sent, secrets hidden", headers),
      ...code("as curl, without secrets", trace.curl)].filter(Boolean);
  }
  function prehash({ parts, size }) {
    const spans = parts.map(({ name, text }) => h("span", { "data-part": name }, text));
    const rules = parts.map(({ name, rule, kept, found }) =>
      check(kept, PART_NAMES[name], found, rule, name));
    return [...code(`prehash, ${size} bytes`, ...spans), h("ul", { class: "okx-rules" }, ...rules)];
  }
  return page;
}

// A line with a check mark: what was looked at, by which rule, and what was found.
function check(kept, name, found, rule = "", part = null) {
  const [mark, words] = kept === null ? ["?", "open"] : kept ? ["✓", "in order"] : ["✕", "wrong"];
  return h("li", { "data-kept": String(kept) },
    h("span", { class: "okx-mark", role: "img", "aria-label": words, title: words }, mark),
    h("span", { class: "okx-name" }, h("span", { "data-part": part }, name)),
    h("span", {}, rule, rule ? h("small", {}, found) : found));
}

// A step's result under its title, with a button that copies exactly its text.
function code(title, ...content) {
  const block = h("pre", { class: "okx-code", tabindex: "0", "aria-label": title }, ...content);
  const copy = button("copy", () => copyText(block, copy), { "aria-label": `copy ${title}` });
  return [h("div", { class: "okx-step" }, h("span", {}, title), copy), block];
}

async function copyText(block, control) {
  try {
    await navigator.clipboard.writeText(block.textContent);
  } catch {
    // No leave, or no https: the old way, which needs a selection.
    getSelection().selectAllChildren(block);
    document.execCommand("copy");
  }
  control.textContent = "copied";
  setTimeout(() => { control.textContent = "copy"; }, 1500);
}

// The detective: which mistake made a signature that OKX refused, of this code or any other.
function detective(panel) {
  const inputs = { signature: textInput(), timestamp: textInput(), method: textInput(),
    target: textInput(), body: h("textarea", { rows: "2", spellcheck: "false" }) };
  const labels = { target: "path and query" };
  const rows = Object.entries(inputs).map(([name, input]) =>
    field(panel, labels[name] ?? name, input).row);
  const submit = button("find the mistake", null, { type: "submit", class: "okx-button okx-first" });
  const verdict = h("div", { role: "status", class: "okx-verdict" });
  const hint = h("p", { class: "okx-hint" });
  let typed = false;

  panel.draw("signature", (trace) => {
    const whose = trace ? `the secret of ${trace.account}` : "the secret of the logged-in account";
    hint.textContent = "Enter what OKX refused, from any program: it is signed again with " + whose
      + ", correctly and with every known mistake.";
    // What was typed gives way to what was chosen, not to what the next cell sends.
    if (!trace || (typed && trace.id !== panel.chosen)) return;
    typed = false;
    for (const [name, input] of Object.entries(inputs)) input.value = trace.evidence[name];
  });
  panel.draw("verdict", ({ kind, lines }) => {
    verdict.dataset.kind = kind ?? "";
    verdict.replaceChildren(...(lines ?? []).map((line) => h("p", {}, line)));
  });
  panel.disableWhileBusy(submit);
  function onsubmit(event) {
    event.preventDefault();
    const values = Object.entries(inputs).map(([name, input]) => [name, input.value]);
    panel.send({ kind: "check", ...Object.fromEntries(values) });
  }
  const oninput = () => { typed = true; };
  return h("form", { autocomplete: "off", class: "okx-form okx-detective", onsubmit, oninput },
    h("h4", {}, "Which mistake is in a signature?"),
    hint, ...rows, h("div", { class: "okx-actions" }, submit), verdict);
}

function makePanel(model) {
  const id = `okx-${Math.random().toString(36).slice(2)}`;
  const heard = [];
  const panel = {
    model, id,
    // Draw a part of the state now and whenever it changes.
    draw(part, paint) {
      const repaint = () => paint(model.get(part));
      model.on(`change:${part}`, repaint);
      heard.push([`change:${part}`, repaint]);
      repaint();
    },
    send(message) {
      panel.waiting(true);
      model.send(message);
    },
    // Between a click and the kernel's word for it, which a running cell may delay.
    waiting(on) {
      panel.say(on ? "waiting for the kernel" : "");
      for (const control of busy) control.disabled = on;
    },
    disableWhileBusy: (control) => busy.push(control),
    close: () => heard.forEach(([event, repaint]) => model.off(event, repaint)),
  };
  const busy = [];
  return panel;
}

function render({ model, el }) {
  const panel = makePanel(model);
  const state = accountState(panel);
  const root = h("div", { class: "okx-panel" }, header(panel), ...tabs(panel, {
    Account: [h("div", { class: "okx-columns" }, loginForm(panel), state.facts), state.said],
    Requests: requestList(panel),
    Signature: [signatureSteps(panel), detective(panel)],
  }));
  panel.draw("work", (work) => {
    panel.waiting(work.busy !== "");
    panel.say(work.busy);
  });
  // Else letters would be shortcuts of the notebook; Ctrl-S and the like still are.
  for (const type of ["keydown", "keyup", "keypress"]) {
    root.addEventListener(type, (event) => {
      if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    });
  }
  panel.open("Account");
  el.append(root);
  return panel.close;
}

export default { render };
