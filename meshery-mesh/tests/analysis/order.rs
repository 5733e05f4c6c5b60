//! The safe order of changes, and what breaks in the given one.

use meshery_core::Severity;
use meshery_mesh::analyze::order::{Order, RULE};
use meshery_mesh::analyze::{Options, Source, order};

fn files(name: &str, text: &str) -> Vec<Source> {
    vec![Source::new(name, text)]
}

/// From one text to another, removing what is there no longer.
fn run(before: &[&str], after: &[&str]) -> Order {
    let options = Options { prune: true, ..Options::default() };
    let order = order(&files("a.yaml", &before.join("\n---\n")), &files("a.yaml", &after.join("\n---\n")), &options);
    assert!(order.errors.is_empty(), "{:?}", order.errors);
    for finding in &order.findings {
        assert!(finding.location.span.start.line > 0 && finding.help.is_some() && !finding.message.ends_with('.'));
        assert!(!finding.related.is_empty(), "both places: {finding}");
    }
    order
}

fn steps(order: &Order) -> Vec<String> {
    let step = |changes: &[meshery_mesh::analyze::order::Change]| {
        changes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + ")
    };
    order.steps.iter().map(|it| step(&it.changes)).collect()
}

fn messages(order: &Order) -> Vec<&str> {
    order.findings.iter().map(|finding| finding.message.as_str()).collect()
}

fn object(kind: &str, name: &str, spec: &str) -> String {
    format!("apiVersion: {kind}\nmetadata: {{ name: {name}, namespace: shop }}\nspec: {spec}\n")
}

fn route(destination: &str) -> String {
    let spec = format!("{{ hosts: [reviews], http: [{{ route: [{{ destination: {{ {destination} }} }}] }}] }}");
    object("networking.istio.io/v1\nkind: VirtualService", "reviews", &spec)
}

fn subsets(name: &str, subsets: &str) -> String {
    let listed: Vec<String> =
        subsets.split(' ').map(|subset| format!("{{ name: {subset}, labels: {{ version: {subset} }} }}")).collect();
    let spec = format!("{{ host: reviews, subsets: [{}] }}", listed.join(", "));
    object("networking.istio.io/v1\nkind: DestinationRule", name, &spec)
}

fn service(name: &str, port: u16) -> String {
    object("v1\nkind: Service", name, &format!("{{ selector: {{ app: {name} }}, ports: [{{ port: {port} }}] }}"))
}

fn deployment(name: &str, version: &str) -> String {
    let labels = format!("{{ app: {name}, version: {version} }}");
    let spec = format!("{{ template: {{ metadata: {{ labels: {labels} }}, spec: {{ containers: [] }} }} }}");
    object("apps/v1\nkind: Deployment", &format!("{name}-{version}"), &spec)
}

#[test]
fn the_examples_of_the_page_behave() {
    for (example, is_bad) in [(RULE.bad, true), (RULE.good, false)] {
        let (running, wanted) = example.split_once("# wanted\n").unwrap();
        let order = order(&files("running.yaml", running), &files("wanted.yaml", wanted), &Options::default());
        assert_eq!(!order.findings.is_empty(), is_bad, "{:?}", order.findings);
        assert!(order.findings.iter().all(|finding| finding.code == RULE.code));
    }
}

#[test]
fn a_subset_is_made_before_it_is_routed_to() {
    let order = run(
        &[&subsets("reviews", "v1"), &route("host: reviews, subset: v1")],
        &[&route("host: reviews, subset: v2"), &subsets("reviews", "v1 v2")],
    );
    assert_eq!(steps(&order), ["change DestinationRule shop/reviews", "change VirtualService shop/reviews"]);
    assert_eq!(
        order.steps[1].why,
        ["VirtualService shop/reviews uses the subset \"v2\" of \"reviews.shop.svc.cluster.local\", \
          which DestinationRule shop/reviews brings"]
    );
    let finding = &order.findings[0];
    assert_eq!(
        (finding.severity, finding.field.as_str()),
        (Severity::Warning, "spec.http[0].route[0].destination.subset")
    );
    assert_eq!(finding.related[0].resource, "DestinationRule shop/reviews");
}

