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
import { type AdminApi, adminApi } from "../transport/admin-api.ts";

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
  readonly #api: AdminApi;
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
    this.#api = adminApi(session.call);
    this.people = new Loaded(() => this.#api.people());
    this.reports = new Loaded(() => this.#api.reports(this.#showsAll ? "all" : "open"));
    this.settings = new Loaded(() => this.#api.settings());
    this.storage = new Loaded(() => this.#api.storage());
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
  async run<T>(action: (api: AdminApi) => Promise<T>): Promise<T> {
    const result = await this.#session.proof.run(() => action(this.#api));
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
    await this.#api.settle(id, { outcome });
    await this.reports.load();
  }

  async changeSettings(settings: ServerSettings): Promise<void> {
    await this.#session.proof.run(() => this.#api.changeSettings(settings));
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
    const { entries, before } = await this.#api.audit(filter, null);
    this.#entries = entries;
    this.#more = before;
  }

  async readOlder(filter: AuditFilter): Promise<void> {
    if (this.#more === null) return;
    const { entries, before } = await this.#api.audit(filter, this.#more);
    this.#entries = [...this.#entries, ...entries];
    this.#more = before;
  }

  exportAudit(filter: AuditFilter): Promise<Blob> {
    return this.#session.proof.run(() => this.#session.download("/api/audit/export", filter));
  }
}
