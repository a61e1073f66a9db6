import * as v from "valibot";
import { messageText } from "./text.ts";

/** What a message says, as its author sends it. */
export const sentBody = v.strictObject({ text: messageText });

/** The same as it is stored and delivered. */
export const messageBody = v.object({ text: v.string() });

export type MessageBody = v.InferOutput<typeof messageBody>;

/** What a deleted message says. */
export const emptyBody: MessageBody = { text: "" };
