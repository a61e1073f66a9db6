import { describe, expect, test } from "bun:test";
import type { ConversationId } from "../../../server/protocol/conversation-id.ts";
import { type Role, roles } from "../../../server/protocol/roles.ts";
import { actsFor, reportMessage } from "../../../web/state/message-acts.ts";
import { People } from "../../../web/state/people.svelte.ts";
import { alice, bob, direct, message } from "../fakes/model-server.ts";

/** What somebody of one role may do with a message of somebody of another. */
function acts(role: Role, author: Role | "oneself" | "nobody any more", conversation?: ConversationId) {
  const people = new People();
  people.register({ ...alice, ...(role === "member" ? {} : { role }) });
  if (author === "oneself" || author === "nobody any more") people.forget(bob.id);
  else people.register({ ...bob, ...(author === "member" ? {} : { role: author }) });
  const given = message(1, {
    author: author === "oneself" ? alice.id : bob.id,
    ...(conversation ? { conversation } : {}),
  });
  return actsFor({ me: alice, role, people }, given).join(" ");
}

const mine = "copy delete";
const theirs = "copy report";
const below = "copy delete report mute ban";

describe("ASVS 8.2.2 in the group", () => {
  for (const [at, role] of roles.entries()) {
    test(`a ${role} deletes, mutes and bans those below, and nobody else`, () => {
      expect(acts(role, "oneself")).toBe(mine);
      for (const [place, other] of roles.entries())
        expect([other, acts(role, other)]).toEqual([other, at > place ? below : theirs]);
    });
  }

  test("a message of somebody who is gone can be deleted, and nobody be muted for it", () => {
    expect(acts("moderator", "nobody any more")).toBe("copy delete report");
    expect(acts("member", "nobody any more")).toBe(theirs);
  });
});

test("in private only one's own can be deleted, whoever one is", () => {
  expect(acts("owner", "oneself", direct)).toBe(mine);
  expect(acts("owner", "member", direct)).toBe("copy report mute ban");
  expect(acts("member", "member", direct)).toBe(theirs);
});

test("with a deleted message nothing can be done", () => {
  const people = new People();
  const gone = message(1, { author: alice.id, deletedAt: 5 });
  expect(actsFor({ me: alice, role: "owner", people }, gone)).toEqual([]);
});

test("a report names the message and nothing of what it says", async () => {
  const asked: unknown[] = [];
  await reportMessage(async (...all) => void asked.push(all) as never, message(7), "rude");
  expect(asked).toEqual([["POST", "/api/reports", { conversation: "group", seq: 7, reason: "rude" }]]);
});
