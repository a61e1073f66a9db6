import type { People } from "../accounts/directory.ts";
import { frameOf } from "../broker/broker.ts";
import { spend } from "../limits/rate-limit.ts";
import type { Allowance } from "../limits/token-buckets.ts";
import type { CommitLoop } from "../messages/commit-loop.ts";
import { requireMember } from "../messages/memberships.ts";
import type { ReadMarks } from "../messages/read-marks.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import type { CommandOf, CommandType } from "../protocol/commands.ts";
import { groupId } from "../protocol/conversation-id.ts";
import type { ChatEvent } from "../protocol/events.ts";
import { limits, protocolVersion } from "../protocol/limits.ts";
import { toPerson } from "../protocol/person.ts";
import { isAbove, may } from "../protocol/roles.ts";
import { byteLength } from "../protocol/text.ts";
import { Refusal } from "../refusal.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import { closeSocket, type Socket } from "./connections.ts";
import { readHistory } from "./history.ts";
import type { Presence } from "./presence.ts";

export interface HandlerDeps {
  store: Store;
  commits: CommitLoop;
  readMarks: ReadMarks;
  people: People;
  presence: Presence;
  /** Resolves when what is kept in memory is recent enough to answer this user by. */
  freshen(user: number): Promise<void>;
  /** Hears where the group stands by what someone is told who enters. */
  entered(groupHead: number): void;
  /** How many reports wait for somebody; null for who may not settle them. */
  openReports(user: number): Promise<number | null>;
  messageRate: Allowance;
  /** Bounds how often somebody may change messages. */
  changeRate: Allowance;
  /** The size of the longest message, as the chat has it now. */
  messageBytes(): number;
  auditEntry: MakeAuditEntry;
  system: System;
}

/** What each command does for a signed-in user; what it answers goes to the asking socket alone. */
export type Handlers = {
  [T in CommandType]: (command: CommandOf<T>, user: number, address?: string) => Promise<ChatEvent | null>;
};

/** Sends to one socket. One that has no room left is closed: an answer that is lost would be waited for. */
export function answer(socket: Socket, event: ChatEvent): void {
  if (socket.send(frameOf([event])) === 0) closeSocket(socket, closeCodes.tooSlow);
}

export function handlers(deps: HandlerDeps): Handlers {
  const { store, commits, readMarks, people, presence, messageRate, changeRate, system } = deps;

  /** Until when somebody may not write; null for who may. */
  const silentUntil = (user: number) => {
    const until = people.mutedUntil(user);
    return until !== null && until > system.now() ? until : null;
  };
  const mayActOn = (user: number, other: number) => isAbove(people.roleOf(user), people.roleOf(other));

  return {
    async "chat.enter"({ ref, people: tag }, user) {
      await readMarks.flush();
      const conversations = await store.conversations.of(user);
      const group = conversations.find(({ id }) => id === groupId);
      const openReports = await deps.openReports(user);
      const alerts = await store.alerts.unseen(user);
      await deps.freshen(user);
      if (group) deps.entered(group.head);
      // Read last, with no waiting in between: what changes from here on comes as an event after the answer.
      const peopleTag = people.tag();
      return {
        type: "chat.entered",
        ref,
        version: protocolVersion,
        now: system.now(),
        epoch: store.epoch,
        me: toPerson({ id: user, name: people.nameOf(user) ?? "", role: people.roleOf(user) }),
        ...(silentUntil(user) === null ? {} : { mutedUntil: silentUntil(user)! }),
        ...(openReports === null ? {} : { openReports }),
        messageBytes: deps.messageBytes(),
        ...(alerts.length === 0 ? {} : { alerts }),
        peopleTag,
        ...(tag === peopleTag ? {} : { people: people.all() }),
        // Whoever was just barred may still have their grace.
        online: presence.online().filter((id) => !people.isBarred(id)),
        conversations,
      };
    },

    async "message.send"({ conversation, clientId, body }, user) {
      requireMember(user, conversation);
      const { text } = body;
      const most = deps.messageBytes();
      if (text.length * 3 > most && byteLength(text) > most) throw new Refusal("message_too_large");
      const until = silentUntil(user);
      if (until !== null) throw new Refusal("muted", { retryAfter: until - system.now() });
      spend(messageRate, user);
      const draft = { conversation, author: user, clientId, text, createdAt: system.now() };
      const { kind, message } = await commits.append(draft);
      // What was stored now comes back with the topic, to this socket as to all others.
      return kind === "duplicate" ? { type: "message.sent", message } : null;
    },

    async "message.delete"({ ref, conversation, seq }, user, address) {
      requireMember(user, conversation);
      spend(changeRate, user);
      const message = await store.messages.find(conversation, seq);
      if (!message) throw new Refusal("unknown_message");
      const isOwn = message.author === user;
      const isModerated = conversation === groupId && may(people.roleOf(user), "message.delete any");
      if (!isOwn && !(isModerated && mayActOn(user, message.author))) throw new Refusal("not_allowed");
      const detail = { conversation, seq };
      const entry = isOwn
        ? undefined
        : deps.auditEntry("message.deleted", { by: user, to: message.author, address, detail });
      await commits.change(async () => {
        const changed = await store.messages.remove(conversation, seq, system.now(), entry);
        return changed ? [changed] : [];
      });
      return { type: "message.deleted", ref };
    },

    async "conversation.sync"({ ref, conversation, epoch, after }, user) {
      requireMember(user, conversation);
      if (epoch !== store.epoch) throw new Refusal("epoch_changed");
      const { messages, more, head } = await store.messages.after(conversation, after, limits.syncPage);
      await deps.freshen(user);
      const upTo = more ? messages.at(-1)!.rev : head;
      return { type: "conversation.synced", ref, conversation, messages, upTo, head };
    },

    async "history.read"(command, user) {
      const { ref, conversation } = command;
      requireMember(user, conversation);
      const page = await readHistory(store.messages, command);
      await deps.freshen(user);
      return { type: "history.page", ref, conversation, ...page };
    },

    async "read.mark"({ conversation, seq }, user) {
      requireMember(user, conversation);
      readMarks.mark({ userId: user, conversation, seq });
      return null;
    },

    async ping({ ref }) {
      return { type: "pong", ref, now: system.now() };
    },
  };
}
