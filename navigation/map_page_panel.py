"""The map page's script, last part: the panel, the layers, search, pointer and keys."""

from __future__ import annotations

PANEL = r"""
// ---- details
const flag = on => word(on ? "yes" : "no");
const speed = v => v == null ? null : `${v} m/s (${+(v * 3.6).toFixed(1)} km/h)`;
const until = z => z[6] ? z[6].replace("T", " ") : null;
// layer → rows of [word, value]; empty values are left out
const facts = {
  node: r => [["name", T[r[3]]], ["waiting_place", flag(r[4])]],
  edge: r => [["way_class", word(T[r[3]])], ["length_m", r[13] + " m"], ["width_m", r[4] + " m"],
    ["speed_limit_mps", speed(r[5])], ["grade", (r[6] * 100).toFixed(1) + " %"], ["surface",
      T[r[8]]],
    ["lit", flag(r[9] & 1)], ["steps", r[9] & 2 ? word("yes") : null],
    ["kerb_m", r[10] ? +(r[10] * 100).toFixed(1) + " cm" : null],
    ["exposure", r[11] == null ? null : Math.round(r[11] * 100) + " %"], ["crosswalk_id",
      T[r[12]]]],
  zone: r => [["kind", word(T[r[1]] === "school" ? "school_zone" : T[r[1]])], ["windows", r[5]
    || word("always")],
    ["expires", until(r)], ["speed_limit_mps", speed(r[4])], ["sensitivity", r[7]]],
  checkpoint: r => [["node_id", D.nodes[r[1]][0]], ["windows", r[5] || word("always")],
    ["dwell_s", r[3] + " s"],
    ["priority", r[4]], ["actions", r[6]], ["announcement", r[7]]],
  dock: r => [["node_id", D.nodes[r[1]][0]], ["heading_rad", Math.round(r[3] * 180 / Math.PI)
    + "°"]],
  building: r => [["height_m", r[1] + " m"]],
  area: r => [["kind", word(T[r[1]])]],
  poi: r => [["kind", word(T[r[4]])]],
  crosswalk: r => [["name", r[1] ? T[r[1]] : null], ["signalled", flag(r[2])], ["signal_id",
    r[3]]],
};
const names = { edge: r => T[r[7]], zone: r => T[r[2]], building: r => T[r[2]], area: r => T[r[2]],
  poi: r => T[r[3]], checkpoint: r => T[r[2]], dock: r => T[r[2]], node: r => T[r[3]] };
function make(tag, text, parent) {
  const element = document.createElement(tag);
  element.textContent = text; parent.append(element);
  return element;
}
function table(rows, parent) {
  const list = make("dl", "", parent);
  for (const [key, value] of rows) if (value != null && value !== "") {
    make("dt", word(key), list); make("dd", value, list);
  }
}
function showPanel() {
  const box = $("details");
  $("panel").hidden = !picked;
  if (!picked) return;
  box.textContent = "";
  const { layer, row, way } = picked;
  make("h2", `${word(layer)} ${row[0]}`, box);
  const name = names[layer](row);
  table([["name", layer === "node" ? null : name], ...facts[layer](row)], box);
  if (way && way.back) {
    const there = facts.edge(row), back = facts.edge(way.back);
    make("h3", `${word("reverse")}: ${word("edge")} ${way.back[0]}`, box);
    table(back.filter((r, i) => r[1] !== there[i][1]), box);
  }
  const crossing = way && T[row[12]] && D.crosswalks.find(c => c[0] === T[row[12]]);
  if (crossing) { make("h3", `${word("crosswalk")} ${crossing[0]}`, box);
    table(facts.crosswalk(crossing), box); }
  if (layer !== "zone") for (const s of under(shapes.zones, picked.x, picked.y)) {
    make("h3", `${word("zone")} ${s.row[0]}`, box);
    table([["name", T[s.row[2]]], ...facts.zone(s.row)], box);
  }
}
function tipText(hit) {
  const r = hit.row, back = hit.way && hit.way.back ? " / " + hit.way.back[0] : "";
  const parts = [`${word(hit.layer)} ${r[0]}${back}`];
  const name = inLanguage(names[hit.layer](r) || "");
  if (name) parts.push(name);
  if (hit.layer === "edge") parts.push(`${word("width_m")} ${r[4]} m`, speed(r[5]));
  if (hit.layer === "zone") parts.push(word(T[r[1]]), r[5] || word("always"), speed(r[4]));
  if (hit.layer === "poi") parts.push(word(T[r[4]]));
  if (hit.layer === "checkpoint" && r[5]) parts.push(r[5]);
  return parts.filter(Boolean).join(" · ");
}
function pick(hit) { picked = hit; showPanel(); redraw(); }

// ---- layers and words
function toggle(key, text, sub, parent, swatch) {
  const line = make("label", "", parent), box = document.createElement("input");
  if (sub) line.className = "sub";
  box.type = "checkbox"; box.checked = shown[key] !== false; box.hidden = shown[key] === undefined;
  box.onchange = () => { shown[key] = box.checked; redraw(); };
  line.append(box);
  if (swatch) line.append(swatch);
  make("span", text, line);
}
function swatch(fill, border, dashed) {
  const s = document.createElement("span");
  s.className = "swatch"; s.style.background = fill; s.style.borderColor = border;
  if (dashed) s.style.borderStyle = "dashed";
  return s;
}
function mark(colour, letter, square) {
  const s = document.createElement("span");
  s.className = "mark"; s.style.background = colour; s.textContent = letter;
  if (square) s.style.borderRadius = "3px";
  return s;
}
const used = (rows, at) => new Set(rows.map(r => T[r[at]]));
function legend() {
  const box = $("toggles"); box.textContent = "";
  toggle("ways", word("ways"), false, box);
  const classes = used(D.edges, 3);
  for (const kind of ORDER) if (classes.has(kind) && kind !== "crosswalk") {
    toggle("", word(kind), true, box, swatch(...S.ways[kind]));
  }
  if (D.crosswalks.length) toggle("crosswalks", word("crosswalks"), false, box);
  if (D.zones.length) toggle("zones", word("zones"), false, box);
  const kinds = used(D.zones, 1);
  for (const [kind, [colour, filled]] of Object.entries(S.zones)) if (kinds.has(kind)) {
    toggle("zone " + kind, word(kind === "school" ? "school_zone" : kind), true, box,
      swatch(filled ? colour + "38" : "none", colour, !filled));
  }
  if (D.checkpoints.length) toggle("checkpoints", word("checkpoints"), false, box, mark("#1b5e20",
    ""));
  if (D.docks.length) toggle("docks", word("docks"), false, box, mark("#4527a0", "", true));
  if (D.pois.length) toggle("pois", word("pois"), false, box);
  const things = used(D.pois, 4);
  for (const [kind, style] of Object.entries(S.pois)) if (things.has(kind)) {
    toggle("", word(kind), true, box, mark(...style));
  }
  for (const key of ["buildings", "areas"]) if (D[key].length) toggle(key, word(key), false, box);
  toggle("nodes", word("nodes"), false, box);
  toggle("labels", word("labels"), false, box);
}
function speak() {
  document.documentElement.lang = lang ? "ko" : "en";
  $("title").textContent = inLanguage(D.title);
  const km = ways.reduce((sum, w) => sum + w.edge[13], 0) / 1000;
  $("about").textContent = `${D.mapId} · ${km.toFixed(2)} km · ${D.timeZone} · ${D.hash}` +
    (D.licence ? ` · ${word("licence")}: ${D.licence}` : "");
  $("language").textContent = lang ? "English" : "한국어";
  $("search").placeholder = word("search"); $("layers-title").textContent = word("layers");
  $("hint").textContent = word("hint"); $("all").title = word("whole");
  legend(); showPanel(); redraw();
}

// ---- search: an id first, else a part of a name
function search(text) {
  const wanted = text.trim().toLowerCase();
  $("found").textContent = "";
  if (!wanted) return;
  const all = [
    ...places.map(p => ({ layer: p.layer, place: p, row: p.row, x: p.x, y: p.y })),
    ...shapes.zones.map(s => ({ layer: "zone", path: s.path, row: s.row, x: (s.box[0]
      + s.box[2]) / 2, y: (s.box[1] + s.box[3]) / 2 })),
    ...ways.map(w => ({ layer: "edge", way: w, row: w.edge, x: (w.x1 + w.x2) / 2, y: (w.y1
      + w.y2) / 2 })),
    ...D.nodes.map(n => ({ layer: "node", row: n, x: n[1], y: n[2] })),
    ...shapes.buildings.map(s => ({ layer: "building", path: s.path, row: s.row, x: (s.box[0]
      + s.box[2]) / 2, y: (s.box[1] + s.box[3]) / 2 })),
  ];
  const byId = h => String(h.row[0]).toLowerCase() === wanted || (h.way && h.way.back
    && String(h.way.back[0]) === wanted);
  const hit = all.find(byId) || all.find(h => (names[h.layer](h.row)
    || "").toLowerCase().includes(wanted));
  if (!hit) { $("found").textContent = word("nothing"); return; }
  if (hit.layer === "node") { shown.nodes = true; legend(); }
  view.scale = Math.max(view.scale, 3); view.x = hit.x; view.y = hit.y;
  pick(hit);
}

// ---- pointer and keys
const pointers = new Map();
let moved = 0;
canvas.onpointerdown = e => { canvas.setPointerCapture(e.pointerId); pointers.set(e.pointerId,
  [e.offsetX, e.offsetY]); moved = 0; $("hint").hidden = true; };
canvas.onpointermove = e => {
  const now = [e.offsetX, e.offsetY], last = pointers.get(e.pointerId);
  if (!last) { hover(e); return; }
  const other = [...pointers].find(([id]) => id !== e.pointerId);
  if (other) {
    const span = p => Math.hypot(p[0] - other[1][0], p[1] - other[1][1]);
    zoom(span(now) / Math.max(span(last), 1), (now[0] + other[1][0]) / 2, (now[1]
      + other[1][1]) / 2);
  }
  view.x -= (now[0] - last[0]) / view.scale / pointers.size;
    view.y += (now[1] - last[1]) / view.scale / pointers.size;
  moved += Math.hypot(now[0] - last[0], now[1] - last[1]);
  pointers.set(e.pointerId, now); $("tip").hidden = true; canvas.classList.add("dragging");
    redraw();
};
canvas.onpointerup = canvas.onpointercancel = e => {
  pointers.delete(e.pointerId); canvas.classList.remove("dragging");
  if (moved < 4 && e.type === "pointerup") pick(find(e.offsetX, e.offsetY));
};
canvas.onpointerleave = () => { $("tip").hidden = true; };
function hover(e) {
  const hit = find(e.offsetX, e.offsetY), tip = $("tip");
  tip.hidden = !hit;
  if (!hit) return;
  tip.textContent = tipText(hit);
  tip.style.left = Math.min(e.clientX + 14, innerWidth - tip.offsetWidth - 8) + "px";
  tip.style.top = Math.min(e.clientY + 14, innerHeight - tip.offsetHeight - 8) + "px";
}
canvas.addEventListener("wheel", e => { e.preventDefault(); zoom(Math.exp(-e.deltaY / 500),
  e.offsetX, e.offsetY); }, { passive: false });
const middle = factor => zoom(factor, canvas.clientWidth / 2, canvas.clientHeight / 2);
$("in").onclick = () => middle(1.5); $("out").onclick = () => middle(1 / 1.5);
  $("all").onclick = whole;
$("close").onclick = () => pick(null);
$("language").onclick = () => { lang = 1 - lang; speak(); };
$("search").onkeydown = e => { if (e.key === "Enter") search(e.target.value); };
const keys = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
canvas.onkeydown = e => {
  if (e.key === "+" || e.key === "=") middle(1.5); else if (e.key === "-") middle(1 / 1.5);
  else if (e.key === "0") whole(); else if (e.key === "Escape") pick(null);
  else if (keys[e.key]) { view.x += keys[e.key][0] / view.scale;
    view.y += keys[e.key][1] / view.scale; redraw(); }
};
addEventListener("resize", redraw);
speak(); whole();
const asked = new URLSearchParams(location.hash.slice(1));  // page.html#find=cp-06&lang=en
if (asked.has("lang")) { lang = asked.get("lang") === "ko" ? 1 : 0; speak(); }
if (asked.size) $("hint").hidden = true;
if (asked.has("find")) search(asked.get("find"));
"""
