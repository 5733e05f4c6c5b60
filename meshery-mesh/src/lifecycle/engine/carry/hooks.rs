//! Hooks, one after the other, each to its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::lifecycle::ChangeAction;
use meshery_core::{Error, ErrorKind, OperationOptions, Result};

use super::Operation;
use crate::cluster::Api;
use crate::lifecycle::hooks::Hook;
use crate::lifecycle::planner::{Write, ownership};
use crate::lifecycle::run::apply::Applying;
use crate::lifecycle::run::one::{self, Manner, Removed};
use crate::lifecycle::{applyset, digest};

impl Operation<'_> {
    /// Each to its end, one after the other. Those that are to go when they have succeeded go once all have: accounts and
    /// roles are hooks of their own, and those after them need them.
    pub(super) async fn run_hooks(&mut self, hooks: &[Hook]) -> Result<()> {
        let mut done = Ok(());
        let mut succeeded = Vec::new();
        for hook in hooks {
            done = self.run_hook(hook).await;
            if done.is_err() {
                if hook.goes_after(false) {
                    self.dismiss(hook).await?;
                }
                break;
            }
            succeeded.push(hook);
        }
        for hook in succeeded.into_iter().rev().filter(|hook| hook.goes_after(true)) {
            self.dismiss(hook).await?;
        }
        done
    }

    async fn run_hook(&mut self, hook: &Hook) -> Result<()> {
        let (id, api) = (hook.object.id(), self.api_of(hook)?);
        let manner = &self.prepared.manner;
        if hook.replaces() && one::remove(self.wire, &api, &id, "").await? == Removed::Going {
            one::gone(self.wire, manner, &api, &id, "").await?;
        }
        // A hook is waited for, whatever else is not: what comes after counts on it.
        let options = OperationOptions { wait: true, ..manner.options.clone() };
        let waiting = Manner { options, ..Manner::clone(manner) };
        let writes = [self.write_of(hook, api)];
        let mut applying = Applying::new(self.wire, Arc::new(waiting), &writes);
        let done = applying.finish(&mut self.feed).await;
        let written = applying.into_written().into_values().map(|written| (writes[0].clone(), written));
        self.ledger.written.extend(written);
        done
    }

    /// Removes what has done its work.
    async fn dismiss(&mut self, hook: &Hook) -> Result<()> {
        let id = hook.object.id();
        one::remove(self.wire, &self.api_of(hook)?, &id, "").await?;
        self.ledger.gone.push(id);
        Ok(())
    }

    /// Hooks that ran when everything else was gone go as well.
    pub(super) async fn sweep_hooks(&mut self) -> Result<()> {
        for hook in &self.prepared.blueprint.after {
            let id = hook.object.id();
            if !self.ledger.gone.contains(&id) {
                one::remove(self.wire, &self.api_of(hook)?, &id, "").await?;
                self.ledger.gone.push(id);
            }
        }
        Ok(())
    }

    fn write_of(&self, hook: &Hook, api: Api) -> Write {
        Write {
            id: hook.object.id(),
            api,
            object: hook.object.clone().with_label(applyset::PART_OF, &self.prepared.store.set()),
            intent: digest::of(hook.object.value()),
            action: ChangeAction::Create,
            live: None,
            awaits_end: false,
            is_borrowed: false,
            is_reported: false,
            needs: BTreeMap::new(),
            yields: ownership::Yields::new(),
        }
    }

    fn api_of(&self, hook: &Hook) -> Result<Api> {
        let object = &hook.object;
        let unknown = || Error::new(ErrorKind::NotFound, "the server does not know its kind").at(object.to_string());
        self.prepared.discovery.find(object.api_version(), object.kind()).cloned().ok_or_else(unknown)
    }
}
