/** What it says of patrols that are kept, and while one is made. */
import type { Texts } from "./texts";

export const PATROLS = {
  "patrol.none": {
    ko: "아직 순찰이 없습니다. 지도에서 확인 지점을 골라 만드십시오.",
    en: "No patrol yet. Make one by choosing checkpoints on the map.",
  },
  "patrol.new": { ko: "새 순찰 만들기", en: "New patrol" },
  "patrol.assign": { ko: "배정", en: "Assign" },
  "patrol.delete": { ko: "삭제", en: "Delete" },
  "patrol.checkpoints": { ko: "확인 지점 {count}곳", en: "{count} checkpoints" },
  "patrol.order.given": { ko: "정한 순서", en: "Given order" },
  "patrol.order.best": { ko: "최적 순서", en: "Best order" },
  "patrol.running": { ko: "{vehicle} 수행 중", en: "{vehicle} is on it" },

  "compose.title": { ko: "새 순찰", en: "New patrol" },
  "compose.hint": {
    ko: "지도에서 확인 지점을 눌러 넣고 빼십시오.",
    en: "Click checkpoints on the map to add or remove them.",
  },
  "compose.name": { ko: "이름", en: "Name" },
  "compose.namePlaceholder": { ko: "예: 새벽 골목 순찰", en: "e.g. Night alleys" },
  "compose.order": { ko: "방문 순서", en: "Order of visits" },
  "compose.empty": { ko: "고른 지점이 없습니다.", en: "Nothing chosen yet." },
  "compose.up": { ko: "{name} 앞으로", en: "Move {name} up" },
  "compose.down": { ko: "{name} 뒤로", en: "Move {name} down" },
  "compose.remove": { ko: "{name} 빼기", en: "Remove {name}" },
  "compose.add": { ko: "목록에서 추가", en: "Add from the list" },
  "compose.save": { ko: "순찰 저장", en: "Save patrol" },
  "compose.saved": { ko: "‘{name}’ 순찰을 저장했습니다.", en: "Patrol “{name}” saved." },
  "compose.needName": { ko: "이름을 입력하십시오.", en: "Give it a name." },
  "compose.needCheckpoint": {
    ko: "확인 지점을 하나 이상 고르십시오.",
    en: "Choose at least one checkpoint.",
  },
} as const satisfies Texts;
