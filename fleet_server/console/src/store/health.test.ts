import { expect, it, vi } from "vitest";
import type { Api, MapApi, SearchApi, TeamApi } from "../api/client";
import type { ServerHealth } from "../api/healthTypes";
import { createActions } from "./actions";
import { troubleOf } from "./health";
import { createConsoleStore } from "./store";

const FINE: ServerHealth = { status: "ok", broker: "up", database: "up", disk_free_mb: 9000 };

it.each([
  [null, null],
  [FINE, null],
  [{ ...FINE, status: "degraded", disk_free_mb: 100 }, "disk"],
  [{ ...FINE, status: "degraded", broker: "down" }, "broker"],
  [{ ...FINE, status: "degraded", broker: "down", database: "down" }, "database"],
] as const)("names what is worst of %j: %s", (health, trouble) => {
  expect(troubleOf(health)).toBe(trouble);
});

it("keeps what it knew while the server is silent", async () => {
  const health = vi.fn().mockResolvedValueOnce(FINE).mockRejectedValueOnce(new Error("gone"));
  const store = createConsoleStore();
  const actions = createActions(
    store,
    { health } as unknown as Api,
    {} as TeamApi,
    {} as MapApi,
    {} as SearchApi,
  );
  await actions.loadHealth();
  await actions.loadHealth();
  expect(health).toHaveBeenCalledTimes(2);
  expect(store.getState().health).toEqual(FINE);
});
