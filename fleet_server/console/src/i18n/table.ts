/** Every word the console says, in both languages, by area. */
import { APP } from "./app";
import { INCIDENTS } from "./incidents";
import { LOOKS } from "./looks";
import { MAPS } from "./maps";
import { PATROLS } from "./patrols";
import { PLANS } from "./plans";
import { PLACING } from "./placing";
import { SEARCHES } from "./searches";
import { SENDING } from "./sending";
import { VEHICLES } from "./vehicles";
import { WEATHER } from "./weather";

export const AREAS = [
  APP, VEHICLES, PATROLS, PLANS, MAPS, INCIDENTS, SENDING, PLACING, SEARCHES, LOOKS,
  WEATHER,
] as const;

export const TABLE = {
  ...APP,
  ...VEHICLES,
  ...PATROLS,
  ...PLANS,
  ...MAPS,
  ...INCIDENTS,
  ...SENDING,
  ...PLACING,
  ...SEARCHES,
  ...LOOKS,
  ...WEATHER,
};

export type TextKey = keyof typeof TABLE;
