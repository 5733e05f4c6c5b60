//! Systems without such sockets, on which no control plane starts.

use std::path::Path;

use meshery_core::{Error, ErrorKind, Result};

use super::Services;
use crate::cluster::Cluster;

impl Services {
    pub(in crate::control_plane) fn listen(&self, _socket: &Path, _cluster: Cluster) -> Result<()> {
        Err(Error::new(ErrorKind::Unsupported, "a control plane needs Unix sockets"))
    }
}
