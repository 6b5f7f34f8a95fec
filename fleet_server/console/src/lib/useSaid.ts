/** The server's sentences as an operator reads them: in one language, with names for ids. */
import { useMemo } from "react";
import type { Language } from "../api/types";
import { localName, said } from "../i18n";
import { type District, readDistrict } from "../map/district";
import { useConsole } from "./context";

export type Said = (english: string, korean: string | null) => string;

/** A sentence with the names of checkpoints and docks, and vehicles without their maker. */
export function withNames(text: string, names: ReadonlyMap<string, string>): string {
  return text
    .replace(/[\w.-]+\/([\w.-]+)/g, "$1")
    .replace(/[\w.-]+/g, (word) => names.get(word) ?? word);
}

function namesOf(district: District, language: Language): Map<string, string> {
  const places = [...district.checkpoints, ...district.docks].filter((place) => place.name);
  return new Map(places.map((place) => [place.id, localName(place.name, language)]));
}

export function useSaid(): Said {
  const language = useConsole((s) => s.language);
  const map = useConsole((s) => s.map);
  return useMemo(() => {
    const names = map ? namesOf(readDistrict(map.geojson), language) : new Map<string, string>();
    return (english, korean) => withNames(said(english, korean, language), names);
  }, [language, map]);
}
