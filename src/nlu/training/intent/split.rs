//! Which rows a model is trained on, and which it is asked about.

use super::corpus::IntentCorpus;
use super::{ENOUGH_ROWS, GROUPS};

/// Models trained on some of the rows, and what they say about others.
pub(super) struct Split {
    pub(super) train: Vec<usize>,
    pub(super) test: Vec<usize>,
    /// New number of each class in this split; classes left out have none.
    renumbered: Vec<Option<u32>>,
    pub(super) classes: usize,
}

impl Split {
    pub(super) fn everything(corpus: &IntentCorpus) -> Self {
        Self::of(corpus, (0..corpus.texts.len()).collect(), Vec::new(), |_| true)
    }

    pub(super) fn fold(corpus: &IntentCorpus, fold_of: &[usize], fold: usize) -> Self {
        let is_out = |row: &usize| fold_of.get(*row) == Some(&fold);
        let (test, train) = (0..corpus.texts.len()).partition(is_out);
        Self::of(corpus, train, test, |_| true)
    }

    pub(super) fn leave_out(corpus: &IntentCorpus, group_of: &[usize], group: usize) -> Self {
        let is_out = |row: &usize| group_of[corpus.labels[*row] as usize] == group;
        let (mut test, train): (Vec<usize>, Vec<usize>) = (0..corpus.texts.len()).partition(is_out);
        test.retain(|&row| row < corpus.messages());
        thin(&mut test, ENOUGH_ROWS / GROUPS);
        Self::of(corpus, train, test, |class| group_of[class] != group)
    }

    fn of(corpus: &IntentCorpus, train: Vec<usize>, test: Vec<usize>, keeps: impl Fn(usize) -> bool) -> Self {
        let mut classes = 0;
        let renumbered = (0..corpus.names.len())
            .map(|class| {
                keeps(class).then(|| {
                    classes += 1;
                    classes - 1
                })
            })
            .collect();
        Self { train, test, renumbered, classes: classes as usize }
    }

    fn label(&self, corpus: &IntentCorpus, row: usize) -> u32 {
        self.renumbered[corpus.labels[row] as usize].expect("trained rows are of kept classes: this is a bug")
    }

    pub(super) fn labels(&self, corpus: &IntentCorpus) -> Vec<u32> {
        self.train.iter().map(|&row| self.label(corpus, row)).collect()
    }
}

/// Every k-th of too many.
pub(super) fn thin<T>(rows: &mut Vec<T>, most: usize) {
    let step = rows.len().div_ceil(most.max(1)).max(1);
    let mut position = 0;
    rows.retain(|_| {
        position += 1;
        (position - 1) % step == 0
    });
}
