import { expect, test } from "bun:test";
import { pageOf, pathOf } from "../../../web/state/place.svelte.ts";

const cases: [string, ReturnType<typeof pageOf>][] = [
  ["/", { kind: "welcome" }],
  ["/login", { kind: "login" }],
  ["/register", { kind: "register" }],
  ["/account", { kind: "account" }],
  ["/c", { kind: "conversations" }],
  ["/c/group", { kind: "conversation", id: "group" }],
  [pathOf("direct:1:2"), { kind: "conversation", id: "direct:1:2" }],
  ["/c/direct%3A1%3A2", { kind: "conversation", id: "direct:1:2" }],
  ["/c/%", { kind: "conversation", id: "%" }],
  ["/c/group/more", { kind: "nowhere" }],
  ["/toString", { kind: "nowhere" }],
  ["/login/", { kind: "nowhere" }],
  ["//evil.example/c/group", { kind: "nowhere" }],
];

for (const [path, page] of cases) {
  test(`${path} is ${JSON.stringify(page)}`, () => {
    expect(pageOf(path)).toEqual(page);
  });
}
