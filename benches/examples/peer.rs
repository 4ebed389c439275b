//! Writes the panels that the comparison with other programs runs on, and times our fits of them in one
//! process, as the other programs are timed: see `peers/estimators`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use benches::panel::{Panel, Shape};
use regress::absorb::{Settling, absorbed_ols};
use regress::poisson::{PoissonOptions, poisson};
use regress::{Cluster, ClusterAdjustment, Covariance};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Instant;

const USAGE: &str = "peer write|ols|ppml dense|sparse|workers ROWS [FILE | REPETITIONS]";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [job, shape, rows, last] = arguments.as_slice() else {
        panic!("{USAGE}");
    };
    let shape = match shape.as_str() {
        "dense" => Shape::Dense,
        "sparse" => Shape::Sparse,
        "workers" => Shape::Workers,
        _ => panic!("{USAGE}"),
    };
    let panel = Panel::new(shape, rows.parse().unwrap(), 20_101_222);
    match job.as_str() {
        "write" => write(&panel, last),
        "ols" | "ppml" => (0..last.parse().unwrap()).for_each(|_| fit(&panel, job)),
        _ => panic!("{USAGE}"),
    }
}

fn write(panel: &Panel, path: &str) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "{},x1,x2,y", panel.names.join(",")).unwrap();
    for i in 0..panel.rows() {
        let [a, b, c] = [0, 1, 2].map(|e| panel.groups[e][i]);
        writeln!(file, "{a},{b},{c},{},{},{}", panel.x1[i], panel.x2[i], panel.y[i]).unwrap();
    }
    file.flush().unwrap();
}

/// One fit, as a line of JSON: seconds of wall and processor time, coefficients, sandwich errors.
fn fit(panel: &Panel, job: &str) {
    let (design, effects) = (panel.design(), panel.effects(3));
    let cluster = Covariance::Cluster(Cluster {
        adjustment: ClusterAdjustment::None,
        ..Cluster::by(
            "group",
            panel.groups[if panel.names[2] == "pair" { 2 } else { 0 }].clone(),
        )
    });
    let (wall, processor) = (Instant::now(), processor_seconds());
    let (rows, b, covariances, notes) = if job == "ols" {
        let y: Vec<f64> = panel.y.iter().map(|y| (1.0 + y).ln()).collect();
        let fit = absorbed_ols(&design, &y, &effects, None, Settling::default()).unwrap();
        let kinds = [Covariance::Hc0, cluster].map(|kind| fit.covariance(&kind).unwrap());
        (
            fit.rows.len(),
            fit.within.coefficients.clone(),
            kinds,
            format!("{:?}", fit.within.collinear),
        )
    } else {
        let fit = poisson(&design, &panel.y, &effects, None, None, &PoissonOptions::default()).unwrap();
        let kinds = [Covariance::Hc0, cluster].map(|kind| fit.covariance(&kind).unwrap());
        let notes = format!("{} iterations, {} separated", fit.iterations, fit.separated.len());
        (fit.rows.len(), fit.coefficients.clone(), kinds, notes)
    };
    let seconds = (wall.elapsed().as_secs_f64(), processor_seconds() - processor);
    let errors = covariances.map(|c| (0..b.len()).map(|j| c.std_error(j).unwrap()).collect::<Vec<f64>>());
    println!(
        "{{\"wall\": {}, \"cpu\": {}, \"rows\": {rows}, \"b\": {b:?}, \"hc0\": {:?}, \"cluster\": {:?}, \"peak_mb\": {}, \"notes\": {notes:?}}}",
        seconds.0,
        seconds.1,
        errors[0],
        errors[1],
        peak_megabytes()
    );
}

/// User and system time of this process, where the system tells.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|t| t.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(0.0, |kb| kb / 1024.0)
}
