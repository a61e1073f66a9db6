import { Incident } from "../../logging/incident.ts";

export type ProviderId = "github" | "google" | "entra" | "oidc";

/** A place where people have an account already, as the configuration names it. */
export interface ProviderSettings {
  readonly id: ProviderId;
  /** What people know it by. */
  readonly name: string;
  /** What it calls itself, letter by letter; with the subject it names an account there. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The hosts that the server may ask about it, each with its port where it has one of its own. */
  readonly hosts: readonly string[];
  /** Where not empty, people must have shown who they are in one of these ways (authentication context classes). */
  readonly acr: readonly string[];
}

/** Where the browser is sent to, and what has to come back from there. */
export interface Question {
  state: string;
  /** The secret of PKCE (RFC 7636), of which the provider gets the SHA-256. */
  verifier: string;
  nonce: string;
  redirectUri: string;
}

/** What the browser brought back, and what belongs to it. */
export interface Answer extends Omit<Question, "state"> {
  code: string;
  /** Who says to have sent it (RFC 9207); null where nobody says so. */
  iss: string | null;
}

/** An account at a provider. Issuer and subject are its key: names and addresses of mail change hands. */
export interface ProviderAccount {
  issuer: string;
  subject: string;
  /** A name of the form that names have here, to begin with; null where none can be made of what the provider says. */
  suggestedName: string | null;
}

/** Both methods throw a `failure` where the provider is not reached, or does not do as it should. */
export interface Provider {
  readonly settings: ProviderSettings;
  authorizationUrl(question: Question): Promise<URL>;
  identify(answer: Answer): Promise<ProviderAccount>;
}

/** What went wrong at a provider, for the log of the operator: a sentence of ours, in which no secret and no token stands. */
export const failure = (reason: string): Incident => new Incident("provider_failed", reason);
