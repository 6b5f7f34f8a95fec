/** What it says of looks at evidence, and why somebody looks. */
import type { Texts } from "./texts";

export const LOOKS = {
  "look.ask": {
    ko: "종결된 사건입니다. 열람 목적을 선택하십시오. 기록에 남습니다.",
    en: "This incident is resolved. Say why you look; it is kept on record.",
  },
  "look.purpose": { ko: "열람 목적", en: "Purpose" },
  "look.choose": { ko: "목적 선택", en: "Choose a purpose" },
  "look.note": { ko: "내용 (기타는 필수)", en: "Details (needed for another purpose)" },
  "look.show": { ko: "열람", en: "Show" },
  "look.purpose.answering": { ko: "사건 대응", en: "Answering the incident" },
  "look.purpose.handover": { ko: "112·119 등 인계", en: "Handing over (112, 119)" },
  "look.purpose.review": { ko: "사후 검토", en: "Review" },
  "look.purpose.subject_request": {
    ko: "정보주체의 열람 요구",
    en: "Request of the person shown",
  },
  "look.purpose.other": { ko: "기타", en: "Another purpose" },
  "look.record": { ko: "증거 열람 기록", en: "Who looked at the evidence" },
  "look.none": { ko: "열람 기록이 없습니다.", en: "Nobody has looked yet." },
  "look.failed": { ko: "열람 기록을 불러오지 못했습니다.", en: "The looks could not be loaded." },
  "look.refused": { ko: "열람 거부됨", en: "refused" },
  "look.unsaid": { ko: "목적 기록 없음", en: "no purpose on record" },
  "look.kind.still": { ko: "사진", en: "picture" },
  "look.kind.clip": { ko: "영상", en: "clip" },
  "look.kind.record": { ko: "증거 기록", en: "record" },
  "look.kind.original": { ko: "봉인된 원본", en: "sealed original" },
} as const satisfies Texts;
