//! The README says what is there: its quickstarts are the programs that the tests run, its table names real files.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// Each block that follows a comment with a file's name: the name, and the block's text.
fn named_blocks(readme: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut rest = readme;
    while let Some((_, after)) = rest.split_once("<!-- ") {
        let (name, after) = after.split_once(" -->\n").expect("a comment ends on its line");
        let (_, after) = after.split_once('\n').expect("a fence follows");
        let (block, after) = after.split_once("```").expect("a fence ends");
        blocks.push((name.to_owned(), block.to_owned()));
        rest = after;
    }
    blocks
}

#[test]
fn what_is_printed_is_what_is_run() {
    let blocks = named_blocks(&readme());
    let mut names: Vec<_> = blocks.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let mut expected = Vec::new();
    for name in ["axes", "canary", "check", "laptop", "lifecycle", "quickstart", "samples"] {
        let folder = format!("examples/{name}");
        let files = std::fs::read_dir(root().join(&folder)).unwrap();
        expected.extend(files.map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy())));
    }
    expected.sort();
    assert_eq!(names, expected);
    for (name, block) in blocks {
        let file = std::fs::read_to_string(root().join(&name)).unwrap();
        assert_eq!(block, file, "{name}: copy it into the README");
    }
}

/// The cells of the table under a heading, row by row, without its two head rows.
fn table(readme: &str, heading: &str) -> Vec<Vec<String>> {
    let (_, section) = readme.split_once(heading).expect("the heading is there");
    let rows = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.skip(2).map(cells).collect()
}

/// What stands in backquotes.
fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn where_do_i_add_names_real_rooms_lists_and_tests() {
    let rows = table(&readme(), "## Where do I add…");
    assert!(rows.len() >= 5, "{rows:?}");
    for row in rows {
        let [what, file, list, test] = row.as_slice() else { panic!("{row:?}") };
        let room = root().join(code(file)[0]).parent().unwrap().to_owned();
        assert!(room.is_dir(), "{what}: {} is no folder", room.display());
        for path in code(list).into_iter().chain(code(test)).filter(|path| path.contains('/')) {
            assert!(root().join(path).is_file(), "{what}: {path} is no file");
        }
    }
}

#[test]
fn the_house_is_complete() {
    let rows = table(&readme(), "## The house");
    let described: Vec<_> =
        rows.iter().flat_map(|row| code(&row[0]).into_iter().map(str::to_owned).collect::<Vec<_>>()).collect();
    for entry in std::fs::read_dir(root()).unwrap() {
        let entry = entry.unwrap();
        if entry.path().join("Cargo.toml").exists() || entry.file_name() == "examples" {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(described.contains(&name), "the README does not say what {name} is for");
        }
    }
}
