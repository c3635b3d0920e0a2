// The chosen exchange: its prehash in four colours, and each step from there to what was sent.
function signatureSteps(panel) {
  const page = h("div");
  panel.draw("signature", (trace) => page.replaceChildren(...(trace ? steps(trace) : [
    h("p", { class: "okx-empty" }, "Choose a request to see how it was signed.")])));
  function steps(trace) {
    const causes = trace.causes.map(({ name, found, holds }) =>
      check(holds === null ? null : !holds, name, found));
    const told = [h("h4", {}, trace.title), causes.length ? h("ul", {}, ...causes) : null];
    if (!trace.signature) told.push(h("p", {}, "Not signed: no OK-ACCESS headers were sent."));
    else told.push(...prehash(trace), ...code("HMAC: SHA-256 of it under the secret", trace.digest),
      ...code("Base64: of the HMAC's 32 bytes, sent as OK-ACCESS-SIGN", trace.signature));
    const headers = trace.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
    return [...told, ...code("headers as sent, secrets hidden", headers),
      ...code("as curl, without secrets", trace.curl)].filter(Boolean);
  }
  function prehash({ parts, size }) {
    const spans = parts.map(({ name, text }) => h("span", { "data-part": name }, text));
    const rules = parts.map(({ name, rule, kept, found }) =>
      check(kept, name, found, rule, name));
    return [...code(`prehash: ${size} bytes, the four parts with nothing between them`, ...spans), h("ul", { class: "okx-rules" }, ...rules)];
  }
  return page;
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
  let asked = false;
  const form = h("form", { autocomplete: "off", class: "okx-form okx-detective", onsubmit,
    oninput: () => { typed = true; } },
  h("h4", {}, "Which mistake is in a signature?"), hint, ...rows,
  h("div", { class: "okx-actions" }, submit), verdict);
  const reveal = button("check a signature of another program", () => {
    asked = true;
    reveal.hidden = true;
    form.hidden = false;
    inputs.signature.focus();
  });

  panel.draw("signature", (trace) => {
    // What was not signed has no signature to look into; another program's is asked for by the button.
    const unsigned = Boolean(trace && !trace.signature);
    reveal.hidden = !unsigned || asked;
    form.hidden = unsigned && !asked;
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
  return [reveal, form];
}
