/** The weather that vehicles drive by, as the server says it and takes it. */

/** What a station measures; what it does not say is null. */
export interface WeatherValues {
  rain_mmph: number | null;
  gust_mps: number | null;
  visibility_m: number | null;
  temperature_c: number | null;
}

export type WeatherName = keyof WeatherValues;

export interface WeatherView extends WeatherValues {
  observed_at: number;
  reported_by: string[]; // newest first
  vehicles_told: number; // of those that are connected
}

export interface WeatherStatus {
  counts: WeatherView | null;
  age_s: number | null; // of the newest report, counting or not, when the server sent this
  vehicles: number; // that are connected
  service: "none" | "works" | "fails";
  counts_for_s: number;
  limits: Record<WeatherName, [number, number]>;
}

export type NewWeather = { observed_at: number } & Partial<Record<WeatherName, number>>;
