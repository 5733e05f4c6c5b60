//! The page in a real browser: what it should draw is there, has a size, and lies within the page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use meshery_core::{Comparison, Verdict, json};
use meshery_perf::report;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// What is looked for, by selectors.
const MARKS: [(&str, &str); 10] = [
    ("curves", "svg[data-curves] path"),
    ("curve ends", "svg[data-curves] .ends circle"),
    ("shifts", ".plot.shift circle"),
    ("bands", ".plot.shift .bands line"),
    ("points", ".point"),
    ("whiskers", ".whisker"),
    ("bars", ".overhead .block"),
    ("runs", ".panels.wide svg g > title"),
    ("rows", "table.effects tbody tr:not(.group)"),
    ("chips", ".card .chip"),
];

/// A browser, or a loud word on how to get one; in CI there must be one.
fn browser() -> Option<&'static str> {
    let runs = |name: &&&str| {
        let silent = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        silent.is_ok_and(|status| status.success())
    };
    let found = NAMES.iter().find(runs).copied();
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "no browser: run `cargo xtask setup`, or apt install chromium");
        eprintln!("SKIPPED: the report in a browser: none of {} is on the PATH", NAMES.join(", "));
    }
    found
}

fn real() -> Comparison {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../meshery-core/tests/golden/documents/comparison.json");
    json::read_comparison(&std::fs::read_to_string(path).unwrap()).unwrap()
}

struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a probe, run in the page once it is laid out, leaves in `document.documentElement.dataset.found`.
fn look(browser: &str, page: &str, probe: &str) -> serde_json::Value {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = Scratch(std::env::temp_dir().join(format!("meshery-browser-{}-{number}", std::process::id())));
    std::fs::create_dir_all(&folder.0).unwrap();
    let file = folder.0.join("report.html");
    let script =
        format!("<script>document.documentElement.dataset.found = JSON.stringify((() => {{ {probe} }})());</script>");
    std::fs::write(&file, page.replace("</body>", &format!("{script}</body>"))).unwrap();
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--dump-dom"]);
    command
        .args(["--window-size=1280,900", "--timeout=20000"])
        .arg(format!("--user-data-dir={}/profile", folder.0.display()));
    let output = command.arg(format!("file://{}", file.display())).stderr(Stdio::null()).output().unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    let found =
        page.split_once("data-found=\"").and_then(|(_, rest)| rest.split_once('"')).expect("the probe has run").0;
    serde_json::from_str(&found.replace("&quot;", "\"").replace("&amp;", "&")).unwrap()
}

/// How many of each mark are drawn, and which lie outside of the page.
fn drawn(browser: &str, page: &str) -> (BTreeMap<String, usize>, Vec<String>) {
    let selectors = serde_json::to_string(&MARKS.iter().copied().collect::<BTreeMap<_, _>>()).unwrap();
    let probe = format!(
        "const found = {{}}; const outside = [];
         for (const [name, selector] of Object.entries({selectors})) {{
           found[name] = 0;
           for (let mark of document.querySelectorAll(selector)) {{
             if (mark.localName === 'title') mark = mark.parentElement;
             const box = mark.getBoundingClientRect();
             if (box.width + box.height > 0) found[name] += 1;
             const style = getComputedStyle(mark);
             if (name === 'curves' && (style.fill !== 'none' || parseFloat(style.strokeWidth) > 3)) outside.push('a filled curve');
             const scrolls = mark.closest('.scroll') !== null;
             if (!scrolls && (box.left < -1 || box.right > innerWidth + 1)) outside.push(name + ' at ' + box.left);
           }}
         }}
         return [found, outside];"
    );
    serde_json::from_value(look(browser, page, &probe)).unwrap()
}

#[test]
fn what_the_page_should_draw_is_there() {
    let Some(browser) = browser() else { return };
    let comparison = real();
    let (found, outside) = drawn(browser, &report::render("html", &comparison).unwrap());
    assert!(outside.is_empty(), "{outside:?}");
    let whole = |effect: &&meshery_core::Effect| !effect.metric.contains('/');
    let effects: Vec<_> = comparison.effects.iter().filter(whole).collect();
    let judged =
        effects.iter().filter(|effect| effect.verdict != Verdict::Invalid && effect.difference.is_some()).count();
    assert!(found["curves"] >= comparison.arms.len() && found["curve ends"] == comparison.arms.len(), "{found:?}");
    assert!(found["points"] >= judged && found["whiskers"] >= judged, "{judged} judged: {found:?}");
    // Two meshes at all quantiles that a short run supports.
    assert!(found["shifts"] >= 2 * 9 && found["bands"] >= 2 * 9, "{found:?}");
    assert!(found["bars"] >= 4, "two proxies of two meshes: {found:?}");
    let runs: usize = comparison.arms.iter().map(|arm| arm.runs.len()).sum();
    assert!(found["runs"] >= runs, "{runs} runs: {found:?}");
    assert_eq!(found["rows"], comparison.effects.len());
    assert!(found["chips"] >= 3, "{found:?}");
}

#[test]
fn nothing_is_missing_without_the_script() {
    let Some(browser) = browser() else { return };
    let page = report::render("html", &real()).unwrap();
    let (start, end) = (page.rfind("<script>").unwrap(), page.rfind("</script>").unwrap());
    let without = format!("{}{}", &page[..start], &page[end + "</script>".len()..]);
    assert_eq!(drawn(browser, &without), drawn(browser, &page));
}

#[test]
fn curves_are_read_off_under_the_pointer() {
    let Some(browser) = browser() else { return };
    let probe = "const plot = document.querySelector('svg[data-curves]'); const box = plot.getBoundingClientRect();
         const at = { clientX: box.left + box.width / 2, clientY: box.top + 40, bubbles: true };
         plot.dispatchEvent(new PointerEvent('pointermove', at));
         const tip = document.querySelector('.tip');
         return { text: tip.innerText, shown: tip.getBoundingClientRect().width > 20, dots: plot.querySelectorAll('.hover circle').length };";
    let found = look(browser, &report::render("html", &real()).unwrap(), probe);
    assert_eq!(found["shown"], true, "{found}");
    assert!(found["text"].as_str().unwrap().contains("envoy-mtls") && found["dots"].as_u64().unwrap() >= 3, "{found}");
}
