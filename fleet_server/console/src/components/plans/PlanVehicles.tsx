import { useState } from "react";
import { serverNowMs } from "../../api/client";
import type { PlanStep, PlanVehicle, PlanView } from "../../api/planTypes";
import { localName, said } from "../../i18n";
import { useConsole, useText } from "../../lib/context";
import { formatDistance, formatDuration, formatMoment } from "../../lib/format";
import { useSaid } from "../../lib/useSaid";
import { teamColours } from "../../map/teamColours";
import { Icon } from "../icons";

const SHOWN_STEPS = 200;

/** One card a vehicle in its colour of the map: why it got this, and its steps as a table. */
export function PlanVehicles({ plan }: { plan: PlanView }) {
  const theme = useConsole((s) => s.theme);
  const colours = teamColours(plan.vehicles.map((vehicle) => vehicle.vehicle_id), theme);
  return (
    <ul className="plan-vehicles">
      {plan.vehicles.map((vehicle) => (
        <VehicleCard
          key={vehicle.vehicle_id}
          vehicle={vehicle}
          colour={colours.get(vehicle.vehicle_id)}
          open={plan.vehicles.length === 1}
        />
      ))}
    </ul>
  );
}

interface CardProps {
  vehicle: PlanVehicle;
  colour: string | undefined;
  open: boolean;
}

function VehicleCard({ vehicle, colour, open: openAtFirst }: CardProps) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const say = useSaid();
  const [open, setOpen] = useState(openAtFirst);
  const end = formatMoment(vehicle.end_at, serverNowMs() / 1000, language);
  const idle = vehicle.steps.length === 0;
  return (
    <li className="plan-vehicle" data-plan-vehicle={vehicle.vehicle_id}>
      <button
        type="button"
        className="plan-vehicle-head"
        aria-expanded={open}
        disabled={idle}
        onClick={() => setOpen(!open)}
      >
        <i style={{ background: idle ? "transparent" : colour }} />
        <b>{vehicle.vehicle_id.split("/").pop()}</b>
        <span>
          {idle ? t("plan.idle") : `${formatDistance(vehicle.length_m)} · ${t("plan.until", { end })}`}
        </span>
        {!idle && <Icon name={open ? "up" : "down"} size={14} />}
      </button>
      <p className="quiet">{say(vehicle.reason, vehicle.reason_ko)}</p>
      {open && !idle && <Steps steps={vehicle.steps} />}
    </li>
  );
}

function Steps({ steps }: { steps: PlanStep[] }) {
  const t = useText();
  const stops = steps.filter((step) => step.name || step.task_id);
  return (
    <div className="steps" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("plan.arrive")}</th>
            <th scope="col">{t("plan.place")}</th>
            <th scope="col">{t("plan.stay")}</th>
          </tr>
        </thead>
        <tbody>
          {stops.slice(0, SHOWN_STEPS).map((step, i) => (
            <StepRow key={`${step.arrive_at}-${i}`} step={step} />
          ))}
        </tbody>
      </table>
      {stops.length > SHOWN_STEPS && (
        <p className="quiet">{t("plan.moreSteps", { count: stops.length - SHOWN_STEPS })}</p>
      )}
    </div>
  );
}

function StepRow({ step }: { step: PlanStep }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const name = localName(said(step.name, step.name_ko, language), language) || step.task_id;
  const stayS = step.end_at - step.arrive_at;
  return (
    <tr className={step.is_charge ? "charge" : ""}>
      <td>{formatMoment(step.arrive_at, step.arrive_at, language)}</td>
      <td>
        {name}
        {step.is_charge && (
          <em aria-label={t("plan.charge")} title={t("plan.charge")}>
            ⚡
          </em>
        )}
      </td>
      <td>{stayS >= 1 ? formatDuration(stayS, language) : "–"}</td>
    </tr>
  );
}
