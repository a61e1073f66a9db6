import type { Person } from "./events.ts";
import type { Role } from "./roles.ts";

/** Somebody as the directory shows them, which says nothing of a member's role. */
export const toPerson = ({ id, name, role }: { id: number; name: string; role: Role }): Person =>
  role === "member" ? { id, name } : { id, name, role };
