//! Which sentences of an article answer: chosen by their meaning, their words and their
//! place, never rewritten, at most sixty words.
//!
//! A sentence that leans on the one before it takes that along. Steps begin with the first
//! and keep their order. What announces a list is told with it.

use std::collections::HashSet;

use crate::base::markdown::BlockKind;
use crate::search::PassageHit;
use crate::search::sentences::Unit;
use crate::search::words::Analyser;

/// Words of an answer at the most: what one reads in a chat bubble at a glance.
pub const LONGEST: usize = 60;

/// What a unit gains that has all the question's words.
const OVERLAP: f32 = 0.2;
/// What a word of the question counts that stands in the heading above the unit only.
const ABOVE: f32 = 0.5;
/// What the units of the passage gain that was found to answer.
const HERE: f32 = 0.15;
/// What the units of an article's opening gain, which answers in general.
const OPENING: f32 = 0.1;
/// What a passage's first unit gains: the others often lean on it.
const LEAD: f32 = 0.05;
/// What is so far behind the best unit would only distract.
const BEHIND: f32 = 0.4;
/// Of an answer's words, the link to the steps that do not fit.
const LINK: usize = 2;

/// The chosen units of one article, in its order.
pub struct Extract<'a> {
    pub units: Vec<Chosen<'a>>,
    /// Where to read the steps that did not fit.
    pub more_steps: Option<&'a str>,
    /// The place among the hits of the passage that has the best unit.
    pub main: usize,
}

pub struct Chosen<'a> {
    pub hit: usize,
    /// Its place in its passage.
    pub place: usize,
    pub unit: &'a Unit,
}

struct Candidate {
    hit: usize,
    place: usize,
    worth: f32,
}

/// What of the article of the hit at `best` answers the question. Other passages of it have
/// a say where the search knows how near each sentence is.
pub fn extract<'a>(hits: &'a [PassageHit], best: usize, question: &str) -> Extract<'a> {
    let mut candidates = candidates(hits, best, question);
    candidates.sort_by(|a, b| b.worth.total_cmp(&a.worth).then((a.hit, a.place).cmp(&(b.hit, b.place))));
    let mut selection = Selection { hits, room: LONGEST, chosen: Vec::new(), cut: None };
    let least = candidates.first().map_or(0.0, |first| first.worth) - BEHIND;
    for candidate in candidates.iter().filter(|candidate| candidate.worth >= least) {
        selection.add(candidate.hit, candidate.place);
    }
    let main = candidates.first().map_or(best, |first| first.hit);
    selection.finish(main)
}

fn candidates(hits: &[PassageHit], best: usize, question: &str) -> Vec<Candidate> {
    let of = &hits[best].passage;
    let analyser = Analyser::new(&of.locale);
    let asked: HashSet<String> = analyser.words(question).into_iter().map(|word| word.stem).collect();
    let mut candidates = Vec::new();
    for (place_of_hit, hit) in hits.iter().enumerate() {
        let passage = &hit.passage;
        let here = place_of_hit == best;
        let beside = passage.article == of.article && passage.locale == of.locale && !hit.units.is_empty();
        if !here && !beside {
            continue;
        }
        let stems = |text: &str| analyser.words(text).into_iter().map(|word| word.stem).collect::<HashSet<String>>();
        let above = passage.path.last().map(|heading| stems(heading)).unwrap_or_default();
        for (place, unit) in passage.units.iter().enumerate() {
            let said = stems(&unit.text);
            let weight = |word: &String| match () {
                () if said.contains(word) => 1.0,
                () if above.contains(word) => ABOVE,
                () => 0.0,
            };
            let overlap = asked.iter().map(weight).sum::<f32>() / asked.len().max(1) as f32;
            let near = hit.units.get(place).copied().unwrap_or(0.0);
            let mut worth = near + hit.score + OVERLAP * overlap;
            if here {
                worth += HERE;
            }
            if passage.position == 0 {
                worth += OPENING;
            }
            if place == 0 {
                worth += LEAD;
            }
            candidates.push(Candidate { hit: place_of_hit, place, worth });
        }
    }
    candidates
}

struct Selection<'a> {
    hits: &'a [PassageHit],
    room: usize,
    /// Hit and place of each.
    chosen: Vec<(usize, usize)>,
    /// A hit whose steps did not all fit.
    cut: Option<usize>,
}