#[test]
fn a_subset_goes_after_its_last_use() {
    let before = [route("host: reviews, subset: v1"), subsets("reviews", "v1 v2")];
    let safe = run(&[&before[0], &before[1]], &[&route("host: reviews, subset: v2"), &subsets("reviews", "v2")]);
    assert_eq!(messages(&safe), Vec::<&str>::new());
    assert_eq!(steps(&safe), ["change VirtualService shop/reviews", "change DestinationRule shop/reviews"]);
    let order = run(&[&before[0], &before[1]], &[&subsets("reviews", "v2"), &route("host: reviews, subset: v2")]);
    assert_eq!(steps(&order), steps(&safe));
    assert_eq!(
        messages(&order),
        [
            "takes away the subset \"v1\" of \"reviews.shop.svc.cluster.local\" while VirtualService shop/reviews still uses it"
        ]
    );
}

#[test]
fn a_change_that_brings_and_takes_is_made_in_two() {
    let order = run(
        &[&subsets("reviews", "v1"), &route("host: reviews, subset: v1")],
        &[&subsets("reviews", "v2"), &route("host: reviews, subset: v2")],
    );
    assert_eq!(
        steps(&order),
        [
            "extend DestinationRule shop/reviews",
            "change VirtualService shop/reviews",
            "reduce DestinationRule shop/reviews"
        ]
    );
    assert_eq!(order.findings.len(), 1, "{:?}", order.findings);
    assert!(order.findings[0].message.starts_with("no order is safe"));
    assert_eq!(order.findings[0].related.len(), 2);
}

#[test]
fn a_subset_that_others_use_is_not_taken_away() {
    let running = [
        Source::new("rule.yaml", subsets("reviews", "v1 v2")),
        Source::new("route.yaml", route("host: reviews, subset: v1")),
    ];
    let order = order(&running, &files("rule.yaml", &subsets("reviews", "v2")), &Options::default());
    assert_eq!(steps(&order), ["change DestinationRule shop/reviews"]);
    assert_eq!(order.findings[0].severity, Severity::Error, "it is broken for good");
    assert_eq!(order.findings[0].related[0].location.file, "route.yaml");
}

#[test]
fn what_takes_the_place_of_another_comes_first() {
    let route = route("host: reviews, subset: v1");
    let order = run(&[&route, &subsets("old", "v1")], &[&route, &subsets("new", "v1")]);
    assert_eq!(steps(&order), ["create DestinationRule shop/new", "remove DestinationRule shop/old"]);
    assert_eq!(messages(&order), Vec::<&str>::new(), "kubectl removes last");
}

#[test]
fn hosts_ports_and_workloads_are_there_before_requests() {
    let order = run(
        &[&service("reviews", 80), &deployment("reviews", "v1"), &route("host: reviews")],
        &[
            &route("host: ratings, port: { number: 90 }"),
            &deployment("reviews", "v1"),
            &service("reviews", 80),
            &service("ratings", 90),
            &deployment("ratings", "v1"),
        ],
    );
    assert_eq!(
        steps(&order),
        ["create Service shop/ratings + create Deployment shop/ratings-v1", "change VirtualService shop/reviews"]
    );
    let about: Vec<&str> = messages(&order).into_iter().map(|it| it.split(" before").next().unwrap()).collect();
    assert_eq!(
        about,
        [
            "needs the host \"ratings.shop.svc.cluster.local\"",
            "needs the workloads of \"ratings.shop.svc.cluster.local\"",
            "needs the port 90 of \"ratings.shop.svc.cluster.local\""
        ]
    );
}

#[test]
fn a_service_goes_over_to_other_pods_while_both_run() {
    let service = |version: &str| {
        let spec = format!("{{ selector: {{ app: web, version: {version} }}, ports: [{{ port: 80 }}] }}");
        object("v1\nkind: Service", "web", &spec)
    };
    let (one, two) = (deployment("web", "v1"), deployment("web", "v2"));
    let order = run(&[&service("v1"), &one], &[&service("v2"), &two]);
    assert_eq!(
        steps(&order),
        ["create Deployment shop/web-v2", "change Service shop/web", "remove Deployment shop/web-v1"]
    );
    assert_eq!(order.findings.len(), 1, "{:?}", messages(&order));
    assert_eq!(order.findings[0].field, "spec.selector");
    assert_eq!(run(&[], &[&service("v1"), &one]).findings, [], "nobody calls what is new");
}

#[test]
fn who_came_while_it_was_there_suffers_too() {
    let order = run(
        &[&subsets("old", "v1"), &route("host: reviews")],
        &[&route("host: reviews, subset: v1"), &subsets("old", "v2"), &subsets("new", "v1")],
    );
    assert_eq!(
        messages(&order),
        [
            "takes away the subset \"v1\" of \"reviews.shop.svc.cluster.local\" before DestinationRule shop/new brings it again, \
          while VirtualService shop/reviews uses it"
        ]
    );
}

