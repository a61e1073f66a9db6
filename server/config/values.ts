import { isIP } from "node:net";

/** The text itself, if it is a URL of one of these protocols and names a host. */
export function urlOf(value: string, protocols: string[]): string | undefined {
  const url = URL.parse(value);
  if (!url?.hostname || !protocols.includes(url.protocol)) return undefined;
  // A password with "/", "?" or "#" in it ends the host too early: what follows would be shown as a path.
  return /@/.test(url.pathname + url.search + url.hash) ? undefined : value;
}

/**
 * What may be shown of a URL that holds a password: mistakes end up in logs, and where the mistake is, is not known, so
 * that all but the beginning may be the password.
 */
export function urlWithoutSecrets(value: string): string {
  return `${/^[a-z][a-z\d+.-]*:\/\//i.exec(value)?.[0] ?? ""}…`;
}

export function hostName(value: string): string | undefined {
  const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  const looksLikeAddress = /^[\d.]+$/.test(value);
  return isIP(value) > 0 || (!looksLikeAddress && new RegExp(`^${label}(\\.${label})*$`, "i").test(value))
    ? value
    : undefined;
}

export function httpsOrigins(value: string): readonly string[] | undefined {
  const origins = new Set<string>();
  for (const part of parts(value)) {
    const url = URL.parse(part);
    // A path, a query or a password would be dropped silently by URL.origin, and the guard would then mean less than was written.
    const bare = `https://${url?.host}/`;
    if (url?.href !== bare || part.includes("*")) return undefined;
    origins.add(url.origin);
  }
  return [...origins];
}

/** Single addresses and ranges in CIDR form. One that covers everybody is a mistake: then everybody is whom they say they are. */
export function addressRanges(value: string): readonly string[] | undefined {
  const isRange = (part: string) => {
    const [, address = "", bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
    const longest = { 0: 0, 4: 32, 6: 128 }[isIP(address)]!;
    return longest > 0 && (bits === undefined || (Number(bits) > 0 && Number(bits) <= longest));
  };
  const ranges = parts(value);
  return ranges.every(isRange) ? [...new Set(ranges)] : undefined;
}

const parts = (value: string): string[] => value.split(",").map((each) => each.trim());
