/** Versions of Unicode's emoji up to this one are on every system; what came later is measured. */
const everywhere = 11;
const close = 0.1;

const pen = globalThis.document?.createElement("canvas").getContext?.("2d") ?? null;
if (pen) pen.font = "32px system-ui, sans-serif";
const widthOf = (text: string): number => pen?.measureText(text).width ?? 0;
const usual = widthOf("😀");

/** Whether the device has a picture for the emoji: one that it lacks is a box, or several pictures, of another width. */
export const drawn = (emoji: string, version: number): boolean =>
  version <= everywhere || usual === 0 || Math.abs(widthOf(emoji) / usual - 1) < close;
