import type { ConversationId } from "../../server/protocol/conversation-id.ts";
import { browserSystem } from "../../web/transport/system.ts";
import { withPatience } from "./crowd.ts";
import { text } from "./server-folder.ts";
import type { Wire } from "./wire.ts";

/** Ids are made as the client makes them: what they look like decides what storing them costs. */
const { newId } = browserSystem;

const refusal = Buffer.from('"type":"error"');

/** The text that sends a message of ours under this id. */
export const saying = (conversation: ConversationId, clientId: string = newId()): string =>
  JSON.stringify({ type: "message.send", ref: "say", conversation, clientId, body: { text } });

/**
 * Keeps so many messages of a person on their way for so long, one to each of their conversations in turn, then lets them
 * come back; gives how many there were. What comes back is known by its author, without being read.
 */
export async function keepTalking(
  wire: Wire,
  userId: number,
  conversations: readonly ConversationId[],
  inFlight: number,
  ms: number,
): Promise<number> {
  const mark = Buffer.from(`"author":${userId},`);
  const end = performance.now() + ms;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  void wire.closed.then(() => reject(new Error("Someone who talked was sent away")));
  let said = 0;
  let onTheirWay = 0;
  const say = () => {
    wire.say(saying(conversations[said++ % conversations.length]!));
    onTheirWay++;
  };
  wire.onText = (text) => {
    if (text.includes(refusal)) reject(new Error(`A message was refused: ${text.toString().slice(0, 300)}`));
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) {
      onTheirWay--;
      if (performance.now() < end) say();
    }
    if (onTheirWay === 0) resolve();
  };
  for (let each = 0; each < inFlight; each++) say();
  await withPatience(promise, "a message never came back");
  wire.onText = null;
  return said;
}
