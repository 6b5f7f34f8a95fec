/** What counts of the weather at this moment, and what an operator has typed of it; pure. */
import type { WeatherName, WeatherStatus, WeatherView } from "../api/weatherTypes";

export const WEATHER_NAMES: readonly WeatherName[] = [
  "rain_mmph",
  "gust_mps",
  "visibility_m",
  "temperature_c",
];

/** What the server said, and when by this browser's monotonic clock. */
export interface KnownWeather {
  status: WeatherStatus;
  atMs: number;
}

export interface WeatherNow {
  counts: WeatherView | null;
  ageS: number | null; // of the newest report; null: there never was one
}

/** A report grows old here, too, when the server is silent, and then counts no more. */
export function weatherNow({ status, atMs }: KnownWeather, nowMs: number): WeatherNow {
  const ageS = status.age_s === null ? null : status.age_s + Math.max(0, nowMs - atMs) / 1000;
  const isOld = ageS === null || ageS > status.counts_for_s;
  return { counts: isOld ? null : status.counts, ageS };
}

export type WeatherDraft = Record<WeatherName, string>;
export const NO_WEATHER: WeatherDraft = {
  rain_mmph: "",
  gust_mps: "",
  visibility_m: "",
  temperature_c: "",
};

export interface ReadDraft {
  values: Partial<Record<WeatherName, number>>;
  wrong: WeatherName[]; // fields that hold no number within the server's limits
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)$/;

/** The numbers that are typed; a field left empty says nothing. */
export function readDraft(draft: WeatherDraft, limits: WeatherStatus["limits"]): ReadDraft {
  const read: ReadDraft = { values: {}, wrong: [] };
  for (const name of WEATHER_NAMES) {
    const text = draft[name].trim().replace("−", "-");
    if (!text) continue;
    const [low, high] = limits[name];
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) read.values[name] = value;
    else read.wrong.push(name);
  }
  return read;
}
