import { describe, expect, it } from "vitest";
import type { VehicleError, VehicleView } from "../api/types";
import { activeAssignment, candidates, conditionOf, obstacleTo, stateAgeS } from "./condition";
import { assignment, vehicle } from "./samples";

const heard = (change: Partial<VehicleView> = {}) => ({ view: vehicle(change), heardAtMs: 0 });
const fatal: VehicleError = {
  type: "offRoute",
  level: "FATAL",
  text_ko: "경로를 벗어났습니다",
  text_en: "Off the route",
  description: "",
};

describe("the condition", () => {
  it.each<[Partial<VehicleView>, string]>([
    [{}, "idle"],
    [{ charging: true }, "charging"],
    [{ driving: true }, "driving"],
    [{ driving: true, paused: true }, "paused"],
    [{ operating_mode: "MANUAL" }, "manual"],
    [{ errors: [{ ...fatal, level: "WARNING" }] }, "idle"],
    [{ driving: true, errors: [fatal] }, "fault"],
    [{ emergency_stop: "MANUAL", errors: [fatal] }, "emergency"],
    [{ emergency_stop: "MANUAL", connection: "CONNECTIONBROKEN" }, "offline"],
    [{ state_age_s: null }, "stale"],
  ])("of %o is %s", (change, condition) => {
    expect(conditionOf(heard(change), null, 0)).toBe(condition);
  });

  it("waits when it has a patrol but does not move", () => {
    expect(conditionOf(heard(), assignment(), 0)).toBe("waiting");
  });

  it("gets stale by itself, a moving vehicle sooner than a standing one", () => {
    const moving = heard({ driving: true });
    expect(conditionOf(moving, null, 4000)).toBe("driving");
    expect(conditionOf(moving, null, 5000)).toBe("stale");
    expect(conditionOf(heard(), null, 30_000)).toBe("idle");
    expect(conditionOf(heard(), null, 35_000)).toBe("stale");
  });
});

it("counts the age on from when the data was heard", () => {
  expect(stateAgeS(heard({ state_age_s: 2 }), 3000)).toBe(5);
  expect(stateAgeS({ ...heard({ state_age_s: 2 }), heardAtMs: 50 }, 0)).toBe(2);
  expect(stateAgeS(heard({ state_age_s: null }), 3000)).toBeNull();
});

it("finds the newest active assignment", () => {
  const all = {
    old: assignment({ assignment_id: "old", created_at: 1 }),
    newer: assignment({ assignment_id: "newer", created_at: 2 }),
    done: assignment({ assignment_id: "done", created_at: 3, status: "finished" }),
    other: assignment({ assignment_id: "other", created_at: 4, vehicle_id: "sunra/light-01" }),
  };
  expect(activeAssignment(all, "sunra/goalie-01")?.assignment_id).toBe("newer");
  expect(activeAssignment({}, "sunra/goalie-01")).toBeNull();
});

it.each<[Partial<VehicleView>, string | null]>([
  [{}, null],
  [{ charging: true }, null],
  [{ connection: "OFFLINE" }, "offline"],
  [{ paused: true }, "busy"],
  [{ battery_pct: 19 }, "battery"],
  [{ battery_pct: null }, null],
  [{ operating_mode: "SERVICE" }, "manual"],
  [{ map_current: false }, "map"],
  [{ map_current: null }, null],
])("a vehicle with %o cannot go because of %s", (change, obstacle) => {
  expect(obstacleTo(heard(change), null, 0)).toBe(obstacle);
});

it("offers those that can go first, the fullest first", () => {
  const vehicles = Object.fromEntries(
    [
      heard({ vehicle_id: "low", battery_pct: 10 }),
      heard({ vehicle_id: "half", battery_pct: 50 }),
      heard({ vehicle_id: "busy", battery_pct: 99 }),
      heard({ vehicle_id: "full", battery_pct: 90 }),
    ].map((v) => [v.view.vehicle_id, v]),
  );
  const order = candidates(vehicles, { a: assignment({ vehicle_id: "busy" }) }, 0);
  expect(order.map((c) => [c.vehicle.view.vehicle_id, c.obstacle])).toEqual([
    ["full", null],
    ["half", null],
    ["busy", "busy"],
    ["low", "battery"],
  ]);
});
