import { serverNowMs } from "../api/client";
import { useConsole, useNowMs } from "../lib/context";
import { formatAge } from "../lib/format";

/** How long ago something was, by the server's clock; counts on by itself. */
export function Ago({ at }: { at: number }) {
  useNowMs(); // renders again every second
  const language = useConsole((s) => s.language);
  return <>{formatAge(serverNowMs() / 1000 - at, language)}</>;
}
