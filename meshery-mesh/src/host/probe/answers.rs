//! A request at the entry is answered.

use meshery_core::Result;

use super::super::http::{connect, get};
use super::super::site::Site;
use super::{Finding, PATIENCE};
use crate::process::wait::within;

pub(super) async fn probe(site: &Site) -> Result<Finding> {
    let request = async { get(connect(site.entry()).await?, site.entry(), "/", None).await };
    let answer = within(PATIENCE, "the answer", request).await?;
    Ok((
        answer.is_success(),
        format!("status {} with {} bytes from {}", answer.status, answer.body.len(), site.entry()),
    ))
}
