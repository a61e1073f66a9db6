import type { Deletion } from "../../server/protocol/account.ts";
import type { AuditFilter, AuditPage } from "../../server/protocol/audit-filter.ts";
import type { House } from "../../server/protocol/house.ts";
import type { Muting, PersonInfo, RoleChange, StandingChange } from "../../server/protocol/people.ts";
import type { ReportInfo, Settlement } from "../../server/protocol/reports.ts";
import type { StorageState } from "../../server/protocol/storage.ts";
import type { Call } from "./call.ts";

/** What those ask who look after the chat. Each call gives the answer or throws `Refused`. */
export interface AdminApi {
  people(): Promise<PersonInfo[]>;
  mute(id: number, muting: Muting): Promise<void>;
  setStanding(id: number, change: StandingChange): Promise<void>;
  setRole(id: number, change: RoleChange): Promise<void>;
  handOver(id: number): Promise<void>;
  endSessions(id: number): Promise<void>;
  resetLink(id: number): Promise<{ token: string; expiresAt: number }>;
  remove(id: number, deletion: Deletion): Promise<void>;
  reports(which: "open" | "all"): Promise<ReportInfo[]>;
  settle(id: number, settlement: Settlement): Promise<void>;
  house(): Promise<House>;
  changeHouse(house: House): Promise<void>;
  storage(): Promise<StorageState>;
  audit(filter: AuditFilter, before: number | null): Promise<AuditPage>;
}

export const adminApi = (call: Call): AdminApi => ({
  people: () => call("GET", "/api/people"),
  mute: (id, muting) => call("PUT", `/api/people/${id}/mute`, muting),
  setStanding: (id, change) => call("PUT", `/api/people/${id}/standing`, change),
  setRole: (id, change) => call("PUT", `/api/people/${id}/role`, change),
  handOver: (id) => call("PUT", `/api/people/${id}/ownership`),
  endSessions: (id) => call("DELETE", `/api/people/${id}/sessions`),
  resetLink: (id) => call("POST", `/api/people/${id}/reset`),
  remove: (id, deletion) => call("DELETE", `/api/people/${id}`, deletion),
  reports: (which) => call("GET", `/api/reports?which=${which}`),
  settle: (id, settlement) => call("PUT", `/api/reports/${id}`, settlement),
  house: () => call("GET", "/api/house"),
  changeHouse: (house) => call("PUT", "/api/house", house),
  storage: () => call("GET", "/api/storage"),
  audit: (filter, before) => {
    const asked = { ...filter, ...(before === null ? {} : { before }) };
    const query = new URLSearchParams(
      Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
    );
    return call("GET", `/api/audit?${query}`);
  },
});
