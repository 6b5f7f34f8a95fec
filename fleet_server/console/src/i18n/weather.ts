/** What the console says of the weather that vehicles drive by. */
import type { Texts } from "./texts";

export const WEATHER = {
  "weather.title": { ko: "날씨", en: "Weather" },
  "weather.open": { ko: "차량이 따르는 날씨", en: "The weather vehicles drive by" },
  "weather.rain_mmph": { ko: "비", en: "Rain" },
  "weather.gust_mps": { ko: "돌풍", en: "Gusts" },
  "weather.visibility_m": { ko: "시정", en: "Visibility" },
  "weather.temperature_c": { ko: "기온", en: "Air" },
  "weather.field.rain_mmph": { ko: "비, 눈은 녹은 물로 (mm/h)", en: "Rain, snow as water (mm/h)" },
  "weather.field.gust_mps": { ko: "순간 최대 풍속 (m/s)", en: "Strongest gust (m/s)" },
  "weather.field.visibility_m": { ko: "시정 (m)", en: "Visibility (m)" },
  "weather.field.temperature_c": { ko: "기온 (°C)", en: "Air temperature (°C)" },
  "weather.range": { ko: "{low}에서 {high}까지의 수", en: "A number from {low} to {high}" },
  "weather.none": { ko: "날씨 모름", en: "Weather unknown" },
  "weather.noneFor": { ko: "{age} 동안 보고 없음", en: "Nobody has reported for {age}" },
  "weather.never": { ko: "아직 보고된 적 없음", en: "Nobody has reported yet" },
  "weather.told": { ko: "차량 {told}/{all}대 전달", en: "{told} of {all} vehicles have it" },
  "weather.by": { ko: "보고: {names}", en: "Reported by {names}" },
  "weather.serviceFails": {
    ko: "기상청 서비스에서 값을 받지 못하고 있습니다.",
    en: "The weather service gives no values at the moment.",
  },
  "weather.without": {
    ko: "차량은 자체 센서로만 판단합니다.",
    en: "Vehicles go by their own sensors alone.",
  },
  "weather.ends": {
    ko: "보고는 2시간 동안 유효합니다. 다음 보고가 대신합니다.",
    en: "A report counts for two hours; the next one takes its place.",
  },
  "weather.form": { ko: "지금 본 날씨 보고", en: "Report what you observe now" },
  "weather.empty": {
    ko: "모르는 칸은 비워 두십시오. 빈 칸은 보고되지 않습니다.",
    en: "Leave empty what you do not know; it is not reported.",
  },
  "weather.saysNothing": { ko: "적어도 한 칸을 채우십시오.", en: "Fill in at least one field." },
  "weather.send": { ko: "모든 차량에 보고", en: "Report to all vehicles" },
  "weather.reported": {
    ko: "날씨를 보고했습니다. 차량이 이에 맞추어 달립니다.",
    en: "Weather reported; vehicles drive by it.",
  },
} as const satisfies Texts;
