import * as v from "valibot";

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** What is told to somebody about the safety of their account until they have seen it. */
export const alertKinds = ["reset link made", "reset link used"] as const;
export type AlertKind = (typeof alertKinds)[number];

/** Something that somebody has to know of their account, kept until they say that they have seen it. */
export const alert = v.object({
  /** Names it in the routes. */
  id: number,
  /** What happened. */
  what: v.picklist(alertKinds),
  /** UTC milliseconds. */
  at: number,
  /** Who made the link; null where it was made at the server's machine. */
  by: v.nullable(number),
  /** When one said to have seen it; null until then. */
  seenAt: v.nullable(number),
});
export type Alert = v.InferOutput<typeof alert>;

/** Says that one has seen an alert; it stays in the list. */
export const alertSeen = v.strictObject({ seen: v.literal(true) });
