// Elements are made, never parsed: names come from outside systems.
const SVG = "http://www.w3.org/2000/svg";
// A line does not break within a date, a week's number or a word like e-mail.
const months = Object.values(WORDS.short_months).flat().map((name) => name.replace(".", "\\.")).join("|");
const IN_ONE = new RegExp(`(\\d) (?=(?:${months})(?: |$|[.,;:)]))|((?:[Ww]eek|[Vv]ecka)) (?=\\d)`, "g");
const glued = (text) => text.replace(IN_ONE, (_, digit, week) => (digit || week) + GAP).replace(/\b(e)-(?=[a-zåäö])/gi, "$1\u2011");
function put(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "width%") element.style.width = value + "%";
    else if (name === "left%") element.style.left = value + "%";
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  const shown = children.flat(9).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
  element.append(...shown.map((child) => (child.nodeType ? child : glued(String(child)))));
  return element;
}
const el = (tag, attributes, ...children) => put(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => put(document.createElementNS(SVG, tag), attributes, children);
const role = (name) => document.querySelector(`[data-role="${name}"]`);
const fill = (name, ...children) => role(name).replaceChildren(...children.flat(9).filter((child) => child));
const chip = (text, kind) => el("span", { class: `chip ${kind || ""}` }, text);
// A chip of a flag: what is drawn is explained below the page.
const mark = (flag, text, kind) => put(chip(text, kind), { "data-mark": flag }, []);
const empty = (text, name) => el("p", { class: "empty", "data-state": name }, text);
const raw = (value) => (value === null || value === undefined ? "" : value);

// Columns of the class `wide` stand under the first one where there is no room for them; a row may name its own otherwise.
function table(heads, rows, attributes = {}) {
  const cell = (item, index, items, own) => {
    const head = heads[index];
    const tag = index === 0 ? "th" : "td";
    const given = item && item.nodeType ? [item] : Array.isArray(item) ? item : [item];
    const without = own.flatMap((other, at) => (/wide/.test(other.class) && items[at] && items[at] !== "–" ? [el("span", {}, `${other.text}: `, items[at]), " "] : []));
    return el(tag, { scope: index === 0 ? "row" : null, class: head.class }, given, index === 0 && without.length > 0 && el("small", { class: "narrow" }, without));
  };
  return el("table", attributes,
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col", class: head.class }, head.text)))),
    el("tbody", {}, rows.map((row) => el("tr", { class: row.class, ...row.data },
      row.cells.map((item, index) => cell(item, index, row.cells, row.heads || heads))))));
}

// What a reader has chosen, as lookups.
const flagsOf = (bits) => (bits === null || bits === undefined ? [] : DATA.flags.filter((_, bit) => bits & (1 << bit)));
const choiceIndex = () => DATA.choices.indexOf(state.period);
const periodIndex = () => DATA.periods.indexOf(state.period);
const explained = () => DATA.explained_by[state.period] || null;
const viewParts = () => { const cut = state.view.indexOf("|"); return [state.view.slice(0, cut), state.view.slice(cut + 1)]; };
function rowOf(key) {
  const series = DATA.series[key];
  if (!series) return null;
  const at = choiceIndex();
  const found = { currency: series.currency || "", flags: flagsOf(series.flags[periodIndex()]) };
  for (const name of DATA.details) found[name] = series[name] ? series[name][at] : null;
  for (const name of ["value", "target_value"]) found[name] = series[name] ? series[name][periodIndex()] : null;
  found.there = (series.flags[periodIndex()] ?? null) !== null;
  return found;
}
// The cards of the selection: those of the board for the whole company, else one per KPI in the chosen segment.
function cards() {
  const [set, segment] = viewParts();
  if (set === "total") return DATA.shown.map((key) => { const [own, name, kpi] = splitKey(key); return { key, kpi, set: own, segment: name }; });
  return DATA.board.map((kpi) => ({ key: `${set}|${segment}|${kpi}`, kpi, set, segment }));
}
function splitKey(key) {
  const first = key.indexOf("|"), last = key.lastIndexOf("|");
  return [key.slice(0, first), key.slice(first + 1, last), key.slice(last + 1)];
}
const cardName = (card) => {
  const [set] = viewParts();
  return card.set !== "total" && set === "total" ? `${label(card.kpi)} · ${segmentName(card.set, card.segment)}` : label(card.kpi);
};
