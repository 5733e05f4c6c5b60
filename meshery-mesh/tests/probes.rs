//! Every check finds the mistake that it is there for. Each mistake is made in the configuration of a real Envoy, one at
//! a time, and exactly the checks that it concerns must fail: a check that cannot fail proves nothing.
#![cfg(target_os = "linux")]

use crate::support::{envoy_spec, failed, host, mistaken};
use meshery_core::{CheckOutcome, Context, MeshHost};
use meshery_mesh::LocalHost;

/// What the checks of mutual TLS find on a host, in front of an upstream that answers.
async fn found_on(host: &LocalHost) -> Vec<CheckOutcome> {
    let context = Context::default();
    let upstream = host.start_upstream(&context).await.unwrap();
    let mesh = host.install(&envoy_spec(&upstream.entry, true), &context).await.unwrap();
    host.verify(&mesh, &context).await.unwrap()
}

/// Which checks fail when the configuration of Envoy is rewritten like this.
async fn failed_after(name: &str, expression: &str) -> Option<Vec<String>> {
    let (host, _script) = mistaken(name, expression)?;
    let outcomes = found_on(&host).await;
    Some(failed(&outcomes).into_iter().map(str::to_owned).collect())
}

fn evidence<'a>(outcomes: &'a [CheckOutcome], name: &str) -> &'a str {
    &outcomes.iter().find(|outcome| outcome.name == name).unwrap().evidence
}

#[tokio::test]
async fn a_configuration_that_is_passed_on_as_it_is_has_no_mistakes() {
    let Some(found) = failed_after("unchanged", "s/nothing at all/x/").await else { return };
    assert_eq!(found, [""; 0]);
}

#[tokio::test]
async fn a_server_that_asks_for_no_certificate_is_found() {
    // Envoy asks for one as long as it is told which names to take, whatever the flag says: both have to go.
    let nameless = r#"s/,"match_typed_subject_alt_names":[^]]*sa.client"}}]//"#;
    let unasked = r#"s/"require_client_certificate":true/"require_client_certificate":false/"#;
    let Some(found) = failed_after("nameless", nameless).await else { return };
    assert_eq!(found, ["wrong_identity_refused"]);
    let found = failed_after("unasked", &format!("{nameless};{unasked}")).await;
    assert_eq!(found.unwrap(), ["anonymous_refused", "wrong_identity_refused"]);
}

#[tokio::test]
async fn a_server_that_takes_any_identity_of_its_authority_is_found() {
    let lax = r#"s/"exact":"[^"]*sa.client"/"prefix":"spiffe:"/"#;
    let Some(found) = failed_after("any-client", lax).await else { return };
    assert_eq!(found, ["wrong_identity_refused"]);
}

#[tokio::test]
async fn a_server_that_takes_any_authority_is_found() {
    let lax =
        r#"s/\("match_typed_subject_alt_names":[^]]*sa.client"}}]\)/\1,"trust_chain_verification":"ACCEPT_UNTRUSTED"/"#;
    let Some(found) = failed_after("any-client-authority", lax).await else { return };
    assert_eq!(found, ["wrong_identity_refused", "foreign_authority_refused"]);
}

#[tokio::test]
async fn a_client_that_believes_any_identity_of_its_authority_is_found() {
    let lax = r#"s/"exact":"[^"]*sa.server"/"prefix":"spiffe:"/"#;
    let Some(found) = failed_after("any-server", lax).await else { return };
    assert_eq!(found, ["wrong_server_refused"]);
}

#[tokio::test]
async fn a_client_that_believes_any_authority_is_found() {
    let lax =
        r#"s/\("match_typed_subject_alt_names":[^]]*sa.server"}}]\)/\1,"trust_chain_verification":"ACCEPT_UNTRUSTED"/"#;
    let Some(found) = failed_after("any-server-authority", lax).await else { return };
    assert_eq!(found, ["wrong_server_refused", "foreign_server_refused"]);
}

#[tokio::test]
async fn a_server_that_admits_nobody_passes_no_check_by_refusing() {
    let Some((host, _script)) = mistaken("nobody-admitted", "s/sa.client/sa-nobody/") else { return };
    let outcomes = found_on(&host).await;
    let at_the_server = [
        "request_passes",
        "wire_encrypted",
        "known_identity_admitted",
        "plaintext_refused",
        "anonymous_refused",
        "wrong_identity_refused",
        "foreign_authority_refused",
    ];
    assert_eq!(failed(&outcomes), at_the_server, "{outcomes:#?}");
    assert!(evidence(&outcomes, "anonymous_refused").contains("nobody at all is let in"));
}

#[tokio::test]
async fn a_client_that_believes_nobody_passes_no_check_by_refusing() {
    let Some((host, _script)) = mistaken("nobody-believed", "s/sa.server/sa-nobody/") else { return };
    let outcomes = found_on(&host).await;
    let at_the_client = ["request_passes", "wire_encrypted", "wrong_server_refused", "foreign_server_refused"];
    assert_eq!(failed(&outcomes), at_the_client, "{outcomes:#?}");
    assert!(evidence(&outcomes, "wrong_server_refused").contains("nor is it with the real identity"));
}

/// A refusal by a proxy whose upstream is away looks like any other: only the control tells them apart.
#[tokio::test]
async fn behind_a_dead_upstream_no_refusal_counts() {
    let Some(host) = host() else { return };
    let mesh = host.install(&envoy_spec("127.0.0.1:1", true), &Context::default()).await.unwrap();
    let outcomes = host.verify(&mesh, &Context::default()).await.unwrap();
    for name in ["request_passes", "known_identity_admitted", "anonymous_refused", "foreign_authority_refused"] {
        assert!(failed(&outcomes).contains(&name), "{name}: {outcomes:#?}");
    }
}

#[tokio::test]
async fn plain_text_is_seen_for_what_it_is() {
    let Some(host) = host() else { return };
    let context = Context::default();
    let upstream = host.start_upstream(&context).await.unwrap();
    let mut mesh = host.install(&envoy_spec(&upstream.entry, false), &context).await.unwrap();
    mesh.spec.mtls = true;
    let outcomes = host.verify(&mesh, &context).await.unwrap();
    assert!(evidence(&outcomes, "wire_encrypted").contains("plain text, the secret is in it"), "{outcomes:#?}");
    assert!(evidence(&outcomes, "plaintext_refused").contains("let in with status 200"), "{outcomes:#?}");
}
