// A periodic table for each site; a cell is one element, its parts are the element's compounds.

const view = { site: null, quantity: "reaction_energy" };

function periodicPart() {
  if (!report.sites.length) return null;
  const counts = (site) => report.entries.filter((entry) => siteOf(entry) === site).length;
  const fullest = () => report.sites.reduce((chosen, site) => (counts(site) > counts(chosen) ? site : chosen));
  if (!report.sites.includes(view.site) && view.site !== "all") view.site = fullest();
  const tables = el("div", {}), legend = el("div", { class: "legend" });
  const tabs = el("div", { class: "tabs", role: "group", "aria-label": "Site" },
    [...report.sites, ...(report.sites.length > 1 ? ["all"] : [])].map((site) => el("button", {
      type: "button", "data-site": site, "aria-pressed": String(site === view.site),
      onclick: () => { view.site = site; draw(); },
    }, site === "all" ? "all sites" : `${site} (${counts(site)})`)));
  const choice = el("select", { id: "quantity", onchange: (event) => { view.quantity = event.target.value; draw(); } },
    Object.keys(QUANTITIES).map((name) => el("option", { value: name, selected: name === view.quantity },
      name === "state" ? "State of the calculation" : heading(name))));
  function draw() {
    for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.site === view.site));
    const scale = scaleOf(view.quantity);
    legend.replaceChildren(...scale.legend().filter(Boolean));
    tables.replaceChildren(...report.sites.map((site) => siteTable(site, scale)));
  }
  draw();
  return part("periodic", "Periodic table", "Every dopant by the site it sits on. Choose a cell to open its compound; a cell with several valences or amounts shows the most favourable one, underlined in the row below it.",
    el("div", { class: "controls" }, el("div", {}, el("label", {}, "Site"), tabs), el("div", {}, el("label", { for: "quantity" }, "Coloured by"), choice)),
    legend, tables);
}

function siteTable(site, scale) {
  const entries = report.entries.filter((entry) => siteOf(entry) === site);
  const hidden = view.site !== "all" && view.site !== site;
  const title = site === "several sites" ? "Several dopants" : `Dopants on ${site}`;
  const body = site === "several sites" ? severalList(entries, scale) : elementGrid(site, entries, scale);
  return el("div", { class: "site", "data-site": site, style: { display: hidden ? "none" : "" } }, el("h3", {}, title), body);
}

function elementGrid(site, entries, scale) {
  const byElement = Map.groupBy ? Map.groupBy(entries, (entry) => entry.dopants[0].element) : groupBy(entries);
  const grid = el("div", { class: "elements", role: "group", "aria-label": `Periodic table of dopants on ${site}; arrow keys move` });
  const hostElements = new Set(String(report.host_formula).match(/[A-Z][a-z]?/g) || []);
  const buttons = [];
  for (const [element, [row, column]] of Object.entries(report.layout)) {
    const members = byElement.get(element);
    const cell = members ? fullCell(element, members, scale) : emptyCell(element, hostElements.has(element));
    Object.assign(cell.style, { gridRow: row, gridColumn: column });
    if (members) buttons.push({ row, column, node: cell.firstChild });
    grid.append(cell);
  }
  const strangers = entries.filter((entry) => !report.layout[entry.dopants[0].element]);
  roam(buttons);
  return el("div", {}, grid, strangers.length ? severalList(strangers, scale) : null);
}

function groupBy(entries) {
  const groups = new Map();
  for (const entry of entries) groups.set(entry.dopants[0].element, [...(groups.get(entry.dopants[0].element) || []), entry]);
  return groups;
}

const emptyCell = (element, ofHost) => el("div", { class: `cell empty${ofHost ? " of-host" : ""}` }, element, ofHost ? el("small", {}, "host") : null);

function fullCell(element, members, scale) {
  const ordered = [...members].sort((a, b) => a.dopants[0].valence - b.dopants[0].valence || a.dopants[0].concentration - b.dopants[0].concentration);
  const best = ordered.reduce((chosen, each) => (scale.rank(each) < scale.rank(chosen) ? each : chosen));
  const valences = new Set(ordered.map((entry) => entry.dopants[0].valence));
  const charge = (valence) => (ordered.length > 3 ? `${valence}` : chargeText(valence)); // no room for the sign
  const name = (entry) => (valences.size > 1 || ordered.length === 1 ? charge(entry.dopants[0].valence) : short(entry.dopants[0].concentration).replace(/^0\./, "."));
  const many = ordered.length > 1 ? `, most favourable of ${ordered.length}` : "";
  return el("div", { class: "cell full" },
    el("button", { type: "button", class: "best", ...ground(best, scale), onclick: () => openCompound(best.key), "data-key": best.key,
      "aria-label": `${describe(best, scale)}${many}`, title: describe(best, scale) }, el("b", {}, element), el("span", {}, scale.text(best))),
    el("div", { class: "parts" }, ordered.map((entry) => el("button", {
      type: "button", tabindex: "-1", ...ground(entry, scale), onclick: () => openCompound(entry.key), "data-key": entry.key,
      class: entry === best && ordered.length > 1 ? "chosen" : "", "aria-label": describe(entry, scale), title: describe(entry, scale),
    }, name(entry)))));
}

function ground(entry, scale) {
  const colour = scale.colour(entry);
  return { style: colour ? { background: colour, color: inkOn(colour) } : { background: "repeating-linear-gradient(45deg, #fff 0 3px, #d9d9d9 3px 5px)", color: "#000" } };
}

/** Say what a cell shows, for a tooltip and for those who listen. */
function describe(entry, scale) {
  if (!Object.keys(entry.result).length) return `${entry.name}: ${entry.state}`;
  const what = scale.name === "label" || scale.name === "state" ? "" : `, ${field(scale.name).label.toLowerCase()} ${scale.text(entry)} ${field(scale.name).unit}`;
  const label = labelOf(entry);
  return `${entry.name}${what}, ${LABELS[label].word || label}`;
}

const severalList = (entries, scale) => el("div", { class: "several" }, entries.map((entry) => el("button", { type: "button", ...ground(entry, scale), "data-key": entry.key, onclick: () => openCompound(entry.key), title: describe(entry, scale) }, `${entry.name}: `, scale.text(entry))));

/** One stop of the tab key for a whole table; arrow keys move to the nearest cell in a direction. */
function roam(buttons) {
  buttons.forEach((button, index) => {
    button.node.tabIndex = index ? -1 : 0;
    button.node.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      const next = step && nearest(buttons, button, step);
      if (!next) return;
      event.preventDefault();
      button.node.tabIndex = -1;
      next.node.tabIndex = 0;
      next.node.focus();
    });
  });
}

function nearest(buttons, from, [down, right]) {
  const along = (each) => (each.row - from.row) * down + (each.column - from.column) * right;
  const across = (each) => Math.abs((each.row - from.row) * right) + Math.abs((each.column - from.column) * down);
  const ahead = buttons.filter((each) => along(each) > 0);
  return ahead.sort((a, b) => along(a) + 3 * across(a) - along(b) - 3 * across(b))[0];
}
