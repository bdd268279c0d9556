// Lines drawn as SVG from looked-up values; geometry is the only arithmetic here.
function scale(values, withZero) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (!known.length) return null;
  let low = Math.min(...known), high = Math.max(...known);
  if (withZero) { low = Math.min(low, 0); high = Math.max(high, 0); }
  if (low === high) { const pad = Math.abs(low) || 1; low -= pad / 2; high += pad / 2; }
  return { low, high };
}
function niceTicks(low, high, count) {
  const step = 10 ** Math.floor(Math.log10((high - low) / count));
  const wide = [1, 2, 2.5, 5, 10].map((factor) => factor * step).find((size) => (high - low) / size <= count) || 10 * step;
  const ticks = [];
  for (let at = Math.floor(low / wide); at * wide < high + wide * 0.999; at += 1) ticks.push(Math.round(at * wide * 1e9) / 1e9);
  return ticks;
}
// Runs of points without a gap.
function runs(points) {
  const found = [[]];
  for (const point of points) {
    if (point.value === null) { if (found.at(-1).length) found.push([]); } else found.at(-1).push(point);
  }
  return found.filter((run) => run.length);
}
const pathOf = (run, x, y) => run.map((point, i) => `${i ? "L" : "M"}${x(point).toFixed(1)} ${y(point.value).toFixed(1)}`).join("");

