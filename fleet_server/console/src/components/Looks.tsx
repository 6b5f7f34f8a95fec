import { useState } from "react";
import { api } from "../api/client";
import type { Look } from "../api/incidentTypes";
import type { TextKey } from "../i18n";
import { TABLE } from "../i18n/table";
import { useConsole, useText } from "../lib/context";
import { formatDateTime } from "../lib/format";

/** Who looked at an incident's evidence, when and why; asked for when it is opened. */
export function Looks({ incidentId }: { incidentId: string }) {
  const t = useText();
  const [looks, setLooks] = useState<Look[] | "failed" | null>(null);

  function load(isOpen: boolean): void {
    if (!isOpen) return;
    api.looks(incidentId).then(setLooks, () => setLooks("failed"));
  }

  return (
    <details
      className="why access-log"
      data-testid="looks"
      onToggle={(event) => load(event.currentTarget.open)}
    >
      <summary>{t("look.record")}</summary>
      {looks === "failed" && <p className="quiet">{t("look.failed")}</p>}
      {looks !== "failed" && looks?.length === 0 && <p className="quiet">{t("look.none")}</p>}
      <ul>
        {looks !== "failed" &&
          looks?.map((look) => <Line key={`${look.time} ${look.evidence_id}`} look={look} />)}
      </ul>
    </details>
  );
}

function Line({ look }: { look: Look }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const kind = `look.kind.${look.kind}`;
  const why = look.purpose ? t(`look.purpose.${look.purpose}`) : t("look.unsaid");
  return (
    <li>
      <time>{formatDateTime(look.time, language)}</time>
      <b>{look.username}</b>
      <span>{kind in TABLE ? t(kind as TextKey) : look.kind}</span>
      <span>{look.refused ? t("look.refused") : why}</span>
      {look.note && <span>{look.note}</span>}
    </li>
  );
}
