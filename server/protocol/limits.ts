/** Bounds that both sides of the wire know. Sizes are bytes of UTF-8 unless said otherwise; times are milliseconds. */
export const limits = {
  /** Characters of a user name, at least. */
  nameMin: 3,
  /** Characters of a user name, at most. */
  nameMax: 20,
  /** Characters of what a device, a passkey or an invitation is called. */
  labelMax: 60,
  /** Characters of the token of a link. */
  linkTokenMax: 64,
  /** Characters of what the chat is called. */
  chatNameMax: 40,
  /** Characters of the text of the welcome page. */
  welcomeMax: 500,
  /** Characters of a reason that is given for a report, a mute or a ban. */
  reasonMax: 300,
  /** How long somebody can be muted: four weeks, in minutes. */
  muteMaxMinutes: 40_320,
  /** Characters of a password, at least. */
  passwordMin: 8,
  /** Bytes of a password, at most; all of them count. */
  passwordMaxBytes: 256,
  /** Bytes of a message's text, at most; a chat may be set to fewer. */
  messageMaxBytes: 16_384,
  /** Bytes of a frame from the client; a larger one closes the socket (1009). JSON may escape a byte into six. */
  frameMaxBytes: 131_072,
  /** Bytes of a request's body; a larger one is refused unread. */
  requestMaxBytes: 16_384,
  /** Milliseconds that the server is silent at most; a client that hears nothing for longer sends a `ping`. */
  heartbeatMs: 13_000,
  /** How deep JSON may nest. */
  jsonMaxDepth: 16,
  /** Characters of a `ref`, and of the tags that a client sends back. */
  refMax: 64,
  /** Messages on a page of history, where the client does not say how many. */
  historyPage: 50,
  /** Messages on a page of history, at most. */
  historyPageMax: 200,
  /** Bytes of text after which a page of history or of catching up ends early. */
  pageMaxBytes: 262_144,
  /** Messages on a page of catching up, at most. */
  syncPage: 200,
  /** People in a conversation, at most, where they see who is writing. */
  typingPeopleMax: 50,
  /** Milliseconds for which somebody counts as writing after they said so. */
  typingMs: 6_000,
  /** People in a conversation, at most, where they see who has read how far. */
  readersMax: 20,
  /** Characters of a room's name, at most. */
  roomNameMax: 60,
  /** Characters of what is said of a room, at most. */
  roomDescriptionMax: 300,
  /** Rooms that a server has, at most; those of a few people count too. */
  roomsMax: 5_000,
  /** People that are added to a room at once, at most. */
  roomAddMax: 200,
  /** People of a private conversation of a few, oneself among them, at least. */
  fewMin: 3,
  /** The same at most. */
  fewMax: 8,
  /** Characters of the last line of a conversation in a list. */
  previewMax: 120,
  /** Kinds of reactions that a message has, at most. */
  reactionKinds: 20,
  /** Bytes of a reaction: the longest emoji has 35. */
  emojiMaxBytes: 64,
  /** Pinned messages of a conversation, at most. */
  pinsMax: 100,
  /** Messages that are asked for by their places at once. */
  readMax: 50,
  /** Unread messages are counted up to this; a client shows "99+". */
  unreadMax: 100,
} as const;

/**
 * The version of this protocol. A client that meets another one reloads itself: it rises where a client of before would
 * misread what the server sends, or be refused what it sends.
 */
export const protocolVersion = 4;
