import { isIP } from "node:net";

export type Env = Record<string, string | undefined>;

export interface ConfigMistake {
  name: string;
  /** What was given; null when a value is missing. */
  value: string | null;
  accepted: string;
}

/** Is thrown once for all mistakes, so that nobody has to fix them one start at a time. */
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
   * Gives what `read` makes of the setting, or the fallback where it is unset. Undefined from `read` is a mistake, whose message
   * has the value as `shown` gives it.
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

  /** Makes a former setting a mistake, because whoever still gives it relies on it. */
  function retired(name: string, accepted: string): void {
    const value = given(name);
    if (value !== null) mistakes.push({ name, value, accepted });
  }

  /** Takes former settings that nothing depends on, each with its replacement; gives a warning for each that is still given. */
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

/** Gives the text itself if it is a URL of one of these protocols with a host. */
export function urlOf(value: string, protocols: string[]): string | undefined {
  const url = URL.parse(value);
  if (!url?.hostname || !protocols.includes(url.protocol)) return undefined;
  // A password with "/", "?" or "#" in it ends the host too early, and its rest would be shown as a path.
  return /@/.test(url.pathname + url.search + url.hash) ? undefined : value;
}

/**
 * Gives the part of a URL that may be shown in a log: its scheme only, since in a mistaken URL the password may be anywhere
 * after it.
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
    // URL.origin would silently drop a path, a query or a password, and the origin would then allow more than was written.
    const bare = `https://${url?.host}/`;
    if (url?.href !== bare || part.includes("*")) return undefined;
    origins.add(url.origin);
  }
  return [...origins];
}

/** Reads addresses and CIDR ranges. A range that covers everybody is refused: every client could then claim any address. */
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
