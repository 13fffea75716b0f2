//! Days: written out, in figures, or relative to today. It knows the day on which the text
//! was written and must not know the clock or the writer's time zone.

mod names;
mod periods;
mod relative;
mod tense;
mod written;

use jiff::civil::Date;

use super::found::Found;
use crate::domain::analysis::EntityType;

pub(super) fn find(text: &str, today: Date) -> Vec<Found> {
    let mut days = written::find(text, today);
    days.extend(relative::find(text, today));
    let mut days = absorb_weekdays(text, days, relative::weekdays(text, today));
    // "Monday next week" is the Monday, not the week.
    let periods = periods::find(text, today);
    let free =
        |period: &Found| days.iter().all(|day| day.span.end <= period.span.start || day.span.start >= period.span.end);
    let periods: Vec<Found> = periods.into_iter().filter(free).collect();
    days.extend(periods);
    days.sort_by_key(|day| day.span.start);
    days
}

/// "Friday, 20 November" names one day: a weekday beside a fuller date is part of it.
fn absorb_weekdays(text: &str, mut days: Vec<Found>, weekdays: Vec<Found>) -> Vec<Found> {
    days.sort_by_key(|day| day.span.start);
    for weekday in weekdays {
        let next = days.partition_point(|day| day.span.start < weekday.span.end);
        let Some(fuller) = days.get_mut(next).filter(|day| is_only_glue(&text[weekday.span.end..day.span.start]))
        else {
            days.insert(next, weekday);
            continue;
        };
        fuller.span.start = weekday.span.start;
    }
    days
}

fn is_only_glue(between: &str) -> bool {
    between.len() <= 8 && matches!(between.trim_matches([' ', ',', '(']), "" | "the" | "on")
}

