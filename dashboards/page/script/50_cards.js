const ARROWS = { up: "▲", down: "▼", same: "■" };
function tone(moved, direction) {
  if (!moved || !["higher_better", "lower_better"].includes(direction)) return "";
  return (moved > 0) === (direction === "higher_better") ? "good" : "bad";
}
// Where one period is longer, a day's share of a sum tells better from worse; of what has none, nothing that the length alone may do.
function verdict(moved, aDay, longer, direction) {
  if (aDay !== null) return Math.abs(aDay) < 0.0005 ? "" : tone(aDay, direction);
  return longer && longer.days && longer.days > 0 === moved > 0 ? "" : tone(moved, direction);
}
// Change in words: points for rates and indices, per cent for the rest, or the unit where that says nothing.
function changeLine(row, known, kind) {
  const isYear = kind === "year";
  const moved = row[isYear ? "year_change" : "change"], ratio = row[isYear ? "year_change_ratio" : "change_ratio"];
  const base = isYear ? t("card.vs_year") : t("card.vs_previous", { base: t(`base.${DATA.grain}`) });
  if (moved === null) {
    return el("p", { class: "muted", "data-change": kind, "data-state": isYear ? "no-year" : "no-previous" }, isYear ? t("card.no_year") : t("card.no_previous", { base: t(`base.${DATA.grain}`) }));
  }
  const inPoints = known.unit === "ratio" || known.unit === "index";
  const text = !inPoints && ratio !== null ? percent(ratio) : apart(row.value, row[isYear ? "previous_year_value" : "previous_value"], known.unit, row.currency, row.value).slice(1);
  const longer = (known.grows_with_time && (DATA.lengths[state.period] || {})[kind]) || null, aDay = row[isYear ? "year_per_day" : "per_day"] ?? null;
  const isSame = Math.abs(!inPoints && ratio !== null ? ratio : known.unit === "ratio" ? moved * 10 : moved) < 0.0005;
  const way = isSame ? "same" : moved > 0 ? "up" : "down";
  const isComparable = row.flags.includes(isYear ? "is_year_comparable" : "is_comparable");
  const kindOf = !isComparable ? "muted" : isSame && aDay === null ? "" : verdict(moved, aDay, longer, known.direction);
  const word = kindOf === "good" ? t("card.better") : kindOf === "bad" ? t("card.worse") : "";
  return el("p", { class: "change", "data-change": kind, "data-moved": moved, "data-ratio": raw(ratio), "data-per-day": aDay },
    el("b", { class: aDay === null ? kindOf : null }, `${ARROWS[way]} ${isSame ? t("card.same") : text}`), ` ${base}`, longer && `, ${longer[state.language]}`,
    aDay !== null && ["; ", el("span", { class: kindOf }, t("card.per_day", { moved: signOf(aDay) + percent(aDay) }))], word && el("span", { class: kindOf }, `, ${word}`),
    !isComparable && el("span", { class: "muted" }, ` (${whyNot(row)})`));
}
const flagText = (row, flag) => (flag === "is_unreliable" && row.n === 0 ? t("flag.no_cases") : t(`flag.${flag}`, { n: number(row.n, "count") }));
function whyNot(row) {
  const found = ["is_provisional", "is_unreliable", "is_missing"].filter((flag) => row.flags.includes(flag));
  return found.length ? found.map((flag) => flagText(row, flag)).join(", ") : t("card.not_comparable", { why: t("card.other_period") });
}
function targetLine(row, known) {
  const when = t(`this.${DATA.grain}`);
  if (row.target_value === null) return el("p", { class: "muted", "data-target": "", "data-state": "no-target" }, t("card.no_target", { period: when }));
  const target = number(row.target_value, known.unit, row.currency, row.value ?? row.target_value);
  if (row.value === null) return el("p", { class: "muted", "data-target": row.target_value }, t("card.target", { period: when, target }));
  const off = row.target_off === null || row.target_off === undefined ? "–" : apart(row.value, row.target_value, known.unit, row.currency, row.value);
  const words = { on_track: "card.target_met", off_track: "card.target_missed", at_risk: "card.target_risk" }[row.status];
  const [sign, kind] = STATUS[row.status] || STATUS.no_target;
  return el("p", { class: kind, "data-target": row.target_value, "data-status": row.status }, words ? `${sign} ${t(words, { period: when, target, off })}` : t("card.target", { period: when, target }));
}
function valueState(row) {
  if (row.flags.includes("is_missing")) return ["missing", t("state.missing")];
  if (row.denominator === 0) return ["zero-denominator", t("state.zero", { when: period(DATA.grain, state.period) })];
  return ["no-value", t("state.none_yet")];
}
// The last value before the chosen period: a cohort that has not had its days yet has none of its own.
function lastValue(series, known) {
  for (let at = periodIndex() - 1; at >= 0; at -= 1) {
    const value = (series.value || [])[at];
    if (value !== null && value !== undefined) {
      return el("p", { "data-last-value": value }, t("card.last_value", { value: number(value, known.unit, series.currency), when: period(DATA.grain, DATA.periods[at]) }));
    }
  }
  return null;
}
// Of whom the benchmark is, and of when.
function benchmarkText(card, value) {
  const [sector, year] = DATA.benchmarks[card.key] || [null, "–"];
  return sector ? t("card.benchmark", { sector: named(`sector.${sector}`, sector), year, value }) : t("card.benchmark_of", { year, value });
}
// What is divided by what, so that like names are told apart.
const basis = (kpi) => named(`basis.${kpi}`, "");
const basisLine = (kpi) => basis(kpi) && el("p", { class: "basis muted" }, basis(kpi));
// What is not counted by the page's periods is told, and has no card.
const otherGrain = (card) => el("p", { class: "note", "data-kpi": card.kpi, "data-series": card.key, "data-state": "other-grain" },
  t("state.other_grain", { label: cardName(card), period: t(`per.${DATA.grain}`), periods: listed(DATA.kpis[card.kpi].grains.split(" ").map((grain) => t(`per.${grain}`))) }));
