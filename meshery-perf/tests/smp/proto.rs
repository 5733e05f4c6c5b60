//! The proto of July 2023 as a table, and a reader of protobuf's JSON that knows nothing else.

use std::sync::LazyLock;

use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    MessageOptions,
};
use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage};

use Kind::{Amount, Flag, Int, List, Long, Map, Message, Name, Text, Texts, Time};

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Amount,
    Flag,
    Int,
    List(&'static str),
    Long,
    Map,
    Message(&'static str),
    Name(&'static str),
    Text,
    Texts,
    Time,
}

/// Fields by number, from 1.
type Fields = &'static [(&'static str, Kind)];

const HEAD: [(&str, Kind); 3] = [("smp_version", Text), ("id", Text), ("labels", Map)];
const PART: [(&str, Kind); 4] = [("count", Int), ("cpu_mcores", Int), ("mem_mb", Int), ("rps", Int)];

pub(crate) const MESSAGES: &[(&str, Fields)] = &[
    (
        "PerformanceTestConfig",
        &[HEAD[0], HEAD[1], ("name", Text), HEAD[2], ("clients", List("Client")), ("duration", Text)],
    ),
    (
        "Client",
        &[
            ("internal", Flag),
            ("load_generator", Text),
            ("protocol", Name("Protocol")),
            ("connections", Int),
            ("rps", Long),
            ("headers", Map),
            ("cookies", Map),
            ("body", Text),
            ("content_type", Text),
            ("endpoint_urls", Texts),
            ("ssl_certificate", Text),
            ("additional_options", Text),
        ],
    ),
    (
        "PerformanceTestResult",
        &[
            HEAD[0],
            HEAD[1],
            HEAD[2],
            ("start_time", Time),
            ("end_time", Time),
            ("latencies_ms", Message("Latency")),
            ("actual_qps", Amount),
            ("details_uri", Text),
            ("test_id", Text),
            ("mesh_config_id", Text),
            ("env_id", Text),
        ],
    ),
    (
        "Latency",
        &[("min", Amount), ("average", Amount), ("p50", Amount), ("p90", Amount), ("p99", Amount), ("max", Amount)],
    ),
    (
        "ServiceMeshConfig",
        &[
            HEAD[0],
            HEAD[1],
            HEAD[2],
            ("ingress_gateway", Message("IngressGateway")),
            ("sidecar", Message("Sidecar")),
            ("mesh_telemetry", Message("MeshTelemetry")),
            ("mesh_policy", Message("MeshPolicy")),
            ("mesh_control_plane", Message("MeshControlPlane")),
            ("mesh_policy_enabled", Flag),
            ("mesh_telemetry_enabled", Flag),
            ("mtls_enabled", Flag),
            ("proxy_concurrency", Int),
            ("mesh_build", Text),
            ("proxy_build", Text),
            ("exp_group_uuid", Text),
            ("exp_uuid", Text),
            ("profile", Text),
            ("mesh_type", Message("ServiceMesh")),
            ("application_metadata", Message("ApplicationMetadata")),
        ],
    ),
    ("IngressGateway", &[PART[0], PART[1], PART[2], PART[3], ("bps", Int)]),
    ("Sidecar", &[PART[0], PART[1], PART[2], PART[3], ("bps", Int)]),
    ("MeshTelemetry", &PART),
    ("MeshPolicy", &[PART[0], PART[1], PART[2], PART[3], ("cache_hit_rate", Int)]),
    (
        "MeshControlPlane",
        &[
            PART[0],
            PART[1],
            PART[2],
            ("endpoints", Int),
            ("services", Int),
            ("sidecars", Int),
            ("virtual_services", Int),
            ("destination_rules", Int),
            ("lds_latency_ms", Int),
            ("cds_latency_ms", Int),
        ],
    ),
    ("ServiceMesh", &[("type", Name("MeshType")), ("version", Text), ("labels", Map), ("annotations", Map)]),
    (
        "ApplicationMetadata",
        &[
            ("application_name", Text),
            ("application_version", Text),
            ("helmchart_name", Text),
            ("helmchart_version", Text),
            ("cnabspec_version", Text),
            ("compose_version", Text),
            ("cluster_name", Text),
            ("k8s_version_supported", Text),
            ("application_protocol", Name("ApplicationProtocol")),
        ],
    ),
    (
        "EnvironmentConfig",
        &[
            HEAD[0],
            HEAD[1],
            HEAD[2],
            ("kubernetes_version", Text),
            ("nodes", List("Node")),
            ("individual_workloads", List("IndividualWorkload")),
            ("traffic_metadata", Message("TrafficMetadata")),
        ],
    ),
    ("Node", &[("type", Text), ("cores", Int), ("mem_mb", Long)]),
    ("IndividualWorkload", &[("name", Text), PART[0], PART[1], PART[2]]),
    (
        "TrafficMetadata",
        &[
            ("load_balance_name", Text),
            ("load_balance_ip", Text),
            ("host_endpoint", Text),
            ("prometheus_url", Text),
            ("http_headers", Text),
            ("user_agent", Text),
            ("ping_health_endpoint", Text),
        ],
    ),
];

