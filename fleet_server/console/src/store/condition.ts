/** A vehicle's state in one word, and whether it can be sent on a patrol. */
import type { Assignment, AssignmentStatus, VehicleView } from "../api/types";
import type { TimedVehicle } from "./live";

export type Condition =
  | "offline"
  | "emergency"
  | "fault"
  | "stale"
  | "paused"
  | "driving"
  | "waiting"
  | "charging"
  | "manual"
  | "idle";

/** How a condition looks: what is normal stays quiet, what needs a person has colour. */
export type Tone = "moving" | "calm" | "attention" | "trouble" | "gone";

export const TONES: Record<Condition, Tone> = {
  emergency: "trouble",
  fault: "trouble",
  offline: "gone",
  stale: "gone",
  paused: "attention",
  waiting: "attention",
  manual: "attention",
  driving: "moving",
  charging: "calm",
  idle: "calm",
};

// A moving vehicle reports at least once a second; a standing one at least every 30 s
// (VDA 5050 2.1.0, 6.10). Each has a few seconds for the radio.
const STALE_MOVING_S = 5;
const STALE_STANDING_S = 35;
const MIN_BATTERY_PCT = 20;

const ACTIVE: ReadonlySet<AssignmentStatus> = new Set(["queued", "sent", "running", "returning"]);

export function isActive(assignment: Assignment): boolean {
  return ACTIVE.has(assignment.status);
}

/** The newest active assignment of a vehicle. */
export function activeAssignment(
  assignments: Record<string, Assignment>,
  vehicleId: string,
): Assignment | null {
  return Object.values(assignments)
    .filter((a) => a.vehicle_id === vehicleId && isActive(a))
    .reduce<Assignment | null>((a, b) => (a && a.created_at >= b.created_at ? a : b), null);
}

/** Seconds since the vehicle's last state, growing while nothing comes; null when never heard. */
export function stateAgeS({ view, heardAtMs }: TimedVehicle, nowMs: number): number | null {
  if (view.state_age_s === null) return null;
  return view.state_age_s + Math.max(0, nowMs - heardAtMs) / 1000;
}

export function isEmergency(view: VehicleView): boolean {
  return view.emergency_stop !== null && view.emergency_stop !== "NONE";
}

/** Whether the server would have it change what it drives: connected, automatic, not stopped. */
export function takesOrders(view: VehicleView): boolean {
  return view.connection === "ONLINE" && view.operating_mode === "AUTOMATIC" && !isEmergency(view);
}

function isStale(view: VehicleView, ageS: number | null): boolean {
  if (ageS === null) return true;
  return ageS > (view.driving ? STALE_MOVING_S : STALE_STANDING_S);
}

/** The one condition that matters most to an operator. */
export function conditionOf(
  vehicle: TimedVehicle,
  assignment: Assignment | null,
  nowMs: number,
): Condition {
  const { view } = vehicle;
  if (view.connection !== "ONLINE") return "offline";
  if (isStale(view, stateAgeS(vehicle, nowMs))) return "stale";
  if (isEmergency(view)) return "emergency";
  if (view.errors.some((error) => error.level === "FATAL")) return "fault";
  if (view.paused) return "paused";
  if (view.driving) return "driving";
  if (assignment) return "waiting";
  if (view.charging) return "charging";
  if (view.operating_mode !== null && view.operating_mode !== "AUTOMATIC") return "manual";
  return "idle";
}

export type Obstacle =
  | "offline"
  | "emergency"
  | "fault"
  | "stale"
  | "busy"
  | "manual"
  | "map"
  | "battery";

/** Why a vehicle cannot take a patrol now; null when it can. */
export function obstacleTo(
  vehicle: TimedVehicle,
  assignment: Assignment | null,
  nowMs: number,
): Obstacle | null {
  const condition = conditionOf(vehicle, assignment, nowMs);
  if (condition === "offline" || condition === "stale") return condition;
  if (condition === "emergency" || condition === "fault") return condition;
  if (assignment || condition === "paused") return "busy";
  if (condition === "manual") return "manual";
  if (vehicle.view.map_current === false) return "map";
  const battery = vehicle.view.battery_pct;
  return battery !== null && battery < MIN_BATTERY_PCT ? "battery" : null;
}

export interface Candidate {
  vehicle: TimedVehicle;
  obstacle: Obstacle | null;
}

/** All vehicles, those that can go first, the fullest battery before the others. */
export function candidates(
  vehicles: Record<string, TimedVehicle>,
  assignments: Record<string, Assignment>,
  nowMs: number,
): Candidate[] {
  const all = Object.values(vehicles).map((vehicle) => {
    const assignment = activeAssignment(assignments, vehicle.view.vehicle_id);
    return { vehicle, obstacle: obstacleTo(vehicle, assignment, nowMs) };
  });
  const battery = (c: Candidate) => c.vehicle.view.battery_pct ?? 0;
  return all.sort(
    (a, b) =>
      Number(a.obstacle !== null) - Number(b.obstacle !== null) ||
      battery(b) - battery(a) ||
      a.vehicle.view.vehicle_id.localeCompare(b.vehicle.view.vehicle_id),
  );
}
