//! Processor time and memory of a control group: a container, a unit of systemd, or whatever else shares an account.
//!
//! Both versions of the kernel's interface: <https://docs.kernel.org/admin-guide/cgroup-v2.html> and
//! <https://docs.kernel.org/admin-guide/cgroup-v1/cpuacct.html>. Memory is the working set, as Kubernetes counts it: what is
//! used less what the kernel would give back first.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use meshery_core::{Error, ErrorKind, Result};

/// Where the kernel shows control groups.
const ROOT: &str = "/sys/fs/cgroup";

/// A control group.
///
/// ```no_run
/// let group = meshery_perf::telemetry::cgroup::Group::of_process(4711)?;
/// let used = group.usage()?;
/// println!("{:?} and {:?} bytes", used.cpu, used.memory_bytes);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    cpu: Cpu,
    memory: Option<Memory>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Cpu {
    /// `usage_usec` of `cpu.stat`.
    Stat(PathBuf),
    /// Nanoseconds in `cpuacct.usage`.
    Account(PathBuf),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Memory {
    used: PathBuf,
    stat: PathBuf,
    /// The line of what would be given back first.
    inactive: &'static str,
}

/// What a control group has used so far.
///
/// ```
/// let used = meshery_perf::telemetry::cgroup::GroupUse::default();
/// assert!(used.cpu.is_zero());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupUse {
    /// Processor time of all its processes, also of those that have ended.
    pub cpu: Duration,
    /// Its working set; `None` where the kernel keeps no account of its memory.
    pub memory_bytes: Option<u64>,
}

impl Group {
    /// The group that a process is in.
    ///
    /// # Errors
    /// [`ProcessDied`](ErrorKind::ProcessDied) for a process that is gone, [`Unsupported`](ErrorKind::Unsupported) where
    /// the kernel accounts for no processor time.
    pub fn of_process(pid: u32) -> Result<Self> {
        let place = format!("/proc/{pid}/cgroup");
        let text = fs::read_to_string(&place).map_err(|error| {
            Error::new(ErrorKind::ProcessDied, "the process cannot be observed").at(&place).found(error.to_string())
        })?;
        Self::read(&text, Path::new(ROOT)).ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, "no account of processor time")
                .at(place)
                .expected("cgroup v2, or cpuacct")
        })
    }

    /// From lines such as `0::/user.slice` and `4:memory:/docker/1234`.
    fn read(text: &str, root: &Path) -> Option<Self> {
        let groups: Vec<(&str, &str)> = text
            .lines()
            .filter_map(|line| {
                let mut parts = line.splitn(3, ':').skip(1);
                Some((parts.next()?, parts.next()?.trim_start_matches('/')))
            })
            .collect();
        let of = |controller: &str| {
            let known = groups.iter().find(|(names, _)| names.split(',').any(|name| name == controller));
            known.map(|(names, path)| [controller, names].map(|folder| root.join(folder).join(path)))
        };
        // The unified tree is the root itself, or one beside the others.
        let unified = groups
            .iter()
            .find(|(names, _)| names.is_empty())
            .map(|(_, path)| [root.join(path), root.join("unified").join(path)]);
        let first = |folders: Option<[PathBuf; 2]>, file: &str| {
            folders.into_iter().flatten().find(|folder| folder.join(file).exists())
        };
        let cpu = first(unified.clone(), "cpu.stat")
            .filter(|folder| fs::read_to_string(folder.join("cpu.stat")).is_ok_and(|text| text.contains("usage_usec")))
            .map(|folder| Cpu::Stat(folder.join("cpu.stat")))
            .or_else(|| {
                first(of("cpuacct"), "cpuacct.usage").map(|folder| Cpu::Account(folder.join("cpuacct.usage")))
            })?;
        let memory = |folder: PathBuf, used: &str, inactive| Memory {
            used: folder.join(used),
            stat: folder.join("memory.stat"),
            inactive,
        };
        let memory = first(unified, "memory.current")
            .map(|folder| memory(folder, "memory.current", "inactive_file "))
            .or_else(|| {
                let folder = first(of("memory"), "memory.usage_in_bytes")?;
                Some(memory(folder, "memory.usage_in_bytes", "total_inactive_file "))
            });
        Some(Self { cpu, memory })
    }

    /// What it has used so far.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) with the file, when the group is gone; [`Protocol`](ErrorKind::Protocol) for what is no number.
    pub fn usage(&self) -> Result<GroupUse> {
        let cpu = match &self.cpu {
            Cpu::Account(path) => Duration::from_nanos(number(path, read(path)?.trim())?),
            Cpu::Stat(path) => Duration::from_micros(number(path, line(path, &read(path)?, "usage_usec ")?)?),
        };
        let memory_bytes = match &self.memory {
            None => None,
            Some(Memory { used, stat, inactive }) => {
                let all = number(used, read(used)?.trim())?;
                Some(all.saturating_sub(number(stat, line(stat, &read(stat)?, inactive)?)?))
            }
        };
        Ok(GroupUse { cpu, memory_bytes })
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::from(error).at(path.display().to_string()))
}

