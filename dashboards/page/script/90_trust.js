const sourceName = (name) => named(`platform.${name}`, name);
const heldText = (held) => t("trust.held", { day: day(held.as_of), what: held.what, published: day(DATA.as_of) });
function drawBanner() {
  const late = DATA.trust.sources.filter((one) => one.is_late).map((one) => sourceName(one.source)), held = DATA.trust.held_back;
  fill("banner",
    held && el("p", { class: "banner bad", "data-state": "held-back" }, heldText(held)),
    late.length > 0 && el("p", { class: "banner warn", "data-state": "missing-source" }, t("trust.missing_banner", { sources: late.join(", ") })));
}
function drawTrust() {
  const all = cards().map((card) => [card, rowOf(card.key)]).filter(([, row]) => row && row.there);
  const marked = all.filter(([, row]) => ["is_provisional", "is_unreliable", "is_missing", "tz_mismatch"].some((flag) => row.flags.includes(flag)));
  const lines = marked.map(([card, row]) => el("li", { "data-doubt": card.key }, el("span", {}, cardName(card)), el("span", {},
    ["is_missing", "is_provisional", "is_unreliable", "tz_mismatch"].filter((flag) => row.flags.includes(flag)).map((flag) => [
      mark(flag, flag === "is_provisional" && row.settled_share !== null ? `${t("flag.is_provisional")}: ${t("settled", { share: share(row.settled_share) })}` : flagText(row, flag), flag === "is_missing" ? "bad" : "warn"), " "]))));
  const late = DATA.trust.sources.filter((one) => one.is_late).map((one) => sourceName(one.source)), held = DATA.trust.held_back;
  const heads = [{ text: t("trust.source") }, { text: t("trust.data"), class: "text" }, { text: t("trust.rows"), class: "wide" }];
  const rows = DATA.trust.sources.map((one) => ({ data: { "data-source": one.source, "data-late": one.is_late ? "1" : null },
    cells: [sourceName(one.source), sourceState(one), one.is_configured ? number(one.row_count, "count") : "–"] }));
  fill("sure", el("div", { class: "trust" },
    el("div", { class: "panel" }, el("h3", {}, t("trust.values")), lines.length ? el("ul", {}, lines) : el("p", { class: "muted" }, t(all.length ? "trust.all_settled" : "trust.no_values")),
      el("h3", { class: "sub" }, t("trust.checks")), held && el("p", { class: "bad" }, heldText(held)), el("p", { "data-role": "validation" }, late.length ? t("trust.passed_late", { sources: late.join(", ") }) : t("trust.passed")), el("p", { class: "muted small" }, `${t("run")}: ${DATA.run_id.slice(0, 8)}`)),
    el("div", { class: "panel" }, el("h3", {}, t("trust.sources")), table(heads, rows))));
  role("sure").append(...[marks(), glossary()].filter(Boolean));
}
// In words, the marks that the page bears as it is drawn.
function marks() {
  const drawn = new Set([...document.querySelectorAll("[data-mark]")].map((one) => one.dataset.mark));
  const seen = ["is_provisional", "is_unreliable", "tz_mismatch", "is_missing", "is_anomaly"].filter((flag) => drawn.has(flag));
  return seen.length > 0 && el("div", { class: "marks" }, el("h3", { class: "sub" }, t("mark.title")), el("dl", {}, seen.map((flag) => el("div", { "data-explained": flag },
    el("dt", {}, flag === "is_unreliable" ? t("mark.few") : t(`flag.${flag}`)), el("dd", {}, t(`mark.${flag}`))))));
}
// How each KPI that the page names is reckoned; the catalogue has it in English, the words of the cards in both languages.
function glossary() {
  const meaning = (kpi) => basis(kpi) || (state.language === "en" ? DATA.kpis[kpi].formula : "");
  const told = Object.keys(DATA.kpis).filter(meaning).sort((a, b) => label(a).localeCompare(label(b), state.language));
  return told.length > 0 && el("details", { class: "marks", "data-role": "glossary" }, el("summary", {}, t("words.title")), el("dl", {}, told.map((kpi) => el("div", { "data-word": kpi }, el("dt", {}, label(kpi)), el("dd", {}, meaning(kpi))))));
}
function sourceState(one) {
  if (!one.is_configured) return el("span", { class: "muted" }, t("trust.not_configured"));
  const until = one.data_until ? t("trust.until", { day: day(one.data_until) }) : t("trust.no_data");
  return [el("span", { class: `date ${one.is_late ? "bad" : ""}` }, `${one.is_late ? "✗" : "✓"} ${until}`, one.is_late && ` (${t("trust.late")})`),
    one.provisional_from && [", ", el("span", { class: "date muted" }, t("trust.settling", { day: day(one.provisional_from) }))],
    one.last_error && el("span", { class: "bad", lang: "en" }, ` ${one.last_error}`)];
}
