/** How the server is, asked for now and then. */
import type { Api } from "../api/client";
import type { Tools } from "./tools";

export function createHealthActions({ set }: Tools, api: Api) {
  return {
    async loadHealth(): Promise<void> {
      const health = await api.health().catch(() => null); // the feed's banner tells of silence
      if (health) set({ health });
    },
  };
}
