//! Letters with their places to lines of text.

use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};

/// A line of a page, as it is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    pub text: String,
    /// Of most of its letters, in points.
    pub size: f64,
    /// From the top of the page, in points.
    pub top: f64,
    pub page: u32,
}

/// More text than this is no document that a person wrote.
const MOST_BYTES: usize = 4 << 20;

/// Collects the letters of pages, in the order in which they are drawn.
#[derive(Default)]
pub struct Lines {
    lines: Vec<Line>,
    current: Line,
    /// Where the last letter ended.
    end: f64,
    page: u32,
    height: f64,
    /// Whether the next letter begins a piece of text: inside one, letters follow closely.
    begins: bool,
    bytes: usize,
}

impl Lines {
    pub fn finish(mut self) -> Vec<Line> {
        self.close();
        self.lines
    }

    fn close(&mut self) {
        let mut line = std::mem::take(&mut self.current);
        line.text = line.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !line.text.is_empty() {
            self.lines.push(line);
        }
    }
}

impl OutputDev for Lines {
    fn begin_page(&mut self, page: u32, media: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        self.close();
        self.page = page;
        self.height = media.ury;
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        self.close();
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _: f64,
        font_size: f64,
        letter: &str,
    ) -> Result<(), OutputError> {
        if self.bytes > MOST_BYTES {
            return Ok(());
        }
        self.bytes += letter.len();
        // The area of a letter's square says its size, however it is turned.
        let size = (font_size * font_size * (place.m11 * place.m22 - place.m12 * place.m21).abs()).sqrt();
        let (x, top) = (place.m31, self.height - place.m32);
        if self.begins {
            let is_another = (top - self.current.top).abs() > size.max(self.current.size) * 0.5;
            let goes_back = x < self.end - size * 2.0;
            if is_another || goes_back {
                self.close();
            } else if x > self.end + size * 0.12 {
                self.current.text.push(' ');
            }
            self.begins = false;
        }
        if self.current.text.is_empty() {
            self.current = Line { text: String::new(), size, top, page: self.page };
        }
        // Letters that belong together as one sign in print are several to read.
        for sign in letter.chars() {
            match sign {
                '\u{fb00}' => self.current.text.push_str("ff"),
                '\u{fb01}' => self.current.text.push_str("fi"),
                '\u{fb02}' => self.current.text.push_str("fl"),
                '\u{fb03}' => self.current.text.push_str("ffi"),
                '\u{fb04}' => self.current.text.push_str("ffl"),
                '\u{a0}' => self.current.text.push(' '),
                '\u{ad}' => self.current.text.push('-'),
                sign if sign.is_control() => {}
                sign => self.current.text.push(sign),
            }
        }
        self.end = x + width * size;
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.begins = true;
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
