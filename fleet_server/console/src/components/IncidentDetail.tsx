import { useMemo } from "react";
import type { IncidentView } from "../api/incidentTypes";
import { localName, said } from "../i18n";
import { actions, useConsole, useMayAct, useText } from "../lib/context";
import { formatDateTime, formatDistance, formatDuration, formatPercent } from "../lib/format";
import { nearestPlace, readDistrict } from "../map/district";
import { SIGMAS_95 } from "../map/features";
import { Ago } from "./Ago";
import { Evidence } from "./Evidence";
import { Icon } from "./icons";
import { Looks } from "./Looks";
import { Originals } from "./Originals";
import { SentVehicles } from "./PatrolNews";
import { ResolveForm } from "./ResolveForm";

const LATE_S = 60; // a report that took longer than this says so
const AT_M = 12; // nearer than this is "at" a place

/** Everything about one incident, and what to do about it. */
export function IncidentDetail({ incident }: { incident: IncidentView }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const mayAct = useMayAct();
  const lateS = incident.received_at - incident.detected_at;
  return (
    <div className="incident-detail">
      <Evidence incident={incident} />
      {incident.quieted && (
        <p className="quiet" data-testid="quieted">
          {t("quiet.why", { reason: said(incident.quieted.reason_en, incident.quieted.reason_ko, language) })}
        </p>
      )}
      <Decision incident={incident} />
      <dl className="facts two">
        <div className="span">
          <dt>{t("incident.time")}</dt>
          <dd>
            {formatDateTime(incident.detected_at, language)} · <Ago at={incident.detected_at} />
          </dd>
        </div>
        <div className="span">
          <dt>{t("incident.place")}</dt>
          <dd>
            <PlaceOf incident={incident} />
          </dd>
        </div>
        <div>
          <dt>{t("incident.confidence")}</dt>
          <dd>{formatPercent(incident.confidence * 100)}</dd>
        </div>
        <div>
          <dt>{t("incident.vehicle")}</dt>
          <dd>
            {seenBy(incident).map((vehicleId) => (
              <button
                key={vehicleId}
                type="button"
                className="link"
                onClick={() => actions.selectVehicle(vehicleId)}
              >
                {vehicleId.split("/").pop()}
              </button>
            ))}
            {incident.reports.length > 1 && (
              <small> {t("incident.reports", { count: incident.reports.length })}</small>
            )}
          </dd>
        </div>
      </dl>
      {lateS > LATE_S && (
        <p className="quiet warn">
          {t("incident.late", { age: formatDuration(lateS, language) })}
        </p>
      )}
      {incident.phase === "closed" && <p className="quiet">{t("incident.over")}</p>}
      <SentVehicles incidentId={incident.incident_id} />
      {mayAct && (
        <button
          type="button"
          className="button wide"
          data-testid="send-to-incident"
          disabled={incident.longitude_deg === null}
          onClick={() => actions.sendToIncident(incident.incident_id)}
        >
          <Icon name="send" size={16} />
          {t("send.button")}
        </button>
      )}
      <button
        type="button"
        className="button wide"
        disabled={incident.longitude_deg === null}
        onClick={() => actions.showIncident(incident.incident_id)}
      >
        <Icon name="target" size={16} />
        {t("incident.zoom")} <kbd>Z</kbd>
      </button>
      <CaseLink incident={incident} />
      <Originals incident={incident} />
      <Looks key={incident.incident_id} incidentId={incident.incident_id} />
      <Why incident={incident} />
    </div>
  );
}

/** From a candidate to the case that it was reported for. */
function CaseLink({ incident }: { incident: IncidentView }) {
  const t = useText();
  const mayAct = useMayAct();
  const id = incident.details["case_id"];
  if (incident.kind !== "missing_person" || typeof id !== "string" || !mayAct) return null;
  return (
    <button type="button" className="button wide" onClick={() => void actions.openSearch(id)}>
      <Icon name="person" size={16} />
      {t("search.toCase", { id })}
    </button>
  );
}

/** The vehicles that reported it, the first to come first. */
function seenBy(incident: IncidentView): string[] {
  return [...new Set([incident.vehicle_id, ...incident.reports.map((r) => r.vehicle_id)])];
}

function PlaceOf({ incident }: { incident: IncidentView }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const map = useConsole((s) => s.map);
  const { longitude_deg: longitude, latitude_deg: latitude } = incident;
  const nearest = useMemo(() => {
    if (!map || longitude === null || latitude === null) return null;
    return nearestPlace(readDistrict(map.geojson), [longitude, latitude]);
  }, [map, longitude, latitude]);
  const reach = SIGMAS_95 * incident.position_sigma_m; // the half length of the map's ellipse
  const sigma = t("incident.sigma", { distance: formatDistance(reach) });
  if (!nearest) return <>{sigma}</>;
  const name = localName(nearest.place.name, language);
  const place =
    nearest.distanceM < AT_M
      ? t("incident.placeAt", { name })
      : t("incident.placeNear", { name, distance: formatDistance(nearest.distanceM) });
  return (
    <>
      {place} <small>{sigma}</small>
    </>
  );
}

function Decision({ incident }: { incident: IncidentView }) {
  const t = useText();
  const mayAct = useMayAct();
  const busy = useConsole((s) => Boolean(s.busy[`acknowledge ${incident.incident_id}`]));
  if (incident.status === "open") {
    if (!mayAct) return null;
    return (
      <button
        type="button"
        className="button acknowledge"
        data-testid="acknowledge"
        disabled={busy}
        onClick={() => void actions.acknowledge(incident.incident_id)}
      >
        <Icon name="eye" size={20} />
        {t("incident.acknowledge")} <kbd>A</kbd>
      </button>
    );
  }
  const { acknowledged_by: name, acknowledged_at: at } = incident;
  return (
    <>
      {name && at !== null && <Signed text="incident.acknowledgedBy" name={name} at={at} />}
      {incident.status === "acknowledged" && mayAct && (
        <ResolveForm key={incident.incident_id} incident={incident} />
      )}
      {incident.status === "resolved" && <Outcome incident={incident} />}
    </>
  );
}

interface SignedProps {
  text: "incident.acknowledgedBy" | "incident.resolvedBy";
  name: string;
  at: number;
}

function Signed({ text, name, at }: SignedProps) {
  const t = useText();
  const [before, after] = t(text, { name, age: "\u0000" }).split("\u0000");
  return (
    <p className="signed">
      <Icon name="check" size={14} />
      <span>
        {before}
        <Ago at={at} />
        {after}
      </span>
    </p>
  );
}

function Outcome({ incident }: { incident: IncidentView }) {
  const t = useText();
  const { resolved_by: name, resolved_at: at } = incident;
  return (
    <>
      {name && at !== null && <Signed text="incident.resolvedBy" name={name} at={at} />}
      {incident.verdict && (
        <p className={`verdict verdict-${incident.verdict}`}>{t(`verdict.${incident.verdict}`)}</p>
      )}
      {incident.note && <p className="note">{incident.note}</p>}
    </>
  );
}

function Why({ incident }: { incident: IncidentView }) {
  const t = useText();
  const rows = Object.entries(incident.details);
  if (!rows.length) return null;
  const text = (value: unknown) =>
    typeof value === "number" ? String(Math.round(value * 100) / 100) : String(value);
  return (
    <details className="why">
      <summary>{t("incident.details")}</summary>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