pub(crate) const NAMES: &[(&str, &[&str])] = &[
    ("Protocol", &["PROTOCOL_INVALID", "PROTOCOL_HTTP", "PROTOCOL_TCP", "PROTOCOL_UDP", "PROTOCOL_GRPC"]),
    ("ApplicationProtocol", &["PROTOCOL_INVALID", "PROTOCOL_HTTP", "PROTOCOL_HTTPS"]),
    (
        "MeshType",
        &[
            "INVALID_MESH",
            "APP_MESH",
            "CONSUL",
            "ISTIO",
            "KUMA",
            "LINKERD",
            "TRAEFIK_MESH",
            "OCTARINE",
            "NETWORK_SERVICE_MESH",
            "TANZU",
            "OPEN_SERVICE_MESH",
            "NGINX_SERVICE_MESH",
            "CILIUM_SERVICE_MESH",
        ],
    ),
];

/// The four messages that stand alone, by the field of a document.
pub(crate) const TOP: [(&str, &str); 4] = [
    ("performance_test_config", "PerformanceTestConfig"),
    ("performance_test_result", "PerformanceTestResult"),
    ("service_mesh_config", "ServiceMeshConfig"),
    ("environment_config", "EnvironmentConfig"),
];

pub(crate) fn fields(message: &str) -> Fields {
    MESSAGES.iter().find(|(name, _)| *name == message).unwrap().1
}

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let mut pool = DescriptorPool::global();
    let file = FileDescriptorProto {
        name: Some("smp.proto".into()),
        package: Some("smp".into()),
        syntax: Some("proto3".into()),
        dependency: vec!["google/protobuf/timestamp.proto".into()],
        message_type: MESSAGES.iter().map(|(name, fields)| message(name, fields)).collect(),
        // An enumeration stands within a message of its own, for two of them have entries of the same name.
        ..FileDescriptorProto::default()
    };
    let mut file = file;
    file.message_type.extend(NAMES.iter().map(|(name, entries)| enumeration(name, entries)));
    pool.add_file_descriptor_proto(file).unwrap();
    pool
});

fn message(name: &str, fields: Fields) -> DescriptorProto {
    let maps = fields.iter().filter(|(_, kind)| matches!(kind, Map));
    DescriptorProto {
        name: Some(name.into()),
        field: fields.iter().zip(1..).map(|((field, kind), number)| one(name, field, number, *kind)).collect(),
        nested_type: maps.map(|(field, _)| entry(field)).collect(),
        ..DescriptorProto::default()
    }
}

fn enumeration(name: &str, entries: &[&str]) -> DescriptorProto {
    let value = |(entry, number): (&&str, i32)| EnumValueDescriptorProto {
        name: Some((*entry).into()),
        number: Some(number),
        ..EnumValueDescriptorProto::default()
    };
    DescriptorProto {
        name: Some(format!("Of{name}")),
        enum_type: vec![EnumDescriptorProto {
            name: Some(name.into()),
            value: entries.iter().zip(0..).map(value).collect(),
            ..EnumDescriptorProto::default()
        }],
        ..DescriptorProto::default()
    }
}

/// The name of the message of a map's entries, which protobuf prescribes.
fn entry_name(field: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    field.split('_').map(capital).collect::<String>() + "Entry"
}

fn entry(field: &str) -> DescriptorProto {
    let text = |name: &str, number| FieldDescriptorProto {
        name: Some(name.into()),
        number: Some(number),
        label: Some(Label::Optional.into()),
        r#type: Some(Type::String.into()),
        ..FieldDescriptorProto::default()
    };
    DescriptorProto {
        name: Some(entry_name(field)),
        field: vec![text("key", 1), text("value", 2)],
        options: Some(MessageOptions { map_entry: Some(true), ..MessageOptions::default() }),
        ..DescriptorProto::default()
    }
}

fn one(message: &str, name: &str, number: i32, kind: Kind) -> FieldDescriptorProto {
    let (r#type, type_name) = match kind {
        Amount => (Type::Double, None),
        Flag => (Type::Bool, None),
        Int => (Type::Int32, None),
        Long => (Type::Int64, None),
        Text | Texts => (Type::String, None),
        Map => (Type::Message, Some(format!(".smp.{message}.{}", entry_name(name)))),
        List(of) | Message(of) => (Type::Message, Some(format!(".smp.{of}"))),
        Name(of) => (Type::Enum, Some(format!(".smp.Of{of}.{of}"))),
        Time => (Type::Message, Some(".google.protobuf.Timestamp".into())),
    };
    let label = if matches!(kind, List(_) | Texts | Map) { Label::Repeated } else { Label::Optional };
    FieldDescriptorProto {
        name: Some(name.into()),
        number: Some(number),
        label: Some(label.into()),
        r#type: Some(r#type.into()),
        type_name,
        ..FieldDescriptorProto::default()
    }
}

/// A message as a reader of protobuf's JSON takes it that refuses what it does not know.
pub(crate) fn strict(message: &str, json: &str) -> Result<DynamicMessage, String> {
    let descriptor = POOL.get_message_by_name(&format!("smp.{message}")).unwrap();
    let mut reader = serde_json::Deserializer::from_str(json);
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    DynamicMessage::deserialize_with_options(descriptor, &mut reader, &options).map_err(|error| error.to_string())
}

#[test]
fn the_judge_is_strict() {
    strict("Client", r#"{ "rps": "5", "endpointUrls": ["a"], "protocol": "PROTOCOL_GRPC" }"#).unwrap();
    for wrong in [r#"{ "speed": 1 }"#, r#"{ "protocol": "http" }"#, r#"{ "connections": 3000000000 }"#] {
        strict("Client", wrong).unwrap_err();
    }
    strict("PerformanceTestResult", r#"{ "start_time": "yesterday" }"#).unwrap_err();
}
