import { expect, test } from "bun:test";
import { pageOf, pathOf, Router } from "../../../web/app/router.svelte.ts";

const cases: [string, ReturnType<typeof pageOf>][] = [
  ["/", { kind: "welcome" }],
  ["/login", { kind: "login" }],
  ["/register", { kind: "register" }],
  ["/account", { kind: "account" }],
  ["/sign-up", { kind: "sign-up" }],
  ["/c", { kind: "conversations" }],
  ["/c/group", { kind: "conversation", id: "group", seq: null }],
  [pathOf("direct:1:2"), { kind: "conversation", id: "direct:1:2", seq: null }],
  ["/c/direct%3A1%3A2", { kind: "conversation", id: "direct:1:2", seq: null }],
  ["/c/direct%3a1%3a2/", { kind: "conversation", id: "direct:1:2", seq: null }],
  ["/c/gr%6Fup", { kind: "conversation", id: "group", seq: null }],
  ["/c/group/", { kind: "conversation", id: "group", seq: null }],
  ["/c/", { kind: "conversations" }],
  ["/account//", { kind: "account" }],
  ["/admin/people/", { kind: "admin", section: "people" }],
  ["/c/%", { kind: "conversation", id: "%", seq: null }],
  [pathOf("group", 42), { kind: "conversation", id: "group", seq: 42 }],
  ["/c/group/0", { kind: "nowhere" }],
  ["/c/group/more", { kind: "nowhere" }],
  ["/toString", { kind: "nowhere" }],
  ["/login/", { kind: "login" }],
  ["/login/more", { kind: "nowhere" }],
  ["//", { kind: "welcome" }],
  ["//evil.example/c/group", { kind: "nowhere" }],
];

for (const [path, page] of cases) {
  test(`${path} is ${JSON.stringify(page)}`, () => {
    expect(pageOf(path)).toEqual(page);
  });
}

/** A window at an address, as far as a place needs one. */
function windowAt(pathname: string, search: string, hash = "") {
  const addresses: string[] = [];
  const history = {
    pushState: (_state: unknown, _title: string, address: string) => addresses.push(address),
    replaceState: (_state: unknown, _title: string, address: string) => addresses.push(address),
  };
  const location = { pathname, search, hash };
  const window = { location, history, addEventListener() {} } as unknown as Window;
  return { router: new Router(window), addresses };
}

test("what one has come back with from a provider is told once, and goes out of the address bar", () => {
  const { router, addresses } = windowAt("/account", "?problem=identity_taken");
  expect(router.arrival.problem).toBe("That account at the provider opens another account here.");
  expect(addresses).toEqual(["/account"]);
  router.go("/account");
  expect(router.arrival.problem).toBeNull();
  expect(windowAt("/account", "?linked=github").router.arrival).toEqual({ problem: null, linked: "github" });
});

test("ASVS 3.7.2 an address chooses among the sentences there are, and has none of its own", () => {
  for (const code of ["Call 0800", "toString", "__proto__", "", "<b>x</b>"])
    expect(windowAt("/login", `?problem=${code}&next=//evil.example`).router).toMatchObject({
      path: "/login",
      arrival: { problem: null },
    });
});

test("the secret of a link stays for those who look for it", () => {
  expect(windowAt("/join", "?from=mail", "#7-abc").addresses).toEqual(["/join#7-abc"]);
  expect(windowAt("/join", "", "#7-abc").addresses).toEqual([]);
});
