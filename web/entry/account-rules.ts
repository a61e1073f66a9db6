import * as v from "valibot";
import { chatName, newPassword, normalForm, userName } from "../../server/protocol/text.ts";

/** A password to be, as somebody types it twice. */
export interface TypedTwice {
  first: string;
  again: string;
}

const faultIn = (schema: v.GenericSchema<string>, what: string, value: string): string | undefined => {
  const [issue] = v.safeParse(schema, value).issues ?? [];
  return issue && `${what} ${issue.message}.`;
};

/** What keeps a text from being a user name, in a sentence; undefined when nothing does. */
export const nameFault = (name: string): string | undefined => faultIn(userName, "A username", name);

/** What keeps a text from being the name of a chat. */
export const chatNameFault = (name: string): string | undefined => faultIn(chatName, "The name", name);

/** What keeps a password from being taken, by the field it concerns. */
export const passwordFaults = ({ first, again }: TypedTwice) => ({
  password: faultIn(newPassword, "A password", first),
  repeated: normalForm(first) === normalForm(again) ? undefined : "The two passwords differ.",
});
