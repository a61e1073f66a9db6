import type { ChatEvent, EventOf, Message } from "../../../server/protocol/events.ts";
import type { Socket } from "../../support/person.ts";

export interface Attempt {
  clientId: string;
  text: string;
  /** What became of it: stored, or refused. */
  message: Message | null;
  error: EventOf<"error"> | null;
}

/** Says something in the group, and waits until it is known what became of it. */
export async function attempt(socket: Socket, text: string): Promise<Attempt> {
  const clientId = crypto.randomUUID();
  const ref = socket.send("message.send", { conversation: "group", clientId, body: { text } });
  const settles = (event: ChatEvent) =>
    (event.type === "error" && event.ref === ref) ||
    (event.type === "message.sent" && event.message.clientId === clientId);
  await socket.until(() => socket.events.some(settles));
  const event = socket.events.find(settles);
  return {
    clientId,
    text,
    message: event?.type === "message.sent" ? event.message : null,
    error: event?.type === "error" ? event : null,
  };
}

/** Says things until five of them were refused; gives all that were tried. */
export async function fillUp(socket: Socket): Promise<{ stored: Attempt[]; refused: Attempt[] }> {
  const stored: Attempt[] = [];
  const refused: Attempt[] = [];
  while (refused.length < 5 && stored.length < 2000) {
    const tried = await attempt(socket, `${stored.length} ${"x".repeat(2000)}`);
    (tried.message ? stored : refused).push(tried);
  }
  return { stored, refused };
}
