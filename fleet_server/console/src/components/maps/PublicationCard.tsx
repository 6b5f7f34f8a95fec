import { useState } from "react";
import type { Publication, PublicationTarget, TargetStatus } from "../../api/planTypes";
import { said } from "../../i18n";
import { actions, useConsole, useMayAct, useText } from "../../lib/context";
import { ConfirmDialog } from "../ConfirmDialog";
import { Icon } from "../icons";

const READ_BACK: readonly TargetStatus[] = ["ready", "enabling", "enabled"];

/** How far a version is on its way: read back by how many, enabled by how many, and who waits. */
export function PublicationCard({ publication }: { publication: Publication }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const { vehicles, phase } = publication;
  const readBack = vehicles.filter((v) => READ_BACK.includes(v.status)).length;
  const enabled = vehicles.filter((v) => v.status === "enabled").length;
  const active = phase === "downloading" || phase === "enabling";
  const reason = publication.reason;
  return (
    <section className={`publication ${phase}`} data-publication={phase}>
      <header>
        <code title={publication.content_hash}>{publication.content_hash.slice(0, 12)}</code>
        <span className={`chip ${active ? "draft" : phase}`}>{t(`publication.${phase}`)}</span>
        {active && <Cancel publicationId={publication.publication_id} />}
      </header>
      <Step label={t("publication.step1")} done={readBack} all={vehicles.length} />
      <Step label={t("publication.step2")} done={enabled} all={vehicles.length} />
      {reason && <p className="quiet warn">{said(reason, publication.reason_ko, language)}</p>}
      <details open={active || phase === "failed"}>
        <summary>{t("publication.vehicles", { count: vehicles.length })}</summary>
        <ul className="targets">
          {vehicles.map((target) => (
            <Target key={target.vehicle_id} target={target} />
          ))}
        </ul>
      </details>
    </section>
  );
}

function Step({ label, done, all }: { label: string; done: number; all: number }) {
  return (
    <div className="step">
      <span>{label}</span>
      <progress value={done} max={Math.max(1, all)} aria-label={label} />
      <b>
        {done}/{all}
      </b>
    </div>
  );
}

function Target({ target }: { target: PublicationTarget }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  return (
    <li data-target-status={target.status}>
      <span className="name">{target.vehicle_id.split("/").pop()}</span>
      <span className={`status ${target.status}`}>{t(`target.${target.status}`)}</span>
      {target.reason && (
        <span className="quiet">{said(target.reason, target.reason_ko, language)}</span>
      )}
    </li>
  );
}

function Cancel({ publicationId }: { publicationId: string }) {
  const t = useText();
  const mayAct = useMayAct();
  const [confirming, setConfirming] = useState(false);
  if (!mayAct) return null;
  return (
    <>
      <button
        type="button"
        className="icon-button small"
        title={t("publication.cancel")}
        aria-label={t("publication.cancel")}
        onClick={() => setConfirming(true)}
      >
        <Icon name="close" size={14} />
      </button>
      {confirming && (
        <ConfirmDialog
          title={t("publication.cancelTitle")}
          text={t("publication.cancelText")}
          yes={t("publication.cancel")}
          onYes={() => void actions.cancelPublication(publicationId)}
          onClose={() => setConfirming(false)}
        />
      )}
    </>
  );
}
