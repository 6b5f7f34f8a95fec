/** The server's GeoJSON, made ready to draw: one line for both directions, labels by language. */
import type { Feature, Geometry, Position } from "geojson";
import type { Language, MapGeoJson, MapProperties } from "../api/types";
import { localName } from "../i18n";

const LABELLED = new Set(["street", "alley"]);

export type DrawnProperties = Omit<MapProperties, "layer"> & {
  layer: MapProperties["layer"] | "way-label";
  label?: string;
};
type Drawn = Feature<Geometry, DrawnProperties>;

interface Piece {
  ends: [number, number];
  line: Position[];
}

/** A copy for drawing; edges that run both ways appear once, and each named way has one label. */
export function prepareForDrawing(map: MapGeoJson, language: Language): Drawn[] {
  const drawn: Drawn[] = [];
  const seen = new Set<string>();
  const named = new Map<string, Piece[]>();
  for (const feature of map.features) {
    const p = feature.properties;
    if (p.layer === "node" || p.layer === "checkpoint") continue; // drawn from their own source
    const label = localName(p.name ?? "", language);
    if (p.layer === "edge" && p.start_id !== undefined && p.end_id !== undefined) {
      const key = [p.start_id, p.end_id].sort((a, b) => a - b).join();
      if (seen.has(key)) continue;
      seen.add(key);
      if (label && LABELLED.has(p.way_class ?? "") && feature.geometry.type === "LineString") {
        const piece: Piece = { ends: [p.start_id, p.end_id], line: feature.geometry.coordinates };
        named.set(label, [...(named.get(label) ?? []), piece]);
      }
    }
    drawn.push({ ...feature, properties: { ...p, label } });
  }
  for (const [label, pieces] of named) {
    drawn.push({
      type: "Feature",
      geometry: { type: "LineString", coordinates: joined(pieces) },
      properties: { layer: "way-label", id: label, label },
    });
  }
  return drawn;
}

/** One line through pieces that share their ends, from a loose end as far as it goes. */
export function joined(pieces: Piece[]): Position[] {
  const at = new Map<number, Piece[]>();
  for (const piece of pieces) {
    for (const end of piece.ends) at.set(end, [...(at.get(end) ?? []), piece]);
  }
  const loose = [...at].find(([, touching]) => touching.length === 1);
  let node = loose?.[0] ?? pieces[0]?.ends[0];
  const line: Position[] = [];
  const used = new Set<Piece>();
  while (node !== undefined) {
    const piece: Piece | undefined = at.get(node)?.find((candidate) => !used.has(candidate));
    if (!piece) break;
    used.add(piece);
    const forward = piece.ends[0] === node;
    const points = forward ? piece.line : [...piece.line].reverse();
    line.push(...(line.length ? points.slice(1) : points));
    node = piece.ends[forward ? 1 : 0];
  }
  return line;
}
