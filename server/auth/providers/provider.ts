import { Incident } from "../../logging/incident.ts";

export type ProviderId = "github" | "google" | "entra" | "oidc";

/** A provider, at which people have an account already, as it is configured. */
export interface ProviderSettings {
  readonly id: ProviderId;
  /** The name by which people know it. */
  readonly name: string;
  /** Its issuer identifier, compared letter by letter; with the subject it identifies an account there. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The hosts to which the server may send requests, with their ports unless those are the default. */
  readonly hosts: readonly string[];
  /** The accepted authentication context classes; empty where any is accepted. */
  readonly acr: readonly string[];
}

/** Where the browser is sent, and what has to come back from there. */
export interface Question {
  state: string;
  /** The code verifier of PKCE (RFC 7636), of which the provider gets the SHA-256. */
  verifier: string;
  nonce: string;
  redirectUri: string;
}

/** What the browser brought back, and what belongs to it. */
export interface Answer extends Omit<Question, "state"> {
  code: string;
  /** The issuer that the answer names (RFC 9207); null where it names none. */
  iss: string | null;
}

/** An account at a provider. Issuer and subject are its key, since names and mail addresses may pass to other people. */
export interface ProviderAccount {
  issuer: string;
  subject: string;
  /** A suggested name in the form that names have here; null where the provider gives nothing to make one of. */
  suggestedName: string | null;
}

/** Both methods throw a `failure` where the provider cannot be reached or gives a wrong answer. */
export interface Provider {
  readonly settings: ProviderSettings;
  authorizationUrl(question: Question): Promise<URL>;
  identify(answer: Answer): Promise<ProviderAccount>;
}

/** What went wrong at a provider, for the operator's log: a sentence of our own, without secrets and tokens. */
export const failure = (reason: string): Incident => new Incident("provider_failed", reason);
