import * as v from "valibot";
import { frameOf } from "../broker/broker.ts";
import { parseJson } from "../json.ts";
import type { Handle } from "../messages/command.ts";
import type { Commands } from "../messages/commands.ts";
import { type CloseCode, closeCodes } from "../protocol/close-codes.ts";
import { type Command, type CommandType, commands } from "../protocol/commands.ts";
import type { ChatEvent, EventOf } from "../protocol/events.ts";
import { Refusal, type Refused } from "../refusal.ts";
import { validate } from "../validate.ts";
import { closeSocket, type Socket } from "./connections.ts";
import type { FrameBounds } from "./frame-bounds.ts";
import { userQueues } from "./user-queues.ts";
import { slowBytes } from "./watch.ts";

export interface DispatchDeps {
  handlers: Commands;
  /** Bounds all frames of a user, whatever they ask. */
  frames: Pick<FrameBounds, "take">;
  /** Why nothing may be done for a socket any more, such as a session that has ended; null while it may stay. */
  closeReason(socket: Socket): CloseCode | null;
  /** Notes that the session of a socket is being used. */
  noteUse(socket: Socket): void;
  /** Is told of every broken rule. */
  refused(refusal: Refused): void;
  /** Logs a bug; gives the id it is logged under. */
  report(error: unknown): string;
}

/** Commands of few bytes whose answers are large. */
const readings: ReadonlySet<CommandType> = new Set([
  "chat.enter",
  "history.read",
  "conversation.sync",
  "message.read",
  "thread.read",
  "pins.read",
  "room.list",
  "room.read",
]);

/** Gives the function that takes one frame of a socket from its bytes to its answer. Every broken rule is answered. */
export function dispatch({ handlers, frames, closeReason, noteUse, refused, report }: DispatchDeps) {
  const reading = userQueues();

  /** Reads the next page once the one before was sent, so that what is queued for a socket stays bounded. */
  const readInTurn: typeof carryOut = (socket, command) =>
    reading.take(socket.data.session.userId, async () => {
      if (socket.data.closed) return null;
      if (socket.getBufferedAmount() > slowBytes) throw new Refusal("busy", { retryAfter: 1000 });
      return carryOut(socket, command);
    });

  function carryOut(socket: Socket, command: Command): ReturnType<Commands["ping"]> {
    const { session, address } = socket.data;
    const handle = handlers[command.type] as Handle<CommandType>;
    return handle(command, session.userId, address);
  }

  return async (socket: Socket, frame: string | Buffer): Promise<void> => {
    if (socket.data.closed) return;
    const reason = closeReason(socket);
    if (reason !== null) return closeSocket(socket, reason);
    let ref: string | undefined;
    let asked = "a frame";
    try {
      const wait = frames.take(socket.data.session.userId, frame.length);
      if (wait === null) return closeSocket(socket, closeCodes.flooding);
      const given = parse(frame);
      ref = refOf(given);
      if (wait > 0) throw new Refusal("rate_limited", { retryAfter: wait });
      const command = toCommand(given);
      asked = command.type;
      // An open client pings by itself, so a ping is no use of the session: a session without use ends.
      if (command.type !== "ping") noteUse(socket);
      const event = await (readings.has(command.type) ? readInTurn : carryOut)(socket, command);
      if (event && !socket.data.closed) answer(socket, event);
    } catch (error) {
      const { session, address } = socket.data;
      if (error instanceof Refusal)
        refused({ code: error.code, source: address ?? null, actor: session.userId, asked });
      if (!socket.data.closed) answer(socket, toError(error, ref, report));
    }
  };
}

/** Sends an event to one socket. A socket with a full queue is closed, since its client would wait for the lost answer. */
function answer(socket: Socket, event: ChatEvent): void {
  if (socket.send(frameOf([event])) === 0) closeSocket(socket, closeCodes.tooSlow);
}

function parse(frame: string | Buffer): unknown {
  if (typeof frame !== "string") throw new Refusal("malformed");
  return parseJson(frame);
}

const referenced = v.looseObject({ ref: commands.ping.entries.ref });

/** The `ref` of a command, also of an invalid one, so that its client knows which command was refused. */
const refOf = (given: unknown): string | undefined => (v.is(referenced, given) ? given.ref : undefined);

const typed = v.looseObject({ type: v.string() });

function toCommand(given: unknown): Command {
  const { type } = validate(typed, given);
  if (!Object.hasOwn(commands, type)) throw new Refusal("unknown_command");
  return validate(commands[type as CommandType], given);
}

function toError(error: unknown, ref: string | undefined, report: DispatchDeps["report"]): EventOf<"error"> {
  const named = ref === undefined ? {} : { ref };
  if (error instanceof Refusal) {
    const { code, message, retryAfter } = error;
    return { type: "error", ...named, code, message, ...(retryAfter === undefined ? {} : { retryAfter }) };
  }
  const message = `Something went wrong on the server. It is logged as ${report(error)}.`;
  return { type: "error", ...named, code: "internal", message };
}
