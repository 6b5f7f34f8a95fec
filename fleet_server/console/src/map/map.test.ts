import { expect, it } from "vitest";
import type { Covariance } from "../api/incidentTypes";
import type { LonLat, MapGeoJson } from "../api/types";
import { compassDeg, distanceM, lengthM, shortTurnDeg } from "../lib/geo";
import { incident } from "../store/samples";
import { nearestPlace, previewPatrol, readDistrict } from "./district";
import { uncertaintyFeature } from "./features";
import { Motion } from "./motion";
import { joined, prepareForDrawing } from "./prepare";

const DEG_PER_M = 1 / 111195;
const at = (northM: number, eastM = 0): LonLat => [eastM * DEG_PER_M, northM * DEG_PER_M];

/** Nodes 1–2–3 in a row, 100 m apart, both ways; checkpoints at 2 and 3, the dock at 1. */
function row(): MapGeoJson {
  const point = (layer: "checkpoint" | "dock", id: string, position: LonLat) => ({
    type: "Feature" as const,
    geometry: { type: "Point" as const, coordinates: position },
    properties: { layer, id, name: `곳 ${id} (English ${id})` },
  });
  const edge = (id: number, start_id: number, end_id: number) => ({
    type: "Feature" as const,
    geometry: {
      type: "LineString" as const,
      coordinates: [at((start_id - 1) * 100), at((end_id - 1) * 100)],
    },
    properties: { layer: "edge" as const, id, start_id, end_id, name: "길", way_class: "alley" },
  });
  return {
    type: "FeatureCollection",
    features: [
      edge(1, 1, 2),
      edge(2, 2, 1),
      edge(3, 2, 3),
      edge(4, 3, 2),
      point("checkpoint", "cp-2", at(100)),
      point("checkpoint", "cp-3", at(200)),
      point("dock", "dock", at(0)),
    ],
  };
}

it("turns a heading from east, counter-clockwise, into a compass course", () => {
  expect(compassDeg(0)).toBe(90);
  expect(compassDeg(Math.PI / 2)).toBe(0);
  expect(compassDeg(-Math.PI / 2)).toBe(180);
  expect(compassDeg(Math.PI)).toBeCloseTo(270);
});

it("turns the short way round", () => {
  expect(shortTurnDeg(350, 10)).toBe(370);
  expect(shortTurnDeg(10, 350)).toBe(-10);
  expect(shortTurnDeg(370, 20)).toBe(380);
});

it("measures metres", () => {
  expect(distanceM(at(0), at(100))).toBeCloseTo(100, 1);
  expect(lengthM([at(0), at(100), at(50)])).toBeCloseTo(150, 1);
  expect(lengthM([])).toBe(0);
});

it("glides to a new pose in the time that the last update took", () => {
  const motion = new Motion({ position: [0, 0], compassDeg: 350 }, 0);
  motion.moveTo({ position: at(1), compassDeg: 10 }, 500);
  expect(motion.at(750)).toMatchObject({ compassDeg: 360 });
  expect(motion.at(750).position[1]).toBeCloseTo(at(0.5)[1], 9);
  expect(motion.isMoving(999)).toBe(true);
  expect(motion.isMoving(1000)).toBe(false);
  expect(motion.at(5000).position).toEqual(at(1));
});

it("jumps to a correction instead of driving there", () => {
  const motion = new Motion({ position: [0, 0], compassDeg: 0 }, 0);
  motion.moveTo({ position: at(80), compassDeg: 0 }, 500);
  expect(motion.at(501).position).toEqual(at(80));
});

it("previews a patrol over the streets, home again", () => {
  const district = readDistrict(row());
  const { line, stops } = previewPatrol(district, at(0), ["cp-3", "cp-2"], false);
  expect(stops.map((stop) => stop.id)).toEqual(["cp-3", "cp-2"]);
  expect(lengthM(line)).toBeCloseTo(400, 0);
});

it("visits the nearest first when the order is free, and skips unknown checkpoints", () => {
  const district = readDistrict(row());
  const { stops } = previewPatrol(district, at(0), ["cp-3", "gone", "cp-2"], true);
  expect(stops.map((stop) => stop.id)).toEqual(["cp-2", "cp-3"]);
});

it("previews nothing on an empty map", () => {
  const district = readDistrict({ type: "FeatureCollection", features: [] });
  expect(previewPatrol(district, null, ["cp-1"], true)).toEqual({ line: [], stops: [] });
  expect(nearestPlace(district, [0, 0])).toBeNull();
});

it("names the nearest place", () => {
  const nearest = nearestPlace(readDistrict(row()), at(190));
  expect(nearest?.place.id).toBe("cp-3");
  expect(nearest?.distanceM).toBeCloseTo(10, 1);
});

it("draws an edge once for both directions, and one label for the whole way", () => {
  const drawn = prepareForDrawing(row(), "en");
  expect(drawn.filter((f) => f.properties.layer === "edge")).toHaveLength(2);
  const [label] = drawn.filter((f) => f.properties.layer === "way-label");
  expect(label?.geometry).toMatchObject({ coordinates: [at(0), at(100), at(200)] });
  expect(drawn.find((f) => f.properties.layer === "dock")?.properties.label).toBe("English dock");
});

it("joins pieces in whatever order and direction they come", () => {
  const line = joined([
    { ends: [2, 3], line: [at(2), at(3)] },
    { ends: [2, 1], line: [at(2), at(1)] },
    { ends: [3, 4], line: [at(3), at(4)] },
  ]);
  expect([line, [...line].reverse()]).toContainEqual([at(1), at(2), at(3), at(4)]);
});

/** Metres east and north of an incident's place, around what the map draws of its doubt. */
function outline(position_covariance_m2: Covariance): number[][] {
  const drawn = uncertaintyFeature(
    incident({ longitude_deg: 127, latitude_deg: 60, position_covariance_m2 }),
  );
  const shape = drawn.features[0]?.geometry;
  if (shape?.type !== "Polygon") throw new Error("no outline is drawn");
  return (shape.coordinates[0] ?? []).map(([lon = NaN, lat = NaN]) => [
    (lon - 127) / DEG_PER_M / 2, // cos 60°
    (lat - 60) / DEG_PER_M,
  ]);
}

it("draws the ellipse that holds 95 % of an incident's place", () => {
  // 3 m along a view to the north-east, 0.5 m across it
  const ring = outline([4.625, 4.375, 4.625]);
  const along = ring.map(([x = NaN, y = NaN]) => (x + y) / Math.SQRT2);
  const across = ring.map(([x = NaN, y = NaN]) => (y - x) / Math.SQRT2);
  expect(Math.max(...along)).toBeCloseTo(2.448 * 3, 1);
  expect(Math.max(...across)).toBeCloseTo(2.448 * 0.5, 1);
  expect(ring[0]).toEqual(ring[ring.length - 1]);
  for (const i of ring.keys()) {
    const [u, v] = [(along[i] ?? NaN) / 3, (across[i] ?? NaN) / 0.5];
    expect(Math.hypot(u, v)).toBeCloseTo(2.448, 4);
  }
});

it("draws a place that is known exactly in one direction, or in all, without a gap", () => {
  expect(Math.max(...outline([0, 0, 1]).map(([, y = NaN]) => y))).toBeCloseTo(2.448, 4);
  expect(outline([0, 0, 0]).flat().every((metres) => metres === 0)).toBe(true);
});
