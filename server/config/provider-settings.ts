import type { ProviderSettings } from "../auth/providers/provider.ts";
import { hostName, type settingsOf, urlOf } from "./reader.ts";

/**
 * Reads the providers at which people may sign in. A provider is offered when all its variables are set, and is not when none
 * is; anything between is a mistake.
 */
export function providerSettings({ setting, missing }: ReturnType<typeof settingsOf>): ProviderSettings[] {
  /** Reads a variable; gives whether it was set, rightly or wrongly, and its value. */
  function read<T>(
    name: string,
    accepted: string,
    check: (value: string) => T | undefined,
    shown?: (value: string) => string,
  ) {
    let isSet = false;
    const noting = (value: string) => {
      isSet = true;
      return check(value);
    };
    const value = setting<T | null>(name, null, accepted, noting, shown);
    return { name, accepted, isSet, value };
  }

  /** Gives the settings of a provider if all of them are there. */
  function provider(
    prefix: string,
    needed: ReturnType<typeof read<string>>[],
    optional: { isSet: boolean }[],
    make: (client: { clientId: string; clientSecret: string }) => ProviderSettings,
  ): ProviderSettings[] {
    const id = read(`${prefix}_CLIENT_ID`, "the client id that the provider gave", visible);
    const secret = read(
      `${prefix}_CLIENT_SECRET`,
      "the client secret that the provider gave",
      visible,
      hidden,
    );
    const all = [...needed, id, secret];
    if (![...all, ...optional].some(({ isSet }) => isSet)) return [];
    for (const each of all) if (!each.isSet) missing(each.name, each.accepted);
    if (all.some(({ value }) => value === null)) return [];
    return [make({ clientId: id.value!, clientSecret: secret.value! })];
  }

  const tenant = read(
    "ENTRA_TENANT",
    "the id of the tenant, such as 8eaef023-2b34-4da1-9baa-8bc8c9d6a490",
    uuid,
  );
  const issuer = read(
    "OIDC_ISSUER",
    "the https address of the issuer, such as https://id.example.com",
    bareAddress,
  );
  const name = read("OIDC_NAME", "what people know the provider by, in at most 40 characters", label);
  const acr = read("OIDC_ACR", "authentication context classes, separated by spaces", words);
  const hosts = read(
    "OIDC_HOSTS",
    "further hosts of the provider, separated by commas, such as keys.example.com",
    hostNames,
  );

  return [
    ...provider("GITHUB", [], [], (client) => ({
      id: "github",
      name: "GitHub",
      issuer: "https://github.com",
      ...client,
      hosts: ["github.com", "api.github.com"],
      acr: [],
    })),
    ...provider("GOOGLE", [], [], (client) => ({
      id: "google",
      name: "Google",
      issuer: "https://accounts.google.com",
      ...client,
      hosts: ["accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com"],
      acr: [],
    })),
    ...provider("ENTRA", [tenant], [], (client) => ({
      id: "entra",
      name: "Microsoft",
      issuer: `https://login.microsoftonline.com/${tenant.value}/v2.0`,
      ...client,
      hosts: ["login.microsoftonline.com"],
      acr: [],
    })),
    ...provider("OIDC", [issuer], [name, acr, hosts], (client) => {
      const { host } = new URL(issuer.value!);
      return {
        id: "oidc",
        name: name.value ?? host,
        issuer: issuer.value!,
        ...client,
        hosts: [host, ...(hosts.value ?? [])],
        acr: acr.value ?? [],
      };
    }),
  ];
}

const hidden = () => "…";

const visible = (value: string) => (/^[\x21-\x7e]{1,1000}$/.test(value) ? value : undefined);

/** Refuses a tenant's name, or a word such as "common" for all tenants, since the tokens would name another issuer. */
const uuid = (value: string) =>
  /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value) ? value.toLowerCase() : undefined;

const label = (value: string) => (value.length <= 40 && !/\p{C}/u.test(value) ? value : undefined);

function words(value: string): string[] | undefined {
  return /^[\x21-\x7e]+( +[\x21-\x7e]+)*$/.test(value) ? value.split(/ +/) : undefined;
}

/** Keeps the issuer as it is written, since a token's issuer is compared letter by letter. */
function bareAddress(value: string): string | undefined {
  const url = URL.parse(value);
  return url && !url.username && !url.password && !/[?#]/.test(value) ? urlOf(value, ["https:"]) : undefined;
}

function hostNames(value: string): string[] | undefined {
  const hosts = value.split(",").map((each) => {
    const [, name, port = ""] = /^\s*([^:\s]+)(:\d{1,5})?\s*$/.exec(each) ?? [];
    return name && hostName(name) && URL.parse(`https://${name}${port}`)?.host;
  });
  return hosts.every((host) => host) ? (hosts as string[]) : undefined;
}
