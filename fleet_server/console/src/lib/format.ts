/** Numbers as an operator reads them; SI and epoch seconds come in. */
import type { Language } from "../api/types";
import type { WeatherName } from "../api/weatherTypes";
import { translate } from "../i18n";

const TIME_ZONE = "Asia/Seoul"; // the control room's, whatever the machine is set to
const KMH_PER_MPS = 3.6;

const UNKNOWN = "–";

/** "5.0 km/h". */
export function formatSpeed(speedMps: number | null): string {
  if (speedMps === null || !Number.isFinite(speedMps)) return UNKNOWN;
  return `${Math.abs(speedMps * KMH_PER_MPS).toFixed(1)} km/h`;
}

/** "640 m", "1.24 km"; below ten metres with one digit. */
export function formatDistance(distanceM: number): string {
  if (distanceM >= 1000) return `${(distanceM / 1000).toFixed(2)} km`;
  return `${distanceM < 10 ? distanceM.toFixed(1) : Math.round(distanceM)} m`;
}

/** "83%" of a value that already is in percent. */
export function formatPercent(percent: number | null): string {
  return percent === null || !Number.isFinite(percent) ? UNKNOWN : `${Math.round(percent)}%`;
}

const WEATHER_UNITS: Record<WeatherName, string> = {
  rain_mmph: "mm/h",
  gust_mps: "m/s",
  visibility_m: "m",
  temperature_c: "°C",
};

/** "12.5 mm/h", "-1 °C": with one digit at most. */
export function formatWeather(name: WeatherName, value: number): string {
  return `${Math.round(value * 10) / 10 || 0} ${WEATHER_UNITS[name]}`;
}

/** "12초", "2시간 5분": how long, without "ago". */
export function formatDuration(seconds: number, language: Language): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return translate(language, "age.seconds", { n: s });
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return translate(language, "age.minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return translate(language, "age.days", { n: Math.floor(hours / 24) });
  const m = minutes % 60;
  if (m === 0) return translate(language, "age.hours", { n: hours });
  return translate(language, "age.hoursMinutes", { n: hours, m });
}

/** "방금", "3초 전"; the future (a clock that is ahead) reads as now. */
export function formatAge(seconds: number, language: Language): string {
  if (seconds < 1) return translate(language, "age.now");
  return translate(language, "age.ago", { age: formatDuration(seconds, language) });
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(language: Language, withDate: boolean): Intl.DateTimeFormat {
  const key = `${language}${withDate}`;
  let format = clocks.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(language === "ko" ? "ko-KR" : "en-GB", {
      timeZone: TIME_ZONE,
      hourCycle: "h23",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      ...(withDate ? ({ month: "short", day: "numeric", weekday: "short" } as const) : {}),
    });
    clocks.set(key, format);
  }
  return format;
}

/** "03:12:45" in Korean time. */
export function formatTime(epochS: number, language: Language): string {
  return clock(language, false).format(epochS * 1000);
}

/** "03:12" in Korean time, with the day where it is not today's (`nowS`). */
export function formatMinuteOfDay(minute: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

export function formatMoment(epochS: number, nowS: number, language: Language): string {
  const time = formatTime(epochS, language).slice(0, 5);
  if (dayOf(epochS) === dayOf(nowS)) return time;
  const day = new Intl.DateTimeFormat(language === "ko" ? "ko-KR" : "en-GB", {
    timeZone: TIME_ZONE,
    month: "short",
    day: "numeric",
  });
  return `${day.format(epochS * 1000)} ${time}`;
}

function dayOf(epochS: number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: TIME_ZONE }).format(epochS * 1000);
}

/** "2026-03-02T22:00" in Korean time, as a date and time field takes it. */
export function localInput(epochS: number): string {
  return `${dayOf(epochS)}T${formatTime(epochS, "en").slice(0, 5)}`;
}

/** "11월 23일 (일) 03:12:45" in Korean time. */
export function formatDateTime(epochS: number, language: Language): string {
  return clock(language, true).format(epochS * 1000);
}