function drawCard(card) {
  const row = rowOf(card.key), known = DATA.kpis[card.kpi], name = cardName(card);
  const head = el("h3", {}, el("button", { type: "button", "aria-label": t("card.choose", { label: name }), onclick: () => choose(card) }, name));
  const attributes = { class: "card", "data-kpi": card.kpi, "data-series": card.key, "data-chosen": chosenCard().key === card.key && "1" };
  if (!row || !row.there) {
    const [set] = viewParts(), isCut = set !== "total" && !Object.keys(DATA.series).some((key) => key.startsWith(`${set}|`) && key.endsWith(`|${card.kpi}`));
    return el("article", { ...attributes, "data-state": isCut ? "not-split" : "no-data" }, el("h3", {}, name),
      el("p", { class: "value none" }, isCut ? t("state.not_split", { dimension: dimensionName(set) }) : t("state.no_data")));
  }
  const [stateName, words] = row.value === null ? valueState(row) : ["", ""];
  const flags = ["is_anomaly", "is_provisional", "is_unreliable", "tz_mismatch"].filter((flag) => row.flags.includes(flag) && (row.value !== null || flag !== "is_unreliable"));
  return el("article", { ...attributes, "data-value": raw(row.value), "data-state": stateName || null }, head,
    row.value === null ? [el("p", { class: "value none" }, words), lastValue(DATA.series[card.key], known)] : el("p", { class: "value" }, number(row.value, known.unit, row.currency)),
    basisLine(card.kpi),
    row.value !== null && changeLine(row, known, "previous"), row.value !== null && changeLine(row, known, "year"),
    targetLine(row, known),
    row.benchmark_value !== null && el("p", { class: "muted", "data-benchmark": row.benchmark_value }, benchmarkText(card, number(row.benchmark_value, known.unit, row.currency))),
    flags.length > 0 && el("div", { class: "chips" }, flags.map((flag) => mark(flag, flagText(row, flag), flag === "is_anomaly" ? "warn" : ""))),
    spark(DATA.series[card.key]));
}
// What the trend and the split speak of: the reader's choice, else what moved most, else the first.
function chosenCard() {
  const all = cards();
  const wanted = state.kpi && all.find((card) => `${card.kpi}${card.set === "platform" ? card.segment : ""}` === state.kpi);
  const moved = DATA.changes.lead[explained()] || [];
  return wanted || all.find((card) => card.kpi === moved[0] && (DATA.series[card.key] || {}).value) || all[0] || { key: "", kpi: "" };
}
function choose(card) {
  state.kpi = `${card.kpi}${card.set === "platform" ? card.segment : ""}`;
  state.split = null;
  draw();
}
