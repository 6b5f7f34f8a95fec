/** Pictures made small before they are sent: a phone's megabytes, place and time stay here. */
import type { DraftPicture } from "../store/searchDraft";

const LONGEST_PX = 1280;
const QUALITY = 0.85;

/** How large a picture becomes. */
export function shrunk(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** A file as a small JPEG; null where the browser cannot read it. */
export async function smallPicture(file: File): Promise<DraftPicture | null> {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const size = shrunk(bitmap.width, bitmap.height);
    const canvas = document.createElement("canvas");
    Object.assign(canvas, size);
    const context = canvas.getContext("2d");
    if (!context) return null;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, size.width, size.height);
    context.drawImage(bitmap, 0, 0, size.width, size.height);
    bitmap.close();
    return { name: file.name, url: canvas.toDataURL("image/jpeg", QUALITY) };
  } catch {
    return null;
  }
}
