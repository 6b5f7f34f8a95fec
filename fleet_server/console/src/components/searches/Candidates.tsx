import type { IncidentView } from "../../api/incidentTypes";
import type { PersonSearchView } from "../../api/searchTypes";
import { actions, useConsole, useText } from "../../lib/context";
import { formatDateTime, formatPercent } from "../../lib/format";
import { candidatesOf, scoreOf } from "../../store/candidates";
import { Ago } from "../Ago";
import { Evidence } from "../Evidence";
import { Icon } from "../icons";
import { useNearby } from "./useNearby";
import { Why } from "./Why";

/** Whom vehicles have seen, the most alike first; a person says who it is. */
export function Candidates({ search }: { search: PersonSearchView }) {
  const t = useText();
  const incidents = useConsole((s) => s.incidents);
  const candidates = candidatesOf(incidents, search.case_id);
  return (
    <section aria-label={t("search.candidates", { count: candidates.length })}>
      <h3>{t("search.candidates", { count: candidates.length })}</h3>
      {candidates.length === 0 && <p className="empty slim">{t("search.noCandidates")}</p>}
      <ol className="candidates">
        {candidates.map((candidate, i) => (
          <Candidate key={candidate.incident_id} candidate={candidate} number={i + 1} />
        ))}
      </ol>
    </section>
  );
}

function Candidate({ candidate, number }: { candidate: IncidentView; number: number }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const { incident_id: id } = candidate;
  const near = useNearby(candidate.longitude_deg, candidate.latitude_deg);
  const isOver = candidate.status === "resolved";
  return (
    <li className={`candidate ${isOver ? "over" : ""}`} data-candidate={id}>
      <header>
        <i>{number}</i>
        <b>{t("search.score", { percent: formatPercent(scoreOf(candidate) * 100) })}</b>
        <button type="button" className="link" onClick={() => actions.showIncident(id)}>
          {t("search.toIncident")}
        </button>
      </header>
      <Evidence incident={candidate} />
      <p>
        {formatDateTime(candidate.detected_at, language)} · <Ago at={candidate.detected_at} />
      </p>
      <p className="quiet">
        {near && `${near} · `}
        {candidate.vehicle_id.split("/").pop()}
      </p>
      <Why candidate={candidate} />
      {isOver ? <Judged candidate={candidate} /> : <Judging id={id} />}
    </li>
  );
}

function Judging({ id }: { id: string }) {
  const t = useText();
  const busy = useConsole((s) => Boolean(s.busy[`judge ${id}`]));
  return (
    <div className="button-row">
      <button
        type="button"
        className="button primary"
        disabled={busy}
        onClick={() => void actions.confirmCandidate(id)}
      >
        <Icon name="check" size={16} />
        {t("search.confirm")}
      </button>
      <button
        type="button"
        className="button"
        disabled={busy}
        onClick={() => void actions.rejectCandidate(id)}
      >
        <Icon name="close" size={16} />
        {t("search.reject")}
      </button>
    </div>
  );
}

function Judged({ candidate }: { candidate: IncidentView }) {
  const t = useText();
  const name = candidate.resolved_by ?? "";
  const { verdict } = candidate;
  const key =
    verdict === "true_alarm"
      ? "search.confirmed"
      : verdict === "wrong"
        ? "search.notThis"
        : "search.judged";
  return (
    <p className={`signed ${verdict === "true_alarm" ? "right" : ""}`}>
      <Icon name={verdict === "true_alarm" ? "check" : "close"} size={14} />
      <span>{t(key, { name })}</span>
    </p>
  );
}
