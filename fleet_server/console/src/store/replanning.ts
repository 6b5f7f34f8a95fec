/** From what an operator says happened to what the server asks; pure. */
import type { PlanChanges } from "../api/planTypes";
import type { Happening, ReplanDraft } from "./store";

type Problem = "nothing" | "place";

/** What is still missing before the rest can be planned anew; null when nothing is. */
export function replanProblem(draft: ReplanDraft): Problem | null {
  const happenings = Object.values(draft.vehicles).filter(({ kind }) => kind !== "none");
  if (!happenings.length && !draft.closed.length && !draft.opened.length) return "nothing";
  return happenings.some((h) => h.kind === "away" && h.nodeId === null) ? "place" : null;
}

/** The request; calls last from now (`sinceStartS` after the plan's start). */
export function replanRequest(draft: ReplanDraft, sinceStartS: number): PlanChanges {
  const entries = Object.entries(draft.vehicles);
  const named = (kind: Happening["kind"]) =>
    entries.filter(([, happening]) => happening.kind === kind).map(([vehicleId]) => vehicleId);
  return {
    failed: named("failed"),
    charge: named("charge"),
    back: named("back"),
    away: entries.flatMap(([vehicle_id, happening]) =>
      happening.kind === "away" && happening.nodeId !== null
        ? [
            {
              vehicle_id,
              node_id: happening.nodeId,
              until_s: sinceStartS + happening.minutes * 60,
            },
          ]
        : [],
    ),
    closed: draft.closed,
    opened: draft.opened,
  };
}
