/** What was deleted and could not be cleared out of the files of the database yet. */
export interface ClearingWait {
  /** UTC milliseconds. */
  since: number;
  /** How many bytes of room that takes, and how many there are; null where something else is in the way. */
  needed: number | null;
  free: number | null;
}

/** How it stands with the disk of the database, for those who look after the chat. */
export interface StorageState {
  /** Whether nothing can be stored, because there is no room. */
  isFull: boolean;
  clearing: ClearingWait | null;
}
