//! Messages that mean about the same, found by their vectors: agglomerative clustering
//! with average linkage, by the chain of nearest neighbours (Murtagh 1983). The pairs that
//! it joins are those that joining the closest pair again and again would give, in
//! quadratic time.

/// Clusters of rows whose average cosine with each other is at least `similar`, the
/// largest first; within a cluster the most central row first. Vectors have the length 1.
///
/// Takes `n²` floats of memory: 2,000 rows are 16 MB.
pub fn clusters(vectors: &[&[f32]], similar: f32) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = Linkage::of(vectors).run(similar);
    for members in &mut found {
        central_first(vectors, members);
    }
    // Of two that are alike large, the one with the earlier message.
    found.sort_by_key(|members| (std::cmp::Reverse(members.len()), members.iter().min().copied()));
    found
}

/// The members in the order of their cosine with the members' mean.
fn central_first(vectors: &[&[f32]], members: &mut [usize]) {
    let width = members.first().map_or(0, |&first| vectors[first].len());
    let mut mean = vec![0.0; width];
    for &member in members.iter() {
        mean.iter_mut().zip(vectors[member]).for_each(|(sum, value)| *sum += value);
    }
    members.sort_by(|&a, &b| dot(vectors[b], &mean).total_cmp(&dot(vectors[a], &mean)).then(a.cmp(&b)));
}

struct Linkage {
    /// The average cosine of each two clusters, by the places of their first rows.
    similarity: Vec<f32>,
    rows: usize,
    /// Members by the place of the cluster; empty once it was joined to another.
    members: Vec<Vec<usize>>,
}

impl Linkage {
    fn of(vectors: &[&[f32]]) -> Self {
        let rows = vectors.len();
        let mut similarity = vec![0.0; rows * rows];
        for a in 0..rows {
            for b in 0..a {
                let cosine = dot(vectors[a], vectors[b]);
                similarity[a * rows + b] = cosine;
                similarity[b * rows + a] = cosine;
            }
        }
        Self { similarity, rows, members: (0..rows).map(|row| vec![row]).collect() }
    }

    /// Walks from a cluster to its nearest, and on, until two are each other's nearest:
    /// these belong together, whatever else there is.
    fn run(mut self, similar: f32) -> Vec<Vec<usize>> {
        let mut chain: Vec<usize> = Vec::new();
        // Clusters whose nearest is too far: nothing that is joined elsewhere brings it closer.
        let mut finished = vec![false; self.rows];
        loop {
            let Some(&last) = chain.last() else {
                let next = (0..self.rows).find(|&place| !self.members[place].is_empty() && !finished[place]);
                let Some(next) = next else { break };
                chain.push(next);
                continue;
            };
            let before = chain.len().checked_sub(2).map(|place| chain[place]);
            match self.nearest(last, before) {
                Some((nearest, how)) if how >= similar && Some(nearest) == before => {
                    chain.truncate(chain.len() - 2);
                    self.join(nearest, last);
                }
                Some((nearest, how)) if how >= similar => chain.push(nearest),
                _ => {
                    finished[last] = true;
                    chain.pop();
                }
            }
        }
        self.members.into_iter().filter(|members| !members.is_empty()).collect()
    }

    /// The nearest other cluster; of several alike near, the one that the chain came from.
    fn nearest(&self, of: usize, before: Option<usize>) -> Option<(usize, f32)> {
        let row = &self.similarity[of * self.rows..(of + 1) * self.rows];
        let mut best = before.map(|place| (place, row[place]));
        for (place, &how) in row.iter().enumerate() {
            let there = place != of && !self.members[place].is_empty();
            if there && best.is_none_or(|(_, closest)| how > closest) {
                best = Some((place, how));
            }
        }
        best
    }

    fn join(&mut self, a: usize, b: usize) {
        let (weight_a, weight_b) = (self.members[a].len() as f32, self.members[b].len() as f32);
        let members = std::mem::take(&mut self.members[b]);
        self.members[a].extend(members);
        for other in 0..self.rows {
            let to = |from: usize| from * self.rows + other;
            let average =
                (weight_a * self.similarity[to(a)] + weight_b * self.similarity[to(b)]) / (weight_a + weight_b);
            self.similarity[a * self.rows + other] = average;
            self.similarity[other * self.rows + a] = average;
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unit(angle: f32) -> Vec<f32> {
        vec![angle.cos(), angle.sin()]
    }

    fn of(angles: &[f32], similar: f32) -> Vec<Vec<usize>> {
        let vectors: Vec<Vec<f32>> = angles.iter().map(|&angle| unit(angle)).collect();
        clusters(&vectors.iter().map(Vec::as_slice).collect::<Vec<_>>(), similar)
    }

    #[test]
    fn what_is_alike_stands_together_the_most_central_first() {
        assert_eq!(of(&[0.0, 1.5, 0.1, 0.2, 1.6], 0.9), [vec![2, 0, 3], vec![1, 4]]);
        assert_eq!(of(&[], 0.9), Vec::<Vec<usize>>::new());
        assert_eq!(of(&[0.3], 0.9), [vec![0]]);
    }

    #[test]
    fn a_chain_of_neighbours_is_not_one_cluster() {
        // Each is close to the next, but the ends have nothing in common.
        let chain: Vec<f32> = (0..12).map(|step| step as f32 * 0.25).collect();
        assert!(of(&chain, 0.9).len() > 2);
    }

    #[test]
    fn the_same_words_twice_are_one_cluster() {
        assert_eq!(of(&[0.7, 0.7, 0.7], 0.99), [vec![0, 1, 2]]);
    }

    proptest! {
        #[test]
        fn every_row_is_in_one_cluster_and_no_two_clusters_are_similar(
            angles in proptest::collection::vec(0.0_f32..6.2, 0..40),
            similar in 0.0_f32..0.99,
        ) {
            let vectors: Vec<Vec<f32>> = angles.iter().map(|&angle| unit(angle)).collect();
            let found = of(&angles, similar);
            let mut rows: Vec<usize> = found.concat();
            rows.sort_unstable();
            prop_assert_eq!(rows, (0..angles.len()).collect::<Vec<_>>());
            for (place, a) in found.iter().enumerate() {
                for b in &found[place + 1..] {
                    let pairs = a.iter().flat_map(|&x| b.iter().map(move |&y| (x, y)));
                    let sum: f32 = pairs.map(|(x, y)| dot(&vectors[x], &vectors[y])).sum();
                    prop_assert!(sum / ((a.len() * b.len()) as f32) < similar + 1e-3);
                }
            }
        }
    }
}
