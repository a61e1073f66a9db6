import type { Person } from "./events.ts";
import type { AccountStatus, Role } from "./roles.ts";

/** Somebody as the directory shows them, which says nothing of a member's role, and nothing of why somebody is barred. */
export const toPerson = ({ id, name, role, status = "active" }: Known): Person => ({
  id,
  name,
  ...(role === "member" ? {} : { role }),
  ...(status === "active" ? {} : { barred: true as const }),
});

interface Known {
  id: number;
  /** Null for an account that was deleted. */
  name: string | null;
  role: Role;
  status?: AccountStatus;
}
