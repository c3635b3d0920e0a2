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
    const at = buttons.indexOf(event.target);
    const last = names.length - 1;
    const next = { ArrowRight: at < last ? at + 1 : 0, ArrowLeft: at > 0 ? at - 1 : last,
      Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
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
    // Call with each message of this kind from the kernel.
    hear(kind, take) {
      const listen = (message) => message?.kind === kind && take(message);
      model.on("msg:custom", listen);
      heard.push(["msg:custom", listen]);
    },
    send(message) {
      if (panel.dead) return;
      panel.waiting(true);
      model.send(message);
    },
    // As send, for what does not keep other buttons waiting.
    ask: (message) => panel.dead || model.send(message),
    dead: false,
    onGone: (act) => mourners.push(act),
    gone(text) {
      if (panel.dead) return;
      panel.dead = true;
      for (const act of mourners) act(text);
      panel.waiting(false);
      for (const control of busy) control.disabled = true;
      panel.say("");
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
  const mourners = [];
  return panel;
}

// A kernel that restarted or died knows nothing of this panel any more. Front ends tell it in different
// ways: the widget's channel closes, or the session says what became of its kernel.
function watchKernel(panel) {
  const { model } = panel;
  const gone = () => panel.gone("the kernel of this panel is gone: run %okx_login again");
  const closed = () => { if (model.comm_live === false) gone(); };
  model.on("comm_live_update", closed);
  model.on("comm:close", gone);
  const session = model.widget_manager?.context?.sessionContext;
  const status = (_, now) => { if (GONE.has(now)) gone(); };
  session?.statusChanged?.connect(status);
  return () => {
    model.off("comm_live_update", closed);
    model.off("comm:close", gone);
    session?.statusChanged?.disconnect(status);
  };
}

const GONE = new Set(["restarting", "autorestarting", "dead", "terminating"]);

function render({ model, el }) {
  const panel = makePanel(model);
  const state = accountState(panel);
  const root = h("div", { class: "okx-panel" }, header(panel), ...tabs(panel, {
    Account: [h("div", { class: "okx-columns" }, loginForm(panel), state.facts), state.said],
    Requests: requestsPage(panel),
    Signature: [signatureSteps(panel), ...detective(panel)],
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
  const unwatch = watchKernel(panel);
  return () => {
    unwatch();
    panel.close();
  };
}

export default { render };
