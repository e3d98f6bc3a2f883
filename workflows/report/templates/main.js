// The parts of the page, and its refresh while a campaign runs.

function part(id, title, lead, ...content) {
  return el("section", { class: "part", id, "aria-labelledby": `${id}-title` }, el("h2", { id: `${id}-title` }, title), lead ? el("p", { class: "lead" }, lead) : null, content);
}

function progress() {
  const { landed, total, states } = report.state;
  document.getElementById("progress").replaceChildren(
    el("strong", {}, `${landed} of ${total} compounds`),
    el("div", { class: "bar", "aria-hidden": "true" }, Object.entries(STATES).reverse().map(([state, kind]) => states[state] ? el("span", { style: { width: `${(100 * states[state]) / total}%`, background: kind.colour } }) : null)),
    el("div", { class: "muted" }, Object.entries(states).map(([state, count], index) => [index ? ", " : "", `${count} ${state}`])));
}

function overviewPart() {
  const computed = report.entries.filter((entry) => entry.dopants.length && Object.keys(entry.result).length);
  const count = (test) => computed.filter(test).length;
  const best = ranked()[0]?.entry;
  const box = (title, big, small) => el("div", {}, el("dt", {}, title), el("dd", { class: typeof big === "string" ? null : "words" }, big, small ? el("small", {}, small) : null));
  const reference = host();
  const unlabelled = count((entry) => labelOf(entry) === "none");
  const judged = count((entry) => value(entry, "passivating") !== null), unknown = count((entry) => value(entry, "product_band_gaps") && value(entry, "passivating") === null);
  return part("overview", "Overview", null,
    el("dl", { class: "numbers" },
      box("Dopants computed", String(computed.length), report.state.total > report.state.landed ? `${report.state.total - report.state.landed} of ${report.state.total} compounds have no result` : "and the undoped host"),
      ["resists", "undecided", "reduced"].map((label) => box(mark(LABELS, label), String(count((entry) => labelOf(entry) === label)), { resists: "the electrode does not reduce the dopant", undecided: "within the error", reduced: "the electrode reduces the dopant" }[label])),
      unlabelled ? box(mark(LABELS, "none"), String(unlabelled), "no margin known") : null,
      box(mark(DISSOLUTIONS, "dissolves"), String(count((entry) => dissolutionOf(entry) === "dissolves")), `the host takes up the dopant; ${count((entry) => dissolutionOf(entry) === "undecided")} undecided`),
      box("Dopant's products insulate", judged ? `${count((entry) => value(entry, "passivating") === true)} of ${judged}` : DASH, unknown ? `${unknown} cannot be judged: a gap is missing or near the limit` : "the host's own products are another matter"),
      best ? box("First of the ranking", link(best), chances(best)) : null),
    reference ? el("p", {}, "Undoped host ", link(reference), ": reaction energy ", el("b", {}, number(value(reference, "reaction_energy"))), " eV per f.u.", isNumber(value(reference, "energy_above_hull")) ? `, ${number(value(reference, "energy_above_hull"))} eV/atom above the hull` : null, isNumber(value(reference, "migration_barrier")) ? `, migration barrier ${number(value(reference, "migration_barrier"), 2)} eV` : null, ".") : null,
    failuresOverview(), stepsOverview());
}

const chances = (entry) => `resists ${percent(value(entry, "resists_probability"))}, dissolves ${percent(value(entry, "dissolves_probability"))}`;

/** The ranking with the entries that it ranks: {rank, entry, score, lithium, on_front, why}. */
function ranked() {
  const entries = new Map(report.entries.map((entry) => [entry.key, entry]));
  return (report.ranking?.rows || []).map((row, index) => ({ ...row, rank: index + 1, entry: entries.get(row.key) })).filter((row) => row.entry);
}

const WHICH = "Which dopant?";
const ofRow = (column) => ({ ...column, of: (row) => column.of(row.entry), cell: (row) => (column.cell ? column.cell(row.entry) : cellText(column.of(row.entry))) });

