function drawMoved() {
  const all = cards();
  if (!all.length || !DATA.choices.length) { fill("moved", empty(t("state.no_period"), "no-period")); return; }
  const card = chosenCard();
  const pick = el("select", { "data-filter": "kpi", onchange: (event) => choose(all[Number(event.target.value)]) },
    all.map((one, at) => el("option", { value: at, selected: one.key === card.key }, cardName(one))));
  const box = el("div", { "data-role": "trend" });
  fill("moved", el("div", { class: "cards" }, all.map(drawCard)), el("div", { class: "explain" },
    el("div", { class: "panel" }, el("div", { class: "panel-head" }, el("h3", {}, t("trend.title")), el("label", {}, t("split.choose"), pick)), box, el("div", { "data-role": "factors" }, factors(card))),
    el("div", { class: "panel", "data-role": "split", "data-kpi": card.kpi }, split(card))), ranking());
  if (card.kpi && DATA.series[card.key]) trend(box, card); else box.replaceChildren(empty(t("state.no_data"), "no-data"));
}

function split(card) {
  const when = explained(), change = when && ((DATA.changes.periods[when] || {})[card.kpi] || null);
  const head = [el("h3", {}, t("split.title")), el("p", { class: "muted small" }, when ? `${label(card.kpi)} · ${capital(period(DATA.explaining_grain, when))}` : label(card.kpi),
    DATA.explaining_grain !== DATA.grain && `. ${t(`split.${DATA.explaining_grain}`)}.`)];
  if (!change) return [head, empty(t("split.none"), "no-split")];
  const [set, segment] = viewParts(), known = DATA.kpis[card.kpi], sets = Object.keys(change.splits);
  const own = state.split && sets.includes(state.split) ? state.split : sets.includes(set) ? set : sets.includes(change.reason.leading_set) ? change.reason.leading_set : sets[0];
  const tabs = sets.length > 1 && el("div", { class: "tabs" }, sets.map((name) => el("button", { type: "button", "data-tab": name, "aria-pressed": name === own ? "true" : "false",
    onclick: () => { state.split = name; draw(); } }, capital(dimensionName(name)))));
  return [head, el("p", { class: "reason", "data-role": "reason" }, change.sentence[state.language] + "."), tabs,
    own ? splitTable(change.splits[own], own, known, set === own ? segment : null, change.reason.currency) : el("p", { class: "note" }, t("split.none")),
    own && el("p", { class: "note" }, t("split.exact"))];
}
function splitTable(found, set, known, chosen, currency) {
  const isRatio = found.whole.rate_effect !== null;
  const heads = [{ text: capital(dimensionName(set)) }, { text: t("split.before") }, { text: t("split.now") },
    ...(isRatio ? ["rate", "mix", "both"].map((name) => ({ text: t(`split.${name}`), class: "wide" })) : []), { text: t("split.effect") }];
  const most = Math.max(...found.lines.map((line) => Math.abs(line.effect))) || 1;
  const cells = (line, name) => [name, number(line.value0, known.unit, ""), number(line.value1, known.unit, ""),
    ...(isRatio ? ["rate_effect", "mix_effect", "interaction_effect"].map((kind) => bare(line[kind], known)) : []),
    [bare(line.effect, known), name !== t("split.whole") && el("i", { class: `effect-bar ${tone(line.effect, known.direction)}`, "width%": (Math.abs(line.effect) / most) * 100, "aria-hidden": "true" })]];
  const name = (line) => (line.segment === "(rest)" ? t("split.rest", { count: line.count }) : segmentName(set, line.segment));
  return table(heads, [...found.lines.map((line) => ({ cells: cells(line, name(line)), class: line.segment === chosen ? "chosen" : "",
    data: { "data-segment": line.segment, "data-effect": line.effect } })),
    { cells: cells(found.whole, t("split.whole")), class: "whole", data: { "data-effect": found.whole.effect } }], { "data-split": set });
}
// An effect with its sign; of rates in points.
const bare = (value, known) => (value === null ? "–" : signOf(value) + (known.unit === "ratio" ? plain(Math.abs(value) * 100, Math.max(2, digitsOf(value * 100))) : number(Math.abs(value), known.unit === "money" ? "count" : known.unit, "")));

function factors(card) {
  const change = (DATA.changes.periods[explained()] || {})[card.kpi], known = DATA.kpis[card.kpi];
  if (!change || !change.factors.length) return null;
  if (change.no_split_reason) return el("p", { class: "note" }, t(`no_split.${change.no_split_reason}`));
  const heads = [{ text: t("split.factor") }, { text: t("split.before") }, { text: t("split.now") }, { text: t("split.effect") }];
  return [el("h4", { class: "sub" }, `${t("split.factors")} · ${capital(period(DATA.explaining_grain, explained()))}`), table(heads, change.factors.map((factor) => ({ data: { "data-factor": factor.factor, "data-effect": factor.effect },
    cells: [(factor.factor_exponent < 0 ? "÷ " : "") + capital(named(`factor.${factor.factor_label}`, factor.factor_label)),
      number(factor.factor0, factor.factor_unit, ""), number(factor.factor1, factor.factor_unit, ""), bare(factor.effect, known)] })))];
}

function ranking() {
  const found = DATA.ranking;
  if (!found) return null;
  const kind = found.kind, page = kind === "posts" ? found : found.periods[explained()];
  const title = el("h3", {}, t(`${kind}.title`)), note = el("p", { class: "note" }, t(`${kind}.scope`));
  if (!page || !page.lines.length) return el("div", { class: "panel sub", "data-role": "ranking" }, title, empty(t(`${kind}.none`), "no-ranking"));
  return el("div", { class: "panel sub", "data-role": "ranking" }, title, kind === "posts" ? postTable(page) : campaignTable(page), note);
}
function campaignTable(page) {
  const names = ["spend", "roas_net", "cvr_campaign"].filter((name) => DATA.figures[name]);
  const heads = [{ text: t("campaigns.name") }, ...names.map((name) => ({ class: name === "cvr_campaign" ? "wide" : null, text: state.language === "sv" ? DATA.figures[name].label_sv : DATA.figures[name].label }))];
  const cells = (line) => names.map((name) => number(line[name], DATA.figures[name].unit, DATA.figures[name].currency));
  const rows = page.lines.map((line) => ({ cells: [line.name, ...cells(line)], data: { "data-campaign": line.name, "data-spend": raw(line.spend) } }));
  if (page.rest) rows.push({ cells: [t("campaigns.rest", { count: page.rest.count }), ...cells(page.rest)], class: "whole" });
  return table(heads, rows);
}
function postTable(page) {
  const heads = [{ text: t("posts.name") }, { text: t("posts.day"), class: "text" }, { text: t("posts.reach") }, { text: t("posts.engagements") }];
  const rows = page.lines.map((line) => ({ data: { "data-post": line.post_id },
    cells: [`${segmentName("platform", line.platform)} · ${line.post_type && line.post_type !== "unknown" ? `${line.post_type} ` : ""}${line.post_id.slice(-8)}`, day(line.publish_date), number(line.reach, "count"), number(line.engagements, "count")] }));
  if (page.rest) rows.push({ cells: [t("posts.rest", { count: page.rest.count }), "", "–", number(page.rest.engagements, "count")], class: "whole" });
  return table(heads, rows);
}
