import type { People } from "../accounts/directory.ts";
import type { Bound } from "../limits/guess-limits.ts";
import { spend } from "../limits/rate-limit.ts";
import type { Memberships } from "../messages/memberships.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { ExportFormat } from "../protocol/export.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import { type AccountRecordsDeps, accountRecords } from "./account-records.ts";
import { exportAsHtml } from "./as-html.ts";
import { exportAsJson } from "./as-json.ts";
import { takenFile } from "./file-stream.ts";
import { ownMessages } from "./own-messages.ts";

export interface DataExportDeps extends AccountRecordsDeps {
  store: AccountRecordsDeps["store"] & Pick<Store, "conversations" | "messages" | "sessions">;
  people: People;
  memberships: Memberships;
  bound: Bound;
  auditEntry: MakeAuditEntry;
  report(error: unknown): unknown;
}

export interface DataExport {
  /**
   * Gives everything that is stored about somebody as a file, which is made while it is downloaded and breaks off when the
   * session ends. `total` says about how many messages are in it.
   */
  export(
    by: Session,
    format: ExportFormat,
    address: string,
  ): Promise<{ total: number; file: ReadableStream<Uint8Array> }>;
}

/** How many characters are handed over at once. */
const chunkSize = 16_384;

export function dataExport(deps: DataExportDeps): DataExport {
  const { store, memberships, auditEntry, report } = deps;
  const exports = deps.bound("exports", 5, 0.2);
  const { messagesIn, reactions } = ownMessages(store.messages, deps.people, memberships);
  const { about, history } = accountRecords(deps);

  function fileOf(lines: AsyncGenerator<string>, { id }: Session): ReadableStream<Uint8Array> {
    async function allow() {
      if ((await store.sessions.find(id)) === null) throw new Refusal("not_signed_in");
    }
    return takenFile(inChunks(lines), allow, report);
  }

  return {
    async export(by, format, address) {
      spend(exports, by.userId);
      const [effects, conversations, own] = await Promise.all([
        about(by),
        store.conversations.of(by.userId),
        store.messages.countOf(by.userId),
      ]);
      await store.audit.add(auditEntry("account.exported", { by: by.userId, address, detail: { format } }));
      // Heads also count one's own messages, deleted ones and changes: an estimate that is good enough to show progress.
      const direct = conversations
        .filter(({ id }) => !memberships.of(id).isModerated)
        .reduce((sum, { head }) => sum + head, 0);
      const exported = conversations.map(({ id }) => messagesIn(by.userId, id));
      const write = format === "json" ? exportAsJson : exportAsHtml;
      return {
        total: own + direct,
        file: fileOf(write(effects, exported, reactions(by.userId), history(by.userId)), by),
      };
    },
  };
}

async function* inChunks(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  // The first line is sent at once, so that the download begins to show progress.
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
