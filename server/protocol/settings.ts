import * as v from "valibot";
import { limits } from "./limits.ts";
import { chatName, optionalText } from "./text.ts";

/** How a server is set up, changed live by its owner and admins. */
export const settings = v.strictObject({
  /** What the server is called. */
  name: chatName,
  /** Shown on the welcome page; may be empty. */
  welcome: optionalText(limits.welcomeMax),
  /** Who may make an account: anyone, who has an invitation, nobody. */
  registration: v.picklist(["open", "invite", "closed"]),
  /** Who needs a second factor or a passkey. */
  secondFactor: v.picklist(["nobody", "admins", "everyone"]),
  /** How many messages a person may send at once, and how many a minute after that. */
  messageBurst: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(1_000_000)),
  messagesPerMinute: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(1_000_000)),
  /** The size of the longest message, in bytes of UTF-8. */
  messageBytes: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(limits.messageMaxBytes)),
});
export type ServerSettings = v.InferOutput<typeof settings>;

/** What of it everybody may know, also before signing in. */
export type PublicSettings = Pick<ServerSettings, "name" | "welcome" | "registration">;
