//! Manifests in the specification itself.

use async_trait::async_trait;
use meshery_core::Result;

use super::{Renderer, Task};
use crate::analyze::Source;

pub(super) struct Text<'a>(pub(super) &'a str);

#[async_trait]
impl Renderer for Text<'_> {
    async fn render(&self, task: &Task<'_>) -> Result<Vec<Source>> {
        Ok(vec![Source::new(task.place, self.0)])
    }
}
