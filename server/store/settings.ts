import type { ServerSettings } from "../protocol/settings.ts";
import type { NewAuditEntry } from "./transaction.ts";

export interface SettingsStore {
  /** Null until the server is set up. */
  read(): Promise<ServerSettings | null>;
  write(settings: ServerSettings, entry?: NewAuditEntry): Promise<void>;
}
