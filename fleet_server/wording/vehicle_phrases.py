"""Korean for what vehicles say where they refuse what an operator has asked of them."""

from __future__ import annotations

VEHICLE_PHRASES = {
    # --- where it stands
    "initPosition: {why:said}": "위치 지정 거부: {why}",
    "the vehicle drives at {speed} m/s; let it stand first":
        "{speed} m/s로 주행 중입니다. 먼저 멈추십시오",
    "the place is {distance} m outside map {map}":
        "지도 {map} 밖으로 {distance} m 벗어난 곳입니다",
    "the wheels say nothing": "바퀴 정보가 없습니다",
    "the wheels have said nothing for {seconds} s": "바퀴 정보가 {seconds}초 동안 없습니다",
    "localization is down": "위치 추정 프로그램이 꺼져 있습니다",
    "localization is starting": "위치 추정 프로그램이 켜지는 중입니다",
    # --- instant actions
    "instant action {action}: navigation is down":
        "{action} 거부: 주행 프로그램이 꺼져 있습니다",
    "navigation is not active": "주행 프로그램이 활성화되지 않았습니다",
    "confirmCrossing: {why:said}": "횡단 확인 거부: {why}",
    "the vehicle waits at no crosswalk": "횡단보도에서 기다리고 있지 않습니다",
    "the light of crosswalk {crosswalk} shows {light}":
        "횡단보도 {crosswalk}의 신호가 {light}입니다",
    "releaseOperatorWait: the vehicle does not wait for an operator":
        "출발 지시 거부: 차량이 지시를 기다리고 있지 않습니다",
    "cancelOrder: no order is active": "취소할 순찰이 없습니다",
    # --- orders
    "order {order}: the vehicle does not know where it is":
        "명령 {order} 거부: 차량이 자기 위치를 모릅니다",
    "order {order}: node {node} is {distance} m away and no edge leads there;"
    " at most {limit} m are bridged":
        "명령 {order} 거부: {distance} m 떨어진 노드 {node}(으)로 이어지는 길이 없습니다"
        " (최대 {limit} m)",
    "order {order}: order {other} is not finished; cancel it first":
        "명령 {order} 거부: 명령 {other}이(가) 끝나지 않았습니다. 먼저 취소하십시오",
    "order {order}: edge {edge}: '{action}' cannot be done on an edge, only {actions}":
        "명령 {order} 거부: 구간 {edge}에서는 {action}을(를) 할 수 없습니다 (가능: {actions})",
    "order {order}: edge {edge}: action {action} has blockingType {blocking},"
    " on an edge it has to be NONE":
        "명령 {order} 거부: 구간 {edge}의 동작 {action}은(는) {blocking}입니다. NONE이어야 합니다",
    "order {order}: another map is being enabled; send it again then":
        "명령 {order} 거부: 지도를 바꾸는 중입니다. 끝나면 다시 보내십시오",
    "the original cannot be had: perception is down":
        "원본을 꺼낼 수 없음: 인식 프로그램이 꺼져 있습니다",
}  # fmt: skip
