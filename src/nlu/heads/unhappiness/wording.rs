//! What can be told from a message's words alone: patterns, each for one thing.

use std::sync::LazyLock;

use regex::Regex;

/// Words of anger and blame, in lower case.
pub fn strong_words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = STRONG.find_iter(text).take(4).map(|word| word.as_str().to_lowercase()).collect();
    found.dedup();
    found
}

/// A bot's turn that admits it does not know.
pub fn admits_failure(text: &str) -> bool {
    FAILED.is_match(&text[..text.floor_char_boundary(300)])
}

/// How often, up to twice, the customer says that they were not heard: "I already told you".
pub fn not_heard(text: &str) -> f32 {
    NOT_HEARD.find_iter(text).take(2).count() as f32
}

/// Speaks of going elsewhere, of the money back, of lawyers.
pub fn leaving(text: &str) -> f32 {
    flag(&LEAVING, text)
}

pub fn wants_person(text: &str) -> f32 {
    flag(&WANTS_PERSON, text)
}

/// Praise that is none: "great, another automatic reply".
pub fn sarcasm(text: &str) -> f32 {
    flag(&SARCASM, text)
}

pub fn waiting(text: &str) -> f32 {
    flag(&WAITING, text)
}

/// 1 for capitals, 1 for piled-up marks.
pub fn shouting(text: &str) -> f32 {
    let capitals = text.split_whitespace().filter(|word| {
        let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
        // Neither order numbers nor abbreviations such as DHL and VAT.
        letters > 3 && !word.chars().any(|letter| letter.is_lowercase() || letter.is_numeric())
    });
    let marks = text.as_bytes().windows(2).any(|pair| matches!(pair, b"!!" | b"??" | b"?!" | b"!?"));
    f32::from(u8::from(capitals.count() >= 2)) + f32::from(u8::from(marks))
}

/// Words in common, of all words in either (Jaccard), short words aside.
pub fn likeness(a: &str, b: &str) -> f32 {
    let words = |text: &str| {
        let mut words: Vec<String> =
            super::super::lexical::words(text).into_iter().filter(|word| word.chars().count() > 3).take(60).collect();
        words.sort_unstable();
        words.dedup();
        words
    };
    let (a, b) = (words(a), words(b));
    if a.len() < 2 || b.len() < 2 {
        return 0.0;
    }
    let both = a.iter().filter(|word| b.binary_search(word).is_ok()).count();
    both as f32 / (a.len() + b.len() - both) as f32
}

fn flag(pattern: &Regex, text: &str) -> f32 {
    f32::from(u8::from(pattern.is_match(text)))
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern: this is a bug")
}

static STRONG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(unacceptable|not\ acceptable|ridiculous|outrageous|disgrace(ful)?|disgust(ed|ing)|appalling
        |shame\ on|shameful|scam(mers)?|fraud|rip[- ]?off|robbery|stealing|thie(f|ves)|useless|worst|terrible|horrible
        |awful|pathetic|incompeten(t|ce)|disappoint(ed|ing|ment)|furious|angry|livid|annoy(ed|ing)|frustrat(ed|ing)
        |insult(ed|ing)?|humiliat(ed|ing)|fed\ up|sick\ (and\ tired\ )?of|tired\ of|had\ it\ with|had\ enough|a\ joke
        |unbelievable|unreal|pointless|are\ you\ kidding|seriously|wtf|ffs|damn|hell|crap|stupid|idiots?|liars?|lying
        |clueless|beyond\ help|i\ give\ up|give\ a\ damn|wits'?\ end|wasted?\ (of\ )?(my\ )?(time|money))\b",
    )
});

static LEAVING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(lawyer|solicitor|attorney|sue|court|police|ombudsman|regulator|trading\ standards
        |consumer\ (protection|rights)|charge\ ?back|report\ (you|this)|bad\ review|review\ online|write\ about\ you
        |trustpilot|one\ star|never\ (again|order|book|buy|fly|stay|come)|not\ (be\ )?(back|coming\ back)
        |tak(e|ing)\ (my|our)\ (business|money)|(the\ )?(other|another|different)\ (bank|company|shop|provider|supplier|airline|tool)
        |competitor|somewhere\ else|elsewhere|(i'?m|i\ am|we'?re)\ (out|leaving|done)|cancel\ (it|everything)
        |uninstall\w*|money\ back|refund\ (everything|me|my)|goodbye|keep\ (it|your))\b",
    )
});

