import { actions, useConsole, useText } from "../lib/context";
import { SendDialog } from "./SendDialog";

/** While a vehicle is being sent: first a place on the map, unless it is an incident's. */
export function Sending() {
  const t = useText();
  const task = useConsole((s) => s.task);
  if (task.kind !== "send") return null;
  if (task.target) return <SendDialog task={task} />;
  return (
    <div className="place-hint" role="status">
      <span>{t("send.pick")}</span>
      <button type="button" className="button" onClick={actions.stopTask}>
        {t("send.stop")}
      </button>
    </div>
  );
}
