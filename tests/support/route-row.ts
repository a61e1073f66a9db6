import type { Access } from "../../server/protocol/routes.ts";

export interface RouteRow {
  access: Access;
  /** Whether it asks for a fresh proof. */
  fresh?: true;
  /** A body that the route takes; absent where none is read. */
  body?: Record<string, unknown>;
  /** The address where the path has a parameter: "/api/people/2" is bob, a member. */
  at?: string;
  /** The status for alice, the owner, who has the usual password, in a chat with bob and a message of his. */
  status: number;
}
