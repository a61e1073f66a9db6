import type { Alert } from "../../server/protocol/alerts.ts";
import type { People } from "../chat/people.svelte.ts";

const when = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });

/** A sentence or two for an alert about one's account. */
export function alertWords({ what, at, by }: Alert, people: Pick<People, "nameOf">): string {
  const maker = by === null ? "somebody at the server’s machine" : people.nameOf(by);
  return what === "reset link made"
    ? `On ${when.format(at)}, ${maker} made a link that lets whoever has it choose a new password for your account. If you have not asked for it, speak to them.`
    : `On ${when.format(at)}, somebody chose a new password for your account, with a link that ${maker} had made. If that was not you, ask for a new link and speak to the owner of this chat.`;
}
