import { actions, useConsole, useText } from "../lib/context";
import { Icon } from "./icons";

/** While a vehicle is told where it stands: the place, where its front points, then the word. */
export function Placing() {
  const t = useText();
  const task = useConsole((s) => (s.task.kind === "place" ? s.task : null));
  const name = useConsole((s) => s.vehicles[task?.vehicleId ?? ""]?.view.serial_number ?? "");
  const busy = useConsole((s) => Boolean(s.busy[`place ${task?.vehicleId}`]));
  if (!task) return null;
  const step =
    task.at === null ? "place.where" : task.headingRad === null ? "place.heading" : "place.check";
  return (
    <div className="place-hint" role="status">
      <span>{t(step, { vehicle: name })}</span>
      {task.at !== null && (
        <button
          type="button"
          className="button"
          onClick={() => actions.startPlacingVehicle(task.vehicleId)}
        >
          {t("place.again")}
        </button>
      )}
      {task.headingRad !== null && (
        <button
          type="button"
          className="button primary"
          data-testid="place-send"
          disabled={busy}
          onClick={() => void actions.placeVehicle()}
        >
          <Icon name="check" size={16} />
          {t("place.send")}
        </button>
      )}
      <button type="button" className="button" onClick={actions.stopTask}>
        {t("place.stop")}
      </button>
    </div>
  );
}
