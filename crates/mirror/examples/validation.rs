//! How the reconciliation rules do on synthetic worlds whose truth is known.
//!
//! `cargo run --release -p mirror --example validation` prints the tables of
//! `docs/mirror-validation.md`: for each error model and rule the root mean square error of
//! ln(estimate/truth), the mean bias in per cent, and the share of nominal 95% intervals that
//! contain the truth, for two-sided flows and for one-sided ones.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/worlds/mod.rs"]
mod worlds;

fn main() {
    for (name, parameters) in worlds::error_models() {
        println!("\n## {name}\n");
        println!("| rule | RMSE | bias % | two-sided cover % | one-sided cover % |");
        println!("|---|---|---|---|---|");
        for (rule, score) in worlds::scores(&parameters, worlds::WORLDS) {
            println!("{}", worlds::row(rule, &score));
        }
    }
}
