//! What istiod takes for there though nobody declares it, as long as its configuration leaves the ingress controller on.

use crate::analyze::Source;

/// The ingress gateway that the default configuration of the mesh names.
const INGRESS_GATEWAY: &str = "
apiVersion: v1
kind: Service
metadata: { name: istio-ingressgateway, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  ports:
  - { name: http2, port: 80, targetPort: 80, protocol: TCP }
  - { name: https, port: 443, targetPort: 443, protocol: TCP }
  - { name: tcp, port: 31400, targetPort: 31400, protocol: TCP }
  - { name: tls, port: 15443, targetPort: 15443, protocol: TCP }
---
apiVersion: v1
kind: Pod
metadata: { name: istio-ingressgateway, namespace: istio-system, labels: { istio: ingressgateway } }
spec: { containers: [{ name: istio-proxy, image: 'docker.io/istio/proxyv2:1.1' }] }
";

/// The file that it would stand in.
pub(in crate::analyze) fn ingress_gateway() -> Source {
    Source::new("the default ingress gateway of Istio", INGRESS_GATEWAY)
}
