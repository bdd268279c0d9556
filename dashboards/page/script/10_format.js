// Words, numbers, dates and periods in the chosen language; the same rules as dashboards/numbers.py.
const DATA = JSON.parse(document.getElementById("data").textContent);
const WORDS = JSON.parse(document.getElementById("words").textContent);
const LOCALES = { en: "en-GB", sv: "sv-SE" };
const GAP = "\u00a0";
const state = { period: null, view: "total|", kpi: null, split: null, language: "en", theme: "auto" };

const hasWord = (key) => key in WORDS.words;
function t(key, places = {}) {
  const text = WORDS.words[key][state.language];
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in places ? places[name] : whole));
}
const named = (key, otherwise) => (hasWord(key) ? t(key) : otherwise);

function plain(value, digits) {
  const text = new Intl.NumberFormat(LOCALES[state.language], {
    minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative",
  }).format(value);
  return text.replace("-", "−");
}
const scaleOf = (unit) => (unit === "ratio" ? 100 : 1);
// Decimals of a value alone: three significant digits of shares and money; counts are whole, a part of a small one has one.
function digitsOf(value, unit) {
  if (unit === "x") return 2;
  if (unit === "seconds") return 0;
  if (unit === "days" || unit === "index") return 1;
  if (unit === "ratio" || unit === "money") {
    const size = Math.abs(value) * scaleOf(unit);
    if (size > 0 && size < 0.005) return size < 0.0005 ? 4 : 3;
    return Math.max(0, Math.min(2, 3 - String(Math.trunc(size)).length));
  }
  return Math.abs(value - Math.round(value)) < 1e-9 || Math.abs(value) >= 100 ? 0 : 1;
}
// Those of `like`, its own where it would round to nothing with them; a zero has none.
function decimals(value, like, unit) {
  if (value === 0) return 0;
  const digits = digitsOf(like, unit);
  return Math.abs(value) * scaleOf(unit) * 10 ** digits >= 0.5 ? digits : digitsOf(value, unit);
}
const percentSign = () => (state.language === "en" ? "%" : GAP + "%");
// A value in its unit; `like`: a larger one beside it, whose decimals it takes.
function number(value, unit, currency = "", like = value) {
  if (value === null || value === undefined) return "–";
  return inItsUnit(plain(value * scaleOf(unit), decimals(value, like, unit)), unit, currency);
}
function inItsUnit(text, unit, currency) {
  switch (unit) {
    case "ratio": return text + percentSign();
    case "x": return text + "×";
    case "money": return money(text, currency);
    case "seconds": return text + GAP + "s";
    case "days": return text + GAP + (state.language === "en" ? "days" : "dagar");
  }
  return text;
}
// Values that are read beside each other, with the decimals of the largest.
function largest(values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length ? known.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)) : undefined;
}
const alike = (values, unit, currency) => values.map((value) => number(value, unit, currency, largest(values)));
function money(text, currency) {
  if (!currency || currency === "none") return text;
  if (state.language === "sv") return text + GAP + currency;
  return text.startsWith("−") ? "−" + currency + GAP + text.slice(1) : currency + GAP + text;
}
const roundMoney = (value, currency) => money(plain(value, 0), currency);
function percent(value) {
  const size = Math.abs(value) * 100;
  return plain(size, size >= 100 || size === 0 ? 0 : 1) + percentSign();
}
const share = (value) => plain(value * 100, 0) + percentSign();
const signOf = (value) => (value > 0 ? "+" : value < 0 ? "−" : "");
// A difference without its sign: rates in percentage points, indices in points; `like`: the value that differs.
function size(value, unit, currency, like = value) {
  const amount = Math.abs(value);
  if (unit === "ratio") return plain(amount * 100, amount >= 0.00005 ? 2 : 4) + GAP + t("card.points");
  if (unit === "index") return plain(amount, 1) + GAP + t("card.index_points");
  return number(amount, unit, currency, like);
}
// How far a value lies from another, with its sign: the difference of what is shown of them with the decimals of `like`.
function apart(value, other, unit, currency, like) {
  const digits = decimals(like, like, unit), shown = (one) => Number((one * scaleOf(unit)).toFixed(digits));
  const moved = shown(value) - shown(other), text = plain(Math.abs(moved), digits);
  if (!/[1-9]/.test(text)) return signOf(value - other) + size(value - other, unit, currency, value);
  const points = { ratio: "card.points", index: "card.index_points" }[unit];
  return signOf(moved) + (points ? text + GAP + t(points) : inItsUnit(text, unit, currency));
}
// Two rates and how far they lie apart: the difference of what is shown; more decimals where they would be shown as the same.
function ratesApart(rate, previous) {
  let digits = digitsOf(Math.max(rate, previous), "ratio");
  const points = () => Number((rate * 100).toFixed(digits)) - Number((previous * 100).toFixed(digits));
  const isNothing = () => Number(Math.abs(points()).toFixed(digits)) === 0;
  while (rate !== previous && digits < 4 && isNothing()) digits += 1;
  return [...[rate, previous].map((value) => plain(value * 100, digits) + percentSign()), plain(Math.abs(points()), digits) + GAP + t("card.points")];
}
// The unit of a column whose numbers go without it.
const unitName = (unit, currency) => ({ money: currency, ratio: t("card.points"), index: t("card.index_points"), x: "×", seconds: "s", days: t("periods.day") })[unit] || "";
const inUnit = (text, unit) => (unit ? `${text} (${unit})` : text);