/** Which dopant to make: the answer in words, the map, and the ranking with its reasons. */
function whichPart() {
  const rows = ranked();
  if (!rows.length) return null;
  const columns = [
    ofRow(NAME), { title: "Rank", numeric: true, of: (row) => row.rank, cell: (row) => [String(row.rank), row.on_front ? el("abbr", { title: "on the Pareto front" }, "*") : null] },
    ofRow(numeric("resists_probability", 2, { down: true })), ofRow(numeric("dissolves_probability", 2, { down: true })),
    { title: "Why", sentence: true, of: (row) => row.why },
    ofRow(LABEL), ofRow(numeric("reduction_margin", 2, { down: true })), ofRow(numeric("reduction_potential", 2)),
    ofRow(DISSOLUTION), ofRow(withError("solubility", "solubility_uncertainty")),
    { title: "Mobile ions", unit: "per f.u.", numeric: true, of: (row) => row.lithium, cell: (row) => number(row.lithium, 2) },
    { title: "Score", hint: report.ranking.criteria, numeric: true, down: true, of: (row) => row.score, cell: (row) => number(row.score, 2) },
  ];
  const map = report.sections.find((section) => section.title === WHICH);
  return part("which", WHICH, "Two questions decide: does the electrode reduce the dopant (label), which follows from the reference phases alone; and does the host take it up (dissolution), which follows from the engine.",
    el("ul", { id: "answer" }, report.ranking.words.map((sentence) => el("li", {}, sentence))),
    (map?.figures || []).map(figurePart),
    el("h3", {}, "The ranking"),
    el("p", { class: "muted" }, report.ranking.criteria, " A star marks that front. ", el("code", {}, "interphase shortlist"), " changes the criteria."),
    makeTable("which-table", columns, rows, { search: true, caption: "The ranking", words: ({ entry }) => entry.dopants.map((each) => `${ionText(each)} ${each.site}`).join(" ") }));
}

function failuresOverview() {
  const { failures } = report.state;
  if (!failures.length) return null;
  const kinds = Object.entries(failures.reduce((counts, each) => ({ ...counts, [each.kind]: (counts[each.kind] || 0) + 1 }), {}));
  const columns = [
    { title: "Compound", of: (row) => row.compound }, { title: "Step", of: (row) => row.step },
    { title: "Job", of: (row) => row.number, numeric: true, cell: (row) => (LIVE?.gui ? el("a", { href: `${LIVE.gui}fw/${row.number}` }, String(row.number)) : String(row.number)) },
    { title: "Class", of: (row) => row.kind }, { title: "Why", of: (row) => row.error },
  ];
  return el("div", { id: "failures" }, el("h3", {}, "What failed"), el("p", {}, kinds.map(([kind, count]) => `${count} ${kind}: ${failures.find((each) => each.kind === kind).remedy}`).join("; ")), makeTable("failures-table", columns, failures, { caption: "What failed" }));
}

function stepsOverview() {
  const { steps, running } = report.state;
  const names = [...new Set(Object.values(steps).flatMap(Object.keys))];
  if (!names.length) return null;
  return el("details", { id: "steps" }, el("summary", {}, running.length ? `Jobs: ${running.length} run now` : "Jobs"),
    running.length ? el("ul", {}, running.slice(0, 30).map((name) => el("li", {}, name))) : null,
    makeTable("steps-table", [{ title: "Step", of: ([step]) => step }, ...names.map((name) => ({ title: name.toLowerCase(), numeric: true, of: ([, counts]) => counts[name] || 0 }))], Object.entries(steps), { caption: "Jobs by step and state" }));
}

const slug = (title) => `s-${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;

function figurePart(figure) {
  const image = el("img", { class: figure.broad ? "broad" : null, alt: figure.title, decoding: "async", width: figure.width, height: figure.height, src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(figure.svg)}` });
  return el("figure", { id: `figure-${figure.name}` }, el("div", { class: "figure-scroll", tabindex: "0", role: "region", "aria-label": figure.title }, image), el("figcaption", {}, el("b", {}, figure.title), ". ", figure.caption, " ", el("button", { type: "button", class: "plain", onclick: () => save(`${report.campaign}-${figure.name}.svg`, figure.svg) }, "SVG")));
}

function sectionPart(section) {
  return part(slug(section.title), section.title, section.lead,
    section.figures.map(figurePart),
    section.tables.map((table, index) => [el("h3", {}, table.title), table.caption ? el("p", { class: "muted" }, table.caption) : null,
      makeTable(`${slug(section.title)}-${index}`, table.columns.map((column, at) => ({ title: column.title, numeric: column.numeric, of: (row) => row[at] })), table.rows, { search: table.rows.length > 12, caption: table.title })]));
}

function aboutPart() {
  const pairs = (rows) => el("dl", { class: "facts" }, rows.map(([title, text]) => [el("dt", {}, title), el("dd", {}, text)]));
  return part("about", "How it was computed", null, pairs([...report.facts.map((fact) => [fact.title, fact.text]), ["Report made", report.made]]),
    el("details", { id: "words" }, el("summary", {}, "What the words mean"), pairs(Object.values(report.fields).filter((each) => each.description).map((each) => [each.unit ? `${each.label} (${each.unit})` : each.label, each.description]))),
    el("p", { class: "muted" }, "Reference phases of the Materials Project are under CC BY 4.0 (materialsproject.org)."));
}

