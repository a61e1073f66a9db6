import { join } from "node:path";
import { build } from "vite";
import { projectRoot } from "../server/config/environment.ts";
import { clientBuild } from "./setup.ts";

const root = join(projectRoot, "web");
const note = clientBuild();
await build({ root, configFile: join(root, "vite.config.ts") });
note();
