import type { Muting, PersonInfo, StatusChange } from "../../server/protocol/people.ts";
import type { ResetLink } from "../../server/protocol/resets.ts";
import type { Management } from "./management.svelte.ts";

/** What moderators and admins can do to a person. */
export type ModerationAction =
  | "mute"
  | "unmute"
  | "ban"
  | "suspend"
  | "restore"
  | "make moderator"
  | "make admin"
  | "make member"
  | "end sessions"
  | "reset link"
  | "hand over"
  | "delete";

/** What can be done to this person now, in the order of a menu. */
export function moderationActions(
  management: Management,
  person: PersonInfo,
  now: number,
): ModerationAction[] {
  const isActive = person.status === "active";
  const isMuted = person.mutedUntil !== null && person.mutedUntil > now;
  const mayRestore = person.status !== "suspended" || management.may("people.suspend");
  const all: [ModerationAction, boolean][] = [
    [isMuted ? "unmute" : "mute", management.may("people.mute") && isActive],
    ["make moderator", management.may("people.role") && person.role !== "moderator"],
    ["make admin", management.may("settings.access") && person.role !== "admin"],
    ["make member", management.may("people.role") && person.role !== "member"],
    ["reset link", management.may("people.reset") && isActive],
    ["end sessions", management.may("people.end sessions") && (person.sessions ?? 0) > 0],
    ["restore", !isActive && mayRestore],
    ["ban", management.may("people.ban") && isActive],
    ["suspend", management.may("people.suspend") && isActive],
    ["hand over", management.may("ownership.hand over") && isActive],
    ["delete", management.may("people.delete")],
  ];
  return all.flatMap(([action, can]) => (can ? [action] : []));
}

interface Wording {
  /** The words in the menu. */
  entry: string;
  /** The question, with the person's name in place of NAME. */
  title: string;
  text: string;
  action: string;
  isGrave?: boolean;
}

export const wordings: Record<ModerationAction, Wording> = {
  mute: {
    entry: "Mute…",
    title: "Mute NAME?",
    text: "They go on reading, and cannot write for as long as you choose. They are told until when.",
    action: "Mute",
  },
  unmute: {
    entry: "Unmute…",
    title: "Let NAME write again?",
    text: "They can write at once.",
    action: "Unmute",
  },
  ban: {
    entry: "Ban…",
    title: "Ban NAME?",
    text: "They are logged out everywhere and cannot come back until somebody lifts the ban. They are told the reason.",
    action: "Ban",
    isGrave: true,
  },
  suspend: {
    entry: "Suspend…",
    title: "Suspend NAME?",
    text: "They are logged out everywhere, and the account is locked until an admin opens it again.",
    action: "Suspend",
    isGrave: true,
  },
  restore: {
    entry: "Let back in…",
    title: "Let NAME back in?",
    text: "They can log in again as before.",
    action: "Let back in",
  },
  "make moderator": {
    entry: "Make moderator…",
    title: "Make NAME a moderator?",
    text: "Moderators remove messages in the group, settle reports, and mute or ban members.",
    action: "Make moderator",
  },
  "make admin": {
    entry: "Make admin…",
    title: "Make NAME an admin?",
    text: "Admins look after people, invitations and settings, and read the audit log.",
    action: "Make admin",
  },
  "make member": {
    entry: "Make member…",
    title: "Make NAME a member?",
    text: "They can do again what everybody can, and no more.",
    action: "Make member",
  },
  "end sessions": {
    entry: "Log out everywhere…",
    title: "Log NAME out everywhere?",
    text: "All their devices are logged out at once. They can log in again.",
    action: "Log out",
  },
  "reset link": {
    entry: "Password reset link…",
    title: "Make a reset link for NAME?",
    text: "Whoever holds the link can choose their password, and then read their private messages unless an app or a passkey is asked for as well. Give it to them alone, by a way you trust. It works once, for 24 hours. They are told that you have made it, and when it is used.",
    action: "Make the link",
  },
  "hand over": {
    entry: "Hand the chat over…",
    title: "Hand the chat over to NAME?",
    text: "They become the owner, and you an admin. Only they can take that back.",
    action: "Hand over",
    isGrave: true,
  },
  delete: {
    entry: "Delete account…",
    title: "Delete NAME's account?",
    text: "They are logged out everywhere, and their name becomes free. This cannot be undone.",
    action: "Delete account",
    isGrave: true,
  },
};

/** For how many minutes somebody can be muted. */
export const muteTimes = [
  { value: "10", title: "10 minutes" },
  { value: "60", title: "1 hour" },
  { value: "1440", title: "1 day" },
  { value: "10080", title: "1 week" },
] as const;

/** What a dialog asks for along with an action. */
export interface Choices {
  reason: string;
  minutes: number;
  messages: "keep" | "remove";
}

/** Carries an action out; gives the reset link where the action makes one. */
export function carryOut(
  management: Management,
  action: ModerationAction,
  id: number,
  { reason, minutes, messages }: Choices,
): Promise<ResetLink | null> {
  const roles = { "make member": "member", "make moderator": "moderator", "make admin": "admin" } as const;
  return management.run<ResetLink | null>(async (call) => {
    const mute = (body: Muting) => call("PUT /api/people/:id/mute", { id, body });
    const setStatus = (body: StatusChange) => call("PUT /api/people/:id/status", { id, body });
    if (action === "reset link") return call("POST /api/people/:id/reset", { id });
    if (action === "mute") await mute({ minutes, reason });
    else if (action === "unmute") await mute({ minutes: 0, reason: "" });
    else if (action === "ban") await setStatus({ status: "banned", reason });
    else if (action === "suspend") await setStatus({ status: "suspended", reason });
    else if (action === "restore") await setStatus({ status: "active", reason: "" });
    else if (action === "end sessions") await call("DELETE /api/people/:id/sessions", { id });
    else if (action === "hand over") await call("PUT /api/people/:id/ownership", { id });
    else if (action === "delete") await call("DELETE /api/people/:id", { id, body: { messages } });
    else await call("PUT /api/people/:id/role", { id, body: { role: roles[action] } });
    return null;
  });
}
