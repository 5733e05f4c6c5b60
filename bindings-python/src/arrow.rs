//! Flat tables as streams of Arrow, by the interface that data frames of every make read without a copy:
//! <https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, RecordBatch, RecordBatchIterator, StringArray, TimestampNanosecondArray,
    UInt64Array,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use meshery_core::{Error, ErrorKind, Result};
use meshery_perf::table::{Column, Values};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::error::or_raise;

/// A capsule with a stream of one batch.
pub(crate) fn stream(py: Python<'_>, columns: Vec<Column>) -> PyResult<Bound<'_, PyCapsule>> {
    let batch = or_raise(py, batch(columns))?;
    let schema = batch.schema();
    let stream = FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new([Ok(batch)], schema)));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

fn batch(columns: Vec<Column>) -> Result<RecordBatch> {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().map(column).unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("not a table: {error}")))
}

fn column(column: Column) -> (Field, ArrayRef) {
    let (kind, may_miss, array): (DataType, bool, ArrayRef) = match column.values {
        Values::Texts(values) => (DataType::Utf8, false, Arc::new(StringArray::from(values))),
        Values::Numbers(values) => (DataType::Float64, true, Arc::new(Float64Array::from(values))),
        Values::Counts(values) => (DataType::UInt64, true, Arc::new(UInt64Array::from(values))),
        Values::Flags(values) => (DataType::Boolean, false, Arc::new(BooleanArray::from(values))),
        Values::Instants(values) => {
            let instants = values.into_iter().map(u64::cast_signed).collect::<Vec<_>>();
            let array = TimestampNanosecondArray::from(instants).with_timezone("UTC");
            (DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())), false, Arc::new(array))
        }
    };
    (Field::new(column.name, kind, may_miss), array)
}