fn found(day: Date, span: std::ops::Range<usize>, confidence: f32) -> Found {
    Found { kind: EntityType::Date, span, value: day.to_string(), confidence }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    /// A Wednesday.
    const TODAY: jiff::civil::Date = date(2026, 11, 18);

    #[rstest]
    #[case("2026-11-03", &[("2026-11-03", "2026-11-03")])]
    #[case("on 2026-11-03T10:15", &[("2026-11-03", "2026-11-03")])]
    #[case("3/11/2026", &[("3/11/2026", "2026-11-03")])]
    #[case("03.11.2026.", &[("03.11.2026", "2026-11-03")])]
    #[case("3-11-26", &[("3-11-26", "2026-11-03")])]
    #[case("11/23/2026", &[("11/23/2026", "2026-11-23")])]
    #[case("by 3/12", &[("3/12", "2026-12-03")])]
    #[case("3 November", &[("3 November", "2026-11-03")])]
    #[case("November 3rd", &[("November 3rd", "2026-11-03")])]
    #[case("the 3rd of Nov 2026!", &[("3rd of Nov 2026", "2026-11-03")])]
    #[case("Nov. 3, 2025", &[("Nov. 3, 2025", "2025-11-03")])]
    #[case("on 2 January", &[("2 January", "2027-01-02")])]
    #[case("20 Aug", &[("20 Aug", "2026-08-20")])]
    #[case("29 february", &[])]
    #[case("29 February 2028", &[("29 February 2028", "2028-02-29")])]
    #[case("Friday, 20 November", &[("Friday, 20 November", "2026-11-20")])]
    #[case("Friday the 20th of November", &[("Friday the 20th of November", "2026-11-20")])]
    #[case("order from 3 March", &[("3 March", "2026-03-03")])]
    #[case("no news since Thursday", &[("Thursday", "2026-11-12")])]
    #[case("I ordered a lamp on Monday", &[("Monday", "2026-11-16")])]
    #[case("I ordered a lamp, will it come on Monday", &[("Monday", "2026-11-23")])]
    #[case("today or tomorrow?", &[("today", "2026-11-18"), ("tomorrow", "2026-11-19")])]
    #[case("yesterday", &[("yesterday", "2026-11-17")])]
    #[case("the day after tomorrow", &[("day after tomorrow", "2026-11-20")])]
    #[case("day before yesterday", &[("day before yesterday", "2026-11-16")])]
    #[case("Friday", &[("Friday", "2026-11-20")])]
    #[case("wednesday", &[("wednesday", "2026-11-25")])]
    #[case("this Wednesday", &[("this Wednesday", "2026-11-18")])]
    #[case("next Friday", &[("next Friday", "2026-11-20")])]
    #[case("last Monday", &[("last Monday", "2026-11-16")])]
    #[case("last Wednesday", &[("last Wednesday", "2026-11-11")])]
    #[case("Monday next week", &[("Monday next week", "2026-11-23")])]
    #[case("on fri", &[("fri", "2026-11-20")])]
    #[case("in 3 days", &[("in 3 days", "2026-11-21")])]
    #[case("in a week", &[("in a week", "2026-11-25")])]
    #[case("ten days from now", &[("ten days from now", "2026-11-28")])]
    #[case("two weeks ago", &[("two weeks ago", "2026-11-04")])]
    #[case("a month ago", &[("a month ago", "2026-10-18")])]
    #[case("a couple of days ago", &[("a couple of days ago", "2026-11-16")])]
    #[case("within a fortnight, so in a fortnight", &[("in a fortnight", "2026-12-02")])]
    #[case("in two weeks' time", &[("in two weeks' time", "2026-12-02")])]
    #[case("in 3 working days", &[("in 3 working days", "2026-11-23")])]
    #[case("4 business days ago", &[("4 business days ago", "2026-11-12")])]
    #[case("next week or next month", &[("next week", "2026-W48"), ("next month", "2026-12")])]
    #[case("last year", &[("last year", "2025")])]
    #[case("this weekend", &[("this weekend", "2026-11-21")])]
    #[case("by the end of the month", &[("the end of the month", "2026-11-30")])]
    #[case("the end of next week", &[("the end of next week", "2026-11-27")])]
    #[case("last night", &[("last night", "2026-11-17")])]
    #[case("on the 3rd.", &[("the 3rd", "2026-12-03")])]
    #[case("I ordered on the 3rd", &[("the 3rd", "2026-11-03")])]
    #[case("by the 2nd attempt", &[])]
    #[case("before Christmas", &[("Christmas", "2026-12-25")])]
    #[case("before Christmas Eve!", &[("Christmas Eve", "2026-12-24")])]
    #[case("for Valentine's Day", &[("Valentine's Day", "2027-02-14")])]
    #[case("a Christmas jumper for the tree", &[])]
    #[case("3 maart 2027 of 14 juillet", &[("3 maart 2027", "2027-03-03"), ("14 juillet", "2026-07-14")])]
    #[case("31/02/2026", &[])]
    #[case("1.2.3.2026", &[])]
    #[case("it may 3 times", &[])]
    #[case("I may 5 stars", &[])]
    #[case("on 5 May", &[("5 May", "2027-05-05")])]
    #[case("a Black Friday deal", &[])]
    #[case("closed on Mondays", &[])]
    #[case("the sun hat sat there", &[])]
    #[case("room 10482, size 42", &[])]
    #[case("4/5 stars", &[])]
    #[case("in 999999999 years", &[])]
    fn days_are_found(#[case] text: &str, #[case] expected: &[(&str, &str)]) {
        let found = super::find(text, TODAY);
        let found: Vec<_> = found.iter().map(|day| (&text[day.span.clone()], day.value.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_day_beyond_the_calendar_is_none() {
        assert_eq!(super::find("tomorrow, in 3 days, Friday, 2 January", jiff::civil::Date::MAX).len(), 1);
        assert_eq!(super::find("yesterday, two weeks ago, last Friday", jiff::civil::Date::MIN), []);
    }
}
