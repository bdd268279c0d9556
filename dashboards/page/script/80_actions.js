const TONES = { worse: ["▼", "bad"], better: ["▲", "good"], neutral: ["◆", "warn"] };
// An action belongs to a selection when it is about that very segment, or to the whole company's view.
function isSelected(action) {
  const [set, segment] = viewParts();
  return set === "total" || action.cell[set] === segment;
}
function drawActions() {
  const all = DATA.actions.filter(isSelected), now = all.filter((one) => one.status === "open"), earlier = all.filter((one) => one.status === "measured");
  const isWaiting = now.length > 0 && now.every((one) => one.is_waiting), first = now.map((one) => one.due_date).sort()[0];
  fill("todo", isWaiting && el("p", { class: "lead", "data-state": "only-waiting" }, [t("action.wait", { day: day(first) }), worthALook()].filter(Boolean).join(" ")),
    now.length > 1 && el("p", { class: "note", "data-role": "order" }, t("action.order")),
    el("div", { class: "actions" }, now.length ? now.map(actionCard) : empty(t("action.none"), "no-action")),
    el("h3", { class: "sub" }, t("action.earlier")),
    earlier.length ? el("div", { class: "panel" }, el("ul", { class: "earlier" }, earlier.map(earlierRow)), el("p", { class: "note" }, t("turned.rule"))) : empty(t("action.none_earlier"), "no-earlier"));
}
// What else is known to be weak or unusual, where all that is proposed is to wait.
function worthALook() {
  const steps = (funnelsNow() || []).filter((one) => one.weakest !== null).map((one) => t(one.steps[one.weakest].change < 0 ? "action.look_step" : "action.look_step_least", Object.fromEntries(
    ["before", "step"].map((name, at) => [name, t(`step.${one.steps[one.weakest - 1 + at].name}`)]))));
  const unusual = cards().filter((card) => ((rowOf(card.key) || {}).flags || []).includes("is_anomaly")).map(cardName);
  return steps.length + unusual.length > 0 && t("action.look", { what: listed([...steps, ...unusual]) });
}
// Values of one KPI's actions have the same decimals.
const inAction = (action) => (value) => number(value, action.unit, action.currency, action.like);
const about = (action) => `${label(action.kpi_id)}${action.segment ? ` · ${segmentName(action.segment_set, action.segment)}` : ""}`;
function actionCard(action) {
  const [sign, kind] = TONES[action.tone], [value, expected] = [action.value, action.expected_value].map(inAction(action));
  const found = action.checks.filter((check) => check.outcome === "found");
  const words = (check) => check.text[state.language];
  const labels = (outcome) => action.checks.filter((check) => check.outcome === outcome).map((check) => words(check)[0]).join(", ");
  const stake = [effectText(action), action.money_effect !== null && t("action.money", { money: roundMoney(Math.abs(action.money_effect), action.reporting_currency) }),
    action.goal_status && t("action.goal", { status: t(`status.${action.goal_status}`).toLowerCase() })].filter(Boolean).join("; ");
  return el("article", { class: "panel action", "data-action": action.action_id, "data-owner": action.owner_role, "data-due": action.due_date, "data-led": action.led.map((one) => one.action_id).join(" ") },
    el("div", {}, chip(`${sign} ${t(`tone.${action.tone}`)}`, kind), el("span", { class: "about" }, about(action)), el("span", { class: "muted small" }, period(action.period_grain, action.period_start))),
    el("p", { class: "do" }, action.text[state.language]),
    el("p", { class: "meta" }, `${capital(t(`action.owner.${action.owner_role}`))}, ${t(action.is_overdue ? "action.overdue" : "action.due", { day: day(action.due_date) })}. ${stake}.`),
    action.led.length > 0 && el("p", { class: "small" }, t("action.led", { names: action.led.map(about).join(", ") })),
    el("p", { class: "small" }, `${t("action.why")}: `, t("action.reason", { value, expected }) + ".", basis(action.kpi_id) && el("span", { class: "muted" }, ` ${label(action.kpi_id)}: ${basis(action.kpi_id)}.`)),
    found.length > 0 && [el("h4", {}, t("action.found")), el("ul", {}, found.map((check) => el("li", {}, el("b", {}, `${capital(words(check)[0])}: `), words(check)[1])))],
    (labels("ok") || labels("not_available")) && el("details", {}, el("summary", {}, t("action.evidence")),
      labels("ok") && el("p", {}, t("action.ok", { labels: labels("ok") })), labels("not_available") && el("p", {}, t("action.unavailable", { labels: labels("not_available") }))));
}
function effectText(action) {
  const date = day(action.measure_date);
  if (action.expected_effect === null) return t("action.unknown", { day: date });
  const expected = inAction(action)(action.expected_value);
  return action.tone === "better" ? t("action.last", { day: date }) : t("action.effect", { expected, day: date });
}
const isWell = (action) => ["back", "lasted"].includes(action.turned_out);
function earlierRow(action) {
  const [value, was, expected] = ["measured_value", "value", "expected_value"].map((name) => inAction(action)(action[name]));
  const outcome = action.expected_value === null ? "value_since" : action.tone === "better" ? "last_outcome" : "outcome";
  const text = t(`action.${outcome}`, { was, expected, value, when: period(action.period_grain, action.measure_start) });
  return el("li", { "data-action": action.action_id, "data-measured": raw(action.measured_value) },
    action.turned_out && [chip(`${isWell(action) ? "✓" : "✗"} ${t(`turned.${action.turned_out}`)}`, isWell(action) ? "good" : "bad"), " "], el("b", {}, about(action)), ` · ${period(action.period_grain, action.period_start)}. `, action.text[state.language], " ", el("span", { class: "muted" }, text + "."));
}
