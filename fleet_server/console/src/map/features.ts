/** GeoJSON of what changes on the map: routes, trails, checkpoints, uncertainty. */
import type { Feature, FeatureCollection } from "geojson";
import type { Assignment, IncidentView, Language, LonLat } from "../api/types";
import { localName } from "../i18n";
import type { Task } from "../store/store";
import type { District } from "./district";
import { EMPTY } from "./style";

const CIRCLE_POINTS = 48;
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

/** Checkpoints with their look: chosen (numbered) while composing, ticked when visited. */
export function checkpointFeatures(
  district: District,
  assignment: Assignment | null,
  task: Task,
  language: Language,
): FeatureCollection {
  const chosen = task.kind === "compose" ? task.checkpointIds : [];
  const visits = new Map(
    (task.kind === "watch" ? assignment?.checkpoints : [])?.map((c) => [
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

/** A circle of two standard deviations around an incident. */
export function uncertaintyFeature(incident: IncidentView | null): FeatureCollection {
  if (!incident || incident.longitude_deg === null || incident.latitude_deg === null) return EMPTY;
  const { longitude_deg: lon, latitude_deg: lat } = incident;
  const radius = 2 * incident.position_sigma_m;
  const ring = Array.from({ length: CIRCLE_POINTS + 1 }, (_, i) => {
    const angle = (2 * Math.PI * i) / CIRCLE_POINTS;
    return [
      lon + (radius * Math.cos(angle)) / (M_PER_DEG * Math.cos((lat * Math.PI) / 180)),
      lat + (radius * Math.sin(angle)) / M_PER_DEG,
    ];
  });
  return collection([
    { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } },
  ]);
}
