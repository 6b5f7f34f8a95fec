/** Words by key, in both languages; `{name}` is filled in by the caller. */
export type Texts = Record<string, { ko: string; en: string }>;