#[test]
fn the_workloads_of_a_subset_go_after_the_route_to_it() {
    let (service, rule) = (service("reviews", 80), subsets("reviews", "v1 v2"));
    let (one, two) = (deployment("reviews", "v1"), deployment("reviews", "v2"));
    let before = [&*service, &rule, &one, &two, &route("host: reviews, subset: v1")];
    let after = [&*service, &rule, &two, &route("host: reviews, subset: v2")];
    let gone = run(&before, &after);
    assert_eq!(steps(&gone), ["change VirtualService shop/reviews", "remove Deployment shop/reviews-v1"]);
    assert_eq!(messages(&gone), Vec::<&str>::new());
    let kept =
        order(&files("a.yaml", &before.join("\n---\n")), &files("a.yaml", &after.join("\n---\n")), &Options::default());
    assert_eq!(steps(&kept), ["change VirtualService shop/reviews"], "nothing is removed unless it is asked for");
}

#[test]
fn certificates_gateways_and_routes_have_an_order() {
    let gateway = object(
        "gateway.networking.k8s.io/v1\nkind: Gateway",
        "web",
        "{ gatewayClassName: istio, listeners: [{ name: https, tls: { certificateRefs: [{ name: web }] } }] }",
    );
    let route = object(
        "gateway.networking.k8s.io/v1\nkind: HTTPRoute",
        "web",
        "{ parentRefs: [{ name: web, sectionName: https }], rules: [{ backendRefs: [{ name: web, port: 80 }] }] }",
    );
    let secret = object("v1\nkind: Secret", "web", "{}");
    let order = run(&[], &[&route, &gateway, &secret, &service("web", 80)]);
    assert_eq!(
        steps(&order),
        ["create Secret shop/web + create Service shop/web", "create Gateway shop/web", "create HTTPRoute shop/web"]
    );
    let severities: Vec<Severity> = order.findings.iter().map(|finding| finding.severity).collect();
    assert_eq!(severities.iter().filter(|it| **it == Severity::Info).count(), 2, "{:?}", messages(&order));
    assert_eq!(severities.iter().filter(|it| **it == Severity::Warning).count(), 3, "{:?}", messages(&order));
}

#[test]
fn a_grant_outlives_the_reference() {
    let route = |backends: &str| {
        let spec = format!("{{ rules: [{{ backendRefs: [{backends}] }}] }}");
        object("gateway.networking.k8s.io/v1\nkind: HTTPRoute", "web", &spec)
    };
    let grant = "apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: web, namespace: other }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }]
  to: [{ group: '', kind: Service }]
";
    let outside = route("{ name: ratings, namespace: other, port: 80 }");
    let made = run(&[&route("{ name: web, port: 80 }")], &[&outside, grant]);
    assert_eq!(steps(&made), ["create ReferenceGrant other/web", "change HTTPRoute shop/web"]);
    assert_eq!(made.findings.len(), 1);
    let gone = run(&[&outside, grant], &[&route("{ name: web, port: 80 }")]);
    assert_eq!(steps(&gone), ["change HTTPRoute shop/web", "remove ReferenceGrant other/web"]);
    assert_eq!(messages(&gone), Vec::<&str>::new());
}

#[test]
fn definitions_and_namespaces_come_first_and_go_last() {
    let definition = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: destinationrules.networking.istio.io }
spec: { group: networking.istio.io, names: { kind: DestinationRule } }
";
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n";
    let rule = subsets("reviews", "v1");
    let made = run(&[], &[&rule, namespace, definition]);
    assert_eq!(
        steps(&made),
        [
            "create Namespace shop + create CustomResourceDefinition destinationrules.networking.istio.io",
            "create DestinationRule shop/reviews"
        ]
    );
    assert_eq!(made.findings.len(), 2);
    let gone = run(&[namespace, definition, &rule], &[]);
    assert_eq!(steps(&gone)[0], "remove DestinationRule shop/reviews");
    assert_eq!(gone.findings, [], "objects are removed in the reverse of their order");
}

