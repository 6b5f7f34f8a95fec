"""What the server itself says: refusals, reasons of assignments and of publications.

English as fleet_server writes it; a test looks every template up in those sources.
"""

from __future__ import annotations

SERVER_PHRASES = {
    "{status:said}: {what:said}": "{status}: {what}",
    # --- log-in and rights
    "wrong user name or password": "사용자 이름 또는 비밀번호가 맞지 않습니다",
    "log in first": "먼저 로그인하십시오",
    "the session is over; log in again": "로그인이 만료되었습니다. 다시 로그인하십시오",
    "too many failed log-ins; wait a minute": "로그인 실패가 너무 많습니다. 잠시 기다리십시오",
    "role {role} may not do this": "{role} 권한으로는 할 수 없습니다",
    "no vehicle that saw incident {incident} is online":
        "사건 {incident}을(를) 본 차량 중 연결된 차량이 없습니다",
    "purpose: incident {incident} is resolved; say why it is looked at: {choice}":
        "종결된 사건 {incident}의 증거는 열람 목적이 필요합니다: {choice}",
    "purpose: incident {incident} is resolved, nobody answers it any more: {choice}":
        "사건 {incident}은(는) 종결되어 대응 목적으로 볼 수 없습니다: {choice}",
    "note: the purpose other needs words, at least {count} characters":
        "note: 기타 목적은 {count}자 이상 적어야 합니다",
    "the database takes nothing at the moment: no answer":
        "지금은 데이터베이스가 응답하지 않습니다",
    "the database takes nothing at the moment: another fleet server runs on it":
        "지금은 데이터베이스에 저장할 수 없습니다: 다른 서버가 쓰고 있습니다",
    "the database takes nothing at the moment: {reason}":
        "지금은 데이터베이스에 저장할 수 없습니다: {reason}",
    # --- vehicles
    "no vehicle {vehicle}": "차량 {vehicle}이(가) 없습니다",
    "{vehicle} is not connected": "{vehicle} 연결이 끊겼습니다",
    "{vehicle} is driving; stop it first": "{vehicle}이(가) 주행 중입니다. 먼저 멈추십시오",
    "{vehicle} drives on a map that is not known here":
        "{vehicle}이(가) 쓰는 지도를 이 서버가 모릅니다",
    "{vehicle} is in mode {mode}, not AUTOMATIC": "{vehicle}이(가) 자동 운전이 아닙니다 ({mode})",
    "{vehicle}: emergency stop is active": "{vehicle} 비상정지 상태입니다",
    "{vehicle} does not know where it is": "{vehicle}이(가) 자기 위치를 모릅니다",
    "{vehicle} is on map {map}, the patrol on {other}":
        "{vehicle}은(는) 지도 {map}, 순찰은 지도 {other}입니다",
    "{vehicle} does not say which version of map {map} it is on,"
    " the patrol is for {wanted}; publish first":
        "{vehicle}이(가) 쓰는 지도 {map}의 버전을 모릅니다. 순찰은 "
        "{wanted}용입니다. 먼저 배포하십시오",
    "{vehicle} is on map {map}, the patrol is for {wanted}; publish first":
        "{vehicle}은(는) 지도 {map}, 순찰은 {wanted}용입니다. 먼저 배포하십시오",
    "{vehicle} has an active assignment; cancel it first":
        "{vehicle}이(가) 다른 순찰 중입니다. 먼저 취소하십시오",
    "{vehicle}: {why:said}": "{vehicle}: {why}",
    "the vehicle is {distance} m from the nearest way of {map}; at most {limit} m is allowed":
        "차량이 가장 가까운 길에서 {distance} m 떨어져 있습니다 (최대 {limit} m)",
    "no connection to the broker; try again": "브로커 연결이 없습니다. 다시 시도하십시오",
    # --- patrols and assignments
    "no patrol {patrol}": "순찰 {patrol}이(가) 없습니다",
    "map {map} is not loaded": "지도 {map}이(가) 없습니다",
    "no map {map} is loaded; known: {known}": "지도 {map}이(가) 없습니다. 있는 지도: {known}",
    "no map {map}": "지도 {map}이(가) 없습니다",
    "no assignment {assignment}": "배정 {assignment}이(가) 없습니다",
    "assignment {assignment} is {status} already": "배정이 이미 끝났습니다 ({status})",
    "{map}: every checkpoint is visited already": "모든 확인 지점을 이미 방문했습니다",
    "{map}: has no dock to return to": "돌아갈 충전소가 없습니다",
    "{map}: no checkpoint {checkpoint}": "확인 지점 {checkpoint}이(가) 없습니다",
    "cancelling": "취소하는 중",
    "the vehicle dropped the order": "차량이 명령을 버렸습니다",
    "not visited: {checkpoints}": "방문하지 못함: {checkpoints}",
    "charging failed": "충전하지 못했습니다",
    "the vehicle lost its order, and {why:said}": "차량이 명령을 잃었습니다: {why}",
    "its plan charges on the way, so the rest must be planned anew":
        "도중에 충전하는 계획이라 나머지를 다시 계획해야 합니다",
    "charging at {dock} failed; it waits until its battery shows {percent} %":
        "{dock} 충전 실패, 배터리가 {percent}%가 될 때까지 기다립니다",
    "charges at {dock} until its battery shows {percent} %":
        "{dock}에서 배터리가 {percent}%가 될 때까지 충전",
    "charges at {dock} as long as planned": "{dock}에서 계획한 시간만큼 충전",
    # --- ways too narrow for two vehicles
    "waits for {vehicle} to leave {way:said}": "{vehicle}이(가) {way}에서 나오기를 기다립니다",
    "waits for {vehicle}, which is not in automatic mode, to leave {way:said}":
        "자동 모드가 아닌 {vehicle}이(가) {way}에서 나오기를 기다립니다",
    "waits for {vehicle}, which stands in {way:said} without an order: send it away":
        "{vehicle}이(가) 임무 없이 {way}에 서 있어 기다립니다. 그 차량을 다른 곳으로 보내십시오",
    "waits for {vehicle}, which waits for it in turn in {way:said}: cancel one of the two and"
    " drive it out by hand":
        "{way}에서 {vehicle}과(와) 서로 기다립니다. 하나를 취소하고 수동으로 빼내십시오",
    "waits for {vehicle}, which cannot go on yet, to leave {way:said}":
        "아직 갈 수 없는 {vehicle}이(가) {way}에서 나오기를 기다립니다",
    "lets {vehicle} go first in {way:said}": "{way}에서 {vehicle}을(를) 먼저 보내려고 기다립니다",
    "the way between nodes {start} and {end}": "노드 {start}–{end} 구간",
    "the way {name}": "{name} 구간",
    # --- person searches
    "no person search {case}": "수색 사건 {case}이(가) 없습니다",
    "person search {case} has ended already": "수색 사건 {case}은(는) 이미 끝났습니다",
    "person search {case}: no such picture": "수색 사건 {case}: 그런 사진이 없습니다",
    "at most {limit} searches are open at a time; close one first":
        "동시에 열 수 있는 수색은 {limit}건입니다. 먼저 하나를 종료하십시오",
    "height_m: from must not be above to": "키: 최소가 최대보다 클 수 없습니다",
    "{field}: nobody has been seen in the future": "마지막 목격 시각이 지금보다 뒤입니다",
    "{field}: the end must be ahead": "종료 시각은 지금보다 뒤여야 합니다",
    "{field}: a search has an end": "수색에는 종료 시각이 있어야 합니다",
    "{field}: a search lasts at most {days} days; open another then":
        "수색은 최대 {days}일입니다. 그 뒤에는 새로 여십시오",
    "{field}: a case has at most {limit} pictures": "사진은 한 사건에 최대 {limit}장입니다",
    "{field}: a colour of the clothes or a picture is needed":
        "옷 색이나 사진이 하나는 있어야 합니다",
    "{field}: the case has no such picture": "이 사건에 없는 사진입니다",
    "{field}: a picture has at most {limit} bytes": "사진은 최대 {limit}바이트입니다",
    "{field}: a picture is given as base64": "사진을 읽을 수 없습니다",
    "{field}: the picture cannot be read": "사진을 읽을 수 없습니다",
    "{field}: a picture is JPEG, PNG or WebP": "사진은 JPEG, PNG, WebP만 됩니다",
    "{field}: a picture has at most {limit} pixels": "사진은 최대 {limit}화소입니다",
    "{field}: a picture has at least {limit} pixels a side":
        "사진은 한 변이 {limit}화소 이상이어야 합니다",
    # --- weather
    "observed_at {time}: that is not of the last {hours} h":
        "관측 시각 {time}: 최근 {hours}시간 안의 관측이 아닙니다",
    "a newer report is there already": "더 새로운 관측이 이미 있습니다",
    # --- called away to an incident, and checkpoints left out
    "stops, to drive to an incident": "사건 현장으로 가려고 정지하는 중",
    "stops, to leave a checkpoint out": "확인 지점을 건너뛰려고 정지하는 중",
    "not sent to the incident: {why:said}; the patrol goes on":
        "사건 현장으로 보내지 못했습니다: {why} · 순찰을 계속합니다",
    "the checkpoint was not left out: {why:said}; the patrol goes on":
        "확인 지점을 건너뛰지 못했습니다: {why} · 순찰을 계속합니다",
    "the vehicle did not stop in time": "차량이 제때 멈추지 않았습니다",
    "it was sent elsewhere": "다른 곳으로 보냈습니다",
    "left out: {checkpoints}": "건너뜀: {checkpoints}",
    "the place is {distance} m from the nearest node of {map}; at most {limit} m is allowed":
        "가장 가까운 순찰로에서 {distance} m 떨어진 곳입니다 (최대 {limit} m)",
    "{vehicle} is on map {map}, the incident on {other}":
        "{vehicle}은(는) 지도 {map}, 사건은 지도 {other}입니다",
    "{vehicle}: its patrol is being cancelled": "{vehicle}: 순찰을 취소하는 중입니다",
    "{vehicle} is just getting another order; try again in a few seconds":
        "{vehicle}이(가) 명령을 받는 중입니다. 몇 초 뒤에 다시 시도하십시오",
    "{vehicle}: its battery shows {charge} %, and the incident, the rest of its patrol and the way"
    " home take {needed} %":
        "{vehicle}: 배터리 {charge}%, 현장과 남은 순찰, 복귀에 {needed}%가 필요합니다",
    "incident {incident}: map {map} is not loaded, so its place is not known":
        "사건 {incident}: 지도 {map}이(가) 없어 위치를 알 수 없습니다",
    "incident {incident}: it has no place on the map":
        "사건 {incident}: 지도에 위치가 없습니다",
    "no incident {incident}": "사건 {incident}이(가) 없습니다",
    "{vehicle}: no checkpoint of its patrol is left": "{vehicle}: 남은 확인 지점이 없습니다",
    "{vehicle}: its next checkpoint is {next}, not {asked}":
        "{vehicle}: 다음 확인 지점은 {next}입니다 ({asked} 아님)",
    "{vehicle} is away at an incident; leave checkpoints out when it is back on its patrol":
        "{vehicle}이(가) 사건 현장에 가 있습니다. 순찰로 돌아온 뒤에 건너뛰십시오",
    # --- plans for a team
    "no plan {plan} is kept; plan again": "계획 {plan}이(가) 없습니다. 다시 계획하십시오",
    "map {map} is not here as the plan needs it; plan again":
        "계획에 쓴 지도 {map}이(가) 없습니다. 다시 계획하십시오",
    "the plan is started already; replan it": "이미 시작한 계획입니다. 재계획하십시오",
    "the plan gives no vehicle anything to do": "이 계획에는 맡을 일이 있는 차량이 없습니다",
    "the plan that it replaces is replaced already; plan again":
        "앞의 계획이 이미 바뀌었습니다. 다시 계획하십시오",
    "the plan begins in {minutes} min; start it then, or plan again":
        "{minutes}분 뒤 시작하는 계획입니다. 그때 시작하거나 다시 계획하십시오",
    "the plan begins now; start it": "지금 시작할 계획입니다. 바로 시작하십시오",
    "the plan should have begun {minutes} min ago; plan again":
        "{minutes}분 전에 시작했어야 할 계획입니다. 다시 계획하십시오",
    "start {time} is over; give a time from now on, or none":
        "시작 시각 {time}이(가) 지났습니다. 지금 이후로 정하십시오",
    "a plan needs at least one vehicle; give --vehicles 1 or more": "차량을 한 대 이상 고르십시오",
    "vehicle {vehicle}: stands twice in the plan": "차량 {vehicle}이(가) 두 번 있습니다",
    "{map}: has no checkpoints; add some, or plan coverage":
        "지도에 확인 지점이 없습니다. 추가하거나 길 순찰로 계획하십시오",
    "{map}: no zone {zone}; patrol areas: {known}":
        "구역 {zone}이(가) 없습니다. 순찰 구역: {known}",
    "{map}: none of the wanted streets can be used": "고른 길 중 다닐 수 있는 길이 없습니다",
    "vehicle {vehicle}: node {node} is on no street that it can use; open one, or "
    "let it start elsewhere":
        "차량 {vehicle}: 노드 {node}에 다닐 수 있는 길이 없습니다. 길을 열거나 "
        "다른 곳에서 시작하십시오",
    "patrol: no checkpoint can be reached and left again; {why:said}":
        "갔다가 나올 수 있는 확인 지점이 없습니다: {why}",
    "unpredictable patrol: {what:said}: {why:said}; {remedy:said}":
        "불규칙 순찰: {what}: {why}. {remedy}",
    "priorities: checkpoint {checkpoint} is not on map {map}":
        "시간대별 가중치: 확인 지점 {checkpoint}이(가) 지도 {map}에 없습니다",
    "now: {now} s is after the plan's end at {end} s": "계획이 이미 끝난 시각입니다",
    "now: {now} s is before the last change at {last} s": "마지막 변경보다 이른 시각입니다",
    "vehicle {vehicle}: is named twice; one thing at a time":
        "차량 {vehicle}에 두 가지 일을 한꺼번에 정했습니다",
    "plan: no vehicle {vehicle} in the team; known: {known}":
        "차량 {vehicle}은(는) 이 계획에 없습니다. 있는 차량: {known}",
    "vehicle {vehicle}: is in the team already, so not back":
        "차량 {vehicle}은(는) 이미 함께 있습니다",
    "edge {edge}: cannot be closed and opened at the same time":
        "구간 {edge}을(를) 동시에 닫고 열 수 없습니다",
    "edge {edge}: was not closed for this plan, so it cannot be opened":
        "구간 {edge}은(는) 닫힌 적이 없습니다",
    "{map}: no edge {edge} to close or open": "구간 {edge}이(가) 지도에 없습니다",
    "no vehicle is left; what is not done yet stays undone":
        "남은 차량이 없습니다. 하지 못한 일은 그대로 남습니다",
    "no vehicle is left; what is not done yet stays undone; all others are "
    "closed in: open a street":
        "남은 차량이 없고 나머지는 갇혀 있습니다. 길을 여십시오",
    "vehicle {vehicle}: cannot go to charge: {why:said}":
        "차량 {vehicle} 충전하러 갈 수 없음: {why}",
    "vehicle {vehicle}: cannot answer the call: {why:said}":
        "차량 {vehicle} 호출에 갈 수 없음: {why}",
    "vehicle {vehicle}: {map} has no dock to charge at": "차량 {vehicle}: 충전소가 없습니다",
    "patrol: none of its walks can be gone round any more; plan again":
        "돌 수 있는 순찰로가 남지 않았습니다. 다시 계획하십시오",
    # --- maps
    "a map has at most {limit} bytes": "지도 파일은 최대 {limit}바이트입니다",
    "map {map} is not one of this server's ({known});"
    " a new area is given with `sunra serve --map`":
        "지도 {map}은(는) 이 서버의 지도({known})가 아닙니다. 새 구역은 서버를 켤 때 정합니다",
    "map {map}: its origin is not that of the current version;"
    " every position would move, so it needs an id of its own":
        "지도 {map}: 원점이 지금 버전과 달라 모든 위치가 어긋납니다. 다른 "
        "이름의 지도로 올리십시오",
    "map {map} has no version {version} here; upload it first":
        "지도 {map}의 버전 {version}이(가) 없습니다. 먼저 올리십시오",
    "patrol {patrol} names checkpoints that this version has not: {missing}":
        "순찰 {patrol}의 확인 지점이 이 버전에 없습니다: {missing}",
    "no vehicle has said that it is on map {map}; name the vehicles":
        "지도 {map}을(를) 쓰는 차량이 없습니다. 차량을 고르십시오",
    "no publication {publication}": "배포 {publication}이(가) 없습니다",
    "publication {publication} is {phase} already": "배포가 이미 끝났습니다 ({phase})",
    "replaced by {publication}": "새 배포로 바뀌었습니다",
    "{failed} of {all} did not get the map; none was switched":
        "{all}대 중 {failed}대가 지도를 받지 못했습니다. 바뀐 차량은 없습니다",
    "{failed} of {all} did not take the map": "{all}대 중 {failed}대가 지도를 바꾸지 못했습니다",
    "the version's file is gone": "버전 파일이 없습니다",
    "not connected": "연결되지 않음",
    "drives another map": "다른 지도를 씁니다",
    "the vehicle gave no reason": "차량이 이유를 말하지 않았습니다",
    "no answer to {step}": "{step}에 답이 없습니다",
    "{step} is finished, but the state's maps say otherwise":
        "{step}을(를) 마쳤다고 하나 차량 상태의 지도는 다릅니다",
    "waiting": "대기 중",
    "initializing": "준비 중",
    "running": "진행 중",
    "paused": "멈춤",
    "{done} of {all} pieces": "{all}조각 중 {done}조각",
    "order {order} is under way": "명령 {order} 수행 중",
    "arrived damaged": "손상된 채 도착했습니다",
}  # fmt: skip
