/** What it says of vehicles that are sent to an incident, and of checkpoints left out. */
import type { Texts } from "./texts";

export const SENDING = {
  "send.title": { ko: "차량 보내기", en: "Send a vehicle" },
  "send.button": { ko: "차량 보내기", en: "Send a vehicle" },
  "send.toPlace": { ko: "지도에서 고른 곳으로 차량 보내기", en: "Send a vehicle to a place on the map" },
  "send.pick": {
    ko: "차량을 보낼 곳을 지도에서 누르십시오.",
    en: "Click on the map where a vehicle shall go.",
  },
  "send.stop": { ko: "그만두기", en: "Stop" },
  "send.how": {
    ko: "현장에서 ‘출발 지시’를 기다립니다. 순찰 중이던 차량은 떠난 자리로 돌아가 순찰을 이어갑니다.",
    en: "It waits there until you let it go on. A vehicle on patrol goes back to where it left off and finishes.",
  },
  "send.loading": { ko: "보낼 수 있는 차량을 찾는 중입니다.", en: "Looking for vehicles." },
  "send.none": { ko: "지금 보낼 수 있는 차량이 없습니다.", en: "No vehicle can be sent now." },
  "send.chooseVehicle": { ko: "차량", en: "Vehicle" },
  "send.minutes": { ko: "약 {minutes}분", en: "about {minutes} min" },
  "send.soon": { ko: "1분 안", en: "within a minute" },
  "send.nearest": { ko: "가장 빠름", en: "Quickest" },
  "send.comesBack": { ko: "‘{patrol}’ 중, 돌아와 이어감", en: "on “{patrol}”, comes back to it" },
  "send.free": { ko: "순찰 없음, 끝나면 충전소로", en: "on no patrol, then to its dock" },
  "send.away": { ko: "현장에서 {distance}", en: "{distance} from the place" },
  "send.go": { ko: "보내기", en: "Send" },
  "send.sent": { ko: "{vehicle}을(를) 보냈습니다.", en: "{vehicle} is on its way." },

  "diversion.stopping": { ko: "현장으로 가려고 정지 중", en: "Stopping, to drive to the scene" },
  "diversion.driving": { ko: "현장으로 가는 중", en: "On its way to the scene" },
  "diversion.waiting": { ko: "현장에서 대기 중", en: "Waiting at the scene" },
  "diversion.returning": { ko: "순찰하던 자리로 돌아가는 중", en: "Going back to its patrol" },
  "diversion.over": { ko: "현장에 다녀왔습니다", en: "Back from the scene" },
  "diversion.given_up": { ko: "현장에 가지 못했습니다", en: "Did not get to the scene" },

  "skip.button": { ko: "건너뛰기", en: "Leave out" },
  "skip.title": { ko: "다음 확인 지점을 건너뛸까요?", en: "Leave the next checkpoint out?" },
  "skip.text": {
    ko: "{vehicle}이(가) ‘{name}’을(를) 방문하지 않고 다음으로 갑니다.",
    en: "{vehicle} goes on without visiting “{name}”.",
  },
  "skip.done": { ko: "‘{name}’을(를) 건너뜁니다.", en: "“{name}” is left out." },
  "skip.mark": { ko: "건너뜀", en: "left out" },
} as const satisfies Texts;
