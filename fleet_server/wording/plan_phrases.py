"""What planners say of a plan: reasons, what is left out, notes, promises that moved.

English as navigation/planning writes it; a test looks every template up in those sources.
"""

from __future__ import annotations

PLAN_PHRASES = {
    # --- reasons of a tour
    "stays: the others visit everything without making the longest route longer":
        "대기: 다른 차량만으로도 가장 긴 경로가 늘어나지 않습니다",
    "the only vehicle": "유일한 차량",
    "{done} of {all} checkpoints": "확인 지점 {all}곳 중 {done}곳",
    "no other vehicle can visit any of these checkpoints":
        "다른 차량은 이 확인 지점에 갈 수 없습니다",
    "shares the work: {task} with {other} would make one of the routes longer":
        "분담: {task}을(를) {other}에 넘기면 어느 한 경로가 길어집니다",
    "the nearest: {task}, the easiest to give away, costs {other} {extra} s more":
        "가장 가까움: 넘기기 가장 쉬운 {task}도 {other}에는 {extra}초가 더 듭니다",
    "nothing that it could do": "맡을 수 있는 일이 없습니다",
    # --- reasons of coverage
    "nothing to do": "할 일 없음",
    "the other routes are no shorter with its help": "도와도 다른 경로가 짧아지지 않습니다",
    "{streets} streets that hang together, {covered} to cover"
    " and {extra} to get to them and between them":
        "이어진 길 {streets}개, 순찰 {covered}, 오가는 길 {extra}",
    "{cost} of {longest}, the longest route": "경로 {cost} (가장 긴 경로 {longest})",
    "{count} sorties, as a battery lasts {lasts}":
        "배터리가 {lasts} 가므로 {count}번에 나누어 출동",
    # --- reasons of rounds
    "spare: each of the {count} places has a vehicle that stays there":
        "예비: {count}곳 모두 머무는 차량이 있습니다",
    "stays at {places}: there are vehicles enough to leave it there":
        "{places}에 머뭅니다: 차량이 넉넉합니다",
    "watches {places} with {others} others, one lap in {lap} min,"
    " every place again within {worst} min":
        "{places}을(를) 다른 {others}대와 함께 돕니다. 한 바퀴 {lap}분, 모든 "
        "곳을 {worst}분 안에 다시",
    "watches {places} with {others} other, one lap in {lap} min,"
    " every place again within {worst} min":
        "{places}을(를) 다른 {others}대와 함께 돕니다. 한 바퀴 {lap}분, 모든 "
        "곳을 {worst}분 안에 다시",
    "watches {places} alone, one lap in {lap} min, every place again within {worst} min":
        "{places}을(를) 혼자 돕니다. 한 바퀴 {lap}분, 모든 곳을 {worst}분 안에 다시",
    "no division found brings this below": "더 짧게 나누는 방법을 찾지 못했습니다",
    "{slots} of {all} drive at a time": "{all}대 중 {slots}대씩 운행",
    "slots change hands at {at} after {laps} laps": "{laps}바퀴마다 {at}에서 교대",
    "It charges {stay} s a lap at {at}, where this walk needs {count} chargers":
        "바퀴마다 {at}에서 {stay}초 충전 (충전기 {count}대 필요)",
    "It charges {stay} s a lap at {at}, where this walk needs {count} charger":
        "바퀴마다 {at}에서 {stay}초 충전 (충전기 {count}대 필요)",
    "stays: more vehicles than the checkpoints need": "대기: 확인 지점에 비해 차량이 많습니다",
    "stays: the others keep the bound without it": "대기: 다른 차량만으로 약속을 지킵니다",
    "alone on a cycle of {places} places, {lap} min a lap, a visit every {spacing} min":
        "혼자 {places}곳을 도는 길, 한 바퀴 {lap}분, {spacing}분마다 방문",
    "one of {team} on a cycle of {places} places, {lap} min a lap, a visit every {spacing} min":
        "{places}곳을 도는 길에 {team}대, 한 바퀴 {lap}분, {spacing}분마다 방문",
    "turns round at random moments, and no place waits more than {bound} min over its weight":
        "불규칙하게 되돌아가며, 어느 곳도 {bound}분(가중치로 나눔) 넘게 비우지 않습니다",
    "goes one way only, as the way back takes far longer,"
    " and no place waits more than {bound} min over its weight":
        "되돌아오는 길이 훨씬 멀어 한 방향으로만 돌며,"
        " 어느 곳도 {bound}분(가중치로 나눔) 넘게 비우지 않습니다",
    # --- reasons after something has happened
    "keeps its route: nothing that happened concerns it": "경로 유지: 바뀐 일과 관계가 없습니다",
    "takes over {tasks}, which makes the tour least longer here":
        "{tasks}을(를) 넘겨받음: 여기서 가장 덜 늘어납니다",
    "keeps its other {own} in their order": "나머지 {own}곳은 순서대로 유지",
    "has nothing more to visit": "더 갈 곳이 없습니다",
    "takes over {count} streets, as it would have least to do with the way there counted":
        "길 {count}개를 넘겨받음: 가는 길까지 쳐도 일이 가장 적습니다",
    "takes over {count} street, as it would have least to do with the way there counted":
        "길 {count}개를 넘겨받음: 가는 길까지 쳐도 일이 가장 적습니다",
    "drives its other streets as before": "나머지 길은 그대로",
    "nothing is left to cover": "남은 길이 없습니다",
    "it stands on no open way": "열린 길 위에 있지 않습니다",
    "charges until {minutes} min": "{minutes}분까지 충전",
    "is called away until {minutes} min": "{minutes}분까지 호출에 응함",
    "has left its planned route": "계획한 경로를 벗어남",
    "finds edge {edge} on its way closed": "가는 길의 구간 {edge} 폐쇄",
    "is back": "복귀",
    "then the patrol is over": "그러면 순찰이 끝납니다",
    "then it stays": "그 뒤 대기",
    "then it {reason:said}": "그 뒤 {reason}",
    "from {minutes} min on its round goes on as it was":
        "{minutes}분부터 순찰을 그대로 이어 갑니다",
    "{first:said} From {minutes} min on, {later:said}": "{first} · {minutes}분부터 {later}",
    "as {cause:said}: {reason:said}": "{cause}: {reason}",
    "charges until {minutes} min: {reason:said}": "{minutes}분까지 충전: {reason}",
    "is called away until {minutes} min: {reason:said}": "{minutes}분까지 호출에 응함: {reason}",
    "is back: {reason:said}": "복귀: {reason}",
    "has left its planned route: {reason:said}": "계획한 경로를 벗어남: {reason}",
    "finds edge {edge} on its way closed: {reason:said}": "가는 길의 구간 {edge} 폐쇄: {reason}",
    "stays where it is: closed streets keep it from its dock":
        "제자리에 머뭅니다: 폐쇄된 길 때문에 충전소에 갈 수 없습니다",
    "open one": "하나를 여십시오",
    # --- why promises moved
    "{vehicle} failed": "{vehicle} 고장",
    "{vehicle} is closed in": "{vehicle} 갇힘",
    "{vehicle} is back": "{vehicle} 복귀",
    "{vehicle} charges until {minutes} min": "{vehicle} {minutes}분까지 충전",
    "{vehicle} is called away until {minutes} min": "{vehicle} {minutes}분까지 호출에 응함",
    "{vehicle} has left its planned route": "{vehicle} 계획한 경로를 벗어남",
    "{vehicle} finds edge {edge} on its way closed": "{vehicle} 가는 길의 구간 {edge} 폐쇄",
    "ways or vehicles changed": "길이나 차량이 바뀌었습니다",
    "ways changed": "길이 바뀌었습니다",
    "they can be driven now": "이제 갈 수 있습니다",
    "it was left out before and fits now": "전에는 빠졌으나 이제 들어갑니다",
    "it takes {extra} s more there, the last vehicle is back after {minutes} min":
        "거기서 {extra}초가 더 들고, 마지막 차량은 {minutes}분 뒤 돌아옵니다",
    "rounds of {places}": "{places} 순찰",
    "{count} streets ({names})": "길 {count}개 ({names})",
    "{count} street ({names})": "길 {count}개 ({names})",
    # --- what is left out, why, and what would do
    "checkpoint {task}": "확인 지점 {task}",
    "vehicle {vehicle}": "차량 {vehicle}",
    "{count} streets of {vehicle} ({names})": "{vehicle}의 길 {count}개 ({names})",
    "open that way, or leave the checkpoint out": "그 길을 열거나 확인 지점을 빼십시오",
    "a vehicle that arrives there from the wrong side has no way on":
        "반대쪽에서 온 차량은 나갈 길이 없습니다",
    "no vehicle can stay there for its visit and leave again while the way is open":
        "길이 열려 있는 동안 들렀다 나올 수 있는 차량이 없습니다",
    "start when the way is open for longer, or stay a shorter time":
        "길이 더 오래 열려 있을 때 시작하거나 머무는 시간을 줄이십시오",
    "none of its windows is open while the plan runs":
        "계획이 진행되는 동안 방문 시간이 없습니다",
    "start when one is, or plan more hours":
        "방문 시간에 맞추어 시작하거나 계획 시간을 늘리십시오",
    "its last window closes {last} min after the start,"
    " the first vehicle is there after {first} min":
        "마지막 방문 시간이 출발 {last}분 뒤 끝나는데 가장 빠른 차량도 {first}분이 걸립니다",
    "let it close {minutes} min later, or start earlier":
        "{minutes}분 늦게 끝나게 하거나 일찍 시작하십시오",
    "the trip there and back takes {minutes} min, the battery of {vehicle} allows {allowed}":
        "왕복 {minutes}분이 걸리는데 {vehicle} 배터리로는 {allowed}분만 됩니다",
    "charge {vehicle} for {minutes} min of driving more":
        "{vehicle}을(를) {minutes}분 더 달릴 만큼 충전하십시오",
    "the first vehicle is back {minutes} min after the end of the plan":
        "가장 빠른 차량도 계획이 끝나고 {minutes}분 뒤에야 돌아옵니다",
    "plan {minutes} min longer": "계획을 {minutes}분 늘리십시오",
    "plan {minutes} min longer, or add a vehicle": "계획을 {minutes}분 늘리거나 차량을 더하십시오",
    "its route would end {minutes} min after the plan":
        "경로가 계획보다 {minutes}분 늦게 끝납니다",
    "the vehicles' time is full with checkpoints that weigh as much or more":
        "같거나 더 중요한 확인 지점만으로 차량 시간이 다 찼습니다",
    "add a vehicle, or plan up to {minutes} min longer":
        "차량을 더하거나 계획을 {minutes}분까지 늘리십시오",
    "open it, or send a vehicle that may use it": "길을 열거나 다닐 수 있는 차량을 보내십시오",
    "its battery lasts {lasts} h of the {needed} h":
        "필요한 {needed}시간 중 배터리가 {lasts}시간만 갑니다",
    "charge it, or plan fewer hours": "충전하거나 시간을 줄이십시오",
    "start after {time}": "{time} 뒤에 시작하십시오",
    "be done by {time}, or {again:said}": "{time}까지 끝내거나 {again}",
    "open it": "여십시오",
    # --- why there is no route
    "{map}: no route from node {start} to {goal}: {why:said}":
        "노드 {start}에서 {goal}까지 길이 없음: {why}",
    "no way joins them": "이어진 길이 없습니다",
    "no way joins them, whatever is closed": "폐쇄와 관계없이 이어진 길이 없습니다",
    "the only way {what:said}": "하나뿐인 길: {what}",
    "every way is closed; the least obstructed one {what:said}":
        "모든 길이 막혀 있음, 가장 덜 막힌 길: {what}",
    "passes edge {edge} of {name}, which is closed ({why:said})":
        "{name} 구간 {edge} 폐쇄 ({why})",
    "passes edge {edge}, which is closed ({why:said})": "구간 {edge} 폐쇄 ({why})",
    "passes {place:said}": "{place} 통과",
    "closed by the operator": "관제사가 폐쇄",
    "keep-out zone {zone}": "진입 금지 구역 {zone}",
    "zone {zone}, closed until {time}": "{time}까지 닫힌 구역 {zone}",
    "zone {zone}, closed for good": "계속 닫힌 구역 {zone}",
    "zone {zone}, closed from {begin} until {end}": "{begin}부터 {end}까지 닫히는 구역 {zone}",
    "zone {zone}, closed from {begin} for good": "{begin}부터 계속 닫히는 구역 {zone}",
    "must turn round at node {node}, where the way is {width} m wide and {vehicle} needs {need} m":
        "노드 {node}에서 돌아야 하는데 길 폭이 {width} m, {vehicle}에는 {need} m 필요",
    "must turn by {degrees} degrees at node {node}, where ways of {widths}"
    " are too narrow for a turning radius of {radius} m":
        "노드 {node}에서 {degrees}도 꺾어야 하는데 폭 {widths}은 회전 반지름 {radius} m에 좁음",
    "steps, {vehicle} has wheels": "계단이라 {vehicle}은(는) 못 갑니다",
    "{metres} m wide, {vehicle} needs {need} m": "폭 {metres} m, {vehicle}에는 {need} m 필요",
    "a pavement under {width} m is closed by law to vehicles wider than {limit} m":
        "폭 {width} m 미만 보도에는 폭 {limit} m 넘는 차량이 법으로 금지됩니다",
    "kerb of {metres} m, {vehicle} climbs {most} m": "턱 {metres} m, {vehicle}은(는) {most} m까지",
    "slope {slopes}, {vehicle} climbs {most}": "경사 {slopes}, {vehicle}은(는) {most}까지",
    # --- notes
    "the last vehicle is back after {minutes} min":
        "마지막 차량은 {minutes}분 뒤 돌아옵니다",
    "no plan for these visits can be done before {minutes} min":
        "이 방문은 어떤 계획으로도 {minutes}분보다 빨리 끝날 수 없습니다",
    "no checkpoint waits longer than {worst} min (over its weight) from {start} min on":
        "{start}분부터 어느 확인 지점도 {worst}분(가중치로 나눔) 넘게 비우지 않습니다",
    "no plan can promise less than {bound} min": "어떤 계획도 {bound}분 미만은 약속할 수 없습니다",
    "at random": "무작위",
    "in every draw no checkpoint waits longer than {worst} min"
    " (over its weight) from {start} min on":
        "어떤 추첨에서도 {start}분부터 어느 확인 지점도 {worst}분(가중치로 "
        "나눔) 넘게 비우지 않습니다",
    "these steps are the draw of seed {seed}": "이 순서는 시드 {seed}의 추첨입니다",
    "{zone:said}: passed only while it is open": "{zone}: 열려 있을 때만 지나갑니다",
    "{zone:said}: counted as closed at all hours, because the plan reaches into its hours":
        "{zone}: 계획이 닫히는 시간에 걸쳐 있어 계속 닫힌 것으로 봅니다",
    "zone {zone} has hours ({hours}): counted as closed at all hours,"
    " because the plan says not when it starts":
        "구역 {zone}({hours}): 계획에 시작 시각이 없어 계속 닫힌 것으로 봅니다",
    # --- steps that are no place of the map
    "waits until the way is open": "길이 열릴 때까지 대기",
    "called to node {node}": "노드 {node}(으)로 호출",
}  # fmt: skip
