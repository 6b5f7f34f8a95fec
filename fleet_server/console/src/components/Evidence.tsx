import { useRef, useState } from "react";
import { createPortal } from "react-dom";
import type { EvidenceView, IncidentView } from "../api/incidentTypes";
import { useConsole, useText } from "../lib/context";
import { Icon } from "./icons";
import { PurposeForm, useLook } from "./PurposeForm";

/** The picture of an incident, and its clip when there is one. */
export function Evidence({ incident }: { incident: IncidentView }) {
  const t = useText();
  const still = incident.evidence.find((e) => e.media_type.startsWith("image/"));
  const clip = incident.evidence.find((e) => e.media_type.startsWith("video/"));
  const [shown, setShown] = useState<"still" | "clip">("still");
  const look = useLook(incident);
  const playing = clip && (shown === "clip" || !still);
  if (!still && !clip) {
    return (
      <div className="evidence waiting">
        <Icon name="picture" size={28} />
        <p>{t(incident.status === "resolved" ? "incident.noPicture" : "incident.pictureWaiting")}</p>
      </div>
    );
  }
  if (!look) return <PurposeForm incident={incident} />;
  return (
    <figure className="evidence">
      {playing ? (
        <video src={look(clip.url)} controls autoPlay muted loop playsInline aria-label={t("incident.clip")} />
      ) : (
        still && <Still key={still.evidence_id} still={still} url={look(still.url)} incident={incident} />
      )}
      {still && clip && (
        <div className="evidence-tabs" role="group">
          <button type="button" aria-pressed={!playing} onClick={() => setShown("still")}>
            {t("incident.still")}
          </button>
          <button type="button" aria-pressed={Boolean(playing)} onClick={() => setShown("clip")}>
            {t("incident.clip")}
          </button>
        </div>
      )}
    </figure>
  );
}

interface StillProps {
  still: EvidenceView;
  url: string;
  incident: IncidentView;
}

function Still({ still, url, incident }: StillProps) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const [failed, setFailed] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const title = language === "ko" ? incident.title_ko : incident.title_en;
  const alt = t("incident.picture", { title });
  if (failed) return <p className="evidence-failed">{t("incident.pictureFailed")}</p>;
  return (
    <>
      <button
        type="button"
        className="still"
        title={t("incident.enlarge")}
        onClick={() => dialog.current?.showModal()}
      >
        <img src={url} alt={alt} onError={() => setFailed(true)} />
        <span className="evidence-marks">
          {still.blurred && <em>{t("incident.blurred")}</em>}
          <Icon name="expand" size={14} />
        </span>
      </button>
      {createPortal(
        <dialog ref={dialog} className="lightbox" onClick={() => dialog.current?.close()}>
          <img src={url} alt={alt} />
          <button type="button" className="icon-button" aria-label={t("close")}>
            <Icon name="close" />
          </button>
        </dialog>,
        document.body,
      )}
    </>
  );
}
