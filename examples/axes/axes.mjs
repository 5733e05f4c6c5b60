// Protocol × pace × stop: a load on a URL in every combination of them.
import { runLoad } from "meshery";

for (const protocol of ["http1", "http2"]) {
  for (const pace of ["closed", { constant: "500/s" }, { poisson: "500/s" }]) {
    for (const stop of [{ count: 100 }, { duration: "250ms" }]) {
      const found = await runLoad({
        target: process.argv[2],
        protocol,
        pace,
        stop,
        connections: 4,
        warm_up: "0s",
        checks: [{ status: [200] }],
        thresholds: { response: ["p(99)<1000"] },
      });
      const { counts, response } = found.measured;
      console.log(protocol, pace, stop, counts.fates, `p50 ${response.p50_ns} ns`);
    }
  }
}
