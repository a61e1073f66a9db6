import * as v from "valibot";

/** As what kind of file somebody takes what is kept of them. */
export const exportRequest = v.strictObject({ format: v.picklist(["json", "html"]) });
export type ExportFormat = v.InferOutput<typeof exportRequest>["format"];

/** The header of the answer that says how many lines with messages there are about to be. */
export const totalHeader = "X-Total-Messages";
