/** The neighbourhood's GeoJSON as things to look up: checkpoints, the route graph, places. */
import type { Position } from "geojson";
import type { LonLat, MapGeoJson, MapProperties } from "../api/types";
import { distanceM } from "../lib/geo";

export interface Place {
  id: string;
  name: string;
  position: LonLat;
  nodeId: number | null;
}

/** A stretch of way in one direction. */
export interface Street {
  id: number;
  name: string;
  ends: [number, number];
  line: LonLat[];
}

interface Link {
  to: number;
  lengthM: number;
}

export interface District {
  checkpoints: Place[];
  docks: Place[];
  nodes: Map<number, LonLat>;
  links: Map<number, Link[]>;
  streets: Map<number, Street>;
  areas: Place[]; // zones whose streets can be covered
}

/** Read a map once; features of unknown shape are left out. */
export function readDistrict(map: MapGeoJson): District {
  const district: District = {
    checkpoints: [],
    docks: [],
    nodes: new Map(),
    links: new Map(),
    streets: new Map(),
    areas: [],
  };
  for (const { geometry, properties } of map.features) {
    if (geometry.type === "Point") {
      const position = lonLat(geometry.coordinates);
      const nodeId = properties.node_id ?? null;
      const place = { id: String(properties.id), name: properties.name ?? "", position, nodeId };
      if (properties.layer === "checkpoint") district.checkpoints.push(place);
      if (properties.layer === "dock") district.docks.push(place);
      if (properties.layer === "node") district.nodes.set(Number(properties.id), position);
    }
    if (geometry.type === "LineString" && properties.layer === "edge") {
      addEdge(district, properties.start_id, properties.end_id, geometry.coordinates);
      addStreet(district, properties, geometry.coordinates);
    }
    if (geometry.type === "Polygon" && properties.kind === "patrol_area") {
      const position = lonLat(geometry.coordinates[0]?.[0]);
      const id = String(properties.id);
      district.areas.push({ id, name: properties.name || id, position, nodeId: null });
    }
  }
  return district;
}

function lonLat(position: Position | undefined): LonLat {
  return [position?.[0] ?? 0, position?.[1] ?? 0];
}

function addStreet(district: District, properties: MapProperties, line: Position[]): void {
  const { start_id: start, end_id: end, name = "" } = properties;
  if (start === undefined || end === undefined) return;
  const id = Number(properties.id);
  district.streets.set(id, { id, name, ends: [start, end], line: line.map(lonLat) });
}

/** The edges of a stretch in both directions. */
export function bothWays(district: District, edgeId: number): number[] {
  const ends = district.streets.get(edgeId)?.ends;
  if (!ends) return [];
  const back = [...district.streets.values()].find(
    (street) => street.ends[0] === ends[1] && street.ends[1] === ends[0],
  );
  return back ? [edgeId, back.id] : [edgeId];
}

function addEdge(district: District, start?: number, end?: number, line: Position[] = []): void {
  if (start === undefined || end === undefined) return;
  const from = lonLat(line[0]);
  const to = lonLat(line.at(-1));
  district.nodes.set(start, from);
  district.nodes.set(end, to);
  const links = district.links.get(start) ?? [];
  links.push({ to: end, lengthM: distanceM(from, to) });
  district.links.set(start, links);
}

/** The named checkpoint or dock nearest to a position, and how far it is. */
export function nearestPlace(
  district: District,
  position: LonLat,
): { place: Place; distanceM: number } | null {
  let best: { place: Place; distanceM: number } | null = null;
  for (const place of [...district.checkpoints, ...district.docks]) {
    const away = distanceM(place.position, position);
    if (!best || away < best.distanceM) best = { place, distanceM: away };
  }
  return best;
}

function nearestNode(district: District, position: LonLat): number | null {
  let best: number | null = null;
  let bestM = Number.POSITIVE_INFINITY;
  for (const id of district.links.keys()) {
    const away = distanceM(district.nodes.get(id) ?? position, position);
    if (away < bestM) [best, bestM] = [id, away];
  }
  return best;
}

/** Shortest way over the graph (Dijkstra); empty when there is none. */
function shortestPath(district: District, from: number, goal: number): number[] {
  const reached = new Map<number, { costM: number; before: number | null; done: boolean }>();
  reached.set(from, { costM: 0, before: null, done: false });
  for (;;) {
    let current: number | null = null;
    let costM = Number.POSITIVE_INFINITY;
    for (const [id, entry] of reached) {
      if (!entry.done && entry.costM < costM) [current, costM] = [id, entry.costM];
    }
    if (current === null) return [];
    if (current === goal) break;
    (reached.get(current) as { done: boolean }).done = true;
    for (const link of district.links.get(current) ?? []) {
      const known = reached.get(link.to);
      const viaM = costM + link.lengthM;
      if (!known || viaM < known.costM) {
        reached.set(link.to, { costM: viaM, before: current, done: false });
      }
    }
  }
  const path: number[] = [];
  for (let id: number | null = goal; id !== null; id = reached.get(id)?.before ?? null) {
    path.unshift(id);
  }
  return path;
}

export interface Preview {
  line: LonLat[];
  stops: Place[]; // in the order of the visits
}

/**
 * About how a patrol will run: from where the vehicle stands, over the checkpoints, to the dock.
 * For the best order it goes to the nearest one next; the server plans the real tour at the start.
 */
export function previewPatrol(
  district: District,
  start: LonLat | null,
  checkpointIds: string[],
  best: boolean,
): Preview {
  const home = district.docks[0]?.position ?? null;
  const stops = checkpointIds
    .map((id) => district.checkpoints.find((checkpoint) => checkpoint.id === id))
    .filter((place): place is Place => place !== undefined);
  const ordered = best ? nearestNext(stops, start ?? home ?? stops[0]?.position ?? [0, 0]) : stops;
  const through = [start ?? home, ...ordered.map((stop) => stop.position), home];
  const nodes = through
    .filter((position): position is LonLat => position !== null)
    .map((position) => nearestNode(district, position));
  const line: LonLat[] = [];
  for (let i = 1; i < nodes.length; i++) {
    const [from, to] = [nodes[i - 1], nodes[i]];
    if (from == null || to == null) continue;
    const leg = shortestPath(district, from, to);
    for (const id of line.length ? leg.slice(1) : leg) {
      const position = district.nodes.get(id);
      if (position) line.push(position);
    }
  }
  return { line, stops: ordered };
}

function nearestNext(stops: Place[], start: LonLat): Place[] {
  const left = [...stops];
  const ordered: Place[] = [];
  let here = start;
  while (left.length) {
    left.sort((a, b) => distanceM(a.position, here) - distanceM(b.position, here));
    const next = left.shift() as Place;
    ordered.push(next);
    here = next.position;
  }
  return ordered;
}
