/** Every word the console says, in both languages, by area. */
import { APP } from "./app";
import { INCIDENTS } from "./incidents";
import { MAPS } from "./maps";
import { PATROLS } from "./patrols";
import { PLANS } from "./plans";
import { SENDING } from "./sending";
import { VEHICLES } from "./vehicles";

export const AREAS = [APP, VEHICLES, PATROLS, PLANS, MAPS, INCIDENTS, SENDING] as const;

export const TABLE = {
  ...APP,
  ...VEHICLES,
  ...PATROLS,
  ...PLANS,
  ...MAPS,
  ...INCIDENTS,
  ...SENDING,
};

export type TextKey = keyof typeof TABLE;
