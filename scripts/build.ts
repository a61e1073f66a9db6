import { join } from "node:path";
import { build } from "vite";
import { projectRoot } from "../server/config.ts";

const root = join(projectRoot, "web");
await build({ root, configFile: join(root, "vite.config.ts") });
