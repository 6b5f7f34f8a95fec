/** What /health says, as far as an operator has to know it. */
export interface ServerHealth {
  status: "ok" | "degraded";
  broker: "up" | "down";
  database: "up" | "down";
  disk_free_mb: number;
}
