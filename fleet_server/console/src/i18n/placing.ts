/** What it says while a vehicle is told where it stands. */
import type { Texts } from "./texts";

export const PLACING = {
  "place.button": { ko: "위치 지정", en: "Set position" },
  "place.where": {
    ko: "{vehicle}이(가) 서 있는 곳을 지도에서 누르십시오.",
    en: "Click on the map where {vehicle} stands.",
  },
  "place.heading": {
    ko: "차량 앞쪽이 향하는 쪽을 누르십시오.",
    en: "Click where its front points to.",
  },
  "place.check": {
    ko: "화살표가 {vehicle}의 실제 위치와 방향입니까? 맡은 순찰은 ‘다시 출발’을 기다립니다.",
    en: "Is {vehicle} where the arrow is, and turned like it? Its patrol then waits for Resume.",
  },
  "place.again": { ko: "다시 고르기", en: "Choose again" },
  "place.send": { ko: "이 위치로 지정", en: "Set this position" },
  "place.stop": { ko: "그만두기", en: "Stop" },
  "place.sent": {
    ko: "{vehicle}에 위치를 알렸습니다. 차량 센서가 맞는지 확인합니다.",
    en: "{vehicle} was told. Its sensors check whether that can be.",
  },
} as const satisfies Texts;
