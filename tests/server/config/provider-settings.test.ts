import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../../server/config/environment.ts";
import { ConfigError } from "../../../server/config/reader.ts";

const tenant = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490";
const oidc = { OIDC_ISSUER: "https://id.example.com", OIDC_CLIENT_ID: "chat", OIDC_CLIENT_SECRET: "s3cret" };

function mistakesOf(env: Record<string, string>) {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

test("no provider is there unless it is set up", () => {
  expect(parseConfig({}).providers).toEqual([]);
  expect(parseConfig({ GITHUB_CLIENT_ID: "", GITHUB_CLIENT_SECRET: " " }).providers).toEqual([]);
});

test("all of them may be there at once, each with the hosts that may be asked for it", () => {
  const client = (name: string) => ({
    [`${name}_CLIENT_ID`]: `${name} id`.replace(" ", "-"),
    [`${name}_CLIENT_SECRET`]: `${name}-secret`,
  });
  const env = {
    ...client("GITHUB"),
    ...client("GOOGLE"),
    ...client("ENTRA"),
    ...client("OIDC"),
    ENTRA_TENANT: tenant.toUpperCase(),
    OIDC_ISSUER: "https://id.example.com:8443/realms/chat/",
    OIDC_NAME: "Our club",
    OIDC_ACR: "silver gold",
    OIDC_HOSTS: "keys.example.com, tokens.example.com:444",
  };
  const { providers } = parseConfig(env);
  expect(providers.map(({ id, name, issuer, hosts, acr }) => [id, name, issuer, hosts, acr])).toEqual([
    ["github", "GitHub", "https://github.com", ["github.com", "api.github.com"], []],
    [
      "google",
      "Google",
      "https://accounts.google.com",
      ["accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com"],
      [],
    ],
    [
      "entra",
      "Microsoft",
      `https://login.microsoftonline.com/${tenant}/v2.0`,
      ["login.microsoftonline.com"],
      [],
    ],
    [
      "oidc",
      "Our club",
      "https://id.example.com:8443/realms/chat/",
      ["id.example.com:8443", "keys.example.com", "tokens.example.com:444"],
      ["silver", "gold"],
    ],
  ]);
  expect(providers.map(({ clientId, clientSecret }) => [clientId, clientSecret])).toEqual(
    ["GITHUB", "GOOGLE", "ENTRA", "OIDC"].map((name) => [`${name}-id`, `${name}-secret`]),
  );
  for (const part of [providers, ...providers, providers[0]!.hosts]) expect(Object.isFrozen(part)).toBe(true);
});

test("a provider without a name is called after its host", () => {
  expect(parseConfig(oidc).providers[0]!.name).toBe("id.example.com");
});

describe("what is missing is told by name", () => {
  const halves: [Record<string, string>, string[]][] = [
    [{ GITHUB_CLIENT_ID: "x" }, ["GITHUB_CLIENT_SECRET"]],
    [{ GITHUB_CLIENT_SECRET: "x" }, ["GITHUB_CLIENT_ID"]],
    [{ GOOGLE_CLIENT_SECRET: "x" }, ["GOOGLE_CLIENT_ID"]],
    [{ ENTRA_TENANT: tenant }, ["ENTRA_CLIENT_ID", "ENTRA_CLIENT_SECRET"]],
    [{ ENTRA_CLIENT_ID: "x", ENTRA_CLIENT_SECRET: "x" }, ["ENTRA_TENANT"]],
    [{ OIDC_NAME: "Our club" }, ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"]],
    [{ OIDC_ISSUER: oidc.OIDC_ISSUER, OIDC_CLIENT_ID: "x" }, ["OIDC_CLIENT_SECRET"]],
    [{ OIDC_CLIENT_ID: "x", OIDC_CLIENT_SECRET: "x" }, ["OIDC_ISSUER"]],
  ];
  for (const [env, missing] of halves)
    test(Object.keys(env).join(", "), () => {
      expect(mistakesOf(env)).toEqual(
        missing.map((name) => ({ name, value: null, accepted: expect.any(String) })),
      );
    });
});

const refused: [string, string[]][] = [
  ["ENTRA_TENANT", ["common", "organizations", "contoso.onmicrosoft.com", `${tenant}/`]],
  [
    "OIDC_ISSUER",
    [
      "http://id.example.com",
      "id.example.com",
      "https://id.example.com?x",
      "https://id.example.com#x",
      "https://u:p@id.example.com",
      "javascript:alert(1)",
    ],
  ],
  ["OIDC_NAME", ["a".repeat(41), "a\nb", "a\u202eb"]],
  ["OIDC_ACR", ["a\tb", "ä"]],
  [
    "OIDC_HOSTS",
    [
      "https://a.example",
      "a.example/",
      "a.example,",
      "*",
      "a.example:x",
      "a.example:99999",
      "a b",
      "-a.example",
    ],
  ],
  ["OIDC_CLIENT_ID", ["a b", "ä", "a".repeat(1001)]],
];
describe("refuses", () => {
  for (const [name, values] of refused)
    for (const value of values)
      test(`${name}=${JSON.stringify(value).slice(0, 60)}, once`, () => {
        const others = { ...oidc, ENTRA_TENANT: tenant, ENTRA_CLIENT_ID: "x", ENTRA_CLIENT_SECRET: "x" };
        expect(mistakesOf({ ...others, [name]: value })).toEqual([
          { name, value, accepted: expect.any(String) },
        ]);
      });
});

test("ASVS 16.2.5 a mistake in a secret never shows the secret", () => {
  for (const name of ["GITHUB", "GOOGLE", "ENTRA", "OIDC"]) {
    const [mistake] = mistakesOf({ [`${name}_CLIENT_SECRET`]: "pa55 word" });
    expect(mistake).toEqual({
      name: `${name}_CLIENT_SECRET`,
      value: "…",
      accepted: expect.any(String),
    });
  }
});
