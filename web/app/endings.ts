import { closeCodes } from "../../server/protocol/close-codes.ts";
import type { Connection } from "../chat/connection.svelte.ts";

/** What to say on the sign-in page when the server closed the socket with one of these codes. */
const endings: Record<number, string> = {
  [closeCodes.signedOut]: "You were logged out, on this device or from another one.",
  [closeCodes.sessionExpired]: "You were logged out because a long time had passed.",
  [closeCodes.accountDeleted]: "This account was deleted.",
  [closeCodes.accountBarred]: "This account was locked. Log in to see why.",
};

interface Deps {
  ended(why: string, unsent: "keep" | "discard"): void;
  doubted(): Promise<void>;
}

/**
 * Handles a socket that closed and does not reconnect by itself. The code is null when the client closed it. `alarm` says why
 * the person was logged out, where that is known.
 */
export async function followClosing(
  code: number | null,
  deps: Deps,
  connection: Pick<Connection, "trouble" | "connect">,
  alarm: string | null = null,
): Promise<void> {
  const ending = code === null ? undefined : endings[code];
  const why = code === closeCodes.signedOut && alarm ? `You were logged out. ${alarm}` : ending;
  if (why) return deps.ended(why, code === closeCodes.accountDeleted ? "discard" : "keep");
  if (code !== closeCodes.proofNeeded) return;
  // The session may need another factor. The server is asked, and shows the page for it; otherwise the chat goes on.
  await deps.doubted();
  if (connection.trouble?.kind === "closed") connection.connect();
}
