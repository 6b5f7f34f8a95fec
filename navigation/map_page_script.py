"""The map page's script, first part: the data, the view and the drawing."""

from __future__ import annotations

SCRIPT = r"""
"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const T = D.texts, S = D.style, $ = id => document.getElementById(id);
let lang = (navigator.language || "en").startsWith("ko") ? 1 : 0;
const word = key => (D.words[key] || [key, key])[lang];
const canvas = $("map"), ctx = canvas.getContext("2d");

// ---- data: rows become objects; a way is an edge and the edge back
const rings = rows => rows.map(r => ({ row: r, ring: r[3], box: boxOf(r[3]) }));
function boxOf(p) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < p.length; i += 2) {
    box[0] = Math.min(box[0], p[i]); box[1] = Math.min(box[1], p[i + 1]);
    box[2] = Math.max(box[2], p[i]); box[3] = Math.max(box[3], p[i + 1]);
  }
  return box;
}
const shapes = { areas: rings(D.areas), buildings: rings(D.buildings), zones: rings(D.zones) };
const ways = [], wayOf = new Map();
for (const e of D.edges) {
  const back = wayOf.get(e[2] + ">" + e[1]);
  if (back) { back.back = e; continue; }
  const a = D.nodes[e[1]], b = D.nodes[e[2]];
  const way = { edge: e, back: null, x1: a[1], y1: a[2], x2: b[1], y2: b[2] };
  wayOf.set(e[1] + ">" + e[2], way);
  ways.push(way);
}
const CELL = 40, grid = new Map();  // cell → ways, to find what is under the pointer
ways.forEach(w => {
  const steps = Math.ceil(Math.hypot(w.x2 - w.x1, w.y2 - w.y1) / CELL) + 1;
  const seen = new Set();
  for (let k = 0; k <= steps; k++) {
    const x = w.x1 + (w.x2 - w.x1) * k / steps, y = w.y1 + (w.y2 - w.y1) * k / steps;
    seen.add(Math.floor(x / CELL) + ":" + Math.floor(y / CELL));
  }
  for (const key of seen) { if (!grid.has(key)) grid.set(key, []); grid.get(key).push(w); }
});
const ORDER = Object.keys(S.ways);
const strokes = new Map();  // "class width" → one path in metres
for (const w of ways) {
  const key = T[w.edge[3]] + " " + w.edge[4];
  if (!strokes.has(key)) strokes.set(key, { kind: T[w.edge[3]], width: w.edge[4],
    path: new Path2D() });
  const { path } = strokes.get(key);
  path.moveTo(w.x1, w.y1); path.lineTo(w.x2, w.y2);
}
const byOrder = [...strokes.values()].sort((a,
  b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
for (const list of Object.values(shapes)) for (const s of list) {
  s.path = new Path2D();
  for (let i = 0; i < s.ring.length; i += 2) s.path[i ? "lineTo" : "moveTo"](s.ring[i], s.ring[i
    + 1]);
  s.path.closePath();
}
const streets = new Map();  // name → its ways, for its labels
for (const w of ways) if (w.edge[7] && T[w.edge[3]] !== "crosswalk") {
  const name = T[w.edge[7]];
  if (!streets.has(name)) streets.set(name, []);
  streets.get(name).push(w);
}

// ---- the view: metres to pixels
const view = { x: 0, y: 0, scale: 1 };
const shown = { areas: true, ways: true, crosswalks: true, buildings: true, zones: true,
  checkpoints: true, docks: true, pois: true, nodes: false, labels: true };
for (const z of D.zones) shown["zone " + T[z[1]]] = true;
let picked = null, queued = false;
const px = (x, y) => [(x - view.x) * view.scale + canvas.clientWidth / 2,
  canvas.clientHeight / 2 - (y - view.y) * view.scale];
const metres = (u, v) => [(u - canvas.clientWidth / 2) / view.scale + view.x,
  view.y - (v - canvas.clientHeight / 2) / view.scale];
function whole() {
  const [w, s, e, n] = D.bounds, free = Math.max(canvas.clientWidth - 260, 200);
  view.scale = 0.94 * Math.min(free / Math.max(e - w, 20),
    (canvas.clientHeight - 30) / Math.max(n - s, 20));
  view.x = (w + e) / 2 + (canvas.clientWidth - free) / 2 / view.scale; view.y = (s + n) / 2;
  redraw();
}
function zoom(factor, u, v) {
  const [x, y] = metres(u, v);
  view.scale = Math.min(Math.max(view.scale * factor, 0.01), 200);
  const [x2, y2] = metres(u, v);
  view.x += x - x2; view.y += y - y2;
  redraw();
}
function redraw() { if (!queued) { queued = true; requestAnimationFrame(draw); } }

// ---- drawing
let boxes = [];  // labels drawn so far
function draw() {
  queued = false;
  const ratio = devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
    canvas.width = Math.round(w * ratio); canvas.height = Math.round(h * ratio);
  }
  const k = view.scale * ratio;
  const inMetres = () => ctx.setTransform(k, 0, 0, -k, w * ratio / 2 - view.x * k, h * ratio / 2
    + view.y * k);
  const inPixels = () => ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  inPixels(); ctx.fillStyle = S.ground; ctx.fillRect(0, 0, w, h);
  const [x1, y2] = metres(0, 0), [x2, y1] = metres(w, h);
  const inView = b => b[0] <= x2 && b[2] >= x1 && b[1] <= y2 && b[3] >= y1;
  inMetres(); ctx.lineJoin = ctx.lineCap = "round";
  if (shown.areas) for (const s of shapes.areas) if (inView(s.box)) {
    ctx.fillStyle = S.areas[T[s.row[1]]]; ctx.fill(s.path);
  }
  if (shown.ways) drawWays();
  if (shown.crosswalks) drawStripes();
  if (shown.buildings) for (const s of shapes.buildings) if (inView(s.box)) {
    const dark = Math.min(Math.max((s.row[1] - 3) / 18, 0), 1);
    ctx.fillStyle = `rgb(${219 - 51 * dark},${212 - 54 * dark},${201 - 53 * dark})`;
      ctx.fill(s.path);
    if (view.scale > 0.8) { ctx.lineWidth = 0.6 / view.scale; ctx.strokeStyle = "#8f8880";
      ctx.stroke(s.path); }
  }
  if (shown.zones) drawZones(inView);
  if (picked) drawPicked();
  inPixels(); boxes = [];
  drawPlaces(w, h);
  if (shown.labels) drawNames(w, h);
  drawFurniture(w, h);
}
// a darker colour: names on a tint of themselves, hair lines on the ground
const shade = (colour, share) => "#" + [1, 3, 5].map(i =>
  Math.round(parseInt(colour.slice(i, i + 2), 16) * share).toString(16).padStart(2, "0")).join("");
function drawWays() {
  const far = view.scale < 0.25, least = (far ? 1.2 : 0.9) / view.scale;
  for (const casing of far ? [0] : [1, 0]) for (const s of byOrder) {
    const [fill, edge] = S.ways[s.kind];
    ctx.lineWidth = Math.max(s.width, least) + (casing ? 1.6 / view.scale : 0);
    ctx.strokeStyle = far ? shade(edge, 0.75) : casing ? edge : fill;
    if (s.kind === "steps" && !casing) { ctx.lineCap = "butt"; ctx.setLineDash([0.6, 0.4]); }
    ctx.stroke(s.path);
    ctx.setLineDash([]); ctx.lineCap = "round";
  }
}
function drawStripes() {
  if (view.scale < 0.7) return;
  ctx.lineWidth = 0.5; ctx.lineCap = "butt"; ctx.strokeStyle = "#6f6f6f"; ctx.beginPath();
  for (const way of ways) if (way.edge[12] || T[way.edge[3]] === "crosswalk") {
    const length = Math.hypot(way.x2 - way.x1, way.y2 - way.y1), half = way.edge[4] / 2;
    const ux = (way.x2 - way.x1) / length, uy = (way.y2 - way.y1) / length;
    for (let at = 0.5; at < length; at += 1) {
      const x = way.x1 + ux * at, y = way.y1 + uy * at;
      ctx.moveTo(x - uy * half, y + ux * half); ctx.lineTo(x + uy * half, y - ux * half);
    }
  }
  ctx.stroke(); ctx.lineCap = "round";
}
function drawZones(inView) {
  for (const s of shapes.zones) {
    const kind = T[s.row[1]], [colour, filled] = S.zones[kind];
    if (!shown["zone " + kind] || !inView(s.box)) continue;
    if (filled) { ctx.fillStyle = colour + "38"; ctx.fill(s.path); }
    if (kind === "keep_out") hatch(s, colour);
    ctx.lineWidth = 1.6 / view.scale; ctx.strokeStyle = colour;
    ctx.setLineDash(filled ? [] : [7 / view.scale, 5 / view.scale]);
    ctx.stroke(s.path); ctx.setLineDash([]);
  }
}
function hatch(s, colour) {
  const gap = 9 / view.scale, [x1, y1, x2, y2] = s.box;
  if ((x2 - x1 + y2 - y1) / gap > 2000) return;
  ctx.save(); ctx.clip(s.path); ctx.lineWidth = 1.2 / view.scale; ctx.strokeStyle = colour + "aa";
  ctx.beginPath();
  for (let x = x1 - (y2 - y1); x < x2; x += gap) { ctx.moveTo(x, y1); ctx.lineTo(x + y2 - y1, y2);
    }
  ctx.stroke(); ctx.restore();
}
function drawPicked() {
  ctx.strokeStyle = "#1565c0"; ctx.lineWidth = 3.5 / view.scale;
  if (picked.path) ctx.stroke(picked.path);
  if (picked.way) {
    ctx.lineWidth = Math.max(picked.way.edge[4], 5 / view.scale); ctx.strokeStyle = "#1565c0aa";
    ctx.beginPath(); ctx.moveTo(picked.way.x1, picked.way.y1); ctx.lineTo(picked.way.x2,
      picked.way.y2);
    ctx.stroke();
  }
}
"""
