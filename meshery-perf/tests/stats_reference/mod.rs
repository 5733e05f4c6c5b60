//! The statistics against SciPy, statsmodels and Otava: every case of the shared reference file, within its tolerances.
//! The file lies beside the repository and is never copied into it.

mod bootstrap;
mod data;
mod diagnostics;
mod golden;
mod hdr;
mod pairs;
mod planning;
mod series;
