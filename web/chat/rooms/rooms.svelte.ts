import type { Command } from "../../../server/protocol/commands.ts";
import { newRoomId, type RoomId } from "../../../server/protocol/conversation-id.ts";
import type { EventOf } from "../../../server/protocol/events.ts";
import type { ShownRoom } from "../../../server/protocol/rooms.ts";
import type { Ask, Connection } from "../connection.svelte.ts";

/** What is asked about rooms: to make one, to begin a private conversation of a few, to find one, or what one is and who is in it. */
export type RoomDialog =
  | { kind: "create" }
  | { kind: "few"; people: readonly number[] }
  | { kind: "browse" }
  | { kind: "details"; id: RoomId };

type Fields<Type extends Command["type"]> = Omit<Extract<Command, { type: Type }>, "type" | "ref">;
type Listed = EventOf<"room.listed">["rooms"];

interface RoomsDeps {
  me: number;
  request: Connection["request"];
  newId(): string;
  /** Whether this person may look after rooms that are not theirs. */
  maySeeTo(): boolean;
}

/** What a person does with rooms. What they are in is told by the conversations themselves. */
export class Rooms {
  readonly #deps: RoomsDeps;
  #dialog = $state.raw<RoomDialog | null>(null);

  constructor(deps: RoomsDeps) {
    this.#deps = deps;
  }

  /** The dialog that is open. */
  get dialog(): RoomDialog | null {
    return this.#dialog;
  }

  show(dialog: RoomDialog): void {
    this.#dialog = dialog;
  }

  close(): void {
    this.#dialog = null;
  }

  /** A name for a room that is to be made: the same one again makes no second room. */
  newId(): RoomId {
    return newRoomId(this.#deps.newId());
  }

  /** Whether this person may rename a room, put it away and remove people from it. */
  looksAfter({ access, owners }: ShownRoom): boolean {
    return access !== "people" && (owners.includes(this.#deps.me) || this.#deps.maySeeTo());
  }

  create = (room: Fields<"room.create">) => this.#deps.request({ type: "room.create", ...room });
  join = (conversation: RoomId) => this.#deps.request({ type: "room.join", conversation });
  leave = (conversation: RoomId) => this.#deps.request({ type: "room.leave", conversation });
  add = (conversation: RoomId, people: number[]) =>
    this.#deps.request({ type: "room.add", conversation, people });
  remove = (conversation: RoomId, person: number) =>
    this.#deps.request({ type: "room.remove", conversation, person });
  change = (room: Fields<"room.change">) => this.#deps.request({ type: "room.change", ...room });

  /** The rooms that everybody finds. */
  list = (): Promise<Listed> => this.#answer({ type: "room.list" }, "room.listed").then(({ rooms }) => rooms);

  /** A room and its people; refused where one neither is in it nor may join it. */
  read = (conversation: RoomId): Promise<EventOf<"room.described">> =>
    this.#answer({ type: "room.read", conversation }, "room.described");

  async #answer<Type extends "room.listed" | "room.described">(
    command: Ask,
    type: Type,
  ): Promise<EventOf<Type>> {
    const answer = await this.#deps.request(command);
    if (answer.type !== type) throw new Error(`${command.type} was answered by ${answer.type}`);
    return answer as EventOf<Type>;
  }
}
