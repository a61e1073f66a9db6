import type { People } from "../accounts/directory.ts";
import type { Bound } from "../limits/guess-limits.ts";
import { spend } from "../limits/rate-limit.ts";
import type { Memberships } from "../messages/memberships.ts";
import type { ChatEvent, Message } from "../protocol/events.ts";
import type { ReportInfo, Reporting, Settlement } from "../protocol/reports.ts";
import { isAbove, may } from "../protocol/roles.ts";
import { Refusal } from "../refusal.ts";
import type { Report } from "../store/reports.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import type { MakeAuditEntry } from "./audit-entry.ts";

export interface ReportsDeps {
  reports: Store["reports"];
  messages: Store["messages"];
  people: People;
  memberships: Pick<Memberships, "requireMember">;
  /** Changes messages in turn with what is being sent, and tells everybody. */
  change(work: () => Promise<readonly Message[]>): Promise<readonly Message[]>;
  /** Takes an event to all devices of a user, wherever they are. */
  tellUser(userId: number, event: ChatEvent): void;
  bound: Bound;
  auditEntry: MakeAuditEntry;
  system: System;
}

export type Reports = ReturnType<typeof reports>;

const listMax = 200;

/** Whoever does not stand above everybody is not shown who reported their own messages. */
const seesReportsAbout = (author: number | undefined, { userId, role }: Pick<Session, "userId" | "role">) =>
  role === "owner" || author !== userId;

/** The author whose reports somebody is not shown; null where they are shown all. */
export const withheldFrom = (by: Pick<Session, "userId" | "role">) =>
  seesReportsAbout(by.userId, by) ? null : by.userId;

/** Gives how many open reports somebody is shown; null to who may not settle them. */
export function openReports(store: Pick<Store["reports"], "countOpen">, people: Pick<People, "roleOf">) {
  return async (userId: number): Promise<number | null> => {
    const role = people.roleOf(userId);
    if (!may(role, "reports.settle")) return null;
    return store.countOpen(withheldFrom({ userId, role }));
  };
}

/** Messages that people show to the moderators, also out of private conversations, which moderators see in no other way. */
export function reports(deps: ReportsDeps) {
  const { reports: store, messages, people, auditEntry, system } = deps;
  const rate = deps.bound("reports", 10, 2);

  const openFor = openReports(store, people);

  /** Not those whom it is about: that something waits for others would say enough. */
  async function tellModerators({ message }: Pick<Report, "message">) {
    for (const { id, role = "member" } of people.all()) {
      if (!seesReportsAbout(message?.author, { userId: id, role })) continue;
      const open = await openFor(id);
      if (open !== null) deps.tellUser(id, { type: "report.added", open });
    }
  }

  return {
    /** Shows a message of a conversation of one's own to the moderators; the same again changes nothing. */
    async add({ userId }: Session, { conversation, seq, reason }: Reporting, address: string): Promise<void> {
      const { seesFrom } = deps.memberships.requireMember(userId, conversation);
      spend(rate, userId);
      const report = { conversation, seq, reporterId: userId, reason, createdAt: system.now() };
      if (seq < seesFrom) throw new Refusal("unknown_message");
      const message = await messages.find(conversation, seq);
      if (message?.body.line) throw new Refusal("unknown_message");
      const about = { ...to(message), detail: { conversation, seq } };
      const entry = auditEntry("message.reported", { by: userId, address, ...about });
      if (!(await store.add(report, entry))) throw new Refusal("unknown_message");
      await tellModerators({ message });
    },

    /** The oldest open ones first: whatever comes, they are within reach, and what is settled makes room for others. */
    list: (by: Session, which: "open" | "all"): Promise<ReportInfo[]> =>
      store.list(which, withheldFrom(by), listMax),

    /**
     * Settles a report, and removes its message where that is the outcome, which is only for its author and who stands above
     * them. Dismissing what is said of oneself is for others. Refuses as `not_allowed`, and as
     * `report_settled` where somebody was faster.
     */
    async settle({ userId, role }: Session, id: number, { outcome }: Settlement, address: string) {
      const report = await store.find(id);
      if (!report) throw new Refusal("unknown_report");
      const { conversation, seq, message } = report;
      const author = message?.author ?? null;
      const isMine = author === userId;
      // Nobody says of what they wrote themselves that it is fine, but the owner, above whom there is nobody.
      if (outcome === "dismissed" && isMine && role !== "owner") throw new Refusal("not_allowed");
      if (outcome === "removed" && author !== null && !isMine && !isAbove(role, people.roleOf(author)))
        throw new Refusal("not_allowed");
      const detail = { report: id, conversation, seq, outcome };
      const entry = auditEntry("report.settled", { by: userId, ...to(message), address, detail });
      if (report.settledAt !== null) throw new Refusal("report_settled");
      if (outcome === "removed") await remove(report, userId, address);
      if (!(await store.settle(id, { at: system.now(), userId, outcome }, entry)))
        throw new Refusal("report_settled");
      await tellModerators(report);
    },
  };

  async function remove({ conversation, seq, message }: ReportInfo, by: number, address: string) {
    const entry = auditEntry("message.deleted", {
      by,
      ...to(message),
      address,
      detail: { conversation, seq },
    });
    await deps.change(async () => {
      const changed = await messages.remove(
        conversation as Message["conversation"],
        seq,
        system.now(),
        entry,
      );
      return changed ? [changed] : [];
    });
  }
}

/** Whom an act upon a message is about: its author. */
const to = (message: Message | null) => (message === null ? {} : { to: message.author });
