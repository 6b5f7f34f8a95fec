import { useState } from "react";
import type { PersonSearchView, Rgb } from "../../api/searchTypes";
import { actions, useConsole, useText } from "../../lib/context";
import { formatDateTime } from "../../lib/format";
import { clothesColour, hexOf } from "../../store/searchDraft";
import { ConfirmDialog } from "../ConfirmDialog";
import { FlowHead } from "../FlowHead";
import { Icon } from "../icons";
import { AccessLog } from "./AccessLog";
import { Candidates } from "./Candidates";
import { CloseForm } from "./CloseForm";
import { Clothes, Honest } from "./SearchesPanel";
import { useNearby } from "./useNearby";

/** A case: its candidates first, then whom it is for, how it ends, and who looked. */
export function SearchPage({ search }: { search: PersonSearchView }) {
  const t = useText();
  const [closing, setClosing] = useState(false);
  const isOpen = search.state === "open";
  const title = `${t("search.title")} ${search.case_id}`;
  return (
    <article className="flow search-page" aria-label={title}>
      <FlowHead title={title} onBack={actions.closeSearchPage} />
      <Honest />
      {isOpen && !closing && (
        <div className="button-row">
          <button type="button" className="button" onClick={actions.startAmending}>
            <Icon name="edit" size={16} />
            {t("search.amend")}
          </button>
          <button type="button" className="button" onClick={() => setClosing(true)}>
            <Icon name="check" size={16} />
            {t("search.close")}
          </button>
        </div>
      )}
      {isOpen && closing && <CloseForm search={search} onBack={() => setClosing(false)} />}
      {!isOpen && <Ended search={search} />}
      <Candidates search={search} />
      <Person search={search} />
      <AccessLog search={search} />
      <Offer search={search} />
    </article>
  );
}

function Ended({ search }: { search: PersonSearchView }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const time = (at: number) => formatDateTime(at, language).slice(0, -3);
  const by = search.closed_by === "system" ? t("search.system") : (search.closed_by ?? "");
  return (
    <div className="preview" data-testid="search-ended">
      <p>
        <span className="chip">{t(`search.outcome.${search.outcome ?? "expired"}`)}</span>{" "}
        {by} {search.closed_at !== null && `· ${time(search.closed_at)}`}
      </p>
      {search.note && <p className="note">{search.note}</p>}
      {search.erased_at !== null ? (
        <p className="quiet">{t("search.erased", { time: time(search.erased_at) })}</p>
      ) : (
        search.erased_after !== null && (
          <p className="quiet">{t("search.eraseAt", { time: time(search.erased_after) })}</p>
        )
      )}
    </div>
  );
}

function Person({ search }: { search: PersonSearchView }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const time = (at: number) => formatDateTime(at, language).slice(0, -3);
  const seen = search.last_seen;
  const said = (rgb: Rgb | null) => {
    if (!rgb) return t("search.unknown");
    const named = clothesColour(hexOf(rgb));
    return named ? t(`colour.${named}`) : hexOf(rgb);
  };
  return (
    <>
      <h3>{t("search.figure")}</h3>
      <dl className="facts">
        <div className="span">
          <dt>{t("search.reference")}</dt>
          <dd>{search.reference ?? t("search.noReference")}</dd>
        </div>
        <div>
          <dt>{t("search.look")}</dt>
          <dd>
            <Clothes search={search} />
            {said(search.top_rgb)} / {said(search.trousers_rgb)}
          </dd>
        </div>
        <div>
          <dt>{t("search.height")}</dt>
          <dd>{search.height_m ? heightOf(search.height_m) : t("search.unknown")}</dd>
        </div>
        <div>
          <dt>{t("search.age")}</dt>
          <dd>{t(search.age_group ? `search.age.${search.age_group}` : "search.unknown")}</dd>
        </div>
        <div>
          <dt>{t("search.build")}</dt>
          <dd>{t(search.build ? `search.build.${search.build}` : "search.unknown")}</dd>
        </div>
        <div className="span">
          <dt>{t("search.lastSeen")}</dt>
          <dd>{seen ? <Seen seen={seen} time={time(seen.at)} /> : t("search.unknown")}</dd>
        </div>
        {search.description && (
          <div className="span">
            <dt>{t("search.description")}</dt>
            <dd className="description">{search.description}</dd>
          </div>
        )}
        <div>
          <dt>{t("search.openedBy")}</dt>
          <dd>
            {search.opened_by} <small>{time(search.opened_at)}</small>
          </dd>
        </div>
        <div>
          <dt>{t("search.endsAt")}</dt>
          <dd>{time(search.expires_at)}</dd>
        </div>
      </dl>
      <Pictures key={search.case_id} search={search} />
    </>
  );
}

function heightOf([from, to]: [number, number]): string {
  return `${Math.round(from * 100)}–${Math.round(to * 100)} cm`;
}

function Seen({ seen, time }: { seen: NonNullable<PersonSearchView["last_seen"]>; time: string }) {
  const t = useText();
  const near = useNearby(seen.longitude_deg, seen.latitude_deg);
  return (
    <>
      {near ?? t("search.placeChosen")} · {time}
    </>
  );
}

/** Opened by a click, because every look is noted. */
function Pictures({ search }: { search: PersonSearchView }) {
  const t = useText();
  const [shown, setShown] = useState(false);
  if (!search.pictures.length) return null;
  if (!shown) {
    return (
      <button type="button" className="button wide" onClick={() => setShown(true)}>
        <Icon name="picture" size={16} />
        {t("search.showPictures", { count: search.pictures.length })}
      </button>
    );
  }
  return (
    <div className="picture-row">
      {search.pictures.map((picture, i) => (
        <figure key={picture.picture_id}>
          <img src={picture.url} alt={t("search.pictureN", { n: i + 1 })} />
        </figure>
      ))}
    </div>
  );
}

/** After a candidate was confirmed: the case may be closed, and need not. */
function Offer({ search }: { search: PersonSearchView }) {
  const t = useText();
  const offer = useConsole((s) => s.offer);
  if (offer === null || search.state !== "open") return null;
  return (
    <ConfirmDialog
      title={t("search.offerTitle")}
      text={t("search.offerText")}
      yes={t("search.offerYes")}
      no={t("search.offerNo")}
      harmless
      onYes={() => void actions.closeSearch("found", "")}
      onClose={actions.dropOffer}
    />
  );
}
