import { expect, it } from "vitest";
import { shrunk } from "./pictures";

it("makes large pictures small and leaves small ones", () => {
  expect(shrunk(3000, 4000)).toEqual({ width: 960, height: 1280 });
  expect(shrunk(2560, 100)).toEqual({ width: 1280, height: 50 });
  expect(shrunk(600, 800)).toEqual({ width: 600, height: 800 });
});
