import type { Store } from "../../../../server/store/store.ts";
import { idOf, logOf } from "./ground.ts";

/** All that a store tells, to compare before and after what should change nothing. */
export async function everything(store: Store) {
  const {
    users,
    sessions,
    factors,
    tickets,
    invites,
    settings,
    reports,
    audit,
    alerts,
    preferences,
    conversations,
  } = store;
  const directory = await users.directory();
  const people = [];
  for (const { id } of directory)
    people.push({
      id,
      user: await users.byId(id),
      sessions: await sessions.of(id),
      found: await Promise.all((await sessions.of(id)).map((session) => sessions.find(session.id))),
      totp: await factors.totp(id),
      recoveryCodes: await factors.recoveryCodes(id),
      passkeys: await factors.passkeys(id),
      identities: await factors.identities(id),
      alerts: await alerts.of(id),
      preferences: await preferences.of(id),
      conversations: await conversations.of(id),
    });
  return {
    directory,
    people,
    muted: await users.muted(),
    erasing: await users.erasing(),
    ticket: await tickets.find(idOf("ticket"), "reset", 0),
    invites: await invites.all(),
    settings: await settings.read(),
    reports: await reports.list("all", null, 100),
    messages: [await logOf(store), await logOf(store, "direct:1:2")],
    acts: await audit.page({}, null, 100),
  };
}
