import type { Session } from "../db/kept/sessions.ts";
import type { Store } from "../db/store.ts";
import { type ConversationId, groupId, peerOf } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";
import type { OwnDataFormat } from "../protocol/own-data.ts";
import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";
import type { MakeAct } from "./act.ts";
import type { Bound } from "./guess-limits.ts";
import type { HouseKeeper } from "./house.ts";
import { ownDataAsHtml } from "./own-data-html.ts";
import { ownDataAsJson } from "./own-data-json.ts";
import type { People } from "./people.ts";

export interface OwnDataDeps {
  store: Pick<Store, "users" | "sessions" | "factors" | "audit" | "conversations" | "messages">;
  people: People;
  house: Pick<HouseKeeper, "current">;
  bound: Bound;
  act: MakeAct;
  system: System;
}

/** What is kept of somebody beside messages: names of fields with what stands in them. Times are UTC milliseconds. */
export interface About {
  house: string;
  exportedAt: number;
  account: Record<string, string | number | boolean | null>;
  devices: Record<string, string | number | null>[];
  passkeys: Record<string, string | number | null>[];
  providers: Record<string, string | number | null>[];
  history: Record<string, unknown>[];
}

/** A conversation of somebody: what they wrote in the group; all that was said where they talked with one person. */
export interface Told {
  id: ConversationId;
  title: string;
  messages: AsyncIterable<Message & { by: string }>;
}

export interface OwnData {
  /** All that is kept of somebody, as a file that is made while it is taken; `total` is how many messages are in it. */
  export(
    by: Session,
    format: OwnDataFormat,
    address: string,
  ): Promise<{ total: number; file: ReadableStream<Uint8Array> }>;
}

const pageSize = 100;
/** The latest lines of the audit log about oneself. */
const historyMax = 1_000;

export function ownData({ store, people, house, bound, act, system }: OwnDataDeps): OwnData {
  const exports = bound("exports", 5, 0.2);

  async function about({ userId }: Session): Promise<About> {
    const { users, sessions, factors, audit } = store;
    const user = await users.byId(userId);
    if (!user) throw new Refusal("not_signed_in");
    const { passwordHash, ...account } = user;
    const [devices, passkeys, identities, history] = await Promise.all([
      sessions.of(userId),
      factors.passkeys(userId),
      factors.identities(userId),
      audit.page({ person: userId }, null, historyMax),
    ]);
    return {
      house: house.current()?.name ?? "",
      exportedAt: system.now(),
      account: { ...account, hasPassword: passwordHash !== null },
      devices: devices.map(({ id, ...device }) => device),
      passkeys: passkeys.map(({ name, rpId, createdAt, lastUsedAt }) => ({
        name,
        rpId,
        createdAt,
        lastUsedAt,
      })),
      providers: identities.map(({ userId, ...identity }) => identity),
      // What others did is theirs to tell, and so is where they did it.
      history: history.map(({ actorId, address, ...entry }) =>
        actorId === userId ? { ...entry, by: "me", address } : entry,
      ),
    };
  }

  async function* written(author: number, id: ConversationId): AsyncGenerator<Message> {
    let after = 0;
    for (;;) {
      const page = await store.messages.by(author, id, after, pageSize);
      yield* page;
      if (page.length < pageSize) return;
      after = page.at(-1)!.seq;
    }
  }

  /** Both sides of a private conversation, in the order of their places. */
  async function* dialogue(me: number, peer: number, id: ConversationId): AsyncGenerator<Message> {
    const sides = [written(me, id), written(peer, id)];
    const next = await Promise.all(sides.map((side) => side.next()));
    for (;;) {
      const [mine, theirs] = next as [IteratorResult<Message>, IteratorResult<Message>];
      if (mine.done && theirs.done) return;
      const at = theirs.done || (!mine.done && mine.value.seq < theirs.value.seq) ? 0 : 1;
      yield next[at]!.value;
      next[at] = await sides[at]!.next();
    }
  }

  async function* named(messages: AsyncIterable<Message>): AsyncGenerator<Message & { by: string }> {
    for await (const message of messages)
      yield { ...message, by: people.nameOf(message.author) ?? "Deleted user" };
  }

  function toldIn(me: number, id: ConversationId): Told {
    const peer = peerOf(id, me);
    if (peer === null) return { id, title: "Group chat", messages: named(written(me, id)) };
    const title = people.nameOf(peer) ?? "Deleted user";
    return { id, title, messages: named(dialogue(me, peer, id)) };
  }

  return {
    async export(by, format, address) {
      const wait = exports.take(String(by.userId));
      if (wait > 0) throw new Refusal("rate_limited", { retryAfter: wait });
      const [facts, conversations, own] = await Promise.all([
        about(by),
        store.conversations.of(by.userId),
        store.messages.countOf(by.userId),
      ]);
      await store.audit.add(act("account.exported", { by: by.userId, address, detail: { format } }));
      // The heads of private conversations count deleted messages and changes too: good enough to say how far it is.
      const direct = conversations
        .filter(({ id }) => id !== groupId)
        .reduce((sum, { head }) => sum + head, 0);
      const told = conversations.map(({ id }) => toldIn(by.userId, id));
      const lines = format === "json" ? ownDataAsJson(facts, told) : ownDataAsHtml(facts, told);
      return { total: own + direct, file: streamOf(lines) };
    },
  };
}

function streamOf(lines: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(Buffer.from(`${value}\n`));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
