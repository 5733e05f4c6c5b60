//! How the door to an API server is opened: a kubeconfig, or the account of the pod that this runs in.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig};
use meshery_core::{Error, ErrorKind, Result};

use super::Cluster;
use super::client::client;
use super::transport::Kube;

/// Who says who one is, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials {
    /// As kubectl looks for them: `KUBECONFIG`, then `~/.kube/config`, then the account of the pod.
    #[default]
    Inferred,
    /// A kubeconfig in a file.
    File(PathBuf),
    /// A kubeconfig as text.
    Text(String),
}

impl Credentials {
    /// What somebody names who has one word for all of it: a kubeconfig's text, its path, or nothing.
    ///
    /// ```
    /// use meshery_mesh::cluster::Credentials;
    ///
    /// assert_eq!(Credentials::named(None), Credentials::Inferred);
    /// assert_eq!(Credentials::named(Some("admin.yaml".into())), Credentials::File("admin.yaml".into()));
    /// assert!(matches!(Credentials::named(Some("kind: Config\n".into())), Credentials::Text(_)));
    /// ```
    pub fn named(kubeconfig: Option<String>) -> Self {
        match kubeconfig {
            None => Self::Inferred,
            // No kubeconfig is a single line, unless it is JSON.
            Some(text) if text.contains('\n') || text.trim_start().starts_with('{') => Self::Text(text),
            Some(path) => Self::File(path.into()),
        }
    }
}

/// How to connect.
///
/// ```
/// use meshery_mesh::cluster::{ClusterOptions, Credentials};
///
/// let options = ClusterOptions { credentials: Credentials::File("admin.yaml".into()), ..ClusterOptions::default() };
/// assert!(options.user_agent.starts_with("meshery/"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterOptions {
    /// Who says who one is, and where.
    pub credentials: Credentials,
    /// The context of the kubeconfig; its current one when there is none here.
    pub context: Option<String>,
    /// What the server's audit log calls this client.
    pub user_agent: String,
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        Self {
            credentials: Credentials::default(),
            context: None,
            user_agent: concat!("meshery/", env!("CARGO_PKG_VERSION")).into(),
            connect_timeout: Duration::from_secs(10),
        }
    }
}

impl Cluster {
    /// Reads the credentials. Nothing is sent yet.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) for a kubeconfig that cannot be read, or lacks the context, with the
    /// place; [`Tls`](ErrorKind::Tls) for certificates or keys in it that are none.
    pub async fn connect(options: &ClusterOptions) -> Result<Self> {
        let mut config = config(options).await?;
        config.connect_timeout = Some(options.connect_timeout);
        // Watches are silent for as long as nothing happens; whoever waits sets a limit of his own.
        config.read_timeout = None;
        // Retries belong to who knows the deadline, and are told to who listens.
        config.default_retry = false;
        let client =
            client(config).map_err(|error| Error::new(ErrorKind::Tls, format!("no client: {error}")).because(error))?;
        Ok(Self::over(Arc::new(Kube { client, user_agent: options.user_agent.clone() })))
    }
}

async fn config(options: &ClusterOptions) -> Result<Config> {
    let unreadable = |place: String| {
        move |error: kube::config::KubeconfigError| {
            Error::invalid(place, format!("no kubeconfig to work with: {error}")).because(error)
        }
    };
    let (place, kubeconfig) = match &options.credentials {
        Credentials::Inferred if options.context.is_none() => {
            return Config::infer().await.map_err(|error| {
                Error::invalid("credentials", format!("no cluster is configured here: {error}"))
                    .expected("KUBECONFIG, ~/.kube/config, or to run in a pod")
                    .because(error)
            });
        }
        Credentials::Inferred => ("KUBECONFIG".to_owned(), Kubeconfig::read()),
        Credentials::File(path) => (path.display().to_string(), Kubeconfig::read_from(path)),
        Credentials::Text(text) => ("credentials".to_owned(), Kubeconfig::from_yaml(text)),
    };
    let kubeconfig = kubeconfig.map_err(unreadable(place.clone()))?;
    let chosen = KubeConfigOptions { context: options.context.clone(), ..KubeConfigOptions::default() };
    Config::from_custom_kubeconfig(kubeconfig, &chosen).await.map_err(unreadable(place))
}
