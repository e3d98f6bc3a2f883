// A picture of the relaxed cell that can be turned: parallel projection on a canvas.

const RADII = { O: 0.5, Li: 0.42 };
const BOND_STRETCH = 1.25; // a neighbour is within this of the nearest one's distance

function crystalPart(entry) {
  const crystal = entry.crystal;
  if (!crystal) return null;
  const canvas = el("canvas", { tabindex: "0", role: "img", "aria-label": `Relaxed cell of ${entry.name}, ${crystal.sites.length} atoms; arrow keys turn it, plus and minus change its size` });
  const model = { crystal, canvas, hidden: new Set(), ...geometry(crystal, entry), turn: turned([[1, 0, 0], [0, 1, 0], [0, 0, 1]], -1.15, 0.35), zoom: 1 };
  steer(model);
  const boxes = crystal.elements.map((element, index) => el("label", {}, el("input", { type: "checkbox", checked: true, onchange: (event) => { model.hidden[event.target.checked ? "delete" : "add"](index); paint(model); } }),
    el("i", { "aria-hidden": "true", style: { background: report.colours[element] } }), `${element} (${crystal.species.filter((each) => each === index).length})`));
  new ResizeObserver(() => paint(model)).observe(canvas);
  return el("div", { class: "crystal" }, el("h3", {}, "Relaxed cell"), canvas,
    el("div", { class: "atoms" }, boxes, el("button", { type: "button", class: "plain", onclick: () => save(`${value(entry, "formula") || "cell"}.cif`, cif(entry)) }, "Save CIF")),
    el("p", { class: "muted" }, "Drag or use the arrow keys to turn it, + and \u2212 for its size. ", entry.dopants.length ? "Dopants are ringed." : null));
}

function geometry(crystal, entry) {
  const points = crystal.sites.map((site) => cartesian(crystal.lattice, site));
  const centre = cartesian(crystal.lattice, [0.5, 0.5, 0.5]);
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => minus(cartesian(crystal.lattice, [bits & 1, (bits >> 1) & 1, bits >> 2]), centre));
  const dopants = new Set(entry.dopants.map((each) => each.element));
  return {
    points: points.map((point) => minus(point, centre)), corners, bonds: bondsOf(crystal),
    radius: Math.max(...corners.map((corner) => Math.hypot(...corner))),
    ringed: crystal.species.map((index) => dopants.has(crystal.elements[index])),
  };
}

/** Bonds of every cation but the mobile ion to its nearest oxygens, each as [from, vector]. */
function bondsOf(crystal) {
  const oxygen = crystal.elements.indexOf("O"), mobile = crystal.elements.indexOf(report.electrode || "Li");
  const anions = crystal.sites.map((_, index) => index).filter((index) => crystal.species[index] === oxygen);
  if (!anions.length) return [];
  return crystal.sites.flatMap((site, from) => {
    if (crystal.species[from] === oxygen || crystal.species[from] === mobile) return [];
    const near = anions.map((to) => cartesian(crystal.lattice, minus(crystal.sites[to], site).map((each) => each - Math.round(each))));
    const nearest = Math.min(...near.map((vector) => Math.hypot(...vector)));
    return near.filter((vector) => Math.hypot(...vector) < BOND_STRETCH * nearest).map((vector) => [from, vector]);
  });
}

const cartesian = (lattice, site) => [0, 1, 2].map((axis) => site[0] * lattice[0][axis] + site[1] * lattice[1][axis] + site[2] * lattice[2][axis]);
const minus = (a, b) => a.map((each, axis) => each - b[axis]);
const rotate = (turn, point) => turn.map((row) => row[0] * point[0] + row[1] * point[1] + row[2] * point[2]);

/** Turn a rotation matrix further about the screen's x and y axes. */
function turned(turn, aboutX, aboutY) {
  const [cx, sx, cy, sy] = [Math.cos(aboutX), Math.sin(aboutX), Math.cos(aboutY), Math.sin(aboutY)];
  const step = [[cy, sx * sy, cx * sy], [0, cx, -sx], [-sy, sx * cy, cx * cy]];
  return step.map((row) => [0, 1, 2].map((axis) => row[0] * turn[0][axis] + row[1] * turn[1][axis] + row[2] * turn[2][axis]));
}

