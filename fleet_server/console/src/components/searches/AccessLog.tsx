import type { PersonSearchView, SearchLogLine } from "../../api/searchTypes";
import type { TextKey } from "../../i18n";
import { TABLE } from "../../i18n/table";
import { useConsole, useText } from "../../lib/context";
import { formatDateTime } from "../../lib/format";

/** Who did what with the case, its pictures and its candidates. */
export function AccessLog({ search }: { search: PersonSearchView }) {
  const t = useText();
  return (
    <details className="why access-log">
      <summary>{t("search.log", { count: search.log.length })}</summary>
      <ul>
        {search.log.map((line) => (
          <Line key={`${line.time} ${line.action} ${line.subject}`} line={line} />
        ))}
      </ul>
    </details>
  );
}

function Line({ line }: { line: SearchLogLine }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const key = `search.did.${line.action}`;
  const n = Number(line.details["picture"] ?? 0);
  const why = `look.purpose.${String(line.details["purpose"])}`;
  return (
    <li>
      <time>{formatDateTime(line.time, language)}</time>
      <b>{line.username === "system" ? t("search.system") : line.username}</b>
      <span>{key in TABLE ? t(key as TextKey, { n }) : line.action}</span>
      {why in TABLE && <span>({t(why as TextKey)})</span>}
    </li>
  );
}
