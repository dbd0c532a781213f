//! Benchmarks of whole validations.
