import { spend } from "../limits/rate-limit.ts";
import { limits } from "../protocol/limits.ts";
import type { CommandDeps, Handle } from "./command.ts";

/** Says in a small conversation that somebody writes there. Refuses who may not write there, and who says it too often. */
export const type =
  (
    { memberships, typingRate, tellTyping }: CommandDeps,
    isTyping: boolean,
  ): Handle<"typing.begin" | "typing.end"> =>
  async ({ conversation }, person) => {
    memberships.requireWriter(person, conversation);
    spend(typingRate, person);
    if (memberships.atMost(limits.typingPeopleMax, conversation))
      tellTyping({ conversation, person, isTyping });
    return null;
  };