static WANTS_PERSON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b((real|actual|living)\ (person|human|agent)|human(\ being)?|manager|supervisor
        |some(one|body)\ (real|else|who|competent)|(speak|talk|chat)\ (to|with)\ (a|an|some(one|body)|your)
        |not\ a\ (bot|machine|robot)|escalate|your\ boss|(get|give|fetch|bring)\ me\ (a\ person|some(one|body)))\b",
    )
});

static WAITING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(\bstill\b.{0,30}\b(wait|no|not|nothing|haven|hasn|isn|didn|don|doesn|cold)|\bwait(ed|ing)\b
        |\b(for|since|after)\ .{0,20}\b(minutes|hours?|days?|weeks?|months?|years?)\b
        |\b\d+\ ?(min(ute)?s?|hours?|days?|weeks?|months?)\ (ago|now|later|late)\b
        |\bnobody\b|\bno\ ?one\b|\bno\ (reply|answer|response|news)\b)",
    )
});

static NOT_HEARD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(\b(already|just)\ (told|said|sent|gave|asked|tried|did|explained|wrote)\b
        |\b(asked|told|wrote|written|sent|called|explained|said)\b.{0,30}\b(twice|again|before|already|times|you)\b
        |\b(second|third|fourth|fifth|hundredth|last|umpteenth)\ time\b
        |\b(two|three|four|five|six|seven|ten|\d+)\ times\b|\b(as|like)\ i\ (said|told|wrote)\b
        |\byou('ve)?\ (already\ )?(said|told\ me|wrote|keep|just)\b|\bthat'?s\ (not|what)\b
        |\b(you('re|\ are)|aren'?t\ you|do\ you|did\ you|can\ you)\ (not\ |even\ )?(listen\w*|read\w*|hear)\b
        |\bread\ what\b|\brepeat\w*|\bbroken\ record|\bsame\ (answer|sentence|thing|problem|words)
        |\b(doesn'?t|didn'?t|don'?t|not)\ help|\bhow\ (many|often)\b.{0,12}\btimes?\b
        |\bdo\ you\ (get|understand|see|notice)\b|\bunderstand\?)",
    )
});

static SARCASM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(^\W*((oh|so|ah|wow)\W+)?(great|lovely|brilliant|wonderful|fantastic|amazing|perfect|nice|bravo
            |congratulations|well\ done|genius|cute|charming|how\ (nice|generous|clever|convenient|lovely))\b
            [^!]{0,25}(\.|,\ (another|again|so|now)|…)
        |\bthanks\ (for\ (nothing|that)|a\ bunch)|\bcheers\ for\ that|\bso\ helpful|\bgenius\b|\bof\ course\.|\bobviously\b
        |\bapparently\b|\bhow\ (nice|generous|clever|convenient)\b|\bare\ you\ serious|\byou\ must\ be\ (joking|dreaming)
        |\bno\ kidding\b|\bjust\ wow\b|\bwow\.)",
    )
});

static FAILED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(\b(don.?t|do\ not|didn.?t|did\ not)\ (know|understand|quite|have\ (an\ answer|that\ information))
        |\b(can.?t|cannot|could\ ?n.?t|unable\ to)\ (help|find|answer|see|tell|do|change|give)|\bnot\ sure\ (i|what)
        |\brephrase\b|\bin\ other\ words\b)",
    )
});

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("THIS IS NOT FUNNY", 1.0)]
    #[case("where is it???", 1.0)]
    #[case("ANSWER THIS NOW!!", 2.0)]
    #[case("my order AW-10482 with DHL, VAT paid", 0.0)]
    fn capitals_and_marks(#[case] text: &str, #[case] expected: f32) {
        assert_eq!(shouting(text), expected);
    }

    #[rstest]
    #[case("get me a real person", true)]
    #[case("I want to speak to a manager", true)]
    #[case("are you human?", true)]
    #[case("is this a gift for a person of 60", false)]
    fn a_person_is_asked_for(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(wants_person(text) > 0.0, expected);
    }

    #[rstest]
    #[case("I just told you it shows nothing", true)]
    #[case("that's not what I asked", true)]
    #[case("for the third time, AW-11820", true)]
    #[case("do you have it in blue", false)]
    fn not_having_been_heard(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(not_heard(text) > 0.0, expected);
    }

    #[rstest]
    #[case("then I'll take my business elsewhere", true)]
    #[case("you will hear from my lawyer", true)]
    #[case("I want my money back", true)]
    #[case("when will the next sale begin", false)]
    fn threats_to_leave(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(leaving(text) > 0.0, expected);
    }

    #[rstest]
    #[case("Great, another automatic reply", true)]
    #[case("thanks for nothing", true)]
    #[case("great, thanks!", false)]
    #[case("lovely, I'll take two", false)]
    fn bitter_praise(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(sarcasm(text) > 0.0, expected);
    }
}
