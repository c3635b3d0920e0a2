// The bar at the top: which environment the cells' requests go to, in words and colour.
function header(panel) {
  const badge = h("strong", { class: "okx-badge" });
  const who = h("span", { class: "okx-who" });
  const bar = h("div", { class: "okx-bar", role: "group", "aria-label": "account" }, badge, who);
  panel.draw("account", ({ current, usual }) => {
    if (panel.dead) return;
    bar.dataset.environment = current ? current.environment : "none";
    badge.textContent = current ? current.environment.toUpperCase() : "NOT LOGGED IN";
    who.textContent = current
      ? [current.money, current.name !== current.environment ? current.name : "", current.host,
        `key ${current.hint}`].filter(Boolean).join(" · ")
      : `a cell would use: ${usual}`;
  });
  panel.onGone((text) => {
    bar.dataset.environment = "none";
    badge.textContent = "NO KERNEL";
    who.textContent = text;
  });
  return bar;
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
  // What a person who opens this for the first time asks.
  const help = h("div", { class: "okx-hint" },
    h("p", {}, "A key is made on okx.com under Profile › API keys: the secret is shown once, the ",
      "passphrase is the one that you choose there."),
    h("p", {}, "Demo is OKX with play money: its keys are made under Trade › Demo trading › ",
      "Demo trading API, and a live key does not work there."));
  let lastKey = "";
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
    help.hidden = !typed;
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
  // A network that failed says nothing of the key: only the secrets have to be typed again.
  panel.draw("work", (work) => {
    if (work.busy) return;
    if (work.refusal?.network && !key.value) key.value = lastKey;
    lastKey = "";
  });

  function onsubmit(event) {
    event.preventDefault();
    const message = { kind: "login", source: source.value, environment: environment.get() };
    if (source.value === "typed") {
      Object.assign(message, { site: site.value, key: key.value, secret: secret.value,
        passphrase: passphrase.value });
    }
    lastKey = key.value;
    for (const input of [key, secret, passphrase]) input.value = "";
    panel.send(message);
  }
  return h("form", { autocomplete: "off", class: "okx-form", onsubmit }, refusal, environment.row,
    ...Object.values(rows).map(({ row }) => row), h("div", { class: "okx-actions" }, submit, leave),
    help);
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
  panel.onGone(() => facts.replaceChildren());
  panel.draw("account", ({ current }) => {
    facts.replaceChildren();
    if (!current) return;
    const others = current.others.length ? [["also open", current.others.join(", ")]] : [];
    facts.append(...pairs([...current.facts, ...others]), ...current.warnings.flatMap((warning) =>
      [h("dt", { class: "okx-warning" }, "warning"), h("dd", {}, warning)]));
  });
  return { said, facts };
}

function refusalBlock(panel, { headline, lines, elsewhere }) {
  const block = h("div", { class: "okx-refusal" }, h("p", {}, headline), h("dl", {}, ...pairs(lines)));
  if (!elsewhere.length) return [block];
  const ask = button(`ask ${elsewhere.join(" and ")}`, () => panel.send({ kind: "elsewhere" }));
  return [block, h("div", { class: "okx-elsewhere" },
    h("p", {}, "Another site may know this key. Asking sends it there."), ask)];
}
