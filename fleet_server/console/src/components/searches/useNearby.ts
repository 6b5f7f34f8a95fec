/** A place in words: the nearest named place of the map, and how far it is. */
import { useMemo } from "react";
import { localName } from "../../i18n";
import { useConsole, useText } from "../../lib/context";
import { formatDistance } from "../../lib/format";
import { nearestPlace, readDistrict } from "../../map/district";

const AT_M = 12; // nearer than this is "at" a place

export function useNearby(longitude: number | null, latitude: number | null): string | null {
  const t = useText();
  const language = useConsole((s) => s.language);
  const map = useConsole((s) => s.map);
  return useMemo(() => {
    if (!map || longitude === null || latitude === null) return null;
    const nearest = nearestPlace(readDistrict(map.geojson), [longitude, latitude]);
    if (!nearest) return null;
    const name = localName(nearest.place.name, language);
    if (nearest.distanceM < AT_M) return name;
    return t("search.placeNear", { name, distance: formatDistance(nearest.distanceM) });
  }, [map, longitude, latitude, language, t]);
}
