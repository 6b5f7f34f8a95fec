import { type FormEvent, useMemo, useState } from "react";
import { serverNowMs } from "../../api/client";
import type { PlanView } from "../../api/planTypes";
import { localName, type TextKey } from "../../i18n";
import { actions, useConsole, useText } from "../../lib/context";
import { bothWays, type District, readDistrict } from "../../map/district";
import { replanProblem } from "../../store/replanning";
import type { Happening, ReplanDraft } from "../../store/store";
import { Icon } from "../icons";
import { FlowHead } from "../FlowHead";

const IN_TEAM = ["none", "failed", "charge", "away"] as const;
const OUT_OF_TEAM = ["none", "back"] as const;
const AWAY_MINUTES = 20;

interface Props {
  plan: PlanView;
  changes: ReplanDraft;
}

/** What happened to vehicles and streets; then the rest is planned anew. */
export function ReplanForm({ plan, changes }: Props) {
  const t = useText();
  const [error, setError] = useState<TextKey | null>(null);
  const busy = useConsole((s) => Boolean(s.busy["replan"]));
  const vehicles = useConsole((s) => s.vehicles);
  const map = useConsole((s) => s.map);
  const district = useMemo(() => (map ? readDistrict(map.geojson) : null), [map]);
  const others = Object.keys(vehicles)
    .filter((id) => !plan.vehicle_ids.includes(id))
    .sort();

  function make(event: FormEvent): void {
    event.preventDefault();
    const problem = replanProblem(changes);
    setError(problem && `replan.need.${problem}`);
    if (!problem) void actions.makeReplan(serverNowMs() / 1000);
  }

  return (
    <form className="flow" onSubmit={make} aria-label={t("plan.replan")}>
      <FlowHead title={t("plan.replan")} onBack={actions.stopTask} />
      <p className="quiet">{t(plan.started ? "replan.textStarted" : "replan.text")}</p>
      <h3>{t("replan.vehicles")}</h3>
      <ul className="happenings">
        {[...plan.vehicle_ids, ...others].map((id) => (
          <VehicleChange
            key={id}
            vehicleId={id}
            happening={changes.vehicles[id] ?? { kind: "none" }}
            inTeam={plan.vehicle_ids.includes(id)}
            district={district}
          />
        ))}
      </ul>
      {district && <Streets plan={plan} changes={changes} district={district} />}
      <p className="form-error" role="alert">
        {error ? t(error) : ""}
      </p>
      <button type="submit" className="button primary large wide" disabled={busy}>
        <Icon name="route" size={16} />
        {t(busy ? "plan.making" : "replan.make")}
      </button>
    </form>
  );
}

interface ChangeProps {
  vehicleId: string;
  happening: Happening;
  inTeam: boolean;
  district: District | null;
}

function VehicleChange({ vehicleId, happening, inTeam, district }: ChangeProps) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const name = vehicleId.split("/").pop() ?? vehicleId;
  const kinds = inTeam ? IN_TEAM : OUT_OF_TEAM;
  const choose = (kind: Happening["kind"]) =>
    actions.setHappening(
      vehicleId,
      kind === "away" ? { kind, nodeId: null, minutes: AWAY_MINUTES } : { kind },
    );
  return (
    <li data-happening={vehicleId}>
      <b>{name}</b>
      <select
        aria-label={t("replan.what", { vehicle: name })}
        value={happening.kind}
        onChange={(event) => choose(event.target.value as Happening["kind"])}
      >
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {t(kind === "none" && !inTeam ? "replan.notInTeam" : `replan.${kind}`)}
          </option>
        ))}
      </select>
      {happening.kind === "away" && (
        <div className="pair away">
          <select
            aria-label={t("replan.where", { vehicle: name })}
            value={happening.nodeId ?? ""}
            onChange={(event) =>
              actions.setHappening(vehicleId, { ...happening, nodeId: Number(event.target.value) })
            }
          >
            <option value="" disabled>
              {t("replan.place")}
            </option>
            {district?.checkpoints.map((place) => (
              <option key={place.id} value={place.nodeId ?? ""}>
                {localName(place.name, language)}
              </option>
            ))}
          </select>
          <label className="minutes">
            <input
              type="number"
              min={1}
              max={600}
              aria-label={t("replan.minutes", { vehicle: name })}
              value={happening.minutes}
              onChange={(event) =>
                actions.setHappening(vehicleId, {
                  ...happening,
                  minutes: Math.max(1, event.target.valueAsNumber || 1),
                })
              }
            />
            {t("replan.minutesUnit")}
          </label>
        </div>
      )}
    </li>
  );
}

/** How many stretches some edges are: the two directions of one have two ids. */
function stretches(district: District, edgeIds: number[]): number {
  return new Set(edgeIds.map((id) => Math.min(...bothWays(district, id)))).size;
}

function Streets({ plan, changes, district }: Props & { district: District }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const closed = [...plan.closed.filter((id) => !changes.opened.includes(id)), ...changes.closed];
  const nameOf = (id: number) =>
    localName(district.streets.get(id)?.name ?? "", language) || t("replan.unnamed");
  // One line a street, however many stretches of it are closed.
  const streets = new Map<string, number[]>();
  for (const id of closed) streets.set(nameOf(id), [...(streets.get(nameOf(id)) ?? []), id]);
  const names = useMemo(() => {
    const byName = new Map<string, number[]>();
    for (const { id, name } of district.streets.values()) {
      if (name) byName.set(name, [...(byName.get(name) ?? []), id]);
    }
    return [...byName].sort(([a], [b]) => a.localeCompare(b));
  }, [district]);
  return (
    <>
      <h3>{t("replan.streets")}</h3>
      <p className="hint">
        <Icon name="pin" size={16} />
        {t("replan.streetHint")}
      </p>
      {streets.size > 0 && (
        <ul className="tags" data-testid="closed-streets">
          {[...streets].map(([name, ids]) => (
            <li key={name}>
              {t("replan.stretches", { name, count: stretches(district, ids) })}
              <button
                type="button"
                aria-label={t("replan.open", { name })}
                onClick={() => actions.openStreets(ids)}
              >
                <Icon name="close" size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <select
        className="add-checkpoint"
        aria-label={t("replan.closeStreet")}
        value=""
        onChange={(event) => {
          const ids = names[Number(event.target.value)]?.[1] ?? [];
          actions.toggleStreet(ids.filter((id) => !closed.includes(id)));
        }}
      >
        <option value="">＋ {t("replan.closeStreet")}</option>
        {names.map(([name], i) => (
          <option key={name} value={i}>
            {localName(name, language)}
          </option>
        ))}
      </select>
    </>
  );
}
