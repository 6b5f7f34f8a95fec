import { useState } from "react";
import { actions, useConsole, useMayAct, useText } from "../lib/context";
import type { MapController } from "../map/controller";
import { Icon } from "./icons";

const ZONES = ["keep_out", "school", "speed_limit", "quiet", "no_record", "restricted", "no_loitering", "watched_property", "patrol_area"] as const;

/** Zoom, whole map, tilt, legend. */
export function MapControls({ controller }: { controller: MapController }) {
  const t = useText();
  const mayAct = useMayAct();
  const placing = useConsole((s) => s.task.kind === "send");
  const [tilted, setTilted] = useState(false);
  const [legend, setLegend] = useState(false);
  return (
    <>
      <div className="map-controls" role="group">
        <Control name="plus" label={t("map.zoomIn")} onClick={() => controller.zoomBy(0.7)} />
        <Control name="minus" label={t("map.zoomOut")} onClick={() => controller.zoomBy(-0.7)} />
        <Control name="fit" label={t("map.fit")} onClick={actions.fitMap} />
        <Control
          name="tilt"
          label={t("map.tilt")}
          pressed={tilted}
          onClick={() => setTilted(controller.toggleTilt())}
        />
        {mayAct && (
          <Control
            name="send"
            label={t("send.toPlace")}
            pressed={placing}
            onClick={actions.togglePlacing}
          />
        )}
        <Control
          name="legend"
          label={t("map.legend")}
          pressed={legend}
          onClick={() => setLegend(!legend)}
        />
      </div>
      {legend && (
        <ul className="legend" aria-label={t("map.legend")}>
          {ZONES.map((kind) => (
            <li key={kind}>
              <i className={`swatch zone-${kind}`} />
              {t(`zone.${kind}`)}
            </li>
          ))}
          <li>
            <i className="swatch line route" />
            {t("map.route")}
          </li>
          <li>
            <i className="swatch line trail" />
            {t("map.trail")}
          </li>
        </ul>
      )}
    </>
  );
}

interface ControlProps {
  name: "plus" | "minus" | "fit" | "tilt" | "legend" | "send";
  label: string;
  pressed?: boolean;
  onClick: () => void;
}

function Control({ name, label, pressed, onClick }: ControlProps) {
  return (
    <button type="button" title={label} aria-label={label} aria-pressed={pressed} onClick={onClick}>
      <Icon name={name} />
    </button>
  );
}
