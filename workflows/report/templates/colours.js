// What colours the periodic tables: by the host's value, by size, or by word.

const QUANTITIES = {
  reaction_energy: { decimals: 2, better: "more", around: true },
  label: { kinds: LABELS, of: labelOf },
  dissolution: { kinds: DISSOLUTIONS, of: dissolutionOf },
  reduction_margin: { decimals: 2, better: "more" },
  solubility: { decimals: 2, better: "less" },
  state: { kinds: STATES, of: (entry) => entry.state },
  energy_above_hull: { decimals: 3, better: "less" },
  migration_barrier: { decimals: 2, better: "less" },
  defect_energy: { decimals: 2, better: "less" },
};

/** Make the scale of a quantity over all compounds: a colour, a text and a rank for each of them. */
function scaleOf(name) {
  const quantity = QUANTITIES[name];
  if (quantity.kinds) return wordScale(name, quantity);
  const values = report.entries.map((entry) => value(entry, name)).filter(isNumber);
  const middle = quantity.around && host() ? value(host(), name) : null;
  const shade = isNumber(middle) ? around(values, middle) : ramp(values);
  return {
    name,
    text: (entry) => number(value(entry, name), quantity.decimals),
    colour: (entry) => (isNumber(value(entry, name)) ? shade.at(value(entry, name)) : null),
    rank: (entry) => (isNumber(value(entry, name)) ? (quantity.better === "more" ? -1 : 1) * value(entry, name) : Infinity),
    legend: () => rampLegend(name, quantity, shade, middle),
  };
}

function wordScale(name, quantity) {
  return {
    name,
    text: (entry) => {
      const kind = quantity.kinds[quantity.of(entry)];
      return kind.glyph;
    },
    colour: (entry) => (quantity.of(entry) === "none" && !Object.keys(entry.result).length ? null : quantity.kinds[quantity.of(entry)].colour),
    rank: (entry) => quantity.kinds[quantity.of(entry)].rank,
    legend: () => Object.entries(quantity.kinds).map(([word, kind]) => el("span", {}, el("span", { class: "swatch", style: { background: kind.colour, color: kind.ink } }, kind.glyph), kind.word || word)),
  };
}

/** In proportion near the host's value, by the logarithm far from it, as in analysis/figures/style.py. */
function around(values, middle) {
  const width = report.palette.linear_width;
  const reach = Math.max(...values.map((each) => Math.abs(each - middle)), width);
  const full = Math.asinh(reach / width);
  const place = (value) => 0.5 + 0.5 * Math.asinh((value - middle) / width) / full;
  const at = (place) => middle + width * Math.sinh((2 * place - 1) * full);
  const low = Math.min(...values, middle), high = Math.max(...values, middle);
  const ends = [place(low), place(high)];
  return {
    at: (value) => blend(report.palette.diverging, place(value)),
    stops: Array.from({ length: 25 }, (_, i) => blend(report.palette.diverging, ends[0] + (ends[1] - ends[0]) * i / 24)),
    ticks: Array.from({ length: 5 }, (_, i) => at(ends[0] + (ends[1] - ends[0]) * i / 4)),
  };
}

function ramp(values) {
  const low = Math.min(...values), high = Math.max(...values);
  const place = (value) => (high > low ? (value - low) / (high - low) : 0);
  return {
    at: (value) => blend(report.palette.sequential, place(value)),
    stops: report.palette.sequential,
    ticks: values.length ? Array.from({ length: 5 }, (_, i) => low + (high - low) * i / 4) : [],
  };
}

function rampLegend(name, quantity, shade, middle) {
  if (!shade.ticks.length) return [el("span", {}, "no compound has this value yet")];
  const bar = el("div", { class: "ramp" },
    el("span", {}, shade.ticks.map((tick) => el("span", {}, number(tick, quantity.decimals)))),
    el("i", { style: { background: `linear-gradient(to right, ${shade.stops.join(",")})` } }));
  const middleText = isNumber(middle) ? `white is the undoped host, ${number(middle, 3)}; blue is better, brown worse` : null;
  return [el("span", {}, heading(name)), bar, middleText && el("span", { class: "muted" }, middleText),
    el("span", {}, el("span", { class: "swatch none" }), "no value")];
}

function blend(stops, place) {
  const position = Math.min(Math.max(place, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(position), stops.length - 2);
  const [from, to] = [rgb(stops[index]), rgb(stops[index + 1])];
  const mixed = from.map((part, i) => Math.round(part + (to[i] - part) * (position - index)));
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

const rgb = (hex) => [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));

/** Black or white, whichever contrasts more (WCAG 2): never below 4.5 to 1. */
function inkOn(hex) {
  const [r, g, b] = rgb(hex).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}
