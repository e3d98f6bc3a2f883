// The reaction path of one compound: energy against lithium amount, with its kinks.

const CHART = { width: 760, height: 330, left: 66, right: 20, top: 26, bottom: 46 };

function pathPart(entry) {
  const steps = (value(entry, "reaction_path") || []).filter((step) => isNumber(step.lithium) && isNumber(step.energy));
  if (!steps.length) return null;
  return el("div", { class: "path" }, el("h3", {}, "Reaction path"), pathChart(steps), pathTable(steps));
}

function pathChart(steps) {
  const last = steps[steps.length - 1];
  const end = Math.max(1.18 * last.lithium, last.lithium + 0.5);
  const energies = steps.map((step) => step.energy);
  const span = Math.max(...energies) - Math.min(...energies) || 1;
  const [low, high] = [Math.min(...energies) - 0.1 * span, Math.max(...energies) + 0.14 * span];
  const x = (n) => CHART.left + (n / end) * (CHART.width - CHART.left - CHART.right);
  const y = (g) => CHART.top + ((high - g) / (high - low)) * (CHART.height - CHART.top - CHART.bottom);
  const line = [...steps.map((step) => [x(step.lithium), y(step.energy)]), [x(end), y(last.energy)]];
  const text = (tx, ty, content, more = {}) => svg("text", { x: tx, y: ty, "font-size": 13, fill: "#1b1b1b", ...more }, content);
  return svg("svg", { viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: "img", "aria-label": `Energy of the reaction falls from ${number(steps[0].energy)} to ${number(last.energy)} eV per formula unit at ${short(last.lithium)} lithium; the table below lists every kink.` },
    ticks(low, high, 5).map((tick) => [
      svg("line", { x1: CHART.left, x2: CHART.width - CHART.right, y1: y(tick), y2: y(tick), stroke: "#e6e6e6" }),
      text(CHART.left - 8, y(tick) + 4, short(tick), { "text-anchor": "end" })]),
    ticks(0, end, 8).map((tick) => text(x(tick), CHART.height - CHART.bottom + 20, short(tick), { "text-anchor": "middle" })),
    svg("line", { x1: CHART.left, x2: CHART.width - CHART.right, y1: CHART.height - CHART.bottom, y2: CHART.height - CHART.bottom, stroke: "#8a8a8a" }),
    text((CHART.left + CHART.width - CHART.right) / 2, CHART.height - 6, `amount of ${report.electrode || "electrode"}, n per f.u.`, { "text-anchor": "middle" }),
    text(CHART.left - 58, 14, "\u0394G (eV per f.u.)"),
    svg("polyline", { points: line.map((point) => point.map((each) => each.toFixed(1)).join(",")).join(" "), fill: "none", stroke: "#0072B2", "stroke-width": 2.5, "stroke-linejoin": "round" }),
    newPhases(steps, x, y, text),
    kinks(steps, x, y, text));
}

/** Number the kinks; where two would hide each other the later one is a dot. */
function kinks(steps, x, y, text) {
  let before = -Infinity;
  return steps.map((step, index) => {
    const [cx, cy] = [x(step.lithium), y(step.energy)];
    const crowded = cx - before < 17 && index < steps.length - 1;
    if (crowded) return svg("circle", { cx, cy, r: 3.5, fill: "#0072B2" });
    before = cx;
    return [svg("circle", { cx, cy, r: 9.5, fill: "#fff", stroke: "#0072B2", "stroke-width": 2 }),
      text(cx, cy + 4.5, String(index + 1), { "text-anchor": "middle" })];
  });
}

/** Name at each kink the phases that were not there before, where there is room. */
function newPhases(steps, x, y, text) {
  const taken = [];
  return steps.map((step, index) => {
    const before = index ? Object.keys(steps[index - 1].products || {}) : [];
    const fresh = Object.keys(step.products || {}).filter((phase) => !before.includes(phase));
    if (!fresh.length) return null;
    const content = fresh.join(", "), width = 7.2 * content.length;
    const left = Math.min(x(step.lithium) + 13, CHART.width - CHART.right - width);
    const box = { left, right: left + width, top: y(step.energy) - 26, bottom: y(step.energy) - 8 };
    if (taken.some((other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top)) return null;
    taken.push(box);
    return text(left, box.bottom - 3, svgFormulas(fresh), { "paint-order": "stroke", stroke: "#fff", "stroke-width": 4, "stroke-linejoin": "round" });
  });
}

function svgFormulas(phases) {
  const content = svg("tspan", {});
  phases.forEach((phase, index) => {
    if (index) content.append(", ");
    for (const part of phase.split(/((?<=[A-Za-z)\]])\d+(?:\.\d+)?)/).filter(Boolean)) {
      content.append(/^\d/.test(part) ? svg("tspan", { "font-size": 10, "baseline-shift": "sub" }, part) : part);
    }
  });
  return content;
}

/** Give round numbers between two ends. */
function ticks(low, high, count) {
  const rough = (high - low) / count, unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * unit).find((each) => each >= rough) || 10 * unit;
  const found = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-6; tick += step) found.push(Number(tick.toPrecision(10)));
  return found;
}

function pathTable(steps) {
  const metal = report.electrode || "electrode";
  return el("div", { class: "path-steps" }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Kink"), el("th", { scope: "col", class: "number" }, `n(${metal})`, el("small", {}, "per f.u.")),
      el("th", { scope: "col", class: "number" }, "\u0394G", el("small", {}, "eV per f.u.")), el("th", { scope: "col", class: "number" }, "Voltage up to here", el("small", {}, `V against ${metal}`)), el("th", { scope: "col" }, "Products per f.u."))),
    el("tbody", {}, steps.map((step, index) => el("tr", {}, el("th", { scope: "row" }, String(index + 1)), el("td", { class: "number" }, short(step.lithium)), el("td", { class: "number" }, number(step.energy)),
      el("td", { class: "number" }, number(step.voltage)), el("td", {}, amounts(step.products)))))));
}

/** Write products with amounts, the largest first. */
function amounts(products) {
  const terms = Object.entries(products || {}).sort(([, a], [, b]) => (b ?? 0) - (a ?? 0));
  return terms.flatMap(([phase, amount], index) => [index ? " + " : "", el("span", { class: "mark" }, short(amount), "\u00a0", formula(phase))]);
}
