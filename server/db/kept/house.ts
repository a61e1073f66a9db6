import type { House } from "../../protocol/house.ts";
import type { Act } from "./audit.ts";

export interface HouseKeeping {
  /** Null until the server is set up. */
  read(): Promise<House | null>;
  write(house: House, act?: Act): Promise<void>;
}
