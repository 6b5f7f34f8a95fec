/** Everything that changes the store, on behalf of the operator or of the live feed. */
import { type Api, ApiError, type MapApi, type SearchApi, type TeamApi } from "../api/client";
import type { TextKey } from "../i18n";
import { createFeedActions } from "./feed";
import { createMapActions } from "./mapActions";
import { createPlanActions } from "./planActions";
import { createPlaceActions } from "./placeActions";
import { createSearchActions } from "./searchActions";
import { createSendActions } from "./sendActions";
import type { ConsoleStore } from "./store";
import { createTools } from "./tools";
import { createViewActions } from "./viewActions";
import { createHealthActions } from "./healthActions";
import { createWeatherActions } from "./weatherActions";
import { createWorkActions } from "./workActions";

export function createActions(
  store: ConsoleStore,
  api: Api,
  teamApi: TeamApi,
  mapApi: MapApi,
  searchApi: SearchApi,
) {
  const tools = createTools(store);
  const { set } = tools;
  const { feedListener, endSession } = createFeedActions(tools, api);

  return {
    feedListener,
    endSession,
    ...createViewActions(tools),
    ...createWorkActions(tools, feedListener, api),
    ...createSendActions(tools, feedListener, api),
    ...createPlaceActions(tools, api),
    ...createPlanActions(tools, feedListener, teamApi),
    ...createMapActions(tools, mapApi),
    ...createSearchActions(tools, api, searchApi),
    ...createWeatherActions(tools, api),
    ...createHealthActions(tools, api),

    async restoreSession(): Promise<void> {
      try {
        set({ session: await api.session() });
      } catch (error) {
        const offline = !(error instanceof ApiError && error.status === 401);
        set({ session: null, loginNotice: offline ? "error.network" : null });
      }
    },

    /** Log in; the key of what went wrong, or null. */
    async login(username: string, password: string): Promise<TextKey | null> {
      try {
        const session = await api.login(username, password);
        set({ session: { user: session.user }, loginNotice: null });
        return null;
      } catch (error) {
        if (error instanceof ApiError && error.status === 429) return "login.throttled";
        if (error instanceof ApiError && error.status > 0 && error.status < 500) {
          return "login.wrong";
        }
        return "error.network";
      }
    },

    async logout(): Promise<void> {
      await api.logout().catch(() => undefined); // leaving must work without the server, too
      endSession(null);
    },

    async loadMap(): Promise<void> {
      set({ mapError: null });
      try {
        const summary = (await api.maps())[0];
        if (!summary) return set({ mapError: "error.noMap" });
        set({ map: { summary, geojson: await api.map(summary.map_id) } });
      } catch {
        set({ mapError: "error.map" });
      }
    },
  };
}
