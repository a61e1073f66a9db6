import * as v from "valibot";
import { linkToken } from "./account.ts";
import { settings } from "./settings.ts";
import { chatName, newPassword, userName } from "./text.ts";

/** Asks whether a set-up link is the right one. */
export const setUpCheck = v.strictObject({ token: linkToken });

/** Sets the server up and makes the owner's account. */
export const setUp = v.strictObject({
  token: linkToken,
  /** What the server is called. */
  chatName,
  registration: settings.entries.registration,
  /** The owner's user name and password. */
  name: userName,
  password: newPassword,
});
export type SetUp = v.InferOutput<typeof setUp>;
