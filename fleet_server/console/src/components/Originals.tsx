import { type FormEvent, useState } from "react";
import type { IncidentView } from "../api/incidentTypes";
import { actions, useConsole, useMayRelease, useText } from "../lib/context";
import { formatDateTime } from "../lib/format";
import { PurposeForm, useLook } from "./PurposeForm";

const LEAST_CHARS = 5; // of a reason, as the server asks

/** What the vehicle kept beside pictures: its record for everybody, originals for the officer. */
export function Originals({ incident }: { incident: IncidentView }) {
  const t = useText();
  const mayRelease = useMayRelease();
  const look = useLook(incident);
  const record = incident.evidence.find((e) => e.kind === "record");
  const isSeen = incident.evidence.some((e) => /^(image|video)\//.test(e.media_type));
  return (
    <>
      {!look && !isSeen && incident.evidence.length > 0 && <PurposeForm incident={incident} />}
      {record && look && (
        <a className="link" href={look(record.url)} target="_blank" rel="noreferrer">
          {t("incident.record")}
        </a>
      )}
      {mayRelease && <Sealed key={incident.incident_id} incident={incident} />}
    </>
  );
}

/** Sealed originals that have come, and the request for them. */
function Sealed({ incident }: { incident: IncidentView }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const busy = useConsole((s) => Boolean(s.busy[`originals ${incident.incident_id}`]));
  const [reason, setReason] = useState("");
  const look = useLook(incident);
  const come = incident.evidence.filter((e) => e.kind === "original");
  const short = reason.trim().length < LEAST_CHARS;

  function submit(event: FormEvent): void {
    event.preventDefault();
    void actions.askOriginals(incident.incident_id, reason.trim()).then((asked) => {
      if (asked) setReason("");
    });
  }

  return (
    <section className="originals" data-testid="originals">
      <h4>{t("originals.title")}</h4>
      <p className="quiet">{t("originals.about")}</p>
      {look &&
        come.map((file) => (
          <a
            key={file.evidence_id}
            className="button wide"
            href={look(file.url)}
            download={`${file.evidence_id}.mp4.age`}
          >
            {t("originals.fetch", { time: formatDateTime(incident.detected_at, language) })}
          </a>
        ))}
      <form className="resolve" onSubmit={submit}>
        <textarea
          rows={2}
          maxLength={500}
          value={reason}
          aria-label={t("originals.reason")}
          placeholder={t("originals.reasonPlaceholder")}
          onChange={(event) => setReason(event.target.value)}
        />
        <button type="submit" className="button wide" disabled={short || busy}>
          {t("originals.ask")}
        </button>
      </form>
    </section>
  );
}
