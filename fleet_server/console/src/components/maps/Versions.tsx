import type { MapVersion } from "../../api/planTypes";
import { useConsole, useText } from "../../lib/context";
import { formatDateTime } from "../../lib/format";

const COMMAND_LINE = "command line";

interface Props {
  versions: MapVersion[];
  onPublish: ((contentHash: string) => void) | null;
}

/** Every version with its hash, and how many vehicles drive on it. */
export function Versions({ versions, onPublish }: Props) {
  const t = useText();
  if (!versions.length) return <p className="empty slim">{t("maps.none")}</p>;
  return (
    <ul className="versions">
      {versions.map((version) => (
        <VersionRow key={version.content_hash} version={version} onPublish={onPublish} />
      ))}
    </ul>
  );
}

function VersionRow({ version, onPublish }: { version: MapVersion } & Pick<Props, "onPublish">) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const by = version.added_by === COMMAND_LINE ? t("maps.byServer") : version.added_by;
  return (
    <li className="version" data-version={version.content_hash}>
      <div>
        <p>
          <code title={version.content_hash}>{version.content_hash.slice(0, 12)}</code>
          {version.current && <span className="chip started">{t("maps.current")}</span>}
        </p>
        <p className="quiet">
          {formatDateTime(version.added_at, language).replace(/:\d\d$/, "")} · {by}
        </p>
        <p className="quiet">
          {t("maps.onIt", { count: version.vehicles_enabled.length })}
          {version.vehicles_stored.length > 0 &&
            ` · ${t("maps.stored", { count: version.vehicles_stored.length })}`}
          {` · ${Math.ceil(version.size_bytes / 1024)} KiB`}
        </p>
      </div>
      {onPublish && (
        <button
          type="button"
          className="button"
          onClick={() => onPublish(version.content_hash)}
        >
          {t("maps.publish")}
        </button>
      )}
    </li>
  );
}
