import { type FormEvent, useState } from "react";
import type { MapVersion } from "../../api/planTypes";
import { actions, useConsole, useText } from "../../lib/context";
import { FlowHead } from "../FlowHead";
import { Icon } from "../icons";

/** To which vehicles a version goes, and whether they switch together. */
export function PublishForm({ version, onDone }: { version: MapVersion; onDone: () => void }) {
  const t = useText();
  const vehicles = useConsole((s) => s.vehicles);
  const busy = useConsole((s) => Boolean(s.busy["publish"]));
  const all = Object.values(vehicles)
    .map((vehicle) => vehicle.view)
    .sort((a, b) => a.vehicle_id.localeCompare(b.vehicle_id));
  const onMap = all.filter((view) => view.map_id === version.map_id || !view.map_id);
  const [chosen, setChosen] = useState(() => onMap.map((view) => view.vehicle_id));
  const [together, setTogether] = useState(true);

  async function publish(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (await actions.publishMap(version.content_hash, chosen, together)) onDone();
  }

  const toggle = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((v) => v !== id) : [...chosen, id]);

  return (
    <form className="flow" aria-label={t("maps.publish")} onSubmit={(event) => void publish(event)}>
      <FlowHead title={t("maps.publish")} onBack={onDone} />
      <p className="quiet">
        <code title={version.content_hash}>{version.content_hash.slice(0, 12)}</code>{" "}
        {t("maps.publishText")}
      </p>
      <h3>{t("maps.toWhom")}</h3>
      <div className="choices" role="group" aria-label={t("maps.toWhom")}>
        {onMap.map((view) => (
          <label key={view.vehicle_id} className="choice" data-target={view.vehicle_id}>
            <input
              type="checkbox"
              checked={chosen.includes(view.vehicle_id)}
              onChange={() => toggle(view.vehicle_id)}
            />
            <b>{view.serial_number}</b>
            <span>
              {view.connection === "ONLINE"
                ? (view.map_hash?.slice(0, 12) ?? t("maps.unsaid"))
                : t("assign.cannot.offline")}
            </span>
          </label>
        ))}
      </div>
      <fieldset className="segmented" aria-label={t("maps.how")}>
        {[true, false].map((value) => (
          <label key={String(value)}>
            <input
              type="radio"
              name="together"
              checked={together === value}
              onChange={() => setTogether(value)}
            />
            <span>{t(value ? "maps.together" : "maps.oneByOne")}</span>
          </label>
        ))}
      </fieldset>
      <p className="quiet">{t(together ? "maps.togetherText" : "maps.oneByOneText")}</p>
      <button
        type="submit"
        className="button primary large wide"
        disabled={busy || !chosen.length}
      >
        <Icon name="send" size={16} />
        {t("maps.publishTo", { count: chosen.length })}
      </button>
    </form>
  );
}
