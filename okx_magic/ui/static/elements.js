// Draws the panel from the state that the kernel keeps (the model's traits), and sends what a person
// does as messages. The front end sets no trait, so nothing typed here is ever part of the widget's
// state: that is what keeps secrets out of saved notebooks. The files are joined to one module, in the
// order elements, account, requests, signature, panel.

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

function pairs(list) {
  return list.flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)]);
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
  const copy = button("copy", () => copyText(block.textContent, copy), { "aria-label": `copy ${title}` });
  return [h("div", { class: "okx-step" }, h("span", {}, title), copy), block];
}

async function copyText(text, control) {
  const label = control.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No leave, or no https: the old way, which needs a selection.
    const block = h("pre", {}, text);
    control.after(block);
    getSelection().selectAllChildren(block);
    document.execCommand("copy");
    block.remove();
  }
  control.textContent = "copied";
  setTimeout(() => { control.textContent = label; }, 1500);
}
