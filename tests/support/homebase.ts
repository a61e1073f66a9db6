import { afterAll, afterEach, beforeAll, beforeEach } from "bun:test";
import type { Fetch } from "../../server/auth/providers/asking.ts";
import { comeBack, type Person as Known, type OidcProvider, settingsFor, startOidcProvider } from "./oidc.ts";
import { Person } from "./person.ts";
import { type StageOptions, stage } from "./stage.ts";
import type { Visitor } from "./visitor.ts";

/** The stage of a server whose people may sign in with an account at the real provider, known as "Homebase". */
export function homebase<const Name extends string = never>(
  options: StageOptions<Name> = {},
  people: Record<string, Known> = {},
) {
  let provider: OidcProvider;
  let redirectUris: string[];
  let isDown: boolean;
  async function prepare() {
    redirectUris = [];
    isDown = false;
    provider = await startOidcProvider(redirectUris, people);
    return {
      env: { ...settingsFor(provider.issuer), ...options.env },
      fetch: ((url, init) => fetch(url, { ...init, tls: { ca: provider.authority } })) satisfies Fetch,
    };
  }
  const setting = stage({ ...options, prepare });
  const { server } = setting;
  const [before, after] = (options.once ?? options.browser) ? [beforeAll, afterAll] : [beforeEach, afterEach];
  before(() => void redirectUris.push(`${server.origin}/api/providers/oidc/callback`));
  after(async () => {
    if (!isDown) await provider.stop();
  });

  /** Goes to the provider from `path`, logs in there as `sub`, and gives the path to which the provider sends back. */
  async function visitProvider(person: Person, sub: string, body: object = {}, path = "/api/providers/oidc") {
    const sent = await person.fetch("POST", path, body);
    if (sent.status !== 200) throw new Error(`${person.name} was not sent: ${await sent.text()}`);
    const { pathname, search } = await comeBack((await sent.json()).url, sub, provider.authority);
    return pathname + search;
  }

  /** The whole way; gives the page one is led to in the end. */
  async function come(person: Person, sub: string, body: object = {}, path?: string) {
    return comesBack(person, await visitProvider(person, sub, body, path));
  }

  /** Somebody who has come by the provider and chosen a name. */
  async function join(name: string, sub = name): Promise<Person> {
    const person = new Person(server, name);
    await come(person, sub);
    const made = await person.fetch("POST", "/api/pending-sign-up", { name });
    if (made.status !== 201) throw new Error(`${name} could not join: ${await made.text()}`);
    return person;
  }

  return {
    ...setting,
    provider: () => provider,
    visitProvider,
    come,
    /** Says who one is on the login page of the provider, in a real browser that was sent there. */
    async sayAtProvider({ page }: Visitor, sub: string) {
      await page.waitForURL((url) => url.origin === provider.issuer);
      await page.getByLabel("Who are you?").fill(sub);
      await page.getByRole("button", { name: "Log in" }).click();
    },
    link: (person: Person, sub: string) => come(person, sub, {}, "/api/account/providers/oidc"),
    join,
    /** The provider goes down, and the server stays. */
    async providerGoes() {
      isDown = true;
      await provider.stop();
    },
  };
}

/** Comes back from the provider as a browser does: from another site, so without the session. Gives the page it is led to. */
export async function comesBack(person: Person, path: string): Promise<string | null> {
  const cookie = /__Host-provider=[^;]*/.exec(person.cookies)?.[0] ?? "";
  const response = await person.fetch("GET", path, undefined, { cookie });
  if (response.status !== 303) throw new Error(`${response.status}: ${await response.text()}`);
  const location = response.headers.get("location");
  return location === "/arriving" ? arrives(person, cookie.includes("=link.")) : location;
}

/** Finishes it as the page does to which a browser is led. Gives the page that is shown in the end. */
async function arrives(person: Person, isLinking: boolean): Promise<string> {
  const response = await person.fetch("POST", "/api/arrival");
  const { error, page, linked } = await response.json();
  if (error) return `${isLinking ? "/account" : "/login"}?problem=${error.code}`;
  return linked === null ? page : `${page}?linked=${linked}`;
}
