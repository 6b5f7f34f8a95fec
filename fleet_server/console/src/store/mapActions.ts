/** Versions of the map: upload one, publish it to vehicles, watch how far it is. */
import { ApiError, type MapApi } from "../api/client";
import type { Publication } from "../api/planTypes";
import { withPublications } from "./live";
import type { Tools } from "./tools";

export function createMapActions({ get, set, toast, send }: Tools, api: MapApi) {
  /** Take answers of the server, unless the live feed has told of the same since they were asked. */
  function keep(publications: Publication[], before: Record<string, Publication>): void {
    const now = get().publications;
    const fresh = publications.filter((p) => now[p.publication_id] === before[p.publication_id]);
    set(withPublications(get(), fresh));
  }

  async function loadVersions(): Promise<void> {
    const mapId = get().map?.summary.map_id;
    if (!mapId) return;
    const before = get().publications;
    const [versions, publications] = await Promise.allSettled([
      api.versions(mapId),
      api.publications(),
    ]);
    if (versions.status === "fulfilled") set({ versions: versions.value });
    if (publications.status === "fulfilled") keep(publications.value, before);
  }

  return {
    loadVersions,

    async uploadMap(file: File): Promise<void> {
      if (get().busy["upload"]) return;
      set({ busy: { ...get().busy, upload: true }, upload: null });
      try {
        const version = await api.upload(file);
        const problems = version.warnings.map((en, i) => ({
          en,
          ko: version.warnings_ko[i] ?? null,
        }));
        set({ upload: { fileName: file.name, version, problems } });
        await loadVersions();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const ko = error.messageKo?.split("\n") ?? [];
        const lines = error.message.split("\n").filter((line) => line.trim());
        const problems = lines.map((en, i) => ({ en, ko: ko[i] ?? null }));
        set({ upload: { fileName: file.name, version: null, problems } });
      } finally {
        const { upload: _done, ...busy } = get().busy;
        set({ busy });
      }
    },

    async publishMap(contentHash: string, vehicles: string[], together: boolean): Promise<boolean> {
      const mapId = get().map?.summary.map_id;
      if (!mapId) return false;
      const before = get().publications;
      const request = { content_hash: contentHash, vehicles, together };
      const publication = await send("publish", () => api.publish(mapId, request));
      if (publication === "failed") return false;
      keep([publication], before);
      return true;
    },

    async cancelPublication(publicationId: string): Promise<void> {
      const before = get().publications;
      const publication = await send(`cancel ${publicationId}`, () =>
        api.cancelPublication(publicationId),
      );
      if (publication === "failed") return;
      keep([publication], before);
      toast("good", "publication.cancelled");
    },
  };
}
