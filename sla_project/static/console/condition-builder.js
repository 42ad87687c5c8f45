/**
 * <condition-builder>: edits the JSON condition in the <textarea> inside it. The text is what counts and what is
 * posted: without scripts it is the form, and what the builder does not understand stays in it, untouched.
 *
 * The page says what can be asked in <script type="application/json" id="condition-assets"> (slas/forms/condition_fields.py).
 *   data-record-type   whose fields        data-preview   where to ask how the condition reads and what it matches
 *   data-sla, data-revision, data-item, data-kpi, data-purpose   sent along with that question
 *   data-follow        "kpi=item-kpi": other controls of the form, by name, whose present value belongs to it
 * refresh() asks again. The textarea fires "input" at each change; after writing to it from outside fire "change".
 */

const KINDS = ["all", "any", "none"];
const UNARY = new Set(["is_set", "is_not_set"]), LISTS = new Set(["in", "not_in"]);
const MAX_DEPTH = 5, MAX_NODES = 200; // as in slas/domain/conditions/nodes.py
const PREVIEW_DELAY_MS = 300;

// --- What the page tells ---------------------------------------------------------------------------------------------

let known = {};
function assets() {
  const script = document.getElementById("condition-assets");
  if (script && script !== known.script) {
    known = { script, labels: {}, ...JSON.parse(script.textContent) };
    known.fields = Object.fromEntries(Object.entries(known.records).map(([name, groups]) =>
      [name, new Map(groups.flatMap(([, fields]) => fields.map((field) => [field.path, field])))]));
  }
  return known;
}
const say = (name, values = {}) => assets().texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

// --- Elements --------------------------------------------------------------------------------------------------------

function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

function icon(name) {
  const holder = document.createElement("template");
  holder.innerHTML = `<svg class="icon" width="18" height="18" aria-hidden="true" focusable="false"><use href="${assets().icons}#${name}"></use></svg>`;
  return holder.content.firstChild;
}

/** A select over [value, label]; a present value that is not among them is kept as the first. */
function pick(options, current, put, attributes, labelOf = printed) {
  if (!options.some(([value]) => value === current)) options = [[current, labelOf(current)], ...options];
  const select = h("select", { ...attributes, onchange: () => {
    const [chosen] = options[select.selectedIndex];
    if (chosen !== current) put(current = chosen);
  } }, ...options.map(([value, label]) => h("option", { selected: value === current }, label)));
  return select;
}

// --- JSON ------------------------------------------------------------------------------------------------------------
// Whole numbers that a double would round travel as texts that begin with NUL, a character no condition may hold.

function parse(text) {
  if (text.includes("\\u0000")) throw new SyntaxError("NUL.");
  return JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g,
    (token) => (token[0] === '"' ? token : `"\\u0000${token}"`)));
}
const stringify = (tree) => JSON.stringify(tree, null, 2).replace(/"\\u0000(-?\d+)"/g, "$1");
const printed = (value) => (value === null ? say("choose_value") : String(value).replace("\0", ""));

/** "all", "any" or "none" for a group; nothing for anything else. */
function kindOf(node) {
  const [kind, ...more] = Object.keys(node ?? {});
  return !more.length && KINDS.includes(kind) && Array.isArray(node[kind]) ? kind : undefined;
}
const count = (node) => 1 + (kindOf(node) ? node[kindOf(node)].reduce((sum, child) => sum + count(child), 0) : 0);
const isScalar = (value) => value == null || typeof value !== "object";

function isRule(node, fields) {
  if (isScalar(node) || !("field" in node) || !Object.keys(node).every((key) => ["field", "op", "value"].includes(key))) return false;
  const { field, op, value } = node;
  if (field === null) return op == null && value == null; // just added
  const type = fields.get(field)?.type;
  if (!type || !assets().operators[type].some(([code]) => code === op)) return false;
  if (UNARY.has(op)) return value == null;
  if (LISTS.has(op) || op === "between") return Array.isArray(value) && value.every(isScalar) && (LISTS.has(op) || value.length === 2);
  return isScalar(value);
}

