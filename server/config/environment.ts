import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { ProviderSettings } from "../auth/providers/provider.ts";
import { limits as protocolLimits } from "../protocol/limits.ts";
import { providerSettings } from "./provider-settings.ts";
import {
  addressRanges,
  ConfigError,
  type Env,
  hostName,
  httpsOrigins,
  settingsOf,
  urlOf,
  urlWithoutSecrets,
} from "./reader.ts";

export interface Config {
  /** The address to listen on; "::" accepts IPv6 and IPv4 alike. */
  readonly host: string;
  /** 0 lets the system choose a free port. */
  readonly port: number;
  /** The absolute path of the folder that holds the database, certificates and secrets. */
  readonly dataDir: string;
  /** The PostgreSQL that holds the data and is shared by all nodes; null means SQLite in `dataDir`, for one process. */
  readonly postgres: {
    readonly url: string;
    /** How many connections one node holds at most, besides two for signals and two for polling. */
    readonly connections: number;
  } | null;
  /** How long a server that was told to stop goes on serving, so that a load balancer can stop sending clients first. */
  readonly drainSeconds: number;
  /** The origins whose pages may call this server; null means those made of the certificate's names and the port. */
  readonly origins: readonly string[] | null;
  /** Addresses and CIDR ranges of load balancers, which are trusted about a client's address. */
  readonly trustedProxies: readonly string[];
  /** Absolute paths of a certificate the user brought; null means a self-made one. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** The absolute path of a list of stolen passwords, which nobody may choose; null where there is none. */
  readonly breachList: string | null;
  /** Where people may sign in with an account they have elsewhere. */
  readonly providers: readonly ProviderSettings[];
  readonly limits: {
    readonly messageBytes: number;
    /** How fast a user's allowance refills. */
    readonly messagesPerMinute: number;
    /** How many messages a user may send at once before the refill counts. */
    readonly messageBurst: number;
    readonly socketsPerUser: number;
    /** How many requests of one address are served in a second; more of them wait. */
    readonly requestsPerSecond: number;
    readonly hashWorkers: number;
  };
  /** Warnings about settings that are given and have no effect any more, a sentence each. */
  readonly unused: readonly string[];
}

export const projectRoot: string = resolve(import.meta.dir, "../..");

/**
 * Takes the environment and gives the frozen configuration; throws one ConfigError that names every mistake. It needs no
 * installed package: the start calls it before it installs anything, so that a mistake shows at once.
 */
export function parseConfig(env: Env, cores: number = availableParallelism()): Config {
  const settings = settingsOf(env);
  const { mistakes, setting, count, missing, retired, unused } = settings;

  function path(value: string): string | undefined {
    return value.includes("\0") ? undefined : resolve(projectRoot, value);
  }
  function suppliedCertificate(): Config["tls"] {
    const cert = setting<string | null>("TLS_CERT", null, "the path of a certificate file", path);
    const key = setting<string | null>("TLS_KEY", null, "the path of a key file", path);
    if (cert !== null && key !== null) return { cert, key };
    if (cert !== null) missing("TLS_KEY", "the path of the key of TLS_CERT");
    if (key !== null) missing("TLS_CERT", "the path of the certificate of TLS_KEY");
    return null;
  }

  function postgres(): Config["postgres"] {
    const accepted = "postgres://user:password@host:5432/database";
    const url = setting<string | null>(
      "DATABASE_URL",
      null,
      accepted,
      (value) => urlOf(value, ["postgres:", "postgresql:"]),
      urlWithoutSecrets,
    );
    const connections = count("DATABASE_CONNECTIONS", 8, 2, 500);
    return url === null ? null : { url, connections };
  }

  const config: Config = {
    host: setting("HOST", "::", "an IP address or a host name, such as ::, 0.0.0.0 or localhost", hostName),
    port: count("PORT", 5000, 0, 65_535),
    dataDir: setting("DATA_DIR", join(projectRoot, "data"), "the path of a folder", path),
    postgres: postgres(),
    drainSeconds: count("DRAIN_SECONDS", 0, 0, 300),
    origins: setting<readonly string[] | null>(
      "ORIGINS",
      null,
      "https origins without a path, separated by commas, such as https://chat.example.com,https://192.168.1.5:5000",
      httpsOrigins,
    ),
    trustedProxies: setting<readonly string[]>(
      "TRUSTED_PROXIES",
      [],
      "addresses and ranges of load balancers, separated by commas, such as 127.0.0.1,::1,10.0.0.0/24",
      addressRanges,
    ),
    tls: suppliedCertificate(),
    breachList: setting<string | null>("BREACH_LIST", null, "the path of a text file", path),
    providers: providerSettings(settings),
    limits: {
      messageBytes: count(
        "MAX_MESSAGE_BYTES",
        protocolLimits.messageMaxBytes,
        1,
        protocolLimits.messageMaxBytes,
      ),
      messagesPerMinute: count("MESSAGES_PER_MINUTE", 120, 1, 1_000_000),
      messageBurst: count("MESSAGE_BURST", 30, 1, 1_000_000),
      requestsPerSecond: count("REQUESTS_PER_SECOND", 100, 1, 1_000_000),
      socketsPerUser: count("SOCKETS_PER_USER", 20, 1, 10_000),
      hashWorkers: count("HASH_WORKERS", Math.min(4, Math.max(1, cores - 1)), 1, 64),
    },
    unused: unused({ NATS_URL: "signals between nodes travel over PostgreSQL" }),
  };
  retired("REGISTRATION", "nothing: the owner says in the chat who may join");
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return frozen(config);
}

/** Gives the message for a person whose port is in use, who started the program with this command. */
export function portTakenSentence(port: number, command = "start"): string {
  const another = port < 65_535 ? port + 1 : port - 1;
  const airplay = port === 5000 ? " (on macOS the AirPlay receiver holds 5000)" : "";
  return `Port ${port} is taken by another program${airplay}. Choose another: PORT=${another} bun run ${command}`;
}

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === "object" && inner !== null) frozen(inner);
  return Object.freeze(value);
}
