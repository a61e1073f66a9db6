import { join } from "node:path";
import { build } from "vite";
import { projectRoot } from "../server/config.ts";
import { noteClientBuilt } from "./setup.ts";

const root = join(projectRoot, "web");
await build({ root, configFile: join(root, "vite.config.ts") });
noteClientBuilt();
