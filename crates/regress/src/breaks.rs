//! Breaks at unknown dates: how many, when, and whether there are any.

mod argmax;
mod bai_perron;
mod fluctuation;
mod hansen;
mod mosum;
mod segment;
mod sup_f;

pub use bai_perron::{BaiPerron, BreakInterval, Heterogeneity, Partition, Trim, bai_perron, break_intervals};
pub use fluctuation::{Fluctuation, ols_cusum, ols_mosum, recursive_cusum};
pub use hansen::{Summary, hansen_p_value};
pub use sup_f::{FStatistics, SummaryPValues, f_statistics};
