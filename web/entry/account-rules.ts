import * as v from "valibot";
import { chatName, newPassword, normalForm, userName } from "../../server/protocol/text.ts";

const faultIn = (schema: v.GenericSchema<string>, what: string, value: string): string | undefined => {
  const [issue] = v.safeParse(schema, value).issues ?? [];
  return issue && `${what} ${issue.message}.`;
};

/** What keeps a text from being a user name, in a sentence; undefined when nothing does. */
export const nameFault = (name: string): string | undefined => faultIn(userName, "A username", name);

/** What keeps a text from being the name of a chat. */
export const chatNameFault = (name: string): string | undefined => faultIn(chatName, "The name", name);

/** What keeps a text from being a password. */
export const passwordFault = (password: string): string | undefined =>
  faultIn(newPassword, "A password", password);

export const repeatFault = (password: string, repeated: string): string | undefined =>
  normalForm(password) === normalForm(repeated) ? undefined : "The two passwords differ.";
