//! A query from its conditions to its sums.

use crate::column::{Column, Condition, Part, Wanted, parts};
use crate::merged::Merged;
use crate::ordered::in_order;
use crate::part::sum_part;
use crate::partial::Partial;
use crate::plan::{Facts, Layout, Plan};
use crate::source::Source;
use crate::tellings::{Verdict, judge, telling_parts};
use crate::{Query, Result, Sums};
use std::collections::BTreeSet;

/// What the query's filter says, column by column.
///
/// # Errors
/// Names a column of the filter that cannot be compared with texts.
pub(crate) fn conditions(query: &Query) -> Result<Vec<Condition>> {
    let text_column = |name: &&str| {
        let column = Column::named(name).filter(|c| !matches!(c, Column::Year | Column::Month | Column::Months));
        column.ok_or_else(|| crate::Error::Condition((*name).to_owned()))
    };
    let condition = |demand: store::Demand<'_>| match demand.wanted {
        store::Wanted::Years(years) => Ok(Condition::on(Column::Year, Wanted::Years(years.clone()))),
        store::Wanted::AnyOf(texts) => Ok(Condition {
            columns: demand.columns.iter().map(text_column).collect::<Result<_>>()?,
            wanted: Wanted::AnyOf(texts.clone()),
        }),
    };
    query.filter.demands().into_iter().map(condition).collect()
}

/// What is known before rows are read: facts, and what may be summed.
pub(crate) struct Prepared {
    pub facts: Facts,
    pub conditions: Vec<Condition>,
    pub set_aside: std::collections::BTreeMap<String, u64>,
}

/// Looks at dictionaries and judges what may be summed.
pub(crate) fn prepare(
    source: &dyn Source,
    query: &Query,
    key: &[Part],
    conditions: Vec<Condition>,
) -> Result<Prepared> {
    let columns: BTreeSet<Column> = key
        .iter()
        .map(|part| part.column)
        .chain(telling_parts().iter().map(|part| part.column))
        .chain(conditions.iter().flat_map(|c| c.columns.iter().copied()))
        .collect();
    // What is told apart or chosen by has to be there; what else rows may tell need not.
    let optional = |column: &Column| matches!(column, Column::Month | Column::Months);
    let asked = key
        .iter()
        .map(|part| part.column)
        .chain(conditions.iter().flat_map(|c| c.columns.iter().copied()));
    for column in asked.filter(|column| !optional(column)) {
        source.demand(column.name())?;
    }
    if query.values {
        source.demand(crate::column::Measure::Value.name())?;
    }
    let products = |column: &Column| *column == Column::Product;
    let lengths_only =
        !key.iter().map(|part| &part.column).any(products) && !conditions.iter().flat_map(|c| &c.columns).any(products);
    let facts = Facts::gather(source, &query.filter, &conditions, &columns, lengths_only)?;
    let years = facts
        .texts
        .get(&Column::Year)
        .into_iter()
        .flat_map(|texts| texts.iter())
        .flatten();
    let odd_year = years
        .filter(|text| !text.parse().is_ok_and(|year: i16| trade::Period::YEARS.contains(&year)))
        .min();
    if let Some(found) = odd_year {
        return Err(crate::Error::Year(found.to_string()));
    }
    let months = facts
        .texts
        .get(&Column::Month)
        .into_iter()
        .flat_map(|texts| texts.iter());
    let odd_month = months
        .flatten()
        .find(|text| !text.parse().is_ok_and(|month: u8| (1..=12).contains(&month)));
    if let Some(found) = odd_month {
        return Err(crate::Error::Month(found.to_string()));
    }
    let Verdict {
        conditions: more,
        set_aside,
    } = judge(source, &facts, query, &conditions)?;
    Ok(Prepared {
        facts,
        conditions: conditions.into_iter().chain(more).collect(),
        set_aside,
    })
}

/// Sums a source as the query says, under these conditions.
pub(crate) fn sum(source: &dyn Source, query: &Query, conditions: Vec<Condition>) -> Result<Sums> {
    let key = parts(query);
    let prepared = prepare(source, query, &key, conditions)?;
    let layout = Layout::of(query.values, query.weights);
    let plan = Plan::new(&prepared.facts, &key, prepared.conditions, layout)?.within(query);
    let table = sum_parts(source, &prepared.facts, &plan)?;
    Ok(Sums::new(query, plan, table, prepared.set_aside))
}

/// As [`sum`] with the query's own conditions, unless there are more than `most` possible keys.
pub(crate) fn sum_below(source: &dyn Source, query: &Query, most: u64) -> Result<Option<Sums>> {
    let key = parts(query);
    let prepared = prepare(source, query, &key, conditions(query)?)?;
    let layout = Layout::of(query.values, query.weights);
    let plan = Plan::new(&prepared.facts, &key, prepared.conditions, layout)?;
    if plan.cells > most {
        return Ok(None);
    }
    let plan = plan.within(query);
    let table = sum_parts(source, &prepared.facts, &plan)?;
    Ok(Some(Sums::new(query, plan, table, prepared.set_aside)))
}

/// The sums over all parts.
pub(crate) fn sum_parts(source: &dyn Source, facts: &Facts, plan: &Plan) -> Result<Partial> {
    let mut merged = Merged::new(plan.layout.columns, plan.cells, plan.memory);
    in_order(
        facts.parts.len(),
        |index| sum_part(source, facts, plan, facts.parts[index]),
        |partial| {
            plan.spare.give(merged.add(partial)?);
            Ok(())
        },
    )?;
    merged.finish()
}
