import type { ServerSettings } from "../../../../server/protocol/settings.ts";
import type { Identity } from "../../../../server/store/identities.ts";
import type { Invite } from "../../../../server/store/invites.ts";
import type { Passkey } from "../../../../server/store/passkeys.ts";
import type { Store } from "../../../../server/store/store.ts";
import type { Ticket } from "../../../../server/store/tickets.ts";
import { entryOf, idOf } from "./ground.ts";

/** One of each thing that a store keeps, with what a test cares about; all belong to Bob, whose id is 2. */

export const someSettings = (more: Partial<ServerSettings> = {}): ServerSettings => ({
  name: "The Greens",
  welcome: "Come in!\nWipe your feet. 👩‍👩‍👧",
  registration: "invite",
  secondFactor: "admins",
  messageBurst: 10,
  messagesPerMinute: 20,
  messageBytes: 1000,
  ...more,
});

export const aPasskey = (more: Partial<Passkey> = {}): Omit<Passkey, "lastUsedAt"> => ({
  id: "credential",
  userId: 2,
  rpId: "chat.example",
  publicKey: Buffer.from([0, 1, 254, 255]),
  counter: 3,
  transports: ["internal", "hybrid"],
  name: "Phone",
  createdAt: 6,
  ...more,
});

export const anIdentity = (more: Partial<Identity> = {}): Omit<Identity, "lastUsedAt"> => ({
  issuer: "https://provider.example",
  subject: "248289761001",
  userId: 2,
  provider: "provider",
  createdAt: 6,
  ...more,
});

export const aTicket = (more: Partial<Ticket> = {}): Ticket => ({
  id: idOf("ticket"),
  kind: "reset",
  userId: 2,
  data: '{"challenge":"é"}',
  expiresAt: 1000,
  ...more,
});

export const anInvite = (more: Partial<Invite> = {}): Omit<Invite, "id" | "uses" | "revokedAt"> => ({
  createdBy: 1,
  createdAt: 7,
  expiresAt: null,
  maxUses: null,
  label: "for the choir",
  ...more,
});

export const aReport = () => ({
  conversation: "group" as const,
  seq: 1,
  reporterId: 1,
  reason: "rude",
  createdAt: 8,
});

/** Makes Alice, whose id is 1, the owner. */
export const asOwner = ({ users }: Store) => users.setRole(1, "owner", entryOf("person.role changed"));

export const beginSession = (store: Store, token: string, userId: number, createdAt = 100) =>
  store.sessions.create({ id: idOf(token), userId, device: `${token}'s browser`, createdAt });
