// Checks configuration, mends it, and checks it again.

import { Session } from "meshery";

const SHOP = `\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route: [{ destination: { host: reviws } }] # everything
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 80 }] }
`;

// What is not among the files does not exist. `session.put("deploy/")` would read a folder.
const session = await Session.start({ profile: "correctness", closed: true });
await session.put({ "shop.yaml": SHOP });
const analysis = await session.analysis();
process.stdout.write(`${analysis}`);

// Which host is meant is a guess, so that this fix is not a safe one; comments stay where they are.
process.stdout.write(analysis.diff({ unsafe: true }));
await session.put(analysis.fixed({ unsafe: true }));
console.log(`mended: ${!(await session.analysis()).isAtLeast("error")}`);
