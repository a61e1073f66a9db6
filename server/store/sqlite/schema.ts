import { tables } from "../tables.ts";
import { sqliteColumns } from "./columns.ts";

export const {
  meta,
  users,
  sessions,
  conversations,
  memberships,
  mentions,
  messages,
  settings,
  totp,
  recoveryCodes,
  passkeys,
  identities,
  tickets,
  invites,
  reports,
  alerts,
  audit,
} = tables(sqliteColumns);