#[test]
fn a_server_of_linkerd_is_not_opened_before_somebody_is_let_through() {
    let server = object("policy.linkerd.io/v1beta3\nkind: Server", "web", "{ port: 80 }");
    let policy = object(
        "policy.linkerd.io/v1alpha1\nkind: AuthorizationPolicy",
        "web",
        "{ targetRef: { group: policy.linkerd.io, kind: Server, name: web }, \
         requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: all }] }",
    );
    let all = object("policy.linkerd.io/v1alpha1\nkind: MeshTLSAuthentication", "all", "{ identities: ['*'] }");
    let order = run(&[], &[&server, &policy, &all]);
    assert_eq!(
        steps(&order),
        ["create MeshTLSAuthentication shop/all", "create AuthorizationPolicy shop/web", "create Server shop/web"]
    );
    assert_eq!(order.findings.len(), 2);
    let opened = run(&[&all, &policy, &server], &[&server]);
    assert_eq!(messages(&opened), Vec::<&str>::new(), "to take a policy away may be meant");
}

#[test]
fn a_policy_does_not_outlive_its_target() {
    let gateway = object("gateway.networking.k8s.io/v1\nkind: Gateway", "web", "{ gatewayClassName: istio }");
    let policy = object(
        "security.istio.io/v1\nkind: AuthorizationPolicy",
        "web",
        "{ targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: web }] }",
    );
    let made = run(&[], &[&gateway, &policy]);
    assert_eq!(steps(&made), ["create AuthorizationPolicy shop/web", "create Gateway shop/web"]);
    assert!(messages(&made)[0].ends_with("requests are denied or pass unchecked until then"));
    let gone = run(&[&gateway, &policy], &[]);
    assert_eq!(steps(&gone), ["remove Gateway shop/web", "remove AuthorizationPolicy shop/web"]);
    assert_eq!(gone.findings.len(), 1, "the policy goes first, for it stands last: {:?}", messages(&gone));
    assert_eq!(run(&[&policy, &gateway], &[]).findings, []);
    let left = run(&[&gateway, &policy], &[&policy]);
    assert_eq!(messages(&left), ["takes away Gateway shop/web, which AuthorizationPolicy shop/web still uses"]);
    assert_eq!(left.findings[0].severity, Severity::Warning);
}

#[test]
fn kuma_has_its_mesh_and_permission_before_mutual_tls() {
    let mesh =
        |spec: &str| format!("apiVersion: kuma.io/v1alpha1\nkind: Mesh\nmetadata: {{ name: default }}\nspec: {spec}\n");
    let secured = mesh("{ mtls: { enabledBackend: ca, backends: [{ name: ca, type: builtin }] } }");
    let permission = object("kuma.io/v1alpha1\nkind: MeshTrafficPermission", "all", "{ from: [] }");
    let order = run(&[&mesh("{}")], &[&secured, &permission]);
    assert_eq!(steps(&order), ["create MeshTrafficPermission shop/all", "change Mesh default"]);
    assert_eq!(order.findings.len(), 1);
}

#[test]
fn consul_refuses_what_its_router_does_not_find() {
    let consul = |kind: &str, spec: &str| object(&format!("consul.hashicorp.com/v1alpha1\nkind: {kind}"), "web", spec);
    let splitter = consul("ServiceSplitter", "{ splits: [{ weight: 100, serviceSubset: v1 }] }");
    let resolver = consul("ServiceResolver", "{ subsets: { v1: { filter: 'Service.Meta.version == v1' } } }");
    let defaults = consul("ServiceDefaults", "{ protocol: http }");
    let order = run(&[], &[&splitter, &resolver, &defaults]);
    assert_eq!(
        steps(&order),
        ["create ServiceResolver shop/web + create ServiceDefaults shop/web", "create ServiceSplitter shop/web"]
    );
    assert!(messages(&order).iter().all(|message| message.ends_with("it is refused until then")));
}

#[test]
fn a_provider_is_configured_before_a_policy_asks_it() {
    let mesh = |providers: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: istio, namespace: istio-system }}\n\
             data:\n  mesh: |\n    extensionProviders: [{providers}]\n"
        )
    };
    let policy = object(
        "security.istio.io/v1\nkind: AuthorizationPolicy",
        "web",
        "{ action: CUSTOM, provider: { name: opa }, rules: [{}] }",
    );
    let order = run(&[&mesh("")], &[&policy, &mesh("{ name: opa }")]);
    assert_eq!(steps(&order), ["change ConfigMap istio-system/istio", "create AuthorizationPolicy shop/web"]);
    assert!(messages(&order)[0].starts_with("needs the provider \"opa\""));
}

#[test]
fn a_webhook_that_may_not_fail_has_its_service_first() {
    let webhook = |policy: &str| {
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n\
             metadata: {{ name: check }}\nwebhooks: [{{ name: a.b.c, failurePolicy: {policy}, clientConfig: {{ service: \
             {{ namespace: shop, name: check }} }} }}]\n"
        )
    };
    let order = run(&[], &[&webhook("Fail"), &service("check", 443)]);
    assert_eq!(steps(&order)[0], "create Service shop/check");
    assert_eq!(order.findings.len(), 1);
    assert_eq!(run(&[], &[&webhook("Ignore"), &service("check", 443)]).findings, []);
}

