//! Runs of digits as people and forms write long numbers: in groups, with a space, a dash or
//! a dot between them. It must not know what the numbers are.

use std::ops::Range;

use super::Finding;

/// Numbers shorter than this are no personal data.
const MIN_DIGITS: usize = 8;

/// Groups of digits with nothing but separators in between.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// Spans of the groups, in bytes.
    pub groups: Vec<Range<usize>>,
}

impl Run {
    /// The digits of some of the groups.
    pub fn digits(&self, text: &str, groups: Range<usize>) -> String {
        self.groups[groups].iter().map(|group| &text[group.clone()]).collect()
    }

    pub fn span(&self, groups: Range<usize>) -> Range<usize> {
        self.groups[groups.start].start..self.groups[groups.end - 1].end
    }

    /// What stands between a group and the next.
    pub fn separator<'a>(&self, text: &'a str, group: usize) -> &'a str {
        &text[self.groups[group].end..self.groups[group + 1].start]
    }

    /// Windows of groups, those that begin earlier and are longer first, with at most so many
    /// digits.
    pub fn windows(&self, digits: Range<usize>) -> impl Iterator<Item = (Range<usize>, usize)> {
        // Nobody parts a number into more groups than this, but for one who types digit by
        // digit; a page of figures must not cost milliseconds.
        let most = if self.groups.len() <= 20 { 20 } else { 8 };
        (0..self.groups.len()).flat_map(move |first| {
            let mut total = 0;
            let mut fitting = Vec::new();
            for last in first..self.groups.len().min(first + most) {
                total += self.groups[last].len();
                if total >= digits.end {
                    break;
                }
                if total >= digits.start {
                    fitting.push((first..last + 1, total));
                }
            }
            fitting.into_iter().rev()
        })
    }
}

/// All runs of a text that are long enough to matter.
pub(super) fn of(text: &str) -> Vec<Run> {
    let mut all: Vec<Run> = Vec::new();
    let mut groups: Vec<Range<usize>> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        if groups.last().is_some_and(|last: &Range<usize>| !separates(&text[last.end..start])) {
            keep(&mut all, std::mem::take(&mut groups));
        }
        groups.push(start..at);
    }
    keep(&mut all, groups);
    all
}

/// Takes out what is known to be something else, so that nothing is read across it: the end
/// of an account and the beginning of a card are no third number.
pub(super) fn leave_out(runs: &mut Vec<Run>, known: &[Finding]) {
    if known.is_empty() {
        return;
    }
    let is_known = |group: &Range<usize>| {
        known.iter().any(|finding| finding.span.start < group.end && group.start < finding.span.end)
    };
    let mut rest = Vec::new();
    for run in std::mem::take(runs) {
        let mut groups = Vec::new();
        for group in run.groups {
            if is_known(&group) {
                keep(&mut rest, std::mem::take(&mut groups));
            } else {
                groups.push(group);
            }
        }
        keep(&mut rest, groups);
    }
    *runs = rest;
}

fn keep(all: &mut Vec<Run>, groups: Vec<Range<usize>>) {
    if groups.iter().map(Range::len).sum::<usize>() >= MIN_DIGITS {
        all.push(Run { groups });
    }
}

/// One sign or two, or one with spaces on both sides.
fn separates(between: &str) -> bool {
    let sign = |c: char| {
        c.is_whitespace() || matches!(c, '-' | '.' | ',' | '/' | '_' | '·' | '•' | '*' | '|' | '\u{2010}'..='\u{2015}')
    };
    between.chars().nth(3).is_none() && between.chars().all(sign)
}
