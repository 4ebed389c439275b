use crate::Way;
use crate::absorb::{Effect, absorbed_parameters};

/// Which parameters the k of a small-sample factor and of n - k counts.
///
/// | Count | k is the number of terms, and |
/// |---|---|
/// | `All` | all that the effects take, redundant ones left out |
/// | `AllGroups` | the groups of all effects less one for each effect but the first (fixest `"full"`) |
/// | `NotNested` | `All` of the effects that are not nested in a cluster variable, at least one (reghdfe) |
/// | `NotNestedGroups` | `AllGroups` of those, at least one (fixest `"nested"`) |
/// | `Terms` | nothing (fixest `"none"`) |
/// | `One` | k is one, whatever the model (Stata's maximum-likelihood estimators) |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// Terms and all parameters of the effects: the rank of the design with dummies.
    All,
    /// Terms and all groups, less one for each effect but the first.
    AllGroups,
    /// Terms and the parameters of effects that are not nested in a cluster.
    NotNested,
    /// Terms and the groups of effects that are not nested, less one for each of them but the first.
    NotNestedGroups,
    /// Terms alone.
    Terms,
    /// One.
    One,
}

impl Counting {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Counting::All => "all",
            Counting::AllGroups => "all-groups",
            Counting::NotNested => "not-nested",
            Counting::NotNestedGroups => "not-nested-groups",
            Counting::Terms => "terms",
            Counting::One => "one",
        }
    }

    /// k, for `terms` estimated terms and effects that are already those of the used rows;
    /// `nested` says which of them are nested in a cluster variable.
    pub fn parameters(self, terms: usize, effects: &[Effect], nested: &[bool]) -> usize {
        let open: Vec<Effect> = effects
            .iter()
            .zip(nested)
            .filter(|(_, nested)| !**nested)
            .map(|(effect, _)| effect.clone())
            .collect();
        let any = usize::from(!effects.is_empty());
        match self {
            Counting::All => terms + absorbed_parameters(effects),
            Counting::AllGroups => terms + groups(effects),
            Counting::NotNested => terms + absorbed_parameters(&open).max(any),
            Counting::NotNestedGroups => terms + groups(&open).max(any),
            Counting::Terms => terms,
            Counting::One => 1,
        }
    }
}

/// The groups of all effects less one for each but the first.
fn groups(effects: &[Effect]) -> usize {
    let all: usize = effects.iter().map(Effect::count).sum();
    all.saturating_sub(effects.len().saturating_sub(1))
}

/// Whether an effect is nested in a cluster variable: every group of the effect lies within
/// one cluster, looked at in the rows `rows` of the table both belong to. Such an effect takes
/// nothing from the variation between clusters, so that cluster covariances need not count it.
///
/// Rows that either does not have are passed over.
pub fn nested_in(effect: &Effect, way: &Way, rows: &[usize]) -> bool {
    let mut cluster_of: Vec<Option<u32>> = vec![None; effect.count()];
    rows.iter()
        .filter_map(|&row| Some((*effect.groups().get(row)?, *way.groups.get(row)?)))
        .all(|(group, cluster)| *cluster_of[group as usize].get_or_insert(cluster) == cluster)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(groups: &[u32]) -> Way {
        Way {
            name: "w".to_owned(),
            groups: groups.to_vec(),
        }
    }

    #[test]
    fn nesting_is_seen_in_the_used_rows() {
        let firm = Effect::new("firm", &[1, 1, 2, 2, 3]);
        assert!(nested_in(&firm, &way(&[9, 9, 9, 9, 4]), &[0, 1, 2, 3, 4]));
        assert!(nested_in(&firm, &way(&[1, 1, 2, 2, 3]), &[0, 1, 2, 3, 4]));
        // Firm 2 moves in row 3; without it nothing crosses.
        assert!(!nested_in(&firm, &way(&[9, 9, 9, 8, 4]), &[0, 1, 2, 3, 4]));
        assert!(nested_in(&firm, &way(&[9, 9, 9, 8, 4]), &[0, 1, 2, 4]));
    }

    #[test]
    fn counts_as_fixest_documents_them() {
        // fixest's help page of `ssc`: x, fe1 of three and fe2 of five groups over ten rows, where two restrictions
        // bind: nested in fe1 K = 1 + 5, none 1, full 1 + 3 + 5 - 1, exact 1 + 3 + 5 - 2.
        let fe1 = Effect::new("fe1", &[1, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
        let fe2 = Effect::new("fe2", &[1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
        let effects = [fe1, fe2];
        let count = |counting: Counting, nested: [bool; 2]| counting.parameters(1, &effects, &nested);
        assert_eq!(count(Counting::NotNestedGroups, [true, false]), 6);
        assert_eq!(count(Counting::Terms, [false, false]), 1);
        assert_eq!(count(Counting::AllGroups, [false, false]), 8);
        assert_eq!(count(Counting::All, [false, false]), 7);
        assert_eq!(count(Counting::NotNested, [true, false]), 6);
        // All nested: the constant remains.
        assert_eq!(count(Counting::NotNested, [true, true]), 2);
        assert_eq!(count(Counting::NotNestedGroups, [true, true]), 2);
        assert_eq!(count(Counting::One, [true, true]), 1);
        assert_eq!(Counting::NotNested.parameters(3, &[], &[]), 3);
    }
}
