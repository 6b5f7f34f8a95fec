/** The incident queue: what an operator must look at first. */
import type { IncidentStatus, IncidentView, Severity } from "../api/incidentTypes";

const STATUS_RANK: Record<IncidentStatus, number> = { open: 0, acknowledged: 1, resolved: 2 };
const SEVERITY_RANK: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3 };

export type QueueFilter = "open" | "all" | "quiet";

const QUIET_RANK = 1.5; // below what rings and what somebody looks after, above what is over

/** Unacknowledged before acknowledged before quieted before resolved, then by severity, then the
 * newest; `quiet` gives the quieted ones alone. */
export function sortedQueue(
  incidents: Record<string, IncidentView>,
  filter: QueueFilter,
): IncidentView[] {
  return Object.values(incidents)
    .filter((incident) => filter === "all" || incident.status !== "resolved")
    .filter((incident) => filter !== "quiet" || incident.quieted)
    .sort(
      (a, b) =>
        rank(a) - rank(b) ||
        (a.status === "resolved" ? 0 : severityRank(a) - severityRank(b)) ||
        b.detected_at - a.detected_at,
    );
}

function rank(incident: IncidentView): number {
  const isQuiet = incident.quieted && incident.status === "open";
  return isQuiet ? QUIET_RANK : STATUS_RANK[incident.status];
}

function severityRank(incident: IncidentView): number {
  return SEVERITY_RANK[incident.severity] ?? 0; // an unknown severity is looked at first
}

/** Critical incidents that nobody has acknowledged, the newest first: these raise the alarm. What
 * verdicts have quieted does not; the server never says that of a kind that is about life. */
export function alarms(incidents: Record<string, IncidentView>): IncidentView[] {
  return sortedQueue(incidents, "open").filter(
    (incident) =>
      incident.status === "open" && incident.severity === "critical" && !incident.quieted,
  );
}

/** How many incidents wait for a first look; the quieted ones do not press. */
export function unacknowledged(incidents: Record<string, IncidentView>): number {
  return Object.values(incidents).filter(
    (incident) => incident.status === "open" && !incident.quieted,
  ).length;
}

/** The incident `step` places from the selected one in a queue; the first when none is. */
export function neighbour(
  queue: IncidentView[],
  selectedId: string | null,
  step: 1 | -1,
): string | null {
  const index = queue.findIndex((incident) => incident.incident_id === selectedId);
  const next = index < 0 ? 0 : Math.min(queue.length - 1, Math.max(0, index + step));
  return queue[next]?.incident_id ?? null;
}
