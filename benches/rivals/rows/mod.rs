//! The rows: one file each, listed in [`ROWS`].

mod calm;
mod efficiency;
mod freeze;
mod grpc;
mod http2;
mod lag;
mod languages;
mod memory;
mod punctuality;

use crate::row::Row;

/// Every row, sorted by name.
pub(crate) const ROWS: &[&Row] = &[
    &calm::ROW,
    &efficiency::ROW,
    &freeze::ROW,
    &grpc::ROW,
    &http2::ROW,
    &lag::ROW,
    &languages::ROW,
    &memory::ROW,
    &punctuality::ROW,
];
