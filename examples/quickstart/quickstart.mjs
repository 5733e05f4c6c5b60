// The README's quickstart in Node.
import { compare } from "meshery";

const comparison = await compare({ rounds: 5, load: { stop: { duration: "2s" } } });
console.log(comparison.table);
comparison.save("quickstart");
