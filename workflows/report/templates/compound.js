// The page of one compound, over the report; its address is #c=KEY, so that it can be linked to.

const dialog = document.getElementById("compound");
let openKey = null;
let shownBefore = null;

function openCompound(key) { location.hash = `#c=${encodeURIComponent(key)}`; }

/** Open or close what the address says. */
function followAddress() {
  const found = /^#c=(.+)$/.exec(location.hash);
  const key = found && decodeURIComponent(found[1]);
  const entry = key && report.entries.find((each) => each.key === key);
  const view = /^#([\w-]+)\?/.exec(location.hash);
  if (view) for (const wait of [0, 100]) setTimeout(() => document.getElementById(view[1])?.scrollIntoView(), wait); // parts above get their height
  if (!entry) {
    openKey = null;
    if (dialog.open) dialog.close();
    return;
  }
  if (!dialog.open) shownBefore = document.activeElement;
  openKey = key;
  showCompound(entry);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

dialog.addEventListener("close", () => {
  if (location.hash.startsWith("#c=")) history.pushState(null, "", location.pathname + location.search);
  openKey = null;
  if (shownBefore?.isConnected) shownBefore.focus({ preventScroll: true });
});
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

function showCompound(entry) {
  const index = report.entries.indexOf(entry);
  const step = (by, word) => {
    const other = report.entries[index + by];
    return el("button", { type: "button", class: "plain", disabled: !other, onclick: () => openCompound(other.key), "aria-label": `${word} compound` }, word);
  };
  const computed = Object.keys(entry.result).length > 0;
  dialog.replaceChildren(
    el("div", { class: "top" },
      el("div", {}, el("h2", { id: "compound-title" }, entry.name), el("div", { class: "muted" }, value(entry, "formula") ? formula(value(entry, "formula")) : "not computed yet")),
      el("div", { class: "tools" }, step(-1, "Previous"), step(1, "Next"), el("button", { type: "button", class: "plain", onclick: () => dialog.close(), autofocus: true }, "Close"))),
    el("div", { class: "body" },
      siblings(entry),
      computed ? computedBody(entry) : el("p", { class: "verdict" }, mark(STATES, entry.state), ": there is no result of this compound yet."),
      failuresPart(entry.failures), jobPart(entry)));
}

function siblings(entry) {
  const elements = new Set(entry.dopants.map((each) => each.element));
  const others = report.entries.filter((each) => each !== entry && each.dopants.some((dopant) => elements.has(dopant.element)));
  return others.length ? el("div", {}, el("span", { class: "muted" }, `Also of ${[...elements].join(", ")}:`), el("ul", { class: "siblings" }, others.map((each) => el("li", {}, link(each))))) : null;
}

function computedBody(entry) {
  return [
    el("div", { class: "columns" },
      el("div", {}, verdict(entry), figuresList(entry)),
      el("div", {}, crystalPart(entry))),
    pathPart(entry), productsPart(entry), runnersPart(entry), notesPart(entry),
  ];
}

/** Say the verdict in words, with the numbers that it follows from: both questions, then the whole reaction. */
function verdict(entry) {
  const paragraphs = entry.dopants.length
    ? [reductionWords(entry), dissolutionWords(entry), relationWords(entry), interphaseWords(entry), rankWords(entry)]
    : [["The undoped host: every other compound is compared with it. "], interphaseWords(entry)];
  return paragraphs.filter((words) => words.length).map((words) => el("p", { class: "verdict" }, words));
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
const strong = (kinds, name) => el("b", {}, mark({ [name]: { ...kinds[name], word: capital(kinds[name].word || name) } }, name));
const listed = (phases) => formulas(Object.fromEntries(phases.map((each) => [each, 1])));

/** What the electrode does to each dopant. */
function reductionWords(entry) {
  const parts = [strong(LABELS, labelOf(entry)), ". "];
  for (const each of value(entry, "reductions") || []) {
    if (each.valence < 0) parts.push(`${ionText(each)} is an anion in its lowest valence, which cannot be reduced. `);
    if (!isNumber(each.margin)) continue;
    const error = isNumber(each.uncertainty) ? ` (\u00b1 ${number(each.uncertainty, 2)})` : "";
    parts.push(`Reducing ${ionText(each)} ${each.margin > 0 ? "costs" : "yields"} ${number(Math.abs(each.margin), 2)}${error} eV per dopant`,
      isNumber(each.potential) ? `, from ${number(each.potential, 2)} V against the electrode down` : "",
      isNumber(each.probability) ? `; it resists with a probability of ${percent(each.probability)}` : "", ". ");
  }
  const hinges = value(entry, "hinges_on") || [];
  if (hinges.length) parts.push("The label hinges on ", listed(hinges), ": without one of these reference phases it would be another. ");
  return parts;
}

/** If the host takes the dopants up. */
function dissolutionWords(entry) {
  const energy = value(entry, "solubility");
  if (!isNumber(energy)) return [];
  const error = value(entry, "solubility_uncertainty");
  return [strong(DISSOLUTIONS, dissolutionOf(entry)), `. The free energy of dissolution is ${signed(energy, 2)}${isNumber(error) ? ` \u00b1 ${number(error, 2)}` : ""} eV per dopant; the host takes it up with a probability of ${percent(value(entry, "dissolves_probability"))}. `];
}

const RELATIONS = { no_worse: "no worse than the undoped host's", undecided: "not told apart from the undoped host's", worse: "worse than the undoped host's" };

/** How the whole reaction compares with the host's. */
function relationWords(entry) {
  const d = difference(entry), u = value(entry, "reaction_energy_uncertainty"), relation = value(entry, "relation");
  const parts = [];
  if (isNumber(d)) {
    const word = Object.hasOwn(RELATIONS, relation ?? "") ? ` (${RELATIONS[relation]})` : "";
    parts.push(`The whole reaction energy is ${number(Math.abs(d))} eV per f.u. ${d >= 0 ? "above" : "below"} the undoped host's${word}`,
      isNumber(u) && u > 0 ? `, ${short(Math.abs(d) / u, 1)} times the standard uncertainty of ${number(u)} eV. ` : "; the uncertainty is not known. ");
  }
  if (value(entry, "passes_filter") === false) parts.push("Its defect energy is beyond the campaign's limit: the dopant does not belong on this site. ");
  return parts;
}

/** What the products are, and what share of them insulates. */
function interphaseWords(entry) {
  const parts = [], alloys = value(entry, "alloys") || [], fraction = value(entry, "insulating_fraction");
  if (value(entry, "strictly_stable") === true) parts.push("It does not react with the electrode at all. ");
  if (alloys.length) parts.push("It forms the alloy", alloys.length > 1 ? "s " : " ", listed(alloys), ". ");
  if (value(entry, "passivating") === true) parts.push("All products with the dopant insulate. ");
  if (value(entry, "passivating") === false) parts.push("A product with the dopant conducts electrons. ");
  if (isNumber(fraction)) parts.push(`Insulators fill ${percent(fraction)} of the products' volume${fraction < 1 ? "; the rest conducts or may, and can carry the reaction on" : ""}. `);
  return parts;
}

/** Where it is in the ranking, and why. */
function rankWords(entry) {
  const row = ranked().find((each) => each.entry === entry);
  return row ? [el("b", {}, `Rank ${row.rank} of ${report.ranking.rows.length}`), row.on_front ? ", on the Pareto front: " : ": ", row.why] : [];
}

const SHOWN = [
  ["reduction_margin", 3], ["reduction_potential", 2], ["resists_probability", 2], ["solubility", 2], ["solubility_uncertainty", 2], ["dissolves_probability", 2], ["reaction_energy", 3], ["reaction_energy_host", 3], ["reaction_energy_uncertainty", 3], ["decomposition_energy", 3], ["lithium_driving_force", 3], ["lithium_uptake", 3],
  ["energy_above_hull", 4], ["hull_distance", 4], ["insulating_fraction", 2], ["formation_energy_per_atom", 4], ["defect_energy", 3], ["migration_barrier", 3],
];

function figuresList(entry) {
  const row = (name, content) => [el("dt", { title: field(name).description }, field(name).label), el("dd", {}, content)];
  const unit = (name) => (field(name).unit && field(name).unit !== "0 to 1" ? ` ${field(name).unit}` : "");
  return el("dl", { class: "facts" },
    SHOWN.filter(([name]) => isNumber(value(entry, name))).map(([name, decimals]) => row(name, `${number(value(entry, name), decimals)}${unit(name)}`)),
    isNumber(value(entry, "diffusivity")) ? row("diffusivity", [power(value(entry, "diffusivity")), " cm\u00b2/s at 300 K"]) : null,
    ["passes_filter", "nearly_inert", "strictly_stable", "passivating", "strictly_passivating"].filter((name) => value(entry, name) !== null).map((name) => row(name, yesNo(value(entry, name)))),
    ["compensation", "n_atoms", "engine", "reference_phases", "computed"].filter((name) => value(entry, name) !== null).map((name) => row(name, String(value(entry, name)))));
}

function notesPart(entry) {
  const notes = value(entry, "notes") || [];
  return notes.length ? [el("h3", {}, "Notes"), el("ul", {}, notes.map((note) => el("li", {}, note)))] : null;
}

function productsPart(entry) {
  const products = Object.entries(value(entry, "products") || {}).sort(([, a], [, b]) => (b ?? 0) - (a ?? 0));
  if (!products.length) return null;
  const gaps = value(entry, "product_band_gaps") || {}, deciding = value(entry, "deciding_phases") || [];
  const text = value(entry, "equation");
  return [el("h3", {}, "Products of the complete reaction"), text ? el("p", { class: "equation" }, equation(text)) : null, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Phase"), el("th", { scope: "col", class: "number" }, "Amount", el("small", {}, "per f.u.")), el("th", { scope: "col", class: "number" }, "Band gap", el("small", {}, "eV")), el("th", { scope: "col" }, "Decides on passivation"))),
    el("tbody", {}, products.map(([phase, amount]) => el("tr", {}, el("th", { scope: "row" }, formula(phase)), el("td", { class: "number" }, short(amount)),
      el("td", { class: "number" }, phase in gaps ? (isNumber(gaps[phase]) ? number(gaps[phase], 2) : "unknown") : DASH), el("td", {}, deciding.includes(phase) ? "yes, it contains the dopant" : DASH)))))];
}

function runnersPart(entry) {
  if (!entry.runners_up.length) return null;
  return [el("h3", {}, "Runners-up"), el("p", { class: "muted" }, "The next best sets of products in an excess of the electrode."),
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col", class: "number" }, "Reaction energy", el("small", {}, "eV per f.u.")), el("th", { scope: "col", class: "number" }, "Above the best", el("small", {}, "eV per f.u.")), el("th", { scope: "col" }, "Products per f.u."))),
      el("tbody", {}, entry.runners_up.map((each) => el("tr", {}, el("td", { class: "number" }, number(each.reaction_energy)), el("td", { class: "number" }, isNumber(value(entry, "reaction_energy")) ? number(each.reaction_energy - value(entry, "reaction_energy")) : DASH), el("td", {}, amounts(each.products))))))];
}

function failuresPart(failures) {
  return failures.map((failure) => el("details", { open: failures.length === 1 }, el("summary", {}, `${failure.step} failed (${failure.kind}): ${failure.error}`),
    failure.remedy ? el("p", {}, failure.remedy) : null, failure.lines ? el("pre", {}, failure.lines) : null));
}

function jobPart(entry) {
  const gui = LIVE && LIVE.gui;
  const workflow = !isNumber(entry.workflow) ? null : gui ? el("a", { href: `${gui}wf/${entry.workflow}` }, `workflow ${entry.workflow} in FireWorks' web GUI`) : `workflow ${entry.workflow} of the LaunchPad`;
  return el("p", { class: "muted" }, "Job ", el("code", {}, entry.key), workflow ? [", ", workflow] : null, ". State: ", mark(STATES, entry.state), ".");
}