// The shape of the last values: over periods without one (no mail was sent) the line goes on.
function spark(series) {
  const last = periodIndex(), first = Math.max(0, last - 23);
  const known = [];
  for (let at = first; at <= last; at += 1) if (((series.value || [])[at] ?? null) !== null) known.push({ at, value: series.value[at] });
  if (known.length < 2) return null;
  const range = scale(known.map((point) => point.value));
  const x = (point) => 3 + ((point.at - known[0].at) / (last - known[0].at)) * 194;
  const y = (value) => 29 - ((value - range.low) / (range.high - range.low)) * 26;
  const end = known.at(-1);
  const dot = (point) => svg("path", { class: "s-line s-end", d: `M${x(point)} ${y(point.value)}l0 .01`, "vector-effect": "non-scaling-stroke" });
  return svg("svg", { class: "spark", viewBox: "0 0 200 32", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
    svg("path", { class: "s-line", d: pathOf(known, x, y), "vector-effect": "non-scaling-stroke" }),
    end.at === last && dot(end));
}

function trend(box, card) {
  const series = DATA.series[card.key], known = DATA.kpis[card.kpi];
  const values = series ? series.value || [] : [];
  if (!values.some((value) => value !== null)) { box.replaceChildren(empty(t("trend.none"), "no-data")); return; }
  const points = DATA.periods.map((start, at) => ({
    at, start, value: values[at] ?? null, flags: flagsOf(series.flags[at]),
    target: series.target_value ? series.target_value[at] : null, reason: (series.reasons || {})[start],
  }));
  // The past before the first value of this series is not drawn.
  const first = points.findIndex((point) => point.value !== null);
  const drawn = points.slice(first), isOpen = (point) => point.flags.includes("is_open_period");
  const settled = drawn.map((point) => (isOpen(point) ? { ...point, value: null } : point));
  const all = [...drawn.map((point) => point.value), ...drawn.map((point) => point.target)];
  const isRate = !["count", "people", "money"].includes(known.unit);
  const range = scale(all, !isRate);
  const ticks = niceTicks(range.low, range.high, 4);
  const low = Math.min(ticks[0], range.low), high = Math.max(ticks.at(-1), range.high);
  const width = Math.max(280, box.clientWidth || 640), height = width < 460 ? 220 : 270;
  const texts = alike(ticks, known.unit, "");
  const left = 10 + 7 * Math.max(...texts.map((text) => text.length)), right = 14, top = 26, bottom = 26;
  const x = (point) => left + ((point.at - first) / Math.max(1, points.length - 1 - first)) * (width - left - right);
  const y = (value) => top + (1 - (value - low) / (high - low)) * (height - top - bottom);
  const every = Math.ceil(drawn.length / Math.max(2, Math.floor((width - left) / 78)));
  // The chosen period bears its own name, and the first is named where there is room for it.
  const chosen = points[periodIndex()], anchor = chosen && chosen.at >= first ? chosen.at : points.length - 1;
  const isNamed = (point) => (point.at - anchor) % every === 0 || (point.at === first && (anchor - first) % every > every * 0.7);
  const isSoft = chosen && chosen.flags.includes("is_provisional");
  const words = drawn.filter((point) => point.value !== null && !isOpen(point));
  const shown = (point) => number(point.value, known.unit, series.currency);
  const lowest = words.reduce((a, b) => (b.value < a.value ? b : a), words[0] || drawn[0]);
  const highest = words.reduce((a, b) => (b.value > a.value ? b : a), words[0] || drawn[0]);
  const summary = t("trend.read", { label: cardName(card), value: chosen ? shown(chosen) : "–", when: period(DATA.grain, state.period), low: shown(lowest), high: shown(highest) });
  const marks = drawn.filter((point) => point.value !== null).map((point) => {
    const data = { "data-period": point.start, "data-value": point.value, "data-target": raw(point.target) };
    if (point.reason) {
      const h = y(point.value) - 9;
      return svg("path", { ...data, class: "s-odd point", "data-anomaly": "1", d: `M${x(point)} ${h - 6}l6 6l-6 6l-6 -6Z` });
    }
    if (isOpen(point)) return svg("circle", { ...data, class: "s-open point", "data-state": "open-period", cx: x(point), cy: y(point.value), r: 4 });
    if (point.flags.includes("is_provisional")) return svg("circle", { ...data, class: "s-soft point", cx: x(point), cy: y(point.value), r: 3 });
    return svg("circle", { ...data, class: "s-dot point", cx: x(point), cy: y(point.value), r: drawn.length > 60 ? 1.2 : 2.2 });
  });
  const steps = runs(drawn.map((point) => ({ ...point, value: point.target })));
  const targets = steps.map((run) => svg("path", { class: "s-target", d: run.length > 1 ? pathOf(run, x, y) : `M${x(run[0]) - 8} ${y(run[0].value)}h16` }));
  const chart = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": summary, "data-chart": "trend" },
    ticks.map((tick, i) => [svg("line", { class: "s-grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      svg("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, texts[i])]),
    svg("text", { x: 0, y: 10, "data-role": "axis" }, inUnit(cardName(card), known.unit === "money" && series.currency)),
    drawn.filter(isNamed).map((point) =>
      svg("text", { x: Math.max(22, Math.min(x(point), width - 26)), y: height - 6, "text-anchor": "middle", class: point === chosen && "s-name" }, shortPeriod(DATA.grain, point.start))),
    chosen && chosen.at >= first && svg("line", { class: "s-now", x1: x(chosen), x2: x(chosen), y1: top, y2: height - bottom }),
    targets, runs(settled).map((run) => svg("path", { class: "s-line", d: pathOf(run, x, y) })), marks,
    chosen && chosen.value !== null && svg("circle", { class: isSoft ? "s-soft" : "s-dot", cx: x(chosen), cy: y(chosen.value), r: 4.5 }));
  chart.addEventListener("pointermove", (event) => {
    const place = chart.getBoundingClientRect(), at = ((event.clientX - place.left) / place.width) * width;
    const near = drawn.reduce((a, b) => (Math.abs(x(b) - at) < Math.abs(x(a) - at) ? b : a));
    tip(event, pointText(near, known, series.currency));
  });
  chart.addEventListener("pointerleave", () => { role("tip").hidden = true; });
  const has = (flag) => drawn.some((point) => point.value !== null && point.flags.includes(flag));
  const key = (shape, text, height = 10) => el("span", {}, svg("svg", { viewBox: `0 0 22 ${height}`, height, "aria-hidden": "true" }, shape), text);
  box.replaceChildren(chart, el("p", { class: "legend" },
    chosen && chosen.at >= first && key([svg("path", { class: "s-now", d: "M11 0v22" }), chosen.value !== null && svg("circle", { class: isSoft ? "s-soft" : "s-dot", cx: 11, cy: 11, r: 4 })], t("trend.chosen", { when: period(DATA.grain, chosen.start) }), 22),
    targets.length > 0 && key(svg("path", { class: "s-target", d: "M0 5h22" }), t("trend.target", { period: t(`per.${DATA.grain}`) })),
    drawn.some((point) => !isOpen(point) && point.value !== null && point.flags.includes("is_provisional")) && key(svg("circle", { class: "s-soft", cx: 11, cy: 5, r: 3 }), t("trend.provisional")),
    has("is_open_period") && key(svg("circle", { class: "s-open", cx: 11, cy: 5, r: 4 }), t("trend.open")),
    drawn.some((point) => point.reason) && key(svg("path", { class: "s-odd", d: "M11 0l5 5l-5 5l-5 -5Z" }), t("trend.anomaly"))),
    anomalies(drawn, known, series.currency), tableOf(drawn, known, series.currency));
}
function pointText(point, known, currency) {
  const text = [`${capital(period(DATA.grain, point.start))}: ${number(point.value, known.unit, currency)}`];
  if (point.target !== null) text.push(t("card.target", { period: t(`this.${DATA.grain}`), target: number(point.target, known.unit, currency) }));
  for (const flag of point.flags) if (hasWord(`flag.${flag}`) && flag !== "is_unreliable") text.push(t(`flag.${flag}`));
  return text.join(" · ");
}
function tip(event, text) {
  const box = role("tip");
  box.textContent = text;
  box.hidden = false;
  box.style.left = Math.min(event.clientX + 14, window.innerWidth - box.offsetWidth - 8) + "px";
  box.style.top = Math.max(8, event.clientY - box.offsetHeight - 12) + "px";
}
function anomalies(points, known, currency) {
  const found = points.filter((point) => point.reason).slice(-3).reverse();
  return el("div", { "aria-live": "polite", "data-role": "anomalies", class: "small" }, found.length > 0 && [
    el("h4", { class: "sub" }, t("trend.anomalies")),
    el("ul", {}, found.map((point) => el("li", { "data-anomaly-period": point.start, "data-expected": raw(point.reason[0]), "data-from": raw(point.reason[1]), "data-to": raw(point.reason[2]) },
      el("b", {}, capital(period(DATA.grain, point.start)) + ": "), anomalyText(point, known, currency))))]);
}
function anomalyText(point, known, currency) {
  const [value, expected, from, to] = alike([point.value, ...point.reason], known.unit, currency);
  return t("anomaly.reason", { value, expected, from, to, compared: t(`anomaly.compared.${DATA.grain}`) });
}
function tableOf(points, known, currency) {
  const heads = [{ text: t("control.period") }, { text: t("trend.value") }, { text: t("trend.target", { period: t(`per.${DATA.grain}`) }) }];
  const rows = points.slice().reverse().map((point) => ({ cells: [
    capital(period(DATA.grain, point.start)), number(point.value, known.unit, currency), point.target === null ? "–" : number(point.target, known.unit, currency)] }));
  return el("details", {}, el("summary", {}, t("trend.table")), el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("trend.table") }, table(heads, rows)));
}