#[test]
fn what_was_missing_before_and_what_nobody_has_is_not_the_orders() {
    let broken = route("host: reviews, subset: v1");
    assert_eq!(run(&[&broken], &[&broken, &subsets("reviews", "v1")]).findings, [], "it was broken before");
    assert_eq!(run(&[], &[&broken]).findings, [], "nobody ever has it");
    let same = run(&[&broken], &[&broken]);
    assert!(same.steps.is_empty() && same.findings.is_empty());
}

#[test]
fn what_the_server_adds_and_the_order_of_keys_is_no_change() {
    let running = "apiVersion: v1\nkind: Service\nmetadata: { namespace: shop, name: a, uid: x }\nspec: { ports: [{ port: 1, name: a }] }\nstatus: {}\n";
    let wanted = "kind: Service\napiVersion: v1\nmetadata: { name: a, namespace: shop }\nspec: { ports: [{ name: a, port: 1 }] }\n";
    assert!(run(&[running], &[wanted]).steps.is_empty());
    assert_eq!(steps(&run(&[running], &[&wanted.replace("port: 1", "port: 2")])), ["change Service shop/a"]);
}

#[test]
fn clusters_are_apart() {
    let running = [Source::new("a.yaml", subsets("reviews", "v1")).of_cluster("east")];
    let wanted = [
        Source::new("b.yaml", route("host: reviews, subset: v1")).of_cluster("west"),
        Source::new("c.yaml", subsets("reviews", "v1")).of_cluster("west"),
    ];
    let order = order(&running, &wanted, &Options::default());
    assert_eq!(order.findings.len(), 1, "the rule of the other cluster is of no use: {:?}", messages(&order));
    assert_eq!(order.steps[0].changes[0].cluster.as_deref(), Some("west"));
}

/// Applying in the order of the steps is found safe, whatever the order of the files.
#[test]
fn the_safe_order_is_safe() {
    let all = [
        service("reviews", 80),
        deployment("reviews", "v2"),
        subsets("reviews", "v1 v2"),
        route("host: reviews, subset: v2"),
        "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n".to_owned(),
    ];
    for shift in 0..all.len() {
        let mut given: Vec<&str> = all.iter().map(String::as_str).collect();
        given.rotate_left(shift);
        let found = run(&[], &given);
        let safe: Vec<&str> = found
            .steps
            .iter()
            .flat_map(|step| &step.changes)
            .map(|change| {
                let (kind, _) = change.object.split_once(' ').unwrap();
                *given.iter().find(|text| text.contains(&format!("kind: {kind}\n"))).unwrap()
            })
            .collect();
        assert_eq!(safe.len(), given.len());
        assert_eq!(run(&[], &safe).findings, []);
    }
}

#[test]
fn nothing_is_too_odd() {
    for text in ["{}", "[]", "~", "7", "{ a: [~] }", "[{ a: [{ b: ~ }] }]"] {
        for kind in [
            "networking.istio.io/v1\nkind: VirtualService",
            "gateway.networking.k8s.io/v1\nkind: Gateway",
            "v1\nkind: Service",
        ] {
            let before = object(kind, "a", text);
            assert_eq!(run(&[&before], &[&before]).findings, []);
        }
    }
}

/// Eight times the objects take some eight times the time, not 64 times.
#[test]
fn many_objects_are_no_trouble() {
    let many = |count: usize, subset: &str| -> Vec<Source> {
        let text: Vec<String> = (0..count)
            .map(|at| {
                let named = |text: String| text.replace("reviews", &format!("reviews-{at}"));
                named(route(&format!("host: reviews, subset: {subset}"))) + "---\n" + &named(subsets("reviews", subset))
            })
            .collect();
        files("a.yaml", &text.join("---\n"))
    };
    let time = |count: usize| {
        let (before, after) = (many(count, "v1"), many(count, "v2"));
        let start = std::time::Instant::now();
        let order = order(&before, &after, &Options::default());
        assert_eq!((order.steps.len(), order.findings.len()), (3, count));
        start.elapsed()
    };
    // Others use the machine too.
    let is_linear = (0..5).any(|_| time(800) < time(100) * 24);
    assert!(is_linear, "eight times the objects take 24 times the time");
}
