/** The incident queue: what an operator must look at first. */
import type { IncidentStatus, IncidentView, Severity } from "../api/types";

const STATUS_RANK: Record<IncidentStatus, number> = { open: 0, acknowledged: 1, resolved: 2 };
const SEVERITY_RANK: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3 };

export type QueueFilter = "open" | "all";

/** Unacknowledged before acknowledged before resolved, then by severity, then the newest. */
export function sortedQueue(
  incidents: Record<string, IncidentView>,
  filter: QueueFilter,
): IncidentView[] {
  return Object.values(incidents)
    .filter((incident) => filter === "all" || incident.status !== "resolved")
    .sort(
      (a, b) =>
        STATUS_RANK[a.status] - STATUS_RANK[b.status] ||
        (a.status === "resolved" ? 0 : severityRank(a) - severityRank(b)) ||
        b.detected_at - a.detected_at,
    );
}

function severityRank(incident: IncidentView): number {
  return SEVERITY_RANK[incident.severity] ?? 0; // an unknown severity is looked at first
}

/** Critical incidents that nobody has acknowledged, the newest first: these raise the alarm. */
export function alarms(incidents: Record<string, IncidentView>): IncidentView[] {
  return sortedQueue(incidents, "open").filter(
    (incident) => incident.status === "open" && incident.severity === "critical",
  );
}

/** How many incidents wait for a first look. */
export function unacknowledged(incidents: Record<string, IncidentView>): number {
  return Object.values(incidents).filter((incident) => incident.status === "open").length;
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
