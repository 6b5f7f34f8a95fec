/** Words in the operator's language. */
import type { Language } from "../api/types";
import { TABLE, type TextKey } from "./table";

export type { TextKey } from "./table";
export type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: TextKey, values?: Values) => string;

/** The text of a key with its `{name}` places filled in. */
export function translate(language: Language, key: TextKey, values: Values = {}): string {
  return TABLE[key][language].replace(/\{(\w+)\}/g, (place, name: string) =>
    String(values[name] ?? place),
  );
}

/** A translator for one language. */
export function translator(language: Language): Translate {
  return (key, values) => translate(language, key, values);
}

/** The half of a "한국어 (English)" name that the operator reads; other names stay whole. */
export function localName(name: string, language: Language): string {
  const both = /^(.*[\uac00-\ud7a3].*?)\s*\(([^()\uac00-\ud7a3]+)\)$/.exec(name);
  if (!both) return name;
  return (language === "ko" ? both[1] : both[2]) ?? name;
}

/** The server's words in the operator's language; what has no Korean stays as it is. */
export function said(english: string, korean: string | null, language: Language): string {
  return (language === "ko" ? korean : null) ?? english;
}

/** The language to start with: the last chosen one, else the browser's. */
export function firstLanguage(stored: string | null, browser: string): Language {
  if (stored === "ko" || stored === "en") return stored;
  return browser.toLowerCase().startsWith("ko") || browser === "" ? "ko" : "en";
}
