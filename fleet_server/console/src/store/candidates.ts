/** Whom vehicles have reported for a case, and why; pure. */
import type { IncidentView } from "../api/incidentTypes";

/** What was confirmed, then what waits, then the others. */
function rankOf({ status, verdict }: IncidentView): number {
  if (verdict === "true_alarm") return 0;
  return status === "resolved" ? 2 : 1;
}

/** The incidents that vehicles have reported for a case, the most alike first. */
export function candidatesOf(
  incidents: Record<string, IncidentView>,
  caseId: string,
): IncidentView[] {
  return Object.values(incidents)
    .filter((one) => one.kind === "missing_person" && one.details["case_id"] === caseId)
    .sort(
      (a, b) =>
        rankOf(a) - rankOf(b) ||
        scoreOf(b) - scoreOf(a) ||
        b.detected_at - a.detected_at,
    );
}

/** How much alike, 0..1, as the vehicle says; its confidence where it says nothing. */
export function scoreOf({ details, confidence }: IncidentView): number {
  const score = details["score"];
  return typeof score === "number" ? score : confidence;
}

/** What a vehicle says for and against a candidate, and what it saw. */
export interface Reasons {
  matches: string[];
  against: string[];
  topSeen: string | null; // #rrggbb
  trousersSeen: string | null;
  heightSeenM: number | null;
  fromLastSeenM: number | null;
  sinceLastSeenS: number | null;
}

export function reasonsOf({ details }: IncidentView): Reasons {
  const words = (name: string) => {
    const said = details[name];
    return typeof said === "string" ? said.split(", ").filter((word) => word !== "") : [];
  };
  const colour = (name: string) => {
    const said = details[name];
    return typeof said === "string" && /^#[0-9a-f]{6}$/.test(said) ? said : null;
  };
  const number = (name: string) => {
    const said = details[name];
    return typeof said === "number" ? said : null;
  };
  return {
    matches: words("matches"),
    against: words("speaks_against"),
    topSeen: colour("top_seen"),
    trousersSeen: colour("trousers_seen"),
    heightSeenM: number("height_seen_m"),
    fromLastSeenM: number("from_last_seen_m"),
    sinceLastSeenS: number("since_last_seen_s"),
  };
}
