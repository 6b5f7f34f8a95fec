import { useEffect, useMemo, useState } from "react";
import type { Publication } from "../../api/planTypes";
import { actions, useConsole, useMayAct, useText } from "../../lib/context";
import { PublicationCard } from "./PublicationCard";
import { PublishForm } from "./PublishForm";
import { UploadBox } from "./UploadBox";
import { Versions } from "./Versions";

const SHOWN_PUBLICATIONS = 3;

/** Versions of the map: upload one, publish it in two steps, see which vehicle drives on which. */
export function MapsPanel() {
  const t = useText();
  const map = useConsole((s) => s.map);
  const versions = useConsole((s) => s.versions);
  const publications = useNewest();
  const [publishing, setPublishing] = useState<string | null>(null);
  const mayAct = useMayAct();
  const phases = publications.map((p) => `${p.publication_id} ${p.phase}`).join();
  const feed = useConsole((s) => s.feed.status);
  // A publication that goes on changes who has which version; a feed that was down has missed some.
  useEffect(() => void actions.loadVersions(), [map, phases, feed]);
  const version = versions.find((v) => v.content_hash === publishing);
  if (version) return <PublishForm version={version} onDone={() => setPublishing(null)} />;
  const current = versions.find((v) => v.current);
  const isOld = current && map && current.content_hash !== map.summary.content_hash;
  return (
    <div className="flow maps">
      {isOld && (
        <p className="hint">
          <span>{t("maps.changed")}</span>
          <button type="button" className="link" onClick={() => void actions.loadMap()}>
            {t("maps.reload")}
          </button>
        </p>
      )}
      {publications.length > 0 && (
        <>
          <h3>{t("maps.publications")}</h3>
          {publications.slice(0, SHOWN_PUBLICATIONS).map((publication) => (
            <PublicationCard key={publication.publication_id} publication={publication} />
          ))}
        </>
      )}
      <h3>{t("maps.versions")}</h3>
      <Versions versions={versions} onPublish={mayAct ? setPublishing : null} />
      {mayAct && <UploadBox />}
    </div>
  );
}

/** Publications of this map, the newest first. */
function useNewest(): Publication[] {
  const publications = useConsole((s) => s.publications);
  const mapId = useConsole((s) => s.map?.summary.map_id);
  return useMemo(
    () =>
      Object.values(publications)
        .filter((publication) => publication.map_id === mapId)
        .sort((a, b) => b.created_at - a.created_at),
    [publications, mapId],
  );
}
