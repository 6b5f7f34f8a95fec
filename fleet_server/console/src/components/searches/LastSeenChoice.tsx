import { serverNowMs } from "../../api/client";
import { actions, useText } from "../../lib/context";
import { localInput } from "../../lib/format";
import type { SearchDraft } from "../../store/searchDraft";
import { Icon } from "../icons";
import { useNearby } from "./useNearby";

/** Where (a click on the map) and when somebody was seen last. */
export function LastSeenChoice({ draft }: { draft: SearchDraft }) {
  const t = useText();
  const near = useNearby(draft.place?.[0] ?? null, draft.place?.[1] ?? null);
  return (
    <>
      <h3>{t("search.lastSeen")}</h3>
      {draft.place === null ? (
        <p className="hint">
          <Icon name="pin" size={16} />
          {t("search.pick")}
        </p>
      ) : (
        <>
          <p className="last-seen-place" data-testid="last-seen-place">
            <Icon name="pin" size={16} />
            <span>{near ?? t("search.placeChosen")}</span>
            <button
              type="button"
              className="icon-button small"
              title={t("search.forgetPlace")}
              aria-label={t("search.forgetPlace")}
              onClick={() => actions.draftSearch({ place: null, seenAt: "" })}
            >
              <Icon name="close" size={14} />
            </button>
          </p>
          <label className="field">
            <span>{t("search.seenAt")} (KST)</span>
            <input
              type="datetime-local"
              value={draft.seenAt}
              max={localInput(serverNowMs() / 1000)}
              onChange={(event) => actions.draftSearch({ seenAt: event.target.value })}
            />
          </label>
        </>
      )}
    </>
  );
}
