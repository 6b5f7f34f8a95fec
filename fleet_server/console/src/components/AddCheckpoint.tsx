import { localName } from "../i18n";
import { actions, useConsole, useText } from "../lib/context";
import type { Place } from "../map/district";

/** A list of checkpoints from which one is added to what is being made. */
export function AddCheckpoint({ places }: { places: Place[] }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  if (!places.length) return null;
  return (
    <select
      className="add-checkpoint"
      aria-label={t("compose.add")}
      value=""
      onChange={(event) => actions.toggleCheckpoint(event.target.value)}
    >
      <option value="">＋ {t("compose.add")}</option>
      {places.map((place) => (
        <option key={place.id} value={place.id}>
          {localName(place.name, language)}
        </option>
      ))}
    </select>
  );
}
