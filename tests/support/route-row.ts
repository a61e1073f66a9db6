import type * as v from "valibot";
import type { Access } from "../../server/http/access.ts";

export interface RouteRow {
  access: Access;
  /** Whether it asks for a fresh proof. */
  fresh?: true;
  /** What the route reads, and a body of that form that succeeds; absent where none is read. */
  reads?: [schema: v.GenericSchema, body: Record<string, unknown>];
  /** The address where the path has a parameter: "/api/people/2" is bob, a member. */
  at?: string;
  /** The status for alice, the owner, who has the usual password, in a chat with bob and a message of his. */
  status: number;
}