const parts = (text) => text.split("-").map(Number);
function day(text) {
  if (!text) return "–";
  const [year, month, date] = parts(text);
  return `${date} ${WORDS.short_months[state.language][month - 1]} ${year}`;
}
function isoWeek(text) {
  const [year, month, date] = parts(text);
  const thursday = new Date(Date.UTC(year, month - 1, date + 3));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return [thursday.getUTCFullYear(), Math.floor((thursday - first) / 604800000) + 1];
}
function period(grain, start) {
  const [year, month] = parts(start);
  if (grain === "week") {
    const [isoYear, week] = isoWeek(start);
    return state.language === "en" ? `week ${week}, ${isoYear}` : `vecka ${week}, ${isoYear}`;
  }
  if (grain === "month") return `${WORDS.months[state.language][month - 1]} ${year}`;
  if (grain === "quarter" && month % 3 === 1) return `${state.language === "en" ? "Q" : "kv "}${(month + 2) / 3} ${year}`;
  if (grain === "quarter") {
    const names = WORDS.short_months[state.language];
    return `${names[month - 1]}–${names[(month + 1) % 12]} ${year}`;
  }
  return day(start);
}
function shortPeriod(grain, start) {
  const [year, month, date] = parts(start);
  const name = WORDS.short_months[state.language][month - 1].replace(".", "");
  if (grain === "week") return (state.language === "en" ? "w" : "v") + isoWeek(start)[1] + " ’" + String(isoWeek(start)[0]).slice(2);
  if (grain === "day") return `${date} ${name}`;
  return `${name} ’${String(year).slice(2)}`;
}
const listed = (texts) => new Intl.ListFormat(LOCALES[state.language]).format(texts);
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const label = (kpi) => (DATA.kpis[kpi] ? (state.language === "sv" ? DATA.kpis[kpi].label_sv : DATA.kpis[kpi].label) : kpi);
function segmentName(set, segment) {
  if (segment === "unknown") return named(`${set}.unknown`, named("channel.unknown", segment));
  if (set === "country" && !hasWord(`country.${segment}`) && /^[A-Z]{2}$/.test(segment)) {
    return new Intl.DisplayNames(LOCALES[state.language], { type: "region", fallback: "code" }).of(segment);
  }
  return named(`${set}.${segment}`, segment);
}
const dimensionName = (set) => named(`dimension.${set}`, set.replace(/_/g, " "));
