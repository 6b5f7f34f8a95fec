/** What the server says of incidents, their evidence, and what verdicts have made quiet. */
export type Severity = "critical" | "high" | "medium" | "low";
export type IncidentStatus = "open" | "acknowledged" | "resolved";
export type Verdict = "true_alarm" | "harmless" | "wrong";

export interface EvidenceView {
  evidence_id: string;
  kind: "still" | "clip" | "record" | "original";
  media_type: string;
  url: string;
  blurred: boolean;
  sha256: string;
}

/** Why somebody looks at evidence; "answering" while the incident waits for its verdict. */
export type LookPurpose = "answering" | "handover" | "review" | "subject_request" | "other";

/** Who looked at a piece of evidence, when and why. */
export interface Look {
  time: number;
  username: string;
  evidence_id: string;
  kind: string;
  refused: boolean;
  purpose: LookPurpose | null; // null: none was asked for then
  note: string | null;
}

/** Which vehicles were asked for an incident's sealed originals, and which are offline. */
export interface Release {
  incident_id: string;
  asked: string[];
  away: string[];
}

/** xx, xy and yy in m², x east and y north. */
export type Covariance = [number, number, number];

export interface IncidentView {
  incident_id: string;
  kind: string;
  severity: Severity;
  title_ko: string;
  title_en: string;
  phase: "opened" | "updated" | "closed";
  status: IncidentStatus;
  vehicle_id: string;
  map_id: string;
  x_m: number;
  y_m: number;
  longitude_deg: number | null;
  latitude_deg: number | null;
  position_sigma_m: number;
  position_covariance_m2: Covariance;
  started_at: number;
  detected_at: number;
  received_at: number;
  confidence: number; // 0..1
  details: Record<string, unknown>;
  evidence: EvidenceView[];
  acknowledged_by: string | null;
  acknowledged_at: number | null;
  resolved_by: string | null;
  resolved_at: number | null;
  verdict: Verdict | null;
  note: string | null;
  quieted: Quieted | null; // does not ring, and why
  reports: Report[]; // all that are taken for this one event, the first to come first
}

/** One vehicle's own report of an event. */
export interface Report {
  incident_id: string;
  vehicle_id: string;
  phase: "opened" | "updated" | "closed";
  x_m: number;
  y_m: number;
  longitude_deg: number | null;
  latitude_deg: number | null;
  position_sigma_m: number;
  position_covariance_m2: Covariance;
  confidence: number;
  detected_at: number;
  updated_at: number;
}

export interface Quieted {
  suppression_id: string;
  reason_ko: string;
  reason_en: string;
  until: number;
}

export interface TaughtBy {
  incident_id: string;
  verdict: Verdict;
  judged_by: string;
  judged_at: number;
}

/** A kind that verdicts have made quiet at a place and hour; minutes are of the local day. */
export interface Suppression {
  suppression_id: string;
  state: "active" | "expired" | "ended";
  kind: string;
  title_ko: string;
  title_en: string;
  map_id: string;
  x_m: number;
  y_m: number;
  longitude_deg: number | null;
  latitude_deg: number | null;
  radius_m: number;
  from_minute: number;
  to_minute: number;
  weekend: boolean;
  time_zone: string;
  created_at: number;
  expires_at: number;
  ended_at: number | null;
  ended_by: string | null;
  end_reason: "operator" | "true_alarm" | null;
  verdicts: TaughtBy[];
  quieted: number;
}
