//! The engine.

use meshery_core::OperationOptions;

use super::{Client, Verb};
use crate::engine::{Operation, program};

const AGENT: &str = "engine";

pub(crate) const CLIENT: Client = Client {
    name: "meshery",
    agent: AGENT,
    commands: |site, goods, verb| {
        let operation = if verb == Verb::Remove { Operation::Uninstall } else { Operation::Install };
        // Like the others it waits for nothing but the end; and unlike Helm it takes definitions along.
        let options =
            OperationOptions { wait: verb == Verb::Remove, remove_definitions: true, ..OperationOptions::default() };
        Ok(vec![program(operation, &goods.spec, &options, site.kubeconfig, AGENT)?])
    },
};
