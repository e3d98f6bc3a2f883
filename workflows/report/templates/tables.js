// Tables that can be sorted and searched; how they stand survives a refresh.

const tableStates = new Map();
/** Rows of a table that paper shows. */
const PRINTED = 40;

/** Make a table of entries or rows. A column: {title, unit, of (what it sorts by), cell, numeric}. */
function makeTable(id, columns, rows, { search = false, words = () => "", host: isHost = () => false, caption = null, empty = "none", filters = [] } = {}) {
  const state = tableState(id, columns);
  const bodyRows = rows.map((row) => ({ row, node: null, text: null }));
  const body = el("tbody", {}), count = el("span", { class: "count", role: "status" });
  const isShown = (column, index) => !index || state.columns.has(column.title);
  const heads = columns.map((column, index) => el("th", { scope: "col", class: column.numeric ? "number" : "", title: column.hint || null },
    el("button", { type: "button", onclick: () => sortBy(index) }, column.title), column.unit ? el("small", {}, column.unit) : null));
  function sortBy(index) {
    state.down = state.sort === index ? !state.down : Boolean(columns[index].down);
    state.sort = index;
    draw();
  }
  function draw() {
    heads.forEach((head, index) => (state.sort === index ? head.setAttribute("aria-sort", state.down ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
    const shown = sorted(bodyRows, columns[state.sort], state.down).filter(isWanted());
    head.replaceChildren(...heads.filter((_, index) => isShown(columns[index], index)));
    body.replaceChildren(...shown.map((each) => (each.node ||= rowNode(each.row))));
    if (rows.length > PRINTED) body.parentElement?.classList.toggle("long", shown.length > PRINTED);
    if (!shown.length) body.append(el("tr", {}, el("td", { colspan: columns.length, class: "muted" }, rows.length ? "nothing matches" : empty)));
    count.textContent = shown.length < rows.length ? `${shown.length} of ${rows.length}` : plural(rows.length, "row");
    visible = shown;
    if (search) showInAddress(id, state, columns);
  }
  let visible = bodyRows;
  const head = el("tr", {});
  /** A test of rows: words begin like those that are searched for, and every filter holds. */
  function isWanted() {
    const wanted = state.query.toLowerCase().split(/\s+/).filter(Boolean).map((word) => new RegExp(`(^|[^\\p{L}\\p{N}])${word.replace(/[^\p{L}\p{N}]/gu, "\\$&")}`, "u"));
    const set = filters.filter((filter) => state.filters[filter.name]);
    return (each) => wanted.every((word) => word.test(textOf(each))) && set.every((filter) => holds(filter, state.filters[filter.name], filter.of(each.row)));
  }
  function redrawAll() {
    for (const each of bodyRows) each.node = null;
    draw();
  }
  function download() {
    const chosen = columns.filter(isShown);
    const plain = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const lines = [chosen.map((column) => (column.unit ? `${column.title} (${column.unit})` : column.title)),
      ...visible.map(({ row }) => chosen.map((column) => exported(column, row)))];
    save(`${report.campaign}-${id}.csv`, lines.map((line) => line.map((each) => plain(String(each ?? ""))).join(",")).join("\n") + "\n");
  }
  const textOf = (each) => (each.text ??= `${words(each.row)} ${(each.node ||= rowNode(each.row)).textContent}`.toLowerCase());
  const rowNode = (row) => el("tr", { class: isHost(row) ? "is-host" : null }, columns.map((column, index) => isShown(column, index) && el(index ? "td" : "th", { class: column.numeric ? "number" : column.roomy ? "roomy" : column.sentence ? "sentence" : null, scope: index ? null : "row" }, column.cell ? column.cell(row) : cellText(column.of(row)))));
  const table = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption || id }, el("table", { id },
    caption ? el("caption", { class: "sr" }, caption) : null, el("thead", {}, head), body));
  draw();
  if (!search) return table;
  const field = el("input", { type: "search", id: `${id}-search`, value: state.query, autocomplete: "off", oninput: (event) => { state.query = event.target.value; draw(); } });
  return el("div", {}, el("div", { class: "controls" }, el("div", {}, el("label", { for: `${id}-search` }, "Search: words that must all occur"), field), filters.map((filter) => filterField(id, filter, state, draw)), count,
    el("button", { type: "button", class: "plain", onclick: download }, "CSV"), columnChoice(id, columns, state, redrawAll)), table);
}

const cellText = (value) => (isNumber(value) ? short(value, 3) : value === null || value === undefined || value === "" ? DASH : String(value));

/** What a table has been set to, from the address if that names it. */
function tableState(id, columns) {
  if (!tableStates.has(id)) {
    const usual = columns.filter((column) => !column.extra).map((column) => column.title);
    tableStates.set(id, { sort: null, down: false, query: "", filters: {}, columns: new Set(usual), usual: usual.join() });
    const asked = /^#([\w-]+)\?(.*)$/.exec(location.hash);
    if (asked && `${asked[1]}-table` === id) readAddress(tableStates.get(id), columns, new URLSearchParams(asked[2]));
  }
  return tableStates.get(id);
}

function readAddress(state, columns, asked) {
  for (const [name, text] of asked) {
    if (name === "search") state.query = text;
    else if (name === "columns") state.columns = new Set(text.split("|"));
    else if (name === "sort") {
      state.sort = columns.findIndex((column) => column.title === text.replace(/^-/, ""));
      state.down = text.startsWith("-");
      if (state.sort < 0) state.sort = null;
    } else state.filters[name] = text;
  }
}

/** Put how a table stands into the page's address, which can be sent on. */
function showInAddress(id, state, columns) {
  const set = new URLSearchParams(Object.entries(state.filters).filter(([, text]) => text));
  if (state.query) set.set("search", state.query);
  if (state.sort !== null) set.set("sort", (state.down ? "-" : "") + columns[state.sort].title);
  if ([...state.columns].join() !== state.usual) set.set("columns", [...state.columns].join("|"));
  const old = new RegExp(`^#${id.replace(/-table$/, "")}\\?`);
  if (String(set)) history.replaceState(null, "", `#${id.replace(/-table$/, "")}?${set}`);
  else if (old.test(location.hash)) history.replaceState(null, "", "#");
}

/** Whether a value fulfils a filter: one of its choices, or at least or at most a number. */
function holds(filter, text, value) {
  if (filter.choices) return String(value).split(" ").includes(text);
  return !isNumber(Number(text)) || (isNumber(value) && (filter.most ? value <= Number(text) : value >= Number(text)));
}

function filterField(id, filter, state, draw) {
  const name = `${id}-${filter.name}`, now = state.filters[filter.name] || "";
  const change = (event) => { state.filters[filter.name] = event.target.value; draw(); };
  const field = filter.choices
    ? el("select", { id: name, onchange: change }, el("option", { value: "" }, "any"), filter.choices.map((each) => el("option", { value: each, selected: each === now }, each)))
    : el("input", { id: name, type: "number", step: "any", value: now, oninput: change });
  return el("div", {}, el("label", { for: name }, filter.title), field);
}

function columnChoice(id, columns, state, redraw) {
  const flip = (title) => (event) => { state.columns[event.target.checked ? "add" : "delete"](title); redraw(); };
  return el("details", { class: "choice", id: `${id}-columns` }, el("summary", {}, "Columns"), el("div", {}, columns.slice(1).map(({ title }) => el("label", {}, el("input", { type: "checkbox", checked: state.columns.has(title), onchange: flip(title) }), " ", title))));
}

/** A cell as a file has it: numbers in full, marks as their words. */
function exported(column, row) {
  const value = column.of(row);
  if (column.numeric || !column.cell) return value;
  return el("span", {}, column.cell(row)).textContent.replace(/^\S /, (start) => (/[\w]/.test(start) ? start : "")).trim();
}

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

function compoundFilters() {
  const those = (of) => [...new Set(report.entries.flatMap((entry) => of(entry)).filter((each) => each !== null && each !== undefined))].sort();
  const of = (part) => (entry) => entry.dopants.map((each) => String(each[part])).join(" ");
  const choice = (name, title, read) => ({ name, title, of: read, choices: those((entry) => read(entry).split(" ").filter(Boolean)) });
  return [
    choice("label", "Label", (entry) => value(entry, "label") || ""), choice("dissolution", "Dissolution", (entry) => value(entry, "dissolution") || ""),
    choice("site", "Site", of("site")), choice("element", "Element", of("element")), choice("valence", "Valence", of("valence")),
    { name: "reaction_energy", title: "Reaction energy from", of: (entry) => value(entry, "reaction_energy") },
    { name: "barrier", title: "Barrier up to", most: true, of: (entry) => value(entry, "migration_barrier") },
  ];
}

function compoundsTable() {
  const columns = [
    NAME,
    { title: "Formula", extra: true, of: (entry) => value(entry, "formula"), cell: (entry) => (value(entry, "formula") ? el("span", { class: "formula" }, formula(value(entry, "formula"))) : DASH) },
    { title: "State", extra: report.state.landed === report.state.total, of: (entry) => STATES[entry.state]?.rank ?? 9, cell: (entry) => mark(STATES, entry.state) },
    LABEL, DISSOLUTION, numeric("reduction_margin", 2, { down: true }), numeric("resists_probability", 2, { down: true }), numeric("dissolves_probability", 2, { down: true }),
    numeric("reaction_energy", 3, { down: true }),
    { title: "Minus host's", extra: true, unit: "eV per f.u.", hint: "Reaction energy less the undoped host's", numeric: true, down: true, of: difference, cell: (entry) => (isNumber(difference(entry)) ? signed(difference(entry)) : DASH) },
    numeric("reaction_energy_uncertainty", 3, { extra: true }),
    { title: "Passivating", hint: field("passivating").description, of: (entry) => ({ true: 0, false: 1 })[value(entry, "passivating")] ?? null, cell: (entry) => yesNo(value(entry, "passivating")) },
    numeric("energy_above_hull", 3, { extra: true }), numeric("defect_energy", 3, { extra: true }), numeric("migration_barrier"),
    { title: field("diffusivity").label, unit: "cm²/s, 300 K", extra: true, hint: field("diffusivity").description, numeric: true, down: true, of: (entry) => value(entry, "diffusivity"), cell: (entry) => power(value(entry, "diffusivity")) },
    numeric("lithium_uptake", 2, { extra: true }),
    { title: "Products", roomy: true, of: (entry) => Object.keys(value(entry, "products") || {}).join(" "), cell: (entry) => formulas(value(entry, "products")) },
  ];
  return makeTable("compounds-table", columns, report.entries, {
    search: true, caption: "All compounds", filters: compoundFilters(), host: (entry) => !entry.dopants.length,
    words: (entry) => [entry.state, ...entry.dopants.map((each) => `${each.element} ${ionText(each)} ${each.site}`), value(entry, "formula"), ...(value(entry, "notes") || [])].join(" "),
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
