/** Every word the console says, in both languages, by area. */
import { APP } from "./app";
import { INCIDENTS } from "./incidents";
import { MAPS } from "./maps";
import { PATROLS } from "./patrols";
import { PLANS } from "./plans";
import { SEARCHES } from "./searches";
import { SENDING } from "./sending";
import { VEHICLES } from "./vehicles";

export const AREAS = [APP, VEHICLES, PATROLS, PLANS, MAPS, INCIDENTS, SENDING, SEARCHES] as const;

export const TABLE = {
  ...APP,
  ...VEHICLES,
  ...PATROLS,
  ...PLANS,
  ...MAPS,
  ...INCIDENTS,
  ...SENDING,
  ...SEARCHES,
};

export type TextKey = keyof typeof TABLE;
