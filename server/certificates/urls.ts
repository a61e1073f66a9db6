import { isIP, isIPv4, isIPv6 } from "node:net";
import type { Names } from "./names.ts";

/** Where a browser finds the server: on this computer, and from the network. */
export interface Urls {
  readonly local: readonly string[];
  readonly lan: readonly string[];
}

/**
 * Takes the names, the port and the address listened on; gives the https origins in the order in which a person would try them.
 * A wildcard name is no address and is left out.
 */
export function serverUrls(names: Names, port: number, host = "::"): Urls {
  const heard = [...names.dns.filter((name) => !name.includes("*")), ...names.addresses].filter((name) =>
    hears(host, name),
  );
  const origin = (name: string) => new URL(`https://${isIPv6(name) ? `[${name}]` : name}:${port}`).origin;
  const lan = heard.filter((name) => !isLocal(name));
  return {
    local: heard.filter(isLocal).map(origin),
    lan: [
      ...lan.filter(isIPv4),
      ...lan.filter((name) => name.endsWith(".local")),
      ...lan.filter((name) => isIP(name) === 0 && !name.endsWith(".local")),
      ...lan.filter(isIPv6),
    ].map(origin),
  };
}

/** The same as one list: the origins that may call the server when none were configured. */
export function serverOrigins(names: Names, port: number): readonly string[] {
  const { local, lan } = serverUrls(names, port);
  return [...local, ...lan];
}

function hears(host: string, name: string): boolean {
  if (host === "::") return true;
  if (host === "0.0.0.0") return !isIPv6(name);
  if (isLocal(host)) return isLocal(name) && (isIP(host) === 0 || isIP(name) === 0 || host === name);
  return isIP(name) === 0 ? name !== "localhost" : isIP(host) === 0 ? !isLocal(name) : host === name;
}

function isLocal(name: string): boolean {
  return name === "localhost" || name === "::1" || /^127\.[\d.]+$/.test(name);
}
