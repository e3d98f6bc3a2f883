// Tables that can be sorted and searched; how they stand survives a refresh.

const tableStates = new Map();

/** Make a table of entries or rows. A column: {title, unit, of (what it sorts by), cell, numeric}. */
function makeTable(id, columns, rows, { search = false, words = () => "", host: isHost = () => false, caption = null, empty = "none" } = {}) {
  const state = tableStates.get(id) || { sort: null, down: false, query: "" };
  tableStates.set(id, state);
  const bodyRows = rows.map((row) => ({ row, node: null, text: null }));
  const body = el("tbody", {}), count = el("span", { class: "count", role: "status" });
  const heads = columns.map((column, index) => el("th", { scope: "col", class: column.numeric ? "number" : "", title: column.hint || null },
    el("button", { type: "button", onclick: () => sortBy(index) }, column.title), column.unit ? el("small", {}, column.unit) : null));
  function sortBy(index) {
    state.down = state.sort === index ? !state.down : Boolean(columns[index].down);
    state.sort = index;
    draw();
  }
  function draw() {
    heads.forEach((head, index) => (state.sort === index ? head.setAttribute("aria-sort", state.down ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
    const wanted = state.query.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = sorted(bodyRows, columns[state.sort], state.down).filter((each) => wanted.every((word) => textOf(each).includes(word)));
    body.replaceChildren(...shown.map((each) => (each.node ||= rowNode(each.row))));
    if (!shown.length) body.append(el("tr", {}, el("td", { colspan: columns.length, class: "muted" }, rows.length ? "nothing matches" : empty)));
    count.textContent = wanted.length ? `${shown.length} of ${rows.length}` : plural(rows.length, "row");
  }
  const textOf = (each) => (each.text ??= `${words(each.row)} ${(each.node ||= rowNode(each.row)).textContent}`.toLowerCase());
  const rowNode = (row) => el("tr", { class: isHost(row) ? "is-host" : null }, columns.map((column, index) => el(index ? "td" : "th", { class: column.numeric ? "number" : column.roomy ? "roomy" : null, scope: index ? null : "row" }, column.cell ? column.cell(row) : cellText(column.of(row)))));
  draw();
  const table = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption || id }, el("table", { id },
    caption ? el("caption", { class: "sr" }, caption) : null, el("thead", {}, el("tr", {}, heads)), body));
  if (!search) return table;
  const field = el("input", { type: "search", id: `${id}-search`, value: state.query, autocomplete: "off", oninput: (event) => { state.query = event.target.value; draw(); } });
  return el("div", {}, el("div", { class: "controls" }, el("div", {}, el("label", { for: `${id}-search` }, "Search: words that must all occur"), field), count), table);
}

const cellText = (value) => (isNumber(value) ? short(value, 4) : value === null || value === undefined || value === "" ? DASH : String(value));

/** Sort by a column; what has no value comes last either way, equals keep their order. */
function sorted(rows, column, down) {
  if (!column) return rows;
  const keyed = rows.map((each) => ({ each, key: column.of(each.row) }));
  const missing = (key) => key === null || key === undefined || key === "" || Number.isNaN(key);
  keyed.sort(({ key: a }, { key: b }) => {
    if (missing(a) || missing(b)) return missing(a) - missing(b);
    const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
    return down ? -order : order;
  });
  return keyed.map(({ each }) => each);
}

/** A column of a number in the result documents. */
function numeric(name, decimals = 3, extra = {}) {
  return { title: field(name).label, unit: field(name).unit, hint: field(name).description, numeric: true, of: (entry) => value(entry, name), cell: (entry) => number(value(entry, name), decimals), ...extra };
}

/** A column of a number with its standard uncertainty: 0.35 ± 0.20. */
function withError(name, error, decimals = 2) {
  return numeric(name, decimals, { cell: (entry) => (isNumber(value(entry, error)) ? `${number(value(entry, name), decimals)}\u00a0\u00b1\u00a0${number(value(entry, error), decimals)}` : number(value(entry, name), decimals)) });
}

const NAME = { title: "Compound", of: (entry) => entry.name, cell: link };
const LABEL = { title: "Label", of: (entry) => (value(entry, "label") ? LABELS[labelOf(entry)].rank : null), cell: (entry) => (value(entry, "label") ? mark(LABELS, labelOf(entry)) : DASH) };

const DISSOLUTION = { title: "Dissolution", hint: field("dissolution").description, of: (entry) => (value(entry, "dissolution") ? DISSOLUTIONS[dissolutionOf(entry)].rank : null), cell: (entry) => (value(entry, "dissolution") ? mark(DISSOLUTIONS, dissolutionOf(entry)) : DASH) };

function compoundsTable() {
  const columns = [
    NAME,
    { title: "Formula", of: (entry) => value(entry, "formula"), cell: (entry) => (value(entry, "formula") ? el("span", { class: "formula" }, formula(value(entry, "formula"))) : DASH) },
    { title: "State", of: (entry) => STATES[entry.state]?.rank ?? 9, cell: (entry) => mark(STATES, entry.state) },
    LABEL, DISSOLUTION, numeric("reduction_margin", 2, { down: true }), numeric("resists_probability", 2, { down: true }), numeric("dissolves_probability", 2, { down: true }),
    numeric("reaction_energy", 3, { down: true }),
    { title: "Minus host's", unit: "eV per f.u.", hint: "Reaction energy less the undoped host's", numeric: true, down: true, of: difference, cell: (entry) => (isNumber(difference(entry)) ? signed(difference(entry)) : DASH) },
    numeric("reaction_energy_uncertainty"),
    { title: "Passivating", hint: field("passivating").description, of: (entry) => ({ true: 0, false: 1 })[value(entry, "passivating")] ?? null, cell: (entry) => yesNo(value(entry, "passivating")) },
    numeric("energy_above_hull"), numeric("defect_energy"), numeric("migration_barrier"),
    { title: field("diffusivity").label, unit: "cm²/s, 300 K", hint: field("diffusivity").description, numeric: true, down: true, of: (entry) => value(entry, "diffusivity"), cell: (entry) => power(value(entry, "diffusivity")) },
    numeric("lithium_uptake", 2),
    { title: "Products", roomy: true, of: (entry) => Object.keys(value(entry, "products") || {}).join(" "), cell: (entry) => formulas(value(entry, "products")) },
  ];
  return makeTable("compounds-table", columns, report.entries, {
    search: true, caption: "All compounds", host: (entry) => !entry.dopants.length,
    words: (entry) => [entry.state, ...entry.dopants.map((each) => `${each.element} ${each.element}${each.valence}+ ${each.site}`), value(entry, "formula"), ...(value(entry, "notes") || [])].join(" "),
  });
}

function passivationTable() {
  const judged = report.entries.filter((entry) => value(entry, "product_band_gaps"));
  if (!judged.length) return null;
  const gaps = (entry, chosen) => Object.fromEntries(Object.entries(value(entry, "product_band_gaps")).filter(([phase]) => chosen.includes(phase)));
  const written = (amounts) => formulas(amounts, (phase) => ` ${isNumber(amounts[phase]) ? number(amounts[phase], 2) : "unknown"}`);
  const deciding = (entry) => value(entry, "deciding_phases") || [];
  const smallest = (entry) => { const found = Object.values(gaps(entry, deciding(entry))).filter(isNumber); return found.length ? Math.min(...found) : null; };
  const columns = [
    NAME, LABEL,
    { title: "Passivating", hint: field("passivating").description, of: (entry) => ({ true: 0, false: 1 })[value(entry, "passivating")] ?? null, cell: (entry) => yesNo(value(entry, "passivating")) },
    { title: "Strictly", hint: field("strictly_passivating").description, of: (entry) => ({ true: 0, false: 1 })[value(entry, "strictly_passivating")] ?? null, cell: (entry) => yesNo(value(entry, "strictly_passivating")) },
    { title: "Smallest gap that decides", unit: "eV", numeric: true, down: true, of: smallest, cell: (entry) => number(smallest(entry), 2) },
    { title: "Deciding phases, gap in eV", roomy: true, of: (entry) => deciding(entry).join(" "), cell: (entry) => written(gaps(entry, deciding(entry))) },
    { title: "Other products, gap in eV", roomy: true, of: (entry) => Object.keys(value(entry, "product_band_gaps")).length, cell: (entry) => written(gaps(entry, Object.keys(value(entry, "product_band_gaps")).filter((phase) => !deciding(entry).includes(phase)))) },
  ];
  return makeTable("passivation-table", columns, judged, { search: true, caption: "Passivation", host: (entry) => !entry.dopants.length });
}

function motionTable() {
  const moving = report.entries.filter((entry) => isNumber(value(entry, "migration_barrier")));
  if (!moving.length) return null;
  const reference = host() && value(host(), "migration_barrier");
  const columns = [
    NAME, numeric("migration_barrier"),
    { title: "Minus host's", unit: "eV", numeric: true, of: (entry) => (isNumber(reference) ? value(entry, "migration_barrier") - reference : null), cell: (entry) => (isNumber(reference) ? signed(value(entry, "migration_barrier") - reference) : DASH) },
    { title: field("diffusivity").label, unit: "cm²/s, 300 K", numeric: true, down: true, of: (entry) => value(entry, "diffusivity"), cell: (entry) => power(value(entry, "diffusivity")) },
    numeric("reaction_energy", 3, { down: true }), LABEL,
  ];
  return makeTable("motion-table", columns, moving, { search: true, caption: "Lithium motion", host: (entry) => !entry.dopants.length });
}
