import { useConsole, useNowMs, useText } from "../lib/context";
import { formatAge } from "../lib/format";
import { stateAgeS } from "../store/condition";
import type { TimedVehicle } from "../store/live";

/** How old a vehicle's data is, counting on by itself. */
export function VehicleAge({ vehicle }: { vehicle: TimedVehicle }) {
  const t = useText();
  const now = useNowMs();
  const language = useConsole((s) => s.language);
  const age = stateAgeS(vehicle, now);
  return (
    <span className="vehicle-age" title={t("vehicle.age")}>
      {age === null ? t("vehicle.neverHeard") : formatAge(age, language)}
    </span>
  );
}
