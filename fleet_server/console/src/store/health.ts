/** What is wrong with the server, worst first; pure. */
import type { ServerHealth } from "../api/healthTypes";

export type ServerTrouble = "broker" | "database" | "disk";

/** Null where nothing is wrong, or nothing is known: of a server that is silent the feed tells. */
export function troubleOf(health: ServerHealth | null): ServerTrouble | null {
  if (!health || health.status === "ok") return null;
  if (health.database === "down") return "database";
  return health.broker === "down" ? "broker" : "disk";
}