impl<'a> Selection<'a> {
    fn units(&self, hit: usize) -> &'a [Unit] {
        &self.hits[hit].passage.units
    }

    fn has(&self, hit: usize, place: usize) -> bool {
        self.chosen.contains(&(hit, place))
    }

    fn add(&mut self, hit: usize, place: usize) {
        if self.has(hit, place) || self.cut == Some(hit) && self.units(hit)[place].is_step() {
            return;
        }
        if self.units(hit)[place].is_step() {
            return self.add_steps(hit, place);
        }
        let needed: Vec<usize> = self.with_what_it_needs(hit, place);
        let cost: usize = needed.iter().map(|&place| cost(&self.units(hit)[place])).sum();
        if cost <= self.room || self.chosen.is_empty() {
            let needed = if cost <= LONGEST { needed } else { vec![place] };
            self.take(hit, needed);
            if self.units(hit)[place].announces() {
                self.add_what_was_announced(hit, place);
            }
        }
    }

    fn take(&mut self, hit: usize, places: Vec<usize>) {
        for place in places {
            self.room = self.room.saturating_sub(cost(&self.units(hit)[place]));
            self.chosen.push((hit, place));
        }
    }

    /// The unit with those before it that it cannot stand without, as far as they are not told yet.
    fn with_what_it_needs(&self, hit: usize, place: usize) -> Vec<usize> {
        let units = self.units(hit);
        let mut needed = vec![place];
        let mut at = place;
        while at > 0 && units[at].leans_back() && units[at - 1].block == units[at].block {
            at -= 1;
            needed.push(at);
        }
        if units[place].is_listed() {
            let announcer = (0..place).rev().find(|&before| !units[before].is_listed());
            needed.extend(announcer.filter(|&before| units[before].announces()));
        }
        needed.retain(|&place| !self.has(hit, place));
        needed.reverse();
        needed
    }

    /// Steps make sense from the first one on: as many of the list as there is room for.
    fn add_steps(&mut self, hit: usize, place: usize) {
        let units = self.units(hit);
        let first = (0..=place).rev().take_while(|&at| units[at].is_step()).last().unwrap_or(place);
        let announcer = first.checked_sub(1).filter(|&at| units[at].announces());
        let announced = announcer.is_some_and(|at| self.has(hit, at));
        if !self.chosen.is_empty() && !announced && !self.has_room_for_two(hit, first) {
            return;
        }
        if let Some(before) = announcer.filter(|_| !announced) {
            if cost(&units[before]) + cost(&units[first]) > self.room {
                return;
            }
            self.take(hit, vec![before]);
        }
        for at in (first..units.len()).take_while(|&at| units[at].is_step()) {
            if self.has(hit, at) {
                continue;
            }
            let last = !units.get(at + 1).is_some_and(Unit::is_step);
            let reserved = if last { 0 } else { LINK };
            if cost(&units[at]) + reserved > self.room {
                // A list of which nothing fits is left out; one that was begun says where the rest is.
                if self.has(hit, first) {
                    self.cut = Some(hit);
                    self.room = self.room.saturating_sub(LINK);
                }
                return;
            }
            self.take(hit, vec![at]);
        }
    }

    /// A first step alone is no help to whom something else answers.
    fn has_room_for_two(&self, hit: usize, first: usize) -> bool {
        let steps: Vec<usize> = self.units(hit)[first..].iter().take_while(|unit| unit.is_step()).map(cost).collect();
        let link = if steps.len() > 2 { LINK } else { 0 };
        steps.iter().take(2).sum::<usize>() + link <= self.room
    }

    fn add_what_was_announced(&mut self, hit: usize, place: usize) {
        let units = self.units(hit);
        if units.get(place + 1).is_some_and(Unit::is_step) {
            return self.add_steps(hit, place + 1);
        }
        for at in (place + 1..units.len()).take_while(|&at| units[at].is_listed()) {
            if cost(&units[at]) > self.room {
                return;
            }
            if !self.has(hit, at) {
                self.take(hit, vec![at]);
            }
        }
    }

    fn finish(mut self, main: usize) -> Extract<'a> {
        let hits = self.hits;
        self.chosen.sort_by_key(|&(hit, place)| (hits[hit].passage.position, hit, place));
        let units =
            self.chosen.iter().map(|&(hit, place)| Chosen { hit, place, unit: &hits[hit].passage.units[place] });
        Extract { units: units.collect(), more_steps: self.cut.map(|hit| hits[hit].passage.url.as_str()), main }
    }
}

/// Words, and one for the mark of an item.
fn cost(unit: &Unit) -> usize {
    unit.words + usize::from(unit.is_listed())
}

/// The extract as Markdown.
pub fn write(extract: &Extract<'_>) -> String {
    let mut text = String::new();
    let mut before: Option<&Chosen<'_>> = None;
    for chosen in &extract.units {
        let unit = chosen.unit;
        if let Some(before) = before {
            let together = before.hit == chosen.hit;
            text.push_str(match () {
                () if together && before.unit.block == unit.block && unit.kind == BlockKind::Paragraph => " ",
                () if together && before.unit.is_listed() && unit.is_listed() => "\n",
                () => "\n\n",
            });
        }
        match unit.kind {
            BlockKind::Step(number) => text.push_str(&format!("{number}. {}", unit.markdown)),
            BlockKind::Bullet(_) | BlockKind::Row => text.push_str(&format!("- {}", unit.markdown)),
            BlockKind::Heading(_) | BlockKind::Paragraph | BlockKind::Code => text.push_str(&shortened(unit)),
        }
        before = Some(chosen);
    }
    if let Some(url) = extract.more_steps {
        text.push_str(&format!("\n\n[All steps]({url})"));
    }
    text
}

/// A single sentence of more than sixty words is cut between words, and loses its marks by it.
fn shortened(unit: &Unit) -> String {
    if unit.words <= LONGEST {
        return unit.markdown.clone();
    }
    let words: Vec<&str> = unit.text.split_whitespace().take(LONGEST).collect();
    format!("{}…", crate::base::markdown::escape(&words.join(" ")))
}
