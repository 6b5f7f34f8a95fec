/** What the operator does to find a missing person: open, change and close a case, judge candidates. */
import type { Api, SearchApi } from "../api/client";
import type { PersonSearchView } from "../api/searchTypes";
import { serverNowMs } from "../api/client";
import { localInput } from "../lib/format";
import { withIncidents } from "./live";
import {
  changeOf,
  draftOf,
  MOST_PICTURES,
  NEW_SEARCH,
  newSearchOf,
  type DraftPicture,
  type SearchDraft,
} from "./searchDraft";
import type { Tools } from "./tools";

const nowS = () => serverNowMs() / 1000;

export function createSearchActions({ get, set, toast, send }: Tools, api: Api, searchApi: SearchApi) {
  /** A case as the server has it now; its candidates join the other incidents. */
  function keep(search: PersonSearchView): void {
    set({ ...withIncidents(get(), search.candidates), search });
  }

  async function openSearch(caseId: string): Promise<void> {
    const search = await send(`open ${caseId}`, () => searchApi.search(caseId));
    if (search === "failed") return;
    keep(search);
    set({ tab: "searches", task: { kind: "watch" } });
  }

  async function loadSearches(): Promise<void> {
    const searches = await searchApi.searches().catch(() => null); // the banner tells of the link
    if (!searches) return;
    set({ searches });
    const { search } = get();
    const newest = searches.find((one) => one.case_id === search?.case_id);
    if (!search || !newest || newest.revision <= search.revision) return;
    const again = await searchApi.search(search.case_id).catch(() => null);
    if (again && get().search?.case_id === again.case_id) keep(again);
  }

  return {
    openSearch,
    loadSearches,
    closeSearchPage: () => set({ search: null, offer: null }),

    startSearch: () => set({ search: null, task: { kind: "search", draft: NEW_SEARCH } }),

    startAmending(): void {
      const { search } = get();
      if (search) set({ task: { kind: "search", draft: draftOf(search) } });
    },

    draftSearch(change: Partial<SearchDraft>): void {
      const { task } = get();
      if (task.kind === "search") set({ task: { ...task, draft: { ...task.draft, ...change } } });
    },

    addPictures(pictures: DraftPicture[]): void {
      const { task } = get();
      if (task.kind !== "search") return;
      const room = MOST_PICTURES - task.draft.kept.length - task.draft.added.length;
      const added = [...task.draft.added, ...pictures.slice(0, room)];
      set({ task: { ...task, draft: { ...task.draft, added } } });
    },

    /** The map was clicked; true when that was where somebody was seen last. */
    chooseLastSeen(longitude: number, latitude: number): boolean {
      const { task } = get();
      if (task.kind !== "search") return false;
      const seenAt = task.draft.seenAt || localInput(nowS());
      set({ task: { ...task, draft: { ...task.draft, place: [longitude, latitude], seenAt } } });
      return true;
    },

    async sendSearch(): Promise<void> {
      const { task, search, map } = get();
      if (task.kind !== "search" || !map) return;
      const { draft } = task;
      const { map_id } = map.summary;
      const answer = await send("send search", () =>
        draft.caseId !== null && search
          ? searchApi.amend(draft.caseId, changeOf(draft, search, map_id, nowS()))
          : searchApi.open(newSearchOf(draft, map_id, nowS())),
      );
      if (answer === "failed") return;
      keep(answer);
      set({ task: { kind: "watch" } });
      toast("good", draft.caseId === null ? "search.opened" : "search.amended", {
        id: answer.case_id,
      });
      void loadSearches();
    },

    /** "It is this person": the incident is real; then the case may be closed, by another click. */
    async confirmCandidate(incidentId: string): Promise<void> {
      if (await judge(incidentId, "true_alarm")) set({ offer: incidentId });
    },

    async rejectCandidate(incidentId: string): Promise<void> {
      if (await judge(incidentId, "wrong")) toast("good", "search.rejected");
    },

    dropOffer: () => set({ offer: null }),

    async closeSearch(outcome: "found" | "withdrawn" | "other", note: string): Promise<void> {
      const { search } = get();
      if (!search) return;
      const answer = await send(`close ${search.case_id}`, () =>
        searchApi.close(search.case_id, outcome, note),
      );
      if (answer === "failed") return;
      keep(answer);
      set({ offer: null });
      toast("good", "search.closed", { id: answer.case_id });
      void loadSearches();
    },
  };

  async function judge(incidentId: string, verdict: "true_alarm" | "wrong"): Promise<boolean> {
    const answer = await send(`judge ${incidentId}`, () => api.resolve(incidentId, verdict, ""));
    if (answer === "failed") return false;
    if (answer?.incident_id) set(withIncidents(get(), [answer]));
    return true;
  }
}
