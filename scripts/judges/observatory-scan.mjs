// Runs in Node, in the folder where the observatory was installed: node observatory-scan.mjs <folder> <host name> <port>.
// Prints its judgement as JSON.
import dns from "node:dns";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, name, port] = process.argv.slice(2);

// The one name that is judged leads to this machine. All others lead nowhere: a judge has no business elsewhere.
dns.lookup = (asked, options, callback) => {
  if (asked !== name) return callback(new Error(`${asked} is not looked up.`));
  return options.all ? callback(null, [{ address: "127.0.0.1", family: 4 }]) : callback(null, "127.0.0.1", 4);
};

const observatory = join(folder, "node_modules/@mdn/mdn-http-observatory");
// The list of hosts that browsers know to use HTTPS, which its installation would fetch. None of them is ours.
writeFileSync(join(observatory, "conf/hsts-preload.json"), "{}");
const { scan } = await import(pathToFileURL(join(observatory, "src/scanner/index.js")).href);
console.log(JSON.stringify(await scan(`${name}:${port}`)));