function steer(model) {
  const { canvas } = model;
  const move = (aboutX, aboutY) => { model.turn = turned(model.turn, aboutX, aboutY); paint(model); };
  const size = (factor) => { model.zoom = Math.min(Math.max(model.zoom * factor, 0.5), 5); paint(model); };
  let last = null;
  canvas.addEventListener("pointerdown", (event) => { last = event; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", (event) => { if (last) { move((event.clientY - last.clientY) / 120, (event.clientX - last.clientX) / 120); last = event; } });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { last = null; });
  canvas.addEventListener("keydown", (event) => {
    const keys = { ArrowLeft: () => move(0, -0.12), ArrowRight: () => move(0, 0.12), ArrowUp: () => move(-0.12, 0), ArrowDown: () => move(0.12, 0), "+": () => size(1.15), "=": () => size(1.15), "-": () => size(1 / 1.15) };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
}

function paint(model) {
  const { canvas, crystal } = model, density = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width || !height) return;
  canvas.width = width * density; canvas.height = height * density;
  const pen = canvas.getContext("2d");
  pen.scale(density, density);
  pen.fillStyle = "#fff"; pen.fillRect(0, 0, width, height);
  const scale = (model.zoom * Math.min(width, height) * 0.6) / model.radius;
  const place = (point) => { const [x, y, z] = rotate(model.turn, point); return [width / 2 + x * scale, height / 2 - y * scale, z]; };
  frame(pen, model.corners.map(place));
  const things = [];
  crystal.sites.forEach((_, index) => { if (!model.hidden.has(crystal.species[index])) things.push({ at: place(model.points[index]), index }); });
  for (const [from, vector] of model.bonds) {
    if (model.hidden.has(crystal.species[from]) || model.hidden.has(crystal.elements.indexOf("O"))) continue;
    const [a, b] = [place(model.points[from]), place(model.points[from].map((each, axis) => each + vector[axis]))];
    things.push({ at: [0, 0, (a[2] + b[2]) / 2], bond: [a, b], index: from });
  }
  things.sort((a, b) => a.at[2] - b.at[2]);
  for (const thing of things) (thing.bond ? stick : ball)(pen, thing, model, scale);
}

/** Draw the cell's edges: corners that differ in one bit. */
function frame(pen, corners) {
  pen.strokeStyle = "#8a8a8a"; pen.lineWidth = 1;
  pen.beginPath();
  for (let from = 0; from < 8; from++) for (const bit of [1, 2, 4]) if (!(from & bit)) { pen.moveTo(corners[from][0], corners[from][1]); pen.lineTo(corners[from | bit][0], corners[from | bit][1]); }
  pen.stroke();
}

function stick(pen, { bond: [a, b], index }, model, scale) {
  pen.strokeStyle = report.colours[model.crystal.elements[model.crystal.species[index]]];
  pen.lineWidth = Math.max(1.2, 0.14 * scale);
  pen.globalAlpha = 0.75;
  pen.beginPath(); pen.moveTo(a[0], a[1]); pen.lineTo((a[0] + b[0]) / 2, (a[1] + b[1]) / 2); pen.stroke();
  pen.strokeStyle = report.colours.O || "#f00";
  pen.beginPath(); pen.moveTo((a[0] + b[0]) / 2, (a[1] + b[1]) / 2); pen.lineTo(b[0], b[1]); pen.stroke();
  pen.globalAlpha = 1;
}

function ball(pen, { at: [x, y, z], index }, model, scale) {
  const element = model.crystal.elements[model.crystal.species[index]];
  const radius = (RADII[element] || 0.62) * scale * 0.9;
  const light = pen.createRadialGradient(x - radius / 3, y - radius / 3, radius / 8, x, y, radius);
  light.addColorStop(0, "#fff"); light.addColorStop(0.35, report.colours[element]); light.addColorStop(1, blend(["#000000", report.colours[element]], 0.72));
  pen.fillStyle = light;
  pen.beginPath(); pen.arc(x, y, radius, 0, 2 * Math.PI); pen.fill();
  // What lies behind fades into the page.
  pen.fillStyle = `rgba(255,255,255,${(0.42 * (1 - (z / model.radius + 1) / 2)).toFixed(3)})`; pen.fill();
  if (model.ringed[index]) { pen.strokeStyle = "#000"; pen.lineWidth = 2; pen.beginPath(); pen.arc(x, y, radius + 2.5, 0, 2 * Math.PI); pen.stroke(); }
}

/** Write the cell as a CIF without symmetry; coordinates have the page's three decimals. */
function cif({ crystal, result, key }) {
  const lengths = crystal.lattice.map((vector) => Math.hypot(...vector));
  const dot = (a, b) => a.reduce((sum, each, axis) => sum + each * b[axis], 0);
  const angle = (i, j) => (Math.acos(dot(crystal.lattice[i], crystal.lattice[j]) / (lengths[i] * lengths[j])) * 180) / Math.PI;
  const lines = [`data_${String(result.formula || "cell").replace(/[^A-Za-z0-9.]/g, "_")}`, `# job ${key.replace(/[^A-Za-z0-9-]/g, "_")}; coordinates rounded to 3 decimals`,
    ...["a", "b", "c"].map((name, i) => `_cell_length_${name} ${lengths[i].toFixed(4)}`),
    `_cell_angle_alpha ${angle(1, 2).toFixed(4)}`, `_cell_angle_beta ${angle(0, 2).toFixed(4)}`, `_cell_angle_gamma ${angle(0, 1).toFixed(4)}`,
    "_symmetry_space_group_name_H-M 'P 1'", "_symmetry_Int_Tables_number 1", "loop_", "_symmetry_equiv_pos_as_xyz", "'x, y, z'",
    "loop_", "_atom_site_label", "_atom_site_type_symbol", "_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z", "_atom_site_occupancy",
    ...crystal.sites.map((site, index) => { const element = crystal.elements[crystal.species[index]].replace(/[^A-Za-z]/g, ""); return `${element}${index + 1} ${element} ${site.map((each) => each.toFixed(3)).join(" ")} 1`; })];
  return `${lines.join("\n")}\n`;
}

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
