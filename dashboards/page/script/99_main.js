// State lives in the address, so that a link leads to what was seen; nothing is stored.
function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const languages = Object.keys(LOCALES), own = (navigator.language || "en").slice(0, 2);
  state.language = languages.includes(asked.get("lang")) ? asked.get("lang") : languages.includes(own) ? own : "en";
  state.theme = ["light", "dark"].includes(asked.get("theme")) ? asked.get("theme") : "auto";
  state.period = DATA.choices.includes(asked.get("period")) ? asked.get("period") : DATA.choices.at(-1) || null;
  const views = ["total|", ...Object.entries(DATA.filters).flatMap(([set, names]) => names.map((name) => `${set}|${name}`))];
  state.view = views.includes(asked.get("view")) ? asked.get("view") : "total|";
  state.kpi = asked.get("kpi");
}
function writeAddress() {
  const kept = new URLSearchParams();
  kept.set("lang", state.language);
  if (state.theme !== "auto") kept.set("theme", state.theme);
  if (state.period && state.period !== DATA.choices.at(-1)) kept.set("period", state.period);
  if (state.view !== "total|") kept.set("view", state.view);
  if (state.kpi) kept.set("kpi", state.kpi);
  history.replaceState(null, "", "#" + kept);
}
const control = (name) => document.querySelector(`[data-filter="${name}"]`);
const option = (value, text, chosen) => el("option", { value, selected: value === chosen }, text);
function drawControls() {
  control("period").replaceChildren(...DATA.choices.slice().reverse().map((start) => option(start, capital(period(DATA.grain, start)), state.period)));
  if (!DATA.choices.length) control("period").append(option("", "–", ""));
  control("period").disabled = !DATA.choices.length;
  control("view").replaceChildren(option("total|", t("whole.option"), state.view), ...Object.entries(DATA.filters).map(([set, names]) =>
    el("optgroup", { label: capital(dimensionName(set)) }, names.map((name) => option(`${set}|${name}`, segmentName(set, name), state.view)))));
  control("language").replaceChildren(...Object.entries(WORDS.languages).map(([name, text]) => option(name, text, state.language)));
  control("theme").replaceChildren(...["auto", "light", "dark"].map((name) => option(name, t(`theme.${name}`), state.theme)));
}
function drawHead() {
  document.documentElement.lang = state.language;
  if (state.theme === "auto") document.documentElement.removeAttribute("data-theme"); else document.documentElement.dataset.theme = state.theme;
  document.querySelectorAll("[data-t]").forEach((one) => { one.textContent = t(one.dataset.t); });
  role("title").replaceChildren(t(`persona.${DATA.persona}`), " ", el("span", {}, state.period ? period(DATA.grain, state.period) : ""));
  role("purpose").textContent = t(`purpose.${DATA.persona}`);
  document.title = `Nyckeltal · ${t(`persona.${DATA.persona}`)}`;
  role("pages").setAttribute("aria-label", t("pages"));
  fill("pages", DATA.personas.map((name) => el("a", { href: `${name}.html#lang=${state.language}${state.theme === "auto" ? "" : `&theme=${state.theme}`}`, "aria-current": name === DATA.persona ? "page" : null }, t(`persona.${name}`))));
  const [set, segment] = viewParts();
  const what = [set === "total" ? capital(t("whole")) : segmentName(set, segment), t(`cadence.${DATA.grain}`),
    `${t("data_until")} ${day(DATA.data_until)}`, `${t("refreshed")} ${day(DATA.as_of)}`];
  role("stamp").textContent = what.filter(Boolean).join(" · ");
}
function draw() {
  const held = focusKey(document.activeElement);
  drawHead(); drawControls(); drawBanner(); drawShort(); drawGoals(); drawMoved(); drawFunnel(); drawActions(); drawTrust();
  writeAddress();
  const again = held && document.querySelector(held);
  if (again) again.focus({ preventScroll: true });
}
// What is drawn anew keeps the keyboard where it was.
function focusKey(element) {
  if (!element || !role("moved").contains(element)) return null;
  if (element.dataset.filter) return `[data-filter="${element.dataset.filter}"]`;
  if (element.dataset.tab) return `[data-tab="${element.dataset.tab}"]`;
  const card = element.closest("[data-series]");
  return card && `[data-series="${CSS.escape(card.dataset.series)}"] button`;
}
readAddress();
for (const name of ["period", "view", "language", "theme"]) {
  control(name).addEventListener("change", (event) => { state[name] = event.target.value; draw(); });
}
role("controls").addEventListener("submit", (event) => event.preventDefault());
role("print").addEventListener("click", () => window.print());
draw();
let width = window.innerWidth;
window.addEventListener("resize", () => { if (window.innerWidth !== width) { width = window.innerWidth; drawMoved(); } });
document.body.dataset.ready = "1";
