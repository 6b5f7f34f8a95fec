/** The weather: what counts, asked for now and then, and what the operator reports of it. */
import { type Api, serverNowMs } from "../api/client";
import type { WeatherName } from "../api/weatherTypes";
import { translate } from "../i18n";
import { errorText, type Tools } from "./tools";

export function createWeatherActions({ get, set, toast }: Tools, api: Api) {
  async function loadWeather(): Promise<void> {
    const status = await api.weather().catch(() => null); // the banner tells of the link
    if (status) set({ weather: { status, atMs: performance.now() } });
  }

  return {
    loadWeather,

    /** What went wrong, in words, or null; a dialog stands over the toasts. */
    async reportWeather(values: Partial<Record<WeatherName, number>>): Promise<string | null> {
      try {
        await api.reportWeather({ observed_at: serverNowMs() / 1000, ...values });
      } catch (error) {
        const { language } = get();
        const { key, values: places } = errorText(error, language);
        return translate(language, key, places);
      }
      toast("good", "weather.reported");
      await loadWeather();
      return null;
    },
  };
}
