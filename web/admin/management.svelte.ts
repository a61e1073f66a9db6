import type { AuditEntry } from "../../server/protocol/audit.ts";
import type { AuditFilter } from "../../server/protocol/audit-filter.ts";
import type { PersonInfo } from "../../server/protocol/people.ts";
import type { ReportInfo } from "../../server/protocol/reports.ts";
import { isAbove, may, type Right, type Role } from "../../server/protocol/roles.ts";
import type { ServerSettings } from "../../server/protocol/settings.ts";
import type { StorageState } from "../../server/protocol/storage.ts";
import { Loaded } from "../app/loaded.svelte.ts";
import type { Section } from "../app/router.svelte.ts";
import type { Session } from "../app/session.svelte.ts";
import type { Call } from "../transport/call.ts";

/** The right that each page of the administration needs. */
const neededFor: Record<Section, Right> = {
  people: "people.see",
  invites: "invites.manage",
  reports: "reports.settle",
  settings: "settings.change",
  audit: "audit.read",
};

/** The state of the administration. Verbs throw `Refused`, and ask for a fresh proof where one is needed. */
export class Management {
  readonly role: Role;
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly #me: number;
  readonly #session: Session;
  readonly people: Loaded<PersonInfo[]>;
  readonly reports: Loaded<ReportInfo[]>;
  readonly settings: Loaded<ServerSettings>;
  readonly storage: Loaded<StorageState>;
  #showsAll = $state(false);
  #entries = $state.raw<AuditEntry[]>([]);
  #more = $state<number | null>(null);

  constructor(session: Session, role: Role, now: () => number) {
    this.now = now;
    this.#session = session;
    this.role = role;
    this.#me = session.user?.id ?? 0;
    const { call } = session;
    this.people = new Loaded(() => call("GET /api/people"));
    this.reports = new Loaded(() =>
      call("GET /api/reports", { query: { which: this.#showsAll ? "all" : "open" } }),
    );
    this.settings = new Loaded(() => call("GET /api/settings"));
    this.storage = new Loaded(() => call("GET /api/storage"));
  }

  may(right: Right): boolean {
    return may(this.role, right);
  }

  mayEnter(section: Section): boolean {
    return this.may(neededFor[section]);
  }

  /** Whether something may be done to somebody at all. */
  isAbove(person: Pick<PersonInfo, "role">): boolean {
    return isAbove(this.role, person.role);
  }

  isMe({ id }: Pick<PersonInfo, "id">): boolean {
    return id === this.#me;
  }

  /** Acts on a person, and loads the list of people again. */
  async run<T>(action: (call: Call) => Promise<T>): Promise<T> {
    const result = await action(this.#session.call);
    await this.people.load();
    return result;
  }

  get showsAll(): boolean {
    return this.#showsAll;
  }

  /** Shows settled reports too, or no longer. */
  async show(which: "open" | "all"): Promise<void> {
    this.#showsAll = which === "all";
    await this.reports.load();
  }

  async settle(id: number, outcome: "removed" | "dismissed"): Promise<void> {
    await this.#session.call("PUT /api/reports/:id", { id, body: { outcome } });
    await this.reports.load();
  }

  async changeSettings(settings: ServerSettings): Promise<void> {
    await this.#session.call("PUT /api/settings", { body: settings });
    await this.settings.load();
  }

  daysAgo(days: number): number {
    return this.now() - days * 86_400_000;
  }

  /** The lines of the audit log that were read so far. */
  get entries(): readonly AuditEntry[] {
    return this.#entries;
  }

  /** Whether there are older ones. */
  get hasMore(): boolean {
    return this.#more !== null;
  }

  /** Reads the latest lines that are wanted, in place of all others. */
  async readAudit(filter: AuditFilter): Promise<void> {
    const { entries, before } = await this.#session.call("GET /api/audit", { query: filter });
    this.#entries = entries;
    this.#more = before;
  }

  async readOlder(filter: AuditFilter): Promise<void> {
    if (this.#more === null) return;
    const query = { ...filter, before: this.#more };
    const { entries, before } = await this.#session.call("GET /api/audit", { query });
    this.#entries = [...this.#entries, ...entries];
    this.#more = before;
  }

  exportAudit(filter: AuditFilter): Promise<Blob> {
    return this.#session.download("POST /api/audit/export", filter);
  }
}
