/** What the whole console says: logging in, the link, the top bar, confirming, keys, ages. */
import type { Texts } from "./texts";

export const APP = {
  "app.name": { ko: "순라 관제", en: "Sunra control room" },
  "app.tagline": { ko: "골목을 지키는 밤의 눈", en: "Eyes on every alley, all night" },

  "login.title": { ko: "로그인", en: "Log in" },
  "login.username": { ko: "사용자 이름", en: "User name" },
  "login.password": { ko: "비밀번호", en: "Password" },
  "login.submit": { ko: "관제 시작", en: "Start watching" },
  "login.busy": { ko: "확인 중…", en: "Checking…" },
  "login.wrong": {
    ko: "사용자 이름 또는 비밀번호가 맞지 않습니다.",
    en: "The user name or the password is wrong.",
  },
  "login.throttled": {
    ko: "로그인 시도가 너무 많습니다. 잠시 뒤에 다시 하십시오.",
    en: "Too many attempts. Try again in a moment.",
  },
  "login.empty": {
    ko: "사용자 이름과 비밀번호를 모두 입력하십시오.",
    en: "Enter both the user name and the password.",
  },
  "login.expired": {
    ko: "로그인이 만료되었습니다. 다시 로그인하십시오.",
    en: "Your session has ended. Log in again.",
  },
  "login.capsLock": { ko: "Caps Lock이 켜져 있습니다.", en: "Caps Lock is on." },
  "logout": { ko: "로그아웃", en: "Log out" },

  "error.network": {
    ko: "서버에 연결할 수 없습니다.",
    en: "The server cannot be reached.",
  },
  "error.forbidden": {
    ko: "이 작업을 할 권한이 없습니다.",
    en: "You do not have the right to do this.",
  },
  "error.server": { ko: "서버 오류: {message}", en: "The server refused: {message}" },
  "error.map": {
    ko: "지도를 불러오지 못했습니다.",
    en: "The map could not be loaded.",
  },
  "error.noMap": { ko: "등록된 지도가 없습니다.", en: "The server knows no map yet." },
  "error.webgl": {
    ko: "이 브라우저는 지도를 그릴 수 없습니다 (WebGL 2 필요).",
    en: "This browser cannot draw the map (WebGL 2 is needed).",
  },
  "error.retry": { ko: "다시 시도", en: "Try again" },
  "error.crash": {
    ko: "화면을 그리는 중 문제가 생겼습니다. 새로고침하십시오.",
    en: "The screen could not be drawn. Reload the page.",
  },
  "reload": { ko: "새로고침", en: "Reload" },

  "feed.connecting": { ko: "연결 중…", en: "Connecting…" },
  "feed.open": { ko: "실시간", en: "Live" },
  "feed.lost": { ko: "연결 끊김 {age}", en: "Feed lost {age}" },
  "feed.lostLong": {
    ko: "실시간 연결이 끊겼습니다. 화면은 {age} 전 상태입니다. 다시 연결하는 중…",
    en: "The live feed is down. You see the state of {age} ago. Reconnecting…",
  },
  "server.database": {
    ko: "서버가 지금 저장하지 못합니다(디스크 또는 데이터베이스). 차량 보고는 차량에 보관됩니다. 관리자에게 알리십시오.",
    en: "The server cannot store at the moment (disk or database). Vehicles keep what they report. Tell the administrator.",
  },
  "server.broker": {
    ko: "차량과의 연결(브로커)이 끊겼습니다. 차량 보고는 차량에 보관됩니다.",
    en: "The link to the vehicles (broker) is down. Vehicles keep what they report.",
  },
  "server.disk": {
    ko: "서버 디스크가 거의 찼습니다({free} MB 남음). 관리자에게 알리십시오.",
    en: "The server's disk is nearly full ({free} MB left). Tell the administrator.",
  },
  "feed.back": { ko: "실시간 연결이 복구되었습니다.", en: "The live feed is back." },

  "top.online": { ko: "연결 차량", en: "Online" },
  "top.openIncidents": { ko: "미확인 사건", en: "Unacknowledged" },
  "top.sound.on": { ko: "경보음 켜짐", en: "Alarm sound on" },
  "top.sound.off": { ko: "경보음 꺼짐", en: "Alarm sound off" },
  "top.sound.hint": { ko: "경보음 켜기 또는 끄기", en: "Turn the alarm sound on or off" },
  "top.theme": { ko: "밝은 화면 또는 어두운 화면", en: "Light or dark" },
  "top.language": { ko: "English로 보기", en: "한국어로 보기" },
  "top.keys": { ko: "단축키", en: "Keyboard shortcuts" },
  "role.viewer": { ko: "열람", en: "viewer" },
  "role.operator": { ko: "관제사", en: "operator" },
  "role.privacy_officer": { ko: "개인정보 책임자", en: "privacy officer" },
  "role.city_signals": { ko: "시 신호 정보", en: "city's signals" },
  "role.admin": { ko: "관리자", en: "administrator" },

  "tab.vehicles": { ko: "차량", en: "Vehicles" },
  "tab.patrols": { ko: "순찰", en: "Patrols" },
  "tab.plans": { ko: "팀 계획", en: "Team plans" },
  "tab.maps": { ko: "지도", en: "Maps" },

  "confirm.cancelTitle": { ko: "순찰을 취소할까요?", en: "Cancel this patrol?" },
  "confirm.cancelText": {
    ko: "{vehicle}이(가) 멈추고 남은 확인 지점을 돌지 않습니다.",
    en: "{vehicle} stops and leaves the remaining checkpoints unvisited.",
  },
  "confirm.crossingTitle": { ko: "횡단보도를 건너게 할까요?", en: "Let it cross?" },
  "confirm.crossingText": {
    ko: "{vehicle}이(가) 신호를 알 수 없는 횡단보도에서 기다립니다. 보행 신호이고 차가 없는지 화면으로 확인하십시오.",
    en: "{vehicle} waits at a crosswalk whose light it does not know. See for yourself that the light shows walk and nobody drives there.",
  },
  "confirm.deleteTitle": { ko: "순찰을 지울까요?", en: "Delete this patrol?" },
  "confirm.deleteText": { ko: "‘{name}’ 순찰을 지웁니다.", en: "“{name}” will be deleted." },
  "confirm.yes.cancel": { ko: "순찰 취소", en: "Cancel patrol" },
  "confirm.sirenTitle": { ko: "사이렌을 울릴까요?", en: "Sound the siren?" },
  "confirm.sirenText": {
    ko: "{vehicle}이(가) 최대 1분 동안 사이렌을 울립니다. 정숙 구역에서도 울립니다.",
    en: "{vehicle} sounds its siren for a minute at most, in quiet zones too.",
  },
  "confirm.yes.siren": { ko: "울리기", en: "Sound it" },
  "confirm.yes.crossing": { ko: "건너기", en: "Cross" },
  "confirm.yes.delete": { ko: "삭제", en: "Delete" },
  "confirm.no": { ko: "그대로 두기", en: "Keep" },
  "close": { ko: "닫기", en: "Close" },
  "back": { ko: "뒤로", en: "Back" },

  "keys.acknowledge": { ko: "선택한 사건 확인", en: "Acknowledge the selected incident" },
  "keys.move": { ko: "사건 위아래로 이동", en: "Move through the incidents" },
  "keys.zoom": { ko: "선택한 사건을 지도에서 보기", en: "Show the selected incident on the map" },
  "keys.sound": { ko: "경보음 켜기/끄기", en: "Alarm sound on/off" },
  "keys.fit": { ko: "지도 전체 보기", en: "Show the whole map" },
  "keys.escape": { ko: "닫기 또는 선택 해제", en: "Close or unselect" },
  "keys.help": { ko: "이 도움말", en: "This help" },

  "age.now": { ko: "방금", en: "just now" },
  "age.seconds": { ko: "{n}초", en: "{n} s" },
  "age.minutes": { ko: "{n}분", en: "{n} min" },
  "age.hours": { ko: "{n}시간", en: "{n} h" },
  "age.hoursMinutes": { ko: "{n}시간 {m}분", en: "{n} h {m} min" },
  "age.days": { ko: "{n}일", en: "{n} d" },
  "age.ago": { ko: "{age} 전", en: "{age} ago" },
} as const satisfies Texts;
