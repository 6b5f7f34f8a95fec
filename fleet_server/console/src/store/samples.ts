/** Complete values for tests, to be changed where a test cares. */
import type { IncidentView, Suppression } from "../api/incidentTypes";
import type { PersonSearchView } from "../api/searchTypes";
import type { Assignment, VehicleView } from "../api/types";

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
    beacon: false,
    siren: false,
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
    position_covariance_m2: [0.25, 0, 0.25],
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
    quieted: null,
    reports: [],
    ...change,
  };
}

export function suppression(change: Partial<Suppression> = {}): Suppression {
  return {
    suppression_id: "s-1",
    state: "active",
    kind: "loitering",
    title_ko: "배회",
    title_en: "Loitering",
    map_id: "sillim",
    x_m: 1,
    y_m: 2,
    longitude_deg: 126.93,
    latitude_deg: 37.48,
    radius_m: 10,
    from_minute: 1410,
    to_minute: 150,
    weekend: false,
    time_zone: "Asia/Seoul",
    created_at: 1000,
    expires_at: 2_593_000,
    ended_at: null,
    ended_by: null,
    end_reason: null,
    verdicts: [{ incident_id: "i-9", verdict: "wrong", judged_by: "minji", judged_at: 900 }],
    quieted: 0,
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
    next_checkpoint_id: null,
    skippable: false,
    diversions: [],
    ...change,
  };
}

export const SEARCH_NOW_S = 1_800_000_000; // 2027-01-15 17:00 in Korea

export function search(change: Partial<PersonSearchView> = {}): PersonSearchView {
  return {
    case_id: "2027-0001",
    revision: 1,
    state: "open",
    reference: "112-1",
    top_rgb: [0.753, 0.157, 0.176],
    trousers_rgb: null,
    opened_at: SEARCH_NOW_S - 3600,
    opened_by: "minji",
    expires_at: SEARCH_NOW_S + 3600,
    closed_at: null,
    closed_by: null,
    outcome: null,
    erased_at: null,
    picture_count: 1,
    description: null,
    height_m: [1.5, 1.65],
    age_group: "old",
    build: null,
    last_seen: { map_id: "sillim", longitude_deg: 126.93, latitude_deg: 37.48, at: SEARCH_NOW_S - 600 },
    pictures: [{ picture_id: "p-1", url: "/p-1" }],
    note: null,
    erased_after: null,
    candidates: [],
    log: [],
    ...change,
  };
}
