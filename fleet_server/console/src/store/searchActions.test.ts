import { expect, it, vi } from "vitest";
import { type Api, ApiError, type MapApi, type SearchApi, type TeamApi } from "../api/client";
import { createActions } from "./actions";
import { incident, search } from "./samples";
import { createConsoleStore, type DistrictMap } from "./store";

const CANDIDATE = incident({ kind: "missing_person", details: { case_id: "2027-0001", score: 0.8 } });

function setUp(searches: Partial<SearchApi> = {}, change: Partial<Api> = {}) {
  const store = createConsoleStore();
  const searchApi = {
    searches: vi.fn(async () => [search()]),
    search: vi.fn(async () => search({ candidates: [CANDIDATE] })),
    open: vi.fn(async () => search()),
    amend: vi.fn(async () => search({ revision: 2 })),
    close: vi.fn(async () => search({ state: "ended", outcome: "found", revision: 3 })),
    ...searches,
  } as unknown as SearchApi;
  const api = {
    resolve: vi.fn(async (_id: string, verdict: string) => ({
      ...CANDIDATE,
      status: "resolved",
      verdict,
    })),
    ...change,
  } as unknown as Api;
  const actions = createActions(store, api, {} as TeamApi, {} as MapApi, searchApi);
  store.setState({ map: { summary: { map_id: "sillim" } } as DistrictMap });
  return { store, actions, api, searchApi };
}

it("opens a case, and its candidates join the other incidents", async () => {
  const { store, actions } = setUp();
  await actions.openSearch("2027-0001");
  const state = store.getState();
  expect(state).toMatchObject({ tab: "searches", search: { case_id: "2027-0001" } });
  expect(state.incidents["i-1"]?.kind).toBe("missing_person");
});

it("takes a click on the map as the place only while a case is written", () => {
  const { store, actions } = setUp();
  expect(actions.chooseLastSeen(126.93, 37.48)).toBe(false);
  actions.startSearch();
  expect(actions.choosePlace(126.93, 37.48)).toBe(false);
  expect(actions.chooseLastSeen(126.93, 37.48)).toBe(true);
  const { task } = store.getState();
  expect(task).toMatchObject({ kind: "search", draft: { place: [126.93, 37.48] } });
  expect(task.kind === "search" && task.draft.seenAt).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/);
});

it("takes three pictures at most", () => {
  const { store, actions } = setUp();
  actions.startSearch();
  const picture = { name: "a", url: "data:,x" };
  actions.addPictures([picture, picture]);
  actions.addPictures([picture, picture]);
  const { task } = store.getState();
  expect(task.kind === "search" && task.draft.added).toHaveLength(3);
});

it("sends a new case and shows it", async () => {
  const { store, actions, searchApi } = setUp();
  actions.startSearch();
  actions.draftSearch({ top: "#c0282d" });
  await actions.sendSearch();
  expect(searchApi.open).toHaveBeenCalledOnce();
  expect(store.getState()).toMatchObject({ task: { kind: "watch" }, search: { case_id: "2027-0001" } });
});

it("keeps what was written when the server refuses it", async () => {
  const refuse = async () => {
    throw new ApiError(422, "invalid_search", "no", "top_rgb", "안 됨");
  };
  const { store, actions } = setUp({ open: refuse });
  actions.startSearch();
  actions.draftSearch({ reference: "112-9" });
  await actions.sendSearch();
  expect(store.getState().task).toMatchObject({ kind: "search", draft: { reference: "112-9" } });
  expect(store.getState().toasts[0]).toMatchObject({ tone: "bad", values: { message: "안 됨" } });
});

it("confirms by one click, and closes by another", async () => {
  const { store, actions, api, searchApi } = setUp();
  await actions.openSearch("2027-0001");
  await actions.confirmCandidate("i-1");
  expect(api.resolve).toHaveBeenCalledExactlyOnceWith("i-1", "true_alarm", "");
  expect(store.getState()).toMatchObject({ offer: "i-1", search: { state: "open" } });
  expect(searchApi.close).not.toHaveBeenCalled();
  await actions.closeSearch("found", "");
  expect(store.getState()).toMatchObject({ offer: null, search: { state: "ended" } });
});

it("rejects by one click and offers nothing", async () => {
  const { store, actions, api } = setUp();
  await actions.openSearch("2027-0001");
  await actions.rejectCandidate("i-1");
  expect(api.resolve).toHaveBeenCalledExactlyOnceWith("i-1", "wrong", "");
  expect(store.getState().offer).toBeNull();
  expect(store.getState().incidents["i-1"]?.verdict).toBe("wrong");
});

it("offers nothing where the verdict did not get through", async () => {
  const refuse = async () => {
    throw new ApiError(409, "incident_resolved", "resolved already");
  };
  const { store, actions } = setUp({}, { resolve: refuse });
  await actions.confirmCandidate("i-1");
  expect(store.getState().offer).toBeNull();
});

it("looks again at an open case only when another has changed it: every look is logged", async () => {
  const { store, actions, searchApi } = setUp();
  await actions.openSearch("2027-0001");
  await actions.loadSearches();
  expect(searchApi.search).toHaveBeenCalledTimes(1);
  vi.mocked(searchApi.searches).mockResolvedValue([search({ revision: 2 })]);
  vi.mocked(searchApi.search).mockResolvedValue(search({ revision: 2, state: "ended" }));
  await actions.loadSearches();
  expect(searchApi.search).toHaveBeenCalledTimes(2);
  expect(store.getState().search?.state).toBe("ended");
});

it("hears of a case from the feed without a word about the person", () => {
  const { store, actions } = setUp();
  actions.feedListener.onMessage({
    type: "person_search",
    case_id: "2027-0001",
    state: "open",
    revision: 4,
  });
  expect(store.getState().searchNews).toMatchObject({ case_id: "2027-0001", revision: 4 });
});
