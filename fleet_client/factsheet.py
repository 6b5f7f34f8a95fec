"""VehicleSpec → the VDA 5050 factsheet (clause 6.15).

`agvKinematic` knows DIFF, OMNI and THREEWHEEL only, and no Ackermann: THREEWHEEL is the nearest,
because a tricycle with one steered wheel has the same constraint (a turning circle, no turn on the
spot). `agvClass` knows load carriers only: CARRIER with a load of 0 kg.
"""

from __future__ import annotations

from typing import Any

from patrol.vda5050.messages import Factsheet
from patrol.vda5050.node_actions import (
    DWELL,
    PATROL_CHECKPOINT,
    RELEASE_OPERATOR_WAIT,
    START_CHARGING,
    WAIT_FOR_OPERATOR,
)
from patrol.vehicle import VehicleSpec

WHEEL_WIDTH_M = 0.1  # not part of the specification; drawn only

# Action type → (scopes, parameters, what it does).
ACTIONS: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    PATROL_CHECKPOINT: (
        ("NODE",),
        {"checkpointId": "STRING", "dwell_s": "FLOAT"},
        "stand at a checkpoint and look around",
    ),
    DWELL: (("NODE",), {"dwell_s": "FLOAT"}, "stand at a node for a time"),
    WAIT_FOR_OPERATOR: (("NODE",), {}, "stand at a node until releaseOperatorWait"),
    START_CHARGING: (("NODE",), {}, "charge at the dock of this node"),
    "startPause": (("INSTANT",), {}, "stop and keep the order"),
    "remoteStop": (("INSTANT",), {}, "stop here, as hard as the vehicle may, and keep the order"),
    "confirmCrossing": (
        ("INSTANT",),
        {"crosswalkId": "STRING"},
        "cross, on an operator's word, where the light is not known",
    ),
    RELEASE_OPERATOR_WAIT: (("INSTANT",), {}, "go on from where it waits for an operator"),
    "stopPause": (("INSTANT",), {}, "go on with the order"),
    "cancelOrder": (("INSTANT",), {}, "stop and drop the order"),
    "stateRequest": (("INSTANT",), {}, "send a state now"),
    "factsheetRequest": (("INSTANT",), {}, "send the factsheet now"),
    "downloadMap": (
        ("INSTANT",),
        {
            "mapId": "STRING",
            "mapVersion": "STRING",
            "mapDownloadLink": "STRING",
            "mapHash": "STRING",
        },
        "fetch a map over the topics mapRequest and mapChunk",
    ),
    "enableMap": (
        ("INSTANT",),
        {"mapId": "STRING", "mapVersion": "STRING"},
        "drive on a downloaded map, as soon as the vehicle stands without an order",
    ),
    "deleteMap": (
        ("INSTANT",),
        {"mapId": "STRING", "mapVersion": "STRING"},
        "delete a map that is not in use",
    ),
}

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
            "agvActions": [_action(name) for name in ACTIONS],
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


def _action(name: str) -> dict[str, Any]:
    scopes, parameters, text = ACTIONS[name]
    return {
        "actionType": name,
        "actionDescription": text,
        "actionScopes": list(scopes),
        "actionParameters": [
            {"key": key, "valueDataType": kind} for key, kind in parameters.items()
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
