//! What is wrong with a file, where, and what would do.

use std::cell::RefCell;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::source::{Record, Step};

/// So many problems are listed; of the rest, only the number.
const LISTED: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub file: PathBuf,
    /// From 1; 0 where the problem is the file's as a whole.
    pub line: usize,
    /// From 1, in characters; in CSV files the number of the column. 0 where it is the line's as a whole.
    pub column: usize,
    /// What is wrong, and what would do.
    pub message: String,
}

/// Everything that is wrong with a set of files; nothing of them was imported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Problems {
    pub listed: Vec<Problem>,
    /// How many more there are.
    pub more: usize,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Problems {
    pub fn count(&self) -> usize {
        self.listed.len() + self.more
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.listed.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Collects problems while files are read.
#[derive(Debug, Default)]
pub(super) struct Found(RefCell<Problems>);

impl Found {
    /// A problem at a place of a record. The place is looked up only for those listed,
    /// since that reads the file once more.
    pub(super) fn at(&self, record: &Record, path: &[Step], message: impl Into<String>) {
        if self.is_full() {
            self.0.borrow_mut().more += 1;
            return;
        }
        let (line, column) = record.place(path);
        self.add(Problem { file: record.file().to_owned(), line, column, message: message.into() });
    }

    pub(super) fn add(&self, problem: Problem) {
        let mut problems = self.0.borrow_mut();
        if problems.listed.len() < LISTED {
            problems.listed.push(problem);
        } else {
            problems.more += 1;
        }
    }

    /// The value, if no problem was found.
    pub(super) fn unless_any<T>(self, value: T) -> Result<T, Problems> {
        let problems = self.0.into_inner();
        if problems.listed.is_empty() { Ok(value) } else { Err(problems) }
    }

    pub(super) fn into_problems(self) -> Problems {
        self.0.into_inner()
    }

    pub(super) fn count(&self) -> usize {
        self.0.borrow().count()
    }

    fn is_full(&self) -> bool {
        self.0.borrow().listed.len() >= LISTED
    }
}
