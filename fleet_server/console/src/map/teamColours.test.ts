import { expect, it } from "vitest";
import { teamColours } from "./teamColours";

const TEAM = ["sunra/light-01", "sunra/light-02", "sunra/light-03", "sunra/light-04"];

it("keeps a vehicle's colour when another drops out", () => {
  const before = teamColours(TEAM, "light");
  const after = teamColours(TEAM.filter((id) => id !== "sunra/light-02"), "light");
  for (const [id, colour] of after) expect(before.get(id)).toBe(colour);
});

it("gives no two of eight vehicles the same, whatever their names", () => {
  const ids = [...TEAM, "sunra/goalie-01", "sunra/goalie-09", "other/x", "other/y"];
  expect(new Set(teamColours(ids, "dark").values()).size).toBe(8);
});

it("has a colour for everybody in a larger team", () => {
  const ids = Array.from({ length: 20 }, (_, i) => `sunra/light-${i + 1}`);
  expect(teamColours(ids, "dark").size).toBe(20);
});
