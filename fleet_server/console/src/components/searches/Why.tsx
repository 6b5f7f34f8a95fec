import type { IncidentView } from "../../api/incidentTypes";
import type { TextKey } from "../../i18n";
import { TABLE } from "../../i18n/table";
import { useConsole, useText } from "../../lib/context";
import { formatDistance, formatDuration } from "../../lib/format";
import { reasonsOf } from "../../store/candidates";

/** What speaks for and against a candidate, and what was seen: for a person to judge by. */
export function Why({ candidate }: { candidate: IncidentView }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const why = reasonsOf(candidate);
  const seen = [
    why.heightSeenM !== null && t("search.heightSeen", { cm: Math.round(why.heightSeenM * 100) }),
    why.fromLastSeenM !== null &&
      why.sinceLastSeenS !== null &&
      t("search.sinceSeen", {
        distance: formatDistance(why.fromLastSeenM),
        age: formatDuration(why.sinceLastSeenS, language),
      }),
  ].filter((said) => said !== false);
  const isColour = why.topSeen !== null || why.trousersSeen !== null;
  return (
    <>
      {(why.matches.length > 0 || why.against.length > 0) && (
        <ul className="matched">
          <Words title="search.matched" words={why.matches} />
          <Words title="search.against" words={why.against} against />
        </ul>
      )}
      {(isColour || seen.length > 0) && (
        <p className="quiet seen">
          {isColour && (
            <span className="clothes" title={t("search.coloursSeen")}>
              <i style={why.topSeen ? { background: why.topSeen } : undefined} />
              <i style={why.trousersSeen ? { background: why.trousersSeen } : undefined} />
            </span>
          )}
          {[isColour && t("search.coloursSeen"), ...seen].filter(Boolean).join(" · ")}
        </p>
      )}
    </>
  );
}

interface WordsProps {
  title: TextKey;
  words: string[];
  against?: boolean;
}

function Words({ title, words, against }: WordsProps) {
  const t = useText();
  if (!words.length) return null;
  const said = words.map((name) => {
    const key = `search.match.${name}`;
    return key in TABLE ? t(key as TextKey) : name;
  });
  return (
    <li className={against ? "against" : ""}>
      {t(title)} <b>{said.join(", ")}</b>
    </li>
  );
}
