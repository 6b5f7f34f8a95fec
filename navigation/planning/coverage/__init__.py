"""Coverage: routes over every street of an area, for one vehicle or several.

`StreetGraph` is the network, `plan_coverage` makes a `CoveragePlan`, `replan` mends one under
way, `bounds` says what no plan can be better than, `map_streets` joins it to a PatrolMap.
"""
