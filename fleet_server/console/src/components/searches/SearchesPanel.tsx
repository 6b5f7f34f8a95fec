import type { PersonSearchSummary } from "../../api/searchTypes";
import { actions, useConsole, useMayAct, useText } from "../../lib/context";
import { formatDateTime } from "../../lib/format";
import { candidatesOf } from "../../store/candidates";
import { hexOf } from "../../store/searchDraft";
import { Ago } from "../Ago";
import { Icon } from "../icons";
import { SearchForm } from "./SearchForm";
import { SearchPage } from "./SearchPage";

/** Missing persons: cases that are open and that have ended, making one, looking at one. */
export function SearchesPanel() {
  const t = useText();
  const task = useConsole((s) => s.task);
  const search = useConsole((s) => s.search);
  const searches = useConsole((s) => s.searches);
  const mayAct = useMayAct();
  if (!mayAct) return null;
  if (task.kind === "search") return <SearchForm draft={task.draft} />;
  if (search) return <SearchPage search={search} />;
  const open = searches.filter((one) => one.state === "open");
  const ended = searches.filter((one) => one.state === "ended");
  return (
    <div className="flow">
      <Honest />
      <button type="button" className="button primary wide" onClick={actions.startSearch}>
        <Icon name="plus" size={16} />
        {t("search.new")}
      </button>
      <h3>{t("search.open")}</h3>
      {open.length === 0 && <p className="empty slim">{t("search.none")}</p>}
      <Rows searches={open} />
      {ended.length > 0 && <h3>{t("search.ended")}</h3>}
      <Rows searches={ended} />
    </div>
  );
}

/** What candidates are, and what is not done: always in sight. */
export function Honest() {
  const t = useText();
  return (
    <p className="honest" role="note">
      <Icon name="eye" size={18} />
      {t("search.honest")}
    </p>
  );
}

function Rows({ searches }: { searches: PersonSearchSummary[] }) {
  return (
    <ul className="patrol-list">
      {searches.map((search) => (
        <SearchRow key={search.case_id} search={search} />
      ))}
    </ul>
  );
}

function SearchRow({ search }: { search: PersonSearchSummary }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const incidents = useConsole((s) => s.incidents);
  const waiting = candidatesOf(incidents, search.case_id).filter((c) => c.status !== "resolved");
  const isOpen = search.state === "open";
  return (
    <li>
      <button
        type="button"
        className="plan-row search-row"
        data-search={search.case_id}
        onClick={() => void actions.openSearch(search.case_id)}
      >
        <b>
          {search.case_id} <Clothes search={search} />
        </b>
        {isOpen && waiting.length > 0 && (
          <span className="chip failed">{t("search.waiting", { count: waiting.length })}</span>
        )}
        {!isOpen && (
          <span className="chip">{t(`search.outcome.${search.outcome ?? "expired"}`)}</span>
        )}
        <span className="quiet">
          {isOpen && `${search.reference ?? t("search.noReference")} · `}
          {isOpen
            ? t("search.until", { time: formatDateTime(search.expires_at, language).slice(0, -3) })
            : search.closed_at !== null && <Ago at={search.closed_at} />}
        </span>
      </button>
    </li>
  );
}

/** Top above trousers, as swatches. */
export function Clothes({ search }: { search: PersonSearchSummary }) {
  const t = useText();
  const { top_rgb: top, trousers_rgb: trousers } = search;
  if (!top && !trousers) return null;
  const style = (rgb: typeof top) => (rgb ? { background: hexOf(rgb) } : undefined);
  return (
    <span className="clothes" aria-hidden="true" title={`${t("search.top")} / ${t("search.trousers")}`}>
      <i style={style(top)} className={top ? "" : "unknown"} />
      <i style={style(trousers)} className={trousers ? "" : "unknown"} />
    </span>
  );
}
