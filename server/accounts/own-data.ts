import type { Session } from "../db/kept/sessions.ts";
import type { Store } from "../db/store.ts";
import { groupId } from "../protocol/conversation-id.ts";
import type { OwnDataFormat } from "../protocol/own-data.ts";
import { spend } from "../rate-limit.ts";
import { Refusal } from "../refusal.ts";
import type { MakeAct } from "./act.ts";
import type { Bound } from "./guess-limits.ts";
import { ownDataAsHtml } from "./own-data-html.ts";
import { ownDataAsJson } from "./own-data-json.ts";
import { type OwnFactsDeps, ownFacts } from "./own-facts.ts";
import { ownMessages } from "./own-messages.ts";
import type { People } from "./people.ts";
import { takenFile } from "./taken-file.ts";

export interface OwnDataDeps extends OwnFactsDeps {
  store: OwnFactsDeps["store"] & Pick<Store, "conversations" | "messages" | "sessions">;
  people: People;
  bound: Bound;
  act: MakeAct;
  report(error: unknown): unknown;
}

export interface OwnData {
  /**
   * All that is kept of somebody, as a file that is made while it is taken, and ends with the session; `total` is how many
   * messages are in it.
   */
  export(
    by: Session,
    format: OwnDataFormat,
    address: string,
  ): Promise<{ total: number; file: ReadableStream<Uint8Array> }>;
}

/** As much as is handed over at once, in characters. */
const chunkSize = 16_384;

export function ownData(deps: OwnDataDeps): OwnData {
  const { store, act, report } = deps;
  const exports = deps.bound("exports", 5, 0.2);
  const toldIn = ownMessages(store.messages, deps.people);
  const { about, history } = ownFacts(deps);

  function fileOf(lines: AsyncGenerator<string>, { id }: Session): ReadableStream<Uint8Array> {
    async function allow() {
      if ((await store.sessions.find(id)) === null) throw new Refusal("not_signed_in");
    }
    return takenFile(inChunks(lines), allow, report);
  }

  return {
    async export(by, format, address) {
      spend(exports, by.userId);
      const [facts, conversations, own] = await Promise.all([
        about(by),
        store.conversations.of(by.userId),
        store.messages.countOf(by.userId),
      ]);
      await store.audit.add(act("account.exported", { by: by.userId, address, detail: { format } }));
      // The heads of private conversations count one's own messages again, deleted ones and changes: good enough to say how far it is.
      const direct = conversations
        .filter(({ id }) => id !== groupId)
        .reduce((sum, { head }) => sum + head, 0);
      const told = conversations.map(({ id }) => toldIn(by.userId, id));
      const write = format === "json" ? ownDataAsJson : ownDataAsHtml;
      return { total: own + direct, file: fileOf(write(facts, told, history(by.userId)), by) };
    },
  };
}

async function* inChunks(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  // The beginning goes out at once, so that whoever waits sees that it comes.
  let size = 1;
  let text = "";
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < size) continue;
    yield text;
    text = "";
    size = chunkSize;
  }
  if (text !== "") yield text;
}
