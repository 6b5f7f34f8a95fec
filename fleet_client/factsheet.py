"""VehicleSpec → the VDA 5050 factsheet (clause 6.15).

`agvKinematic` knows DIFF, OMNI and THREEWHEEL only, and no Ackermann: THREEWHEEL is the nearest,
because a tricycle with one steered wheel has the same constraint (a turning circle, no turn on the
spot). `agvClass` knows load carriers only: CARRIER with a load of 0 kg. `blockingTypes` is left
out: the official schema of 2.1.0 takes no list for it (docs/protocol.md has the types).
"""

from __future__ import annotations

from typing import Any

from patrol.vda5050.init_position import INIT_POSITION
from patrol.vda5050.messages import Factsheet
from patrol.vda5050.node_actions import (
    INSTANT,
    NODE_ACTIONS,
    RELEASE_OPERATOR_WAIT,
    ActionRow,
)
from patrol.vda5050.release import RELEASE_ORIGINAL
from patrol.vehicle import VehicleSpec
from patrol.weather import REPORT_WEATHER

WHEEL_WIDTH_M = 0.1  # not part of the specification; drawn only

# Instant actions that are none at a node: type → (parameters, what it does).
AT_ONCE: dict[str, tuple[dict[str, str], str]] = {
    "startPause": ({}, "stop and keep the order"),
    "remoteStop": ({}, "stop here, as hard as the vehicle may, and keep the order"),
    "confirmCrossing": (
        {"crosswalkId": "STRING"},
        "cross, on an operator's word, where the light is not known",
    ),
    REPORT_WEATHER: (
        {
            "observedAt": "STRING",
            "rain_mmph": "FLOAT",
            "gust_mps": "FLOAT",
            "visibility_m": "FLOAT",
            "temperature_c": "FLOAT",
        },
        "drive as the weather asks for, until the report is 2 h old",
    ),
    INIT_POSITION: (
        {"x": "FLOAT", "y": "FLOAT", "theta": "FLOAT", "mapId": "STRING"},
        "begin anew at this pose of base_link, once it stands; an order then waits for stopPause",
    ),
    RELEASE_OPERATOR_WAIT: ({}, "go on from where it waits for an operator"),
    "stopPause": ({}, "go on with the order"),
    "cancelOrder": ({}, "stop and drop the order"),
    "stateRequest": ({}, "send a state now"),
    "factsheetRequest": ({}, "send the factsheet now"),
    "downloadMap": (
        {
            "mapId": "STRING",
            "mapVersion": "STRING",
            "mapDownloadLink": "STRING",
            "mapHash": "STRING",
        },
        "fetch a map over the topics mapRequest and mapChunk",
    ),
    "enableMap": (
        {"mapId": "STRING", "mapVersion": "STRING"},
        "drive on a downloaded map, as soon as the vehicle stands without an order",
    ),
    "deleteMap": (
        {"mapId": "STRING", "mapVersion": "STRING"},
        "delete a map that is not in use",
    ),
}

ACTIONS: dict[str, ActionRow] = NODE_ACTIONS | {
    name: ActionRow(text, "HARD", (INSTANT,), parameters)
    for name, (parameters, text) in AT_ONCE.items()
}
ACTIONS[RELEASE_ORIGINAL] = ActionRow(
    "send the sealed originals of an incident, where it keeps some",
    "NONE",
    (INSTANT,),
    {"incidentId": "STRING", "requestedBy": "STRING", "reason": "STRING"},
)

OPTIONAL_PARAMETERS = (
    "order.zoneSetId",
    "order.nodes.nodePosition",
    "order.edges.maxSpeed",
    "state.agvPosition",
    "state.velocity",
    "state.newBaseRequest",
    "state.distanceSinceLastNode",
    "state.maps",
    "state.zoneSetId",
)


def build_factsheet(
    spec: VehicleSpec,
    *,
    header_id: int,
    timestamp: str,
    version: str,
    manufacturer: str,
    serial_number: str,
    max_payload_bytes: int,
    min_order_interval_s: float,
) -> Factsheet:
    """The factsheet of a vehicle of this type."""
    return Factsheet(
        header_id=header_id,
        timestamp=timestamp,
        version=version,
        manufacturer=manufacturer,
        serial_number=serial_number,
        type_specification=_type(spec),
        physical_parameters=_physics(spec),
        protocol_limits={
            "maxStringLens": {"msgLen": max_payload_bytes, "topicSerialLen": 64},
            "maxArrayLens": {},
            "timing": {
                "minOrderInterval": min_order_interval_s,
                "minStateInterval": 0.2,
                "defaultStateInterval": 1.0,
                "visualizationInterval": 0.2,
            },
        },
        protocol_features={
            "optionalParameters": [
                {"parameter": name, "support": "SUPPORTED"} for name in OPTIONAL_PARAMETERS
            ],
            "agvActions": [_action(name, row) for name, row in ACTIONS.items()],
        },
        agv_geometry=_geometry(spec),
        load_specification={"loadPositions": []},
    )


def _type(spec: VehicleSpec) -> dict[str, Any]:
    return {
        "seriesName": spec.name,
        "seriesDescription": "autonomous patrol robot, Ackermann steering",
        "agvKinematic": "THREEWHEEL",
        "agvClass": "CARRIER",
        "maxLoadMass": 0.0,
        "localizationTypes": ["NATURAL"],
        "navigationTypes": ["VIRTUAL_LINE_GUIDED"],
    }


def _physics(spec: VehicleSpec) -> dict[str, float]:
    return {
        "speedMin": 0.0,
        "speedMax": spec.speed_cap_mps,
        "accelerationMax": spec.max_acceleration_mps2,
        "decelerationMax": spec.max_deceleration_mps2,
        "heightMin": spec.height_m,
        "heightMax": spec.height_m,
        "width": spec.width_m,
        "length": spec.length_m,
    }


def _action(name: str, row: ActionRow) -> dict[str, Any]:
    return {
        "actionType": name,
        "actionDescription": row.text,
        "actionScopes": list(row.scopes),
        "actionParameters": [
            {"key": key, "valueDataType": kind} for key, kind in row.parameters.items()
        ],
    }


def _geometry(spec: VehicleSpec) -> dict[str, Any]:
    half = spec.width_m / 2
    outline = [
        (spec.front_m, half),
        (-spec.rear_overhang_m, half),
        (-spec.rear_overhang_m, -half),
        (spec.front_m, -half),
    ]
    return {
        "wheelDefinitions": [
            _wheel(spec, x_m, side * spec.track_m / 2)
            for x_m in (0.0, spec.wheelbase_m)
            for side in (1, -1)
        ],
        "envelopes2d": [
            {"set": "body", "polygonPoints": [{"x": x_m, "y": y_m} for x_m, y_m in outline]}
        ],
    }


def _wheel(spec: VehicleSpec, x_m: float, y_m: float) -> dict[str, Any]:
    front = x_m > 0
    return {
        "type": "FIXED" if front else "DRIVE",
        "isActiveDriven": not front,
        "isActiveSteered": front,
        "position": {"x": x_m, "y": y_m, "theta": 0.0},
        "diameter": 2 * spec.wheel_radius_m,
        "width": WHEEL_WIDTH_M,
    }
