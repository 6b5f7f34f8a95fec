import { expect, it, vi } from "vitest";
import { type Api, ApiError, type MapApi, type SearchApi, type TeamApi } from "../api/client";
import type { WeatherStatus } from "../api/weatherTypes";
import { createActions } from "./actions";
import { createConsoleStore } from "./store";
import { NO_WEATHER, readDraft, weatherNow } from "./weather";

const STATUS: WeatherStatus = {
  counts: {
    rain_mmph: 2,
    gust_mps: null,
    visibility_m: null,
    temperature_c: 3,
    observed_at: 1_800_000_000,
    reported_by: ["minji"],
    vehicles_told: 1,
  },
  age_s: 60,
  vehicles: 2,
  service: "none",
  counts_for_s: 7200,
  limits: {
    rain_mmph: [0, 300],
    gust_mps: [0, 100],
    visibility_m: [0, 100_000],
    temperature_c: [-60, 60],
  },
};

function setUp(change: Partial<Api>) {
  const store = createConsoleStore();
  const api = { weather: async () => STATUS, ...change } as Api;
  const none = {} as TeamApi & MapApi & SearchApi;
  return { store, actions: createActions(store, api, none, none, none) };
}

it("grows old while the server is silent, and counts no more after its time", () => {
  const known = { status: STATUS, atMs: 1000 };
  expect(weatherNow(known, 31_000)).toEqual({ counts: STATUS.counts, ageS: 90 });
  expect(weatherNow(known, 1000 + 7140_000).counts).toBe(STATUS.counts);
  const later = weatherNow(known, 1000 + 7141_000);
  expect(later).toEqual({ counts: null, ageS: 7201 });
});

it("tells a report that is old from none at all", () => {
  const old = { status: { ...STATUS, counts: null, age_s: 9000 }, atMs: 0 };
  expect(weatherNow(old, 0)).toEqual({ counts: null, ageS: 9000 });
  const never = { status: { ...STATUS, counts: null, age_s: null }, atMs: 0 };
  expect(weatherNow(never, 5000)).toEqual({ counts: null, ageS: null });
});

it("reads numbers within the limits, and what is left empty says nothing", () => {
  const draft = { ...NO_WEATHER, rain_mmph: " 12.5 ", temperature_c: "−3" };
  expect(readDraft(draft, STATUS.limits)).toEqual({
    values: { rain_mmph: 12.5, temperature_c: -3 },
    wrong: [],
  });
  expect(readDraft(NO_WEATHER, STATUS.limits)).toEqual({ values: {}, wrong: [] });
});

it.each(["-1", "301", "1,5", "heavy", "1e2", "0x10", "Infinity", "."])("refuses rain of %s", (rain) => {
  const read = readDraft({ ...NO_WEATHER, rain_mmph: rain, gust_mps: "0" }, STATUS.limits);
  expect(read).toEqual({ values: { gust_mps: 0 }, wrong: ["rain_mmph"] });
});

it("takes the limits themselves", () => {
  const draft = { ...NO_WEATHER, rain_mmph: "300", gust_mps: "0", temperature_c: "-60" };
  expect(readDraft(draft, STATUS.limits).wrong).toEqual([]);
});

it("reports what is observed now, and shows what counts then", async () => {
  const reportWeather = vi.fn(async () => ({}));
  const { store, actions } = setUp({ reportWeather });
  expect(await actions.reportWeather({ rain_mmph: 2 })).toBeNull();
  const [sent] = reportWeather.mock.calls[0] as unknown as [{ observed_at: number }];
  expect(sent).toEqual({ observed_at: expect.any(Number), rain_mmph: 2 });
  expect(Math.abs(sent.observed_at - Date.now() / 1000)).toBeLessThan(5);
  expect(store.getState().weather?.status).toEqual(STATUS);
  expect(store.getState().toasts.at(-1)?.key).toBe("weather.reported");
});

it("says in the operator's words why a report was refused", async () => {
  const refusal = new ApiError(409, "weather_old", "a newer report", null, "더 새로운 관측");
  const { store, actions } = setUp({ reportWeather: async () => Promise.reject(refusal) });
  expect(await actions.reportWeather({ rain_mmph: 2 })).toBe("서버 오류: 더 새로운 관측");
  store.setState({ language: "en" });
  expect(await actions.reportWeather({ rain_mmph: 2 })).toBe("The server refused: a newer report");
  expect(store.getState().toasts).toEqual([]);
});

it("keeps what it knows when the server does not answer", async () => {
  const { store, actions } = setUp({});
  await actions.loadWeather();
  const known = store.getState().weather;
  const broken = setUp({ weather: async () => Promise.reject(new ApiError(0, "network", "")) });
  broken.store.setState({ weather: known });
  await broken.actions.loadWeather();
  expect(broken.store.getState().weather).toBe(known);
});
