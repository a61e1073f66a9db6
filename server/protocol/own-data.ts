import * as v from "valibot";

/** As what kind of file somebody takes what is kept of them. */
export const ownDataRequest = v.strictObject({ format: v.picklist(["json", "html"]) });
export type OwnDataFormat = v.InferOutput<typeof ownDataRequest>["format"];

/** The header of the answer that says how many lines with messages there are about to be. */
export const totalHeader = "X-Total-Messages";
