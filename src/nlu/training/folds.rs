//! Splitting examples for cross-validation.

use super::random::Random;

/// Which fold each row belongs to; every class is spread over the folds as evenly as it goes.
pub fn stratified(labels: &[u32], folds: usize, seed: u64) -> Vec<usize> {
    let mut random = Random::seeded(seed);
    let classes = labels.iter().max().map_or(0, |&most| most as usize + 1);
    let mut members = vec![Vec::new(); classes];
    for (row, &label) in labels.iter().enumerate() {
        members[label as usize].push(row);
    }
    let mut fold_of = vec![0; labels.len()];
    // Where the last class stopped the next goes on, so that small classes do not all
    // put their odd one into the first fold.
    let mut next = 0;
    for mut rows in members {
        random.shuffle(&mut rows);
        for row in rows {
            fold_of[row] = next % folds;
            next += 1;
        }
    }
    fold_of
}

/// Which group each of `count` things belongs to, at random, in groups of like size.
pub fn grouped(count: usize, groups: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    Random::seeded(seed).shuffle(&mut order);
    let mut group_of = vec![0; count];
    for (position, thing) in order.into_iter().enumerate() {
        group_of[thing] = position % groups;
    }
    group_of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_in_every_fold() {
        let labels: Vec<u32> = (0..60).map(|row| row % 6).collect();
        let folds = stratified(&labels, 5, 1);
        for class in 0..6 {
            for fold in 0..5 {
                let here = (0..60).filter(|&row| labels[row] == class && folds[row] == fold).count();
                assert_eq!(here, 2);
            }
        }
    }
}
