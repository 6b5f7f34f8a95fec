/** Complete values for tests, to be changed where a test cares. */
import type { Assignment, IncidentView, VehicleView } from "../api/types";

export function vehicle(change: Partial<VehicleView> = {}): VehicleView {
  return {
    vehicle_id: "sunra/goalie-01",
    manufacturer: "sunra",
    serial_number: "goalie-01",
    connection: "ONLINE",
    state_age_s: 0.5,
    event_time: 1000,
    received_time: 1000.2,
    position: {
      x_m: 1,
      y_m: 2,
      heading_rad: 0,
      longitude_deg: 126.93,
      latitude_deg: 37.48,
      map_id: "sillim",
    },
    localised: true,
    speed_mps: 0,
    battery_pct: 80,
    charging: false,
    driving: false,
    paused: false,
    operating_mode: "AUTOMATIC",
    emergency_stop: "NONE",
    order_id: null,
    assignment_id: null,
    last_node_id: null,
    map_id: "sillim",
    map_hash: "94ce11f2be73",
    map_current: true,
    waiting_for: null,
    waiting_for_ko: null,
    awaits_operator: false,
    errors: [],
    ...change,
  };
}

export function incident(change: Partial<IncidentView> = {}): IncidentView {
  return {
    incident_id: "i-1",
    kind: "collapsed_person",
    severity: "critical",
    title_ko: "쓰러진 사람",
    title_en: "Collapsed person",
    phase: "opened",
    status: "open",
    vehicle_id: "sunra/goalie-01",
    map_id: "sillim",
    x_m: 1,
    y_m: 2,
    longitude_deg: 126.93,
    latitude_deg: 37.48,
    position_sigma_m: 0.5,
    started_at: 995,
    detected_at: 1000,
    received_at: 1000.3,
    confidence: 0.9,
    details: {},
    evidence: [],
    acknowledged_by: null,
    acknowledged_at: null,
    resolved_by: null,
    resolved_at: null,
    verdict: null,
    note: null,
    ...change,
  };
}

export function assignment(change: Partial<Assignment> = {}): Assignment {
  return {
    assignment_id: "a-1",
    patrol_id: "p-1",
    patrol_name: "새벽 순찰",
    vehicle_id: "sunra/goalie-01",
    status: "running",
    reason: null,
    reason_ko: null,
    created_at: 990,
    finished_at: null,
    distance_m: 640,
    route: [],
    checkpoints: [],
    ...change,
  };
}
