import type { EventOf } from "../../../server/protocol/events.ts";
import type { ShownRoom } from "../../../server/protocol/rooms.ts";
import { pathOf, type Router } from "../../app/router.svelte.ts";
import type { Session } from "../../app/session.svelte.ts";
import type { Chat } from "../chat.svelte.ts";
import { fit } from "./fuzzy.ts";

/** What the switcher leads to. */
export interface Target {
  key: string;
  name: string;
  /** What it is, or what it is found by besides its name. */
  hint: string;
  kind: "room" | "person" | "action";
  room?: ShownRoom | null;
  unread?: number;
  online?: boolean;
  /** Throws `Refused` where the server, or the network, does not let it. */
  go(): void | Promise<void>;
}

interface Place {
  session: Session;
  chat: Chat;
  router: Router;
  current: string | null;
  /** The rooms that everybody finds. */
  rooms: EventOf<"room.listed">["rooms"];
  onkeys(): void;
  onlogout(): void | Promise<void>;
}

const most = 50;

/** What fits what was typed, best first. With nothing typed: conversations, those with something unread and the latest ones first. */
export function targetsOf(query: string, place: Place): Target[] {
  const all = [...conversations(place), ...people(place), ...rooms(place), ...actions(place)];
  if (query.trim() === "") return all.filter(({ kind, unread }) => kind === "action" || unread !== undefined);
  return all
    .flatMap((target) => {
      const own = fit(query, target.name);
      const other = own === null ? fit(query, `${target.name} ${target.hint}`) : null;
      const score = own ?? (other === null ? null : other / 2);
      return score === null ? [] : [{ target, score }];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ target }) => target);
}

function conversations({ chat, router, current }: Place): Target[] {
  return chat.conversations.all
    .filter(({ id }) => id !== current)
    .map(({ id, room, reading, lastMessageAt }) => {
      const peer = chat.peer(id);
      const target: Target = {
        key: id,
        name: chat.titleOf(id),
        hint: room?.archivedAt === undefined ? (room?.description ?? "") : "Archived",
        kind: peer === null ? "room" : "person",
        room,
        unread: reading.unread,
        online: peer !== null && chat.people.isOnline(peer),
        go: () => router.go(pathOf(id)),
      };
      return { target, unread: reading.unread > 0, at: lastMessageAt ?? 0 };
    })
    .sort((a, b) => Number(b.unread) - Number(a.unread) || b.at - a.at)
    .map(({ target }) => target);
}

/** Those with whom there is no conversation yet. */
function people({ chat, router }: Place): Target[] {
  return chat.people.everyone.flatMap(({ id, name }): Target[] => {
    const conversation = chat.directWith(id);
    if (id === chat.me.id || chat.conversations.held(conversation)) return [];
    const go = () => router.go(pathOf(conversation));
    return [
      { key: conversation, name, hint: "Message", kind: "person", online: chat.people.isOnline(id), go },
    ];
  });
}

function rooms({ chat, router, rooms }: Place): Target[] {
  return rooms.flatMap(({ id, room }): Target[] => {
    if (chat.has(id)) return [];
    const go = () => router.go(pathOf(id));
    return [{ key: id, name: room.name ?? "", hint: room.description || "Room", kind: "room", room, go }];
  });
}

function actions({ session, chat, router, onkeys, onlogout }: Place): Target[] {
  const theme = (theme: "light" | "dark" | "system") => () =>
    session.call("PATCH /api/account/preferences", { body: { theme } }).then(() => {});
  const act = (name: string, hint: string, go: Target["go"]): Target => ({
    key: name,
    name,
    hint,
    kind: "action",
    go,
  });
  return [
    act("Browse rooms", "find join", () => chat.rooms.show({ kind: "browse" })),
    act("Create a room", "new channel", () => chat.rooms.show({ kind: "create" })),
    act("New message", "write group direct", () => chat.rooms.show({ kind: "few", people: [] })),
    act("Mark everything as read", "unread", () => chat.markAllRead()),
    act("Your account", "settings preferences password devices", () => router.go("/account")),
    ...(chat.people.may(chat.me.id, "people.see")
      ? [act("Manage the chat", "admin people invites reports", () => router.go("/admin/people"))]
      : []),
    act("Dark theme", "look night", theme("dark")),
    act("Light theme", "look day", theme("light")),
    act("Theme of the device", "look system", theme("system")),
    act("Keyboard shortcuts", "keys help", onkeys),
    act("Log out…", "sign out leave", onlogout),
  ];
}
