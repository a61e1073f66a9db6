/** Clearing out takes more room than there is: how many bytes, and how many are free in this folder. */
export interface MissingRoom {
  needed: number;
  free: number;
  folder: string;
}

/** What the database lies on. */
export interface Disk {
  /** How many bytes are free; null where that cannot be known from here. */
  free(): Promise<number | null>;
  /** Stores a few pages and removes them again; refuses as `storage_full` where nothing can be stored. */
  tryWriting(): Promise<void>;
}
