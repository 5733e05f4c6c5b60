//! Files as they lie about.

use std::fs;
use std::path::PathBuf;

use meshery_core::{ErrorKind, Severity};
use meshery_mesh::analyze::{Options, Session, Source, analyze, gather};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("meshery-files-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn gather(&self) -> (Vec<String>, Vec<String>) {
        let (sources, errors) = gather([&self.0]);
        let short = |name: &str| name.replace(&format!("{}/", self.0.display()), "");
        let names = sources.iter().map(|source| short(&source.name)).collect();
        (names, errors.iter().map(|error| short(&error.to_string())).collect())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn of_a_folder_what_looks_like_configuration_is_read_once() {
    let folder = Folder::new("loop");
    folder.write("b/two.yml", "kind: List");
    folder.write("a.json", "{}");
    folder.write("a.png", [0x89, 0x50, 0, 0xff]);
    folder.write(".git/config.yaml", "kind: List");
    std::os::unix::fs::symlink(&folder.0, folder.0.join("b/again")).unwrap();
    std::os::unix::fs::symlink(folder.0.join("b/two.yml"), folder.0.join("z.yaml")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.0.join("broken.yaml")).unwrap();
    let (names, errors) = folder.gather();
    assert_eq!(names, ["a.json", "b/two.yml"]);
    assert!(errors.len() == 1 && errors[0].contains("broken.yaml"), "{errors:?}");
}

#[test]
fn what_is_binary_or_broken_is_said_and_keeps_nothing_else_from_being_read() {
    let folder = Folder::new("broken");
    folder.write("binary.yaml", [0, 1, 2, 0xff, 0xfe]);
    folder.write("bom.yaml", "\u{feff}apiVersion: v1\r\nkind: Service\r\nmetadata: { name: a, namespace: b }\r\n");
    folder.write(
        "route.yaml",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\n\
        metadata: { name: a, namespace: b }\nspec: { hosts: [a], http: [{ route: [{ destination: { host: b } }] }] }\n",
    );
    let (sources, errors) = gather([&folder.0, &folder.0.join("missing.yaml")]);
    assert!(errors[0].report().place.as_deref().unwrap().ends_with("missing.yaml"));
    let analysis = analyze(&sources);
    let place = analysis.errors[0].report().place.clone().unwrap();
    assert!(analysis.errors.len() == 1 && place.contains("binary.yaml:1:"), "{:?}", analysis.errors);
    let found = analysis.findings.iter().find(|finding| finding.code == "MSH101").unwrap();
    assert_eq!(found.help.as_deref(), Some("did you mean \"a\"?"), "the Service behind the byte order mark is seen");
}

#[cfg(unix)]
#[test]
fn what_never_ends_is_not_read() {
    let folder = Folder::new("endless");
    std::os::unix::fs::symlink("/dev/zero", folder.0.join("zero.yaml")).unwrap();
    std::os::unix::fs::symlink(&folder.0, folder.0.join("loop")).unwrap();
    folder.write("a.yaml", "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }");
    let (sources, errors) = gather([&folder.0]);
    assert_eq!(sources.len(), 1);
    assert!(errors.len() == 1 && errors[0].to_string().contains("zero.yaml: this is no file"), "{errors:?}");
}

#[test]
fn more_than_configuration_ever_is_is_refused_unread() {
    let folder = Folder::new("large");
    fs::File::create(folder.0.join("large.yaml")).unwrap().set_len(300 << 20).unwrap();
    let (sources, errors) = gather([&folder.0]);
    assert!(sources.is_empty() && errors[0].kind() == ErrorKind::LimitExceeded, "{errors:?}");
    assert!(errors[0].to_string().contains("large.yaml") && errors[0].to_string().contains("256 MiB"), "{errors:?}");
}

#[test]
fn a_hundred_thousand_documents_are_read_each_at_its_place() {
    let text = "a: b\n---\n".repeat(100_000);
    let analysis = analyze(&[Source::new("many.yaml", text)]);
    assert_eq!(analysis.errors.len(), 100_000);
    let last = analysis.errors.last().unwrap().report();
    assert_eq!(last.place.as_deref(), Some("many.yaml:199999:1"));
}

#[test]
fn files_stand_in_the_place_of_what_runs() {
    let service =
        |name: &str| format!("{{ apiVersion: v1, kind: Service, metadata: {{ name: {name}, namespace: b }} }}");
    let route = |host: &str| {
        format!(
            "{{ apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {{ name: a, namespace: b }}, \
             spec: {{ hosts: [a], http: [{{ route: [{{ destination: {{ host: {host} }} }}] }}] }} }}"
        )
    };
    let running = [
        Source::new("cluster/Service/b/a", service("a")).running(),
        Source::new("cluster/VirtualService/b/a", route("gone")).running(),
    ];
    let options = Options { select: vec!["MSH101".into()], closed: true, ..Options::default() };
    let mut session = Session::new(options);
    session.put(&running);
    assert_eq!(session.analysis().findings[0].location.file, "cluster/VirtualService/b/a");
    // What is wanted routes to what runs: nothing is wrong with it, and what it replaces is of no interest.
    session.put(&[Source::new("route.yaml", route("a"))]);
    assert_eq!(session.analysis().findings, []);
    session.put(&[Source::new("route.yaml", route("c"))]);
    assert_eq!(session.analysis().findings[0].location.file, "route.yaml");
    session.remove("route.yaml");
    assert_eq!(session.analysis().findings[0].location.file, "cluster/VirtualService/b/a");
}

#[test]
fn nothing_of_a_secret_is_shown() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: a, namespace: b }\ntype: 5\n\
        stringData: { password: hunter2 }\ndata: { key: 'hunter2 is no base64', password: [hunter2] }\n";
    let analysis = analyze(&[Source::new("secret.yaml", secret)]);
    assert!(analysis.is_at_least(Severity::Error));
    for format in meshery_mesh::analyze::report::FORMATS {
        let text = format.render(&analysis).unwrap();
        assert!(!text.contains("hunter2"), "{}: {text}", format.name());
    }
}

#[test]
fn the_same_said_a_thousand_times_is_said_once() {
    let object = |number: usize| {
        format!("apiVersion: v1\nkind: Service\nmetadata: {{ name: a{number} }}\nspec: {{ prts: [] }}\n---\n")
    };
    let text: String = (0..1000).map(object).collect();
    let analysis = analyze(&[Source::new("many.yaml", text)]);
    assert!(analysis.findings.len() >= 1000);
    let shown = meshery_mesh::analyze::report::render("text", &analysis).unwrap();
    assert!(shown.lines().count() < 60, "{} lines", shown.lines().count());
    assert!(shown.contains("the same 999 times more"), "{shown}");
}

#[test]
fn what_others_read_first_is_left_to_them() {
    let folder = Folder::new("others");
    folder.write("base/kustomization.yaml", "resources: [a.yaml]\n");
    folder.write("base/a.yaml", "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }");
    folder.write("chart/Chart.yaml", "name: shop\n");
    folder.write("chart/templates/a.yaml", "{{- if .Values.a }}\n");
    let (names, errors) = folder.gather();
    assert_eq!(names, ["base/a.yaml"]);
    assert!(errors.len() == 1 && errors[0].starts_with("chart: this is a Helm chart"), "{errors:?}");
    // What is named itself is read, whoever else reads it.
    let (sources, _) = gather([folder.0.join("base/kustomization.yaml")]);
    assert_eq!(sources.len(), 1);
}
