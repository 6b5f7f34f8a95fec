import { actions, useConsole, useNowMs, useText } from "../../lib/context";
import { formatPercent } from "../../lib/format";
import { candidates } from "../../store/condition";

/** Which vehicles take part; those that cannot say why. */
export function TeamChoice({ chosen }: { chosen: string[] }) {
  const t = useText();
  const now = useNowMs();
  const vehicles = useConsole((s) => s.vehicles);
  const assignments = useConsole((s) => s.assignments);
  const all = candidates(vehicles, assignments, now);
  const free = all.filter((c) => !c.obstacle).map((c) => c.vehicle.view.vehicle_id);
  const toggle = (id: string) =>
    actions.draftPlan({
      vehicle_ids: chosen.includes(id) ? chosen.filter((v) => v !== id) : [...chosen, id],
    });
  return (
    <>
      <div className="head-row">
        <h3>{t("plan.team")}</h3>
        <button
          type="button"
          className="link"
          onClick={() => actions.draftPlan({ vehicle_ids: free })}
        >
          {t("plan.allFree")}
        </button>
      </div>
      <div className="choices" role="group" aria-label={t("plan.team")}>
        {all.map(({ vehicle, obstacle }) => {
          const { vehicle_id: id, serial_number: name, battery_pct } = vehicle.view;
          return (
            <label
              key={id}
              className={`choice ${obstacle ? "cannot" : ""}`}
              data-team={id}
            >
              <input
                type="checkbox"
                checked={chosen.includes(id)}
                disabled={obstacle !== null && !chosen.includes(id)}
                onChange={() => toggle(id)}
              />
              <b>{name}</b>
              <span>
                {obstacle
                  ? t(`assign.cannot.${obstacle}`)
                  : `${t("assign.ready")} · ${formatPercent(battery_pct)}`}
              </span>
            </label>
          );
        })}
      </div>
    </>
  );
}