// --- Times, in the reader's zone as the server knows it -----------------------------------------------------------------

/** What the clock on the wall shows at a moment, as if that were UTC. */
function wall(moment) {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: assets().zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const part = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second, new Date(moment).getMilliseconds());
}
function toLocal(text) {
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? "" : new Date(wall(moment)).toISOString().slice(0, -1).replace(/(:00)?\.000$/, "");
}
function fromLocal(text) {
  const local = Date.parse(`${text}Z`);
  if (Number.isNaN(local)) return null;
  const guess = local * 2 - wall(local);
  return new Date(guess + local - wall(guess)).toISOString().replace(".000Z", "Z");
}
function wholeNumber(text) {
  if (!/^\s*-?\d+\s*$/.test(text)) return text || null; // the server says what is wrong with it
  return Number.isSafeInteger(Number(text)) ? Number(text) : `\0${BigInt(text)}`;
}
const INPUTS = {
  text: { read: (text) => text || null },
  integer: { inputmode: "numeric", read: wholeNumber },
  decimal: { inputmode: "decimal", read: (text) => text.trim() || null }, // as text, so that nothing is rounded
  datetime: { type: "datetime-local", show: toLocal, read: fromLocal },
};

let made = 0; // for ids

class ConditionBuilder extends HTMLElement {
  connectedCallback() {
    if (this.area?.isConnected && this.tree?.isConnected) return; // only moved
    this.area = this.querySelector("textarea");
    if (!this.area || !assets().records) return;
    this.querySelectorAll(":scope > .cb-made").forEach((old) => old.remove()); // from a page kept in the history
    this.build();
    this.load();
    this.area.addEventListener("change", () => this.load());
    this.form = this.closest("form");
    this.form?.addEventListener("change", this.onFollowed = (event) => {
      const followed = this.follows.find(([, control]) => control === event.target.name);
      if (followed?.[0] === "record_type") this.load();
      if (followed) this.refresh();
    });
    this.seen = new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting) { this.seen.disconnect(); this.refresh(0, false); }
    });
    this.seen.observe(this);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.seen?.disconnect();
    this.form?.removeEventListener("change", this.onFollowed);
  }

  get follows() { return (this.dataset.follow ?? "").split(" ").filter(Boolean).map((pair) => pair.split("=")); }
  followed(key) {
    const control = this.follows.find(([name]) => name === key)?.[1];
    return control && this.closest("form")?.elements[control]?.value;
  }
  get recordType() { return this.followed("record_type") || this.dataset.recordType; }
  get fields() { return assets().fields[this.recordType] ?? new Map(); }

  /** The parts around the text. Label, description and link targets of the textarea now mean the rules. */
  build() {
    const { area } = this;
    const id = (area.dataset.id ??= area.id || `condition-${++made}`);
    area.id = `${id}_json`;
    area.setAttribute("aria-label", say("json_label"));
    const label = document.querySelector(`label[for="${CSS.escape(id)}"]`);
    if (label) label.id ||= `${id}_label`;
    label?.addEventListener("click", () => this.tree.querySelector("select, button")?.focus());
    this.tree = h("div", { id, class: "cb cb-made", role: "group", tabindex: -1, "aria-labelledby": label?.id, "aria-label": label ? null : say("json_label"), "aria-describedby": area.getAttribute("aria-describedby") });
    this.fault = h("p", { class: "cb-fault cb-made", role: "alert" });
    this.toggle = h("button", { type: "button", class: "btn btn-link btn-sm cb-toggle", "aria-controls": area.id, "aria-label": say("json"), onclick: () => this.showText(area.hidden) }, icon("code"), "JSON");
    this.preview = h("div", { class: "cb-preview cb-made" });
    this.prepend(this.tree, this.fault);
    this.append(this.preview);
    this.showText(false);
  }

  showText(shown) {
    this.area.hidden = !shown;
    this.toggle.setAttribute("aria-expanded", shown);
  }

  // --- text to tree and back -----------------------------------------------------------------------------------------

  load() {
    let fault = "", root;
    try {
      root = parse(this.area.value.trim() || "{}");
      if (root === null || (!isScalar(root) && !Array.isArray(root) && !Object.keys(root).length)) root = { all: [] };
      this.single = !kindOf(root) && !isScalar(root) && "field" in root; // one rule, no group around it
      if (this.single) root = { all: [root] };
      else if (!kindOf(root)) fault = say("not_a_condition");
      else if (count(root) > MAX_NODES) fault = say("too_many");
    } catch (error) {
      fault = `${error.message}.`.replace("..", ".");
    }
    this.root = fault ? null : root;
    this.fault.textContent = fault && say("unreadable", { error: fault });
    this.tree.hidden = Boolean(fault);
    if (fault) this.showText(true);
    else this.render();
    this.refresh(PREVIEW_DELAY_MS, false);
  }

  write() {
    const { root } = this;
    this.area.value = stringify(this.single && root.all?.length === 1 ? root.all[0] : root);
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    this.refresh();
  }

  render() {
    this.places = new Map(); // node → where it stands, and its element
    this.tree.replaceChildren(this.group({ node: this.root, at: "", number: "", depth: 1 }));
    this.learnLabels();
  }

  /** Writes and draws again what changed; the focus goes to a part of a node, its move is spoken. */
  changed(node, parts, spoken) {
    this.write();
    this.render();
    const element = this.places.get(node)?.element;
    const targets = [...parts, "button"].map((part) => element?.querySelector(`${part}:not(:disabled)`));
    targets.find(Boolean)?.focus();
    if (spoken) this.announce(spoken);
  }
  announce(words) { document.dispatchEvent(new CustomEvent("announce", { detail: words })); }
  nameOf({ node, number }) { return number ? say(kindOf(node) ? "group" : "rule", { number }) : say("root"); }

  // --- groups --------------------------------------------------------------------------------------------------------

  group(place) {
    const { node, at, number, depth } = place, kind = kindOf(node), list = node[kind];
    const name = this.nameOf(place), full = count(this.root) >= MAX_NODES;
    const items = list.map((child, index) => {
      const inner = { node: child, list, index, outer: place, at: `${at}/${kind}/${index}`, number: `${number && `${number}.`}${index + 1}`, depth: depth + 1 };
      this.places.set(child, inner);
      return h("li", {}, kindOf(child) && depth < MAX_DEPTH ? this.group(inner) : this.rule(inner));
    });
    const kinds = pick(KINDS.map((one) => [one, say(one)]), kind, (chosen) => {
      delete node[kind];
      node[chosen] = list;
      this.changed(node, [".cb-kind"]);
    }, { class: "cb-kind", "aria-label": say("kind", { group: name }) });
    const add = (what, child) => h("button", {
      type: "button", class: "btn btn-quiet btn-sm", disabled: full, title: full ? say("too_many") : null,
      "aria-label": say("add_to", { what: say(what), group: name }),
      onclick: () => {
        list.push(child);
        this.changed(child, [child.field === null ? ".cb-field" : ".cb-kind"], say("added", { what: say(child.field === null ? "rule" : "group", { number: `${number && `${number}.`}${list.length}` }) }));
      },
    }, icon("plus"), say(what));
    const empty = kind === "any" ? "empty_any" : number ? "empty_group" : kind === "all" ? "always" : "empty_group";
    place.element = h("div", { class: "cb-group", role: "group", "aria-label": name, "data-at": at, "data-kind": kind },
      h("div", { class: "cb-head" }, kinds, number ? this.tools(place) : this.toggle),
      list.length ? h("ol", { class: "cb-items" }, ...items) : h("p", { class: "cb-empty" }, say(empty)),
      h("div", { class: "cb-add" }, add("add_rule", { field: null }), depth < MAX_DEPTH ? add("add_group", { [kind === "any" ? "all" : "any"]: [{ field: null }] }) : null));
    this.places.set(node, place);
    return place.element;
  }

  tools(place) {
    const what = this.nameOf(place), last = place.index === place.list.length - 1;
    const button = (name, label, act, disabled) => h("button", { type: "button", class: `icon-button cb-${name}`, "aria-label": say(label, { what }), title: say(label, { what }), disabled, onclick: act }, icon(name));
    return h("div", { class: "cb-tools" },
      button("arrow-up", "move_up", () => this.move(place, -1), !place.index && !place.outer.list),
      button("arrow-down", "move_down", () => this.move(place, 1), last && !place.outer.list),
      button("x", "remove", () => this.remove(place)));
  }

  /** One step in reading order: past a neighbour, a rule also into a group, and out of the group at its edges. */
  move({ node, list, index, outer }, step) {
    const to = index + step, neighbour = list[to];
    list.splice(index, 1);
    if (to < 0 || to > list.length) outer.list.splice(outer.index + (step > 0), 0, node);
    else if (kindOf(neighbour) && !kindOf(node) && outer.depth < MAX_DEPTH) {
      const inner = neighbour[kindOf(neighbour)];
      inner.splice(step > 0 ? 0 : inner.length, 0, node);
    } else list.splice(to, 0, node);
    this.changed(node, step < 0 ? [".cb-arrow-up", ".cb-arrow-down"] : [".cb-arrow-down", ".cb-arrow-up"]);
    const place = this.places.get(node);
    this.announce(say("moved", { what: say(kindOf(node) ? "group" : "rule", { number: "" }).trim(), number: place.number }));
  }

  remove(place) {
    const { list, index, outer } = place;
    list.splice(index, 1);
    const next = list[index] ?? list[index - 1];
    this.changed(next ?? outer.node, [next ? ".cb-x" : ".cb-add button"], say("removed", { what: this.nameOf(place) }));
  }

  // --- rules ---------------------------------------------------------------------------------------------------------

  rule(place) {
    const { node, at, number } = place, known = isRule(node, this.fields), parts = h("div", { class: "cb-parts" });
    if (known) parts.append(this.fieldPicker(node));
    else parts.append(h("code", { class: "cb-unknown" }, stringify(node)), h("span", { class: "cb-note" }, say("unknown")));
    place.element = h("div", { class: `cb-row${known ? "" : " cb-bad"}`, role: "group", "aria-label": this.nameOf(place), "data-at": at },
      h("span", { class: "cb-number", "aria-hidden": "true" }, number), parts, this.tools(place));
    if (known && node.field !== null) this.fill(node, 1);
    return place.element;
  }

  /** Draws what follows the field (1) or the operator (2) again; what one is typing in stays. */
  fill(node, from, focus) {
    const field = this.fields.get(node.field), { element } = this.places.get(node), parts = element.querySelector(".cb-parts");
    while (parts.children.length > from) parts.lastElementChild.remove();
    if (from < 2) parts.append(this.operatorPicker(node, field));
    parts.append(h("div", { class: "cb-value" }, ...this.value(node, field).filter(Boolean)));
    if (focus) parts.querySelector(".cb-one")?.focus();
    this.learnLabels();
  }

  fieldPicker(node) {
    const groups = assets().records[this.recordType].map(([label, fields]) =>
      h("optgroup", { label }, ...fields.map(({ path, label: name }) => h("option", { value: path, selected: path === node.field }, name))));
    const choose = node.field === null ? h("option", { value: "" }, say("choose_field")) : null;
    const select = h("select", { class: "cb-field", "aria-label": say("field"), onchange: () => {
      if (select.value === (node.field ?? "")) return;
      const before = this.fields.get(node.field), { type, lookup, choices } = this.fields.get(select.value);
      const alike = before?.type === type && !lookup && !choices;
      node.field = select.value;
      if (!alike) {
        if (!assets().operators[type].some(([code]) => code === node.op)) node.op = "is";
        this.reshape(node, type === "boolean" ? true : null);
      }
      choose?.remove();
      this.write();
      this.fill(node, 1);
    } }, choose, ...groups);
    return select;
  }

  operatorPicker(node, field) {
    const operators = assets().operators[field.type];
    return pick(operators, node.op, (op) => {
      if (op === node.op) return;
      node.op = op;
      this.reshape(node, [node.value].flat()[0] ?? null);
      this.write();
      this.fill(node, 2);
    }, { class: "cb-op", "aria-label": say("operator") });
  }

  /** Gives the rule a value of the shape that its operator takes. */
  reshape(node, first) {
    delete node.value;
    if (LISTS.has(node.op)) node.value = first === null ? [] : [first];
    else if (node.op === "between") node.value = [first, null];
    else if (!UNARY.has(node.op)) node.value = first;
  }

  value(node, field) {
    if (UNARY.has(node.op)) return [];
    if (LISTS.has(node.op)) return field.choices ? this.boxes(node, field) : this.chips(node, field);
    const put = (value) => { node.value = value; this.write(); };
    const zone = field.type === "datetime" ? h("span", { class: "cb-note" }, assets().zone) : null;
    if (node.op !== "between") return [...this.one(field, node.value ?? null, put, say("value"), node), zone];
    const bound = (index, label) => this.one(field, node.value[index], (value) => put(node.value.with(index, value)), label, node);
    return [...bound(0, say("from")), h("span", {}, say("and")), ...bound(1, say("to")), zone];
  }

  /** The control for one value, as its type wants it. */
  one(field, current, put, label, node) {
    const attributes = { "aria-label": label, class: "cb-one" };
    if (field.choices) return [pick(field.choices, current, put, attributes)];
    if (field.type === "boolean") return [pick([[true, say("yes")], [false, say("no")]], current, put, attributes)];
    if (field.lookup) return this.lookup(field, current, put, attributes, node);
    const { read, show = printed, ...kind } = INPUTS[field.type];
    let shown = current === null ? "" : show(current);
    const input = h("input", { type: "text", autocomplete: "off", ...attributes, ...kind, step: shown.length > 16 ? "any" : null, value: shown, oninput: () => {
      if (input.value === shown) return; // untouched: what was written stays, to the last microsecond
      shown = input.value;
      put(read(shown));
    } });
    shown = input.value;
    return [input];
  }

  boxes(node, field) {
    const codes = [...new Set([...field.choices.map(([code]) => code), ...node.value])];
    const labels = new Map(field.choices);
    return [h("div", { class: "cb-boxes", role: "group", "aria-label": say("value") }, ...codes.map((code) => {
      const box = h("input", { type: "checkbox", checked: node.value.includes(code), onchange: () => {
        if (box.checked === node.value.includes(code)) return;
        node.value = box.checked ? [...node.value, code] : node.value.filter((one) => one !== code);
        this.write();
      } });
      return h("label", {}, box, labels.get(code) ?? printed(code));
    }))];
  }

  // --- related records -----------------------------------------------------------------------------------------------

  labelOf(lookup, id, node) {
    if (id === null) return say("choose_value");
    const label = assets().options[lookup]?.find(([one]) => one === id)?.[1] ?? assets().labels[lookup]?.[id];
    if (label === undefined) (this.wanted ??= []).push([lookup, id, node]);
    return label ?? `#${printed(id)}`;
  }

  /** The names of records that are not offered (any more), asked for once. */
  async learnLabels() {
    const wanted = this.wanted ?? [];
    this.wanted = [];
    for (const lookup of new Set(wanted.map(([one]) => one))) {
      const mine = wanted.filter(([one]) => one === lookup), ids = [...new Set(mine.map(([, id]) => id))];
      const found = await this.find(lookup, ids.map((id) => ["id", printed(id)]));
      const names = (assets().labels[lookup] ??= {});
      ids.forEach((id) => { names[id] = say("gone", { id: printed(id) }); });
      found.forEach(({ id, label, active }) => { names[id] = active ? label : say("inactive", { label }); });
      for (const node of new Set(mine.map(([, , one]) => one))) if (this.places.get(node)?.element.isConnected) this.fill(node, 2);
    }
  }

  async find(lookup, question) {
    const query = new URLSearchParams([["record_type", this.recordType], ["lookup", lookup], ...question]);
    try {
      return (await (await fetch(`${assets().options_url}?${query}`)).json()).results;
    } catch {
      return [];
    }
  }

  lookup(field, current, put, attributes, node) {
    const options = assets().options[field.lookup];
    const label = this.labelOf(field.lookup, current, node);
    return options ? [pick(options, current, put, attributes, () => label)] : this.search(field, current === null ? "" : label, put, attributes);
  }

  /** Too many for a list: what is typed is looked up, and only what was found can be chosen. */
  search(field, shown, put, attributes) {
    const offered = new Map(), list = h("datalist", { id: `condition-options-${++made}` });
    const choose = () => {
      if (input.value === shown) return true;
      if (input.value && !offered.has(input.value)) return false;
      shown = input.value;
      put(offered.get(shown)?.id ?? null);
      return true;
    };
    const look = async () => {
      const found = await this.find(field.lookup, [["q", input.value]]);
      offered.clear();
      for (const one of found) offered.set(offered.has(one.label) ? `${one.label} · #${one.id}` : one.label, one);
      list.replaceChildren(...[...offered.keys()].map((value) => h("option", { value })));
      const names = (assets().labels[field.lookup] ??= {});
      found.forEach(({ id, label }) => { names[id] = label; });
      choose();
    };
    let waiting;
    const input = h("input", { ...attributes, type: "text", list: list.id, autocomplete: "off", value: shown, placeholder: say("search"),
      onfocus: () => offered.size || look(),
      oninput: () => { clearTimeout(waiting); if (!choose()) waiting = setTimeout(look, 200); },
      onchange: () => { if (!choose()) input.value = shown; } });
    return [input, list];
  }

  chips(node, field) {
    const put = (value) => {
      if (value === null || node.value.includes(value)) return;
      node.value = [...node.value, value];
      this.write();
      this.fill(node, 2, true);
    };
    const chip = (id) => {
      const label = this.labelOf(field.lookup, id, node);
      return h("li", {}, label, h("button", { type: "button", "aria-label": say("remove", { what: label }), onclick: () => {
        node.value = node.value.filter((one) => one !== id);
        this.write();
        this.fill(node, 2, true);
      } }, icon("x")));
    };
    const attributes = { "aria-label": say("add_value"), class: "cb-one" }, options = assets().options[field.lookup];
    return [node.value.length ? h("ul", { class: "cb-chips", "aria-label": say("value") }, ...node.value.map(chip)) : null,
      ...options ? [pick(options.filter(([id]) => !node.value.includes(id)), null, put, attributes, () => say("add_value"))] : this.search(field, "", put, attributes)];
  }

  // --- preview -------------------------------------------------------------------------------------------------------

  refresh(delay = PREVIEW_DELAY_MS, spoken = true) {
    clearTimeout(this.timer);
    if (this.dataset.preview && this.isConnected) this.timer = setTimeout(() => this.ask(spoken), delay);
  }

  async ask(spoken) {
    this.request?.abort();
    const { signal } = (this.request = new AbortController());
    const body = new URLSearchParams({ condition: this.area.value, record_type: this.recordType });
    for (const key of ["sla", "revision", "item", "kpi", "purpose"]) body.set(key, this.followed(key) || this.dataset[key] || "");
    const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    try {
      const response = await fetch(this.dataset.preview, { method: "POST", body, signal, headers: { "X-CSRFToken": token } });
      if (!response.ok) throw new Error(response.status);
      this.preview.innerHTML = await response.text();
    } catch (error) {
      if (error.name !== "AbortError") this.preview.textContent = say("preview_failed");
      return;
    }
    const faults = [...this.preview.querySelectorAll("[data-pointer]")].map((one) => `${one.dataset.pointer}/`);
    for (const row of this.tree.querySelectorAll(".cb-row")) row.classList.toggle("cb-bad", row.dataset.at && faults.some((at) => at.startsWith(`${row.dataset.at}/`)));
    const summary = this.preview.querySelector("[data-spoken]");
    if (spoken && summary) this.announce(summary.textContent.replace(/\s+/g, " ").trim());
  }
}

customElements.define("condition-builder", ConditionBuilder);
