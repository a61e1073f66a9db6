import { expect } from "bun:test";
import { textOfBody } from "../../../server/store/message-row.ts";
import type { Store } from "../../../server/store/store.ts";
import { logOf } from "./conformance/ground.ts";

// A hundred thousand messages as the version before bodies were JSON stored them, for either database.

const count = 100_000;
/** So many were deleted: each hundredth, the earliest first. */
const deleted = count / 100;
const controls = Array.from({ length: 31 }, (_, at) => String.fromCharCode(at + 1)).join("");
const texts = [
  "Hello!",
  `${controls}\x7f`,
  `"quoted", 'quoted', \\ and \\" and {"text":"nested"} \\u0041 %s ? $1 :name`,
  "👩‍👩‍👧‍👦 e\u0301 \u202eabc\u202c \u200b \u2028\u2029 \ufeff \uffff ﷺ 漢字",
  "<script>alert(1)</script> &lt; </text>",
  "'; drop table messages; --",
  " \t\n spaces around \r\n ",
];
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Fills the tables of three people in the group; the SQL is one for both databases. */
export const fillMessages = [
  `with recursive numbers (i) as (select 1 union all select i + 1 from numbers where i < ${count})
  insert into messages (conversation_id, seq, rev, author_id, client_id, text, created_at, deleted_at)
  select 'group', i, case when i % 100 = 0 then ${count} + i / 100 else i end, 1 + i % 3, 'c-' || i,
    case when i % 100 = 0 then '' else case i % ${texts.length}
      ${texts.map((text, at) => `when ${at} then ${quoted(text)}`).join("\n      ")} end end,
    1000 + i, case when i % 100 = 0 then 5000 + i end
  from numbers`,
  `update conversations set head = ${count + deleted}, last_message_at = ${1000 + count} where id = 'group'`,
];

const isDeleted = (seq: number) => seq % 100 === 0;
const textOf = (seq: number) => (isDeleted(seq) ? "" : texts[seq % texts.length]!);
const messageAt = (seq: number) => ({
  conversation: "group" as const,
  seq,
  rev: isDeleted(seq) ? count + seq / 100 : seq,
  author: 1 + (seq % 3),
  clientId: `c-${seq}`,
  body: { text: textOf(seq) },
  createdAt: 1000 + seq,
  ...(isDeleted(seq) ? { deletedAt: 5000 + seq } : {}),
});

/** Finds all of them in the store, and that they go on; `bodies` are their column, in the order of `seq`. */
export async function expectMessages(store: Store, bodies: (string | null)[]): Promise<void> {
  const all = Array.from({ length: count }, (_, at) => messageAt(at + 1));
  const log = await logOf(store);
  expect(log.map(({ rev }) => rev)).toEqual(all.map(({ rev }) => rev).sort((one, other) => one - other));
  log.sort((one, other) => one.seq - other.seq);
  // Compared as text: much faster than value by value.
  expect(log.map((message) => Bun.inspect(message)).join()).toBe(
    all.map((message) => Bun.inspect(message)).join(),
  );
  expect(bodies).toEqual(all.map(({ seq, body }) => (isDeleted(seq) ? null : textOfBody(body))));
  expect(await store.messages.countOf(1)).toBe(
    all.filter((each) => each.author === 1 && !each.deletedAt).length,
  );

  const again = [2, 3, 100].map((seq) => ({ ...messageAt(seq), createdAt: 9 }));
  const other = { ...messageAt(1), body: { text: "other" } };
  const outcomes = await store.messages.append([...again, other, { ...messageAt(1), clientId: "new" }]);
  expect(outcomes).toEqual([
    ...[2, 3, 100].map((seq) => ({ kind: "duplicate" as const, message: messageAt(seq) })),
    { kind: "refused", code: "client_id_reused" },
    expect.objectContaining({ message: expect.objectContaining({ seq: count + deleted + 1 }) }),
  ]);
}
