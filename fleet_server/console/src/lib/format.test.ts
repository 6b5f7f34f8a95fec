import { expect, it } from "vitest";
import {
  formatAge,
  formatDateTime,
  formatDistance,
  formatDuration,
  formatPercent,
  formatSpeed,
  formatTime,
  formatWeather,
} from "./format";

it("shows speed in km/h, never negative, and a dash for unknown", () => {
  expect(formatSpeed(1.39)).toBe("5.0 km/h");
  expect(formatSpeed(-0.5)).toBe("1.8 km/h");
  expect(formatSpeed(-0.001)).toBe("0.0 km/h");
  expect(formatSpeed(null)).toBe("–");
  expect(formatSpeed(Number.NaN)).toBe("–");
});

it("shows short and long distances", () => {
  expect(formatDistance(0.42)).toBe("0.4 m");
  expect(formatDistance(35.4)).toBe("35 m");
  expect(formatDistance(1239)).toBe("1.24 km");
});

it.each([
  [-5, "방금", "just now"],
  [0.4, "방금", "just now"],
  [3.9, "3초 전", "3 s ago"],
  [60, "1분 전", "1 min ago"],
  [7500, "2시간 5분 전", "2 h 5 min ago"],
  [7200, "2시간 전", "2 h ago"],
  [400000, "4일 전", "4 d ago"],
])("says how old %d s is", (seconds, ko, en) => {
  expect(formatAge(seconds, "ko")).toBe(ko);
  expect(formatAge(seconds, "en")).toBe(en);
});

it("counts a duration from zero", () => {
  expect(formatDuration(0, "ko")).toBe("0초");
});

it("rounds percent", () => {
  expect(formatPercent(82.6)).toBe("83%");
  expect(formatPercent(null)).toBe("–");
});

it("tells Korean time wherever the machine stands", () => {
  const threeInSeoul = Date.UTC(2025, 10, 22, 18, 4, 5) / 1000;
  expect(formatTime(threeInSeoul, "ko")).toBe("03:04:05");
  expect(formatTime(threeInSeoul, "en")).toBe("03:04:05");
  expect(formatDateTime(threeInSeoul, "ko")).toContain("11월 23일");
});

it("says weather with its unit and one digit at most", () => {
  expect(formatWeather("rain_mmph", 12.46)).toBe("12.5 mm/h");
  expect(formatWeather("visibility_m", 1500)).toBe("1500 m");
  expect(formatWeather("temperature_c", -0.04)).toBe("0 °C");
  expect(formatWeather("gust_mps", 8)).toBe("8 m/s");
});
