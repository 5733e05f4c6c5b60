// Puts a load on a URL and prints what came of it, as JSON. The same program as main.rs:
//
//     node load.mjs '{ "target": "http://127.0.0.1:8080/", "stop": { "count": 1000 } }'

import { runLoad } from "meshery";

const [spec] = process.argv.slice(2);
if (spec === undefined) throw new Error("needed: a load specification as JSON");
console.log(JSON.stringify(await runLoad(JSON.parse(spec)), null, 2));
