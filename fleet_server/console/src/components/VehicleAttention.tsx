import { useState } from "react";
import type { VehicleView } from "../api/types";
import { actions, useConsole, useText } from "../lib/context";
import { ConfirmDialog } from "./ConfirmDialog";
import { Icon } from "./icons";

const MAX_MESSAGE_CHARS = 200;
const PHRASES = ["vehicle.say.help", "vehicle.say.way", "vehicle.say.patrol"] as const;

/** Light, siren and loudspeaker of a vehicle; what is on is as the vehicle reports it. */
export function VehicleAttention({ view }: { view: VehicleView }) {
  const t = useText();
  const id = view.vehicle_id;
  const [asking, setAsking] = useState(false);
  return (
    <div className="attention">
      <div className="button-row">
        <button
          type="button"
          className="button"
          aria-pressed={view.beacon === true}
          onClick={() => void actions.act(id, view.beacon ? "beacon_off" : "beacon_on")}
        >
          <Icon name="sun" size={16} />
          {t(view.beacon ? "vehicle.beaconOff" : "vehicle.beaconOn")}
        </button>
        <button
          type="button"
          className={`button ${view.siren ? "danger" : ""}`}
          aria-pressed={view.siren === true}
          onClick={() => (view.siren ? void actions.act(id, "siren_off") : setAsking(true))}
        >
          <Icon name="alarmOn" size={16} />
          {t(view.siren ? "vehicle.sirenOff" : "vehicle.sirenOn")}
        </button>
      </div>
      <Say vehicleId={id} />
      {asking && (
        <ConfirmDialog
          title={t("confirm.sirenTitle")}
          text={t("confirm.sirenText", { vehicle: view.serial_number })}
          yes={t("confirm.yes.siren")}
          onYes={() => void actions.act(id, "siren_on")}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}

function Say({ vehicleId }: { vehicleId: string }) {
  const t = useText();
  const [message, setMessage] = useState("");
  const busy = useConsole((s) => Boolean(s.busy[`announce ${vehicleId}`]));
  const words = message.trim();
  return (
    <form
      className="say"
      onSubmit={(event) => {
        event.preventDefault();
        if (!words) return;
        setMessage("");
        void actions.act(vehicleId, "announce", words);
      }}
    >
      <input
        list={`phrases-${vehicleId}`}
        value={message}
        maxLength={MAX_MESSAGE_CHARS}
        placeholder={t("vehicle.sayWhat")}
        aria-label={t("vehicle.sayWhat")}
        onChange={(event) => setMessage(event.target.value)}
      />
      <datalist id={`phrases-${vehicleId}`}>
        {PHRASES.map((phrase) => (
          <option key={phrase} value={t(phrase)} />
        ))}
      </datalist>
      <button type="submit" className="button" disabled={busy || !words}>
        <Icon name="send" size={16} />
        {t("vehicle.say")}
      </button>
    </form>
  );
}
