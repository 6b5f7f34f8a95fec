/** GeoJSON of what changes on the map: routes, trails, checkpoints, uncertainty. */
import type { Feature, FeatureCollection } from "geojson";
import type { IncidentView } from "../api/incidentTypes";
import type { Assignment, Language, LonLat } from "../api/types";
import { localName } from "../i18n";
import type { PlanView } from "../api/planTypes";
import type { ReplanDraft, Task, Theme } from "../store/store";
import type { District } from "./district";
import { EMPTY } from "./style";
import { teamColours } from "./teamColours";

const ELLIPSE_POINTS = 48;
/** Standard deviations that hold 95 % of a Gaussian in the plane: sqrt(-2 ln 0.05). */
export const SIGMAS_95 = 2.448;
const M_PER_DEG = 111195;

export function lineFeature(line: LonLat[]): FeatureCollection {
  if (line.length < 2) return EMPTY;
  return collection([
    { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: line } },
  ]);
}

export function collection(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features };
}

/** Whether the map shows what is under way, and not what is being made. */
export function watches(task: Task): boolean {
  return ["watch", "send", "place"].includes(task.kind);
}

/** Checkpoints with their look: chosen (numbered) while composing, ticked when visited. */
export function checkpointFeatures(
  district: District,
  assignment: Assignment | null,
  task: Task,
  language: Language,
): FeatureCollection {
  const chosen = chosenCheckpoints(task);
  const visits = new Map(
    (watches(task) ? assignment?.checkpoints.filter((c) => !c.skipped) : [])?.map((c) => [
      c.checkpoint_id,
      c.visited_at,
    ]),
  );
  return collection(
    district.checkpoints.map(({ id, name, position }) => {
      const number = chosen.indexOf(id) + 1;
      const visit = visits.get(id);
      const look = number
        ? "chosen"
        : visit === undefined
          ? "plain"
          : visit === null
            ? "todo"
            : "visited";
      return {
        type: "Feature",
        properties: { id, label: localName(name, language), look, ...(number ? { number } : {}) },
        geometry: { type: "Point", coordinates: position },
      };
    }),
  );
}

function chosenCheckpoints(task: Task): string[] {
  if (task.kind === "compose") return task.checkpointIds;
  return task.kind === "plan" ? task.draft.checkpoint_ids : [];
}

/** Each stretch once for each vehicle that drives it, in its colour, side by side. */
export function planFeatures(
  district: District,
  plan: PlanView | null,
  theme: Theme,
): FeatureCollection {
  const drivers = new Map<string, { line: LonLat[]; ids: string[] }>();
  const ids = (plan?.vehicles ?? []).map((vehicle) => vehicle.vehicle_id);
  const colours = teamColours(ids, theme);
  for (const { vehicle_id: id, edge_ids } of plan?.vehicles ?? []) {
    for (const edgeId of edge_ids) {
      const street = district.streets.get(edgeId);
      if (!street) continue;
      // Both directions are one stretch, drawn from its lower node.
      const [a, b] = street.ends;
      const key = [Math.min(a, b), Math.max(a, b)].join();
      const known = drivers.get(key) ?? { line: a < b ? street.line : [...street.line].reverse(), ids: [] };
      if (!known.ids.includes(id)) known.ids.push(id);
      drivers.set(key, known);
    }
  }
  return collection(
    [...drivers.values()].flatMap(({ line, ids }) =>
      ids.map((id, i) => ({
        type: "Feature",
        properties: { colour: colours.get(id), lane: i - (ids.length - 1) / 2 },
        geometry: { type: "LineString", coordinates: line },
      })),
    ),
  );
}

/** Streets that are closed for a plan, or would be. */
export function closedFeatures(
  district: District,
  plan: PlanView | null,
  changes: ReplanDraft | null,
): FeatureCollection {
  const kept = (plan?.closed ?? []).filter((id) => !changes?.opened.includes(id));
  const lines = [...kept, ...(changes?.closed ?? [])]
    .map((id) => district.streets.get(id)?.line)
    .filter((line) => line !== undefined);
  return collection(
    lines.map((line) => ({
      type: "Feature",
      properties: {},
      geometry: { type: "LineString", coordinates: line },
    })),
  );
}

/** The ellipse in which an incident is with 95 %. */
export function uncertaintyFeature(incident: IncidentView | null): FeatureCollection {
  if (!incident || incident.longitude_deg === null || incident.latitude_deg === null) return EMPTY;
  const { longitude_deg: lon, latitude_deg: lat } = incident;
  const [xx, xy, yy] = incident.position_covariance_m2;
  // a circle through the covariance's Cholesky factor, lower triangular
  const east = Math.sqrt(xx);
  const shear = east > 0 ? xy / east : 0;
  const north = Math.sqrt(Math.max(yy - shear * shear, 0));
  const ring = Array.from({ length: ELLIPSE_POINTS + 1 }, (_, i) => {
    const angle = (2 * Math.PI * i) / ELLIPSE_POINTS;
    const [x, y] = [SIGMAS_95 * Math.cos(angle), SIGMAS_95 * Math.sin(angle)];
    return [
      lon + (east * x) / (M_PER_DEG * Math.cos((lat * Math.PI) / 180)),
      lat + (shear * x + north * y) / M_PER_DEG,
    ];
  });
  return collection([
    { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } },
  ]);
}
