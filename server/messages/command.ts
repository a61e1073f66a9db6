import type { People } from "../accounts/directory.ts";
import type { Allowance } from "../limits/token-buckets.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { CommandOf, CommandType } from "../protocol/commands.ts";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { ChatEvent } from "../protocol/events.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import type { CommitLoop } from "./commit-loop.ts";
import type { Typing } from "./deliver.ts";
import type { Memberships } from "./memberships.ts";
import type { ReadMarks } from "./read-marks.ts";
import type { RoomDirectory } from "./rooms.ts";

/** What the commands of the socket depend on. */
export interface CommandDeps {
  store: Store;
  commits: CommitLoop;
  readMarks: ReadMarks;
  people: People;
  rooms: RoomDirectory;
  memberships: Memberships;
  /** The people who are online, on any node. */
  online(): number[];
  /** Resolves when what is in memory is recent enough to answer this user. */
  freshen(user: number): Promise<void>;
  /**
   * To be called once something of a conversation was read, and before it is told: resolves when all that was committed before is
   * known here. Refuses who is not in the conversation by then.
   */
  confirm(user: number, conversation: ConversationId): Promise<void>;
  /** Is called with the head of the group that an entering user was given. */
  entered(groupHead: number): void;
  /** How many reports wait for somebody; null for who may not settle them. */
  openReports(user: number): Promise<number | null>;
  messageRate: Allowance;
  /** Bounds how often somebody may say that they write. */
  typingRate: Allowance;
  /** Tells the members of a conversation, on all nodes, that somebody writes in it. */
  tellTyping(typing: Typing): void;
  /** Bounds how often somebody may change messages. */
  changeRate: Allowance;
  /** The size of the longest message, as the chat has it now. */
  messageBytes(): number;
  auditEntry: MakeAuditEntry;
  system: System;
}

/** Carries out one command for a signed-in user; what it gives is sent to the asking socket alone. */
export type Handle<T extends CommandType> = (
  command: CommandOf<T>,
  user: number,
  address?: string,
) => Promise<ChatEvent | null>;
