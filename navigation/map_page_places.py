"""The map page's script, second part: places and names, what is under the pointer."""

from __future__ import annotations

PLACES = r"""
// ---- places, names, scale
const places = [
  ...D.checkpoints.map(r => ({ layer: "checkpoint", set: "checkpoints", row: r,
    x: D.nodes[r[1]][1], y: D.nodes[r[1]][2], name: T[r[2]] })),
  ...D.docks.map(r => ({ layer: "dock", set: "docks", row: r, x: D.nodes[r[1]][1],
    y: D.nodes[r[1]][2], name: T[r[2]] })),
  ...D.pois.map(r => ({ layer: "poi", set: "pois", row: r, x: r[1], y: r[2], name: T[r[3]] })),
];
const looks = {
  checkpoint: () => ["#1b5e20", "", 6], dock: () => ["#4527a0", "", 7],
  poi: p => [...S.pois[T[p.row[4]]], 7],
};
function drawPlaces(w, h) {
  if (shown.nodes && view.scale > 0.8) for (const n of D.nodes) {
    const [u, v] = px(n[1], n[2]);
    if (u < 0 || v < 0 || u > w || v > h) continue;
    ctx.beginPath(); ctx.arc(u, v, 2.6, 0, 7);
    ctx.fillStyle = n[4] ? "#2e7d32" : "#78716a"; ctx.fill();
  }
  for (const p of [...places].reverse()) if (shown[p.set]) {
    const [u, v] = px(p.x, p.y), [colour, letter, r] = looks[p.layer](p);
    ctx.beginPath();
    if (p.layer === "dock") ctx.rect(u - r, v - r, 2 * r, 2 * r); else ctx.arc(u, v, r, 0, 7);
    ctx.fillStyle = colour; ctx.fill(); ctx.lineWidth = 1.6; ctx.strokeStyle = "#fff";
      ctx.stroke();
    if (letter) {
      ctx.fillStyle = "#fff"; ctx.font = "700 9.5px sans-serif"; ctx.textAlign = "center";
      ctx.textBaseline = "middle"; ctx.fillText(letter, u, v + 0.5);
    }
    if (picked && picked.place === p) {
      ctx.beginPath(); ctx.arc(u, v, r + 4, 0, 7); ctx.lineWidth = 2.5;
        ctx.strokeStyle = "#1565c0"; ctx.stroke();
    }
    boxes.push([u - r, v - r, u + r, v + r]);
  }
}
const FONT = getComputedStyle(document.body).fontFamily;
// a name "한글 (English)" in the language of the page
function inLanguage(name) {
  const both = name.match(/^(.*\S)\s*\(([^)]*)\)$/);
  return both ? both[lang ? 1 : 2] : name;
}
function label(text, u, v, size, colour, angle, aside) {
  ctx.font = size + "px " + FONT;
  const width = ctx.measureText(text).width;
  const tries = aside ? [[10, 0, "left"], [-10, 0, "right"], [0, -14, "center"], [0, 15,
    "center"]] : [[0, 0, "center"]];
  for (const [du, dv, align] of tries) {
    const left = align === "left" ? u + du : align === "right" ? u + du - width : u - width / 2;
    const cos = Math.abs(Math.cos(angle)), sin = Math.abs(Math.sin(angle));
    const box = angle ? [u - width / 2 * cos - 6, v - width / 2 * sin - 6, u + width / 2 * cos
      + 6, v + width / 2 * sin + 6]
      : [left, v + dv - size * 0.6, left + width, v + dv + size * 0.6];
    if (boxes.some(b => b[0] < box[2] && b[2] > box[0] && b[1] < box[3]
      && b[3] > box[1])) continue;
    boxes.push(box);
    ctx.save(); ctx.translate(u + du, v + dv); ctx.rotate(angle);
    ctx.textAlign = align; ctx.textBaseline = "middle"; ctx.lineJoin = "round";
    ctx.lineWidth = 3.5; ctx.strokeStyle = "#ffffffe0"; ctx.strokeText(text, 0, 0);
    ctx.fillStyle = colour; ctx.fillText(text, 0, 0); ctx.restore();
    return true;
  }
  return false;
}
function drawNames(w, h) {
  const inside = (u, v) => u > 0 && v > 0 && u < w && v < h;
  for (const p of places) {
    if (!shown[p.set] || (p.layer === "poi" && view.scale < 2.2) || view.scale < 0.25) continue;
    const [u, v] = px(p.x, p.y);
    if (inside(u, v)) label(inLanguage(p.name) || p.row[0], u, v, p.layer === "poi" ? 11 : 12,
      p.layer === "dock" ? "#311b92" : p.layer === "poi" ? "#4a4640" : "#123d16", 0, true);
  }
  if (shown.zones && view.scale > 0.5) for (const s of shapes.zones) {
    if (!shown["zone " + T[s.row[1]]]) continue;
    const [u, v] = px((s.box[0] + s.box[2]) / 2, s.box[3]);
    const text = inLanguage(T[s.row[2]]) || s.row[0];
    if (inside(u, v)) label(s.row[5] ? text + "  " + s.row[5] : text, u, v + 10, 11,
      shade(S.zones[T[s.row[1]]][0], 0.55), 0, false);
  }
  if (shown.ways && view.scale > 1.1) for (const [name, list] of streets) {
    let last = null;
    for (const way of list) {
      const [u, v] = px((way.x1 + way.x2) / 2, (way.y1 + way.y2) / 2);
      if (!inside(u, v) || (last && Math.hypot(u - last[0], v - last[1]) < 420)) continue;
      let angle = Math.atan2(way.y1 - way.y2, way.x2 - way.x1) || 1e-9;
      if (Math.abs(angle) > Math.PI / 2) angle -= Math.sign(angle) * Math.PI;
      if (label(inLanguage(name), u, v, 11, "#6b655b", angle, false)) last = [u, v];
    }
  }
  if (shown.areas && view.scale > 0.8) for (const s of shapes.areas) if (T[s.row[2]]
    && T[s.row[1]] !== "road") {
    const [u, v] = px((s.box[0] + s.box[2]) / 2, (s.box[1] + s.box[3]) / 2);
    if (inside(u, v)) label(inLanguage(T[s.row[2]]), u, v, 11, "#4d6a3c", 0, false);
  }
}
function drawFurniture(w, h) {
  const reach = 150 / view.scale, power = 10 ** Math.floor(Math.log10(reach));
  const bar = [5, 2, 1].map(k => k * power).find(m => m <= reach), u = 16, v = h - 16,
    size = bar * view.scale;
  ctx.fillStyle = "#fffc"; ctx.fillRect(u - 8, v - 24, size + 44, 34);
  ctx.strokeStyle = S.ink; ctx.lineWidth = 2; ctx.lineCap = "butt"; ctx.beginPath();
  ctx.moveTo(u, v - 6); ctx.lineTo(u, v); ctx.lineTo(u + size, v); ctx.lineTo(u + size, v - 6);
    ctx.stroke();
  ctx.fillStyle = S.ink; ctx.font = "12px " + FONT; ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
  ctx.fillText(bar < 1000 ? bar + " m" : bar / 1000 + " km", u + 4, v - 8);
  const x = u + size + 20; ctx.textAlign = "center"; ctx.font = "700 11px " + FONT;
  ctx.fillText("N", x, v - 13); ctx.beginPath(); ctx.moveTo(x, v - 11); ctx.lineTo(x - 5, v + 4);
  ctx.lineTo(x, v); ctx.lineTo(x + 5, v + 4); ctx.closePath(); ctx.fill();
}

// ---- what is under the pointer
function inRing(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    if (ring[i + 1] > y !== ring[j + 1] > y &&
        x < (ring[j] - ring[i]) * (y - ring[i + 1]) / (ring[j + 1] - ring[i + 1])
          + ring[i]) inside = !inside;
  }
  return inside;
}
const under = (list, x, y) => list.filter(s => x >= s.box[0] && x <= s.box[2] && y >= s.box[1]
  && y <= s.box[3] && inRing(s.ring, x, y));
function wayAt(x, y) {
  let best = null, nearest = Infinity;
  const cx = Math.floor(x / CELL), cy = Math.floor(y / CELL);
  for (let i = -1; i <= 1; i++) for (let j = -1; j <= 1; j++) for (const w of grid.get((cx + i)
    + ":" + (cy + j)) || []) {
    const dx = w.x2 - w.x1, dy = w.y2 - w.y1;
    const t = Math.min(Math.max(((x - w.x1) * dx + (y - w.y1) * dy) / (dx * dx + dy * dy), 0), 1);
    const d = Math.hypot(x - w.x1 - t * dx, y - w.y1 - t * dy);
    if (d < nearest && d < Math.max(w.edge[4] / 2, 4 / view.scale)) { best = w; nearest = d; }
  }
  return best;
}
function find(u, v) {
  const [x, y] = metres(u, v);
  const near = (a, b) => Math.hypot((a - x) * view.scale, (b - y) * view.scale) < 9;
  const place = places.find(p => shown[p.set] && near(p.x, p.y));
  if (place) return { layer: place.layer, place, row: place.row, x, y };
  if (shown.nodes && view.scale > 0.8) {
    const node = D.nodes.find(n => near(n[1], n[2]));
    if (node) return { layer: "node", row: node, x, y };
  }
  const way = shown.ways && wayAt(x, y);
  if (way) return { layer: "edge", way, row: way.edge, x, y };
  for (const [set, layer] of [["buildings", "building"], ["zones", "zone"], ["areas", "area"]]) {
    const hits = shown[set] ? under(shapes[set], x, y).filter(s => set !== "zones"
      || shown["zone " + T[s.row[1]]]) : [];
    const size = s => (s.box[2] - s.box[0]) * (s.box[3] - s.box[1]);
    hits.sort((a, b) => size(a) - size(b));  // the smallest lies on top
    if (hits.length) return { layer, path: hits[0].path, row: hits[0].row, x, y };
  }
  return null;
}
"""
