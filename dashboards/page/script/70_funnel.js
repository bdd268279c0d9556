const funnelsNow = () => (DATA.funnels[state.view] || {})[explained()] || null;
function drawFunnel() {
  const found = funnelsNow();
  if (!found) { fill("weakest", empty(t("funnel.none"), "no-funnel")); return; }
  const when = capital(period(DATA.explaining_grain, explained()));
  fill("weakest", el("p", { class: "note" }, t("funnel.rule")), el("div", { class: "funnels" }, found.map((funnel) => el("div", { class: "panel", "data-funnel": funnel.name },
    el("div", { class: "panel-head" }, el("h3", {}, t(`funnel.${funnel.name}`)), el("span", { class: "muted small" }, when)),
    el("div", {}, funnel.steps.map((step, at) => stepRow(funnel, step, at)))))));
}
function stepRow(funnel, step, at) {
  const first = funnel.steps[0].count, isWeakest = funnel.weakest === at;
  const last = t(`step.${funnel.steps.at(-1).name}`);
  const length = step.count && first ? Math.max(0, Math.min(100, (step.count / first) * 100)) : 0;
  const data = { "data-relative": raw(step.relative_change), "data-step": step.name, "data-count": raw(step.count), "data-rate": raw(step.rate), "data-previous-rate": raw(step.previous_rate), "data-gained": raw(step.gained), "data-money": raw(step.money) };
  return el("div", { class: `step${isWeakest && step.change < 0 ? " fell" : ""}`, "data-weakest": isWeakest && "1", ...data },
    el("div", {}, el("h4", {}, capital(t(`step.${step.name}`)), isWeakest && [" ", step.change < 0 ? chip(t("funnel.weakest"), "bad") : chip(t("funnel.least"), "accent")], funnel.best === at && funnel.steps.length > 2 && [" ", chip(t("funnel.most"), "accent")],
      step.is_provisional && [" ", mark("is_provisional", t("flag.is_provisional"))], step.is_missing && [" ", mark("is_missing", t("flag.is_missing"), "warn")])),
    el("div", { class: "count" }, number(step.count, "count")),
    el("div", { class: "length", "aria-hidden": "true" }, el("i", { "width%": length })),
    step.count === null ? el("p", { class: "facts" }, t("funnel.not_counted")) : at > 0 && el("p", { class: "facts" }, stepFacts(step, funnel, t(`step.${funnel.steps[at - 1].name}`), last)));
}
function stepFacts(step, funnel, before, last) {
  if (step.rate === null) return el("span", { "data-state": "zero-denominator" }, t("funnel.no_rate", { before }));
  const [rate, was, moved] = step.previous_rate === null ? [number(step.rate, "ratio")] : ratesApart(step.rate, step.previous_rate);
  return [el("span", {}, el("b", {}, rate), ` ${t("funnel.of_before", { before })}`),
    step.previous_rate === null ? el("span", { "data-state": "no-previous" }, t("funnel.new"))
      : el("span", { class: tone(step.change, "higher_better") }, `${step.change > 0 ? "▲" : step.change < 0 ? "▼" : "■"} ${moved} (${t("funnel.was", { rate: was })} ${t(`base.${DATA.explaining_grain}`)})`),
    step.gained !== null && el("span", {}, `${t("funnel.point")}: `, el("b", {}, t("funnel.brings", { gained: plain(step.gained, 0), last })),
      step.money !== null && ` ${t("funnel.worth", { money: roundMoney(step.money, funnel.currency) })}`)];
}
