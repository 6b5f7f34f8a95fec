import { useEffect, useRef } from "react";
import type { IncidentView } from "../api/incidentTypes";
import { actions, useConsole, useText } from "../lib/context";
import { formatTime } from "../lib/format";
import { type QueueFilter, sortedQueue } from "../store/queue";
import { Ago } from "./Ago";
import { IncidentDetail } from "./IncidentDetail";
import { Suppressions } from "./Suppressions";

const FILTERS: readonly QueueFilter[] = ["open", "quiet", "all"];

/** The incident queue, most urgent first; the selected one opens in its place. */
export function IncidentPanel() {
  const t = useText();
  const filter = useConsole((s) => s.filter);
  const incidents = useConsole((s) => s.incidents);
  const queue = sortedQueue(incidents, filter);
  return (
    <aside className="panel right" aria-label={t("incident.queue")}>
      <div className="panel-head">
        <h2>{t("incident.queue")}</h2>
        <div className="filter" role="group">
          {FILTERS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={filter === name}
              onClick={() => actions.setFilter(name)}
            >
              {t(`incident.filter.${name}`)}
            </button>
          ))}
        </div>
      </div>
      <div className="panel-body">
        {filter === "quiet" && <Suppressions />}
        {queue.length ? (
          <ul className="incident-list">
            {queue.map((incident) => (
              <IncidentItem key={incident.incident_id} incident={incident} />
            ))}
          </ul>
        ) : (
          <AllQuiet filter={filter} />
        )}
      </div>
    </aside>
  );
}

function AllQuiet({ filter }: { filter: QueueFilter }) {
  const t = useText();
  if (filter === "quiet") return <p className="quiet">{t("incident.noneQuiet")}</p>;
  return (
    <div className="all-quiet">
      <svg viewBox="0 0 64 64" width="56" height="56" aria-hidden="true">
        <circle cx="32" cy="32" r="29" />
        <path d="M20 33.5 28.5 42 45 24" />
      </svg>
      <p>{t(filter === "open" ? "incident.none" : "incident.noneAll")}</p>
      <small>{t("incident.noneText")}</small>
    </div>
  );
}

function IncidentItem({ incident }: { incident: IncidentView }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const selected = useConsole((s) => s.selectedIncidentId === incident.incident_id);
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (selected) item.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [selected]);
  return (
    <li
      ref={item}
      className={[
        "incident",
        `severity-${incident.severity}`,
        `status-${incident.status}`,
        selected ? "selected" : "",
        incident.quieted ? "quieted" : "",
      ].join(" ")}
      data-incident-row={incident.incident_id}
    >
      <button
        type="button"
        className="incident-row"
        aria-expanded={selected}
        onClick={() => actions.selectIncident(selected ? null : incident.incident_id)}
      >
        <span className="severity">{t(`severity.${incident.severity}`)}</span>
        <b>{language === "ko" ? incident.title_ko : incident.title_en}</b>
        <span className="incident-status">
          {t(
            incident.quieted && incident.status === "open"
              ? "incident.status.quieted"
              : `incident.status.${incident.status}`,
          )}
        </span>
        <span className="incident-when">
          <time>{formatTime(incident.detected_at, language)}</time> ·{" "}
          <Ago at={incident.detected_at} /> · {incident.vehicle_id.split("/").pop()}
        </span>
      </button>
      {selected && <IncidentDetail incident={incident} />}
    </li>
  );
}
