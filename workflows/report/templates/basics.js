"use strict";
// Everything that comes from the database is put into the page as text, never as HTML.

let report = JSON.parse(document.getElementById("data").textContent);
const LIVE = report.live || null;
const SVG = "http://www.w3.org/2000/svg";
const MINUS = "\u2212", DASH = "\u2013";

/** Make an element: attributes (on… are listeners, true and false set or leave out), children. */
function el(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function svg(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") Object.assign(node.style, value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
  return node;
}

/** An ion in words: Al3+, Br1-. */
const ionText = (dopant) => `${dopant.element}${chargeText(dopant.valence)}`;
const chargeText = (valence) => `${Math.abs(valence)}${valence < 0 ? MINUS : "+"}`;

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** Write a number with so many decimals, and a real minus; what rounds to zero has no sign. */
function number(value, decimals = 3) {
  if (!isNumber(value)) return DASH;
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", MINUS);
}

const signed = (value, decimals = 3) => (value > 0 && Number(value.toFixed(decimals)) !== 0 ? "+" : "") + number(value, decimals);

/** Write a share of one. */
const percent = (share) => (isNumber(share) ? `${Math.round(100 * share)} %` : "unknown");

/** Write a small or large number as 1.2 × 10⁻⁹. */
function power(value) {
  if (!isNumber(value)) return DASH;
  if (value === 0) return "0";
  const [digits, exponent] = value.toExponential(1).split("e");
  return [digits.replace("-", MINUS), " \u00d7 10", el("sup", {}, String(Number(exponent)).replace("-", MINUS))];
}

/** Write amounts without trailing zeros. */
const short = (value, decimals = 3) => isNumber(value) ? String(Number(value.toFixed(decimals))).replace("-", MINUS) : DASH;

/** Write a formula with subscripts. */
function formula(text) {
  return String(text).split(/((?<=[A-Za-z)\]])\d+(?:\.\d+)?)/).filter(Boolean)
    .map((part) => (/^\d/.test(part) ? el("sub", {}, part) : part));
}

/** Write a reaction equation with subscripts, and an arrow for "->". */
const equation = (text) => String(text).split(/(\s+)/).map((word) => (word === "->" ? "\u2192" : /^[A-Z(]/.test(word) ? formula(word) : word));

function formulas(amounts, write) {
  const names = Object.keys(amounts || {});
  return names.length ? el("span", { class: "phases" }, names.map((name, index) => el("span", {}, formula(name), write ? write(name) : null, index < names.length - 1 ? ", " : null))
    .flatMap((each) => [each, " "])) : DASH;
}

const field = (name) => report.fields[name] || { label: name, unit: "", description: "" };
const heading = (name) => { const f = field(name); return f.unit ? `${f.label} (${f.unit})` : f.label; };
const value = (entry, name) => entry.result[name] ?? null;
const host = () => report.entries.find((entry) => !entry.dopants.length && Object.keys(entry.result).length) || null;

/** Reaction energy less the host's. */
function difference(entry) {
  const energy = value(entry, "reaction_energy"), reference = value(entry, "reaction_energy_host");
  return isNumber(energy) && isNumber(reference) ? energy - reference : null;
}

const LABELS = {
  resists: { glyph: "\u25CF", colour: "#009E73", ink: "#000", rank: 0 },
  undecided: { glyph: "\u25A0", colour: "#E69F00", ink: "#000", rank: 1 },
  reduced: { glyph: "\u25BC", colour: "#D55E00", ink: "#000", rank: 2 },
  none: { glyph: "\u25C6", colour: "#BDBDBD", ink: "#000", rank: 3, word: "no label" },
};
const DISSOLUTIONS = {
  dissolves: { glyph: "\u25CF", colour: "#009E73", ink: "#000", rank: 0 },
  undecided: { glyph: "\u25A0", colour: "#E69F00", ink: "#000", rank: 1 },
  segregates: { glyph: "\u25BC", colour: "#D55E00", ink: "#000", rank: 2 },
  none: { glyph: "\u25C6", colour: "#BDBDBD", ink: "#000", rank: 3, word: "not known" },
};
const STATES = {
  failed: { glyph: "\u2715", colour: "#D55E00", ink: "#000", rank: 0 },
  blocked: { glyph: "\u2298", colour: "#CC79A7", ink: "#000", rank: 1 },
  running: { glyph: "\u25B6", colour: "#56B4E9", ink: "#000", rank: 2 },
  queued: { glyph: "\u2026", colour: "#F0E442", ink: "#000", rank: 3 },
  waiting: { glyph: "\u25CB", colour: "#E6E6E6", ink: "#000", rank: 4 },
  landed: { glyph: "\u2713", colour: "#0072B2", ink: "#fff", rank: 5 },
};
const dissolutionOf = (entry) => (Object.hasOwn(DISSOLUTIONS, value(entry, "dissolution") ?? "") ? value(entry, "dissolution") : "none");
const labelOf = (entry) => (Object.hasOwn(LABELS, value(entry, "label") ?? "") ? value(entry, "label") : "none");

function mark(kinds, name) {
  const kind = kinds[name];
  if (!kind) return String(name ?? DASH);
  return el("span", { class: "mark" }, el("i", { "aria-hidden": "true", style: { color: kind.colour } }, kind.glyph), " ", kind.word || name);
}

const yesNo = (flag) => (flag === true ? "yes" : flag === false ? "no" : DASH);
const link = (entry) => el("a", { href: `#c=${encodeURIComponent(entry.key)}` }, entry.name);
const siteOf = (entry) => (entry.dopants.length > 1 ? "several sites" : entry.dopants.length ? entry.dopants[0].site : "");
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
