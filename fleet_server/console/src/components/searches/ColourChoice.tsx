import type { TextKey } from "../../i18n";
import { useText } from "../../lib/context";
import { CLOTHES, clothesColour, type ClothesColour } from "../../store/searchDraft";

interface Props {
  title: TextKey;
  name: string;
  value: string | null; // #rrggbb
  onChange: (value: string | null) => void;
}

const NAMES = Object.keys(CLOTHES) as ClothesColour[];

/** A colour of clothes: not known, by name, or any. */
export function ColourChoice({ title, name, value, onChange }: Props) {
  const t = useText();
  const named = value === null ? null : clothesColour(value);
  const said =
    value === null
      ? t("search.unknown")
      : named
        ? t(`colour.${named}`)
        : t("search.freeChosen", { hex: value });
  return (
    <fieldset className="colour-choice">
      <legend>
        {t(title)} <b>{said}</b>
      </legend>
      <label className="swatch-none">
        <input type="radio" name={name} checked={value === null} onChange={() => onChange(null)} />
        <span>{t("search.unknown")}</span>
      </label>
      {NAMES.map((colour) => (
        <label key={colour} className="swatch-colour" title={t(`colour.${colour}`)}>
          <input
            type="radio"
            name={name}
            aria-label={t(`colour.${colour}`)}
            checked={named === colour}
            onChange={() => onChange(CLOTHES[colour])}
          />
          <span style={{ background: CLOTHES[colour] }} />
        </label>
      ))}
      <label
        className={`swatch-free ${value !== null && !named ? "chosen" : ""}`}
        title={t("search.free")}
      >
        <input
          type="color"
          aria-label={`${t(title)}: ${t("search.free")}`}
          value={value ?? "#808080"}
          onChange={(event) => onChange(event.target.value)}
        />
        <span>{t("search.free")}</span>
      </label>
    </fieldset>
  );
}
