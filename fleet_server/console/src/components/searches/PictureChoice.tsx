import { useRef, useState } from "react";
import { actions, useText } from "../../lib/context";
import { smallPicture } from "../../lib/pictures";
import { MOST_PICTURES, type SearchDraft } from "../../store/searchDraft";
import { Icon } from "../icons";

/** Pictures of the whole figure, made small here before anything is sent. */
export function PictureChoice({ draft }: { draft: SearchDraft }) {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  const [unreadable, setUnreadable] = useState<string[]>([]);
  const count = draft.kept.length + draft.added.length;

  async function take(files: FileList | null): Promise<void> {
    const given = [...(files ?? [])];
    if (input.current) input.current.value = "";
    const made = await Promise.all(given.map(smallPicture));
    setUnreadable(given.filter((_, i) => made[i] === null).map((file) => file.name));
    actions.addPictures(made.filter((picture) => picture !== null));
  }

  return (
    <section className="picture-choice" aria-label={t("search.pictures", { most: MOST_PICTURES })}>
      <h3>{t("search.pictures", { most: MOST_PICTURES })}</h3>
      <div className="picture-row">
        {draft.kept.map((picture, i) => (
          <figure key={picture.picture_id}>
            <div className="kept">
              <Icon name="picture" size={22} />
              <small>{t("search.keptPicture")}</small>
            </div>
            <Remove
              number={i + 1}
              onClick={() =>
                actions.draftSearch({ kept: draft.kept.filter((one) => one !== picture) })
              }
            />
          </figure>
        ))}
        {draft.added.map((picture, i) => (
          <figure key={picture.url.slice(-40) + i}>
            <img
              src={picture.url}
              alt={t("search.pictureN", { n: draft.kept.length + i + 1 })}
            />
            <Remove
              number={draft.kept.length + i + 1}
              onClick={() =>
                actions.draftSearch({ added: draft.added.filter((one) => one !== picture) })
              }
            />
          </figure>
        ))}
        {count < MOST_PICTURES && (
          <button type="button" className="add-picture" onClick={() => input.current?.click()}>
            <Icon name="plus" />
            {t("search.addPicture")}
          </button>
        )}
      </div>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        data-testid="search-pictures"
        onChange={(event) => void take(event.target.files)}
      />
      <p className="quiet">{t("search.pictureText")}</p>
      {unreadable.map((name) => (
        <p key={name} className="form-error" role="alert">
          {t("search.unreadable", { name })}
        </p>
      ))}
    </section>
  );
}

function Remove({ number, onClick }: { number: number; onClick: () => void }) {
  const t = useText();
  const label = t("search.removePicture", { n: number });
  return (
    <button type="button" className="remove" title={label} aria-label={label} onClick={onClick}>
      <Icon name="close" size={12} />
    </button>
  );
}
