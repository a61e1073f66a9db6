import type { LiveSettings } from "../accounts/settings.ts";
import type { AuditEntry } from "../protocol/audit.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";

export interface AccountRecordsDeps {
  store: Pick<
    Store,
    "users" | "preferences" | "sessions" | "factors" | "invites" | "reports" | "alerts" | "audit"
  >;
  settings: Pick<LiveSettings, "current">;
  system: System;
}

/** Facts by their names. Times, whose names end in "at" or "until", are in ISO 8601, UTC. */
export type Row = Record<string, unknown>;

/** What is stored about somebody, apart from their messages and the audit log. */
export interface About {
  chatName: string;
  exportedAt: string;
  account: Row;
  devices: Row[];
  passkeys: Row[];
  providers: Row[];
  invitations: Row[];
  reports: Row[];
  alerts: Row[];
}

const pageSize = 100;

/** Reads what is stored about somebody, apart from messages: no secret that gives access, and nothing about others. */
export function accountRecords({ store, settings, system }: AccountRecordsDeps) {
  async function about({ userId }: Session): Promise<About> {
    const { users, preferences, sessions, factors, invites, reports, alerts } = store;
    const user = await users.byId(userId);
    if (!user) throw new Refusal("not_signed_in");
    const { passwordHash, ...account } = user;
    const [chosen, devices, passkeys, identities, invitations, reported, told] = await Promise.all([
      preferences.of(userId),
      sessions.of(userId),
      factors.passkeys(userId),
      factors.identities(userId),
      invites.all(),
      reports.by(userId),
      alerts.of(userId),
    ]);
    return {
      chatName: settings.current()?.name ?? "",
      exportedAt: isoOf(system.now()),
      account: timed({ ...account, hasPassword: passwordHash !== null, preferences: chosen }),
      devices: devices.map(({ id, keyHash, ...device }) => timed({ ...device, isBound: Boolean(keyHash) })),
      passkeys: passkeys.map(({ name, rpId, createdAt, lastUsedAt }) =>
        timed({ name, website: rpId, createdAt, lastUsedAt }),
      ),
      providers: identities.map(({ userId, ...identity }) => timed(identity)),
      invitations: invitations
        .filter(({ createdBy }) => createdBy === userId)
        .map(({ createdBy, ...invitation }) => timed(invitation)),
      reports: reported.map(({ conversation, seq, reason, createdAt }) =>
        timed({ conversation, seq, reason, createdAt }),
      ),
      alerts: told.map(({ id, ...alert }) => timed({ ...alert })),
    };
  }

  async function* history(me: number): AsyncGenerator<Row> {
    let before: number | null = null;
    for (;;) {
      const of = { person: me, besidesReportsOn: me };
      const page: AuditEntry[] = await store.audit.page(of, before, pageSize);
      // Entries by others show neither who acted nor from which address.
      for (const { actorId, address, ...entry } of page)
        yield timed(actorId === me ? { ...entry, by: "me", address } : entry);
      if (page.length < pageSize) return;
      before = page.at(-1)!.id;
    }
  }

  return { about, history };
}

const isoOf = (ms: number) => new Date(ms).toISOString();

const timed = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "number" && isTime(name) ? isoOf(value) : value,
    ]),
  );

/** Whether a fact of this name is a time. */
export const isTime = (name: string): boolean => /(^at|At|Until)$/.test(name);
