// The README's quickstart in Node.
import { compare } from "meshery";

const comparison = await compare({
  arms: [{ name: "none", mesh: "none" }, { name: "envoy", mesh: "envoy" }],
  rounds: 5,
  load: { pace: { constant: "2000/s" }, stop: { duration: "500ms" }, warm_up: "200ms" },
});
console.log(comparison.table);
comparison.save("quickstart"); // result.json, report.html