/** Draw the whole page from the data. */
function drawReport() {
  const named = (id, title, lead, table) => (table ? part(id, title, lead, table) : null);
  const parts = [
    whichPart(), overviewPart(), periodicPart(),
    part("compounds", "Compounds", "A heading sorts. Every compound has a page with its reaction path, products, notes and cell.", compoundsTable()),
    named("passivation", "Passivation", "Which products with the dopant insulate. That alone does not stop a reaction: the products of host and electrode are part of the same interphase, and some conduct (Zr4O of the garnet, a metal).", passivationTable()),
    named("motion", "Lithium motion", "Bond-valence site energy barriers in three dimensions, and the diffusivity that follows.", motionTable()),
    ...report.sections.filter((section) => section.title !== WHICH).map(sectionPart), aboutPart(),
  ].filter(Boolean);
  progress();
  document.getElementById("parts").replaceChildren(...report.warnings.map((warning) => el("p", { class: "warning" }, warning)), ...parts);
  document.getElementById("nav").replaceChildren(...parts.map((each) => el("a", { href: `#${each.id}` }, each.querySelector("h2").textContent)), LIVE?.gui ? el("a", { class: "out", href: LIVE.gui }, "FireWorks' web GUI") : "");
  footer();
}

function footer(problem = null) {
  const made = new Date(report.made);
  document.getElementById("footer").replaceChildren(`${report.campaign}, as of ${Number.isNaN(made.getTime()) ? report.made : made.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}. Made with interphase. `,
    LIVE ? el("span", { class: "live", id: "live" }, problem || (report.state.finished ? "Live: the campaign has ended." : "Live: follows the campaign.")) : "");
}

/** Ask whether anything has changed; if so draw again, and leave everything where it was. */
async function refresh() {
  try {
    const answer = await fetch(LIVE.state, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const { version } = await answer.json();
    if (version !== report.version) {
      const data = await fetch(LIVE.data, { cache: "no-store" });
      if (!data.ok) throw new Error(data.statusText);
      redraw(await data.json());
    } else footer();
  } catch {
    footer("Not live: the server does not answer. What you see is from the time above.");
  }
  setTimeout(refresh, LIVE.seconds * 1000);
}

function redraw(fresh) {
  const before = report.state.landed, inner = dialog.scrollTop;
  const parts = () => [...document.querySelectorAll("#parts > .part")];
  const heights = parts().map((each) => [each.id, each.offsetHeight]);
  const seen = parts().find((each) => each.getBoundingClientRect().bottom > window.innerHeight / 4);
  const place = seen && [seen.id, seen.getBoundingClientRect().top];
  const focused = document.activeElement;
  const again = focused?.id ? `#${CSS.escape(focused.id)}` : null;
  const caret = focused?.matches?.("input[type=search]") ? focused.selectionStart : null;
  const scrolled = [...document.querySelectorAll("#parts table[id]")].map((table) => [table.id, table.parentElement.scrollTop, table.parentElement.scrollLeft]);
  const opened = [...document.querySelectorAll("#parts details[open]")].map((each) => each.id).filter(Boolean);
  report = fresh;
  drawReport();
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, y, x] of scrolled) document.getElementById(id)?.parentElement.scrollTo(x, y);
  // Parts out of sight are not laid out yet: they take the height they had.
  for (const [id, height] of heights) document.getElementById(id)?.style.setProperty("contain-intrinsic-size", `auto ${height}px`);
  const settle = () => {
    const now = place && document.getElementById(place[0]);
    if (now) window.scrollBy(0, now.getBoundingClientRect().top - place[1]);
  };
  settle();
  requestAnimationFrame(() => requestAnimationFrame(settle)); // what has come into sight has its own height now
  const field = again && document.querySelector(again);
  if (field && !dialog.open) { field.focus({ preventScroll: true }); if (caret !== null) field.setSelectionRange(caret, caret); }
  const entry = openKey && report.entries.find((each) => each.key === openKey);
  if (entry) { showCompound(entry); dialog.scrollTop = inner; }
  if (report.state.landed !== before) document.getElementById("announce").textContent = `${report.state.landed} of ${report.state.total} compounds have landed`;
}

drawReport();
followAddress();
window.addEventListener("hashchange", () => {
  const view = /^#([\w-]+)\?/.exec(location.hash);
  if (view) { tableStates.delete(`${view[1]}-table`); drawReport(); }
  followAddress();
});
window.addEventListener("popstate", followAddress);
if (LIVE) setTimeout(refresh, LIVE.seconds * 1000);
