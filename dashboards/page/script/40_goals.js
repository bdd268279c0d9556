const STATUS = { on_track: ["✓", "good"], at_risk: ["!", "warn"], off_track: ["✗", "bad"], no_target: ["·", ""] };
const statusChip = (status) => chip(`${STATUS[status][0]} ${t(`status.${status}`)}`, STATUS[status][1]);
const reasonText = (text) => text.split("; ").map((part) => named(`reason.${part}`, part)).join("; ");

function drawShort() {
  const found = DATA.short[state.period];
  fill("short", found && Object.entries(found[state.language]).map(([name, sentence]) => el("div", {},
    el("dt", {}, el("a", { href: `#${name}`, onclick: (event) => { event.preventDefault(); document.getElementById(name).scrollIntoView(); } }, t(`question.${name}`))), el("dd", { "data-answer": name }, sentence))));
  if (!found) role("short").replaceChildren(el("div", {}, el("dd", { class: "alone", "data-state": "no-period" }, t("state.no_period"))));
}

// What the company wrote itself, in the language of the page.
const ownWords = (goal, name) => goal[state.language === "sv" ? `${name}_sv` : name];

function drawGoals() {
  if (!DATA.goals.length) { fill("track", empty(t("goal.none"), "no-goals")); return; }
  const groups = [];
  for (const goal of DATA.goals) {
    if (!groups.length || (goal.depth === 0 && groups.at(-1).objective !== goal.objective)) groups.push({ objective: goal.objective, title: ownWords(goal, "objective"), goals: [] });
    groups.at(-1).goals.push(goal);
  }
  fill("track", DATA.goals.some(hasWay) && wayLegend(), el("div", { class: "goals" }, groups.map((group) => el("div", { class: "panel objective" },
    el("h3", {}, group.title), group.goals.map(goalRow)))),
    el("p", { class: "note" }, [t("goal.scope"), DATA.goals.some((goal) => goal.goal_kind !== "stay") && t("goal.reckoned")].filter(Boolean).join(" ")));
}
const wayLegend = () => el("p", { class: "legend" }, el("span", {}, el("span", { class: "bar" }, el("i", { "width%": 60 }), el("b", { "left%": 40 })), `${t("goal.legend_bar")} · ${t("goal.legend_line")}`));
function goalRow(goal) {
  const [current, pace, target, end] = alike([goal.current_value, goal.pace_value, goal.target_value, goal.expected_end_value], goal.unit || "count", goal.currency);
  const name = state.language === "sv" ? label(goal.kpi_id) : goal.kpi_label || goal.kpi_id;
  const about = goal.segment === "its parts" ? t("parts") : goal.segment && segmentName(goal.set, goal.segment);
  const isStay = goal.goal_kind === "stay";
  return el("article", { class: `goal${goal.depth ? " part" : ""}`, "data-goal": goal.goal_id, "data-status": goal.status, "data-value-start": raw(goal.value_start),
    "data-current": raw(goal.current_value), "data-pace": raw(goal.pace_value), "data-target": raw(goal.target_value), "data-end": raw(goal.expected_end_value) },
    el("div", { class: "goal-status" }, statusChip(goal.status)),
    el("div", { class: "goal-name" }, el("h4", { class: "goal-title" }, name, about && ` · ${about}`),
      el("p", {}, [capital(reasonText(goal.status_reason || "")), goal.owner_role && t("goal.owner", { owner: ownWords(goal, "owner_role") })].filter(Boolean).join(". ")),
      goal.warnings.map((text) => el("p", { class: "warn" }, capital(text[state.language])))),
    goalBar(goal, name),
    el("dl", {}, fact(whenOf(goal), current),
      isStay ? fact(t("goal.kept_name"), goal.judged_periods ? t("goal.kept", { held: goal.held_periods, judged: goal.judged_periods, periods: t(`periods.${goal.period_grain}`) }) : "–") : fact(t("goal.pace"), pace),
      fact(t("goal.target"), t(`goal.${goal.mode}`, { value: target })),
      !isStay && fact(t("goal.end"), end)));
}
const whenOf = (goal) => (goal.value_start ? capital(t(`when.${goal.period_grain}`, { when: period(goal.period_grain, goal.value_start) }).trim()) : goal.current_until ? capital(t("when.to_date", { when: day(goal.current_until) }).trim()) : t("goal.now"));
const fact = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));
// A bar is the way from a starting value to the goal: a goal to stay above or below has none.
const hasWay = (goal) => goal.progress_share !== null && goal.pace_share !== null && goal.goal_kind !== "stay" && goal.status !== "no_target";
function goalBar(goal, name) {
  const [start, target] = alike([goal.start_value, goal.target_value], goal.unit || "count", goal.currency);
  const cut = (value) => Math.max(0, Math.min(100, value * 100));
  const words = () => t("goal.progress", { label: name, done: share(goal.progress_share), pace: share(goal.pace_share) });
  return el("div", { class: "goal-bar" }, hasWay(goal) && el("div", { class: `bar ${goal.status}`, role: "img", "aria-label": words() },
    el("i", { "width%": cut(goal.progress_share) }), el("b", { "left%": cut(goal.pace_share) })),
    goal.deadline && el("p", { class: "bar-text" }, hasWay(goal) ? t("goal.from_to", { start, target, day: day(goal.deadline) }) : t("goal.deadline", { day: day(goal.deadline) })));
}
