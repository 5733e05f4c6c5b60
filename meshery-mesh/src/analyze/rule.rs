//! What a rule is: what it says of itself, its page, and a pure function.

use meshery_core::analyzer::{Category, Extent};
use meshery_core::{ConfigAnalyzer, Finding, RuleInfo, Severity, World};

/// How the codes of our own rules begin.
pub(super) const PREFIX: &str = "MSH";

/// A rule with its page. Its tests run the examples: the bad one is found, the good one is not.
///
/// ```
/// use meshery_mesh::analyze::rules;
///
/// let rule = rules().find(|rule| rule.code == "MSH101").unwrap();
/// assert!(rule.page().starts_with("# MSH101 `virtualservice-host-unknown`"));
/// ```
#[derive(Clone, Debug)]
pub struct Rule {
    /// The stable code; a retired one is never used again.
    pub code: &'static str,
    /// A name that reads well after "allow".
    pub name: &'static str,
    /// How bad its findings are.
    pub severity: Severity,
    /// What it is for.
    pub category: Category,
    /// What it looks at.
    pub extent: Extent,
    /// Of which meshes; empty for what is of none in particular.
    pub meshes: &'static [&'static str],
    /// One sentence.
    pub summary: &'static str,
    /// Why it matters, in Markdown.
    pub why: &'static str,
    /// A configuration with the mistake.
    pub bad: &'static str,
    /// The same without it.
    pub good: &'static str,
    /// Where the documentation says so.
    pub references: &'static [&'static str],
    /// Codes of other tools for the same mistake: `IST0101`, `KIA1101`.
    pub aliases: &'static [&'static str],
    /// Which of istioctl's analyzers finds it, as `virtualservice.DestinationHostAnalyzer`, several with commas between
    /// them; empty for none.
    pub upstream: &'static str,
    /// Finds it.
    pub run: fn(&World, &RuleInfo) -> Vec<Finding>,
}

impl Rule {
    /// What a rule is unless it says otherwise: an error of correctness, within a cluster, of no mesh in particular.
    pub(super) const NEW: Self = Self {
        code: "",
        name: "",
        severity: Severity::Error,
        category: Category::Correctness,
        extent: Extent::Cluster,
        meshes: &[],
        summary: "",
        why: "",
        bad: "",
        good: "",
        references: &[],
        aliases: &[],
        upstream: "",
        run: |_, _| Vec::new(),
    };

    /// The rule's page, in Markdown.
    pub fn page(&self) -> String {
        let references: Vec<String> = self.references.iter().map(|reference| format!("- <{reference}>\n")).collect();
        let references = references.concat();
        let aliases = if self.aliases.is_empty() {
            String::new()
        } else {
            format!("\nOther tools call it {}.\n", self.aliases.join(", "))
        };
        format!(
            "# {} `{}`\n\n{} ({}).\n\n{}\n{aliases}\n## Wrong\n\n```yaml\n{}\n```\n\n## Right\n\n```yaml\n{}\n```\n\n\
             ## See\n\n{references}",
            self.code,
            self.name,
            self.summary,
            self.severity,
            self.why.trim(),
            self.bad.trim(),
            self.good.trim(),
        )
    }

    /// Whether one of these names means it: its code, its name, another tool's code, or istioctl's analyzer.
    pub fn answers_to(&self, name: &str) -> bool {
        let is_upstream = self.upstream.split(", ").any(|analyzer| analyzer == name);
        self.code == name || self.name == name || is_upstream || self.aliases.contains(&name)
    }
}

impl ConfigAnalyzer for Rule {
    fn info(&self) -> RuleInfo {
        let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        RuleInfo {
            category: self.category,
            extent: self.extent,
            meshes: texts(self.meshes),
            aliases: texts(self.aliases),
            ..RuleInfo::new(self.code, self.name, self.severity, self.summary)
        }
    }

    fn analyze(&self, world: &World) -> Vec<Finding> {
        let mut info = self.info();
        let upstream = self.aliases.iter().find(|alias| alias.starts_with("IST"));
        if let Some(code) = upstream.filter(|_| world.settings().compatible) {
            info.code = (*code).into();
        }
        (self.run)(world, &info)
    }
}
