import { expect, it } from "vitest";
import type { Api, MapApi, SearchApi, TeamApi } from "../api/client";
import { createActions } from "./actions";
import { isEnough, lookAt, PURPOSES } from "./looks";
import { incident } from "./samples";
import { createConsoleStore } from "./store";

const URL = "/api/v1/evidence/ev-1";

it.each(["open", "acknowledged"] as const)("asks nothing while an incident is %s", (status) => {
  expect(lookAt({ status }, undefined)?.(URL)).toBe(URL);
  expect(lookAt({ status }, { purpose: "review", note: "" })?.(URL)).toBe(URL);
});

it("shows nothing of what is over until a purpose is given", () => {
  expect(lookAt({ status: "resolved" }, undefined)).toBeNull();
});

it("sends the purpose and what was written with every look", () => {
  const at = lookAt({ status: "resolved" }, { purpose: "handover", note: " 112 & 119? " });
  expect(at?.(URL)).toBe(`${URL}?purpose=handover&note=112+%26+119%3F`);
  const plain = lookAt({ status: "resolved" }, { purpose: "review", note: "  " });
  expect(plain?.(URL)).toBe(`${URL}?purpose=review`);
});

it("wants words for another purpose, and for no other", () => {
  expect(isEnough({ purpose: "other", note: " abcd " })).toBe(false);
  expect(isEnough({ purpose: "other", note: "audit" })).toBe(true);
  for (const purpose of PURPOSES.filter((p) => p !== "other")) {
    expect(isEnough({ purpose, note: "" })).toBe(true);
  }
});

it("does not offer answering for what is over", () => {
  expect(PURPOSES).not.toContain("answering");
});

it("keeps a purpose for one incident, until the session ends", () => {
  const store = createConsoleStore();
  const api = { logout: async () => undefined } as unknown as Api;
  const actions = createActions(store, api, {} as TeamApi, {} as MapApi, {} as SearchApi);
  actions.givePurpose("i-1", { purpose: "review", note: "" });
  const { purposes } = store.getState();
  const over = incident({ status: "resolved" });
  expect(lookAt(over, purposes[over.incident_id])).not.toBeNull();
  expect(lookAt(over, purposes["i-2"])).toBeNull();
  actions.givePurpose("i-1", { purpose: "other", note: "x" });
  expect(store.getState().purposes["i-1"]?.purpose).toBe("review"); // too little: not taken
  actions.endSession(null);
  expect(store.getState().purposes).toEqual({});
});
