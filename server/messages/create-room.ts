import { spend } from "../limits/rate-limit.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../refusal.ts";
import type { CommandDeps, Handle } from "./command.ts";
import { newConversation } from "./rooms.ts";

/** Makes a room, or a private conversation of a few people, who are in it from then on. The same again gives the one there is. */
export function createRoom(deps: CommandDeps): Handle<"room.create"> {
  const { store, commits, rooms, memberships, changeRate, system } = deps;
  return async ({ ref, conversation: id, access, name = null, description = "", ...more }, user) => {
    const { history = "all", writers = "everyone", people = [] } = more;
    const others = [...new Set(people)].filter((one) => one !== user);
    const isFew = access === "people";
    const count = others.length + 1;
    if (isFew ? count < limits.fewMin || count > limits.fewMax : name === null) throw new Refusal("invalid");
    if (isFew && (history !== "all" || writers !== "everyone")) throw new Refusal("invalid");
    memberships.requireVoice(user);
    spend(changeRate, user);
    const room = { id, name, description, access, history, writers };
    await commits.change(() => store.rooms.create(room, user, others, system.now()));
    return { type: "room.created", ref, conversation: newConversation(rooms.find(id)!, user) };
  };
}
