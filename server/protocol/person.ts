import type { Person } from "./events.ts";
import type { Role, Standing } from "./roles.ts";

/** Somebody as the directory shows them, which says nothing of a member's role, and nothing of why somebody is barred. */
export const toPerson = ({ id, name, role, standing = "active" }: Known): Person => ({
  id,
  name,
  ...(role === "member" ? {} : { role }),
  ...(standing === "active" ? {} : { barred: true as const }),
});

interface Known {
  id: number;
  /** Null for an account that was deleted. */
  name: string | null;
  role: Role;
  standing?: Standing;
}