fn line<'a>(path: &Path, text: &'a str, name: &str) -> Result<&'a str> {
    let found = text.lines().find_map(|line| line.strip_prefix(name));
    found.map(str::trim).ok_or_else(|| {
        Error::new(ErrorKind::Protocol, "the kernel does not tell").at(path.display().to_string()).expected(name)
    })
}

fn number(path: &Path, text: &str) -> Result<u64> {
    text.parse().map_err(|_| Error::new(ErrorKind::Protocol, "not a number").at(path.display().to_string()).found(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of files as the kernel shows it.
    struct Tree(PathBuf);

    impl Tree {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let root = std::env::temp_dir().join(format!("meshery-cgroup-{name}-{}", std::process::id()));
            for (file, text) in files {
                let path = root.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Self(root)
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn both_versions_are_read() {
        let two = Tree::new(
            "two",
            &[
                ("a/b/cpu.stat", "usage_usec 2500000\nuser_usec 1\n"),
                ("a/b/memory.current", "9000\n"),
                ("a/b/memory.stat", "anon 5\ninactive_file 2000\n"),
            ],
        );
        let found = Group::read("0::/a/b\n", &two.0).unwrap().usage().unwrap();
        assert_eq!(found, GroupUse { cpu: Duration::from_millis(2500), memory_bytes: Some(7000) });
        let one = Tree::new(
            "one",
            &[
                ("cpu,cpuacct/d/cpuacct.usage", "1500\n"),
                ("memory/d/memory.usage_in_bytes", "100\n"),
                ("memory/d/memory.stat", "total_inactive_file 300\n"),
            ],
        );
        let found = Group::read("4:memory:/d\n2:cpu,cpuacct:/d\n0::/\n", &one.0).unwrap().usage().unwrap();
        assert_eq!(found, GroupUse { cpu: Duration::from_nanos(1500), memory_bytes: Some(0) });
        assert_eq!(Group::read("1:name=systemd:/\n", &one.0), None);
    }

    #[test]
    fn what_the_kernel_does_not_say_has_its_place() {
        let odd = Tree::new("odd", &[("cpu.stat", "usage_usec many\n")]);
        let error = Group::read("0::/\n", &odd.0).unwrap().usage().unwrap_err();
        assert!(error.report().place.as_deref().unwrap().ends_with("cpu.stat"), "{error}");
        assert_eq!(Group::of_process(u32::MAX).unwrap_err().kind(), ErrorKind::ProcessDied);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn our_own_work_is_in_our_own_group() {
        // A machine without any account, such as some sandboxes, says so.
        let group = match Group::of_process(std::process::id()) {
            Ok(group) => group,
            Err(error) => return assert_eq!(error.kind(), ErrorKind::Unsupported),
        };
        let own = || super::super::process::usage(std::process::id()).unwrap().cpu;
        let (before, work) = (group.usage().unwrap(), own());
        let sum = (0..50_000_000_u64).fold(0_u64, |sum, n| std::hint::black_box(sum ^ n));
        let (work, after) = (own().saturating_sub(work), group.usage().unwrap());
        let account = after.cpu.saturating_sub(before.cpu);
        assert!(account + Duration::from_millis(50) >= work, "{account:?} of the group, {work:?} of ours; {sum}");
    }
}
