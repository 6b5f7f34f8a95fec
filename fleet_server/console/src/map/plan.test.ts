import { expect, it } from "vitest";
import type { PlanView } from "../api/planTypes";
import type { MapGeoJson } from "../api/types";
import { withNames } from "../lib/useSaid";
import { replanProblem, replanRequest } from "../store/replanning";
import { bothWays, readDistrict } from "./district";
import { closedFeatures, planFeatures } from "./features";

function edge(id: number, start_id: number, end_id: number): MapGeoJson["features"][number] {
  return {
    type: "Feature",
    properties: { layer: "edge", id, start_id, end_id, name: "골목" },
    geometry: { type: "LineString", coordinates: [[start_id, 0], [end_id, 0]] },
  };
}

const district = readDistrict({
  type: "FeatureCollection",
  features: [edge(10, 1, 2), edge(11, 2, 1), edge(12, 2, 3)],
});

function plan(...edgeIds: number[][]): PlanView {
  const vehicles = edgeIds.map((edge_ids, i) => ({ vehicle_id: `m/v${i}`, edge_ids }));
  return { vehicles, closed: [12] } as unknown as PlanView;
}

it("draws a stretch once a vehicle, vehicles side by side, whichever way they drive", () => {
  const { features } = planFeatures(district, plan([10, 11, 12], [11]), "dark");
  expect(features.map((f) => f.properties?.["lane"])).toEqual([-0.5, 0.5, 0]);
  const [first, second, third] = features.map((f) => f.properties?.["colour"]);
  expect(first).toBe(third);
  expect(first).not.toBe(second);
});

it("draws nothing for a plan on streets that the map has not, or for none", () => {
  expect(planFeatures(district, plan([99]), "light").features).toEqual([]);
  expect(planFeatures(district, null, "light").features).toEqual([]);
});

it("closes a stretch in both directions and shows what would be closed", () => {
  expect(bothWays(district, 10)).toEqual([10, 11]);
  expect(bothWays(district, 12)).toEqual([12]);
  expect(bothWays(district, 99)).toEqual([]);
  const changes = { vehicles: {}, closed: [10, 11], opened: [12] };
  expect(closedFeatures(district, plan([10]), changes).features).toHaveLength(2);
  expect(closedFeatures(district, plan([10]), null).features).toHaveLength(1);
});

it("asks the server for what happened, calls counted from now", () => {
  const vehicles = {
    "m/a": { kind: "failed" },
    "m/b": { kind: "away", nodeId: 7, minutes: 10 },
    "m/c": { kind: "none" },
    "m/d": { kind: "back" },
  } as const;
  expect(replanRequest({ vehicles, closed: [1], opened: [2] }, 100)).toEqual({
    failed: ["m/a"],
    charge: [],
    back: ["m/d"],
    away: [{ vehicle_id: "m/b", node_id: 7, until_s: 700 }],
    closed: [1],
    opened: [2],
  });
});

it("says what is missing before the rest can be planned anew", () => {
  const nothing = { vehicles: { "m/a": { kind: "none" } }, closed: [], opened: [] } as const;
  expect(replanProblem({ vehicles: { ...nothing.vehicles }, closed: [], opened: [] })).toBe("nothing");
  const vehicles = { "m/a": { kind: "away", nodeId: null, minutes: 5 } } as const;
  expect(replanProblem({ vehicles, closed: [], opened: [] })).toBe("place");
  expect(replanProblem({ vehicles: {}, closed: [3], opened: [] })).toBeNull();
});

it("reads names in place of ids, and vehicles without their maker", () => {
  const names = new Map([["cp-01", "학교 정문"]]);
  expect(withNames("확인 지점 cp-01: sunra/goalie-01 고장", names)).toBe(
    "확인 지점 학교 정문: goalie-01 고장",
  );
  expect(withNames("cp-011", names)).toBe("cp-011");
});
