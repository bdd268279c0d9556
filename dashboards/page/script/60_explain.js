function drawMoved() {
  const all = cards();
  if (!all.length || !DATA.choices.length) { fill("moved", empty(t("state.no_period"), "no-period")); return; }
  const card = chosenCard();
  const pick = el("select", { "data-filter": "kpi", onchange: (event) => choose(all[Number(event.target.value)]) },
    all.map((one, at) => el("option", { value: at, selected: one.key === card.key }, cardName(one))));
  const box = el("div", { "data-role": "trend" });
  const isOther = (one) => !DATA.kpis[one.kpi].grains.split(" ").includes(DATA.grain);
  const others = all.filter(isOther), own = all.filter((one) => !others.includes(one));
  const grid = el("div", { class: "cards" }, own.map(drawCard));
  // As many in a row as leave no card alone in the last one.
  grid.style.setProperty("--columns", Math.ceil(own.length / Math.ceil(own.length / 4)));
  fill("moved", el("p", { class: "when" }, capital(period(DATA.grain, state.period))), grid, others.map(otherGrain),
    el("div", { class: "panel trend" }, el("div", { class: "panel-head" }, el("h3", {}, t("trend.title"), " ", el("span", { class: "muted" }, t("trend.by", { period: t(`per.${DATA.grain}`) }))), el("label", {}, t("split.choose"), pick)), box),
    el("div", { class: "panel why", "data-role": "split", "data-kpi": card.kpi }, split(card)), ranking());
  if (card.kpi && DATA.series[card.key]) trend(box, card); else box.replaceChildren(empty(t("state.no_data"), "no-data"));
}

function split(card) {
  const when = explained(), change = when && ((DATA.changes.periods[when] || {})[card.kpi] || null);
  const head = [el("h3", {}, t("split.title")), el("p", { class: "muted small" }, when ? `${label(card.kpi)} · ${period(DATA.explaining_grain, when)}` : label(card.kpi),
    DATA.explaining_grain !== DATA.grain && `: ${t("split.whole_periods", { period: t(`per.${DATA.explaining_grain}`) })}`)];
  if (!change) return [head, empty(t("split.none"), "no-split")];
  const [set, segment] = viewParts(), known = DATA.kpis[card.kpi], sets = Object.keys(change.splits);
  const own = state.split && sets.includes(state.split) ? state.split : sets.includes(set) ? set : sets.includes(change.reason.leading_set) ? change.reason.leading_set : sets[0];
  const tabs = sets.length > 1 && el("div", { class: "tabs" }, sets.map((name) => el("button", { type: "button", "data-tab": name, "aria-pressed": name === own ? "true" : "false",
    onclick: () => { state.split = name; draw(); } }, capital(dimensionName(name)))));
  const isRatio = own && change.splits[own].whole.rate_effect !== null;
  const said = [head, el("p", { class: "reason", "data-role": "reason" }, change.sentence[state.language] + "."), factors(change, known)];
  const parts = own ? [tabs, splitTable(change, own, known, set === own ? segment : null), el("p", { class: "note" }, t("split.exact"), isRatio && ` ${t("split.of_rates")}`, own === change.reason.leading_set && change.reason.leading_segment && ` ${t("split.most_rule")}`)]
    : el("p", { class: "note" }, t("split.none"));
  return el("div", { class: `explain ${isRatio ? "stacked" : ""}` }, el("div", {}, said), el("div", {}, parts));
}
function splitTable(change, set, known, chosen) {
  const found = change.splits[set], reason = change.reason, isRatio = found.whole.rate_effect !== null;
  const effects = isRatio ? ["rate_effect", "mix_effect", "interaction_effect", "effect"] : ["effect"];
  const unit = unitName(known.unit, reason.currency), own = known.unit === "money" ? unit : "";
  const heads = [{ text: capital(dimensionName(set)) }, { text: inUnit(t("split.before"), own), class: "wide" }, { text: inUnit(t("split.now"), own) },
    ...(isRatio ? ["rate", "mix", "both"].map((name) => ({ text: t(`split.${name}`), class: "wide" })) : []), { text: inUnit(t("split.effect"), unit) }];
  const most = Math.max(...found.lines.map((line) => Math.abs(line.effect))) || 1;
  const all = [...found.lines, found.whole], told = bare(all.flatMap((line) => effects.map((kind) => line[kind])), known.unit);
  // What is subtracted has the decimals of the difference.
  const beside = (value) => (value === null || value === undefined ? "–" : known.unit === "ratio" ? plain(value * 100, 2) + percentSign() : number(value, known.unit, "", largest([found.whole.value0, found.whole.value1])));
  const cells = (line, name, bar) => {
    const own = told.slice(all.indexOf(line) * effects.length, (all.indexOf(line) + 1) * effects.length);
    return [name, ...[line.value0, line.value1].map((value) => beside(value)), ...own.slice(0, -1), [own.at(-1), bar]];
  };
  const bar = (line) => el("i", { class: `effect-bar ${tone(line.effect, known.direction)}`, "width%": (Math.abs(line.effect) / most) * 100, "aria-hidden": "true" });
  const name = (line) => (line.segment === "(rest)" ? t("split.rest", { count: line.count })
    : [segmentName(set, line.segment), set === reason.leading_set && line.segment === reason.leading_segment && [" ", chip(t("split.most"), "accent")]]);
  return table(heads, [...found.lines.map((line) => ({ cells: cells(line, name(line), bar(line)), class: line.segment === chosen ? "chosen" : "",
    data: { "data-segment": line.segment, "data-effect": line.effect, "data-before": raw(line.value0), "data-now": raw(line.value1) } })),
    { cells: cells(found.whole, t("split.whole")), class: "whole", data: { "data-effect": found.whole.effect, "data-before": raw(found.whole.value0), "data-now": raw(found.whole.value1) } }], { "data-split": set });
}
// Effects beside each other with their signs, in the unit of their column and with the decimals of the largest.
function bare(values, unit) {
  const most = largest(values) ?? 0, digits = unit === "ratio" ? (Math.abs(most) >= 0.00005 ? 2 : 4) : digitsOf(most, unit);
  return values.map((value) => {
    if (value === null) return "–";
    const text = plain(Math.abs(value) * scaleOf(unit), digits);
    return (/[1-9]/.test(text) ? signOf(value) : "") + text;
  });
}

