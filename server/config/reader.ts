import { isIP } from "node:net";

export type Env = Record<string, string | undefined>;

export interface ConfigMistake {
  name: string;
  /** What was given; null when a value is missing. */
  value: string | null;
  accepted: string;
}

/** Thrown once for all mistakes, so that nobody fixes them one start at a time. */
export class ConfigError extends Error {
  readonly mistakes: readonly ConfigMistake[];

  constructor(mistakes: readonly ConfigMistake[]) {
    super(["The configuration has mistakes:", ...mistakes.map(mistakeLine)].join("\n"));
    this.name = "ConfigError";
    this.mistakes = mistakes;
  }
}

/** Reads settings out of the environment, and gathers what is wrong with them instead of stopping at the first. */
export function settingsOf(env: Env) {
  const mistakes: ConfigMistake[] = [];

  /** An empty variable counts as unset, which is how compose files and unit files write "the default". */
  function given(name: string): string | null {
    return env[name]?.trim() || null;
  }

  /**
   * What `read` makes of the setting, or the fallback where it is unset; undefined from `read` is a mistake, which shows
   * of the value what `shown` makes of it.
   */
  function setting<T>(
    name: string,
    fallback: T,
    accepted: string,
    read: (value: string) => T | undefined,
    shown = (value: string) => value,
  ): T {
    const value = given(name);
    if (value === null) return fallback;
    const result = read(value);
    if (result === undefined) mistakes.push({ name, value: shown(value), accepted });
    return result ?? fallback;
  }

  function count(name: string, fallback: number, min: number, max: number): number {
    return setting(name, fallback, `a whole number from ${min} to ${max}`, (value) => {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      return number >= min && number <= max ? number : undefined;
    });
  }

  function missing(name: string, accepted: string): void {
    mistakes.push({ name, value: null, accepted });
  }

  /** A setting that was one once, and that whoever still gives it relies on: it is a mistake now. */
  function retired(name: string, accepted: string): void {
    const value = given(name);
    if (value !== null) mistakes.push({ name, value, accepted });
  }

  /** Settings that nothing depends on any more, each with what there is instead; gives a sentence for each that is given. */
  function unused(settings: Record<string, string>): string[] {
    return Object.entries(settings)
      .filter(([name]) => given(name) !== null)
      .map(([name, instead]) => `${name} is no longer used: ${instead}.`);
  }

  return { mistakes, setting, count, missing, retired, unused };
}

function mistakeLine({ name, value, accepted }: ConfigMistake): string {
  return `  ${name} ${value === null ? "is missing" : `is ${JSON.stringify(value)}`}; accepted: ${accepted}`;
}

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
