import type { Deletion } from "../../server/protocol/account.ts";
import type { AuditFilter, AuditPage } from "../../server/protocol/audit-filter.ts";
import type { Muting, PersonInfo, RoleChange, StatusChange } from "../../server/protocol/people.ts";
import type { ReportInfo, Settlement } from "../../server/protocol/reports.ts";
import type { ServerSettings } from "../../server/protocol/settings.ts";
import type { StorageState } from "../../server/protocol/storage.ts";
import type { Call } from "./call.ts";

/** What those ask who look after the chat. Each call gives the answer or throws `Refused`. */
export interface AdminApi {
  people(): Promise<PersonInfo[]>;
  mute(id: number, muting: Muting): Promise<void>;
  setStatus(id: number, change: StatusChange): Promise<void>;
  setRole(id: number, change: RoleChange): Promise<void>;
  handOver(id: number): Promise<void>;
  endSessions(id: number): Promise<void>;
  resetLink(id: number): Promise<{ token: string; expiresAt: number }>;
  remove(id: number, deletion: Deletion): Promise<void>;
  reports(which: "open" | "all"): Promise<ReportInfo[]>;
  settle(id: number, settlement: Settlement): Promise<void>;
  settings(): Promise<ServerSettings>;
  changeSettings(settings: ServerSettings): Promise<void>;
  storage(): Promise<StorageState>;
  audit(filter: AuditFilter, before: number | null): Promise<AuditPage>;
}

export const adminApi = (call: Call): AdminApi => ({
  people: () => call("GET", "/api/people"),
  mute: (id, muting) => call("PUT", `/api/people/${id}/mute`, muting),
  setStatus: (id, change) => call("PUT", `/api/people/${id}/status`, change),
  setRole: (id, change) => call("PUT", `/api/people/${id}/role`, change),
  handOver: (id) => call("PUT", `/api/people/${id}/ownership`),
  endSessions: (id) => call("DELETE", `/api/people/${id}/sessions`),
  resetLink: (id) => call("POST", `/api/people/${id}/reset`),
  remove: (id, deletion) => call("DELETE", `/api/people/${id}`, deletion),
  reports: (which) => call("GET", `/api/reports?which=${which}`),
  settle: (id, settlement) => call("PUT", `/api/reports/${id}`, settlement),
  settings: () => call("GET", "/api/settings"),
  changeSettings: (settings) => call("PUT", "/api/settings", settings),
  storage: () => call("GET", "/api/storage"),
  audit: (filter, before) => {
    const asked = { ...filter, ...(before === null ? {} : { before }) };
    const query = new URLSearchParams(
      Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
    );
    return call("GET", `/api/audit?${query}`);
  },
});