function factors(change, known) {
  if (!change.factors.length) return null;
  if (change.no_split_reason) return el("p", { class: "note" }, t(`no_split.${change.no_split_reason}`));
  const currency = change.reason.currency;
  const heads = [{ text: t("split.factor") }, { text: t("split.before") }, { text: t("split.now") }, { text: inUnit(t("split.effect"), unitName(known.unit, currency)) }];
  const effects = bare(change.factors.map((factor) => factor.effect), known.unit);
  return el("div", { class: "sub", "data-role": "factors" }, table(heads, change.factors.map((factor, at) => ({ data: { "data-factor": factor.factor, "data-effect": factor.effect },
    cells: [(factor.factor_exponent < 0 ? "÷ " : "") + capital(named(`factor.${factor.factor_label}`, factor.factor_label)),
      ...alike([factor.factor0, factor.factor1], factor.factor_unit, currency), effects[at]] }))));
}

function ranking() {
  const found = DATA.ranking;
  if (!found) return null;
  const kind = found.kind, page = kind === "posts" ? found : found.periods[explained()];
  const when = kind !== "posts" && explained() && el("p", { class: "muted small" }, capital(period(DATA.explaining_grain, explained())));
  const title = [el("h3", {}, t(`${kind}.title`)), when];
  const bases = kind === "posts" ? [] : Object.keys(DATA.figures).filter(basis).map((name) => `${figureName(name)}: ${basis(name)}.`);
  const rule = kind === "posts" ? page && [page.lines.some((line) => line.of_day > 1) && t("posts.numbered"), page.rest && t("posts.rest_reach")].filter(Boolean).join(" ") : t("campaigns.even");
  const note = el("p", { class: "note" }, [t(`${kind}.scope`), rule, ...bases].filter(Boolean).join(" "));
  if (!page || !page.lines.length) return el("div", { class: "panel sub", "data-role": "ranking" }, title, empty(t(`${kind}.none`), "no-ranking"));
  return el("div", { class: "panel sub", "data-role": "ranking" }, title, kind === "posts" ? postTable(page) : campaignTable(page), note);
}
const figureName = (name) => (state.language === "sv" ? DATA.figures[name].label_sv : DATA.figures[name].label);
// Fees are of no single campaign: they have a line of their own, and the last line is of media and fees, as the card.
function campaignTable(page) {
  const names = DATA.ranking.columns, [spend, earned, converted] = names, whole = page.whole;
  const heads = [{ text: t("campaigns.name") }, ...names.map((name, at) => ({ class: at ? "wide" : null, text: figureName(name) }))];
  const shown = (name, value) => number(value, DATA.figures[name].unit, DATA.figures[name].currency);
  const cells = (line, text, below = "campaigns.below") => [[text, line[earned] !== null && line[earned] < 1 && [" ", chip(t(below), "warn")]], ...names.map((name) => shown(name, line[name]))];
  const rows = page.lines.map((line) => ({ cells: cells(line, line.name), data: { "data-campaign": line.name, "data-spend": raw(line.spend) } }));
  if (page.rest) rows.push({ cells: cells(page.rest, t("campaigns.rest", page.rest), "campaigns.rest_below"), class: "rest", data: { "data-rest": page.rest.count } });
  if (!whole) return table(heads, rows);
  if (whole.fees !== null) rows.push({ cells: [t("campaigns.fees"), shown(spend, whole.fees), "–", "–"], data: { "data-fees": whole.fees } });
  rows.push({ cells: [t(whole.fees === null ? "campaigns.all" : "campaigns.all_fees", { figure: figureName("roas_net") }), shown(spend, whole.spend), shown("roas_net", whole.roas_net), shown(converted, whole[converted])],
    heads: heads.map((head, at) => (names[at - 1] === earned ? { ...head, text: figureName("roas_net") } : head)), class: "whole", data: { "data-whole": whole.spend, "data-roas": whole.roas_net } });
  return table(heads, rows);
}
function postTable(page) {
  const heads = [{ text: t("posts.name") }, { text: t("posts.day"), class: "wide text" }, { text: t("posts.reach") }, { text: t("posts.engagements") }];
  const rows = page.lines.map((line) => ({ data: { "data-post": line.post_id },
    cells: [t("posts.kind", { platform: segmentName("platform", line.platform), kind: named(`post_type.${line.post_type}`, t("posts.post")) }) + (line.of_day > 1 ? ` ${line.of_day_no}/${line.of_day}` : ""), day(line.publish_date), number(line.reach, "count"), number(line.engagements, "count")] }));
  if (page.rest) rows.push({ cells: [t("posts.rest", { count: page.rest.count }), "", "–", number(page.rest.engagements, "count")], class: "rest" });
  return table(heads, rows);
}
